//! Waiting until the service is done with an upload.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::outcome::Upload;
use super::send;
use crate::client::{Call, Client, ClientError};
use crate::progress;

/// The first pause between two looks, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub enum Patience {
    /// Not at all.
    None,
    /// So long, from the service's first answer.
    For(Duration),
}

/// Looks at the upload until the service is done with it or patience ends; the upload as last seen.
pub fn until_done(
    client: &mut Client,
    mut upload: Upload,
    path: &Path,
    patience: Patience,
) -> Result<Upload, ClientError> {
    let Patience::For(patience) = patience else {
        return Ok(upload);
    };
    let spinner = progress::spinner();
    let began = Instant::now();
    let mut pause = FIRST_PAUSE;
    while !upload.is_done() {
        spinner.set_message(format!("{}: {}", send::name(path), upload.status));
        let left = patience.saturating_sub(began.elapsed());
        if left.is_zero() {
            break;
        }
        sleep(pause.min(left));
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        match look(client, &upload) {
            Ok(seen) => upload = seen,
            // The bytes are safe whatever happens on the way: a service that restarts is waited for.
            Err(error) if error.is_passing() => {}
            Err(error) => return Err(error),
        }
    }
    spinner.finish_and_clear();
    Ok(upload)
}

/// The upload that had these bytes first, when we may look at it.
pub fn original(client: &mut Client, duplicate: &Upload) -> Result<Option<Upload>, ClientError> {
    match look(client, duplicate) {
        Ok(first) => Ok(Some(first)),
        Err(error) if error.problem(&[403, 404]).is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

fn look(client: &mut Client, upload: &Upload) -> Result<Upload, ClientError> {
    let id = upload.duplicate_of.unwrap_or(upload.id);
    let raw = client.json(&Call::get(format!("/v1/uploads/{id}")))?;
    Upload::read(client, raw)
}
