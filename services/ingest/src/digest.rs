//! `Content-Digest` and `Repr-Digest` (RFC 9530): what a request says of its bytes has to be true of those that came.
//!
//! A file comes without a content coding, so that content and representation are the same bytes. In a form the file is
//! a part of the content, and its digest would be of neither: there a digest is refused rather than left unverified.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderValue};
use aws_lc_rs::digest::{Context, SHA512, SHA512_OUTPUT_LEN};
use platform::problem::ApiError;
use platform::store::Digest;
use sfv::{Dictionary, ListEntry, Parser};
use utoipa::IntoParams;

use crate::receive::Body;

const HEADERS: [&str; 2] = ["content-digest", "repr-digest"];

/// Of a header; two digests take some 160 bytes.
const HEADER_BYTES_MAX: usize = 2048;

/// The headers as uploads describe them.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the headers, which Digests reads")]
pub struct DigestHeaders {
    /// RFC 9530: digests of the content by `sha-256` or `sha-512`, all of which must hold; others are ignored
    #[param(rename = "Content-Digest", max_length = 2048)]
    content_digest: Option<String>,
    /// RFC 9530: digests of the file, in the same form
    #[param(rename = "Repr-Digest", max_length = 2048)]
    repr_digest: Option<String>,
}

/// The digests that a request says its bytes have.
pub struct Digests {
    given: bool,
    sha256: Vec<Digest>,
    sha512: Vec<[u8; SHA512_OUTPUT_LEN]>,
    /// Of the bytes so far; none when nobody asks.
    sha512_so_far: Option<Context>,
}

impl Digests {
    /// Of a request; 400 for what is no such header.
    pub fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let mut digests = Self { given: false, sha256: Vec::new(), sha512: Vec::new(), sha512_so_far: None };
        for name in HEADERS {
            digests.read(name, request.headers())?;
        }
        if !digests.sha512.is_empty() {
            digests.sha512_so_far = Some(Context::new(&SHA512));
        }
        Ok(digests)
    }

    fn read(&mut self, name: &'static str, headers: &HeaderMap) -> Result<(), ApiError> {
        let lines: Vec<&[u8]> = headers.get_all(name).map(HeaderValue::as_bytes).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let text = lines.join(&b", "[..]);
        if text.len() > HEADER_BYTES_MAX {
            return Err(malformed(name));
        }
        let dictionary: Dictionary = Parser::new(&text).parse().map_err(|_| malformed(name))?;
        self.given = true;
        for (algorithm, value) in &dictionary {
            let bytes = match value {
                ListEntry::Item(item) => item.bare_item.as_byte_sequence(),
                ListEntry::InnerList(_) => None,
            };
            match algorithm.as_str() {
                "sha-256" => self.sha256.push(exact(name, bytes)?),
                "sha-512" => self.sha512.push(exact(name, bytes)?),
                _ => {}
            }
        }
        Ok(())
    }

    /// 400 when the bytes are not what the digests are of.
    pub fn check_form(&self, body: &Body) -> Result<(), ApiError> {
        if self.given && body.is_form() {
            let detail = "a form's digest is not verified: send the file as application/octet-stream";
            return Err(ApiError::protocol(400, "digest-unsupported", detail));
        }
        Ok(())
    }

    /// Takes the next bytes.
    pub fn update(&mut self, chunk: &[u8]) {
        if let Some(context) = &mut self.sha512_so_far {
            context.update(chunk);
        }
    }

    /// 400 when the bytes, whose SHA-256 is known, have other digests.
    pub fn check(self, sha256: &Digest) -> Result<(), ApiError> {
        let sha512 = self.sha512_so_far.map(Context::finish);
        let holds = self.sha256.iter().all(|said| said == sha256)
            && sha512.is_none_or(|found| self.sha512.iter().all(|said| said == found.as_ref()));
        if holds {
            return Ok(());
        }
        let detail = "the bytes that came do not have the digest that the request says: nothing was kept";
        Err(ApiError::protocol(400, "digest-mismatch", detail))
    }
}

fn exact<const N: usize>(name: &'static str, bytes: Option<&[u8]>) -> Result<[u8; N], ApiError> {
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| malformed(name))
}

fn malformed(name: &str) -> ApiError {
    let detail = format!("{name} is no dictionary of digests, such as sha-256=:base64:");
    ApiError::BadRequest { detail, errors: Vec::new() }
}
