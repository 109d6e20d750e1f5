//! Limits of requests.

use clap::Args;

use super::Faults;

/// Requests a minute, over all processes together; 0 is no limit.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits (requests a minute over all processes; 0 is no limit)")]
pub struct LimitArgs {
    /// Of an organization's users, meters and keys together.
    #[arg(long, env = "USAGE_LIMIT_ORGANIZATION", default_value = "60000")]
    pub limit_organization: String,
    /// Of a user, a meter or a key.
    #[arg(long, env = "USAGE_LIMIT_USER", default_value = "6000")]
    pub limit_user: String,
    /// From an address; IPv6 addresses count by their /64.
    #[arg(long, env = "USAGE_LIMIT_ADDRESS", default_value = "30000")]
    pub limit_address: String,
    /// From an address to log in, or to renew a log-in.
    #[arg(long, env = "USAGE_LIMIT_SIGN_IN", default_value = "600")]
    pub limit_sign_in: String,
}

/// Requests a minute; 0 is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitSettings {
    /// Of an organization.
    pub organization: u32,
    /// Of a user, a meter or a key.
    pub user: u32,
    /// From an address.
    pub address: u32,
    /// From an address, to log in.
    pub sign_in: u32,
}

/// More is no limit, and sums of it stay far from any integer's end.
const LIMIT_MAX: u32 = 1_000_000_000;

impl LimitArgs {
    /// The settings, or faults.
    pub fn resolve(&self, faults: &mut Faults) -> Option<LimitSettings> {
        let mut limit = |name, text: &str| faults.parse_within(name, text, 0..=LIMIT_MAX);
        let organization = limit("USAGE_LIMIT_ORGANIZATION", &self.limit_organization);
        let user = limit("USAGE_LIMIT_USER", &self.limit_user);
        let address = limit("USAGE_LIMIT_ADDRESS", &self.limit_address);
        let sign_in = limit("USAGE_LIMIT_SIGN_IN", &self.limit_sign_in);
        Some(LimitSettings { organization: organization?, user: user?, address: address?, sign_in: sign_in? })
    }
}
