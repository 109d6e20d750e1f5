//! Tampering as the owner of the database: each is found, and named by its place.

use std::fmt::Write;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use super::bench::{Bench, hash_by_hand};

const ALTERED: &str = "the hash does not follow from the entry and the hash before it";

fn link(bench: &Bench, sequence: i64, fault: &str) -> String {
    format!("sequence {sequence} entry {}: {fault}", bench.entry_at(sequence))
}

/// Without what keeps the database's own order, which its owner can take away.
const NO_KEYS: &str = "ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_pkey,
    DROP CONSTRAINT audit_seals_organization_id_entry_id_key,
    DROP CONSTRAINT audit_seals_organization_id_entry_id_fkey;";

/// Every column but the two by which an entry is found, with another value for it.
const CHANGES: [(&str, &str); 12] = [
    ("at", "at + interval '1 microsecond'"),
    ("actor", "actor || 'x'"),
    ("actor_organization_id", "NULL"),
    ("address", "'192.0.2.8'"),
    ("address_salt", "gen_random_uuid()"),
    ("request_id", "gen_random_uuid()"),
    ("action", "'thing.delete'"),
    ("object_kind", "'other'"),
    ("object_id", "'0'"),
    ("before", "jsonb_set(before, '{list,0}', 'false')"),
    ("after", "NULL"),
    // Both at once, as one alone is refused.
    ("address, address_salt", "ROW(NULL, NULL)"),
];

#[tokio::test]
async fn an_edited_column_is_found() {
    let bench = Bench::with_chain(5).await;
    let entry = bench.entry_at(3);
    bench.database.write("CREATE TABLE kept AS TABLE audit_entries");
    for (column, other) in CHANGES {
        let set =
            |value: &str| format!("UPDATE audit_entries e SET ({column}) = {value} WHERE id = '{entry}';");
        let other = if other.starts_with("ROW") { other.to_owned() } else { format!("ROW({other})") };
        bench.database.write(&set(&other));
        assert_eq!(bench.found().await, [link(&bench, 3, ALTERED)], "{column}");
        bench.database.write(&set(&format!("(SELECT {column} FROM kept k WHERE k.id = e.id)")));
        assert_eq!(bench.found().await, [""; 0], "{column} as it was");
    }
}

#[tokio::test]
async fn no_column_is_left_out() {
    let bench = Bench::new();
    let mut columns = String::new();
    for (column, _) in &CHANGES[..11] {
        write!(columns, "'{column}',").unwrap();
    }
    // Fails when there is another column.
    bench.database.write(&format!(
        "DO $do$ BEGIN IF (SELECT count(*) FROM pg_attribute WHERE attrelid = 'audit_entries'::regclass AND attnum > 0
                              AND attname NOT IN ({columns} 'organization_id', 'id')) <> 0
         THEN RAISE EXCEPTION 'a column that no test changes'; END IF; END $do$;"
    ));
}

#[tokio::test]
async fn an_entry_of_another_id_or_organization_is_gone() {
    for (column, value) in [("id", Uuid::now_v7()), ("organization_id", GLOBEX)] {
        let bench = Bench::with_chain(3).await;
        let entry = bench.entry_at(2);
        bench
            .database
            .write(&format!("{NO_KEYS} UPDATE audit_entries SET {column} = '{value}' WHERE id = '{entry}';"));
        let found = bench.found().await;
        assert_eq!(found[0], link(&bench, 2, "the entry is gone"), "{column}");
        if column == "id" {
            assert_eq!(
                found[1..],
                [format!("sequence - entry {value}: the entry has no seal and waits for none")]
            );
        }
    }
}

