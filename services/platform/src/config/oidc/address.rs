//! Addresses to which secrets are sent.

use actix_web::http::Uri;
use std::net::IpAddr;

use crate::config::Deployment;

/// An issuer identifier, which is an address without query and fragment (OpenID Connect Discovery 1.0 §3).
pub(super) fn issuer(text: &str, deployment: Deployment) -> Result<String, String> {
    if is_safe(text, deployment) && !text.contains(['?', '#']) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is no issuer such as https://login.example (http:// only on this machine's own address, in development)"
    ))
}

/// HTTPS or, in development, HTTP to a loopback address; without a user in it.
pub(super) fn is_safe(url: &str, deployment: Deployment) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let (Some(host), Some(authority)) = (uri.host(), uri.authority()) else { return false };
    let scheme_fits = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => deployment == Deployment::Development && is_loopback(host),
        Some(_) | None => false,
    };
    scheme_fits && !authority.as_str().contains('@')
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse();
    host == "localhost" || address.is_ok_and(|address: IpAddr| address.is_loopback())
}
