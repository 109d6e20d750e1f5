//! Rows as a table: RFC 4180, with a comma or a tab between cells.

use actix_web::web::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use csv::{Terminator, WriterBuilder};
use futures_util::Stream;
use futures_util::stream::{StreamExt, once, try_unfold};
use platform::problem::ApiError;
use std::borrow::Cow;
use std::future::ready;
use std::io;

use super::params::Place;
use super::row::VmHistoryRow;
use super::rows::Rows;

/// Read and sent at once.
const CHUNK_ROWS: usize = 5_000;

const HEADER: [&str; 23] = [
    "vcId",
    "VM Instance UUID",
    "VM MoRef",
    "VM Name",
    "Guest OS",
    "Host Id",
    "Host Name",
    "Cluster Id",
    "Customer",
    "License",
    "License Key",
    "vCPU",
    "Configured RAM (MB)",
    "Reserved RAM (MB)",
    "Billed vRAM (MB)",
    "vCD",
    "Features",
    "Bundle",
    "Reported",
    "Begin",
    "End",
    "(MB-Hours)",
    "Usage Meter",
];

/// A part of a table, and where the next one begins.
struct Chunk {
    text: Vec<u8>,
    next: Option<Place>,
}

/// All rows as a table. What fails before the first row is an answer of its own; later the answer breaks off, so that
/// nobody takes a part for the whole.
pub async fn stream(
    rows: Rows,
    delimiter: u8,
) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>, ApiError> {
    let first = chunk(&rows, delimiter, None).await?;
    let rest = try_unfold(first.next, move |next| {
        let rows = rows.clone();
        async move {
            let Some(place) = next else { return Ok(None) };
            let chunk = chunk(&rows, delimiter, Some(place)).await.map_err(|error| broken_off(&error))?;
            Ok(Some((Bytes::from(chunk.text), chunk.next)))
        }
    });
    Ok(once(ready(Ok(first.text.into()))).chain(rest))
}

fn broken_off(error: &ApiError) -> io::Error {
    tracing::error!(%error, "a table of rows broke off");
    io::Error::other("the rows cannot be read")
}

async fn chunk(rows: &Rows, delimiter: u8, after: Option<Place>) -> Result<Chunk, ApiError> {
    let revision = rows.revision();
    let limit = i64::try_from(CHUNK_ROWS).map_err(ApiError::internal)?;
    let make = move |rows: Vec<VmHistoryRow>| {
        let text = write(&rows, delimiter, after.is_none()).map_err(ApiError::internal)?;
        let next = rows.last().filter(|_| rows.len() == CHUNK_ROWS).map(|row| row.place(revision));
        Ok(Chunk { text, next })
    };
    rows.read(after, limit, make).await
}

fn write(rows: &[VmHistoryRow], delimiter: u8, with_header: bool) -> csv::Result<Vec<u8>> {
    let mut table =
        WriterBuilder::new().delimiter(delimiter).terminator(Terminator::CRLF).from_writer(Vec::new());
    if with_header {
        table.write_record(HEADER)?;
    }
    for row in rows {
        table.write_record(cells(row).iter().map(|cell| cell.as_bytes()))?;
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

fn cells(row: &VmHistoryRow) -> [Cow<'_, str>; 23] {
    [
        row.vcenter_id.to_string().into(),
        row.vm_id.to_string().into(),
        guarded(&row.moid),
        guarded(&row.vm_name),
        guarded(&row.guest_os),
        guarded(&row.host_id),
        optional(row.host_name.as_ref()),
        optional(row.cluster_id.as_ref()),
        optional(row.customer.as_ref()),
        guarded(&row.license),
        optional(row.license_key.as_ref()),
        row.vcpus.to_string().into(),
        row.memory_mb.to_string().into(),
        row.reserved_mb.to_string().into(),
        row.billed_mb.as_str().into(),
        truth(row.vcd),
        guarded(&row.features.join(";")).into_owned().into(),
        row.bundle.as_str().into(),
        truth(row.reported),
        time(row.begin),
        time(row.end),
        row.mb_hours.as_str().into(),
        row.meter_id.to_string().into(),
    ]
}

/// A spreadsheet would take such a text for a formula, and names come from strangers.
fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn optional(text: Option<&String>) -> Cow<'_, str> {
    text.map_or(Cow::Borrowed(""), |text| guarded(text))
}

const fn truth(value: bool) -> Cow<'static, str> {
    Cow::Borrowed(if value { "TRUE" } else { "FALSE" })
}

/// As in JSON.
fn time(instant: DateTime<Utc>) -> Cow<'static, str> {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_formula_is_a_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        for text in ["", "a=1", "'=1", " =1", "1"] {
            assert_eq!(guarded(text), text);
        }
    }
}
