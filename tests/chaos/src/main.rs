//! `chaos --seed 1 --files 300`: the fault tests, as scripts/chaos runs them.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a test that says what it did")]

use chaos::disk::Disk;
use chaos::plan::Plan;
use chaos::report::Report;
use chaos::run::{Harm, run};
use chaos::worlds::{counts, worlds};
use clap::Parser;
use std::process::ExitCode;
use std::time::Duration;

/// Enough to see that it can be done.
const DISK_PROBE_BYTES: u64 = 1 << 20;

/// Uploads files while everything breaks, and compares what comes of it with a run in which nothing broke.
#[derive(Parser)]
struct Arguments {
    /// Of the plan and the files.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// At least so many are sent.
    #[arg(long, default_value_t = 300)]
    files: usize,
    /// Time over which faults and files are spread.
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// How many handfuls of faults there are.
    #[arg(long, default_value_t = 4)]
    handfuls: usize,
    /// Lets the 24-hour schedule run every 30 seconds; by default for every third seed.
    #[arg(long)]
    scheduled: Option<bool>,
    /// Goes on without the fault of a full disk where no small disk can be mounted, as without root.
    #[arg(long)]
    without_disk: bool,
    /// Prints the plan, and does nothing.
    #[arg(long)]
    plan: bool,
}

fn main() -> ExitCode {
    let Arguments { seed, files, seconds, handfuls, scheduled, without_disk, plan: only_plan } =
        Arguments::parse();
    let time = Duration::from_secs(seconds);
    let plan = Plan::of(seed, time, handfuls);
    println!("the plan of seed {seed}:\n{plan}");
    if only_plan {
        return ExitCode::SUCCESS;
    }
    let worlds = worlds(seed, files);
    let (count, different) = counts(&worlds);
    println!("{count} files, {different} different ones, of {} partners; without faults first", worlds.len());
    let folder = tempfile::tempdir().expect("a folder");
    // Told before anything takes its time.
    if !without_disk && let Err(reason) = Disk::mount(&folder.path().join("probe"), DISK_PROBE_BYTES) {
        println!(
            "WRONG: the store's disk could not be made small: {reason}; --without-disk leaves that fault out"
        );
        return ExitCode::FAILURE;
    }
    let calm = run(&worlds, None, &folder.path().join("calm"));
    println!("quiet after {:.1} s; now with faults", (calm.sent_in + calm.quiet_in).as_secs_f64());
    let scheduled = scheduled.unwrap_or(seed % 3 == 0);
    let harm = Harm { seed, plan, time, scheduled };
    let harmed = run(&worlds, Some(&harm), &folder.path().join("harmed"));
    let report = Report { seed, scheduled, worlds: &worlds, calm: &calm, harmed: &harmed };
    println!("\n{report}");
    let mut wrong = report.wrong();
    wrong.extend(harmed.left_out.clone().filter(|_| !without_disk));
    for what in &wrong {
        println!("WRONG: {what}");
    }
    if wrong.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("the logs are in {}", folder.keep().display());
    ExitCode::FAILURE
}
