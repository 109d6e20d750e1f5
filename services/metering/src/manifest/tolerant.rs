//! Streaming access to a JSON document of unknown quality: a value of the wrong type is looked at, read over and
//! reported by whoever expected another, and nothing is built of what nobody asked for.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::refusal::quoted;

/// So long a text of the manifest may be: as long as a record line. usage-data.md §1 sets no limit of its own here,
/// but without one a version or a name of 16 MiB would have to be unescaped, copied and kept.
pub(super) const TEXT_BYTES: usize = 64 * 1024;

/// A JSON value without its inner values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scalar<'de> {
    Null,
    Bool(bool),
    /// A number written as a non-negative integer.
    Integer(u64),
    /// Another integer.
    Negative,
    /// A number with a fraction or an exponent, or one beyond 64 bits.
    Fraction,
    Text(Cow<'de, str>),
    /// A string of more than [`TEXT_BYTES`], by its length.
    LongText(usize),
    Array,
    Object,
}

impl Scalar<'_> {
    /// The value in a message.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Negative => "a negative number".to_owned(),
            Self::Fraction => "a number with a fraction or an exponent".to_owned(),
            Self::Text(text) => quoted(text),
            Self::LongText(bytes) => format!("a string of {bytes} bytes"),
            Self::Array => "an array".to_owned(),
            Self::Object => "an object".to_owned(),
        }
    }
}

/// What to do with a value that may be of any type.
pub(super) trait Reading<'de>: Sized {
    /// What comes of it.
    type Out;

    /// Takes a value as a whole.
    fn scalar(self, value: Scalar<'de>) -> Self::Out;

    /// Takes an object; reads over it unless told otherwise.
    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Out, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.scalar(Scalar::Object))
    }

    /// Takes an array; reads over it unless told otherwise.
    fn array<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Out, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.scalar(Scalar::Array))
    }
}

/// Makes a [`Reading`] of the next value of a deserializer.
pub(super) struct Any<R>(pub(super) R);

impl<'de, R: Reading<'de>> DeserializeSeed<'de> for Any<R> {
    type Value = R::Out;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R::Out, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, R: Reading<'de>> Visitor<'de> for Any<R> {
    type Value = R::Out;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<R::Out, E> {
        Ok(self.0.scalar(Scalar::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<R::Out, E> {
        Ok(self.0.scalar(Scalar::Bool(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<R::Out, E> {
        Ok(self.0.scalar(Scalar::Integer(value)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<R::Out, E> {
        Ok(self.0.scalar(Scalar::Negative))
    }

    fn visit_f64<E>(self, _: f64) -> Result<R::Out, E> {
        Ok(self.0.scalar(Scalar::Fraction))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<R::Out, E> {
        Ok(self.0.scalar(match text.len() {
            bytes if bytes > TEXT_BYTES => Scalar::LongText(bytes),
            _ => Scalar::Text(Cow::Borrowed(text)),
        }))
    }

    fn visit_str<E>(self, text: &str) -> Result<R::Out, E> {
        Ok(self.0.scalar(match text.len() {
            bytes if bytes > TEXT_BYTES => Scalar::LongText(bytes),
            _ => Scalar::Text(Cow::Owned(text.to_owned())),
        }))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<R::Out, A::Error> {
        self.0.object(members)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<R::Out, A::Error> {
        self.0.array(elements)
    }
}

/// Keeps the value itself.
pub(super) struct Keep;

impl<'de> Reading<'de> for Keep {
    type Out = Scalar<'de>;

    fn scalar(self, value: Scalar<'de>) -> Scalar<'de> {
        value
    }
}

/// Reads a key: its position in the list of known keys, or `None` for an unknown one.
pub(super) struct Key(pub(super) &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|known| *known == key))
    }
}
