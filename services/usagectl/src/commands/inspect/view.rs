//! How findings look.

use std::path::Path;

use serde_json::{Value, json};

use super::summary::{Stretch, Summary};
use super::verify::Findings;
use crate::client::Reason;
use crate::error::Error;
use crate::print::table::{Grid, left, right};
use crate::print::{Out, clean, counted, reasons, size};

/// Prints a file for people.
pub fn print(out: Out<'_>, path: &Path, findings: &Findings) -> Result<(), Error> {
    writeln!(out, "{}", clean(&path.to_string_lossy()))?;
    if let Some(summary) = &findings.summary {
        print_summary(out, summary, findings.size_bytes)?;
    }
    if findings.refusals.is_empty() {
        writeln!(out, "\nverified: every digest and every record is good")?;
        return Ok(());
    }
    let found = reasons_of(findings);
    writeln!(out, "\nrefused for {}:", counted(found.len(), "reason", "reasons"))?;
    reasons::print(out, &found)
}

fn print_summary(out: Out<'_>, summary: &Summary, size_bytes: u64) -> Result<(), Error> {
    let manifest = &summary.manifest;
    let extent = if manifest.partial { "partial" } else { "whole" };
    let signature = if summary.is_signed { "present" } else { "none" };
    writeln!(
        out,
        "meter        {} ({}, {})",
        manifest.meter_id,
        clean(&manifest.meter_version),
        manifest.mode.as_str()
    )?;
    writeln!(out, "month        {}, {extent}, exported {}", manifest.month, manifest.exported_at)?;
    writeln!(
        out,
        "size         {}; collections {} stored, {} inflated, ratio {}",
        size(size_bytes),
        size(summary.stored_bytes),
        size(summary.inflated_bytes),
        ratio(summary)
    )?;
    writeln!(out, "signature    {signature}")?;
    writeln!(out, "collections  {} with {} records", manifest.collections.len(), summary.records)?;
    let mut label = "days        ";
    for Stretch { first, last, collections } in summary.stretches() {
        let days = if first == last { first } else { format!("{first} – {last}") };
        writeln!(out, "{label} {days}: {}", counted(collections, "collection", "collections"))?;
        label = "            ";
    }
    writeln!(out)?;
    let mut grid = Grid::new(&[
        left("PRODUCT"),
        left("KIND"),
        left("VERSION"),
        left("NAME"),
        right("INVENTORIES"),
        right("EVENTS"),
    ]);
    for product in &manifest.products {
        let (inventories, events) = summary.by_kind(product.id);
        let (id, kind) = (product.id.to_string(), product.kind.to_string());
        grid.row([
            &id,
            &kind,
            &product.version,
            &product.name,
            &inventories.to_string(),
            &events.to_string(),
        ]);
    }
    grid.print(out, "no products")
}

/// A file for programs.
pub fn json(path: &Path, findings: &Findings) -> Value {
    let mut view = json!({
        "file": path.to_string_lossy(),
        "size_bytes": findings.size_bytes,
        "refusals": reasons_of(findings),
    });
    let Some(summary) = &findings.summary else {
        return view;
    };
    let manifest = &summary.manifest;
    let products = manifest.products.iter().map(|product| {
        let (inventories, events) = summary.by_kind(product.id);
        json!({ "id": product.id, "kind": product.kind.as_str(), "version": product.version, "name": product.name,
            "inventories": inventories, "events": events })
    });
    let facts = json!({
        "meter_id": manifest.meter_id,
        "meter_version": manifest.meter_version,
        "mode": manifest.mode.as_str(),
        "month": manifest.month.to_string(),
        "partial": manifest.partial,
        "exported_at": manifest.exported_at.to_string(),
        "products": products.collect::<Vec<_>>(),
        "collections": manifest.collections.len(),
        "records": summary.records,
        "days": summary.days,
        "stored_bytes": summary.stored_bytes,
        "inflated_bytes": summary.inflated_bytes,
        "ratio": ratio(summary),
        "signed": summary.is_signed,
    });
    if let (Some(view), Value::Object(facts)) = (view.as_object_mut(), facts) {
        view.extend(facts);
    }
    view
}

fn reasons_of(findings: &Findings) -> Vec<Reason> {
    findings.refusals.as_slice().iter().map(Reason::from).collect()
}

/// Inflated : stored, with one decimal rounded down.
fn ratio(summary: &Summary) -> String {
    let (inflated, stored) = (summary.inflated_bytes, summary.stored_bytes.max(1));
    format!("{}.{}:1", inflated / stored, inflated % stored * 10 / stored)
}
