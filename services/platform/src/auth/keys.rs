//! The keys of access tokens: the first signs, all verify, so that keys can be rotated.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

use super::claims::{AUDIENCE, Claims, ISSUER};
use crate::config::KeySettings;

/// As the header of an access token has it.
const TOKEN_TYPE: &str = "JWT";

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";

/// Why a key cannot be used, or a token not be made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("cannot read the key {path}: {cause}")]
    Unreadable {
        /// As configured.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// It is no key of the right kind.
    #[error("no Ed25519 key in PKCS#8 PEM form")]
    Malformed,
    /// No key at all.
    #[error("there is no key")]
    None,
    /// The system gave no random bits.
    #[error("no random bits")]
    Random,
    /// Signing failed.
    #[error("signing failed: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

/// The keys. Has no `Debug`, so that it is in no log.
pub struct KeyRing {
    signing: EncodingKey,
    verifying: Vec<VerifyingKey>,
    validation: Validation,
}

struct VerifyingKey {
    id: String,
    x: String,
    key: DecodingKey,
}

impl KeyRing {
    /// Reads the configured files.
    pub fn read(settings: &KeySettings) -> Result<Self, KeyError> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path)
                .map(SecretString::from)
                .map_err(|cause| KeyError::Unreadable { path: path.clone(), cause })
        };
        Self::from_pems(&settings.files.iter().map(read).collect::<Result<Vec<_>, _>>()?)
    }

    /// From PKCS#8 PEM texts.
    pub fn from_pems(pems: &[SecretString]) -> Result<Self, KeyError> {
        let keys = pems.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let mut verifying = Vec::new();
        let mut signing = None;
        for (encoding, public) in keys {
            signing.get_or_insert(encoding);
            verifying.push(VerifyingKey::new(&public));
        }
        Ok(Self { signing: signing.ok_or(KeyError::None)?, verifying, validation: validation() })
    }

    /// Signs an access token.
    pub fn sign(&self, claims: &Claims) -> Result<SecretString, KeyError> {
        Ok(self.sign_as(TOKEN_TYPE, claims)?.into())
    }

    /// The claims of a token that one of these keys signed and whose time is not over.
    pub fn verify(&self, token: &str) -> Option<Claims> {
        self.verify_as(TOKEN_TYPE, token, &self.validation)
    }

    /// Signs claims of another type: what is signed as one type is never taken for another.
    pub(crate) fn sign_as(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(typ.to_owned());
        header.kid = self.verifying.first().map(|key| key.id.clone());
        Ok(jsonwebtoken::encode(&header, claims, &self.signing)?)
    }

    /// The claims of what one of these keys signed as this type.
    pub(crate) fn verify_as<T: DeserializeOwned>(
        &self,
        typ: &str,
        signed: &str,
        validation: &Validation,
    ) -> Option<T> {
        let header = jsonwebtoken::decode_header(signed).ok()?;
        let kid = header.kid.filter(|_| header.typ.as_deref() == Some(typ))?;
        let key = self.verifying.iter().find(|key| key.id == kid)?;
        Some(jsonwebtoken::decode(signed, &key.key, validation).ok()?.claims)
    }

    /// The public keys as RFC 7517 writes them.
    pub fn jwks(&self) -> Value {
        let keys: Vec<Value> = self.verifying.iter().map(VerifyingKey::jwk).collect();
        json!({ "keys": keys })
    }
}

impl VerifyingKey {
    fn new(public: &[u8]) -> Self {
        let x = URL_SAFE_NO_PAD.encode(public);
        // RFC 7638: the required members in alphabetic order.
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Self { id: URL_SAFE_NO_PAD.encode(thumbprint), x, key: DecodingKey::from_ed_der(public) }
    }

    fn jwk(&self) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.id, "x": self.x})
    }
}

/// Nothing of it is the token's to choose.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    // None of ours says from when on it is good; one that does is taken at its word.
    validation.validate_nbf = true;
    // The signer's clock is the verifier's. In its last second a token is over (RFC 7519 §4.1.4).
    validation.leeway = 0;
    validation.reject_tokens_expiring_in_less_than = 1;
    validation
}

/// The signing key and the public half.
fn parse(pem: &SecretString) -> Result<(EncodingKey, Vec<u8>), KeyError> {
    let text = pem.expose_secret();
    let body = text.split_once(PEM_BEGIN).and_then(|(_, rest)| rest.split_once(PEM_END));
    let (body, _) = body.ok_or(KeyError::Malformed)?;
    let body: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
    let der = Zeroizing::new(STANDARD.decode(body.as_bytes()).map_err(|_| KeyError::Malformed)?);
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_| KeyError::Malformed)?;
    Ok((EncodingKey::from_ed_der(&der), pair.public_key().as_ref().to_vec()))
}

/// A new key: for a development set-up, and for tests.
pub fn generate_key_pem() -> Result<SecretString, KeyError> {
    let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Random)?;
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| KeyError::Random)?;
    Ok(format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", STANDARD.encode(der.as_ref())).into())
}
