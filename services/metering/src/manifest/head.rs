//! The first look at a manifest: is it JSON, of this format, and of a version that this reader knows? Only then
//! do its other fields mean anything.

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess};

use super::tolerant::{Any, Keep, Key, Reading, Scalar};
use crate::refusal::{Code, Refusal};

const FORMAT: &str = "usage-data";
const VERSION: u64 = 1;

/// What was seen until the end of the document or until it broke.
#[derive(Debug, Default)]
struct Head {
    is_usage_data: bool,
    /// As written, when it is a version that is not supported.
    unsupported_version: Option<String>,
}

/// Judges the document as a whole.
///
/// # Errors
/// `not-usage-data`, `version-unsupported`, or `manifest-invalid` for broken JSON.
pub(super) fn check(json: &[u8]) -> Result<&str, Refusal> {
    // Broken UTF-8 breaks the document there and not earlier.
    let (text, broken_at) = match str::from_utf8(json) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = json.get(..error.valid_up_to()).unwrap_or_default();
            (str::from_utf8(valid).unwrap_or_default(), Some(error.valid_up_to()))
        }
    };
    let mut head = Head::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = Any(ReadHead(&mut head)).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if !head.is_usage_data {
        let message =
            format!("manifest.json does not say \"format\":\"{FORMAT}\"; this is another kind of file");
        return Err(Refusal::new(Code::NotUsageData, message));
    }
    if let Some(version) = head.unsupported_version {
        let message = format!("the file has format version {version}; version {VERSION} is supported");
        return Err(Refusal::new(Code::VersionUnsupported, message).at_field("version"));
    }
    match (broken_at, parsed) {
        (Some(offset), _) => {
            Err(Refusal::new(Code::ManifestInvalid, format!("the manifest is not UTF-8 at byte {offset}")))
        }
        (None, Err(error)) => {
            Err(Refusal::new(Code::ManifestInvalid, format!("the manifest is broken JSON: {error}")))
        }
        (None, Ok(())) => Ok(text),
    }
}

struct ReadHead<'h>(&'h mut Head);

impl<'de> Reading<'de> for ReadHead<'_> {
    type Out = ();

    fn scalar(self, _: Scalar<'de>) {}

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key_seed(Key(&["format", "version"]))? {
            match key {
                Some(0) => {
                    let format = members.next_value_seed(Any(Keep))?;
                    self.0.is_usage_data = matches!(format, Scalar::Text(text) if text == FORMAT);
                }
                Some(_) => {
                    self.0.unsupported_version = match members.next_value_seed(Any(Keep))? {
                        Scalar::Integer(VERSION) => None,
                        version @ (Scalar::Integer(_) | Scalar::Negative) => Some(version.describe()),
                        // A version of the wrong type is a fault of the manifest and found there.
                        _ => None,
                    }
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
