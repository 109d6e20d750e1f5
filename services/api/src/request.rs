//! What a request says: its query and its JSON body, field by field, with all that is wrong at once.

mod extract;
mod fields;
pub mod parse;

pub use self::extract::{Body, Params};
pub use self::fields::{Fields, FromFields, Patch};
