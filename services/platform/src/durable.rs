//! The durable steps: each is done by one transaction, one message or one file, and a process may die before and after
//! it. Tests kill it at each; a released program has nothing of this but the call.

use std::fmt;

/// A step after which something has been kept that was not before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A received file gets its name in the store.
    StoreFile,
    /// An upload is recorded with its message, or with its refusal.
    RecordUpload,
    /// A file that is to come in parts is noted.
    CreateResumable,
    /// The offset of a file that comes in parts is recorded, its bytes being on the disk.
    RecordOffset,
    /// A file that came in parts is given up, by its sender or because it expired.
    RemoveResumable,
    /// Messages of the outbox are leased.
    LeaseOutbox,
    /// The broker confirms messages.
    PublishMessages,
    /// Confirmed messages leave the outbox, and those that nobody can read become dead letters.
    SettleOutbox,
    /// An upload's collections become evidence and mark their units.
    RegisterUpload,
    /// An upload is refused after its answer.
    RefuseUpload,
    /// The partition of a month's rows is made.
    MakePartition,
    /// A unit's next version is saved.
    SaveUnit,
    /// A month's report and drafts are saved.
    ComposeMonth,
    /// The failed attempts of a message that succeeded are forgotten.
    ClearAttempts,
    /// A failed attempt is counted and its message comes again, or the last one gives it up.
    CountFailure,
    /// Work on a message begins that came back without a verdict.
    BeginAgain,
    /// A message that the broker put aside goes back to work or becomes a dead letter.
    CollectDead,
    /// The broker is told of a verdict.
    SettleMessage,
    /// A run of the 24-hour schedule begins.
    StartRun,
    /// An organization's part of a run is planned.
    PlanRun,
    /// A run ends.
    FinishRun,
    /// What the verification of a unit came to is kept.
    RecordVerification,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::StoreFile,
        Self::RecordUpload,
        Self::CreateResumable,
        Self::RecordOffset,
        Self::RemoveResumable,
        Self::LeaseOutbox,
        Self::PublishMessages,
        Self::SettleOutbox,
        Self::RegisterUpload,
        Self::RefuseUpload,
        Self::MakePartition,
        Self::SaveUnit,
        Self::ComposeMonth,
        Self::ClearAttempts,
        Self::CountFailure,
        Self::BeginAgain,
        Self::CollectDead,
        Self::SettleMessage,
        Self::StartRun,
        Self::PlanRun,
        Self::FinishRun,
        Self::RecordVerification,
    ];

    /// As `USAGE_CRASH` names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StoreFile => "store-file",
            Self::RecordUpload => "record-upload",
            Self::CreateResumable => "create-resumable",
            Self::RecordOffset => "record-offset",
            Self::RemoveResumable => "remove-resumable",
            Self::LeaseOutbox => "lease-outbox",
            Self::PublishMessages => "publish-messages",
            Self::SettleOutbox => "settle-outbox",
            Self::RegisterUpload => "register-upload",
            Self::RefuseUpload => "refuse-upload",
            Self::MakePartition => "make-partition",
            Self::SaveUnit => "save-unit",
            Self::ComposeMonth => "compose-month",
            Self::ClearAttempts => "clear-attempts",
            Self::CountFailure => "count-failure",
            Self::BeginAgain => "begin-again",
            Self::CollectDead => "collect-dead",
            Self::SettleMessage => "settle-message",
            Self::StartRun => "start-run",
            Self::PlanRun => "plan-run",
            Self::FinishRun => "finish-run",
            Self::RecordVerification => "record-verification",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Does a step.
pub async fn durable<T>(step: Step, work: impl Future<Output = T>) -> T {
    crash::at(step, "before");
    let done = work.await;
    crash::at(step, "after");
    done
}

/// `USAGE_CRASH=<step>:<before|after>[:<n>]` kills the process at a step's n-th time, the first unless said.
#[cfg(debug_assertions)]
mod crash {
    use super::Step;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Point {
        step: String,
        side: String,
        time: u32,
    }

    static POINT: LazyLock<Option<Point>> = LazyLock::new(|| {
        let text = std::env::var("USAGE_CRASH").ok()?;
        let mut parts = text.splitn(3, ':').map(str::to_owned);
        let (step, side) = (parts.next()?, parts.next()?);
        let time = parts.next().map_or(Some(1), |time| time.parse().ok())?;
        Some(Point { step, side, time })
    });
    static TIMES: AtomicU32 = AtomicU32::new(0);

    pub fn at(step: Step, side: &str) {
        let Some(point) = POINT.as_ref() else { return };
        if point.step == step.as_str()
            && point.side == side
            && TIMES.fetch_add(1, Ordering::SeqCst) + 1 == point.time
        {
            // Nothing is unwound, flushed or told to anybody, as when the kernel kills a process.
            std::process::abort();
        }
    }
}

#[cfg(not(debug_assertions))]
mod crash {
    pub const fn at(_: super::Step, _: &str) {}
}
