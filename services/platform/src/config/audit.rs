//! The heads of the audit's chains.

use clap::Args;
use std::path::PathBuf;

use super::{Faults, KeySettings, StoreSettings};

/// Where heads are published, and who signs them.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Audit")]
pub struct AuditArgs {
    /// The folder in which the heads of the audit's chains are published: in production on another volume, best one
    /// that keeps what was written. By default `audit-heads` in the store.
    #[arg(long, visible_alias = "heads", env = "USAGE_AUDIT_HEADS", default_value = "")]
    pub audit_heads: String,
    /// Ed25519 keys as PKCS#8 PEM files, separated by commas: the first signs heads, all verify them. A key stays in the
    /// list as long as heads that it signed are kept.
    #[arg(long, env = "USAGE_AUDIT_KEY_FILE", default_value = "")]
    pub audit_key_file: String,
}

/// Where heads are published, and who signs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSettings {
    /// The folder.
    pub heads: PathBuf,
    /// Of heads alone: they sign no tokens.
    pub keys: KeySettings,
}

impl AuditArgs {
    /// The settings, or faults.
    pub fn resolve(&self, store: Option<&StoreSettings>, faults: &mut Faults) -> Option<AuditSettings> {
        let keys = KeySettings::of_list("USAGE_AUDIT_KEY_FILE", &self.audit_key_file, faults);
        let heads = match (self.audit_heads.as_str(), store) {
            ("", Some(store)) => Some(store.root.join("audit-heads")),
            // The fault is the store's, and told there.
            ("", None) => None,
            (folder, _) => Some(PathBuf::from(folder)),
        };
        Some(AuditSettings { heads: heads?, keys: keys? })
    }
}
