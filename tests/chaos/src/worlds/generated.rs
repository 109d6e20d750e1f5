//! A partner whose meters send overlapping partial files all month long: three meters side by side, two of which see
//! one vCenter, one of which is a test.

use test_support::usage_file::DataFile;
use test_support::usage_file::records::{Record, feature, host, vm};
use uuid::Uuid;

use super::World;
use crate::random::Random;

/// Whole days that a file may tell of: the service's clock is at the first of the next month.
const DAYS: u64 = 31;
const VMS: u64 = 12;
const HOSTS: u64 = 3;

/// One meter with what it sees.
struct Source {
    seed: u64,
    world: u64,
    meter: Uuid,
    vcenters: [Uuid; 2],
    director: Uuid,
}

/// The world of this number.
pub fn world(seed: u64, number: u64) -> World {
    let id = |kind: u64, of: u64| {
        Uuid::from_u64_pair(0x0000_0000_0000_7000 | (number << 16), (8 << 60) | (kind << 32) | of)
    };
    let sources = [0, 1, 2].map(|of| Source {
        seed,
        world: number,
        meter: id(1, of),
        vcenters: [id(2, of), id(2, 10 + of / 2)],
        director: id(3, of),
    });
    let modes = ["production", "production", "test"];
    let meters = sources.iter().zip(modes).map(|(source, mode)| (source.meter, mode)).collect();
    let lanes = sources.iter().map(Source::files).collect();
    World { name: format!("world-{number}"), partner: id(0, 0), meters, lanes }
}

impl Source {
    /// Partial files of a few days, each with the days before it once more; then the whole month.
    fn files(&self) -> Vec<Vec<u8>> {
        let mut random = Random::new(self.seed, &format!("files of {}", self.meter));
        let (mut files, mut day) = (Vec::new(), 1);
        while day <= DAYS {
            let end = (day + random.between(3, 7)).min(DAYS + 1);
            let begin = day.saturating_sub(random.between(1, 4)).max(1);
            // Now and then a meter contradicts what it said before: the first that was received holds.
            let conflicting = random.once_in(3).then_some(begin);
            files.push(self.file(begin, end, conflicting).partial().build());
            day = end;
        }
        files.push(self.file(1, DAYS + 1, None).build());
        files
    }

    fn file(&self, begin: u64, end: u64, conflicting: Option<u64>) -> DataFile {
        let mut file = DataFile::new(self.meter).month("2026-10");
        for day in begin..end {
            for vcenter in self.vcenters {
                let version = u64::from(conflicting == Some(day));
                file = self.day(file.vcenter(vcenter), vcenter, day, version);
            }
            let at = format!("2026-10-{day:02}T09:00:00Z");
            let claims = self.claims(&at, day);
            file = file.product(self.director, "vcd").inventory(&at, &claims);
        }
        file
    }

    /// A census in the morning and the events of two half days.
    fn day(&self, file: DataFile, vcenter: Uuid, day: u64, version: u64) -> DataFile {
        let purpose = format!("{} {} {day} {version}", self.world, vcenter);
        let mut random = Random::new(self.seed, &purpose);
        let at = format!("2026-10-{day:02}T08:00:00Z");
        let mut census: Vec<Record> = (0..HOSTS).map(|number| self.host(&at, number, &mut random)).collect();
        for number in 0..VMS {
            if !random.once_in(9) {
                census.push(machine(&at, vcenter, number, &mut random));
            }
        }
        let mut file = file.inventory(&at, &census);
        for (from, to, hours) in [
            (format!("2026-10-{day:02}T00:00:00Z"), format!("2026-10-{day:02}T12:00:00Z"), 0..12),
            (format!("2026-10-{day:02}T12:00:00Z"), next_day(day), 12..24),
        ] {
            let events: Vec<Record> = (0..random.below(6))
                .map(|_| {
                    let hour = random.between(hours.start, hours.end);
                    let at = format!("2026-10-{day:02}T{hour:02}:{:02}:30Z", random.below(60));
                    machine(&at, vcenter, random.below(VMS), &mut random)
                })
                .collect();
            file = file.events(&from, &to, &events);
        }
        file
    }

    fn host(&self, at: &str, number: u64, random: &mut Random) -> Record {
        let license = if random.once_in(12) { "perpetual" } else { "rental" };
        host(at, &format!("host-{number}"))
            .with("license", license)
            .with("license_key", format!("key:{}", self.world))
    }

    fn claims(&self, at: &str, day: u64) -> Vec<Record> {
        let mut random = Random::new(self.seed, &format!("{} {day}", self.director));
        let claimed = (0..VMS).filter(|_| random.once_in(2)).map(|number| (number, self.vcenters[0]));
        claimed.map(|(number, vcenter)| feature(at, vcenter, machine_id(vcenter, number), "vcd")).collect()
    }
}

fn machine_id(vcenter: Uuid, number: u64) -> Uuid {
    let (high, low) = vcenter.as_u64_pair();
    Uuid::from_u64_pair(high, low | (number + 1) << 40)
}

fn machine(at: &str, vcenter: Uuid, number: u64, random: &mut Random) -> Record {
    let memory_mb = 1024 * random.between(1, 40);
    vm(at, machine_id(vcenter, number))
        .with("host", format!("host-{}", random.below(HOSTS)))
        .with("power", if random.once_in(5) { "off" } else { "on" })
        .with("memory_mb", memory_mb)
        .with("reserved_mb", random.below(memory_mb + 1))
}

fn next_day(day: u64) -> String {
    if day == DAYS { "2026-11-01T00:00:00Z".to_owned() } else { format!("2026-10-{:02}T00:00:00Z", day + 1) }
}
