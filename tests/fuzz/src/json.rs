//! JSON by way of `serde_json`, to compare our own readers with.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How deep a value may nest before our readers and `serde_json` may differ (32 and 128 levels).
const NESTING: usize = 30;

/// A value in which no object has a key twice.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Integer(u64),
    /// Negative, or with a fraction or an exponent.
    OtherNumber,
    Text(String),
    Array(Vec<Self>),
    Object(HashMap<String, Self>),
}

/// What a text is.
#[derive(Debug)]
pub enum Reading {
    Value(Json),
    /// A key comes twice within an object.
    Twice,
    /// It is no JSON.
    Broken,
    /// Beyond what the two can be compared in.
    Unknown,
}

impl Json {
    /// Reads a text.
    pub fn read(text: &str) -> Reading {
        let deepest = text.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count();
        match serde_json::from_str(text) {
            Ok(_) | Err(_) if deepest > NESTING => Reading::Unknown,
            Ok(value) => Reading::Value(value),
            Err(error) if error.to_string().contains("comes twice") => Reading::Twice,
            // serde_json refuses numbers that no float can hold.
            Err(error) if error.to_string().contains("out of range") => Reading::Unknown,
            Err(_) => Reading::Broken,
        }
    }

    /// The member of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(key),
            _ => None,
        }
    }

    /// The text of a member.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The non-negative integer of a member.
    pub fn integer(&self, key: &str) -> Option<u64> {
        match self.get(key) {
            Some(Self::Integer(value)) => Some(*value),
            _ => None,
        }
    }

    /// The truth value of a member.
    pub fn truth(&self, key: &str) -> Option<bool> {
        match self.get(key) {
            Some(Self::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// The elements of a member.
    pub fn list(&self, key: &str) -> Option<&[Self]> {
        match self.get(key) {
            Some(Self::Array(elements)) => Some(elements),
            _ => None,
        }
    }

    /// Whether a member is null.
    pub fn is_null(&self, key: &str) -> bool {
        self.get(key) == Some(&Self::Null)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Integer(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(element) = elements.next_element()? {
            array.push(element);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = HashMap::new();
        while let Some((key, value)) = members.next_entry::<String, Json>()? {
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("a key comes twice"));
            }
        }
        Ok(Json::Object(object))
    }
}
