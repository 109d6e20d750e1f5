//! What a role is configured with: everything it needs, or everything that is wrong.

use platform::config::{
    AggregationSettings, AuditSettings, BrokerSettings, ClockSettings, DatabaseSettings, Deployment,
    EdgeSettings, Environment, Faults, HttpLimits, HttpSettings, KeySettings, LimitSettings, OidcSettings,
    ResumableSettings, StoreSettings, TlsSettings, UploadLimits,
};
use std::time::Duration;

use crate::cli::ServeArgs;
use crate::roles::Role;

/// The settings of a role.
pub struct Settings {
    pub http: HttpSettings,
    pub http_limits: HttpLimits,
    /// Where people find the service, if it is said.
    pub public_url: Option<String>,
    /// None for plain HTTP.
    pub tls: Option<TlsSettings>,
    pub edge: EdgeSettings,
    pub limits: LimitSettings,
    pub database: DatabaseSettings,
    pub broker: BrokerSettings,
    pub store: StoreSettings,
    pub uploads: UploadLimits,
    /// How long a message may wait in the outbox without a word about it.
    pub outbox_age_max: Duration,
    /// For what is in progress when the process is told to end.
    pub stop_grace: Duration,
    pub resumable: ResumableSettings,
    pub aggregation: AggregationSettings,
    pub clock: ClockSettings,
    /// None for a role that knows no callers.
    pub keys: Option<KeySettings>,
    /// None without sign-in from outside.
    pub oidc: Option<OidcSettings>,
    /// None for a role that does not seal the audit.
    pub audit: Option<AuditSettings>,
}

impl Settings {
    /// Of this role, from arguments and environment.
    pub fn resolve(role: Role, args: &ServeArgs, environment: &Environment) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        // Each is asked before any is missed, so that all faults are told at once.
        let http = args.http.resolve(&mut faults);
        let http_limits = args.http_limits.resolve(&mut faults);
        let tls = args.tls.resolve(&mut faults);
        let edge = args.edge.resolve(&mut faults);
        let limits = args.limits.resolve(&mut faults);
        let database = args.database.resolve(environment, &mut faults);
        let broker = args.broker.resolve(environment, &mut faults);
        let store = args.store.resolve(&mut faults);
        let uploads = args.uploads.resolve(&mut faults);
        let outbox_age_max = args.relay.resolve(&mut faults);
        let stop_grace = args.stop.resolve(&mut faults);
        let resumable = args.resumable.resolve(&mut faults);
        let aggregation = args.aggregation.resolve(&mut faults);
        let clock = args.clock.resolve(&mut faults);
        let public_url = clock.and_then(|clock| args.public.resolve(clock.deployment, &mut faults));
        let keys = if role.has_callers() { args.keys.resolve(&mut faults) } else { None };
        let deployment = clock.map_or(Deployment::Production, |clock| clock.deployment);
        let oidc =
            role.answers_api().then(|| args.oidc.resolve(environment, deployment, &mut faults)).flatten();
        let audit = if role.seals() { args.audit.resolve(store.as_ref(), &mut faults) } else { None };
        let settings = || {
            Some(Self {
                http: http?,
                http_limits: http_limits?,
                public_url,
                tls,
                edge: edge?,
                limits: limits?,
                database: database?,
                broker: broker?,
                store: store?,
                uploads: uploads?,
                outbox_age_max: outbox_age_max?,
                stop_grace: stop_grace?,
                resumable: resumable?,
                aggregation: aggregation?,
                clock: clock?,
                keys,
                oidc,
                audit,
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
            "--audit-key-file",
            "",
            "--uploads-at-once",
            "0",
            "--environment",
            "x",
        ];
        let mut found = faults(&arguments, &Environment::of([("USAGE_AMQP_URL", "amqp://localhost")]));
        found.sort_unstable();
        let expected = [
            "USAGE_AUDIT_KEY_FILE",
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
        assert!(
            faults(&["--store", "/s", "--key-file", "/k", "--audit-key-file", "/a"], &environment).is_empty()
        );
    }
}
