//! The headers of requests: lengths, offsets, checksums, metadata.

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName};
use aws_lc_rs::digest::{self, Algorithm, Context};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::problem::ApiError;

use super::tus::{UPLOAD_LENGTH, UPLOAD_METADATA, text, unreadable};

/// Of bytes that belong to an upload.
pub const MEDIA_TYPE: &str = "application/offset+octet-stream";

/// The names of checksums that we verify.
pub const ALGORITHMS: &str = "sha1,sha256,sha512";

/// A name and a hint or two; nothing is made of them.
const METADATA_BYTES_MAX: usize = 4096;

const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const UPLOAD_DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");

/// A whole number of bytes; 400 for anything else.
pub fn bytes(headers: &HeaderMap, name: &HeaderName) -> Result<u64, ApiError> {
    let value = text(headers, name).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
    let bytes = value.and_then(|value| value.parse().ok());
    bytes.ok_or_else(|| unreadable(format!("the header {name} must be a number of bytes")))
}

/// How long the file is: it has to be said at once.
pub fn length(headers: &HeaderMap, limit_bytes: u64) -> Result<u64, ApiError> {
    if headers.contains_key(UPLOAD_DEFER_LENGTH) {
        return Err(unreadable("the length of the file must be known at once: Upload-Length"));
    }
    let length = bytes(headers, &UPLOAD_LENGTH)?;
    if length > limit_bytes { Err(ApiError::PayloadTooLarge { limit_bytes }) } else { Ok(length) }
}

/// Whether the body is bytes of the upload; 415 when it says that it is something else.
pub fn carries_bytes(headers: &HeaderMap) -> Result<bool, ApiError> {
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(ApiError::UnsupportedMediaType(
            "the bytes must be sent without a Content-Encoding".to_owned(),
        ));
    }
    match text(headers, &CONTENT_TYPE) {
        Some(media_type) if media_type.eq_ignore_ascii_case(MEDIA_TYPE) => Ok(true),
        Some(_) => Err(ApiError::UnsupportedMediaType(format!("the bytes come as {MEDIA_TYPE}"))),
        None => Ok(false),
    }
}

/// `Upload-Metadata`: pairs of a name and a value in base64, which are shown as they came.
pub fn metadata(headers: &HeaderMap) -> Result<String, ApiError> {
    let Some(metadata) = headers.get(UPLOAD_METADATA) else { return Ok(String::new()) };
    let fits = |metadata: &&str| metadata.len() <= METADATA_BYTES_MAX && metadata.split(',').all(is_pair);
    let metadata = metadata.to_str().ok().filter(fits);
    metadata.map(str::to_owned).ok_or_else(|| {
        unreadable(format!(
            "Upload-Metadata must be names with values in base64, of {METADATA_BYTES_MAX} bytes at most"
        ))
    })
}

fn is_pair(pair: &str) -> bool {
    let pair = pair.trim();
    let (name, value) = pair.split_once(' ').unwrap_or((pair, ""));
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) && STANDARD.decode(value).is_ok()
}

/// What the bytes of one request must come to.
pub struct Checksum {
    said: Vec<u8>,
    so_far: Context,
}

impl Checksum {
    /// Of a request; 400 for an algorithm that we do not know.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, ApiError> {
        let Some(value) = headers.get(UPLOAD_CHECKSUM) else { return Ok(None) };
        let read = || {
            let (name, value) = value.to_str().ok()?.split_once(' ')?;
            let (algorithm, said) = (algorithm(name)?, STANDARD.decode(value).ok()?);
            (said.len() == algorithm.output_len()).then(|| Self { said, so_far: Context::new(algorithm) })
        };
        let message =
            || unreadable(format!("Upload-Checksum must be one of {ALGORITHMS} and its value in base64"));
        read().ok_or_else(message).map(Some)
    }

    /// Takes the next bytes.
    pub fn update(&mut self, chunk: &[u8]) {
        self.so_far.update(chunk);
    }

    /// 460 when the bytes have another.
    pub fn check(self) -> Result<(), ApiError> {
        if self.so_far.finish().as_ref() == self.said {
            return Ok(());
        }
        let detail = "the bytes that came do not have this checksum: none of them was kept";
        Err(ApiError::protocol(460, "checksum-mismatch", detail))
    }
}

fn algorithm(name: &str) -> Option<&'static Algorithm> {
    match name {
        "sha1" => Some(&digest::SHA1_FOR_LEGACY_USE_ONLY),
        "sha256" => Some(&digest::SHA256),
        "sha512" => Some(&digest::SHA512),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_pairs_of_a_name_and_base64() {
        for good in ["filename YS5kYXRh", "a YQ==,b YQ==, c", "flag"] {
            assert!(good.split(',').all(is_pair), "{good}");
        }
        for bad in ["", "a b c", "a !!", "a YQ==,", "na\u{e9}me YQ=="] {
            assert!(!bad.split(',').all(is_pair), "{bad}");
        }
    }
}
