//! Which user a command is about.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use uuid::Uuid;

use crate::client::{Call, Client};
use crate::error::Error;

/// A user by id, or by e-mail address.
#[derive(Clone, Debug)]
pub enum Who {
    /// As the service names them.
    Id(Uuid),
    /// As people do.
    Email(String),
}

impl FromStr for Who {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.parse().map_or_else(|_| Self::Email(text.to_lowercase()), Self::Id))
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Email(email) => f.write_str(email),
        }
    }
}

impl Who {
    /// The address of the user at the service, which an e-mail address is looked up for.
    pub fn path(&self, client: &mut Client) -> Result<String, Error> {
        let id = match self {
            Self::Id(id) => *id,
            Self::Email(email) => {
                let users = client.list(|| Call::get("/v1/users"))?;
                let id = users.iter().find(|user| user["email"] == email.as_str()).and_then(id_of);
                id.ok_or_else(|| Error::NoUser(email.clone()))?
            }
        };
        Ok(format!("/v1/users/{id}"))
    }
}

fn id_of(user: &Value) -> Option<Uuid> {
    user["id"].as_str()?.parse().ok()
}
