//! Everything of a list that may be long, never held in memory together.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::client::{Call, Client, ClientError};
use crate::error::Error;
use crate::print::Out;

/// What the items are written as.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Comma-separated, as the service writes it.
    Csv,
    /// Tab-separated, as the service writes it.
    Tsv,
    /// A JSON object a line, as the service writes it.
    Ndjson,
    /// One list of all pages.
    Json,
}

/// Writes all items.
fn write(client: &mut Client, call: impl Fn() -> Call, kind: Kind, out: Out<'_>) -> Result<(), Error> {
    match kind {
        Kind::Csv => whole(client, &call().header("accept", "text/csv"), out),
        Kind::Tsv => whole(client, &call().header("accept", "text/tab-separated-values"), out),
        Kind::Ndjson => whole(client, &call().header("accept", "application/x-ndjson"), out),
        Kind::Json => pages(client, call, out),
    }
}

/// Writes all items to a file, which appears only when it is complete, or to `out`.
pub fn save(
    client: &mut Client,
    call: impl Fn() -> Call,
    kind: Kind,
    path: Option<&Path>,
    out: Out<'_>,
) -> Result<(), Error> {
    let Some(path) = path else { return write(client, call, kind, out) };
    let mut target = Target::create(path)?;
    write(client, call, kind, &mut target)?;
    target.finish()
}

fn whole(client: &mut Client, call: &Call, out: Out<'_>) -> Result<(), Error> {
    let mut body = client.send(call)?.into_body().into_reader();
    let mut buffer = vec![0; 1 << 16];
    loop {
        // Apart, because the one is the network's fault and the other is the disk's or the pipe's.
        let read = match io::Read::read(&mut body, &mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let (server, source) = (client.server().to_owned(), error.into());
                return Err(ClientError::Network { server, source }.into());
            }
        };
        match buffer.get(..read) {
            Some([]) | None => return Ok(()),
            Some(bytes) => out.write_all(bytes)?,
        }
    }
}

fn pages(client: &mut Client, call: impl Fn() -> Call, out: Out<'_>) -> Result<(), Error> {
    write!(out, "{{\n  \"items\": [")?;
    let mut separator = "\n    ";
    client.pages(call, |items| -> Result<(), Error> {
        for item in items {
            write!(out, "{separator}{item}")?;
            separator = ",\n    ";
        }
        Ok(())
    })?;
    let end = if separator.starts_with(',') { "\n  " } else { "" };
    writeln!(out, "{end}],\n  \"next_cursor\": null\n}}")?;
    Ok(())
}

/// A file that appears under its name only when it is complete, so that nobody bills from half a download.
#[derive(Debug)]
struct Target {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
}

impl Target {
    /// Begins the file beside its name.
    fn create(path: &Path) -> Result<Self, Error> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(Error::file(&part))?;
        Ok(Self { path: path.to_owned(), part, file: BufWriter::new(file) })
    }

    /// Gives the file its name.
    fn finish(mut self) -> Result<(), Error> {
        let finish = |target: &mut Self| {
            target.file.flush()?;
            target.file.get_ref().sync_all()?;
            fs::rename(&target.part, &target.path)
        };
        finish(&mut self).map_err(Error::file(&self.path))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Target {
    /// Takes an unfinished file away; a finished one is no longer under this name.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.part);
    }
}
