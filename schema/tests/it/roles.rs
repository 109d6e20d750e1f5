//! What the service role is and may do: little.

use chrono::NaiveDate;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use test_support::database::TestDatabase;
use test_support::tenants::ACME;

use crate::catalogue::lines;
use crate::support::day;

#[test]
fn it_owns_nothing_and_passes_by_nothing() {
    let database = TestDatabase::new();
    let mut service = database.service();
    let owned = "SELECT 'relation ' || relname AS line FROM pg_class WHERE relowner = current_user::regrole
                 UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE proowner = current_user::regrole
                 UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspowner = current_user::regrole
                 UNION ALL SELECT 'database ' || datname FROM pg_database WHERE datdba = current_user::regrole";
    assert_eq!(lines(&mut service, owned), Vec::<String>::new());
    let role =
        "SELECT concat_ws(' ', rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication) AS line
                  FROM pg_roles WHERE rolname = current_user";
    assert_eq!(lines(&mut service, role), ["f f f f f"]);
    let member =
        "SELECT roleid::regrole::text AS line FROM pg_auth_members WHERE member = current_user::regrole";
    assert_eq!(lines(&mut service, member), Vec::<String>::new());
    assert!(service.batch_execute("CREATE TABLE mine (id int)").is_err(), "it makes no tables");
    assert!(service.batch_execute("SET ROLE usage_owner").is_err(), "it does not become the owner");
}

#[test]
fn facts_can_be_added_and_never_changed() {
    let database = TestDatabase::new();
    let mut owner = database.owner();
    for fact in [
        "contracts",
        "sites",
        "uploads",
        "products",
        "product_vcenters",
        "collections",
        "unit_versions",
        "unit_totals",
        "upload_units",
        "report_revisions",
        "report_units",
        "report_lines",
        "order_history",
        "meter_settings",
        "notices",
        "idempotency_keys",
        "audit_entries",
        "audit_seals",
    ] {
        let query = format!(
            "SELECT privilege_type::text AS line FROM information_schema.role_table_grants
              WHERE grantee = 'usage_service' AND table_name = '{fact}' ORDER BY 1"
        );
        assert_eq!(lines(&mut owner, &query), ["INSERT", "SELECT"], "{fact}");
    }
}

#[test]
fn of_who_is_who_only_named_columns_change() {
    let database = TestDatabase::new();
    let granted = "SELECT table_name || '.' || column_name AS line FROM information_schema.role_column_grants c
                    WHERE grantee = 'usage_service' AND privilege_type = 'UPDATE'
                      AND table_name IN ('organizations', 'users', 'contracts', 'sites', 'meters', 'meter_tokens', 'api_keys')
                    ORDER BY 1";
    let expected = [
        "api_keys.last_used_at",
        "api_keys.revoked_at",
        "meter_tokens.revoked_at",
        "meters.connectivity",
        "meters.deregistered_at",
        "meters.name",
        "meters.public_key",
        "meters.registered_at",
        "organizations.name",
        "users.disabled_at",
        "users.password_hash",
        "users.role",
    ];
    assert_eq!(lines(&mut database.owner(), granted), expected);
    for change in [
        "UPDATE organizations SET parent_id = id",
        "UPDATE organizations SET kind = 'operator'",
        "UPDATE users SET organization_id = id",
        "UPDATE users SET email = 'other@acme.test'",
        "UPDATE contracts SET number = 'other'",
        "UPDATE sites SET name = 'other'",
        "UPDATE meter_tokens SET token_sha256 = ''",
    ] {
        let refused = database.service().batch_execute(change).unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{change}: {refused}");
    }
}

fn ensure_partition(conn: &mut PgConnection, month: NaiveDate) -> QueryResult<()> {
    schema::transaction(conn, &schema::Scope::Organization(ACME), |tx| {
        schema::bulk::ensure_vm_history_partition(tx, month)
    })
}

#[test]
fn a_month_gets_its_partition_and_nothing_else_does() {
    let database = TestDatabase::new();
    let mut service = database.service();
    for month in ["2026-10-01", "2026-10-01", "2000-01-01", "2199-12-01"] {
        ensure_partition(&mut service, day(month)).unwrap();
    }
    for other in ["2026-10-02", "1999-12-01", "2200-01-01", "0001-01-01"] {
        let error = ensure_partition(&mut service, day(other)).unwrap_err().to_string();
        assert!(error.contains("no partition for"), "{other}: {error}");
    }
    let infinity = diesel::sql_query("SELECT ensure_vm_history_partition('infinity')").execute(&mut service);
    assert!(infinity.is_err());
    let absent = diesel::sql_query("SELECT ensure_vm_history_partition(NULL)").execute(&mut service);
    let partitions =
        "SELECT relname::text AS line FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY 1";
    let expected = ["vm_history_2000_01", "vm_history_2026_10", "vm_history_2199_12"];
    assert_eq!(lines(&mut service, partitions), expected, "{absent:?}");
}

#[test]
fn nobody_reads_a_partition_directly() {
    let database = TestDatabase::new();
    let mut service = database.service();
    ensure_partition(&mut service, day("2026-10-01")).unwrap();
    let grants = "SELECT c.relname || ' ' || p AS line
                    FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p
                   WHERE c.relispartition AND has_table_privilege('usage_service', c.oid, p)";
    assert_eq!(lines(&mut service, grants), Vec::<String>::new());
    let read = service.batch_execute("SELECT * FROM vm_history_2026_10").unwrap_err().to_string();
    assert!(read.contains("permission denied"), "{read}");
    service.batch_execute("SELECT * FROM vm_history").unwrap();
}
