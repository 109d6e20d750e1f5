//! What every endpoint may answer before its handler is asked.

use platform::problem::Problem;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{ContentBuilder, HeaderBuilder, ObjectBuilder, OpenApi, Ref, ResponseBuilder, Type};

/// What probes ask is not limited.
const UNLIMITED: [&str; 2] = ["/healthz", "/readyz"];

/// The description with the answer 429 of every endpoint under limits.
pub fn with_limits(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        if !UNLIMITED.contains(&path.as_str()) {
            operations(item).for_each(add_refusal);
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

fn add_refusal(operation: &mut Operation) {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let refusal = ResponseBuilder::new()
        .description("Too many requests: try again after `Retry-After` seconds")
        .header("Retry-After", HeaderBuilder::new().schema(Some(seconds)).build())
        .content(Problem::CONTENT_TYPE, problem)
        .build();
    operation.responses.responses.entry("429".to_owned()).or_insert_with(|| refusal.into());
}
