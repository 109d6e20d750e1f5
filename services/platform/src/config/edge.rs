//! What stands before the service: proxies, and pages of other origins.

use actix_web::http::Uri;
use clap::Args;

use super::Faults;
use crate::address::TrustedProxies;

/// Who speaks for others.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Edge")]
pub struct EdgeArgs {
    /// Networks (CIDR, separated by commas) of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    #[arg(long, env = "USAGE_TRUSTED_PROXIES", default_value = "")]
    pub trusted_proxies: String,
    /// Origins (such as `https://portal.example`, separated by commas) whose pages may call the API.
    #[arg(long, env = "USAGE_CORS_ORIGINS", default_value = "")]
    pub cors_origins: String,
}

/// Who speaks for others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EdgeSettings {
    /// Proxies that say whose request it is.
    pub trusted_proxies: TrustedProxies,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<String>,
}

impl EdgeArgs {
    /// The settings, or faults.
    pub fn resolve(&self, faults: &mut Faults) -> Option<EdgeSettings> {
        let trusted_proxies = faults.parse("USAGE_TRUSTED_PROXIES", &self.trusted_proxies);
        let origins = self.cors_origins.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        let origins: Result<Vec<_>, String> = origins.map(origin).collect();
        let cors_origins = faults.take("USAGE_CORS_ORIGINS", origins);
        Some(EdgeSettings { trusted_proxies: trusted_proxies?, cors_origins: cors_origins? })
    }
}

/// As browsers write it: scheme, host and, unless it is the scheme's own, port.
fn origin(text: &str) -> Result<String, String> {
    let uri: Option<Uri> = text.parse().ok();
    let written = uri.as_ref().and_then(|uri| {
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
        Some(format!("{scheme}://{}", uri.authority()?).to_lowercase())
    });
    let is_one = written.as_deref() == Some(text) && !text.contains(['@', '*']);
    if is_one {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is no origin such as https://portal.example"))
    }
}
