//! Wrong usage ends with 2, missing files with 1.

use crate::run::Home;

#[test]
fn wrong_usage_ends_with_2() {
    for args in [
        &["frobnicate"][..],
        &[],
        &["compute", "a.data"],
        &["compute", "--month", "2026-9", "a.data"],
        &["compute", "--month", "2026-09"],
        &["inspect"],
        &["login", "--server", "localhost", "--email", "a@b"],
        &["login", "--server", "http://localhost"],
        &["meter", "register", "--id", "no-uuid", "--name", "a", "--contract", "c"],
        &["users", "set-role", "a@b", "boss"],
        &["users", "invite", "--email", "a@b"],
        &["password", "new one"],
        &["upload"],
        &["uploads", "--status", "lost"],
        &["vm-history", "--month", "2026-09", "--csv", "--json"],
        &["vm-history", "--month", "2026-09", "-o", "rows"],
        &["clock", "set", "tomorrow"],
    ] {
        let ended = Home::new().run(args);
        assert_eq!(ended.code, Some(2), "{args:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{args:?}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    for args in [
        &["inspect", "none.data"][..],
        &["compute", "--month", "2026-09", "none.data"],
        &["upload", "none.data"],
    ] {
        let ended = Home::logged_in("http://127.0.0.1:9").run(args).code(1);
        assert!(ended.stderr.contains("none.data: No such file"), "{}", ended.stderr);
    }
}

#[test]
fn every_command_explains_itself() {
    let help = Home::new().run(&["--help"]).code(0).stdout;
    assert!(
        help.contains("Exit codes") && help.contains("USAGE_METER_TOKEN") && help.contains("USAGE_API_KEY")
    );
    for command in [
        "compute",
        "inspect",
        "login",
        "logout",
        "whoami",
        "password",
        "users",
        "organizations",
        "contracts",
        "sites",
        "meter",
        "keys",
        "upload",
        "uploads",
        "report",
        "vm-history",
        "order",
        "runs",
        "clock",
    ] {
        assert!(help.contains(command), "{command}");
        Home::new().run(&[command, "--help"]).code(0);
    }
}

#[test]
fn without_a_log_in_it_says_how_to_get_one() {
    let ended = Home::new().run(&["report", "--month", "2026-09"]).code(1);
    assert!(ended.stderr.contains("usagectl login"), "{}", ended.stderr);
}

#[test]
fn a_server_that_does_not_answer_is_named() {
    let ended = Home::logged_in("http://127.0.0.1:9").run(&["whoami"]).code(1);
    assert!(ended.stderr.contains("http://127.0.0.1:9 was not reached"), "{}", ended.stderr);
    let ended = Home::logged_in("https://127.0.0.1:9").run(&["whoami"]).code(1);
    assert!(ended.stderr.contains("https://127.0.0.1:9 was not reached"), "{}", ended.stderr);
}

#[test]
fn authorities_that_cannot_be_used_are_named() {
    let home = Home::logged_in("https://127.0.0.1:9");
    std::fs::write(home.path("empty.pem"), "no certificate").unwrap();
    for (file, reason) in [("none.pem", "No such file"), ("empty.pem", "no certificate in PEM form")] {
        let ended = home.run(&["whoami", "--ca-file", file]).code(1);
        assert!(ended.stderr.contains(&format!("{file}: {reason}")), "{}", ended.stderr);
    }
}
