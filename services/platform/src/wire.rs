//! Answers that more than one service gives, so that neither has to import the other.

mod upload;

pub use self::upload::{CollectionCounts, Upload};
