//! `dead-letters`: messages that were given up, for the operator at a terminal.

mod print;

use api::dead_letters::{DeadLetter, Ending, discard, replay};
use platform::audit::Origin;
use platform::clock::Clock;
use platform::config::{ClockSettings, Environment, Faults};
use platform::db::Db;
use platform::problem::ApiError;
use platform::telemetry::start_logs;
use schema::dead_letters::{self, LetterFilter};
use schema::types::LetterState;
use schema::{Scope, organizations};
use std::io::Write;
use uuid::Uuid;

use crate::cli::{
    DropLetterArgs, LettersArgs, LettersCommand, ListLettersArgs, ReplayLettersArgs, ShowLetterArgs,
    WhichLettersArgs,
};
use crate::error::ServerError;

/// Of the reason of a drop.
const REASON_CHARACTERS_MAX: usize = 512;
/// Looked at together.
const PAGE: i64 = 500;

/// Does what the command line asks for.
pub async fn run(command: &LettersCommand) -> Result<(), ServerError> {
    match command {
        LettersCommand::List(args) => list(args).await,
        LettersCommand::Show(args) => show(args).await,
        LettersCommand::Replay(args) => replay_all(args).await,
        LettersCommand::Drop(args) => discard_one(args).await,
    }
}

/// The view of the operator: every organization.
struct Desk {
    db: Db,
    clock: Clock,
    everything: Scope,
}

impl Desk {
    async fn open(args: &LettersArgs, mut faults: Faults) -> Result<Self, ServerError> {
        let database = args.database.resolve(&Environment::of_process(), &mut faults);
        let clock = args.clock.resolve(&mut faults);
        let (Some(database), Some(clock)) = (database, clock) else { return Err(faults.into()) };
        faults.check()?;
        start_logs(&args.logs)?;
        let db = Db::new(&database, "usage-insight-dead-letters")?;
        let clock = Clock::start(ClockSettings { start: None, ..clock }, &db).await?;
        let operator = db.machinery(|tx| Ok::<_, ServerError>(organizations::operator(tx)?)).await?;
        let everything = db.subtree(operator.ok_or(ServerError::NoOperator)?).await?;
        Ok(Self { db, clock, everything })
    }

    fn scope(&self, which: &WhichLettersArgs) -> Result<Scope, ServerError> {
        let Some(id) = which.organization else { return Ok(self.everything.clone()) };
        self.everything.narrow(id).ok_or(ServerError::NoSuch("organization", id))
    }

    async fn page(
        &self,
        scope: Scope,
        filter: LetterFilter,
        limit: i64,
    ) -> Result<Vec<DeadLetter>, ServerError> {
        let found = self
            .db
            .run(scope, move |tx| Ok::<_, ServerError>(dead_letters::list(tx, &filter, limit)?))
            .await?;
        Ok(found.into_iter().map(DeadLetter::from).collect())
    }

    async fn find(&self, id: Uuid) -> Result<DeadLetter, ServerError> {
        let found = self
            .db
            .run(self.everything.clone(), move |tx| Ok::<_, ServerError>(dead_letters::find(tx, id)?))
            .await?;
        found.map(DeadLetter::from).ok_or(ServerError::NoSuch("dead letter", id))
    }

    fn ending(&self) -> Ending {
        let (now, machine_now) = (self.clock.now(), self.clock.machine_now());
        Ending { origin: Origin::system("dead-letters"), now, machine_now }
    }

    async fn replay(&self, letter: &DeadLetter) -> Result<(), ApiError> {
        let (home, ending, id) = (Scope::Organization(letter.organization_id), self.ending(), letter.id);
        self.db.run(home, move |tx| replay(tx, id, &ending)).await
    }
}

async fn list(args: &ListLettersArgs) -> Result<(), ServerError> {
    let desk = Desk::open(&args.settings, Faults::default()).await?;
    let queue = args.which.queue.map(|queue| queue.as_str().to_owned());
    let filter = LetterFilter { queue, state: args.state.state(), after: None };
    // One more tells whether there are more.
    let mut letters = desk.page(desk.scope(&args.which)?, filter, args.limit + 1).await?;
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let more = letters.len() > limit;
    letters.truncate(limit);
    print::list(&letters, args.json)?;
    if more {
        eprintln!(
            "there are more: ask for them with --limit, or narrow them with --queue and --organization"
        );
    }
    Ok(())
}

async fn show(args: &ShowLetterArgs) -> Result<(), ServerError> {
    let desk = Desk::open(&args.settings, Faults::default()).await?;
    print::one(&desk.find(args.id).await?, args.json)
}

async fn replay_all(args: &ReplayLettersArgs) -> Result<(), ServerError> {
    let desk = Desk::open(&args.settings, Faults::default()).await?;
    let mut failed = 0;
    if args.all {
        let (scope, queue) = (desk.scope(&args.which)?, args.which.queue);
        let mut after = None;
        loop {
            let queue = queue.map(|queue| queue.as_str().to_owned());
            let filter = LetterFilter { queue, state: Some(LetterState::Open), after };
            let letters = desk.page(scope.clone(), filter, PAGE).await?;
            let Some(last) = letters.last() else { break };
            after = Some(last.id);
            for letter in &letters {
                failed += tell(letter.id, desk.replay(letter).await.map_err(ServerError::from))?;
            }
        }
    }
    for id in &args.ids {
        let replayed = match desk.find(*id).await {
            Ok(letter) => desk.replay(&letter).await.map_err(ServerError::from),
            Err(error) => Err(error),
        };
        failed += tell(*id, replayed)?;
    }
    if failed > 0 { Err(ServerError::NotReplayed(failed)) } else { Ok(()) }
}

/// Prints what became of one; counts it when it could not be replayed.
fn tell(id: Uuid, replayed: Result<(), ServerError>) -> Result<usize, ServerError> {
    match replayed {
        Ok(()) => {
            writeln!(std::io::stdout(), "{id} goes back to work")?;
            Ok(0)
        }
        Err(error) => {
            eprintln!("{id}: {error}");
            Ok(1)
        }
    }
}

async fn discard_one(args: &DropLetterArgs) -> Result<(), ServerError> {
    let mut faults = Faults::default();
    let reason = faults.take("--reason", api::parse_text(REASON_CHARACTERS_MAX)(&args.reason));
    let desk = Desk::open(&args.settings, faults).await?;
    let letter = desk.find(args.id).await?;
    let (home, ending, reason) =
        (Scope::Organization(letter.organization_id), desk.ending(), reason.unwrap_or_default());
    desk.db.run(home, move |tx| discard(tx, letter.id, &reason, &ending)).await?;
    writeln!(std::io::stdout(), "{} is dropped", args.id)?;
    Ok(())
}
