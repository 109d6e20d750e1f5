//! Heads: what is published, and what cannot be taken back.

use platform::audit::heads::{HeadError, Line};
use platform::auth::{Claims, KeyRing, User};
use platform::clock::Clock;
use platform::config::KeySettings;
use schema::types::Role;
use secrecy::ExposeSecret;
use test_support::tenants::{ACME, GLOBEX};
use uuid::Uuid;

use super::bench::{Bench, heads};

fn out_of_order(sequence: i64, last: i64) -> String {
    format!("sequence {sequence} entry -: this head does not follow the one before it, {last}")
}

fn unsigned(line: usize) -> String {
    format!("sequence - entry -: line {line} of the heads is signed by no known key")
}

fn unpublished(sequence: i64, last: i64) -> String {
    format!(
        "sequence {sequence} entry -: a head was published here or after, and the last one there is {last}"
    )
}

#[tokio::test]
async fn a_head_that_was_taken_out_is_missed() {
    let bench = Bench::with_chain(9).await;
    let lines = bench.lines();
    assert_eq!(lines.len(), 3, "one for each round");
    bench.write_lines(&[lines[0].clone(), lines[2].clone()]);
    assert_eq!(bench.found().await, [out_of_order(9, 3)]);
    bench.write_lines(&lines[1..]);
    assert_eq!(bench.found().await, [out_of_order(6, 0)]);
    bench.write_lines(&lines[..2]);
    assert_eq!(bench.found().await, [unpublished(9, 6)]);
    bench.write_lines(&[lines[1].clone(), lines[0].clone(), lines[2].clone()]);
    assert_eq!(bench.found().await, [out_of_order(6, 0), out_of_order(3, 6)]);
    std::fs::remove_file(bench.file()).unwrap();
    assert_eq!(bench.found().await, [unpublished(9, 0)]);
    bench.write_lines(&lines);
    assert_eq!(bench.found().await, [""; 0]);
}

#[tokio::test]
async fn a_forged_head_is_found() {
    let bench = Bench::with_chain(3).await;
    let genuine = bench.lines().remove(0);
    let strangers = heads(&bench.folder, "forged", &["stranger.pem"]);
    strangers.publish(ACME, 3, &[7; 32], Clock::machine().machine_now()).unwrap();
    let path = bench.folder.path().join("forged").join(format!("{ACME}.jws"));
    let forged = std::fs::read_to_string(path).unwrap().trim_end().to_owned();
    bench.write_lines(&[forged.clone(), genuine.clone()]);
    assert_eq!(bench.found().await, [unsigned(1)]);
    bench.write_lines(&[genuine.clone(), forged]);
    assert_eq!(bench.found().await, [unsigned(2)]);
    // The claims of one under the signature of the other.
    let parts: Vec<&str> = genuine.split('.').collect();
    let changed = format!("{}.{}A.{}", parts[0], parts[1], parts[2]);
    bench.write_lines(&[changed]);
    assert_eq!(bench.found().await, [unsigned(1), unpublished(3, 0)]);
}

#[tokio::test]
async fn a_head_of_another_organization_is_none() {
    let bench = Bench::with_chain(3).await;
    bench.enter(GLOBEX, 1).await;
    bench.sealer.round().await.unwrap();
    let theirs = bench.folder.path().join("heads").join(format!("{GLOBEX}.jws"));
    std::fs::copy(theirs, bench.file()).unwrap();
    let foreign = "sequence 1 entry -: this head is of another organization".to_owned();
    assert_eq!(bench.found().await, [foreign, unpublished(3, 0)]);
}

/// Even where somebody configures one key for both.
#[tokio::test]
async fn a_head_is_no_access_token_nor_the_reverse() {
    let bench = Bench::with_chain(3).await;
    let files = vec![bench.folder.path().join("audit.pem")];
    let keys = KeyRing::read(&KeySettings { files }).unwrap();
    let head = bench.lines().remove(0);
    assert_eq!(keys.verify(&head), None);
    let user = User { id: Uuid::nil(), organization_id: ACME, role: Role::OperatorAdmin };
    let token = keys.sign(&Claims::new(&user, Clock::machine().machine_now())).unwrap();
    assert!(keys.verify(token.expose_secret()).is_some());
    bench.write_lines(&[head, token.expose_secret().to_owned()]);
    assert_eq!(bench.found().await, [unsigned(2)]);
}

#[tokio::test]
async fn keys_rotate_and_old_heads_stay() {
    let bench = Bench::with_chain(3).await;
    let now = Clock::machine().machine_now();
    let rotated = heads(&bench.folder, "heads", &["stranger.pem", "audit.pem"]);
    rotated.publish(ACME, 5, &[1; 32], now).unwrap();
    let mut seen = Vec::new();
    assert!(rotated.read(ACME, |line| seen.push(line)).unwrap());
    let sequences = seen.iter().map(|line| match line {
        Line::Head(head) => (head.previous, head.sequence),
        other => panic!("{other:?}"),
    });
    assert_eq!(sequences.collect::<Vec<_>>(), [(0, 3), (3, 5)]);
    // Whoever takes the old keys away is not led to begin anew.
    let without = heads(&bench.folder, "heads", &["audit.pem"]);
    bench.write_lines(&bench.lines()[1..]);
    assert!(matches!(without.publish(ACME, 9, &[1; 32], now), Err(HeadError::Unsigned(_))));
}

#[tokio::test]
async fn what_is_published_is_not_published_again() {
    let bench = Bench::with_chain(3).await;
    let lines = bench.lines();
    for sequence in [1, 3] {
        bench.heads().publish(ACME, sequence, &[1; 32], Clock::machine().machine_now()).unwrap();
    }
    assert_eq!(bench.lines(), lines);
}
