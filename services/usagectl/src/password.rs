//! Where a password comes from: never from an argument, which every user of the machine could read.

use std::io::{self, BufRead, IsTerminal};

use console::Term;

use crate::error::Error;

/// `USAGE_PASSWORD` when set; on a terminal a prompt without echo; otherwise the first line of standard input.
pub fn read(email: &str, server: &str) -> Result<String, Error> {
    let given = std::env::var("USAGE_PASSWORD").ok().filter(|password| !password.is_empty());
    let password = match given {
        Some(password) => password,
        None if io::stdin().is_terminal() => prompt(email, server)?,
        None => first_line(&mut io::stdin().lock())?,
    };
    if password.is_empty() { Err(Error::NoPassword) } else { Ok(password) }
}

/// A password and the one that is to take its place.
pub struct Change {
    /// Good until now.
    pub current: String,
    /// From now on.
    pub new: String,
}

/// On a terminal prompts without echo, for the new one twice; otherwise the first two lines of standard input.
pub fn read_change(email: &str, server: &str) -> Result<Change, Error> {
    let change = if io::stdin().is_terminal() {
        let (current, new) = (prompt(email, server)?, ask("New password: ")?);
        if new != ask("New password again: ")? {
            return Err(Error::PasswordsDiffer);
        }
        Change { current, new }
    } else {
        let mut input = io::stdin().lock();
        Change { current: first_line(&mut input)?, new: first_line(&mut input)? }
    };
    if change.current.is_empty() || change.new.is_empty() { Err(Error::NoPasswords) } else { Ok(change) }
}

fn prompt(email: &str, server: &str) -> Result<String, Error> {
    ask(&format!("Password of {email} at {server}: "))
}

fn ask(question: &str) -> Result<String, Error> {
    let terminal = Term::stderr();
    terminal.write_str(question)?;
    Ok(terminal.read_secure_line()?)
}

fn first_line(input: &mut impl BufRead) -> Result<String, Error> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_keeps_its_blanks() {
        assert_eq!(first_line(&mut &b" a b \r\nrest"[..]).unwrap(), " a b ");
        assert_eq!(first_line(&mut &b""[..]).unwrap(), "");
    }
}
