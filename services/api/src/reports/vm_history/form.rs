//! In which form rows are wanted.

use actix_web::HttpRequest;
use platform::problem::ApiError;

use crate::accept::accepted;

/// In which form rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Page by page.
    Json,
    /// All of them, with commas.
    Csv,
    /// All of them, with tabs.
    Tsv,
}

/// How a table is written.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Between two cells.
    pub delimiter: u8,
    /// Of the answer.
    pub content_type: &'static str,
    /// Of its file.
    pub extension: &'static str,
}

impl Form {
    /// The preferred one first.
    pub const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Tsv];

    /// As the parameter `format` names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
        }
    }

    /// As `Accept` names it.
    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Tsv => "text/tab-separated-values",
        }
    }

    /// How the table is written; none for JSON.
    pub const fn table(self) -> Option<Table> {
        match self {
            Self::Json => None,
            Self::Csv => Some(Table {
                delimiter: b',',
                content_type: "text/csv; charset=utf-8; header=present",
                extension: "csv",
            }),
            Self::Tsv => Some(Table {
                delimiter: b'\t',
                content_type: "text/tab-separated-values; charset=utf-8",
                extension: "tsv",
            }),
        }
    }

    /// The form that the request accepts most.
    pub fn accepted(request: &HttpRequest) -> Result<Self, ApiError> {
        let forms = Self::ALL.map(|form| (form, form.media_type()));
        accepted(request, &forms).ok_or(ApiError::NotAcceptable(
            "rows are given as application/json, text/csv or text/tab-separated-values",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::ACCEPT;
    use actix_web::test::TestRequest;

    fn accepted(accept: &str) -> Option<Form> {
        Form::accepted(&TestRequest::default().insert_header((ACCEPT, accept)).to_http_request()).ok()
    }

    #[test]
    fn the_form_most_wanted_is_given() {
        for (accept, form) in [
            ("*/*", Form::Json),
            ("application/*", Form::Json),
            ("text/html,application/xml;q=0.9,*/*;q=0.8", Form::Json),
            ("text/csv", Form::Csv),
            ("text/csv, */*", Form::Csv),
            ("text/*", Form::Csv),
            ("text/csv;q=0.5, text/tab-separated-values", Form::Tsv),
            ("application/json;q=0, */*", Form::Csv),
        ] {
            assert_eq!(accepted(accept), Some(form), "{accept}");
        }
        for accept in ["text/html", "application/pdf", "text/csv;q=0", "nonsense"] {
            assert_eq!(accepted(accept), None, "{accept}");
        }
        assert_eq!(Form::accepted(&TestRequest::default().to_http_request()).ok(), Some(Form::Json));
    }
}
