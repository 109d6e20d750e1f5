//! The messages and where they go.

use chrono::NaiveDate;
use schema::types::BillingMode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// A queue, named within the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Uploads to register.
    Register,
    /// Units to meter.
    Meter,
    /// Months to compose.
    Compose,
}

/// A text that names no queue.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no queue")]
pub struct UnknownQueue(String);

impl Queue {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Register, Self::Meter, Self::Compose];

    /// Its name within the namespace, as the outbox and the attempts keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Meter => "meter",
            Self::Compose => "compose",
        }
    }
}

impl std::str::FromStr for Queue {
    type Err = UnknownQueue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|queue| queue.as_str() == text);
        found.ok_or_else(|| UnknownQueue(text.to_owned()))
    }
}

/// A piece of work: ids only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// Read an upload and mark the units that it touches.
    Register {
        /// Whose.
        organization_id: Uuid,
        /// Which.
        upload_id: Uuid,
    },
    /// Meter a unit.
    Meter {
        /// Whose.
        organization_id: Uuid,
        /// Which body of evidence.
        billing_mode: BillingMode,
        /// Which vCenter.
        vcenter_id: Uuid,
        /// A month's first day.
        month: NaiveDate,
    },
    /// Compose an organization's month.
    Compose {
        /// Whose.
        organization_id: Uuid,
        /// Which body of evidence.
        billing_mode: BillingMode,
        /// A month's first day.
        month: NaiveDate,
    },
}

impl Work {
    /// Where it goes.
    pub const fn queue(&self) -> Queue {
        match self {
            Self::Register { .. } => Queue::Register,
            Self::Meter { .. } => Queue::Meter,
            Self::Compose { .. } => Queue::Compose,
        }
    }

    /// Whose it is.
    pub const fn organization_id(&self) -> Uuid {
        match self {
            Self::Register { organization_id, .. }
            | Self::Meter { organization_id, .. }
            | Self::Compose { organization_id, .. } => *organization_id,
        }
    }

    /// What it is about, within its queue and organization: its failed attempts are counted under it.
    pub fn key(&self) -> String {
        match self {
            Self::Register { upload_id, .. } => upload_id.to_string(),
            Self::Meter { billing_mode, vcenter_id, month, .. } => {
                format!("{billing_mode}/{vcenter_id}/{}", month.format("%Y-%m"))
            }
            Self::Compose { billing_mode, month, .. } => format!("{billing_mode}/{}", month.format("%Y-%m")),
        }
    }

    /// As the outbox and the message carry it.
    pub fn to_json(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    /// Back from the outbox.
    pub fn from_json(body: &Value) -> Result<Self, serde_json::Error> {
        Self::deserialize(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_survives_the_way_through_json() {
        let month = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
        let (organization_id, billing_mode) = (Uuid::from_u128(1), BillingMode::Production);
        for (work, key) in [
            (
                Work::Register { organization_id, upload_id: Uuid::from_u128(2) },
                "00000000-0000-0000-0000-000000000002",
            ),
            (
                Work::Meter { organization_id, billing_mode, vcenter_id: Uuid::from_u128(3), month },
                "production/00000000-0000-0000-0000-000000000003/2026-10",
            ),
            (Work::Compose { organization_id, billing_mode, month }, "production/2026-10"),
        ] {
            assert_eq!(Work::from_json(&work.to_json().unwrap()).unwrap(), work);
            assert_eq!(work.key(), key);
            assert_eq!(work.queue().as_str().parse::<Queue>().unwrap(), work.queue());
        }
    }
}
