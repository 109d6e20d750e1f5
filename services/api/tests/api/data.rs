//! What the aggregator would have written, written by the same functions of `schema`.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use schema::bulk::{self, VmHistoryRow};
use schema::meters::{self, NewMeter, Settings, since_ever};
use schema::outbox::NewMessage;
use schema::reports::{self, Line, Revision};
use schema::types::{BillingMode, Connectivity, ReportStatus, UploadStatus};
use schema::units::{self, Metered, UnitKey, UnitVersion};
use schema::uploads::{self, NewUpload, Progress};
use serde_json::json;
use uuid::Uuid;

use crate::world::World;

pub const MODE: BillingMode = BillingMode::Production;

pub fn month() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
}

/// An instant of September 2026, in hours from its begin.
pub fn hour(hours: i64) -> DateTime<Utc> {
    month().and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(hours)
}

/// An id that sorts by its number.
pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A reported row of a VM with 2,049 MB, which bills 1,024.5 MB; open, from the first version on.
pub fn row(organization_id: Uuid, vcenter: u128, vm: u128, begin: i64) -> VmHistoryRow {
    VmHistoryRow {
        organization_id,
        month: month(),
        billing_mode: MODE,
        vcenter_id: id(vcenter),
        vm_id: id(vm),
        begin_at: hour(begin),
        since: 1,
        until: None,
        end_at: None,
        mb_hours: None,
        meter_id: id(900),
        moid: format!("vm-{vm}"),
        vm_name: format!("machine {vm}"),
        guest_os: "Debian".to_owned(),
        host_id: "host-1".to_owned(),
        host_name: Some("esx".to_owned()),
        cluster_id: Some("domain-c1".to_owned()),
        org: None,
        license: "rental".to_owned(),
        license_key: Some("AAAAA-BBBBB".to_owned()),
        vcpus: 2,
        memory_mb: 2049,
        reserved_mb: 0,
        billed_mb: Decimal::new(10245, 1),
        features: Vec::new(),
        reported: true,
        digest: vec![0; 16],
    }
}

/// The row, ended.
pub fn ended(mut row: VmHistoryRow, end: i64) -> VmHistoryRow {
    let hours = (hour(end) - row.begin_at).num_hours();
    row.end_at = Some(hour(end));
    row.mb_hours = Some(row.billed_mb * Decimal::from(hours));
    row
}

impl World {
    /// Adds versions of a unit, the newest last: each with its horizon and what it covers, in hours.
    pub async fn unit(&self, organization_id: Uuid, vcenter: u128, versions: &[(i64, &[(i64, i64)])]) {
        let versions: Vec<UnitVersion> = (1..)
            .zip(versions)
            .map(|(version, (horizon, covered))| {
                let ms = |hours: i64| hour(hours).timestamp_millis();
                let covered: Vec<_> = covered.iter().map(|(from, to)| (ms(*from), ms(*to))).collect();
                UnitVersion {
                    organization_id,
                    billing_mode: MODE,
                    vcenter_id: id(vcenter),
                    month: month(),
                    version,
                    horizon: hour(*horizon),
                    first_evidence_at: hour(0),
                    covered: json!(covered),
                    row_count: 0,
                    made_at: hour(0),
                }
            })
            .collect();
        let key = UnitKey { billing_mode: MODE, vcenter_id: id(vcenter), month: month() };
        self.within(organization_id, move |tx| {
            units::mark(tx, &[key])?;
            for version in &versions {
                units::add_version(tx, version, &[])?;
                let metered = Metered { done: 1, version: version.version, listed: true };
                units::set_done(tx, &key, metered)?;
            }
            Ok(())
        })
        .await;
    }

    pub async fn rows(&self, organization_id: Uuid, rows: Vec<VmHistoryRow>) {
        self.within(organization_id, move |tx| {
            bulk::ensure_vm_history_partition(tx, month())?;
            bulk::insert_vm_history(tx, &rows)
        })
        .await;
    }

    /// Adds a revision composed of (vCenter, version) pairs, with lines of (contract, code, quantity).
    pub async fn revision(
        &self,
        organization_id: Uuid,
        revision: i32,
        units: &[(u128, i32)],
        lines: &[(&str, &str, i64)],
    ) {
        let header = Revision {
            organization_id,
            billing_mode: MODE,
            month: month(),
            revision,
            status: ReportStatus::Provisional,
            generated_at: hour(721),
            cause: "schedule".to_owned(),
        };
        let lines: Vec<Line> = (1..)
            .zip(lines)
            .map(|(position, (contract, code, quantity))| {
                let points_per_unit = (*code == "flex-core").then_some(Decimal::from(7));
                Line {
                    organization_id,
                    billing_mode: MODE,
                    month: month(),
                    revision,
                    contract_number: (*contract).to_owned(),
                    position,
                    code: (*code).to_owned(),
                    amount: Decimal::from(*quantity),
                    quantity: *quantity,
                    exact: Decimal::new(quantity * 1_000_000 + 732_343, 6),
                    points_per_unit,
                    points: points_per_unit.map(|points| points * Decimal::from(*quantity)),
                    site_id: Uuid::nil(),
                }
            })
            .collect();
        let units: Vec<_> = units.iter().map(|(vcenter, version)| (id(*vcenter), *version)).collect();
        self.within(organization_id, move |tx| reports::add(tx, &header, &lines, &units)).await;
    }

    pub async fn meter(
        &self,
        organization_id: Uuid,
        meter: u128,
        contract: &str,
        connectivity: Connectivity,
    ) {
        let settings = Settings {
            organization_id,
            meter_id: id(meter),
            effective_from: since_ever(),
            billing_mode: MODE,
            contract_number: contract.to_owned(),
            site_id: None,
            recorded_at: hour(0),
            id: Uuid::now_v7(),
            recorded_by: None,
        };
        self.within(organization_id, move |tx| {
            let meter = NewMeter {
                id: id(meter),
                name: "meter",
                connectivity,
                public_key: None,
                registered_at: hour(0),
            };
            meters::register(tx, &meter, &settings)
        })
        .await;
    }

    /// Adds an upload of September by a meter, in this state.
    pub async fn upload(
        &self,
        organization_id: Uuid,
        meter: u128,
        received: i64,
        status: UploadStatus,
    ) -> Uuid {
        let upload_id = Uuid::now_v7();
        self.within(organization_id, move |tx| {
            let upload = NewUpload {
                id: upload_id,
                sha256: &[7; 32],
                size_bytes: 11,
                received_at: hour(received),
                uploaded_by: "user:nobody",
                meter_id: Some(id(meter)),
                month: Some(month()),
                partial: Some(false),
                meter_version: Some("4.8.0"),
                signature: None,
            };
            let refused = json!([{"code": "not-usage-data", "message": "no archive"}]);
            match status {
                UploadStatus::Rejected => uploads::reject(tx, &upload, &refused)?,
                _ => uploads::accept(
                    tx,
                    &upload,
                    &NewMessage { queue: "register", body: &json!({}), created_at: hour(0) },
                )?,
            }
            let errors = if status == UploadStatus::Rejected { refused } else { json!([]) };
            let processed_at = (status == UploadStatus::Processed).then(|| hour(received + 1));
            uploads::set_progress(tx, upload_id, &Progress { status, processed_at, errors: &errors })
        })
        .await;
        upload_id
    }
}
