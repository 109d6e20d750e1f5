//! `usagectl compute`.

mod json;
mod table;

use std::fs::File;
use std::path::PathBuf;

use metering::{Computed, Limits, Month, PieceError, ReadError};

use crate::client::Reason;
use crate::connect::Format;
use crate::error::Error;
use crate::print::{Out, clean, reasons};
use crate::progress;

/// Options of `compute`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every meter is taken to be in production and every file to have been received in time, in the order given: where
two files hold the same collection with other content, the first counts. A refused file changes nothing, so that
with one there is no result.")]
pub struct Args {
    /// The month to meter
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    /// Usage data files, in the order of receipt
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    format: Format,
}

/// Meters the month and prints rows and figures.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let files = args.files.iter().map(|path| File::open(path).map_err(Error::file(path)));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let progress = progress::steps(0, "collections").with_message("metering");
    let computed = metering::compute(args.month, &files, &Limits::default(), |step| {
        progress.set_length(step.all as u64);
        progress.set_position(step.done as u64);
    });
    progress.finish_and_clear();
    let computed = computed.map_err(|error| explain(args, error))?;
    if args.format.json {
        json::print(out, &computed.timeline)?;
        return Ok(());
    }
    table::print(out, &computed.timeline)?;
    note_skipped(args, &computed, out)
}

/// Says why a file was refused on standard error, as standard output is for the result.
fn explain(args: &Args, error: PieceError) -> Error {
    let path = args.files.get(error.source_index).cloned().unwrap_or_default();
    match error.error {
        ReadError::Io(source) => Error::File { path, source },
        ReadError::Refused(refusals) => {
            let found: Vec<Reason> = refusals.as_slice().iter().map(Reason::from).collect();
            eprintln!("{}: refused", clean(&path.to_string_lossy()));
            match reasons::print(&mut std::io::stderr(), &found) {
                Ok(()) => Error::Refused { refused: 1, files: args.files.len() },
                Err(error) => error,
            }
        }
    }
}

fn note_skipped(args: &Args, computed: &Computed, out: Out<'_>) -> Result<(), Error> {
    if args.files.len() > 1 {
        let Computed { duplicates, conflicts, .. } = computed;
        writeln!(out, "collections not used: {duplicates} duplicate, {conflicts} conflicting")?;
    }
    Ok(())
}
