//! The command line of `dead-letters`.

use clap::{Args, Subcommand, ValueEnum};
use platform::config::{ClockArgs, DatabaseArgs};
use platform::telemetry::LogArgs;
use schema::types::LetterState;
use uuid::Uuid;

/// What to do with dead letters. As the service's own role.
#[derive(Debug, Subcommand)]
pub(crate) enum LettersCommand {
    /// Lists messages that were given up, newest first: those that wait for somebody, unless another state is asked for.
    List(Box<ListLettersArgs>),
    /// Shows all that is known of one.
    Show(Box<ShowLetterArgs>),
    /// Sends messages back to work as if they had never failed, once what they failed of has been healed. Ends with 1
    /// when any cannot be.
    Replay(Box<ReplayLettersArgs>),
    /// Gives a message up for good, and keeps the reason.
    Drop(Box<DropLetterArgs>),
}

/// Which state of dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateWanted {
    Open,
    Replayed,
    Resolved,
    Dropped,
    All,
}

impl StateWanted {
    pub(crate) const fn state(self) -> Option<LetterState> {
        match self {
            Self::Open => Some(LetterState::Open),
            Self::Replayed => Some(LetterState::Replayed),
            Self::Resolved => Some(LetterState::Resolved),
            Self::Dropped => Some(LetterState::Dropped),
            Self::All => None,
        }
    }
}

/// Where messages are worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum QueueWanted {
    Register,
    Meter,
    Compose,
    /// Came from elsewhere.
    Unknown,
}

impl QueueWanted {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Meter => "meter",
            Self::Compose => "compose",
            Self::Unknown => "unknown",
        }
    }
}

/// Which dead letters.
#[derive(Debug, Clone, Args)]
pub(crate) struct WhichLettersArgs {
    /// Only of this queue.
    #[arg(long)]
    pub queue: Option<QueueWanted>,
    /// Only of this organization; the operator's own are messages that nobody can read.
    #[arg(long, value_name = "UUID")]
    pub organization: Option<Uuid>,
}

/// What each needs.
#[derive(Debug, Args)]
pub(crate) struct LettersArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub clock: ClockArgs,
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Settings of `dead-letters list`.
#[derive(Debug, Args)]
pub(crate) struct ListLettersArgs {
    #[command(flatten)]
    pub which: WhichLettersArgs,
    /// Only in this state.
    #[arg(long, default_value = "open")]
    pub state: StateWanted,
    /// At most so many.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub limit: i64,
    /// Prints an object of JSON a line.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: LettersArgs,
}

/// Settings of `dead-letters show`.
#[derive(Debug, Args)]
pub(crate) struct ShowLetterArgs {
    /// Which, as `list` names it.
    pub id: Uuid,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: LettersArgs,
}

/// Settings of `dead-letters replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayLettersArgs {
    /// Which, as `list` names them.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub ids: Vec<Uuid>,
    /// All that are open; `--queue` and `--organization` narrow them.
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub which: WhichLettersArgs,
    #[command(flatten)]
    pub settings: LettersArgs,
}

/// Settings of `dead-letters drop`.
#[derive(Debug, Args)]
pub(crate) struct DropLetterArgs {
    /// Which, as `list` names it.
    pub id: Uuid,
    /// Why nobody needs it any more.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    #[command(flatten)]
    pub settings: LettersArgs,
}
