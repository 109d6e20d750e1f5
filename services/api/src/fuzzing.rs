//! For fuzzing and the test of its corpus: laws of what callers write into queries, bodies and headers (tests/fuzz).
#![allow(clippy::panic, clippy::unwrap_used, clippy::missing_panics_doc, reason = "a broken law is a panic")]

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::test::TestRequest;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, ResponseError};
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::FutureExt;
use metering::Month;
use platform::address::{TrustedProxies, client_address, counted_address, is_https};
use platform::idempotency::IdempotencyKey;
use platform::problem::ApiError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;
use std::net::IpAddr;
use uuid::Uuid;

use crate::accept;
use crate::audit::params::AuditParams;
use crate::page::PageRequest;
use crate::reports::vm_history::params::HistoryParams;
use crate::request::{Fields, FromFields, Params, Patch, parse};

/// The first byte says what is asked for, the others are the query, or for one of them the body.
pub fn queries(data: &[u8]) {
    let Some((selector, rest)) = data.split_first() else { return };
    let Ok(text) = str::from_utf8(rest) else { return };
    match selector % 8 {
        0 => drop(query::<HistoryParams>(text)),
        1 => drop(query::<AuditParams>(text)),
        2 => pages::<(Uuid, Uuid, DateTime<Utc>, i32)>(text),
        3 => pages::<(DateTime<Utc>, Uuid)>(text),
        4 => pages::<(NaiveDate, Uuid, String)>(text),
        5 => pages::<(i64, String)>(text),
        6 => drop(query::<Everything>(text)),
        _ => body(text),
    }
}

/// Lines of `name: value`.
pub fn headers(data: &[u8]) {
    let mut request = TestRequest::get().peer_addr(([10, 0, 0, 1], 4711).into());
    let mut lines = data.split(|byte| *byte == b'\n');
    if let Some(proxies) = lines.next().and_then(|line| str::from_utf8(line).ok()?.parse().ok()) {
        request = request.app_data(Data::<TrustedProxies>::new(proxies));
    }
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            request = request.append_header((name, value));
        }
    }
    let request = request.to_http_request();
    addresses(&request);
    let key = IdempotencyKey::from_request(&request, &mut Payload::None).now_or_never().unwrap();
    let again = IdempotencyKey::from_request(&request, &mut Payload::None).now_or_never().unwrap();
    assert_eq!(format!("{key:?}"), format!("{again:?}"));
    if let Err(error) = key {
        assert_told(&error);
    }
    let forms = [(1, "application/json"), (2, "text/csv")];
    let form = accept::accepted(&request, &forms);
    assert!(request.headers().contains_key("accept") || form == Some(1));
}

fn addresses(request: &HttpRequest) {
    let peer = request.peer_addr().unwrap().ip();
    let client = client_address(request).unwrap();
    let trusts = request.app_data::<Data<TrustedProxies>>().is_some_and(|proxies| proxies.contains(peer));
    assert!(trusts || client == peer, "a stranger is believed");
    assert_eq!(client, client.to_canonical());
    let counted: IpAddr = counted_address(client);
    assert_eq!(counted, counted_address(counted));
    assert!(trusts || !is_https(request));
}

/// Reads a query as a request's, twice.
fn query<T: FromFields + Debug>(text: &str) -> Option<T> {
    // What is no URI never gets here.
    let uri = format!("/?{text}");
    uri.parse::<actix_web::http::Uri>().ok()?;
    let request = TestRequest::with_uri(&uri).to_http_request();
    let read = || Params::<T>::from_request(&request, &mut Payload::None).now_or_never().unwrap();
    let (read, again) = (read(), read());
    assert_eq!(format!("{read:?}"), format!("{again:?}"));
    read.map_err(|error| assert_told(&error)).ok().map(|Params(value)| value)
}

/// Whoever asked wrongly is told so, and where.
fn assert_told(error: &ApiError) {
    match error {
        ApiError::BadRequest { detail, .. } => assert!(!detail.is_empty()),
        ApiError::Unprocessable { errors, .. } => {
            assert!(!errors.is_empty() && errors.iter().all(|error| error.field.is_some()), "{errors:?}");
        }
        other => panic!("the caller's fault is told as {other:?}"),
    }
    assert!(error.error_response().status().is_client_error());
}

/// A place that was taken goes to the caller and comes back the same.
fn pages<C>(text: &str)
where
    C: Serialize + DeserializeOwned + Clone + Debug + PartialEq,
    PageRequest<C>: FromFields,
{
    let Some(page) = query::<PageRequest<C>>(text) else { return };
    assert!((1..=1000).contains(&page.limit));
    let Some(place) = page.after else { return };
    let one = PageRequest { limit: 1, after: None };
    let (_, cursor) = one.cut(vec![place.clone(), place.clone()], Clone::clone);
    let again = query::<PageRequest<C>>(&format!("cursor={}", cursor.unwrap()));
    assert_eq!(again.unwrap().after, Some(place));
}

fn body(text: &str) {
    let Ok(body) = serde_json::from_str::<Value>(text) else { return };
    if let Err(error) = Fields::of_json(body).and_then(Fields::read::<Everything>) {
        assert_told(&error);
    }
}

/// A field of each type, in each way of asking.
#[derive(Debug)]
#[expect(dead_code, reason = "printed")]
struct Everything {
    id: Option<Uuid>,
    email: Option<String>,
    month: Option<Month>,
    number: Option<i32>,
    at: Option<DateTime<Utc>>,
    word: Option<&'static str>,
    name: Patch<String>,
    flag: Option<bool>,
    texts: Option<Vec<String>>,
}

impl FromFields for Everything {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let checked = Self {
            id: fields.optional("id", |text| {
                parse::uuid(text).inspect(|id| assert_eq!(id.to_string(), text.to_lowercase()))
            }),
            email: fields.optional("email", email),
            month: fields.optional("month", |text| {
                parse::month(text).inspect(|month| assert_eq!(month.to_string(), text))
            }),
            number: fields
                .optional("number", |text| parse::ordinal(text).inspect(|number| assert!(*number > 0))),
            at: fields.optional("at", parse::instant),
            word: fields.optional("word", parse::word(&["on", "off"], |word| word)),
            name: fields.patched("name", |text| {
                let read = parse::text(16)(text);
                read.inspect(|name| assert!((1..=16).contains(&name.chars().count())))
            }),
            flag: fields.flag("flag"),
            texts: if fields.has("texts") {
                fields.texts("texts", 3, |text| parse::text(8)(text))
            } else {
                None
            },
        };
        fields.required("needed", parse::boolean)?;
        Some(checked)
    }
}

fn email(text: &str) -> Result<String, String> {
    let email = parse::email(text)?;
    assert_eq!(email.matches('@').count(), 1);
    assert!(email.chars().count() <= parse::EMAIL_CHARACTERS_MAX, "longer than it may be: {email}");
    assert_eq!(parse::email(&email).as_deref(), Ok(&*email));
    Ok(email)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    fn check(target: &str, law: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus").join(target);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(files.len() >= 10, "only {} files", files.len());
        for file in files {
            // The name is what a person needs to know when the law breaks.
            println!("{}", file.display());
            law(&fs::read(&file).unwrap());
        }
    }

    #[test]
    fn the_corpus_of_queries_keeps_the_laws() {
        check("queries", super::queries);
    }

    #[test]
    fn the_corpus_of_headers_keeps_the_laws() {
        check("headers", super::headers);
    }
}
