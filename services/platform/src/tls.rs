//! TLS 1.2 and 1.3 by rustls, with the one provider of cryptography that this program has: aws-lc.

mod certificate;
mod client;
mod error;
mod files;
mod server;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use std::sync::Arc;

pub use self::client::{authorities, client_config};
pub use self::error::TlsError;
pub use self::server::server_config;

/// Named wherever rustls asks for it: nothing depends on who installed which default first.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
