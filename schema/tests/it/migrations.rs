//! Each migration goes up, down and up again and leaves the same behind.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel_migrations::MigrationHarness;
use schema::migrations::{MIGRATIONS, run_pending};
use test_support::database::TestDatabase;

use crate::catalogue::dump;

#[test]
fn every_migration_goes_up_and_down_and_up() {
    let database = TestDatabase::empty();
    let mut owner = database.owner();
    let migrations: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().unwrap();
    assert!(!migrations.is_empty());
    for migration in &migrations {
        let name = migration.name().to_string();
        let before = dump(&mut owner);
        owner.run_next_migration(MIGRATIONS).unwrap();
        let up = dump(&mut owner);
        assert_ne!(before, up, "{name} does nothing");
        owner.revert_last_migration(MIGRATIONS).unwrap();
        assert_same(&before, &dump(&mut owner), &format!("{name} down"));
        owner.run_next_migration(MIGRATIONS).unwrap();
        assert_same(&up, &dump(&mut owner), &format!("{name} up again"));
    }
    assert!(!owner.has_pending_migration(MIGRATIONS).unwrap());
    owner.revert_all_migrations(MIGRATIONS).unwrap();
    assert_same(&[], &dump(&mut owner), "all down");
}

#[test]
fn a_second_run_does_nothing() {
    let database = TestDatabase::new();
    assert_eq!(run_pending(&mut database.owner()).unwrap(), Vec::<String>::new());
}

/// Shows the lines that differ and not two whole catalogues.
fn assert_same(expected: &[String], found: &[String], what: &str) {
    let missing: Vec<_> = expected.iter().filter(|line| !found.contains(line)).collect();
    let left: Vec<_> = found.iter().filter(|line| !expected.contains(line)).collect();
    assert!(missing.is_empty() && left.is_empty(), "{what}: missing {missing:#?}, left over {left:#?}");
}
