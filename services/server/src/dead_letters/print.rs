//! Dead letters, for people or for programs.

use api::dead_letters::DeadLetter;
use std::io::{self, Write};

use crate::error::ServerError;

/// A table, or an object of JSON a line.
pub fn list(letters: &[DeadLetter], json: bool) -> Result<(), ServerError> {
    let mut out = io::stdout().lock();
    if json {
        for letter in letters {
            writeln!(out, "{}", serde_json::to_string(letter)?)?;
        }
        return Ok(());
    }
    if letters.is_empty() {
        writeln!(out, "no dead letters")?;
        return Ok(());
    }
    let titles = ["ID", "QUEUE", "STATE", "LAST FAILED", "ATTEMPTS", "ORGANIZATION", "KEY", "REASON"];
    let mut rows = vec![titles.map(str::to_owned)];
    rows.extend(letters.iter().map(|letter| {
        [
            letter.id.to_string(),
            letter.queue.clone(),
            letter.state.to_string(),
            time(letter.last_failed_at),
            letter.attempts.to_string(),
            letter.organization_id.to_string(),
            clean(&letter.key),
            clean(&letter.reason),
        ]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// Line by line, or as JSON.
pub fn one(letter: &DeadLetter, json: bool) -> Result<(), ServerError> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string(letter)?)?;
        return Ok(());
    }
    let content = match (&letter.message, &letter.raw) {
        (Some(message), _) => message.to_string(),
        (None, raw) => format!("cannot be read: {}", raw.as_deref().unwrap_or_default()),
    };
    let lines = [
        ("dead letter", Some(letter.id.to_string())),
        ("organization", Some(letter.organization_id.to_string())),
        ("queue", Some(letter.queue.clone())),
        ("key", Some(letter.key.clone())),
        ("state", Some(letter.state.to_string())),
        ("reason", Some(letter.reason.clone())),
        ("attempts", Some(letter.attempts.to_string())),
        ("first failed", Some(time(letter.first_failed_at))),
        ("last failed", Some(time(letter.last_failed_at))),
        ("message", Some(content)),
        ("ended", letter.ended_at.map(time)),
        ("ended by", letter.ended_by.clone()),
        ("because", letter.ended_reason.clone()),
    ];
    for (name, text) in lines {
        if let Some(text) = text {
            writeln!(out, "{name:<14}{}", clean(&text))?;
        }
    }
    Ok(())
}

fn time(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Names out of files and bytes of strangers must not steer the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
