//! `manifest.sig`: of meters that registered a public key (usage-data.md §1 and §4).

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use metering::{Code, Refusal, UsageFile};

/// The entry of the archive.
const ENTRY: &str = "manifest.sig";

/// Verifies the signature over the exact bytes of the manifest.
pub fn verify(file: &UsageFile, public_key: &[u8]) -> Result<(), Refusal> {
    let Some(signature) = &file.signature else {
        let message = "this meter has a registered key: its files must be signed";
        return Err(Refusal::new(Code::SignatureMissing, message).at_path(ENTRY));
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

fn invalid(message: &str) -> Refusal {
    Refusal::new(Code::SignatureInvalid, message).at_path(ENTRY)
}
