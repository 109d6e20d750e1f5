//! The command line as a whole; each command's options are with the command.

use clap::{Parser, Subcommand};

use crate::commands::{
    clock, compute, inspect, login, logout, meter, order, report, runs, upload, uploads, vm_history, whoami,
};
use crate::error::Error;
use crate::print::Out;

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 an error (network, log-in, files), 2 wrong usage, 3 a file was refused.

Environment:
  USAGE_SERVER       the service's address, in place of --server
  USAGE_PASSWORD     the password for `login`, in place of the prompt
  USAGE_METER_TOKEN  a meter's token: `upload` uses it in place of a log-in
  USAGECTL_CONFIG    the file that keeps the log-in
                     (default $XDG_CONFIG_HOME/usagectl/config.json or ~/.config/usagectl/config.json)
  NO_COLOR           no bold titles";

/// Meters usage data files, and works with a usage service: uploads, reports, orders.
#[derive(Debug, Parser)]
#[command(name = "usagectl", version, after_help = AFTER_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Meter a month from files alone, without a server
    Compute(compute::Args),
    /// Show what usage data files hold and verify every digest and record
    Inspect(inspect::Args),
    /// Log in to a service and keep the log-in
    Login(login::Args),
    /// End the log-in, here and at the service
    Logout(logout::Args),
    /// Show who is logged in
    Whoami(whoami::Args),
    /// Register meters and list them
    Meter(meter::Args),
    /// Upload usage data files and wait until they are processed
    Upload(upload::Args),
    /// List uploads
    Uploads(uploads::Args),
    /// Show a month's report: lines, points, coverage
    Report(report::Args),
    /// Show or download a month's VM History
    VmHistory(vm_history::Args),
    /// Show a month's order drafts
    Order(order::Args),
    /// List the service's daily aggregation runs
    Runs(runs::Args),
    /// Set the clock of a service in development
    Clock(clock::Args),
}

impl Command {
    /// Does it.
    pub fn run(&self, out: Out<'_>) -> Result<(), Error> {
        match self {
            Self::Compute(args) => compute::run(args, out),
            Self::Inspect(args) => inspect::run(args, out),
            Self::Login(args) => login::run(args, out),
            Self::Logout(args) => logout::run(args, out),
            Self::Whoami(args) => whoami::run(args, out),
            Self::Meter(args) => meter::run(args, out),
            Self::Upload(args) => upload::run(args, out),
            Self::Uploads(args) => uploads::run(args, out),
            Self::Report(args) => report::run(args, out),
            Self::VmHistory(args) => vm_history::run(args, out),
            Self::Order(args) => order::run(args, out),
            Self::Runs(args) => runs::run(args, out),
            Self::Clock(args) => clock::run(args, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
