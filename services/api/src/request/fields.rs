//! Named texts, taken one by one.

use platform::problem::{ApiError, ErrorItem};
use serde_json::Value;
use std::collections::BTreeMap;

/// The fields of a query, which are texts, or of a JSON body. What nobody takes is refused in the end: a typo in the
/// name of a filter must not widen an answer.
#[derive(Debug, Default)]
pub struct Fields {
    values: BTreeMap<String, Value>,
    errors: Vec<ErrorItem>,
}

/// What can be made of fields.
pub trait FromFields: Sized {
    /// Takes the fields; none when something is missing or wrong, which the fields remember.
    fn from_fields(fields: &mut Fields) -> Option<Self>;
}

/// What a change says of something that may be absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Nothing.
    #[default]
    Keep,
    /// It is to go.
    Clear,
    /// It is to be this.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether it says anything.
    pub const fn says(&self) -> bool {
        !matches!(self, Self::Keep)
    }

    /// What becomes of what was.
    pub fn or(self, was: Option<T>) -> Option<T> {
        match self {
            Self::Keep => was,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl Fields {
    /// Of the pairs of a query.
    pub fn of_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut fields = Self::default();
        for (name, text) in pairs {
            if fields.values.contains_key(&name) {
                fields.refuse(&name, "repeated", "is given more than once");
            } else {
                fields.put(name, Value::String(text));
            }
        }
        fields
    }

    /// Of a JSON object.
    pub fn of_json(body: Value) -> Result<Self, ApiError> {
        let Value::Object(members) = body else {
            return Err(ApiError::BadRequest {
                detail: "the body must be a JSON object".to_owned(),
                errors: Vec::new(),
            });
        };
        let mut fields = Self::default();
        for (name, value) in members {
            fields.put(name, value);
        }
        Ok(fields)
    }

    fn put(&mut self, name: String, value: Value) {
        // The database's texts cannot hold it.
        if holds_nul(&value) {
            self.refuse(&name, "invalid", "must not contain U+0000");
        } else {
            self.values.insert(name, value);
        }
    }

    /// Whether a field is there and nobody took it yet.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// A text that may be absent; null is as good as absent.
    pub fn optional<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        self.take(name, |value| match value {
            Value::String(text) => parse(text),
            _ => Err("must be a string".to_owned()),
        })
    }

    /// A text that must be there.
    pub fn required<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        self.need(name);
        self.optional(name, parse)
    }

    /// A text of a change: absent leaves what is, null clears it.
    pub fn patched<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Patch<T> {
        if self.values.get(name) == Some(&Value::Null) {
            self.values.remove(name);
            return Patch::Clear;
        }
        self.optional(name, parse).map_or(Patch::Keep, Patch::Set)
    }

    /// A JSON truth value that may be absent.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, |value| value.as_bool().ok_or_else(|| "must be true or false".to_owned()))
    }

    /// A JSON truth value that must be there.
    pub fn required_flag(&mut self, name: &str) -> Option<bool> {
        self.need(name);
        self.flag(name)
    }

    /// A JSON list of at most `items_max` texts, that must be there.
    pub fn texts<T>(
        &mut self,
        name: &str,
        items_max: usize,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        self.need(name);
        self.take(name, |value| {
            let items = value.as_array().filter(|items| items.len() <= items_max);
            let items = items.ok_or_else(|| format!("must be a list of at most {items_max} strings"))?;
            items.iter().map(|item| parse(item.as_str().ok_or("must be a list of strings")?)).collect()
        })
    }

    fn take<T>(&mut self, name: &str, parse: impl FnOnce(&Value) -> Result<T, String>) -> Option<T> {
        let value = self.values.remove(name).filter(|value| !value.is_null())?;
        parse(&value).map_err(|message| self.refuse(name, "invalid", message)).ok()
    }

    fn need(&mut self, name: &str) {
        let absent = self.values.get(name).is_none_or(Value::is_null);
        if absent && !self.is_refused(name) {
            self.refuse(name, "missing", "is needed");
        }
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
        let unknown = std::mem::take(&mut self.values);
        for name in unknown.into_keys() {
            self.refuse(&name, "unknown", "is not known here");
        }
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            Some(_) | None => Err(ApiError::invalid(self.errors)),
        }
    }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
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
    fn what_a_body_says_has_a_type() {
        #[derive(Debug, PartialEq)]
        struct Change(Patch<bool>, Option<bool>, Vec<bool>);
        impl FromFields for Change {
            fn from_fields(fields: &mut Fields) -> Option<Self> {
                let (a, b) = (fields.patched("a", parse::boolean), fields.flag("b"));
                Some(Self(a, b, fields.texts("c", 2, parse::boolean)?))
            }
        }
        let read = |body: &str| Fields::of_json(serde_json::from_str(body).unwrap())?.read::<Change>();
        assert_eq!(
            read(r#"{"a":null,"b":true,"c":["true"]}"#).unwrap(),
            Change(Patch::Clear, Some(true), vec![true])
        );
        assert_eq!(read(r#"{"b":null,"c":[]}"#).unwrap(), Change(Patch::Keep, None, vec![]));
        for wrong in [
            r#"{"c":null}"#,
            r#"{"c":[1]}"#,
            r#"{"c":["true","true","true"]}"#,
            r#"{"b":"true","c":[]}"#,
            r#"{"c":["\u0000"]}"#,
        ] {
            assert!(matches!(read(wrong), Err(ApiError::Unprocessable { .. })), "{wrong}");
        }
    }

    #[test]
    fn bodies_are_objects() {
        let read = |body: &str| Fields::of_json(serde_json::from_str(body).unwrap())?.read::<Pair>();
        assert!(matches!(read(r#"{"a":"true","b":null}"#), Ok(Pair(true, None))));
        assert!(matches!(read(r#"{"a":true}"#), Err(ApiError::Unprocessable { .. })));
        assert!(matches!(read("[]"), Err(ApiError::BadRequest { .. })));
    }
}
