//! JSON with exact decimals. A serializer knows numbers as integers or floats; hours with six decimals are
//! neither, so figures are written as their digits here. One space a level, a key before every value but those in
//! lists.

use std::fmt::Display;
use std::io;

use super::Out;

/// A JSON value being written.
pub struct Writer<'o> {
    out: Out<'o>,
    depth: usize,
    is_first: bool,
}

impl<'o> Writer<'o> {
    /// Writes a whole object.
    pub fn document(out: Out<'o>, body: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        let mut writer = Self { out, depth: 0, is_first: true };
        writer.bracketed('{', '}', body)?;
        writeln!(writer.out)
    }

    /// A number: its digits as given.
    pub fn number(&mut self, key: &str, digits: impl Display) -> io::Result<()> {
        self.key(Some(key))?;
        write!(self.out, "{digits}")
    }

    /// A text.
    pub fn text(&mut self, key: &str, text: impl Display) -> io::Result<()> {
        self.key(Some(key))?;
        self.quoted(&text.to_string())
    }

    /// A text or null.
    pub fn optional(&mut self, key: &str, text: Option<&str>) -> io::Result<()> {
        match text {
            Some(text) => self.text(key, text),
            None => self.number(key, "null"),
        }
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &str, value: bool) -> io::Result<()> {
        self.number(key, value)
    }

    /// A list of texts.
    pub fn texts<'t>(&mut self, key: &str, texts: impl IntoIterator<Item = &'t str>) -> io::Result<()> {
        self.key(Some(key))?;
        self.bracketed('[', ']', |list| {
            texts.into_iter().try_for_each(|text| {
                list.key(None)?;
                list.quoted(text)
            })
        })
    }

    /// An object.
    pub fn object(&mut self, key: &str, body: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.key(Some(key))?;
        self.bracketed('{', '}', body)
    }

    /// A list of objects, which `body` adds by [`Writer::element`].
    pub fn list(&mut self, key: &str, body: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.key(Some(key))?;
        self.bracketed('[', ']', body)
    }

    /// An object in a list.
    pub fn element(&mut self, body: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.key(None)?;
        self.bracketed('{', '}', body)
    }

    fn bracketed(
        &mut self,
        open: char,
        close: char,
        body: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        write!(self.out, "{open}")?;
        self.depth += 1;
        self.is_first = true;
        body(self)?;
        self.depth -= 1;
        if !self.is_first {
            self.line()?;
        }
        // Whoever closes was itself something in what is around it.
        self.is_first = false;
        write!(self.out, "{close}")
    }

    fn key(&mut self, key: Option<&str>) -> io::Result<()> {
        if !self.is_first {
            write!(self.out, ",")?;
        }
        self.is_first = false;
        self.line()?;
        match key {
            Some(key) => {
                self.quoted(key)?;
                write!(self.out, ": ")
            }
            None => Ok(()),
        }
    }

    fn line(&mut self) -> io::Result<()> {
        write!(self.out, "\n{:width$}", "", width = self.depth)
    }

    fn quoted(&mut self, text: &str) -> io::Result<()> {
        Ok(serde_json::to_writer(&mut *self.out, text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json_down_to_the_digits() {
        let mut out = Vec::new();
        Writer::document(&mut out, |top| {
            top.number("hours", "254.0")?;
            top.list("none", |_| Ok(()))?;
            top.list("rows", |rows| {
                for name in ["a\"b", "é"] {
                    rows.element(|row| {
                        row.text("name", name)?;
                        row.optional("org", None)?;
                        row.texts("features", ["x", "y"])
                    })?;
                }
                Ok(())
            })?;
            top.object("empty", |_| Ok(()))?;
            top.flag("last", true)
        })
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("{\n \"hours\": 254.0,\n \"none\": [],\n \"rows\": [\n  {\n   \"name\""),
            "{text}"
        );
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["rows"][0]["name"], "a\"b");
        assert_eq!(value["rows"][1]["features"][1], "y");
        assert!(value["rows"][1]["org"].is_null());
        assert_eq!(value["last"], true);
    }
}
