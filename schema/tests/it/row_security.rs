//! The second wall: whatever a query forgets, the policies show and change nothing of another tenant.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use test_support::database::TestDatabase;
use test_support::tenants::{ACME, GLOBEX, INITECH, NORTHWIND};
use uuid::Uuid;

use crate::catalogue::lines;

/// Tables without policies, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "aggregation_runs",
        "the schedule of the whole service; what a run did for an organization stands beside it",
    ),
    ("service_clock", "one offset for the whole service, in development only"),
    ("outbox", "ids of work, which the relay reads over all tenants"),
    ("audit_pending", "ids of work, which the sealer reads over all tenants"),
    ("log_in_addresses", "addresses by digests of e-mail addresses, asked before a tenant is known"),
    ("log_in_failures", "counts by digests of e-mail addresses, taken before a tenant is known"),
    (
        "sign_in_flows",
        "sign-ins that are nobody's until they come back from the provider: digests and a PKCE verifier",
    ),
    ("rate_limits", "counts by ids, taken before a tenant is known"),
    ("__diesel_schema_migrations", "which migrations ran; the service role is granted nothing"),
];

/// The policies that a table must have; `organizations` has its own, since its key is the tenant.
const TENANT_POLICIES: &str = "added INSERT (organization_id = ( SELECT app_organization() AS app_organization)), \
     changed UPDATE (organization_id = ( SELECT app_organization() AS app_organization)), \
     removed DELETE (organization_id = ( SELECT app_organization() AS app_organization)), \
     seen SELECT (organization_id = ANY (( SELECT app_organizations() AS app_organizations)::uuid[]))";
const TREE_POLICIES: &str = "added INSERT (parent_id = ANY (( SELECT app_organizations() AS app_organizations)::uuid[])), \
     changed UPDATE (id = ( SELECT app_organization() AS app_organization)), \
     seen SELECT (id = ANY (( SELECT app_organizations() AS app_organizations)::uuid[]))";

const POLICIES_BY_TABLE: &str = "
    SELECT concat_ws('|', c.relname, c.relrowsecurity, c.relforcerowsecurity,
                     string_agg(p.policyname || ' ' || p.cmd || ' ' || coalesce(p.qual, p.with_check), ', ' ORDER BY p.policyname)) AS line
      FROM pg_class c
      LEFT JOIN pg_policies p ON p.schemaname = 'public' AND p.tablename = c.relname AND p.roles = '{usage_service}'
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
     GROUP BY c.relname, c.relrowsecurity, c.relforcerowsecurity
     ORDER BY 1";

fn excepted(table: &str) -> bool {
    EXCEPTIONS.iter().any(|(exception, _)| *exception == table)
}

/// A database in which three partners have a row of every table each.
fn world() -> TestDatabase {
    let database = TestDatabase::with_tenants();
    let partition = "SELECT ensure_vm_history_partition('2026-10-01')";
    database.service().batch_execute(partition).unwrap();
    for (organization, n) in [(ACME, "aaaaaaaa"), (GLOBEX, "bbbbbbbb"), (INITECH, "cccccccc")] {
        let sql = include_str!("row_security/world.sql");
        database.write(&sql.replace("$org", &organization.to_string()).replace("$n", n));
    }
    database
}

/// The tables with tenant data; a partition is read through its table.
fn tenant_tables(database: &TestDatabase) -> Vec<String> {
    let tables = "SELECT relname::text AS line FROM pg_class
                   WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1";
    lines(&mut database.owner(), tables).into_iter().filter(|table| !excepted(table)).collect()
}

/// The organizations whose rows this connection sees in a table, without any `WHERE`.
fn seen(conn: &mut PgConnection, table: &str) -> Vec<String> {
    let column = if table == "organizations" { "id" } else { "organization_id" };
    lines(conn, &format!("SELECT DISTINCT {column}::text AS line FROM {table} ORDER BY 1"))
}

fn set(conn: &mut PgConnection, tenant: &str, id: Uuid) {
    conn.batch_execute(&format!("SET LOCAL {tenant} = '{id}'")).unwrap();
}

/// Runs work as the service role in a transaction with this tenant, and takes it back.
fn within<T>(
    database: &TestDatabase,
    tenant: &str,
    id: Uuid,
    work: impl FnOnce(&mut PgConnection) -> T,
) -> T {
    let mut done = None;
    let mut service = database.service();
    let rolled_back = service.transaction::<(), diesel::result::Error, _>(|conn| {
        set(conn, tenant, id);
        done = Some(work(conn));
        Err(diesel::result::Error::RollbackTransaction)
    });
    assert!(matches!(rolled_back, Err(diesel::result::Error::RollbackTransaction)), "{rolled_back:?}");
    done.unwrap()
}

#[test]
fn every_table_with_tenant_data_is_protected_and_so_are_its_partitions() {
    let database = TestDatabase::with_tenants();
    database.service().batch_execute("SELECT ensure_vm_history_partition('2026-10-01')").unwrap();
    let tables = lines(&mut database.owner(), POLICIES_BY_TABLE);
    assert!(tables.iter().any(|line| line.starts_with("vm_history_2026_10|")));
    let mut exceptions = 0;
    for line in &tables {
        let (table, policies) = line.split_once('|').unwrap();
        if excepted(table) {
            exceptions += 1;
            assert_eq!(policies, "f|f", "{table} is no exception any more");
        } else {
            let expected = if table == "organizations" { TREE_POLICIES } else { TENANT_POLICIES };
            assert_eq!(policies, format!("t|t|{expected}"), "{table}");
        }
    }
    assert_eq!(exceptions, EXCEPTIONS.len(), "an exception for a table that is gone");
}

