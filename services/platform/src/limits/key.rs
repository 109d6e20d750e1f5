//! What is limited.

use std::fmt;
use std::net::IpAddr;
use uuid::Uuid;

use crate::config::LimitSettings;

/// A limit, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// All that an organization's users, meters and keys ask.
    Organization(Uuid),
    /// What one of them asks. With the organization, as a meter's id is its own claim.
    Caller {
        /// Whose.
        organization_id: Uuid,
        /// The user, meter or key.
        id: Uuid,
    },
    /// What an address asks, in the form that it is counted by.
    Address(IpAddr),
    /// The log-ins that an address asks for.
    SignIn(IpAddr),
}

impl Key {
    /// As the policy and metrics name it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Organization(_) => "organization",
            Self::Caller { .. } => "user",
            Self::Address(_) => "address",
            Self::SignIn(_) => "sign-in",
        }
    }

    /// Requests a minute; 0 is no limit.
    pub const fn limit(&self, settings: &LimitSettings) -> u32 {
        match self {
            Self::Organization(_) => settings.organization,
            Self::Caller { .. } => settings.user,
            Self::Address(_) => settings.address,
            Self::SignIn(_) => settings.sign_in,
        }
    }
}

/// As the processes share it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization(id) => write!(f, "organization:{id}"),
            Self::Caller { organization_id, id } => write!(f, "caller:{organization_id}:{id}"),
            Self::Address(address) => write!(f, "address:{address}"),
            Self::SignIn(address) => write!(f, "sign-in:{address}"),
        }
    }
}
