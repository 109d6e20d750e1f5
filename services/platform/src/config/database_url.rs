//! URLs of the database. libpq repeats a URL that it cannot read, password and all, so it is never given one.

use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

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

/// Adds libpq's parameters for a connection that cannot be made, and for a server that is gone without a word: unasked,
/// libpq waits for both as long as the kernel does, which is hours. What the URL says itself stays.
pub(super) fn with_limits(url: &SecretString, connect: Duration, dead_peer: Duration) -> SecretString {
    let dead_peer_ms = dead_peer.as_millis();
    let parameters = [
        ("connect_timeout", connect.as_secs().to_string()),
        // Half of the time in silence, the other half in probes.
        ("keepalives_idle", (dead_peer.as_secs() / 2).to_string()),
        ("keepalives_interval", (dead_peer.as_secs() / 6).to_string()),
        ("keepalives_count", "3".to_owned()),
        // Probes are sent while nothing else is on its way; this is for what is.
        ("tcp_user_timeout", dead_peer_ms.to_string()),
    ];
    let mut url = url.expose_secret().to_owned();
    for (name, value) in parameters {
        let query = url.split_once('?').map(|(_, query)| query);
        let is_there = query.is_some_and(|query| {
            query.split('&').any(|pair| pair.split_once('=').map_or(pair, |(name, _)| name) == name)
        });
        if !is_there {
            url.push(if query.is_some() { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            url.push_str(&value);
        }
    }
    url.into()
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
    use super::{is_readable, with_limits};
    use secrecy::ExposeSecret;
    use std::time::Duration;

    #[test]
    fn the_kernel_is_told_how_long_to_wait_unless_the_url_says_it() {
        let limited = |url: &str| {
            let url = with_limits(&url.into(), Duration::from_secs(5), Duration::from_secs(30));
            url.expose_secret().to_owned()
        };
        let all = "connect_timeout=5&keepalives_idle=15&keepalives_interval=5&keepalives_count=3&tcp_user_timeout=30000";
        assert_eq!(limited("postgres://a:b@db/usage"), format!("postgres://a:b@db/usage?{all}"));
        assert_eq!(
            limited("postgres://db/usage?sslmode=require&connect_timeout=60&tcp_user_timeout=0"),
            "postgres://db/usage?sslmode=require&connect_timeout=60&tcp_user_timeout=0\
             &keepalives_idle=15&keepalives_interval=5&keepalives_count=3",
        );
    }

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
