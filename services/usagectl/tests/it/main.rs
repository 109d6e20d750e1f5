//! The program as its users run it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod archive;
mod audit;
mod compute;
mod inspect;
mod keys;
mod lists;
mod login;
mod meter;
mod organizations;
mod password;
mod run;
mod server;
mod sso;
mod upload;
mod usage;
mod users;
mod vm_history;
