//! Who calls, and what they may do.
//!
//! A handler takes an [`Authorized`] of the right that it needs: that is the only way to a [`Caller`], and a caller is
//! the only way to a scope. So no handler can be written without naming its right.

mod authenticate;
mod authorized;
mod caller;
mod claims;
mod digest;
mod keys;
mod order;
mod refusal;
mod rights;

pub use self::authenticate::Auth;
pub use self::authorized::Authorized;
pub use self::caller::{Caller, User};
pub use self::claims::{ACCESS_TOKEN_LIFE, Claims};
pub use self::digest::{
    API_KEY_PREFIX, METER_TOKEN_PREFIX, OpaqueToken, PASSWORD_LINK_PREFIX, REFRESH_TOKEN_PREFIX,
};
pub use self::keys::{KeyError, KeyRing, generate_key_pem};
pub use self::order::decided;
pub use self::rights::*;
