//! What a process holds in memory, as the kernel tells it.

use std::fs;
use std::path::PathBuf;

const KIB_PER_MIB: u64 = 1024;

/// The memory of a process.
#[derive(Debug, Clone)]
pub struct Memory(PathBuf);

impl Memory {
    /// Of the process with this id.
    pub fn of(process: u32) -> Self {
        Self(PathBuf::from(format!("/proc/{process}")))
    }

    /// What is resident now, in KiB.
    pub fn resident_kib(&self) -> u64 {
        self.field("VmRSS:")
    }

    /// The most that was resident since the last [`Memory::forget_peak`], in KiB.
    pub fn peak_kib(&self) -> u64 {
        self.field("VmHWM:")
    }

    /// The peak is what is resident now.
    pub fn forget_peak(&self) {
        fs::write(self.0.join("clear_refs"), "5").expect("a process of ours");
    }

    /// By how many MiB the peak rose above `idle_kib`, rounded up.
    pub fn rise_mib(&self, idle_kib: u64) -> u64 {
        self.peak_kib().saturating_sub(idle_kib).div_ceil(KIB_PER_MIB)
    }

    fn field(&self, name: &str) -> u64 {
        let status = fs::read_to_string(self.0.join("status")).expect("a living process");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of that name");
        line.trim().trim_end_matches(" kB").parse().expect("a number of KiB")
    }
}
