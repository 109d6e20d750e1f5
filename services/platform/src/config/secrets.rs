//! Where secrets come from: the environment, or files that it names.

use secrecy::SecretString;
use std::collections::HashMap;

use super::Faults;

/// A secret file is a URL or a password, never this long.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// The variables of the process, or of a test.
#[derive(Default)]
pub struct Environment(Option<HashMap<String, String>>);

impl Environment {
    /// The variables of this process.
    pub const fn of_process() -> Self {
        Self(None)
    }

    /// These variables alone.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(Some(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }

    fn variable(&self, name: &str) -> Option<String> {
        match &self.0 {
            Some(variables) => variables.get(name).cloned(),
            None => std::env::var(name).ok(),
        }
    }

    /// A secret that may be absent: as [`Environment::secret`] when it is not.
    pub fn optional_secret(&self, name: &'static str, faults: &mut Faults) -> Option<SecretString> {
        let set = |name: &str| self.variable(name).is_some_and(|value| !value.is_empty());
        if set(name) || set(&format!("{name}_FILE")) { self.secret(name, faults) } else { None }
    }

    /// A secret that must be there: `NAME`, or the content of the file that `NAME_FILE` names.
    pub fn secret(&self, name: &'static str, faults: &mut Faults) -> Option<SecretString> {
        let file_name = format!("{name}_FILE");
        match (self.variable(name), self.variable(&file_name)) {
            (Some(_), Some(_)) => {
                faults.add(name, format!("both it and {file_name} are set"));
                None
            }
            (Some(value), None) if !value.is_empty() => Some(value.into()),
            (None, Some(path)) => faults.take(name, read_secret(&path)),
            (Some(_) | None, None) => {
                faults.add(name, format!("is not set, nor is {file_name}"));
                None
            }
        }
    }
}

fn read_secret(path: &str) -> Result<SecretString, String> {
    use std::io::Read;
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(SECRET_BYTES_MAX).read_to_string(&mut text))
        .map_err(|error| format!("cannot read {path}: {error}"))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() { Err(format!("{path} is empty")) } else { Ok(secret.into()) }
}
