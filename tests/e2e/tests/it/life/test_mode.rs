//! Meters in test mode: reported for viewing, never billed.

use e2e::{Service, lines};
use test_support::usage_file::DataFile;
use uuid::Uuid;

use super::{VCENTER, VM, census, quiet};

#[test]
fn test_evidence_has_a_report_of_its_own_and_no_order() {
    let service = Service::start("2026-09-10T06:00:00Z");
    let acme = service.log_in("admin@acme.test");
    let meter = Uuid::from_u128(0x1001);
    acme.register_meter(meter, "ACME-0001", "test");
    let at = "2026-09-01T00:00:00Z";
    let file = census(DataFile::new(meter).vcenter(VCENTER), at, &[VM]);
    acme.process(&quiet(file, at, "2026-09-02T00:00:00Z").build());

    let report = acme.get("/v1/reports/monthly-usage?month=2026-09&billing_mode=test").expect(200).json();
    // 2048 MB for a day of thirty.
    assert_eq!(lines(&report)["flex-core"]["exact"], "0.066667");
    assert_eq!(acme.vm_history("2026-09", "&billing_mode=test").len(), 1);
    assert_eq!(acme.get("/v1/reports/monthly-usage?month=2026-09").status, 404);
    assert!(acme.vm_history("2026-09", "").is_empty());
    assert!(acme.orders("2026-09").is_empty());

    // The same vCenter, seen by a meter in production: the two bodies of evidence stay apart.
    acme.register_meter(super::METER, "ACME-0001", "production");
    acme.process(&quiet(census(super::file(), at, &[VM]), at, "2026-09-01T12:00:00Z").build());
    assert_eq!(lines(&acme.report("2026-09"))["flex-core"]["exact"], "0.033333");
    let test = acme.get("/v1/reports/monthly-usage?month=2026-09&billing_mode=test").expect(200).json();
    assert_eq!((&test["revision"], lines(&test)), (&1.into(), lines(&report)));
    assert_eq!(acme.orders("2026-09").len(), 1);
}
