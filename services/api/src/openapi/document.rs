//! What the description says beside the endpoints.

use platform::problem::{ErrorItem, Problem};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::machinery;

/// How callers show who they are.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some(
            "An access token of `/v1/auth/token`; an API key (`uik_…`), which is good for the rights that it was given; \
             or a meter's own token (`umt_…`), which is good for its uploads alone."
                .to_owned(),
        );
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The description without endpoints but those of every process: health, and the description itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Open Usage Insight",
        description = "Usage metering for service providers: files in; VM History, reports and orders out.\n\n\
            Times are RFC 3339 in UTC, months `YYYY-MM`, exact decimals strings. Every answer carries `x-request-id`; \
            every error is a problem (RFC 9457) with a stable `code`. What a caller may not see does not exist for it. \
            Query parameters that an endpoint does not know are refused.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "identity", description = "Log-in and who one is"),
        (name = "users", description = "Who may log in, and as what"),
        (name = "organizations", description = "The tree of organizations, partners' contracts and sites"),
        (name = "meters", description = "Usage Meters as partners register them"),
        (name = "uploads", description = "Usage data files and what became of them"),
        (name = "reports", description = "What a month comes to, and the rows it comes from"),
        (name = "orders", description = "Monthly business orders"),
        (name = "audit", description = "Who did what, when, to what, from where"),
        (name = "machinery", description = "How the service itself is doing"),
    ),
    paths(machinery::healthz, machinery::readyz, machinery::openapi_json),
    components(schemas(Problem, ErrorItem)),
    modifiers(&Bearer),
)]
struct Base;

/// The description without endpoints but those of every process.
pub fn base() -> Document {
    Base::openapi()
}
