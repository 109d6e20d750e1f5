//! What a role is configured with: everything it needs, or everything that is wrong.

use platform::config::{
    AggregationSettings, BrokerSettings, ClockSettings, DatabaseSettings, Environment, Faults, HttpSettings,
    KeySettings, StoreSettings, UploadLimits,
};

use crate::cli::ServeArgs;
use crate::roles::Role;

/// The settings of a role.
pub struct Settings {
    pub http: HttpSettings,
    pub database: DatabaseSettings,
    pub broker: BrokerSettings,
    pub store: StoreSettings,
    pub uploads: UploadLimits,
    pub aggregation: AggregationSettings,
    pub clock: ClockSettings,
    /// None for a role that knows no callers.
    pub keys: Option<KeySettings>,
}

impl Settings {
    /// Of this role, from arguments and environment.
    pub fn resolve(role: Role, args: &ServeArgs, environment: &Environment) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        // Each is asked before any is missed, so that all faults are told at once.
        let http = args.http.resolve(&mut faults);
        let database = args.database.resolve(environment, &mut faults);
        let broker = args.broker.resolve(environment, &mut faults);
        let store = args.store.resolve(&mut faults);
        let uploads = args.uploads.resolve(&mut faults);
        let aggregation = args.aggregation.resolve(&mut faults);
        let clock = args.clock.resolve(&mut faults);
        let keys = if role.has_callers() { args.keys.resolve(&mut faults) } else { None };
        let settings = || {
            Some(Self {
                http: http?,
                database: database?,
                broker: broker?,
                store: store?,
                uploads: uploads?,
                aggregation: aggregation?,
                clock: clock?,
                keys,
            })
        };
        match settings() {
            Some(settings) => faults.check().map(|()| settings),
            None => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn faults(arguments: &[&str], environment: &Environment) -> Vec<&'static str> {
        let arguments = ["usage-insight", "all"].iter().chain(arguments);
        let Command::All(args) = Cli::parse_from(arguments).command else { panic!("all") };
        match Settings::resolve(Role::All, &args, environment) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.list().iter().map(|fault| fault.name).collect(),
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let arguments = [
            "--http",
            "nowhere",
            "--store",
            "",
            "--key-file",
            "",
            "--uploads-at-once",
            "0",
            "--environment",
            "x",
        ];
        let mut found = faults(&arguments, &Environment::of([("USAGE_AMQP_URL", "amqp://localhost")]));
        found.sort_unstable();
        let expected = [
            "USAGE_DATABASE_URL",
            "USAGE_ENV",
            "USAGE_HTTP",
            "USAGE_KEY_FILE",
            "USAGE_STORE",
            "USAGE_UPLOADS_AT_ONCE",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn defaults_and_two_secrets_are_enough() {
        let environment = Environment::of([
            ("USAGE_AMQP_URL", "amqp://localhost"),
            ("USAGE_DATABASE_URL", "postgres://localhost"),
        ]);
        assert!(faults(&["--store", "/s", "--key-file", "/k"], &environment).is_empty());
    }
}
