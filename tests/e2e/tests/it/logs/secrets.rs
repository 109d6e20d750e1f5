//! No secret is written, at the most verbose level and in either format.

use std::process::Command;

use e2e::{Service, program};

use super::CLOCK;
use super::forms::forms;
use super::given::given;

/// What it is, and what nobody may read.
pub type Secrets = Vec<(&'static str, String)>;

#[test]
fn no_secret_is_written() {
    for format in ["json", "pretty"] {
        let settings = [("USAGE_LOG", "trace"), ("USAGE_LOG_FORMAT", format), ("NO_COLOR", "1")];
        let service = Service::start_with(CLOCK, &settings);
        let mut secrets = configured(&service);
        secrets.extend(given(&service));
        let output = service.output();
        for sign in ["TRACE", "/v1/auth/token", "/v1/meters", "admin@acme.test"] {
            assert!(
                output.contains(sign) || sign.contains('@'),
                "{format}: it does not write much: no {sign}"
            );
        }
        assert_unwritten(&output, &secrets);
    }
}

#[track_caller]
fn assert_unwritten(output: &str, secrets: &Secrets) {
    for (name, secret) in secrets {
        for form in forms(secret) {
            let line = output.lines().find(|line| line.contains(&form));
            assert!(line.is_none(), "the {name} is written as {form}: {}", line.unwrap_or_default());
        }
    }
}

fn password_in(url: &str) -> String {
    let (user, _) = url.split_once("://").unwrap().1.rsplit_once('@').unwrap();
    user.split_once(':').unwrap().1.to_owned()
}

/// The secrets that the process was given.
fn configured(service: &Service) -> Secrets {
    let key = |file: &str| -> String {
        let pem = std::fs::read_to_string(service.folder().join(file)).unwrap();
        pem.lines().filter(|line| !line.starts_with('-')).collect()
    };
    vec![
        ("password of the database", password_in(&service.database().service_url())),
        ("password of the broker", password_in(service.broker_url())),
        ("key of access tokens", key("jwt.pem")),
        ("key of the audit", key("audit.pem")),
    ]
}

#[test]
fn a_start_that_fails_tells_no_secret() {
    let secret = "hidden-secret-of-nobody";
    for database_url in [
        format!("postgres://usage_service:{secret}@127.0.0.1:1/usage"),
        format!("postgres:/usage_service:{secret}@127.0.0.1/usage"),
        format!("postgres://usage_service:{secret}@127.0.0.1:port/usage"),
        format!("postgres://usage_service:{secret}@127.0.0.1/usage?no_such_option=1"),
        format!("host=127.0.0.1 password='{secret}"),
        secret.to_owned(),
    ] {
        for subcommand in ["seed-demo", "migrate", "all"] {
            let mut command = Command::new(program("usage-insight"));
            let output = command
                .arg(subcommand)
                .env_clear()
                .envs([("USAGE_ENV", "development"), ("USAGE_LOG", "trace"), ("USAGE_CLOCK", CLOCK)])
                .envs([("USAGE_DATABASE_URL", &database_url), ("USAGE_DATABASE_OWNER_URL", &database_url)])
                .envs([
                    ("USAGE_AMQP_URL", format!("amqp//usage:{secret}@127.0.0.1:1")),
                    ("USAGE_STORE", "s".into()),
                ])
                .output()
                .unwrap();
            assert!(!output.status.success(), "{subcommand} {database_url}");
            let written = [output.stdout, output.stderr].concat();
            let written = String::from_utf8(written).unwrap();
            assert!(!written.is_empty());
            assert_unwritten(&written, &vec![("secret", secret.to_owned())]);
        }
    }
}
