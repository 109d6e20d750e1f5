//! One thread that reads manifests, one file after the other.
//!
//! A manifest at its limit takes some 35 MiB while it is read; the usual one takes milliseconds. Two at a time would be
//! too many for a process that is to stay within 64 MiB. And it is always the same thread since an allocator keeps
//! freed memory by thread: spread over many, what one file needs would be kept once for each of them.

use platform::problem::ApiError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

type Job = Box<dyn FnOnce() + Send>;

/// The thread. Cheap to clone; it ends with the last clone.
#[derive(Clone)]
pub struct Checker {
    jobs: mpsc::Sender<Job>,
    turns: Arc<Semaphore>,
}

/// The turn of one file: as long as it lasts, no other is in memory.
pub struct Turn {
    jobs: mpsc::Sender<Job>,
    permit: Arc<OwnedSemaphorePermit>,
}

impl Checker {
    /// Starts the thread.
    pub fn start() -> std::io::Result<Self> {
        let (jobs, received) = mpsc::channel::<Job>();
        let work = move || {
            for job in received {
                // Who waits for it notices; the next one is not to suffer for it.
                let _ = catch_unwind(AssertUnwindSafe(job));
            }
        };
        thread::Builder::new().name("checker".to_owned()).spawn(work)?;
        Ok(Self { jobs, turns: Arc::new(Semaphore::new(1)) })
    }

    /// Waits for the files that came before.
    pub async fn turn(&self) -> Result<Turn, ApiError> {
        let permit = Arc::clone(&self.turns).acquire_owned().await.map_err(ApiError::internal)?;
        Ok(Turn { jobs: self.jobs.clone(), permit: Arc::new(permit) })
    }
}

impl Turn {
    /// Works on the file.
    pub async fn run<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let (span, permit) = (tracing::Span::current(), Arc::clone(&self.permit));
        let job = Box::new(move || {
            // If the caller hangs up, the turn ends when the work does and not before.
            let _permit = permit;
            let _ = answer.send(span.in_scope(work));
        });
        self.jobs.send(job).map_err(|_| ApiError::internal("the checker has ended"))?;
        answered.await.map_err(ApiError::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_take_turns_on_one_thread_and_survive_a_panic() {
        let checker = Checker::start().unwrap();
        let name = || thread::current().name().map(str::to_owned);
        let turn = checker.turn().await.unwrap();
        assert_eq!(turn.run(name).await.unwrap().as_deref(), Some("checker"));
        assert!(checker.turns.try_acquire().is_err());
        assert!(turn.run(|| panic!("a fault of ours")).await.is_err());
        drop(turn);
        let turn = checker.turn().await.unwrap();
        assert_eq!(turn.run(name).await.unwrap().as_deref(), Some("checker"));
    }
}
