//! Fields of the server's JSON as text: figures as they were written, `–` for what is not there.

use serde_json::Value;

/// What stands for no value.
pub const NONE: &str = "–";

/// The field at a dotted path, such as `organization.name`.
pub fn text(value: &Value, path: &str) -> String {
    bare(path.split('.').fold(value, |value, key| &value[key]))
}

/// The field's items, none when it is absent.
pub fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Several fields, one text each.
pub fn texts(value: &Value, paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| text(value, path)).collect()
}

/// A value without quotation marks; a list by its items.
pub fn bare(value: &Value) -> String {
    match value {
        Value::Null => NONE.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => NONE.to_owned(),
        Value::Array(items) => items.iter().map(bare).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_print_without_marks() {
        let value =
            json!({"a": {"b": "x"}, "n": 7, "d": "1.500000", "l": ["p", 2], "t": true, "z": null, "e": []});
        assert_eq!(texts(&value, &["a.b", "n", "d", "l", "t"]), ["x", "7", "1.500000", "p, 2", "true"]);
        assert_eq!(texts(&value, &["z", "e", "missing", "a.missing.deep"]), [NONE; 4]);
        assert_eq!(items(&value, "l").len(), 2);
        assert!(items(&value, "n").is_empty());
    }
}
