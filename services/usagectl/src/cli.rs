//! The command line as a whole; each command's options are with the command.

use clap::{Parser, Subcommand};

use crate::commands::{
    audit, clock, compute, contracts, inspect, keys, login, logout, meter, order, organizations, password,
    report, runs, sites, upload, uploads, users, vm_history, whoami,
};
use crate::error::Error;
use crate::print::Out;

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 an error (network, log-in, files), 2 wrong usage, 3 a file was refused.

Environment:
  USAGE_SERVER       the service's address, in place of --server
  USAGE_CA_FILE      the authorities that may have signed the service's certificate, in place of --ca-file
  USAGE_PASSWORD     the password for `login`, in place of the prompt
  USAGE_METER_TOKEN  a meter's token: `upload` uses it in place of a log-in
  USAGE_API_KEY      an API key, in place of a log-in; or USAGE_API_KEY_FILE, a file that holds it
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
    /// Change your password
    Password(password::Args),
    /// Invite users, list and change them
    Users(users::Args),
    /// Add organizations and list them
    Organizations(organizations::Args),
    /// Add contracts of partners and list them
    Contracts(contracts::Args),
    /// Add sites and list them
    Sites(sites::Args),
    /// Register meters and list them
    Meter(meter::Args),
    /// Make API keys for programs, list and revoke them
    Keys(keys::Args),
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
    /// Show or download the audit: who did what, when, to what, from where
    Audit(audit::Args),
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
            Self::Password(args) => password::run(args, out),
            Self::Users(args) => users::run(args, out),
            Self::Organizations(args) => organizations::run(args, out),
            Self::Contracts(args) => contracts::run(args, out),
            Self::Sites(args) => sites::run(args, out),
            Self::Meter(args) => meter::run(args, out),
            Self::Keys(args) => keys::run(args, out),
            Self::Upload(args) => upload::run(args, out),
            Self::Uploads(args) => uploads::run(args, out),
            Self::Report(args) => report::run(args, out),
            Self::VmHistory(args) => vm_history::run(args, out),
            Self::Order(args) => order::run(args, out),
            Self::Audit(args) => audit::run(args, out),
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
