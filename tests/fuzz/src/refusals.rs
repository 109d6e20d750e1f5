//! What a refusal has to say.

use metering::{Code, ReadError, Refusal, Refusals};

/// The reasons of a refusal; reading from memory never fails otherwise.
pub fn of(error: ReadError) -> Refusals {
    match error {
        ReadError::Refused(refusals) => refusals,
        ReadError::Io(error) => panic!("memory could not be read: {error}"),
    }
}

/// A refusal gives 1 to 100 reasons, each of one of `codes` and with the position that its code promises.
pub fn check(refusals: &Refusals, codes: &[Code]) {
    let reasons = refusals.as_slice();
    assert!((1..=Refusals::MAX).contains(&reasons.len()), "{} reasons", reasons.len());
    for reason in reasons {
        assert!(codes.contains(&reason.code), "unexpected here: {reason}");
        assert!(!reason.message.is_empty(), "{reason:?} says nothing");
        assert!(is_placed(reason), "no position: {reason:?}");
    }
}

fn is_placed(reason: &Refusal) -> bool {
    let (path, line, field) = (reason.path.as_deref(), reason.line, reason.field.as_deref());
    match reason.code {
        Code::RecordInvalid => path.is_some() && line.is_some_and(|line| line > 0),
        Code::DigestMismatch => path.is_some() && field.is_some(),
        Code::ManifestInvalid => {
            let as_a_whole = ["the manifest is broken JSON", "the manifest is not UTF-8"];
            let whole = as_a_whole.iter().any(|start| reason.message.starts_with(start));
            path == Some("manifest.json") && (field.is_some() || whole)
        }
        Code::VersionUnsupported => path == Some("manifest.json") && field == Some("version"),
        _ => true,
    }
}
