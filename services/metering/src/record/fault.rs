//! What is wrong with a line, before its place in the file is known.

use std::borrow::Cow;

/// A fault at a byte of the line or in one of its fields. Boxed, so that the common way through the scanner
/// carries one word.
#[derive(Debug)]
pub(super) struct Fault(pub(super) Box<Details>);

/// What a fault says.
#[derive(Debug)]
pub(super) struct Details {
    /// A sentence without a position.
    pub(super) message: Cow<'static, str>,
    /// Offset of the byte in the line, where the JSON itself is broken.
    pub(super) at: Option<usize>,
    /// The field, where its value is.
    pub(super) field: Option<String>,
}

/// A result with a fault.
pub(super) type Faulty<T> = Result<T, Fault>;

impl Fault {
    /// The JSON is broken at byte `at`.
    #[cold]
    pub(super) fn at(at: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Details { message: message.into(), at: Some(at), field: None }))
    }

    /// The value of `field` is wrong.
    #[cold]
    pub(super) fn of(field: &str, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Details { message: message.into(), at: None, field: Some(field.to_owned()) }))
    }

    /// The key at byte `at` occurs twice. It may be any text of any length, so it is shown cut and escaped.
    #[cold]
    pub(super) fn twice(at: usize, key: &str) -> Self {
        const SHOWN_CHARS: usize = 40;
        let message = Cow::Borrowed("the key occurs twice in one object");
        let shown: String = key.chars().take(SHOWN_CHARS).collect();
        let field = shown.escape_debug().to_string();
        Self(Box::new(Details { message, at: Some(at), field: Some(field) }))
    }
}
