//! Values of columns as findings show them.

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A value as text.
pub trait Shown {
    /// For people.
    fn shown(&self) -> String;
}

macro_rules! shown_as_printed {
    ($($type:ty),+) => {
        $(impl Shown for $type {
            fn shown(&self) -> String {
                self.to_string()
            }
        })+
    };
}

shown_as_printed!(String, bool, i32, i64, Uuid, Decimal, serde_json::Value);

impl Shown for DateTime<Utc> {
    fn shown(&self) -> String {
        self.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

impl Shown for Vec<String> {
    fn shown(&self) -> String {
        self.join(" ")
    }
}

impl Shown for Vec<u8> {
    fn shown(&self) -> String {
        hex::encode(self)
    }
}

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "null".to_owned(), T::shown)
    }
}

/// Pushes a finding for each of the named fields in which two values of one struct differ.
macro_rules! compare_columns {
    ($findings:expr, $what:expr, $place:expr, $stored:expr, $recomputed:expr, [$($column:ident),+ $(,)?]) => {
        $(if $stored.$column != $recomputed.$column {
            let (stored, recomputed) = ($stored.$column.shown(), $recomputed.$column.shown());
            $findings.push(Finding::column($what, $place, stringify!($column), stored, recomputed));
        })+
    };
}

pub(super) use compare_columns;
