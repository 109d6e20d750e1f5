//! A real OpenID Connect provider in a process of its own (tests/oidc).

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Map, Value, json};
use test_support::tls::tls_file;

/// A provider on a free port; it ends with this value.
pub struct Provider {
    child: Child,
    pub issuer: String,
    accounts: PathBuf,
    /// Held open: a process whose output goes nowhere ends.
    _out: BufReader<ChildStdout>,
}

/// The two kinds of providers that there are.
#[derive(Clone, Copy)]
pub enum Kind {
    /// By HTTP on this machine, with claims at the userinfo endpoint.
    Plain,
    /// By HTTPS under the test stack's authority, with claims in the ID token.
    Encrypted,
}

impl Provider {
    /// Starts it, with nobody in it.
    pub fn start(folder: &Path, kind: Kind) -> Self {
        let accounts = folder.join("accounts.json");
        fs::write(&accounts, "{}").unwrap();
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../oidc");
        assert!(
            place.join("node_modules").exists(),
            "no provider is installed: run the tests by scripts/test"
        );
        let mut command = Command::new("node");
        command.arg("provider.mjs").arg(&accounts).current_dir(place);
        if matches!(kind, Kind::Encrypted) {
            command
                .arg("id-token")
                .env("TLS_CERT", tls_file("server.pem"))
                .env("TLS_KEY", tls_file("server.key"));
        }
        let log = File::create(folder.join("provider.log")).unwrap();
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).spawn().expect("node starts");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).expect("an issuer; see provider.log");
        Self { child, issuer: e2e::text(&said["issuer"]), accounts, _out: out }
    }

    /// Says this of somebody from now on.
    pub fn says(&self, name: &str, email: &str, groups: &[&str]) {
        self.says_all(name, json!({"email": email, "email_verified": true, "groups": groups}));
    }

    /// Says these claims of somebody from now on.
    pub fn says_all(&self, name: &str, claims: Value) {
        let mut accounts: Map<String, Value> =
            serde_json::from_slice(&fs::read(&self.accounts).unwrap()).unwrap();
        accounts.insert(name.to_owned(), claims);
        // Renamed into place: the provider reads it whenever it likes.
        let new = self.accounts.with_extension("new");
        fs::write(&new, Value::from(accounts).to_string()).unwrap();
        fs::rename(new, &self.accounts).unwrap();
    }

    /// Ends it.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.stop();
    }
}
