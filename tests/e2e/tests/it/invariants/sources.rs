//! What may be said where.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of the programs: without their tests, and without comments.
fn sources() -> Vec<(String, String)> {
    let root = root();
    let rust = files(&root.join("services"), "rs").into_iter().chain(files(&root.join("schema"), "rs"));
    let mut sources = Vec::new();
    for path in rust {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        if name.contains("/tests/") || name.ends_with("/tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        sources.push((name, code.join("\n")));
    }
    assert!(sources.len() > 100, "only {} sources found", sources.len());
    sources
}

/// Fails where any of these words is in a file that is not below one of these places.
#[track_caller]
fn assert_only_in(places: &[&str], words: &[&str]) {
    let sources = sources();
    let outside = sources.iter().filter(|(name, _)| !places.iter().any(|place| name.starts_with(place)));
    let said: Vec<_> = outside
        .filter(|(_, code)| words.iter().any(|word| code.contains(word)))
        .map(|(name, _)| name)
        .collect();
    assert!(said.is_empty(), "{words:?} outside of {places:?}: {said:#?}");
    let kept = sources.iter().any(|(_, code)| words.iter().any(|word| code.contains(word)));
    assert!(kept, "none of {words:?} is anywhere: has the word changed?");
}

#[test]
fn only_the_schema_speaks_sql() {
    assert_only_in(
        &["schema/"],
        &["table!", "sql_query", "diesel::dsl", "diesel::insert_into", "diesel::update"],
    );
}

#[test]
fn only_the_clock_asks_what_time_it_is() {
    assert_only_in(&["services/platform/src/clock.rs"], &["Utc::now", "Local::now", "SystemTime::now"]);
}

#[test]
fn only_platform_names_queues_and_speaks_to_the_broker() {
    assert_only_in(&["services/platform/"], &["lapin", "queue_declare", "exchange_declare", "basic_publish"]);
}

#[test]
fn only_platform_reads_across_tenants() {
    assert_only_in(&["services/platform/", "schema/"], &["for_platform_only"]);
}

/// A released program cannot be told to die: what reads of it and does it is in a module that only debug builds have.
#[test]
fn fault_points_are_not_in_releases() {
    const DURABLE: &str = "services/platform/src/durable.rs";
    assert_only_in(&[DURABLE], &["USAGE_CRASH", "process::abort"]);
    let (_, code) = sources().into_iter().find(|(name, _)| name == DURABLE).unwrap();
    let (before, rest) = code.split_once("#[cfg(debug_assertions)]\nmod crash {").unwrap();
    let (module, after) = rest.split_once("\n}\n").unwrap();
    for word in ["env::var", "process::abort"] {
        assert!(module.contains(word), "{word} is elsewhere");
        assert!(!before.contains(word) && !after.contains(word), "{word} outside of the module");
    }
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(!workspace.contains("debug-assertions"), "profiles keep cargo's defaults: none in a release");
}

#[test]
fn the_metering_core_knows_neither_clock_nor_surroundings() {
    let core = sources().into_iter().filter(|(name, _)| name.starts_with("services/metering/"));
    for (name, code) in core {
        for word in ["std::time", "Instant::now", "std::env", "std::net", "tracing::", "tokio"] {
            assert!(!code.contains(word), "{word} in {name}");
        }
    }
}

/// Business time is the service's clock, which tests and rehearsals move.
#[test]
fn sql_never_asks_what_time_it_is() {
    let root = root();
    let sql =
        files(&root.join("migrations"), "sql").into_iter().chain(files(&root.join("schema/src"), "sql"));
    let mut texts: Vec<(String, String)> =
        sql.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect();
    assert!(texts.len() > 20, "only {} files found", texts.len());
    texts.extend(sources().into_iter().filter(|(name, _)| name.starts_with("schema/")));
    for (name, text) in texts {
        let text = text.to_lowercase();
        for word in
            ["now()", "current_timestamp", "current_date", "current_time", "clock_timestamp", "dsl::now"]
        {
            assert!(!text.contains(word), "{word} in {name}");
        }
    }
}
