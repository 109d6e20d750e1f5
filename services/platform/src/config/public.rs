//! Where people find the service.

use actix_web::http::Uri;
use clap::Args;

use super::{Deployment, Faults};

/// Where a development set-up listens unless told otherwise.
const DEVELOPMENT_URL: &str = "http://127.0.0.1:8080";

/// Where people find the service.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "HTTP")]
pub struct PublicArgs {
    /// URL under which people find the service, such as `https://usage.example`: one-time links begin with it. In
    /// production without one, such a link is its token alone; in development it is `http://127.0.0.1:8080`.
    #[arg(long, env = "USAGE_PUBLIC_URL", default_value = "")]
    pub public_url: String,
}

impl PublicArgs {
    /// The URL without a slash at its end, if there is one, or a fault.
    pub fn resolve(&self, deployment: Deployment, faults: &mut Faults) -> Option<String> {
        match self.public_url.trim() {
            "" => (deployment == Deployment::Development).then(|| DEVELOPMENT_URL.to_owned()),
            text => faults.take("USAGE_PUBLIC_URL", base(text)),
        }
    }
}

fn base(text: &str) -> Result<String, String> {
    let uri: Option<Uri> = text.parse().ok();
    let is_one = uri.is_some_and(|uri| {
        let scheme = uri.scheme_str().is_some_and(|scheme| matches!(scheme, "http" | "https"));
        scheme && uri.authority().is_some_and(|host| !host.as_str().contains('@')) && uri.query().is_none()
    });
    if is_one && !text.contains('#') {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(format!("`{text}` is no URL such as https://usage.example"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_begin_with_what_is_configured() {
        let resolve = |text: &str, deployment| {
            let mut faults = Faults::default();
            let url = PublicArgs { public_url: text.to_owned() }.resolve(deployment, &mut faults);
            faults.check().map(|()| url).map_err(|faults| faults.list().len())
        };
        let development = resolve("", Deployment::Development).unwrap();
        assert_eq!(development.as_deref(), Some("http://127.0.0.1:8080"));
        assert_eq!(resolve("", Deployment::Production).unwrap(), None);
        let configured = resolve("https://usage.example/app/", Deployment::Production).unwrap();
        assert_eq!(configured.as_deref(), Some("https://usage.example/app"));
        for wrong in ["usage.example", "ftp://usage.example", "https://a@b", "https://a/?b", "https://a/#b"] {
            assert_eq!(resolve(wrong, Deployment::Production), Err(1), "{wrong}");
        }
    }
}
