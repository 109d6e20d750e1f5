//! For fuzzing and the test of its corpus: laws of the headers of uploads (tests/fuzz).
#![allow(clippy::panic, clippy::unwrap_used, clippy::missing_panics_doc, reason = "a broken law is a panic")]

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::test::TestRequest;
use actix_web::{HttpRequest, ResponseError};
use aws_lc_rs::digest::{SHA256, digest};
use platform::problem::ApiError;

use crate::digest::Digests;
use crate::resumable;

const FILE: &[u8] = b"bytes";
const LIMIT_BYTES: u64 = 1 << 31;

/// Lines of `name: value`, the first of which is another reader's.
pub fn headers(data: &[u8]) {
    let mut request = TestRequest::post();
    for line in data.split(|byte| *byte == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            request = request.append_header((name, value));
        }
    }
    let request = request.to_http_request();
    digests(&request);
    parts(&request);
}

/// A digest is believed of the bytes that it is of, and of no others.
fn digests(request: &HttpRequest) {
    let judge = |bytes: &[u8]| -> Result<(), ApiError> {
        let mut digests = Digests::of(request)?;
        digests.update(bytes);
        digests.check(&digest(&SHA256, bytes).as_ref().try_into().unwrap())
    };
    let (one, other) = (judge(FILE), judge(b"other bytes"));
    let said = ["content-digest", "repr-digest"].iter().any(|name| {
        let text = request.headers().get_all(*name).filter_map(|value| value.to_str().ok());
        text.into_iter().any(|text| text.contains("sha-256") || text.contains("sha-512"))
    });
    match (one, other) {
        (Ok(()), Ok(())) => assert!(!said || Digests::of(request).is_ok()),
        (Err(one), Err(_)) => assert_told(&one),
        (Ok(()), Err(error)) | (Err(error), Ok(())) => {
            assert!(said);
            assert_told(&error);
        }
    }
}

fn parts(request: &HttpRequest) {
    let headers = request.headers();
    match resumable::headers::length(headers, LIMIT_BYTES) {
        Ok(length) => assert!(length <= LIMIT_BYTES),
        Err(error) => assert_told(&error),
    }
    match resumable::headers::metadata(headers) {
        Ok(metadata) => {
            assert!(metadata.len() <= 4096 && metadata.bytes().all(|byte| byte == b'\t' || byte >= b' '));
        }
        Err(error) => assert_told(&error),
    }
    if let Err(error) = resumable::headers::carries_bytes(headers) {
        assert_told(&error);
    }
    match resumable::headers::Checksum::of(headers) {
        Ok(Some(mut checksum)) => {
            checksum.update(FILE);
            if let Err(error) = checksum.check() {
                assert_told(&error);
            }
        }
        Ok(None) => {}
        Err(error) => assert_told(&error),
    }
}

/// Whoever asked wrongly is told so.
fn assert_told(error: &ApiError) {
    assert!(error.error_response().status().is_client_error(), "{error:?}");
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn the_corpus_of_headers_keeps_the_laws() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/headers");
        for file in fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            println!("{}", file.display());
            super::headers(&fs::read(&file).unwrap());
        }
    }
}
