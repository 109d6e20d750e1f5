//! A request that can be made more than once: after a refreshed log-in the same call is sent again.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use indicatif::ProgressBar;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body, RequestBuilder, SendBody};

/// What to ask the server for.
#[derive(Debug)]
pub struct Call {
    verb: Verb,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
}

#[derive(Debug)]
enum Verb {
    Get,
    Head,
    Post(Payload),
    Put(Payload),
    Patch(Payload),
    Delete,
}

/// What a call carries.
#[derive(Debug)]
pub enum Payload {
    /// A JSON value.
    Json(Value),
    /// Nothing.
    Empty,
    /// A file as it is, streamed from disk.
    File {
        /// Where it is.
        path: PathBuf,
        /// How long it is; a file that grows or shrinks while it is sent fails the call.
        size_bytes: u64,
        /// Moves with the bytes sent.
        progress: ProgressBar,
    },
    /// The rest of a file, as tus sends it.
    Rest {
        /// Where it is.
        path: PathBuf,
        /// Where the rest begins.
        offset: u64,
        /// How long the whole file is.
        size_bytes: u64,
        /// Stands at the bytes sent, of the whole file.
        progress: ProgressBar,
    },
}

impl Call {
    /// `GET path`.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Verb::Get, path)
    }

    /// `HEAD path`.
    pub fn head(path: impl Into<String>) -> Self {
        Self::new(Verb::Head, path)
    }

    /// `POST path` with a JSON body.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Verb::Post(Payload::Json(body)), path)
    }

    /// `POST path` with any body.
    pub fn send(path: impl Into<String>, payload: Payload) -> Self {
        Self::new(Verb::Post(payload), path)
    }

    /// `PUT path` with a JSON body.
    pub fn put(path: impl Into<String>, body: Value) -> Self {
        Self::new(Verb::Put(Payload::Json(body)), path)
    }

    /// `PATCH path` with a JSON body.
    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Self::new(Verb::Patch(Payload::Json(body)), path)
    }

    /// `PATCH path` with any body.
    pub fn append(path: impl Into<String>, payload: Payload) -> Self {
        Self::new(Verb::Patch(payload), path)
    }

    /// `DELETE path`.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Verb::Delete, path)
    }

    fn new(verb: Verb, path: impl Into<String>) -> Self {
        Self { verb, path: path.into(), query: Vec::new(), headers: Vec::new() }
    }

    /// Adds a query parameter, when there is a value for it.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Makes the call once.
    pub(super) fn attempt(
        &self,
        agent: &Agent,
        server: &str,
        token: Option<&str>,
    ) -> Result<Response<Body>, ureq::Error> {
        let url = format!("{server}{}", self.path);
        match &self.verb {
            Verb::Get => self.dressed(agent.get(url), token).call(),
            Verb::Head => self.dressed(agent.head(url), token).call(),
            Verb::Delete => self.dressed(agent.delete(url), token).call(),
            Verb::Post(payload) => deliver(self.dressed(agent.post(url), token), payload),
            Verb::Put(payload) => deliver(self.dressed(agent.put(url), token), payload),
            Verb::Patch(payload) => deliver(self.dressed(agent.patch(url), token), payload),
        }
    }

    fn dressed<B>(&self, mut request: RequestBuilder<B>, token: Option<&str>) -> RequestBuilder<B> {
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }
}

fn deliver(
    request: RequestBuilder<ureq::typestate::WithBody>,
    payload: &Payload,
) -> Result<Response<Body>, ureq::Error> {
    match payload {
        Payload::Json(body) => request.send_json(body),
        Payload::Empty => request.send_empty(),
        Payload::File { path, size_bytes, progress } => {
            progress.set_position(0);
            let file = progress.wrap_read(File::open(path)?);
            let mut file = Whole { file, left: *size_bytes };
            request
                .content_type("application/octet-stream")
                .header("content-length", size_bytes.to_string())
                .send(SendBody::from_reader(&mut file))
        }
        Payload::Rest { path, offset, size_bytes, progress } => {
            progress.set_position(*offset);
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(*offset))?;
            let left = size_bytes.saturating_sub(*offset);
            let mut rest = Whole { file: progress.wrap_read(file.take(left)), left };
            request
                .content_type("application/offset+octet-stream")
                .header("content-length", left.to_string())
                .send(SendBody::from_reader(&mut rest))
        }
    }
}

/// A body of a promised length. One that ends before would leave both sides waiting for the rest.
struct Whole<R> {
    file: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if read == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the file became shorter while it was sent",
            ));
        }
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_shorter_than_promised_is_an_error() {
        let read = |left| Whole { file: &b"abc"[..], left }.read_to_end(&mut Vec::new()).ok();
        assert_eq!((read(3), read(4)), (Some(3), None));
    }
}
