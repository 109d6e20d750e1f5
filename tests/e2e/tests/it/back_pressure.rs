//! What is away, full or told to end: uploads are taken as long as database and store can, and nothing is lost.

mod broker;
mod stop;
mod store;

use e2e::{Client, Role, Service};
use test_support::usage_file::DataFile;
use test_support::usage_file::records::vm;
use uuid::Uuid;

const CLOCK: &str = "2026-10-01T06:00:00Z";

/// Two partners with a meter each. The process that made them has ended: each test starts the roles that it is about.
struct Partners {
    service: Service,
    acme: Client,
    globex: Client,
}

const ACME_METER: Uuid = Uuid::from_u128(0x1001);
const GLOBEX_METER: Uuid = Uuid::from_u128(0x1002);

impl Partners {
    fn new() -> Self {
        let mut service = Service::start(CLOCK);
        let (acme, globex) = (service.log_in("admin@acme.test"), service.log_in("admin@globex.test"));
        acme.register_meter(ACME_METER, "ACME-0001", "production");
        globex.register_meter(GLOBEX_METER, "GLOBEX-0001", "production");
        service.kill();
        Self { service, acme, globex }
    }

    /// The roles that turn uploads into reports, and one that tells of it.
    fn start_the_rest(&self) -> [Role; 2] {
        [self.service.start_role("api"), self.service.start_role("aggregator")]
    }
}

/// A census of one VM at an hour of September: one hour, one file.
fn file(meter: Uuid, hour: u32) -> Vec<u8> {
    let at = format!("2026-09-{:02}T{:02}:00:00Z", 1 + hour / 24, hour % 24);
    let lines = [vm(&at, Uuid::from_u128(0x3000))];
    DataFile::new(meter).partial().vcenter(Uuid::from_u128(0x2000)).inventory(&at, &lines).build()
}
