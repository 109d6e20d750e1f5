//! `manifest.sig`: of meters that registered a public key (usage-data.md §1 and §4), or of all that a partner has.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use metering::{Code, Refusal, UsageFile};
use schema::types::Signature;

/// The entry of the archive.
const ENTRY: &str = "manifest.sig";

/// Whether a file is signed, by the registered key of its meter. `required`: its partner takes no other files, so that
/// a signature of which nobody knows the key is none.
pub fn judge(file: &UsageFile, public_key: Option<&[u8]>, required: bool) -> Result<Signature, Refusal> {
    match public_key {
        Some(public_key) => verify(file, public_key).map(|()| Signature::Verified),
        None if required => {
            Err(missing("your organization takes signed files only, and this meter has no registered key"))
        }
        None => Ok(Signature::Unsigned),
    }
}

/// Verifies the signature over the exact bytes of the manifest.
fn verify(file: &UsageFile, public_key: &[u8]) -> Result<(), Refusal> {
    let Some(signature) = &file.signature else {
        return Err(missing("this meter has a registered key: its files must be signed"));
    };
    let Some(signature) = decode(signature) else {
        return Err(invalid("the signature is no base64"));
    };
    UnparsedPublicKey::new(&ED25519, public_key)
        .verify(&file.manifest_json, &signature)
        .map_err(|_| invalid("the signature does not fit the manifest and the meter's registered key"))
}

/// Base64 on any number of lines.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(text).ok()
}

fn missing(message: &str) -> Refusal {
    Refusal::new(Code::SignatureMissing, message).at_path(ENTRY)
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(Code::SignatureInvalid, message).at_path(ENTRY)
}
