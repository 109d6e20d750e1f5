//! *Verify*: a unit folded from scratch from its stored files, and compared with everything that the database holds of
//! it, row by row and column by column; then its month's report with the same sums.
//!
//! It shares with metering the rules and the reading of files, and nothing that metering keeps from one time to the
//! next. It locks nothing and writes nothing.

mod column;
mod files;
mod finding;
mod fold;
mod health;
mod month;
mod nightly;
mod rows;
mod sample;
mod unit;
mod version;

pub use finding::{Finding, Findings, What};
pub use health::{health, watch};
pub use month::Sums;
pub use nightly::keep;
pub use sample::{Sampled, sample};
pub use unit::{Compared, Outcome};

use crate::context::Context;
use platform::stop::Stop;
use std::sync::Arc;

/// How far a unit's verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many of its stored files are hashed.
    Files(usize, usize),
    /// So many of its collections are folded.
    Collections(usize, usize),
    /// So many of its rows are compared.
    Rows(usize, usize),
}

type Told = Arc<dyn Fn(Progress) + Send + Sync>;

/// Verifies units and months. A stored file that several of them need is hashed once.
pub struct Verifier {
    context: Context,
    files: Arc<files::Checked>,
    stop: Stop,
    told: Told,
}

impl Verifier {
    /// One that breaks off at the stop.
    pub fn new(context: Context, stop: Stop) -> Self {
        Self { context, files: Arc::default(), stop, told: Arc::new(|_| ()) }
    }

    /// The same, telling how far it has come.
    #[must_use]
    pub fn telling(self, told: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self { told: Arc::new(told), ..self }
    }
}
