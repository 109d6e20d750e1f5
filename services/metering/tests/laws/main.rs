//! Laws of the reader that hold for all input, checked on random input.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod hostile;
mod mutation;
mod reference;
mod scanner;
