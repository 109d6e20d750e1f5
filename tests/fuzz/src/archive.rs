//! The container: bytes that may be a file.

use metering::{Code, Location, Refusals, UsageFile, compute, inflate, records};

use crate::{limits, pack, refusals, summary, wide_limits};

/// What a file may be refused for before its collections are touched.
const CODES: [Code; 5] = [
    Code::NotUsageData,
    Code::VersionUnsupported,
    Code::ManifestInvalid,
    Code::ArchiveInvalid,
    Code::LimitExceeded,
];

/// What a collection may be refused for when it is inflated.
const INFLATING_CODES: [Code; 3] = [Code::ArchiveInvalid, Code::LimitExceeded, Code::DigestMismatch];

/// No mutation hits a CRC by chance. So often the right one is put in its place, to get behind it.
const CURES: usize = 8;

/// `data` is the file.
pub fn archive(data: &[u8]) {
    let mut bytes = data.to_vec();
    for _ in 0..CURES {
        match judge(&bytes) {
            Some(crc) if crc.mend(&mut bytes) => {}
            _ => return,
        }
    }
}

/// Judges the bytes; a CRC that is wrong and keeps us from looking further.
fn judge(bytes: &[u8]) -> Option<WrongCrc> {
    let open = || UsageFile::open(bytes, &limits()).map_err(refusals::of);
    match (open(), open()) {
        (Ok(opened), Ok(again)) => {
            assert_eq!(format!("{opened:?}"), format!("{again:?}"));
            check_places(&opened.locations, bytes.len() as u64);
            follow(bytes, &opened)
        }
        (Err(refused), Err(again)) => {
            assert_eq!(refused, again);
            refusals::check(&refused, &CODES);
            WrongCrc::of(&refused)
        }
        _ => panic!("judged once so and once otherwise"),
    }
}

/// No byte belongs to two collections.
fn check_places(locations: &[Location], file_bytes: u64) {
    let mut places: Vec<_> =
        locations.iter().map(|place| (place.offset, place.offset + place.stored_bytes)).collect();
    places.sort_unstable();
    assert!(places.array_windows().all(|[(_, end), (next, _)]| end <= next), "overlapping: {places:?}");
    assert!(places.last().is_none_or(|(_, end)| *end <= file_bytes));
}

/// Inflates an accepted file's collections.
fn follow(bytes: &[u8], opened: &UsageFile) -> Option<WrongCrc> {
    let mut contents = Vec::new();
    for (collection, location) in opened.manifest.collections.iter().zip(&opened.locations) {
        let mut buffer = Vec::new();
        if let Err(error) = inflate(bytes, location, collection, &limits(), &mut buffer) {
            let refused = refusals::of(error);
            refusals::check(&refused, &INFLATING_CODES);
            let reasons = refused.as_slice();
            assert!(reasons.iter().all(|reason| reason.path.as_deref() == Some(&*collection.path)));
            // A wrong digest is as good as a right one: the file is written anew with that of its content.
            if reasons.iter().any(|reason| reason.code != Code::DigestMismatch) {
                return WrongCrc::of(&refused);
            }
        }
        assert_eq!(buffer.len() as u64, location.inflated_bytes);
        assert!(buffer.len() as u64 <= limits().entry_bytes);
        contents.push(buffer);
    }
    pack_anew(opened, &contents);
    None
}

/// What was accepted is accepted as well when it is packed anew, and says the same.
fn pack_anew(opened: &UsageFile, contents: &[Vec<u8>]) {
    let manifest = pack::describing(opened.manifest.clone(), contents);
    let file = pack::file(&manifest, contents, opened.signature.as_deref());
    let again = UsageFile::open(file.as_slice(), &wide_limits()).map_err(refusals::of).unwrap();
    assert_eq!((&again.manifest, &again.signature), (&manifest, &opened.signature));
    let mut are_sound = true;
    for ((collection, location), content) in manifest.collections.iter().zip(&again.locations).zip(contents) {
        let mut buffer = Vec::new();
        inflate(file.as_slice(), location, collection, &wide_limits(), &mut buffer).unwrap();
        assert_eq!(&buffer, content);
        let kind = manifest.product(collection.product_id).unwrap().kind;
        are_sound &= records(content, collection, kind, &wide_limits(), |_| {}).is_ok();
    }
    let Some(first) = manifest.collections.first() else { return };
    let computed = |files: &[&[u8]]| compute(first.from.month(), files, &wide_limits(), |_| {});
    match computed(&[&file]) {
        Ok(once) => {
            assert!(are_sound, "unsound records are metered");
            let twice = computed(&[&file, &file]).unwrap();
            assert_eq!(summary::of(&once), summary::of(&twice));
            assert_eq!(twice.duplicates, manifest.collections.len());
        }
        Err(error) => {
            assert!(!are_sound, "sound records are refused: {error}");
            refusals::check(&refusals::of(error.error), &[Code::RecordInvalid, Code::LimitExceeded]);
        }
    }
}

/// A CRC as declared and as found.
struct WrongCrc {
    declared: u32,
    found: u32,
}

impl WrongCrc {
    fn of(refused: &Refusals) -> Option<Self> {
        refused.as_slice().iter().find_map(|reason| {
            let rest = reason.message.strip_prefix("the CRC-32 of the data is ")?;
            let (found, declared) = rest.split_once(", declared is ")?;
            let number = |hex| u32::from_str_radix(hex, 16).ok();
            Some(Self { declared: number(declared)?, found: number(found)? })
        })
    }

    /// Puts the one found wherever the declared one may stand.
    fn mend(&self, bytes: &mut [u8]) -> bool {
        let (declared, found) = (self.declared.to_le_bytes(), self.found.to_le_bytes());
        let mut mended = false;
        for at in 0..bytes.len().saturating_sub(3) {
            if let Some(place) = bytes.get_mut(at..at + 4).filter(|place| *place == declared) {
                place.copy_from_slice(&found);
                mended = true;
            }
        }
        mended
    }
}
