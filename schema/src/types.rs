//! Small closed vocabularies that are text in the database and in the API.

use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text that is none of the words of its vocabulary.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is no {vocabulary}")]
pub struct UnknownWord {
    vocabulary: &'static str,
    text: String,
}

/// An enum whose variants are words: as text, in serde, in the description of the API and in columns.
///
/// `$word` is a `tt`, since derive macros must see the literal itself.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident => $word:tt,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(AsExpression, FromSqlRow, Serialize, Deserialize, ToSchema)]
        #[diesel(sql_type = Text)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in their usual order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the database and in the API.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { vocabulary: stringify!($name), text: text.to_owned() }),
                }
            }
        }

        impl FromSql<Text, Pg> for $name {
            fn from_sql(value: PgValue<'_>) -> diesel::deserialize::Result<Self> {
                let text: String = FromSql::<Text, Pg>::from_sql(value)?;
                Ok(text.parse()?)
            }
        }

        impl ToSql<Text, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
                <str as ToSql<Text, Pg>>::to_sql(self.as_str(), out)
            }
        }
    };
}

vocabulary! {
    /// The two bodies of evidence (metering.md §1.1).
    BillingMode {
        /// Billed.
        Production => "production",
        /// Shown, never billed.
        Test => "test",
    }
}

vocabulary! {
    /// How a meter delivers.
    Connectivity {
        /// By itself.
        Online => "online",
        /// A person carries its files.
        Offline => "offline",
    }
}

vocabulary! {
    /// The levels of the tree of organizations.
    OrganizationKind {
        /// The root.
        Operator => "operator",
        /// Sees its partners.
        Aggregator => "aggregator",
        /// Meters, uploads, orders.
        Partner => "partner",
    }
}

vocabulary! {
    /// What a user is in their organization (spec/api.md, Identity).
    Role {
        /// Runs catalogue and organizations.
        OperatorAdmin => "operator-admin",
        /// Decides service requests.
        ServiceDesk => "service-desk",
        /// Approves its partners' orders.
        AggregatorAdmin => "aggregator-admin",
        /// Looks at its partners' reports.
        AggregatorViewer => "aggregator-viewer",
        /// Uploads and edits its own.
        PartnerAdmin => "partner-admin",
        /// Looks at its own.
        PartnerViewer => "partner-viewer",
    }
}

vocabulary! {
    /// How far an upload has come.
    UploadStatus {
        /// Stored and queued.
        Received => "received",
        /// Its collections are registered; units are being metered.
        Processing => "processing",
        /// Every unit it touched is composed.
        Processed => "processed",
        /// Refused, with errors.
        Rejected => "rejected",
    }
}

vocabulary! {
    /// Whether an upload was signed by its meter, as found at receipt.
    Signature {
        /// `manifest.sig` fitted the meter's registered key.
        Verified => "verified",
        /// The meter has no registered key, or the file has no signature.
        Unsigned => "unsigned",
    }
}

vocabulary! {
    /// What a notice is about.
    NoticeKind {
        /// A meter is registered that does not deliver by itself, or one ceased to.
        MeterRegisteredOffline => "meter-registered-offline",
    }
}

vocabulary! {
    /// Whether a month's report can still change without a decision.
    ReportStatus {
        /// Until the closing run after the deadline.
        Provisional => "provisional",
        /// From then on.
        Final => "final",
    }
}

vocabulary! {
    /// The life of a monthly business order (spec/api.md, Orders).
    OrderStatus {
        /// A preview: the month's report is provisional.
        NotOpen => "not-open",
        /// From the first final revision.
        PendingPartner => "pending-partner",
        /// Submitted.
        PendingAggregator => "pending-aggregator",
        /// Approved.
        Closed => "closed",
        /// Closed, with an adjustment under way.
        Adjusting => "adjusting",
    }
}

vocabulary! {
    /// What became of a dead letter.
    LetterState {
        /// Somebody has to look at it.
        Open => "open",
        /// A person sent it back to work.
        Replayed => "replayed",
        /// A later attempt succeeded.
        Resolved => "resolved",
        /// A person gave it up.
        Dropped => "dropped",
    }
}

impl Role {
    /// The kind of organization in which the role exists.
    pub const fn kind(self) -> OrganizationKind {
        match self {
            Self::OperatorAdmin | Self::ServiceDesk => OrganizationKind::Operator,
            Self::AggregatorAdmin | Self::AggregatorViewer => OrganizationKind::Aggregator,
            Self::PartnerAdmin | Self::PartnerViewer => OrganizationKind::Partner,
        }
    }

    /// Whether it is the role that manages its organization's users.
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::OperatorAdmin | Self::AggregatorAdmin | Self::PartnerAdmin)
    }
}
