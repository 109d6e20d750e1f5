//! The commands, one module each: `Args` and `run`.

pub mod clock;
pub mod compute;
pub mod inspect;
pub mod login;
pub mod logout;
pub mod meter;
pub mod order;
pub mod report;
pub mod runs;
pub mod upload;
pub mod uploads;
pub mod vm_history;
pub mod whoami;
