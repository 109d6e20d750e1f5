//! The process is killed before and after every durable step, and started again: in the end all is as if it had lived.

mod mortal;
mod put_aside;
mod resumable;
mod worlds;

use std::thread;

use e2e::State;
use mortal::Mortal;
use platform::durable::Step;

/// Which world comes to a step often enough. There is no `_`: a new step needs one.
const fn world(step: Step) -> World {
    match step {
        Step::StoreFile
        | Step::RecordUpload
        | Step::LeaseOutbox
        | Step::PublishMessages
        | Step::SettleOutbox
        | Step::RegisterUpload
        | Step::RefuseUpload => World::Uploads,
        Step::MakePartition
        | Step::SaveUnit
        | Step::ComposeMonth
        | Step::ClearAttempts
        | Step::BeginAgain
        | Step::SettleMessage => World::Work,
        Step::CreateResumable | Step::RecordOffset | Step::RemoveResumable => World::Parts,
        Step::CountFailure | Step::CollectDead => World::Failure,
        Step::StartRun | Step::PlanRun | Step::FinishRun | Step::RecordVerification => World::Runs,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum World {
    Uploads,
    Parts,
    Work,
    Failure,
    Runs,
}

impl World {
    fn live(self, points: &[String]) -> State {
        match self {
            Self::Uploads | Self::Work => worlds::uploads(points),
            Self::Parts => worlds::parts(points),
            Self::Failure => worlds::failure(points),
            Self::Runs => worlds::runs(points),
        }
    }

    /// Lives once without harm, and once for each step that belongs to it.
    fn die(self) {
        let steps: Vec<Step> = Step::ALL.into_iter().filter(|step| world(*step) == self).collect();
        assert!(!steps.is_empty(), "no step dies in {self:?}");
        thread::scope(|scope| {
            let unharmed = scope.spawn(|| self.live(&[]));
            let dying: Vec<_> =
                steps.iter().map(|step| (step, scope.spawn(|| self.live(&points(*step))))).collect();
            let unharmed = unharmed.join().expect("a life without harm");
            assert!(!unharmed.section("reports").is_empty(), "a world without reports shows nothing");
            for (step, died) in dying {
                let died = died.join().unwrap_or_else(|_| panic!("{step}: it did not come to its end"));
                println!("{step}");
                died.assert_same(&unharmed);
            }
        });
    }
}

/// One process dies before the step, so that it is not done, one after it; a third does the step once before it dies.
fn points(step: Step) -> Vec<String> {
    match step {
        // It takes a death to come to this step.
        Step::BeginAgain => {
            let first = format!("{}:before", Step::SettleMessage);
            [first, format!("{step}:before"), format!("{step}:after")].into()
        }
        _ => ["before", "after", "before:2"].map(|side| format!("{step}:{side}")).into(),
    }
}

#[test]
fn uploads_survive_every_death_on_their_way_to_the_aggregator() {
    World::Uploads.die();
}

#[test]
fn files_in_parts_survive_every_death_of_their_receiver() {
    World::Parts.die();
}

#[test]
fn work_survives_every_death_of_the_aggregator() {
    World::Work.die();
}

#[test]
fn failures_are_counted_and_heal_through_deaths() {
    World::Failure.die();
}

#[test]
fn runs_survive_every_death_of_the_schedule() {
    World::Runs.die();
}
