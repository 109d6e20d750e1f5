//! Why a sign-in through the provider does not succeed.

use platform::problem::ApiError;

/// Time for a provider to come back, or for others to be done.
const RETRY_AFTER_SECONDS: u32 = 10;

/// Why a sign-in through the provider does not succeed.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// No connection, no answer in time, or too much of one.
    #[error("{url}: {cause}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// Why there is no answer.
        cause: ureq::Error,
    },
    /// It answers, but not as OpenID Connect has it; or this service is not configured as the provider knows it.
    #[error("{url}: {reason}")]
    Strange {
        /// What was asked.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// As many sign-ins as may be are asking the provider.
    #[error("too many sign-ins at once")]
    Busy,
    /// The work panicked.
    #[error("the work did not end")]
    Lost,
    /// The provider is fine, the sign-in is not.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Why somebody may not sign in: for the log, never for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such flow, or it is over")]
    Flow,
    #[error("the state is not the flow's")]
    State,
    #[error("the provider does not take the code")]
    Code,
    #[error("the ID token cannot be read")]
    Token,
    #[error("the ID token is signed by an algorithm that is not taken")]
    Algorithm,
    #[error("the provider has no such key")]
    Key,
    #[error("the signature is wrong")]
    Signature,
    #[error("the ID token is of another issuer")]
    Issuer,
    #[error("the ID token is for somebody else")]
    Audience,
    #[error("the ID token is over, or not good yet")]
    Time,
    #[error("the ID token is of another flow")]
    Nonce,
    #[error("the subject is none, or not that of the ID token")]
    Subject,
    #[error("no rule of the role map fits")]
    Unmapped,
    #[error("the role map names an organization that is not there, or not of the role's kind")]
    Organization,
    #[error("the provider has not verified an e-mail address")]
    Email,
    #[error("the user is of another organization than the role map says")]
    OtherOrganization,
    #[error("the user has another subject, or somebody was as quick")]
    Linked,
    #[error("the user is disabled")]
    Disabled,
}

impl Refusal {
    /// As the audit of a user who is known names it.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Unmapped => "unmapped",
            Self::OtherOrganization => "other-organization",
            Self::Organization => "role-map",
            Self::Disabled => "disabled",
            _ => "refused",
        }
    }
}

impl OidcError {
    /// Whether the same may succeed in a moment.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Strange { .. } | Self::Busy => true,
            Self::Lost | Self::Refused(_) => false,
        }
    }
}

impl From<OidcError> for ApiError {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::Unreachable { .. } | OidcError::Strange { .. } | OidcError::Busy => {
                tracing::warn!(%error, "the sign-in provider is of no use");
                Self::SignInUnavailable { retry_after: RETRY_AFTER_SECONDS }
            }
            OidcError::Lost => Self::internal(error),
            OidcError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        tracing::info!(%refusal, "sign-in refused");
        Self::SignInRefused("the sign-in is refused: start it again")
    }
}
