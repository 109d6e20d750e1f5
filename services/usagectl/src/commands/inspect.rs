//! `usagectl inspect`.

mod summary;
mod verify;
mod view;

use std::path::PathBuf;

use serde_json::json;

use crate::connect::Format;
use crate::error::Error;
use crate::print::{self, Out};
use verify::Findings;

/// Options of `inspect`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Everything that a service checks and that can be checked without one: the archive, the manifest, every digest and
every record. Whether the meter is known and its signature is good only the service can say.")]
pub struct Args {
    /// Usage data files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    format: Format,
}

/// Shows and verifies file by file.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let mut shown = Vec::new();
    let mut refused = 0;
    for (index, path) in args.files.iter().enumerate() {
        let findings = Findings::of(path).map_err(Error::file(path))?;
        refused += usize::from(!findings.refusals.is_empty());
        if args.format.json {
            shown.push(view::json(path, &findings));
            continue;
        }
        if index > 0 {
            writeln!(out)?;
        }
        view::print(out, path, &findings)?;
    }
    if args.format.json {
        print::json(out, &json!({ "files": shown }))?;
    }
    if refused > 0 { Err(Error::Refused { refused, files: args.files.len() }) } else { Ok(()) }
}
