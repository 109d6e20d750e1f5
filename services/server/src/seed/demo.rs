//! The table of docs/spec/api.md, "Demo organizations".

use chrono::{DateTime, Utc};
use schema::organizations::Organization;
use schema::types::{OrganizationKind, Role};
use uuid::Uuid;

/// Of every demo user: public knowledge.
pub const PASSWORD: &str = "demo-password";

/// The root.
pub const OPERATOR: Uuid = id(1);
const NORTHWIND: Uuid = id(2);
const ACME: Uuid = id(3);
const GLOBEX: Uuid = id(4);
const INITECH: Uuid = id(5);
const CONTOSO: Uuid = id(6);

/// An organization with all that is in it.
pub struct DemoOrganization {
    pub id: Uuid,
    pub parent: Option<Uuid>,
    kind: OrganizationKind,
    name: &'static str,
    pub users: &'static [DemoUser],
    pub contract: Option<&'static str>,
    /// Under its contract.
    pub sites: &'static [(Uuid, &'static str)],
}

/// A user, with the password of all.
pub struct DemoUser {
    pub id: Uuid,
    pub email: &'static str,
    pub role: Role,
}

/// Parents first.
pub const DEMO: &[DemoOrganization] = &[
    DemoOrganization {
        id: OPERATOR,
        parent: None,
        kind: OrganizationKind::Operator,
        name: "Vendor",
        users: &[
            user(0x101, "operator@vendor.test", Role::OperatorAdmin),
            user(0x102, "desk@vendor.test", Role::ServiceDesk),
        ],
        contract: None,
        sites: &[],
    },
    DemoOrganization {
        id: NORTHWIND,
        parent: Some(OPERATOR),
        kind: OrganizationKind::Aggregator,
        name: "Northwind Distribution",
        users: &[
            user(0x103, "admin@northwind.test", Role::AggregatorAdmin),
            user(0x104, "viewer@northwind.test", Role::AggregatorViewer),
        ],
        contract: None,
        sites: &[],
    },
    DemoOrganization {
        id: CONTOSO,
        parent: Some(OPERATOR),
        kind: OrganizationKind::Aggregator,
        name: "Contoso Supply",
        users: &[],
        contract: None,
        sites: &[],
    },
    DemoOrganization {
        id: ACME,
        parent: Some(NORTHWIND),
        kind: OrganizationKind::Partner,
        name: "Acme Cloud",
        users: &[
            user(0x105, "admin@acme.test", Role::PartnerAdmin),
            user(0x106, "viewer@acme.test", Role::PartnerViewer),
        ],
        contract: Some("ACME-0001"),
        sites: &[(id(0x201), "ams"), (id(0x202), "fra")],
    },
    DemoOrganization {
        id: GLOBEX,
        parent: Some(NORTHWIND),
        kind: OrganizationKind::Partner,
        name: "Globex Hosting",
        users: &[
            user(0x107, "admin@globex.test", Role::PartnerAdmin),
            user(0x108, "viewer@globex.test", Role::PartnerViewer),
        ],
        contract: Some("GLOBEX-0001"),
        sites: &[],
    },
    DemoOrganization {
        id: INITECH,
        parent: Some(CONTOSO),
        kind: OrganizationKind::Partner,
        name: "Initech Clouds",
        users: &[user(0x109, "admin@initech.test", Role::PartnerAdmin)],
        contract: Some("INITECH-0001"),
        sites: &[],
    },
];

impl DemoOrganization {
    /// As a row.
    pub fn row(&self, created_at: DateTime<Utc>) -> Organization {
        Organization {
            id: self.id,
            kind: self.kind,
            parent_id: self.parent,
            name: self.name.to_owned(),
            created_at,
        }
    }
}

/// `00000000-0000-7000-8000-…`: has the form of a UUID v7 and is easily told from one.
const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 | number)
}

const fn user(number: u128, email: &'static str, role: Role) -> DemoUser {
    DemoUser { id: id(number), email, role }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_the_specification() {
        assert_eq!(OPERATOR.to_string(), "00000000-0000-7000-8000-000000000001");
        assert_eq!(CONTOSO.to_string(), "00000000-0000-7000-8000-000000000006");
    }

    #[test]
    fn every_user_has_a_role_of_their_organizations_kind() {
        for organization in DEMO {
            assert!(organization.users.iter().all(|user| user.role.kind() == organization.kind));
        }
    }
}
