//! `usagectl login --sso`: a public client, which has no secret, and a browser that comes back to the program.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use e2e::program;
use test_support::tls::tls_file;

use super::{Browser, Kind, World};

#[test]
fn a_person_logs_in_with_a_browser() {
    let authority = tls_file("ca.pem");
    let client = [("USAGE_OIDC_CLIENT_ID", "public"), ("USAGE_OIDC_CA", authority.to_str().unwrap())];
    let world = World::start(&client, Kind::Encrypted);
    world.provider.says("nora", "nora@northwind.example", &["northwind"]);
    let usagectl = |arguments: &[&str]| {
        let mut command = Command::new(program("usagectl"));
        command.env_clear().env("USAGECTL_CONFIG", world.service.folder().join("nora.json")).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };

    let mut login = usagectl(&["login", "--sso", "--server", world.service.server()]).spawn().unwrap();
    let mut said = BufReader::new(login.stderr.take().unwrap()).lines().map(Result::unwrap);
    let url = said.find_map(|line| Some(line.trim().to_owned()).filter(|line| line.starts_with("https://")));
    let back = Browser::sign_in(&url.expect("an address to open"), "nora");
    // Somebody else who finds the port brings nothing and ends nothing.
    let strange = format!("{}?code=x&state=y", back.split_once('?').unwrap().0);
    assert!(matches!(ureq::get(strange).call(), Err(ureq::Error::StatusCode(404))));
    let page = ureq::get(&back).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(page.contains("close this page"), "{page}");
    let mut out = String::new();
    login.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert!(login.wait().unwrap().success(), "{:?}", said.collect::<Vec<_>>());
    assert_eq!(out, format!("logged in to {} as nora@northwind.example\n", world.service.server()));

    let whoami = usagectl(&["whoami"]).output().unwrap();
    let whoami = String::from_utf8(whoami.stdout).unwrap();
    assert!(whoami.contains("nora@northwind.example, aggregator-viewer"), "{whoami}");
}
