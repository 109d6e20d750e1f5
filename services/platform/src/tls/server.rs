//! The server's side.

use rustls::ServerConfig;
use std::sync::Arc;
use std::time::Duration;

use super::certificate::Certificate;
use super::{TlsError, provider};
use crate::config::TlsSettings;

/// Shows the configured certificate, and a renewed one when `look_again` has passed since the files were last
/// looked at: nobody has to restart anything.
pub fn server_config(settings: &TlsSettings, look_again: Duration) -> Result<ServerConfig, TlsError> {
    let certificate = Certificate::read(settings, look_again)?;
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    Ok(builder.with_no_client_auth().with_cert_resolver(Arc::new(certificate)))
}