#[test]
fn without_a_tenant_nothing_is_there() {
    let database = world();
    let mut service = database.service();
    for table in tenant_tables(&database) {
        assert_eq!(seen(&mut service, &table), Vec::<String>::new(), "{table}");
        // Nor is there with a tenant that is empty, or nobody's.
        service.batch_execute("SET app.organization = ''; SET app.subtree = ''").unwrap();
        assert_eq!(seen(&mut service, &table), Vec::<String>::new(), "{table}");
    }
}

#[test]
fn a_forgotten_where_shows_nothing_of_others() {
    let database = world();
    for table in tenant_tables(&database) {
        let own = within(&database, "app.organization", ACME, |conn| seen(conn, &table));
        assert_eq!(own, [ACME.to_string()], "{table}: add it to row_security/world.sql");
        let mut below = within(&database, "app.subtree", NORTHWIND, |conn| seen(conn, &table));
        below.retain(|organization| *organization != NORTHWIND.to_string());
        assert_eq!(below, [ACME.to_string(), GLOBEX.to_string()], "{table}");
    }
}

/// How many rows a statement without a `WHERE` reaches.
fn reached(database: &TestDatabase, tenant: (&str, Uuid), statement: &str) -> usize {
    within(database, tenant.0, tenant.1, |conn| diesel::sql_query(statement).execute(conn).unwrap())
}

/// A column that the service role may change, if there is one.
fn changeable_column(database: &TestDatabase, table: &str) -> Option<String> {
    let query = format!(
        "SELECT attname::text AS line FROM pg_attribute
          WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped
            AND has_column_privilege('usage_service', attrelid, attnum, 'UPDATE') ORDER BY attnum LIMIT 1"
    );
    lines(&mut database.owner(), &query).pop()
}

#[test]
fn a_forgotten_where_changes_nothing_of_others() {
    let database = world();
    let may = |table: &str, privilege: &str| {
        let query =
            format!("SELECT has_table_privilege('usage_service', '{table}', '{privilege}')::text AS line");
        lines(&mut database.owner(), &query) == ["true"]
    };
    let (own, below) = (("app.organization", GLOBEX), ("app.subtree", NORTHWIND));
    let mut tried = 0;
    for table in tenant_tables(&database) {
        let rows = reached(&database, own, &format!("SELECT FROM {table}"));
        // The column does not matter; of some tables only some may be changed.
        if let Some(column) = changeable_column(&database, &table) {
            let update = format!("UPDATE {table} SET {column} = {column}");
            tried += 1;
            assert_eq!(reached(&database, own, &update), rows, "{table}");
            assert_eq!(reached(&database, below, &update), 0, "{table}: a subtree is read");
        }
        if may(&table, "DELETE") {
            tried += 1;
            let delete = format!("DELETE FROM {table}");
            assert_eq!(reached(&database, own, &delete), rows, "{table}");
            assert_eq!(reached(&database, below, &delete), 0, "{table}: a subtree is read");
        }
    }
    assert!(tried > 8, "{tried}");
}

#[test]
fn nobody_adds_to_another_tenant() {
    let database = world();
    for table in tenant_tables(&database) {
        let column = if table == "organizations" { "parent_id" } else { "organization_id" };
        // A row of one's own, with another tenant's id in it.
        let add = format!(
            "INSERT INTO {table} SELECT (jsonb_populate_record(r, jsonb_build_object('{column}', '{INITECH}'))).*
               FROM {table} r LIMIT 1"
        );
        let refused =
            within(&database, "app.organization", ACME, |conn| conn.batch_execute(&add).unwrap_err());
        let refused = refused.to_string();
        assert!(refused.contains("row-level security policy"), "{table}: {refused}");
    }
}

/// The ways past the policies: a function each, which returns this and no more.
#[test]
fn the_owners_functions_are_the_named_ones() {
    let database = TestDatabase::new();
    let functions = lines(
        &mut database.owner(),
        "SELECT proname || '(' || pg_get_function_arguments(oid) || ') ' || pg_get_function_result(oid)
                || CASE WHEN has_function_privilege('public', oid, 'EXECUTE') THEN ' for everybody' ELSE '' END AS line
           FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1",
    );
    let found = functions.join("\n") + "\n";
    assert_eq!(found, include_str!("row_security/functions.txt"), "they are now:\n{found}");
    for line in &functions {
        let name = line.split_once('(').unwrap().0;
        let path = "SELECT array_to_string(proconfig, ';') AS line FROM pg_proc WHERE proname = ";
        let path = lines(&mut database.owner(), &format!("{path}'{name}'"));
        assert_eq!(path, ["search_path=public, pg_temp"], "{name} could be led astray");
    }
}

#[test]
fn the_owner_is_held_by_policies_as_well() {
    let database = world();
    let open: Vec<_> = tenant_tables(&database)
        .into_iter()
        .filter(|table| !seen(&mut database.owner(), table).is_empty())
        .collect();
    // What the owner's functions look up.
    assert_eq!(open.join(" "), include_str!("row_security/open_to_owner.txt").trim());
}
