use std::os::unix::fs::PermissionsExt;

use super::*;

fn session(token: &str) -> Session {
    Session {
        server: "http://localhost:8080".into(),
        ca_file: None,
        email: "admin@acme.test".into(),
        access_token: token.into(),
        refresh_token: "r".into(),
    }
}

fn file(folder: &tempfile::TempDir) -> SessionFile {
    SessionFile { path: folder.path().join("deep/config.json") }
}

fn located(variables: &[(&str, &str)]) -> Option<PathBuf> {
    let find =
        |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value));
    SessionFile::locate(find).ok().map(|file| file.path)
}

#[test]
fn the_place_follows_the_environment() {
    let home = ("HOME", "/home/a");
    let xdg = ("XDG_CONFIG_HOME", "/x");
    assert_eq!(located(&[home, xdg, ("USAGECTL_CONFIG", "/c.json")]), Some("/c.json".into()));
    assert_eq!(located(&[home, xdg]), Some("/x/usagectl/config.json".into()));
    assert_eq!(located(&[home]), Some("/home/a/.config/usagectl/config.json".into()));
    assert_eq!(located(&[]), None);
}

#[test]
fn what_was_saved_is_loaded_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    assert_eq!(file.load().unwrap(), None);
    file.save(&session("one")).unwrap();
    file.save(&session("two")).unwrap();
    assert_eq!(file.load().unwrap(), Some(session("two")));
    file.remove().unwrap();
    file.remove().unwrap();
    assert_eq!(file.load().unwrap(), None);
}

#[test]
fn only_the_owner_can_read_it_even_after_a_leftover() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    file.save(&session("one")).unwrap();
    fs::write(file.beside("new"), "leftover").unwrap();
    fs::set_permissions(file.beside("new"), fs::Permissions::from_mode(0o644)).unwrap();
    file.save(&session("two")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file.path), 0o600);
    assert_eq!(mode(file.path.parent().unwrap()), 0o700);
    assert!(!file.beside("new").exists());
}

#[test]
fn a_damaged_file_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, "{\"server\":1}").unwrap();
    let error = SessionFile { path }.load().unwrap_err();
    assert!(error.to_string().contains("run `usagectl login` again"), "{error}");
}

#[test]
fn the_lock_is_held_until_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let held = file.lock().unwrap();
    let other = File::open(file.beside("lock")).unwrap();
    assert!(other.try_lock().is_err());
    drop(held);
    assert!(other.try_lock().is_ok());
}
