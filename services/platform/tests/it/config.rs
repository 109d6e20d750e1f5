//! Configuration: defaults, secrets, and all faults at once.

use clap::Args;
use platform::config::{
    AggregationArgs, BrokerArgs, ClockArgs, DatabaseArgs, Deployment, EdgeArgs, Environment, Faults,
    HttpArgs, KeyArgs, LimitArgs, LimitSettings, StoreArgs, TlsArgs, TlsSettings, UploadArgs,
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
    let (url, limits) = url.expose_secret().split_once('?').unwrap();
    assert_eq!(url, "postgres://from-a-file");
    assert!(limits.starts_with("connect_timeout="), "{limits}");
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

#[test]
fn a_certificate_needs_its_key_and_a_key_its_certificate() {
    let resolve = |line: &[&str]| {
        let mut faults = Faults::default();
        let settings = parse::<TlsArgs>(line).resolve(&mut faults);
        (settings, faults.list().iter().map(|fault| fault.name).collect::<Vec<_>>())
    };
    let (certificate, key) = (["--tls-cert", "/c.pem"], ["--tls-key", "/k.pem"]);
    assert_eq!(resolve(&[]), (None, vec![]));
    assert_eq!(resolve(&certificate), (None, vec!["USAGE_TLS_KEY"]));
    assert_eq!(resolve(&key), (None, vec!["USAGE_TLS_CERT"]));
    let settings = TlsSettings { certificate: "/c.pem".into(), key: "/k.pem".into() };
    assert_eq!(resolve(&[certificate, key].concat()), (Some(settings), vec![]));
}

#[test]
fn the_brokers_url_is_one_and_encrypted_where_authorities_are_named() {
    let resolve = |url: &str, authorities: &str| {
        let mut faults = Faults::default();
        let args = parse::<BrokerArgs>(&["--amqp-ca", authorities]);
        let settings = args.resolve(&Environment::of([("USAGE_AMQP_URL", url)]), &mut faults);
        settings.map(|settings| settings.authorities).ok_or(faults.to_string())
    };
    let authorities = test_support::tls::tls_file("ca.pem");
    let ca = authorities.to_str().unwrap();
    assert_eq!(resolve("amqp://u:hidden@mq", ""), Ok(None));
    assert_eq!(resolve("amqps://u:hidden@mq", ""), Ok(None));
    assert_eq!(resolve("amqps://u:hidden@mq", ca), Ok(Some(authorities.clone())));
    for (url, authorities) in [("amqp://u:hidden@mq", ca), ("http://u:hidden@mq", ""), ("u:hidden@mq", "")] {
        let faults = resolve(url, authorities).unwrap_err();
        assert!(faults.contains("USAGE_AMQP_URL: is n") && !faults.contains("hidden"), "{url}: {faults}");
    }
}

#[test]
fn authorities_that_cannot_be_used_are_a_fault() {
    for authorities in ["/nowhere/ca.pem", test_support::tls::tls_file("server.key").to_str().unwrap()] {
        let mut faults = Faults::default();
        let args = parse::<BrokerArgs>(&["--amqp-ca", authorities]);
        args.resolve(&Environment::of([("USAGE_AMQP_URL", "amqps://mq")]), &mut faults);
        let faults = faults.check().unwrap_err().to_string();
        assert!(faults.contains("USAGE_AMQP_CA: ") && faults.contains(authorities), "{faults}");
    }
}

#[test]
fn limits_have_defaults_and_can_be_switched_off() {
    let mut faults = Faults::default();
    let limits = parse::<LimitArgs>(&[]).resolve(&mut faults).unwrap();
    let defaults = LimitSettings { organization: 60_000, user: 6_000, address: 30_000, sign_in: 600 };
    assert_eq!(limits, defaults);
    let off =
        ["--limit-organization", "0", "--limit-user", "0", "--limit-address", "0", "--limit-sign-in", "0"];
    assert_eq!(parse::<LimitArgs>(&off).resolve(&mut faults).unwrap(), LimitSettings::default());
    faults.check().unwrap();
    let mut faults = Faults::default();
    assert!(parse::<LimitArgs>(&["--limit-user", "1.5"]).resolve(&mut faults).is_none());
    assert!(parse::<LimitArgs>(&["--limit-address", "many"]).resolve(&mut faults).is_none());
    assert_eq!(faults.list().len(), 2);
}

#[test]
fn nobody_is_trusted_unless_named_exactly() {
    let mut faults = Faults::default();
    let edge = parse::<EdgeArgs>(&[]).resolve(&mut faults).unwrap();
    assert_eq!((edge.cors_origins.len(), edge.trusted_proxies), (0, "".parse().unwrap()));
    let edge = parse::<EdgeArgs>(&["--cors-origins", "https://portal.example, http://localhost:3000,"]);
    let origins = edge.resolve(&mut faults).unwrap().cors_origins;
    assert_eq!(origins, ["https://portal.example", "http://localhost:3000"]);
    faults.check().unwrap();
    for origin in [
        "*",
        "portal.example",
        "https://portal.example/",
        "https://Portal.example",
        "https://*.example",
        "null",
        "https://a@portal.example",
        "ftp://portal.example",
        "https://portal.example?x",
        "https://portal.example#x",
    ] {
        let mut faults = Faults::default();
        assert!(parse::<EdgeArgs>(&["--cors-origins", origin]).resolve(&mut faults).is_none(), "{origin}");
        assert_eq!(faults.list()[0].name, "USAGE_CORS_ORIGINS");
    }
    let mut faults = Faults::default();
    assert!(parse::<EdgeArgs>(&["--trusted-proxies", "10.0.0.0/40"]).resolve(&mut faults).is_none());
    assert_eq!(faults.list()[0].name, "USAGE_TRUSTED_PROXIES");
}
