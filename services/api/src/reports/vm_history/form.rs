//! In which form rows are wanted.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, Accept, Header, Quality, QualityItem};
use actix_web::mime::Mime;
use platform::problem::ApiError;

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
        if !request.headers().contains_key(ACCEPT) {
            return Ok(Self::Json);
        }
        let ranges = Accept::parse(request).map(|accept| accept.0).unwrap_or_default();
        // `max_by_key` keeps the last of equals, and the preferred form comes first.
        let rated = Self::ALL.into_iter().rev().filter_map(|form| Some((form, form.rating(&ranges)?)));
        let best = rated.max_by_key(|(_, rating)| *rating);
        best.map(|(form, _)| form).ok_or(ApiError::NotAcceptable(
            "rows are given as application/json, text/csv or text/tab-separated-values",
        ))
    }

    /// How much the form is wanted, and how exactly it was named (RFC 9110, 12.5.1); none when it is not.
    fn rating(self, ranges: &[QualityItem<Mime>]) -> Option<(Quality, usize)> {
        let exactness = |range: &Mime| {
            let (kind, _) = self.media_type().split_once('/')?;
            match range.essence_str() {
                "*/*" => Some(0),
                essence if essence == self.media_type() => Some(2),
                essence => (essence.strip_suffix("/*") == Some(kind)).then_some(1),
            }
        };
        let matching = ranges.iter().filter_map(|range| Some((exactness(&range.item)?, range.quality)));
        let (exactness, quality) = matching.max_by_key(|(exactness, _)| *exactness)?;
        (quality > Quality::ZERO).then_some((quality, exactness))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
