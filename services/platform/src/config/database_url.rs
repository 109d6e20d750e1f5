//! URLs of the database. libpq repeats a URL that it cannot read, password and all, so it is never given one.

use secrecy::{ExposeSecret, SecretString};

use super::{Environment, Faults};

impl Environment {
    /// The secret URL of a database role.
    pub(super) fn database_url(&self, name: &'static str, faults: &mut Faults) -> Option<SecretString> {
        let url = self.secret(name, faults)?;
        if is_readable(url.expose_secret()) {
            return Some(url);
        }
        // Which part is wrong is not told, as it may be the password.
        faults.add(name, "is no URL such as postgres://user:password@host:5432/database, percent-encoded");
        None
    }
}

fn is_readable(url: &str) -> bool {
    let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
    let Some(rest) = rest else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    // A second `@` is of a password that is not encoded, whose end libpq would take for the host.
    let (user, hosts) = authority.split_once('@').unwrap_or(("", authority));
    let plain = !url.chars().any(|character| character.is_whitespace() || character.is_control());
    plain && !user.contains(['[', ']']) && hosts.split(',').all(is_host) && is_percent_encoded(url)
}

/// A host with or without a port, either of them perhaps absent.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').map(|text| text.split_once(']')) {
        Some(None) => return false,
        Some(Some((host, ""))) => (host, ""),
        Some(Some((host, port))) => match port.strip_prefix(':') {
            Some(port) => (host, port),
            None => return false,
        },
        None => text.split_once(':').unwrap_or((text, "")),
    };
    !host.contains(['@', '[', ']']) && port.parse::<u16>().map_or(port.is_empty(), |port| port > 0)
}

/// Whether a `%` always begins the code of a character.
fn is_percent_encoded(text: &str) -> bool {
    let mut parts = text.split('%');
    parts.next();
    parts.all(|part| part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::is_readable;

    #[test]
    fn urls_as_the_manual_has_them_are_read() {
        for url in [
            "postgres://service:hidden@db/usage",
            "postgresql://service:hid%2Fden@db.example:5432/usage?sslmode=verify-full&sslrootcert=/ca.pem",
            "postgres://service@[2001:db8::1]:5432/usage",
            "postgres://service:a:b@one:1,two:2,/usage",
            "postgres://",
            "postgres:///usage?host=/run/postgresql&user=a&password=b",
        ] {
            assert!(is_readable(url), "{url}");
        }
    }

    #[test]
    fn what_libpq_would_complain_of_is_not() {
        for url in [
            "",
            "hidden",
            "host=db password='hidden",
            "postgres:/service:hidden@db/usage",
            "postgres://service:hid/den@db/usage",
            "postgres://service:hid@den@db/usage",
            "postgres://service:hid?den@db/usage",
            "postgres://service:hid%zen@db/usage",
            "postgres://service:hidden%@db/usage",
            "postgres://service:hidden@db:port/usage",
            "postgres://service:hidden@[::1/usage",
            "postgres://service:hidden@[::1]x/usage",
            "postgres://service:[hidden@db/usage",
            "postgres://service:hidden@db/usage\n",
        ] {
            assert!(!is_readable(url), "{url}");
        }
    }
}
