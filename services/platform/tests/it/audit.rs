//! The audit: chains, their heads, and every way to tamper with them.

mod attacks;
mod bench;
mod crashes;
mod heads;
mod sealing;
