//! Log-in with a browser, as far as it goes without a provider.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use serde_json::json;

use crate::run::{Ended, Home};
use crate::server::{Server, answer, problem};

/// A service that sends the browser to nowhere.
fn service() -> Server {
    Server::start(|request, _| {
        if request.is("POST /v1/auth/oidc/start") {
            let url = "https://login.test/auth?client_id=x&state=the+state";
            return answer(200, &json!({"authorization_url": url, "flow": "the flow", "expires_in": 600}));
        }
        if request.is("POST /v1/auth/oidc/return") {
            return problem(401, "the sign-in is refused: start it again", &json!([]));
        }
        problem(404, "there is no such resource", &json!([]))
    })
}

/// Runs a log-in to which the browser comes back with this query.
fn come_back(server: &Server, home: &Home, query: &str) -> Ended {
    let mut command = home.command(&["login", "--sso", "--server", &server.url]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut lines = said.by_ref().lines().map(Result::unwrap);
    assert!(lines.any(|line| line == "  https://login.test/auth?client_id=x&state=the+state"));
    let redirect = server.seen()[0].json()["redirect_uri"].as_str().unwrap().to_owned();
    let (host, path) = redirect.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut browser = TcpStream::connect(host).unwrap();
    write!(browser, "GET /{path}?{query} HTTP/1.1\r\nhost: {host}\r\n\r\n").unwrap();
    let mut page = String::new();
    browser.read_to_string(&mut page).unwrap();
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    let mut output = child.wait_with_output().unwrap();
    said.read_to_end(&mut output.stderr).unwrap();
    Ended::of(&output)
}

#[test]
fn what_the_browser_brings_goes_to_the_service_with_what_was_kept() {
    let (server, home) = (service(), Home::new());
    let ended = come_back(&server, &home, "code=the%20code&state=the+state").code(1);
    assert!(ended.stderr.contains("the sign-in is refused"), "{}", ended.stderr);
    let returned = json!({"flow": "the flow", "state": "the state", "code": "the code"});
    assert_eq!(server.seen()[1].json(), returned);
    assert!(!home.config().exists());
}

#[test]
fn a_provider_that_refuses_is_the_end_of_it() {
    let (server, home) = (service(), Home::new());
    let ended = come_back(&server, &home, "error=access_denied&state=the%20state").code(1);
    assert!(ended.stderr.contains("refused by the provider: access_denied"), "{}", ended.stderr);
    assert_eq!(server.lines(), ["POST /v1/auth/oidc/start"]);
    assert!(!home.config().exists());
}

#[test]
fn a_service_without_such_a_log_in_says_so() {
    let server = Server::start(|_, _| problem(404, "there is no such resource", &json!([])));
    let ended = Home::new().run(&["login", "--sso", "--server", &server.url]).code(1);
    assert!(ended.stderr.contains("has no log-in by --sso: log in with --email"), "{}", ended.stderr);
}

#[test]
fn one_way_to_log_in_has_to_be_chosen() {
    let home = Home::new();
    home.run(&["login", "--server", "http://127.0.0.1:9"]).code(2);
    home.run(&["login", "--server", "http://127.0.0.1:9", "--sso", "--email", "a@acme.test"]).code(2);
}
