//! Named texts, taken one by one.

use platform::problem::{ApiError, ErrorItem};
use serde_json::Value;
use std::collections::BTreeMap;

/// The fields of a query or of a JSON body. What nobody takes is refused in the end: a typo in the name of a filter
/// must not widen an answer.
#[derive(Debug, Default)]
pub struct Fields {
    texts: BTreeMap<String, String>,
    errors: Vec<ErrorItem>,
}

/// What can be made of fields.
pub trait FromFields: Sized {
    /// Takes the fields; none when something is missing or wrong, which the fields remember.
    fn from_fields(fields: &mut Fields) -> Option<Self>;
}

impl Fields {
    /// Of the pairs of a query.
    pub fn of_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut fields = Self::default();
        for (name, text) in pairs {
            if fields.texts.contains_key(&name) {
                fields.refuse(&name, "repeated", "is given more than once");
            } else {
                fields.put(name, text);
            }
        }
        fields
    }

    /// Of a JSON object of texts; null is as good as absent.
    pub fn of_json(body: Value) -> Result<Self, ApiError> {
        let Value::Object(members) = body else {
            return Err(ApiError::BadRequest {
                detail: "the body must be a JSON object".to_owned(),
                errors: Vec::new(),
            });
        };
        let mut fields = Self::default();
        for (name, value) in members {
            match value {
                Value::String(text) => fields.put(name, text),
                Value::Null => {}
                _ => fields.refuse(&name, "invalid", "must be a string"),
            }
        }
        Ok(fields)
    }

    fn put(&mut self, name: String, text: String) {
        // The database's texts cannot hold it.
        if text.contains('\0') {
            self.refuse(&name, "invalid", "must not contain U+0000");
        } else {
            self.texts.insert(name, text);
        }
    }

    /// Whether a field is there and nobody took it yet.
    pub fn has(&self, name: &str) -> bool {
        self.texts.contains_key(name)
    }

    /// A field that may be absent.
    pub fn optional<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.texts.remove(name)?;
        parse(&text).map_err(|message| self.refuse(name, "invalid", message)).ok()
    }

    /// A field that must be there.
    pub fn required<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        if !self.has(name) && !self.is_refused(name) {
            self.refuse(name, "missing", "is needed");
        }
        self.optional(name, parse)
    }

    /// Notes what is wrong with a field.
    pub fn refuse(&mut self, name: &str, code: &str, message: impl Into<String>) {
        self.errors.push(ErrorItem::field(name, code, message));
    }

    fn is_refused(&self, name: &str) -> bool {
        self.errors.iter().any(|error| error.field.as_deref() == Some(name))
    }

    /// What the fields say, unless anything is wrong.
    pub fn read<T: FromFields>(mut self) -> Result<T, ApiError> {
        let value = T::from_fields(&mut self);
        let unknown = std::mem::take(&mut self.texts);
        for name in unknown.into_keys() {
            self.refuse(&name, "unknown", "is not known here");
        }
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            Some(_) | None => Err(ApiError::invalid(self.errors)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[derive(Debug)]
    struct Pair(bool, Option<bool>);

    impl FromFields for Pair {
        fn from_fields(fields: &mut Fields) -> Option<Self> {
            let (a, b) = (fields.required("a", parse::boolean), fields.optional("b", parse::boolean));
            Some(Self(a?, b))
        }
    }

    fn wrong(pairs: &[(&str, &str)]) -> Vec<String> {
        let pairs = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        match Fields::of_pairs(pairs).read::<Pair>() {
            Err(ApiError::Unprocessable { errors, .. }) => errors
                .iter()
                .map(|error| format!("{} {}", error.field.as_ref().unwrap(), error.code))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        assert_eq!(wrong(&[("b", "yes"), ("c", "1")]), ["a missing", "b invalid", "c unknown"]);
        assert_eq!(wrong(&[("a", "true"), ("a", "true")]), ["a repeated"]);
        assert_eq!(wrong(&[("a", "true\0")]), ["a invalid"]);
    }

    #[test]
    fn bodies_are_objects_of_texts() {
        let read = |body: &str| Fields::of_json(serde_json::from_str(body).unwrap())?.read::<Pair>();
        assert!(matches!(read(r#"{"a":"true","b":null}"#), Ok(Pair(true, None))));
        assert!(matches!(read(r#"{"a":true}"#), Err(ApiError::Unprocessable { .. })));
        assert!(matches!(read("[]"), Err(ApiError::BadRequest { .. })));
    }
}
