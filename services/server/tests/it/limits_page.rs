//! `docs/limits.md` is written from one list of rows. Each default is taken from where it is: a setting's from the command
//! line, a constant's from the line that declares it. So the page fails to be the committed one when either changes.

mod figures;
mod rows;
mod source;

use clap::CommandFactory;
use server::cli::Cli;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use self::rows::{At, NO_LIMITS, Row, SECTIONS};

const INTRODUCTION: &str = "\
# Limits and time-outs

What is waited for, how long, and how much is taken, at every socket and of every input. Written by a test from the
settings and constants themselves (`WRITE_DOCS=1`); it fails where this page and the service differ. A limit without a
setting is a constant at the place that is named. Every `USAGE_…` setting is also an argument: `usage-insight all --help`.
";

/// The settings of a role, by variable: defaults.
fn settings() -> BTreeMap<String, String> {
    let command = Cli::command();
    let all = command.get_subcommands().find(|command| command.get_name() == "all").unwrap();
    let named = all.get_arguments().filter_map(|argument| {
        let name = argument.get_env()?.to_str().unwrap().to_owned();
        let default = argument.get_default_values().first().map(|text| text.to_str().unwrap().to_owned());
        Some((name, default.unwrap_or_default()))
    });
    named.collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn render() -> String {
    let settings = settings();
    let mut page = INTRODUCTION.to_owned();
    for (title, words, rows) in SECTIONS {
        write!(page, "\n## {title}\n\n").unwrap();
        if !words.is_empty() {
            writeln!(page, "{words}\n").unwrap();
        }
        page.push_str("| what | default | setting | kept by | who goes past it |\n|---|---|---|---|---|\n");
        for Row { what, at, place, seen } in *rows {
            let (default, setting) = match at {
                At::Setting(name, unit) => {
                    let default = settings.get(*name).unwrap_or_else(|| panic!("no setting {name}"));
                    (figures::of_setting(default, *unit), format!("`{name}`"))
                }
                At::Derived(name, default) => {
                    let own = settings.get(*name).unwrap_or_else(|| panic!("no setting {name}"));
                    assert_eq!(own, "", "{name} has a default of its own");
                    ((*default).to_owned(), format!("`{name}`"))
                }
                At::Constant(name, unit) => {
                    let file =
                        fs::read_to_string(root().join(place)).unwrap_or_else(|_| panic!("no {place}"));
                    (source::constant(&file, name, *unit), format!("– (`{name}`)"))
                }
                At::File(of, unit) => {
                    (figures::number(of(&metering::Limits::default()), *unit), "–".to_owned())
                }
                At::Given(default) => ((*default).to_owned(), "–".to_owned()),
            };
            writeln!(page, "| {what} | {default} | {setting} | {} | {seen} |", kept_by(place)).unwrap();
        }
    }
    page
}

/// A place in the sources as a link, others as they are.
fn kept_by(place: &str) -> String {
    if root().join(place).exists() {
        let short = place.trim_start_matches("services/").replace("/src/", "/");
        format!("[{short}](../{place})")
    } else {
        place.to_owned()
    }
}

#[test]
fn the_documented_limits_are_those_that_hold() {
    let written = render();
    let path = root().join("docs/limits.md");
    if std::env::var_os("WRITE_DOCS").is_some() {
        fs::write(&path, &written).unwrap();
    }
    let documented = fs::read_to_string(&path).unwrap_or_default();
    assert!(documented == written, "docs/limits.md is not what holds: WRITE_DOCS=1 writes it");
}

#[test]
fn every_setting_is_a_documented_limit_or_none() {
    let rows = SECTIONS.iter().flat_map(|(_, _, rows)| rows.iter());
    let listed: BTreeSet<String> = rows
        .filter_map(|row| match row.at {
            At::Setting(name, _) | At::Derived(name, _) => Some(name.to_owned()),
            _ => None,
        })
        .collect();
    let others: BTreeSet<String> = NO_LIMITS.iter().map(|name| (*name).to_owned()).collect();
    let known: BTreeSet<String> = settings().into_keys().collect();
    assert!(listed.is_disjoint(&others), "{:?} are both", listed.intersection(&others).collect::<Vec<_>>());
    let told: BTreeSet<String> = listed.union(&others).cloned().collect();
    assert_eq!(
        told, known,
        "services/server/tests/it/limits_page/rows.rs has a row, or says that it is no limit"
    );
}
