//! How a meter is doing, in one word.

use chrono::{DateTime, TimeDelta, Utc};
use metering::Month;
use platform::calendar::utc;
use schema::meter_state::NewestUpload;
use schema::types::{Connectivity, UploadStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// A meter that delivers by itself does so every day; one that people carry is due this long after a month.
const SILENCE_MAX: TimeDelta = TimeDelta::hours(24);

/// `unknown`: it never uploaded. `error`: its newest upload was rejected. `warning`: it delivers by itself and its
/// newest upload is older than 24 hours; or people carry its files, the month asked for ended more than 24 hours
/// ago, and none of the month is processed; of one that is registered no more nothing is due. `ok`: else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MeterStatus {
    /// All is well.
    Ok,
    /// It is silent for longer than it should be.
    Warning,
    /// Its newest upload was rejected.
    Error,
    /// It never uploaded.
    Unknown,
}

/// What the status follows from.
#[derive(Debug, Clone, Copy)]
pub struct Signs<'a> {
    /// How it delivers.
    pub connectivity: Connectivity,
    /// Whether it still is.
    pub registered: bool,
    /// Whatever became of it.
    pub newest: Option<&'a NewestUpload>,
    /// An upload of the month is processed.
    pub delivered: bool,
}

impl MeterStatus {
    /// The status for a month by now.
    pub fn of(signs: Signs<'_>, month: Month, now: DateTime<Utc>) -> Self {
        let Some(newest) = signs.newest else { return Self::Unknown };
        if newest.status == UploadStatus::Rejected {
            return Self::Error;
        }
        let silent = match signs.connectivity {
            Connectivity::Online => now - newest.received_at > SILENCE_MAX,
            Connectivity::Offline => !signs.delivered && now > utc(month.end()) + SILENCE_MAX,
        };
        if silent && signs.registered { Self::Warning } else { Self::Ok }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn status(
        connectivity: Connectivity,
        upload: (&str, UploadStatus),
        delivered: bool,
        now: &str,
    ) -> MeterStatus {
        let newest = NewestUpload {
            organization_id: Uuid::nil(),
            meter_id: None,
            received_at: at(upload.0),
            meter_version: None,
            status: upload.1,
        };
        let signs = Signs { connectivity, registered: true, newest: Some(&newest), delivered };
        MeterStatus::of(signs, "2026-09".parse().unwrap(), at(now))
    }

    #[test]
    fn a_meter_that_delivers_by_itself_may_be_silent_for_a_day() {
        let upload = ("2026-09-10T00:00:00Z", UploadStatus::Processed);
        let online = |now| status(Connectivity::Online, upload, true, now);
        assert_eq!(online("2026-09-11T00:00:00Z"), MeterStatus::Ok);
        assert_eq!(online("2026-09-11T00:00:00.001Z"), MeterStatus::Warning);
    }

    #[test]
    fn a_carried_file_is_due_a_day_after_the_month() {
        let upload = ("2026-08-10T00:00:00Z", UploadStatus::Received);
        let offline = |delivered, now| status(Connectivity::Offline, upload, delivered, now);
        assert_eq!(offline(false, "2026-10-02T00:00:00Z"), MeterStatus::Ok);
        assert_eq!(offline(false, "2026-10-02T00:00:00.001Z"), MeterStatus::Warning);
        assert_eq!(offline(true, "2026-10-09T00:00:00Z"), MeterStatus::Ok);
    }

    #[test]
    fn a_refused_file_is_an_error_whatever_else() {
        let upload = ("2026-08-10T00:00:00Z", UploadStatus::Rejected);
        assert_eq!(status(Connectivity::Online, upload, true, "2026-10-02T00:00:00Z"), MeterStatus::Error);
        let none =
            Signs { connectivity: Connectivity::Online, registered: true, newest: None, delivered: false };
        let month = "2026-09".parse().unwrap();
        assert_eq!(MeterStatus::of(none, month, at("2026-10-02T00:00:00Z")), MeterStatus::Unknown);
    }
}
