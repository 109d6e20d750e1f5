//! The place of an item in a list's order, as a cursor carries it to the caller and back.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;

/// What a place is made of. A cursor that comes back is the caller's text, and JSON can say more than the database's
/// types can hold.
pub trait Place {
    /// Whether the database can be asked for it.
    fn can_be_stored(&self) -> bool;
}

/// Years of four digits: far within those that PostgreSQL has.
const fn is_storable_year(year: i32) -> bool {
    0 <= year && year <= 9999
}

impl Place for DateTime<Utc> {
    fn can_be_stored(&self) -> bool {
        is_storable_year(self.year())
    }
}

impl Place for NaiveDate {
    fn can_be_stored(&self) -> bool {
        is_storable_year(self.year())
    }
}

/// The database's texts cannot hold U+0000.
impl Place for String {
    fn can_be_stored(&self) -> bool {
        !self.contains('\0')
    }
}

impl Place for Uuid {
    fn can_be_stored(&self) -> bool {
        true
    }
}

impl Place for i32 {
    fn can_be_stored(&self) -> bool {
        true
    }
}

impl Place for i64 {
    fn can_be_stored(&self) -> bool {
        true
    }
}

macro_rules! tuple {
    ($($part:ident $index:tt),+) => {
        impl<$($part: Place),+> Place for ($($part,)+) {
            fn can_be_stored(&self) -> bool {
                $(self.$index.can_be_stored())&&+
            }
        }
    };
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
