//! Sending one file.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use metering::{Code, Limits};
use serde_json::Value;
use uuid::Uuid;

use super::outcome::Upload;
use crate::client::{Call, Client, ClientError, Payload, Reason};
use crate::error::Error;
use crate::print::size;
use crate::progress;

/// How long to wait before a file is sent again whose connection broke.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];

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
pub fn send(client: &mut Client, path: &Path) -> Result<Answer, Error> {
    let size_bytes = fs::metadata(path).map_err(Error::file(path))?.len();
    let limit = Limits::default().file_bytes;
    if size_bytes > limit {
        return Ok(Answer::Refused(vec![too_large(size_bytes, limit)]));
    }
    client.freshen()?;
    let progress = progress::bytes(size_bytes).with_message(name(path));
    let payload = Payload::File { path: path.to_owned(), size_bytes, progress: progress.clone() };
    // A key, so that an answer that got lost comes back when the file is sent again.
    let call = Call::send("/v1/uploads", payload).header("idempotency-key", Uuid::new_v4().to_string());
    let answer = deliver(client, &call);
    progress.finish_and_clear();
    match answer {
        Ok(raw) => {
            let upload = Upload::read(client, raw)?;
            Ok(if upload.duplicate_of.is_some() {
                Answer::Duplicate(upload)
            } else {
                Answer::Received(upload)
            })
        }
        Err(error) => match error.problem(&[413, 422]) {
            Some(problem) => Ok(Answer::Refused(problem.reasons())),
            None => Err(error.into()),
        },
    }
}

/// A busy service may close the connection while we are still sending, instead of answering: then again, after a
/// while and not forever.
fn deliver(client: &mut Client, call: &Call) -> Result<Value, ClientError> {
    let mut pauses = PAUSES.iter();
    loop {
        let answer = client.json(call);
        match (&answer, pauses.next()) {
            (Err(error), Some(pause)) if error.is_broken_connection() => sleep(*pause),
            _ => return answer,
        }
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
