//! `usagectl upload`.

mod kept;
mod outcome;
mod resumable;
mod send;
mod wait;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::client::Client;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out};
use outcome::Outcome;
pub use send::name;
use wait::Patience;

/// Options of `upload`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A file is accepted or refused as a whole; a refused file changes nothing. The same bytes again are recognized and
change nothing either, so an upload that broke off is simply repeated. A large file is sent in parts: after a broken
connection, or in the next run, it goes on where it was.

With a meter's token in USAGE_METER_TOKEN no log-in is needed; the server is then given by --server or
USAGE_SERVER.")]
pub struct Args {
    /// Usage data files, in the order in which they are to be received
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Do not wait until the files are processed
    #[arg(long)]
    no_wait: bool,
    /// How long to wait for each file, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    timeout: u64,
    /// Send files of any size so that they go on after a broken connection; those over 8 MiB always do
    #[arg(long)]
    resumable: bool,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Uploads file by file, and says of each what became of it.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    // A wrong name should be known before the first file has gone.
    for path in &args.files {
        std::fs::File::open(path).map_err(Error::file(path))?;
    }
    let mut client = args.connection.upload_client()?;
    let patience =
        if args.no_wait { Patience::None } else { Patience::For(Duration::from_secs(args.timeout)) };
    let mut done: Vec<(&Path, Outcome)> = Vec::new();
    let mut ended = Ok(());
    for path in &args.files {
        match one(&mut client, path, args.resumable, patience) {
            Ok(outcome) => {
                if !args.format.json {
                    outcome.print(out, path)?;
                    // Each line as it happens, also into a pipe.
                    out.flush()?;
                }
                done.push((path, outcome));
            }
            Err(error) => {
                ended = Err(error);
                break;
            }
        }
    }
    if args.format.json {
        let files: Vec<_> = done.iter().map(|(path, outcome)| outcome.json(path)).collect();
        print::json(out, &json!({ "files": files }))?;
    }
    verdict(&done, args, ended)
}

fn one(client: &mut Client, path: &Path, resumable: bool, patience: Patience) -> Result<Outcome, Error> {
    match send::send(client, path, resumable)? {
        send::Answer::Refused(reasons) => Ok(Outcome::Refused { reasons, upload: None }),
        send::Answer::Received(upload) => {
            Ok(Outcome::of(wait::until_done(client, upload, path, patience)?, false))
        }
        send::Answer::Duplicate(upload) => match wait::original(client, &upload)? {
            Some(first) => Ok(Outcome::of(wait::until_done(client, first, path, patience)?, true)),
            None => Ok(Outcome::Duplicate(upload)),
        },
    }
}

/// A refused file weighs most, as trying again does not help it.
fn verdict(done: &[(&Path, Outcome)], args: &Args, ended: Result<(), Error>) -> Result<(), Error> {
    let refused = done.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Refused { .. })).count();
    let waiting = done.iter().filter(|(_, outcome)| outcome.is_waiting()).count();
    if refused > 0 {
        if let Err(error) = ended {
            eprintln!("usagectl: {error}");
        }
        return Err(Error::Refused { refused, files: args.files.len() });
    }
    ended?;
    if waiting > 0 && !args.no_wait { Err(Error::Unfinished(waiting)) } else { Ok(()) }
}
