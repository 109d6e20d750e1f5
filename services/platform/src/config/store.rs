//! The blob store.

use clap::Args;
use std::path::PathBuf;

use super::Faults;

/// Where uploaded files are kept.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Store")]
pub struct StoreArgs {
    /// The folder of uploaded files, shared by all roles.
    #[arg(long, env = "USAGE_STORE", default_value = "")]
    pub store: String,
}

/// Where uploaded files are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// The folder.
    pub root: PathBuf,
}

impl StoreArgs {
    /// The settings, or faults.
    pub fn resolve(&self, faults: &mut Faults) -> Option<StoreSettings> {
        if self.store.is_empty() {
            faults.add("USAGE_STORE", "names no folder");
            return None;
        }
        Some(StoreSettings { root: PathBuf::from(&self.store) })
    }
}
