use clap::FromArgMatches;
use secrecy::ExposeSecret;

use super::*;

const RULE: &str = "--oidc-role-map=admins=00000000-0000-7000-8000-000000000003/partner-admin";
const GOOD: [&str; 4] = [
    "--oidc-issuer=https://login.example/realm",
    "--oidc-client-id=usage",
    "--oidc-redirects=https://portal.example/return",
    RULE,
];

/// The settings, or the names of what is wrong.
fn resolve(
    line: &[&str],
    variables: &[(&str, &str)],
    deployment: Deployment,
) -> Result<Option<OidcSettings>, Vec<&'static str>> {
    let command =
        OidcArgs::augment_args(clap::Command::new("test").no_binary_name(true).args_override_self(true));
    let args = OidcArgs::from_arg_matches(&command.get_matches_from(line)).unwrap();
    let mut faults = Faults::default();
    let environment = Environment::of(variables.iter().copied());
    let settings = args.resolve(&environment, deployment, &mut faults);
    match faults.check() {
        Ok(()) => Ok(settings),
        Err(faults) => Err(faults.list().iter().map(|fault| fault.name).collect()),
    }
}

/// What is wrong with the good settings and these in place of some.
fn faults(more: &[&str]) -> Vec<&'static str> {
    resolve(&[&GOOD, more].concat(), &[], Deployment::Production).err().unwrap_or_default()
}

#[test]
fn nothing_is_no_sign_in_and_half_of_it_is_wrong() {
    assert!(resolve(&[], &[], Deployment::Production).unwrap().is_none());
    assert!(resolve(&[], &[(SECRET, "")], Deployment::Production).unwrap().is_none());
    let half = resolve(&[RULE], &[], Deployment::Production).unwrap_err();
    assert_eq!(half, ["USAGE_OIDC_ISSUER", "USAGE_OIDC_CLIENT_ID", "USAGE_OIDC_REDIRECTS"]);
    let secret = resolve(&[], &[(SECRET, "hidden")], Deployment::Production).unwrap_err();
    assert_eq!(secret.len(), 4);
}

#[test]
fn a_client_has_a_secret_or_is_public() {
    let public = resolve(&GOOD, &[], Deployment::Production).unwrap().unwrap();
    assert!(public.client_secret.is_none());
    assert_eq!((public.scopes.as_str(), public.roles_claim.as_str()), ("openid email", "groups"));
    let settings = resolve(&GOOD, &[(SECRET, "hidden")], Deployment::Production).unwrap().unwrap();
    assert!(!format!("{settings:?}").contains("hidden"));
    assert_eq!(settings.client_secret.unwrap().expose_secret(), "hidden");
    let both =
        resolve(&GOOD, &[(SECRET, "x"), ("USAGE_OIDC_CLIENT_SECRET_FILE", "/x")], Deployment::Production);
    assert_eq!(both.unwrap_err(), [SECRET]);
}

#[test]
fn what_cannot_be_meant_is_told() {
    for (wrong, name) in [
        ("--oidc-issuer=", "USAGE_OIDC_ISSUER"),
        ("--oidc-issuer=http://127.0.0.1:8443", "USAGE_OIDC_ISSUER"),
        ("--oidc-issuer=https://login.example/?realm=a", "USAGE_OIDC_ISSUER"),
        ("--oidc-issuer=https://user@login.example", "USAGE_OIDC_ISSUER"),
        ("--oidc-issuer=login.example", "USAGE_OIDC_ISSUER"),
        ("--oidc-client-id=two words", "USAGE_OIDC_CLIENT_ID"),
        ("--oidc-redirects=http://portal.example/", "USAGE_OIDC_REDIRECTS"),
        ("--oidc-scopes=email", "USAGE_OIDC_SCOPES"),
        ("--oidc-scopes=openid  email", "USAGE_OIDC_SCOPES"),
        ("--oidc-roles-claim=", "USAGE_OIDC_ROLES_CLAIM"),
        ("--oidc-role-map=admins=x/y", "USAGE_OIDC_ROLE_MAP"),
        ("--oidc-ca=/nowhere.pem", "USAGE_OIDC_CA"),
    ] {
        assert_eq!(faults(&[wrong]), [name], "{wrong}");
    }
}

#[test]
fn secrets_go_by_https_and_in_development_to_this_machine() {
    let may_ask = |deployment, url: &str| {
        let settings = resolve(&GOOD, &[], deployment).unwrap().unwrap();
        settings.may_ask(url)
    };
    for (url, in_production, in_development) in [
        ("https://login.example/token", true, true),
        ("http://127.0.0.1:8443/token", false, true),
        ("http://[::1]/token", false, true),
        ("http://localhost/token", false, true),
        ("http://login.example/token", false, false),
        ("http://127.0.0.1.evil.example/token", false, false),
        ("https://user:password@login.example/token", false, false),
        ("/token", false, false),
        ("", false, false),
    ] {
        assert_eq!(may_ask(Deployment::Production, url), in_production, "{url}");
        assert_eq!(may_ask(Deployment::Development, url), in_development, "{url}");
    }
}
