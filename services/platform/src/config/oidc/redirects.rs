//! Where a provider may send browsers back to.

use actix_web::http::Uri;

/// An allow-list, the default first; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirects {
    first: String,
    others: Vec<String>,
}

impl Redirects {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut listed = text.split(',').map(str::trim).filter(|uri| !uri.is_empty()).map(parse_one);
        let first = listed.next().ok_or("names no address to come back to")??;
        Ok(Self { first, others: listed.collect::<Result<_, _>>()? })
    }

    /// The default for nothing; what is asked for when it is allowed.
    pub fn choose<'a>(&'a self, wanted: Option<&'a str>) -> Option<&'a str> {
        let Some(wanted) = wanted else { return Some(&self.first) };
        let mut listed = std::iter::once(&self.first).chain(&self.others);
        listed.any(|allowed| matches(allowed, wanted)).then_some(wanted)
    }
}

fn parse_one(uri: &str) -> Result<String, String> {
    let https = uri.parse::<Uri>().is_ok_and(|parsed| parsed.scheme_str() == Some("https"));
    if (https || loopback(uri).is_some()) && !uri.contains(['#', '@']) {
        return Ok(uri.to_owned());
    }
    Err(format!("`{uri}` is neither https:// nor http:// to 127.0.0.1 or [::1]"))
}

/// Exactly, but for the port of a loopback address: a program on the user's machine takes the one that it gets
/// (RFC 8252 §7.3).
fn matches(allowed: &str, wanted: &str) -> bool {
    allowed == wanted || loopback(allowed).is_some_and(|allowed| loopback(wanted) == Some(allowed))
}

/// Host and path of a loopback address, without its port.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let hosts = ["http://127.0.0.1", "http://[::1]"];
    let (host, rest) = hosts.iter().find_map(|host| Some((*host, uri.strip_prefix(host)?)))?;
    let path = match rest.strip_prefix(':') {
        Some(rest) => {
            let (port, _) = rest.split_once('/')?;
            port.parse::<u16>().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()))?;
            &rest[port.len()..]
        }
        None => rest,
    };
    // Parsed as well, so that nothing odd is in the path.
    let whole = path.starts_with('/') && uri.parse::<Uri>().is_ok_and(|uri| uri.path_and_query().is_some());
    whole.then_some((host, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_match_exactly_and_loopback_with_any_port() {
        let redirects = Redirects::parse("https://portal.example/return, http://127.0.0.1/callback").unwrap();
        assert_eq!(redirects.choose(None), Some("https://portal.example/return"));
        for allowed in
            ["https://portal.example/return", "http://127.0.0.1/callback", "http://127.0.0.1:49152/callback"]
        {
            assert_eq!(redirects.choose(Some(allowed)), Some(allowed));
        }
        for other in [
            "",
            "https://portal.example/return/",
            "https://portal.example/return?x=1",
            "https://portal.example:8443/return",
            "https://portal.example.evil/return",
            "http://127.0.0.1:49152/callback/x",
            "http://127.0.0.1:49152/callback#x",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:99999/callback",
            "http://127.0.0.1:80@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.2/callback",
            "http://[::1]/callback",
            "http://localhost/callback",
        ] {
            assert_eq!(redirects.choose(Some(other)), None, "{other}");
        }
    }

    #[test]
    fn what_can_be_read_on_the_way_is_no_address_to_come_back_to() {
        for wrong in
            ["", " , ", "http://portal.example/return", "https://a/b#c", "https://me@a/b", "app:/x", "/x"]
        {
            assert!(Redirects::parse(wrong).is_err(), "{wrong}");
        }
    }
}
