//! Sending a file in parts (tus 1.0): after a broken connection it goes on where the service has it.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::HeaderMap;
use uuid::Uuid;

use super::kept::Kept;
use super::outcome::Upload;
use super::send::{Answer, Upcoming, name};
use crate::client::{Call, Client, ClientError, Payload};

const PATH: &str = "/v1/uploads/resumable";

/// How long to wait after each failure in a row that brought nothing further; then it is given up for this run.
const PAUSES_MS: [u64; 12] =
    [200, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 60_000, 60_000, 60_000, 60_000];

/// The way of a file.
struct Way<'a> {
    file: &'a Upcoming<'a>,
    kept: Option<Kept>,
    /// Where its bytes go, once that is known.
    place: Option<String>,
    /// Makes beginning it twice the same as once.
    key: String,
    /// What the service has.
    offset: u64,
}

/// Sends a file, or what is missing of it from an earlier run. None when the service does not take it in parts.
pub fn send(client: &mut Client, file: &Upcoming<'_>) -> Result<Option<Answer>, ClientError> {
    let kept = Kept::of(client.server(), file.path);
    let place = kept.as_ref().and_then(Kept::find);
    let mut way = Way { file, kept, place, key: Uuid::new_v4().to_string(), offset: 0 };
    let mut pauses = PAUSES_MS.iter();
    loop {
        let before = way.offset;
        match way.go_on(client) {
            Err(error) if error.problem(&[404, 405, 409]).is_some() && way.place.is_none() => {
                return Ok(None);
            }
            Err(error) if may_pass(&error) || way.is_gone(&error) => {
                if way.offset > before {
                    pauses = PAUSES_MS.iter();
                }
                let Some(pause) = pauses.next() else {
                    eprintln!(
                        "usagectl: what was sent of {} is kept: run this again to go on",
                        name(file.path)
                    );
                    return Err(error);
                };
                sleep(Duration::from_millis(*pause));
            }
            // It has not ended: the next run may go on.
            Err(error) if error.problem(&[413, 422]).is_none() => return Err(error),
            ended => {
                way.forget();
                return ended.map(Some);
            }
        }
    }
}

/// Whether the same may work in a moment: the connection, or another request of ours that the service still holds.
fn may_pass(error: &ClientError) -> bool {
    error.is_passing() || error.problem(&[409, 423, 500]).is_some()
}

impl Way<'_> {
    fn go_on(&mut self, client: &mut Client) -> Result<Answer, ClientError> {
        client.freshen()?;
        let place = match self.place.clone() {
            Some(place) => {
                self.look(client, &place)?;
                place
            }
            None => self.begin(client)?,
        };
        let Upcoming { path, size_bytes, progress } = *self.file;
        let (path, offset) = (path.to_owned(), self.offset);
        // At its end, an empty body asks for the outcome.
        let rest = Payload::Rest { path, offset, size_bytes, progress: progress.clone() };
        let call = tus(Call::append(&place, rest)).header("upload-offset", offset.to_string());
        let answer = client.send(&call)?;
        outcome(client, answer.headers())
    }

    fn begin(&mut self, client: &mut Client) -> Result<String, ClientError> {
        let call = tus(Call::send(PATH, Payload::Empty))
            .header("upload-length", self.file.size_bytes.to_string())
            .header("idempotency-key", self.key.clone());
        let answer = client.send(&call)?;
        let place = header(client, answer.headers(), "location")?;
        let place = place.strip_prefix(client.server()).unwrap_or(&place).to_owned();
        if let Some(kept) = &self.kept {
            kept.keep(&place);
        }
        self.offset = 0;
        self.place = Some(place.clone());
        Ok(place)
    }

    /// Where the service is.
    fn look(&mut self, client: &mut Client, place: &str) -> Result<(), ClientError> {
        match client.send(&tus(Call::head(place))) {
            Ok(answer) => {
                let offset = header(client, answer.headers(), "upload-offset")?;
                self.offset = offset.parse().map_err(|_| strange(client, "Upload-Offset"))?;
                Ok(())
            }
            // It is whole and refused; why is told to those who send.
            Err(error) if error.problem(&[422]).is_some() => {
                self.offset = self.file.size_bytes;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the service does not know it any more, so that it has to begin anew.
    fn is_gone(&mut self, error: &ClientError) -> bool {
        let gone = self.place.is_some() && error.problem(&[404, 410]).is_some();
        if gone {
            self.forget();
            self.place = None;
            self.key = Uuid::new_v4().to_string();
        }
        gone
    }

    fn forget(&self) {
        if let Some(kept) = &self.kept {
            kept.forget();
        }
    }
}

fn tus(call: Call) -> Call {
    call.header("tus-resumable", "1.0.0")
}

/// The upload that a whole file has become.
fn outcome(client: &mut Client, headers: &HeaderMap) -> Result<Answer, ClientError> {
    let id = header(client, headers, "usage-upload-id")?;
    let duplicate = headers.get("usage-upload-outcome").is_some_and(|outcome| outcome == "duplicate");
    let mut upload: Value = client.json(&Call::get(format!("/v1/uploads/{id}")))?;
    if duplicate {
        upload["duplicate_of"] = json!(id);
    }
    Upload::read(client, upload).map(Answer::of)
}

fn header(client: &Client, headers: &HeaderMap, name: &'static str) -> Result<String, ClientError> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.map(str::to_owned).ok_or_else(|| strange(client, name))
}

fn strange(client: &Client, name: &str) -> ClientError {
    let source = serde::de::Error::custom(format!("no good header {name}"));
    ClientError::Strange { server: client.server().to_owned(), source }
}
