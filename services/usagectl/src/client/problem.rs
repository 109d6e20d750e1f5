//! Errors as the server tells them: `application/problem+json` (RFC 9457).

use std::fmt;

use metering::Refusal;
use serde::{Deserialize, Serialize};
use ureq::http::StatusCode;

use crate::print::clean;

/// Why the server did not do as it was asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// The HTTP status.
    #[serde(skip)]
    pub status: u16,
    /// The kind of problem.
    pub title: Option<String>,
    /// This occurrence.
    pub detail: Option<String>,
    /// The kind of problem, for programs.
    pub code: Option<String>,
    /// What the server's log calls this request.
    pub request_id: Option<String>,
    /// Each thing that is wrong, where there are several.
    pub errors: Vec<Reason>,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reason {
    /// The stable code.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// The archive entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line of the entry, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The JSON field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Reason {
    /// `path:line`, as much of it as there is.
    pub fn place(&self) -> String {
        match (&self.path, self.line) {
            (Some(path), Some(line)) => format!("{path}:{line}"),
            (Some(path), None) => path.clone(),
            (None, Some(line)) => format!("line {line}"),
            (None, None) => String::new(),
        }
    }
}

impl From<&Refusal> for Reason {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code.to_string(),
            message: refusal.message.clone(),
            path: refusal.path.clone(),
            line: refusal.line,
            field: refusal.field.clone(),
        }
    }
}

impl Problem {
    /// Reads the answer's body; one that is no problem document (a proxy's page, say) leaves the status alone.
    pub fn read(status: StatusCode, body: &[u8], request_id: Option<&str>) -> Self {
        let mut problem: Self = serde_json::from_slice(body).unwrap_or_default();
        problem.status = status.as_u16();
        problem.title = problem.title.or_else(|| status.canonical_reason().map(str::to_owned));
        problem.request_id = problem.request_id.or_else(|| request_id.map(str::to_owned));
        problem
    }

    /// The reasons; when the server lists none, the problem itself as the only one.
    pub fn reasons(&self) -> Vec<Reason> {
        if !self.errors.is_empty() {
            return self.errors.clone();
        }
        let code = self.code.clone().unwrap_or_else(|| self.status.to_string());
        let message = self.detail.clone().or_else(|| self.title.clone()).unwrap_or_default();
        vec![Reason { code, message, ..Reason::default() }]
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", clean(self.title.as_deref().unwrap_or("refused")), self.status)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {}", clean(detail))?;
        }
        for reason in &self.errors {
            let (place, field) = (reason.place(), reason.field.as_deref().unwrap_or_default());
            write!(f, "\n ")?;
            for part in [&reason.code, &place, field, &reason.message] {
                if !part.is_empty() {
                    write!(f, " {}", clean(part))?;
                }
            }
        }
        if let Some(id) = &self.request_id {
            write!(f, "\n  request id {}", clean(id))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_everything_that_helps() {
        let body = br#"{"title":"Unprocessable","status":422,"detail":"refused","code":"upload-refused",
            "request_id":"r-1","errors":[{"code":"record-invalid","message":"no.","path":"a/b","line":7,
            "field":"vcpus"},{"code":"not-usage-data","message":"none"}]}"#;
        let problem = Problem::read(StatusCode::UNPROCESSABLE_ENTITY, body, None);
        let expected = "Unprocessable (422): refused\n  record-invalid a/b:7 vcpus no.\n  not-usage-data none\n  request id r-1";
        assert_eq!(problem.to_string(), expected);
        assert_eq!(problem.reasons().len(), 2);
    }

    #[test]
    fn a_page_of_a_proxy_still_says_what_happened() {
        let problem = Problem::read(StatusCode::BAD_GATEWAY, b"<html>", Some("r-2"));
        assert_eq!(problem.to_string(), "Bad Gateway (502)\n  request id r-2");
        assert_eq!(problem.reasons()[0].code, "502");
    }
}
