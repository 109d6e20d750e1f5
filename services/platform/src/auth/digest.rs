//! Opaque tokens: 256 random bits, known to the service by their digest alone.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::KeyError;

/// How a meter's token begins.
pub const METER_TOKEN_PREFIX: &str = "umt_";
/// How an API key begins.
pub const API_KEY_PREFIX: &str = "uik_";
/// How the token of a one-time password link begins.
pub const PASSWORD_LINK_PREFIX: &str = "upl_";
/// How a refresh token begins.
pub const REFRESH_TOKEN_PREFIX: &str = "urt_";

/// A new token: the text is shown once, the digest is kept.
#[derive(Debug)]
pub struct OpaqueToken {
    /// To show once.
    pub text: SecretString,
    /// To keep.
    pub sha256: [u8; 32],
}

impl OpaqueToken {
    /// A new token with this prefix.
    pub fn generate(prefix: &str) -> Result<Self, KeyError> {
        let mut random = [0; 32];
        SystemRandom::new().fill(&mut random).map_err(|_| KeyError::Random)?;
        let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random));
        let sha256 = Self::digest(&text);
        Ok(Self { text: text.into(), sha256 })
    }

    /// The digest by which a token is looked up. No salt and no stretching: nobody guesses 256 bits.
    pub fn digest(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }
}
