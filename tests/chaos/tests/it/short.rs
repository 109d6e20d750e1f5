//! A handful of every fault, on a stack of its own which ends with the test.

use std::path::Path;
use std::process::Command;

#[test]
fn nothing_is_lost_and_nothing_counts_twice() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/chaos");
    let mut chaos = Command::new("setpriv");
    // So that it ends, and with it all that it started, when this test is killed.
    chaos.args(["--pdeathsig", "TERM", "--"]).arg(script).env("CHAOS_BUILT", env!("CARGO_BIN_EXE_chaos"));
    chaos.args(["--seed", "4", "--files", "64", "--seconds", "12", "--handfuls", "1"]);
    // Tests run without root, too.
    chaos.arg("--without-disk");
    let output = chaos.output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(output.status.success(), "{}\n{}", said[0], said[1]);
    println!("{}", said[0]);
}
