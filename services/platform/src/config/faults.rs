//! All that is wrong with a configuration, told at once.

use std::fmt;

/// One wrong value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The environment variable.
    pub name: &'static str,
    /// What is wrong; never the value of a secret.
    pub reason: String,
}

/// The faults found so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Notes a fault.
    pub fn add(&mut self, name: &'static str, reason: impl Into<String>) {
        self.0.push(Fault { name, reason: reason.into() });
    }

    /// Takes a value, or notes why there is none.
    pub fn take<T, E: fmt::Display>(&mut self, name: &'static str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.add(name, error.to_string())).ok()
    }

    /// Parses a value, or notes why it does not parse.
    pub fn parse<T>(&mut self, name: &'static str, text: &str) -> Option<T>
    where
        T: std::str::FromStr<Err: fmt::Display>,
    {
        let parsed = text.parse::<T>().map_err(|error| format!("`{text}`: {error}"));
        self.take(name, parsed)
    }

    /// Parses a number within bounds.
    pub fn parse_within<T>(
        &mut self,
        name: &'static str,
        text: &str,
        bounds: std::ops::RangeInclusive<T>,
    ) -> Option<T>
    where
        T: std::str::FromStr<Err: fmt::Display> + PartialOrd + fmt::Display,
    {
        let number = self.parse::<T>(name, text)?;
        if bounds.contains(&number) {
            return Some(number);
        }
        self.add(name, format!("{number} is not between {} and {}", bounds.start(), bounds.end()));
        None
    }

    /// An error when there is any fault.
    pub fn check(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// The faults, in the order in which they were found.
    pub fn list(&self) -> &[Fault] {
        &self.0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is wrong:")?;
        for fault in &self.0 {
            write!(f, "\n  {}: {}", fault.name, fault.reason)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
