//! Configuration: defaults, secrets, and all faults at once.

use clap::Args;
use platform::config::{
    AggregationArgs, BrokerArgs, ClockArgs, DatabaseArgs, Deployment, Environment, Faults, HttpArgs, KeyArgs,
    StoreArgs, UploadArgs,
};
use secrecy::ExposeSecret;
use std::time::Duration;

/// The arguments of a command line; tests set no environment variables.
fn parse<A: Args>(line: &[&str]) -> A {
    let command = A::augment_args(clap::Command::new("test").no_binary_name(true));
    A::from_arg_matches(&command.try_get_matches_from(line).unwrap()).unwrap()
}

const DATABASE_URL: (&str, &str) = ("USAGE_DATABASE_URL", "postgres://service:hidden@db/usage");

#[test]
fn the_defaults_need_only_secrets_and_places() {
    let mut faults = Faults::default();
    let environment = Environment::of([DATABASE_URL, ("USAGE_AMQP_URL", "amqp://mq")]);
    let database = parse::<DatabaseArgs>(&[]).resolve(&environment, &mut faults).unwrap();
    assert_eq!(database.url.expose_secret(), DATABASE_URL.1);
    assert!(!format!("{database:?}").contains("hidden"));
    let broker = parse::<BrokerArgs>(&[]).resolve(&environment, &mut faults).unwrap();
    assert_eq!(broker.namespace, "usage");
    let clock = parse::<ClockArgs>(&[]).resolve(&mut faults).unwrap();
    assert_eq!((clock.deployment, clock.start), (Deployment::Production, None));
    let aggregation = parse::<AggregationArgs>(&[]).resolve(&mut faults).unwrap();
    assert_eq!(aggregation.interval, Duration::from_hours(24));
    assert_eq!(aggregation.at.to_string(), "00:30:00");
    assert_eq!(parse::<UploadArgs>(&[]).resolve(&mut faults).unwrap().bytes_max, 2 << 30);
    assert!(parse::<HttpArgs>(&[]).resolve(&mut faults).unwrap().http.ip().is_loopback());
    faults.check().unwrap();
}

#[test]
fn all_faults_are_told_at_once_and_no_secret() {
    let mut faults = Faults::default();
    let environment =
        Environment::of([("USAGE_AMQP_URL", "amqp://u:hidden@mq"), ("USAGE_AMQP_URL_FILE", "/run/amqp")]);
    let database = parse::<DatabaseArgs>(&["--database-pool", "0", "--database-wait", "5"]);
    assert!(database.resolve(&environment, &mut faults).is_none());
    let broker = parse::<BrokerArgs>(&["--broker-namespace", "a b"]);
    assert!(broker.resolve(&environment, &mut faults).is_none());
    assert!(parse::<HttpArgs>(&["--http", "8080"]).resolve(&mut faults).is_none());
    assert!(parse::<StoreArgs>(&[]).resolve(&mut faults).is_none());
    assert!(parse::<KeyArgs>(&[]).resolve(&mut faults).is_none());
    assert!(parse::<AggregationArgs>(&["--aggregation-at", "24:30"]).resolve(&mut faults).is_none());
    assert!(parse::<ClockArgs>(&["--environment", "staging"]).resolve(&mut faults).is_none());
    let text = faults.check().unwrap_err().to_string();
    assert!(!text.contains("hidden"), "{text}");
    assert_eq!(
        text,
        "the configuration is wrong:
  USAGE_DATABASE_URL: is not set, nor is USAGE_DATABASE_URL_FILE
  USAGE_DATABASE_POOL: 0 is not between 1 and 1000
  USAGE_DATABASE_WAIT: `5` is no duration such as 24h, 30m, 90s or 500ms
  USAGE_AMQP_URL: both it and USAGE_AMQP_URL_FILE are set
  USAGE_BROKER_NAMESPACE: must be 1 to 200 of letters, digits, `-`, `_` and `.`
  USAGE_HTTP: `8080`: invalid socket address syntax
  USAGE_STORE: names no folder
  USAGE_KEY_FILE: names no key
  USAGE_AGGREGATION_AT: `24:30` is no time of day such as 00:30
  USAGE_ENV: `staging` is neither production nor development"
    );
}

#[test]
fn a_secret_may_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    std::fs::write(&path, "postgres://from-a-file\n").unwrap();
    let environment = Environment::of([("USAGE_DATABASE_OWNER_URL_FILE", path.to_str().unwrap())]);
    let mut faults = Faults::default();
    let url = platform::config::owner_url(&environment, &mut faults).unwrap();
    assert_eq!(url.expose_secret(), "postgres://from-a-file");
    std::fs::write(&path, "\n").unwrap();
    assert!(platform::config::owner_url(&environment, &mut faults).is_none());
    std::fs::remove_file(&path).unwrap();
    assert!(platform::config::owner_url(&environment, &mut faults).is_none());
    assert_eq!(faults.list().len(), 2);
}

#[test]
fn production_has_no_clock_to_set() {
    let mut faults = Faults::default();
    let start = ["--clock", "2026-11-01T00:00:00+01:00"];
    assert!(parse::<ClockArgs>(&start).resolve(&mut faults).unwrap().start.is_none());
    assert_eq!(faults.check().unwrap_err().list()[0].name, "USAGE_CLOCK");
    let mut faults = Faults::default();
    let development = ["--environment", "development", start[0], start[1]];
    let settings = parse::<ClockArgs>(&development).resolve(&mut faults).unwrap();
    assert_eq!(settings.start.unwrap().to_rfc3339(), "2026-10-31T23:00:00+00:00");
    faults.check().unwrap();
}