#[tokio::test]
async fn a_removed_entry_is_found_with_its_seal_or_without() {
    let bench = Bench::with_chain(5).await;
    let entry = bench.entry_at(3);
    bench.database.write(&format!(
        "DELETE FROM audit_seals WHERE entry_id = '{entry}'; DELETE FROM audit_entries WHERE id = '{entry}';"
    ));
    assert_eq!(bench.found().await, ["sequence 3 entry -: links are gone from here to the next, 4"]);

    let bench = Bench::with_chain(5).await;
    let entry = bench.entry_at(3);
    bench.database.write(&format!("{NO_KEYS} DELETE FROM audit_entries WHERE id = '{entry}';"));
    assert_eq!(bench.found().await, [link(&bench, 3, "the entry is gone")]);
}

#[tokio::test]
async fn a_removed_seal_is_found() {
    let bench = Bench::with_chain(5).await;
    let entry = bench.entry_at(3);
    bench.database.write(&format!("DELETE FROM audit_seals WHERE entry_id = '{entry}';"));
    let gap = "sequence 3 entry -: links are gone from here to the next, 4".to_owned();
    let forgotten = format!("sequence - entry {entry}: the entry has no seal and waits for none");
    assert_eq!(bench.found().await, [gap, forgotten]);
}

#[tokio::test]
async fn a_chain_cut_short_is_found() {
    for (kept, last) in [(4, 5), (0, 5)] {
        let bench = Bench::with_chain(5).await;
        bench.database.write(&format!(
            "CREATE TABLE gone AS SELECT entry_id FROM audit_seals WHERE sequence > {kept};
             DELETE FROM audit_seals WHERE sequence > {kept};
             DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM gone);"
        ));
        let fault = format!("a head was published here, and the chain ends at {kept}");
        assert_eq!(bench.found().await, [format!("sequence {last} entry -: {fault}")]);
    }
}

#[tokio::test]
async fn a_changed_order_is_found() {
    for what in ["entry_id", "sequence", "hash"] {
        let bench = Bench::with_chain(5).await;
        bench.database.write(&format!(
            "{NO_KEYS} UPDATE audit_seals s SET {what} = o.{what} FROM audit_seals o
              WHERE s.sequence IN (2, 4) AND o.sequence = 6 - s.sequence;"
        ));
        let found = bench.found().await;
        for place in [2, 4] {
            let place = link(&bench, place, ALTERED);
            assert!(found.contains(&place), "{what}: {place} in {found:#?}");
        }
    }
}

/// Whoever knows how hashes are made can make them anew. The heads they cannot.
#[tokio::test]
async fn a_chain_that_was_rewritten_as_a_whole_is_found_by_its_heads() {
    let bench = Bench::with_chain(7).await;
    let second = bench.entry_at(2);
    bench
        .database
        .write(&format!("UPDATE audit_entries SET actor = 'user:somebody-else' WHERE id = '{second}';"));
    let (mut hash, mut sql) = (vec![0; 32], String::new());
    for entry in bench.entries().await {
        hash = hash_by_hand(&hash, &entry);
        let (hash, id) = (hex::encode(&hash), entry.id);
        writeln!(sql, "UPDATE audit_seals SET hash = decode('{hash}', 'hex') WHERE entry_id = '{id}';")
            .unwrap();
    }
    bench.database.write(&sql);
    let fault = "the hash is not the one that was published";
    assert_eq!(bench.found().await, [3, 6, 7].map(|sequence| link(&bench, sequence, fault)));
}

#[tokio::test]
async fn an_entry_that_nobody_will_seal_is_found() {
    let bench = Bench::with_chain(3).await;
    bench.enter(ACME, 4).await;
    assert_eq!(bench.found().await, [""; 0], "it waits, and not for long");
    let now = platform::clock::Clock::machine().machine_now();
    let fourth = bench.entries().await.pop().unwrap().id;
    for minutes in [-2, 2] {
        let found = bench.found_at(now + chrono::TimeDelta::minutes(minutes)).await;
        let fault = "the entry waits for its seal for more than a minute";
        assert_eq!(found, [format!("sequence - entry {fourth}: {fault}")], "{minutes}");
    }
    bench.database.write("DELETE FROM audit_pending;");
    let fault = "the entry has no seal and waits for none";
    assert_eq!(bench.found().await, [format!("sequence - entry {fourth}: {fault}")]);
}
