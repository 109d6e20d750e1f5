//! Memory that was freed is to go back to the system.
//!
//! glibc raises the size from which it does so by itself, up to 32 MiB, and keeps what is smaller, for each of many
//! threads. A process that now and then needs 16 MiB for a manifest would grow by hundreds of them and stay so. The
//! size can be fixed by the environment alone, before the process starts (`mallopt(3)`): so it starts once more.

use std::os::unix::process::CommandExt;
use std::process::Command;

/// As glibc names it.
const VARIABLE: &str = "MALLOC_MMAP_THRESHOLD_";

/// From here on, a piece of memory is the system's again as soon as it is freed.
const THRESHOLD_BYTES: &str = "1048576";

/// Starts the program once more with the size fixed, in the same process; returns when it is.
pub fn settle() {
    if std::env::var_os(VARIABLE).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    // Returns only when it fails: then the program goes on, and needs more memory at times.
    let error = Command::new(program).args(std::env::args_os().skip(1)).env(VARIABLE, THRESHOLD_BYTES).exec();
    eprintln!("warning: freed memory may be kept: {error}");
}
