//! What every endpoint may answer before its handler is asked.

use platform::problem::Problem;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{ContentBuilder, HeaderBuilder, ObjectBuilder, OpenApi, Ref, ResponseBuilder, Type};

/// What probes ask is not limited.
const UNLIMITED: [&str; 2] = ["/healthz", "/readyz"];

/// Who is turned away waits so long; others only know that it took too long.
const TOO_MANY: (&str, &str) = ("429", "Too many requests: try again after `Retry-After` seconds");
const BODY_TIMEOUT: (&str, &str) = ("408", "The body came too slowly");
const ANSWER_TIMEOUT: (&str, &str) = ("504", "No answer in time; the request may have taken effect");

/// The description with the answers 429, 408 and 504 of every endpoint under limits.
pub fn with_limits(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        if !UNLIMITED.contains(&path.as_str()) {
            operations(item).for_each(add_refusals);
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

fn add_refusals(operation: &mut Operation) {
    let takes_body = operation.request_body.is_some();
    let body_timeout = takes_body.then_some((BODY_TIMEOUT, false));
    for ((status, description), says_when) in
        [(TOO_MANY, true), (ANSWER_TIMEOUT, false)].into_iter().chain(body_timeout)
    {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let mut refusal =
            ResponseBuilder::new().description(description).content(Problem::CONTENT_TYPE, problem);
        if says_when {
            let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
            refusal = refusal.header("Retry-After", HeaderBuilder::new().schema(Some(seconds)).build());
        }
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| refusal.build().into());
    }
}
