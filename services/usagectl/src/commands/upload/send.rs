//! Sending one file.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use indicatif::ProgressBar;
use metering::{Code, Limits};
use serde_json::Value;
use uuid::Uuid;

use super::outcome::Upload;
use super::resumable;
use crate::client::{Call, Client, ClientError, Payload, Reason};
use crate::error::Error;
use crate::print::size;
use crate::progress;

/// How long to wait before a file is sent again whose connection broke.
const PAUSE: Duration = Duration::from_secs(1);

/// Larger files are sent so that they go on after a broken connection: a minute's worth of a slow link.
const RESUMABLE_BYTES: u64 = 8 << 20;

/// What the service answers at once.
#[derive(Debug)]
pub enum Answer {
    /// The bytes are safe; they are read next.
    Received(Upload),
    /// The service has these bytes already.
    Duplicate(Upload),
    /// Something is wrong that shows without reading the whole.
    Refused(Vec<Reason>),
}

/// Streams the file from disk, unless it is larger than any service takes.
pub fn send(client: &mut Client, path: &Path, resumable: bool) -> Result<Answer, Error> {
    let size_bytes = fs::metadata(path).map_err(Error::file(path))?.len();
    let limit = Limits::default().file_bytes;
    if size_bytes > limit {
        return Ok(Answer::Refused(vec![too_large(size_bytes, limit)]));
    }
    let progress = progress::bytes(size_bytes).with_message(name(path));
    let file = Upcoming { path, size_bytes, progress: &progress };
    let answer = if resumable || size_bytes > RESUMABLE_BYTES {
        in_parts_or_whole(client, &file)
    } else {
        whole(client, &file).or_else(|error| {
            if error.is_broken_connection() { in_parts(client, &file, error) } else { Err(error) }
        })
    };
    progress.finish_and_clear();
    answer.or_else(|error| match error.problem(&[413, 422]) {
        Some(problem) => Ok(Answer::Refused(problem.reasons())),
        None => Err(error.into()),
    })
}

/// A file that is about to be sent.
pub struct Upcoming<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// How long it is.
    pub size_bytes: u64,
    /// Moves with the bytes sent.
    pub progress: &'a ProgressBar,
}

/// A service that takes no parts, or no more of them, may take the whole.
fn in_parts_or_whole(client: &mut Client, file: &Upcoming<'_>) -> Result<Answer, ClientError> {
    match resumable::send(client, file)? {
        Some(answer) => Ok(answer),
        None => whole(client, file),
    }
}

/// After the connection broke twice.
fn in_parts(client: &mut Client, file: &Upcoming<'_>, broken: ClientError) -> Result<Answer, ClientError> {
    resumable::send(client, file)?.ok_or(broken)
}

fn whole(client: &mut Client, file: &Upcoming<'_>) -> Result<Answer, ClientError> {
    client.freshen()?;
    let Upcoming { path, size_bytes, progress } = *file;
    let payload = Payload::File { path: path.to_owned(), size_bytes, progress: progress.clone() };
    // A key, so that an answer that got lost comes back when the file is sent again.
    let call = Call::send("/v1/uploads", payload).header("idempotency-key", Uuid::new_v4().to_string());
    let raw = deliver(client, &call)?;
    Upload::read(client, raw).map(Answer::of)
}

/// A busy service may close the connection while we are still sending, instead of answering: then once more, after a
/// while.
fn deliver(client: &mut Client, call: &Call) -> Result<Value, ClientError> {
    let first = client.json(call);
    if first.as_ref().is_err_and(ClientError::is_broken_connection) {
        sleep(PAUSE);
        return client.json(call);
    }
    first
}

impl Answer {
    /// Of an upload as the service tells it.
    pub fn of(upload: Upload) -> Self {
        if upload.duplicate_of.is_some() { Self::Duplicate(upload) } else { Self::Received(upload) }
    }
}

/// The file's own name, for the progress line.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn too_large(size_bytes: u64, limit: u64) -> Reason {
    Reason {
        code: Code::LimitExceeded.to_string(),
        message: format!("the file has {} and may have {}; it was not sent", size(size_bytes), size(limit)),
        ..Reason::default()
    }
}
