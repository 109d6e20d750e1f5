//! Roles as the API names them.

use clap::ValueEnum;

/// What a user may do, in an organization of the role's kind.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Role {
    /// Runs catalogue and organizations
    OperatorAdmin,
    /// Decides service requests
    ServiceDesk,
    /// Approves its partners' orders
    AggregatorAdmin,
    /// Looks at its partners' reports
    AggregatorViewer,
    /// Uploads, and edits its own
    PartnerAdmin,
    /// Looks at its own
    PartnerViewer,
}

impl Role {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OperatorAdmin => "operator-admin",
            Self::ServiceDesk => "service-desk",
            Self::AggregatorAdmin => "aggregator-admin",
            Self::AggregatorViewer => "aggregator-viewer",
            Self::PartnerAdmin => "partner-admin",
            Self::PartnerViewer => "partner-viewer",
        }
    }
}
