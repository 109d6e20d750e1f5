//! A meter's public key, as the API has it: base64 of the 32 raw bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Of a raw Ed25519 key.
const KEY_BYTES: usize = 32;

/// Reads it.
pub fn parse(text: &str) -> Result<Vec<u8>, String> {
    let key = STANDARD.decode(text).ok().filter(|key| key.len() == KEY_BYTES);
    key.ok_or_else(|| format!("is no base64 of {KEY_BYTES} bytes"))
}

/// Shows it.
pub fn show(key: Option<&[u8]>) -> Option<String> {
    key.map(|key| STANDARD.encode(key))
}
