//! Organizations to test with: the demo's tree in small.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot begin has failed"
)]

use diesel::connection::SimpleConnection;
use uuid::Uuid;

use crate::database::TestDatabase;

/// The operator.
pub const VENDOR: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);
/// An aggregator.
pub const NORTHWIND: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0002);
/// A partner of Northwind, with the contract `ACME-0001`.
pub const ACME: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0003);
/// Another partner of Northwind, with the contract `GLOBEX-0001`.
pub const GLOBEX: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0004);
/// A partner of another aggregator, with the contract `INITECH-0001`.
pub const INITECH: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0005);
/// That aggregator.
pub const CONTOSO: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0006);

impl TestDatabase {
    /// A database with the organizations and contracts above.
    pub fn with_tenants() -> Self {
        let database = Self::new();
        database.write(&tenants());
        database
    }
}

fn tenants() -> String {
    format!(
        "INSERT INTO organizations (id, kind, parent_id, name, created_at) VALUES
            ('{VENDOR}', 'operator', NULL, 'Vendor', '2026-01-01Z'),
            ('{NORTHWIND}', 'aggregator', '{VENDOR}', 'Northwind Distribution', '2026-01-01Z'),
            ('{CONTOSO}', 'aggregator', '{VENDOR}', 'Contoso Supply', '2026-01-01Z'),
            ('{ACME}', 'partner', '{NORTHWIND}', 'Acme Cloud', '2026-01-01Z'),
            ('{GLOBEX}', 'partner', '{NORTHWIND}', 'Globex Hosting', '2026-01-01Z'),
            ('{INITECH}', 'partner', '{CONTOSO}', 'Initech Clouds', '2026-01-01Z');
         INSERT INTO contracts (organization_id, number, created_at) VALUES
            ('{ACME}', 'ACME-0001', '2026-01-01Z'),
            ('{GLOBEX}', 'GLOBEX-0001', '2026-01-01Z'),
            ('{INITECH}', 'INITECH-0001', '2026-01-01Z')"
    )
}

/// A partner to add beside the demo organizations, with one contract and one user.
pub struct NewPartner<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: &'a str,
    /// The number of its contract.
    pub contract: &'a str,
    /// Its partner-admin, with the password of the demo users.
    pub email: &'a str,
}

/// Adds a partner of Northwind to a database that has the demo organizations with their users.
///
/// Within the policies, as the service is running: past them would take locks of every table.
pub fn add_partner(database: &TestDatabase, partner: &NewPartner<'_>) {
    let NewPartner { id, name, contract, email } = partner;
    let sql = format!(
        "BEGIN;
         SET LOCAL app.subtree = '{NORTHWIND}';
         INSERT INTO organizations (id, kind, parent_id, name, created_at)
            VALUES ('{id}', 'partner', '{NORTHWIND}', '{name}', '2026-01-01Z');
         SET LOCAL app.organization = '{id}';
         INSERT INTO contracts (organization_id, number, created_at)
            VALUES ('{id}', '{contract}', '2026-01-01Z');
         INSERT INTO users (organization_id, id, email, role, password_hash, created_at)
            SELECT '{id}', gen_random_uuid(), '{email}', 'partner-admin', password_hash, '2026-01-01Z'
              FROM log_in_of('admin@acme.test');
         COMMIT"
    );
    database.service().batch_execute(&sql).expect("a partner");
}
