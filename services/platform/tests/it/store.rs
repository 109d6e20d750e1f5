//! The blob store.

use chrono::{DateTime, TimeDelta, Utc};
use platform::config::StoreSettings;
use platform::store::{Store, StoreError};
use std::io::Read;
use std::path::Path;

fn store(root: &Path) -> Store {
    Store::open_folder(&StoreSettings { root: root.join("deep/store") }).unwrap()
}

fn staged_files(root: &Path) -> usize {
    std::fs::read_dir(root.join("deep/store/staging")).unwrap().count()
}

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn a_file_lies_under_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    for _ in 0..2 {
        let mut staged = store.stage(3).unwrap();
        staged.write(b"a").unwrap();
        staged.write(b"bc").unwrap();
        assert_eq!((staged.size(), hex::encode(staged.sha256())), (3, ABC.to_owned()));
        let stored = staged.commit().unwrap();
        assert_eq!((hex::encode(stored.sha256), stored.size), (ABC.to_owned(), 3));
        let mut text = String::new();
        store.open(&stored.sha256).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }
    assert!(folder.path().join("deep/store/ba").join(ABC).is_file());
    assert_eq!(staged_files(folder.path()), 0);
}

#[test]
fn a_limit_holds_while_writing() {
    let folder = tempfile::tempdir().unwrap();
    let mut staged = store(folder.path()).stage(3).unwrap();
    staged.write(b"abc").unwrap();
    assert!(matches!(staged.write(b"d"), Err(StoreError::TooLarge { limit: 3 })));
}

#[test]
fn what_is_not_committed_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let mut staged = store.stage(10).unwrap();
    staged.write(b"abc").unwrap();
    let digest = staged.sha256();
    assert!(matches!(store.open(&digest), Err(StoreError::NotFound)));
    assert_eq!(staged_files(folder.path()), 1);
    drop(staged);
    assert_eq!(staged_files(folder.path()), 0);
    store.check().unwrap();
    assert_eq!(staged_files(folder.path()), 0);
}

#[test]
fn a_damaged_file_is_healed_by_the_same_upload() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let put = || {
        let mut staged = store.stage(10).unwrap();
        staged.write(b"abc").unwrap();
        staged.commit().unwrap()
    };
    let stored = put();
    std::fs::write(folder.path().join("deep/store/ba").join(ABC), b"a").unwrap();
    put();
    assert_eq!(store.open(&stored.sha256).unwrap().metadata().unwrap().len(), 3);
}

#[test]
fn the_sweep_takes_what_is_older_than_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    drop(store.stage(1).unwrap()); // makes the folder of staged files
    let staging = folder.path().join("deep/store/staging");
    std::fs::write(staging.join("left"), b"half").unwrap();
    let made: DateTime<Utc> = std::fs::metadata(staging.join("left")).unwrap().modified().unwrap().into();
    assert_eq!(store.sweep(made + TimeDelta::hours(23)).unwrap(), 0);
    assert_eq!(store.sweep(made - TimeDelta::hours(23)).unwrap(), 0, "a clock that went back");
    assert_eq!(store.sweep(made + TimeDelta::hours(25)).unwrap(), 1);
    assert_eq!(staged_files(folder.path()), 0);
}

#[test]
fn an_absent_folder_is_unavailable_and_no_loss() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    std::fs::remove_dir_all(folder.path().join("deep")).unwrap();
    assert!(matches!(store.stage(1), Err(StoreError::Unavailable(_))));
    assert!(matches!(store.check(), Err(StoreError::Unavailable(_))));
}
