//! The commands, one module each: `Args` and `run`.

pub mod audit;
pub mod clock;
pub mod compute;
pub mod contracts;
mod download;
pub mod inspect;
pub mod keys;
pub mod login;
pub mod logout;
pub mod meter;
pub mod order;
pub mod organizations;
pub mod password;
pub mod report;
pub mod runs;
pub mod sites;
pub mod upload;
pub mod uploads;
pub mod users;
pub mod vm_history;
pub mod whoami;
