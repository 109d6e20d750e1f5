//! A small disk for the store, which can be filled.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file system of a few megabytes in memory; unmounted with this value.
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Mounts it on a new folder. Only root may.
    pub fn mount(folder: &Path, bytes: u64) -> Result<Self, String> {
        fs::create_dir_all(folder).expect("a folder");
        let options = format!("size={bytes},mode=700,nosuid,nodev");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "usage-insight-chaos"]).arg(folder);
        match mount.stdin(Stdio::null()).output() {
            Ok(output) if output.status.success() => Ok(Self { folder: folder.to_owned() }),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Takes all room that is left.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file");
        let piece = vec![0; 64 * 1024];
        // Halves, so that not a page is left.
        let mut length = piece.len();
        while length > 0 {
            if ballast.write_all(&piece[..length]).is_err() {
                length /= 2;
            }
        }
    }

    /// Gives the room back.
    pub fn clear(&self) {
        // It may not have been filled.
        let _ = fs::remove_file(self.ballast());
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process that is ending may still have a file open.
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).stderr(Stdio::null()).status();
    }
}
