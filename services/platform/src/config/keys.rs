//! The keys of access tokens.

use clap::Args;
use std::path::PathBuf;

use super::Faults;

/// Which keys sign and verify.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Access tokens")]
pub struct KeyArgs {
    /// Ed25519 keys as PKCS#8 PEM files, separated by commas: the first signs, all verify.
    #[arg(long, env = "USAGE_KEY_FILE", default_value = "")]
    pub key_file: String,
}

/// Which keys sign and verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySettings {
    /// The first signs, all verify.
    pub files: Vec<PathBuf>,
}

impl KeyArgs {
    /// The settings, or faults.
    pub fn resolve(&self, faults: &mut Faults) -> Option<KeySettings> {
        KeySettings::of_list("USAGE_KEY_FILE", &self.key_file, faults)
    }
}

impl KeySettings {
    /// The files that a variable names, separated by commas, or a fault.
    pub(super) fn of_list(name: &'static str, list: &str, faults: &mut Faults) -> Option<Self> {
        let files: Vec<PathBuf> =
            list.split(',').map(str::trim).filter(|path| !path.is_empty()).map(Into::into).collect();
        if files.is_empty() {
            faults.add(name, "names no key");
            return None;
        }
        Some(Self { files })
    }
}
