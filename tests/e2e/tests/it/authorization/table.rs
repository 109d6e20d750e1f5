//! What the answer has to be: right, reach, and whose thing it is.

use platform::auth::RIGHTS;

use super::actors::{Actor, Who};
use super::objects::Owner;
use super::operations::{About, Operation, Right};

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The caller's own organization.
    Own,
    /// The same, and every organization for the operator's administrators: only they can help a tenant that has no
    /// administrator left.
    OwnOrOperated,
    /// It and all below it.
    Below,
}

/// What an answer has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No token, or a bad one.
    Unauthenticated,
    /// The role lacks the right to do this to what it sees.
    Forbidden,
    /// It does not exist for this caller.
    Hidden,
    /// The handler's own answer: done, or told what is wrong with the request.
    Reached,
}

impl Verdict {
    /// Whether a status says this.
    pub fn agrees(self, status: u16) -> bool {
        match self {
            Self::Unauthenticated => status == 401,
            Self::Forbidden => status == 403,
            Self::Hidden => status == 404,
            Self::Reached => !matches!(status, 401 | 403 | 404) && status < 500,
        }
    }
}

/// The answer that this caller has to get.
pub fn verdict(operation: &Operation, actor: &Actor, owner: Owner) -> Verdict {
    let Right::Of(name) = operation.right else { return Verdict::Reached };
    if actor.who == Who::Nobody {
        return Verdict::Unauthenticated;
    }
    let has = holds(actor, name);
    let in_sight = reaches(actor, Reach::Below, owner);
    match operation.about {
        About::Nobody if has => Verdict::Reached,
        About::Named(_) | About::InBody(_) | About::Object(_) if has => {
            if reaches(actor, operation.reach, owner) { Verdict::Reached } else { Verdict::Hidden }
        }
        // What the body says is not read for somebody who may not send it.
        About::Nobody | About::InBody(_) => Verdict::Forbidden,
        About::Named(_) => {
            if in_sight {
                Verdict::Forbidden
            } else {
                Verdict::Hidden
            }
        }
        About::Object(kind) => {
            let seen = actor.who != Who::Meter && holds(actor, kind.read_right()) && in_sight;
            if seen { Verdict::Forbidden } else { Verdict::Hidden }
        }
    }
}

/// Whether the caller's role has a right: the table of `platform::auth`.
pub fn holds(actor: &Actor, right: &str) -> bool {
    let row = RIGHTS.iter().find(|row| row.name == right).unwrap_or_else(|| panic!("no right {right}"));
    let of_role = |name: &str| row.actors.iter().any(|actor| actor.as_str() == name);
    match actor.who {
        Who::Nobody => false,
        Who::Role(name) => of_role(name),
        Who::Meter => of_role("meter"),
        Who::Key { role, rights } => of_role(role) && rights.contains(&right),
    }
}

fn reaches(actor: &Actor, reach: Reach, owner: Owner) -> bool {
    let Some(home) = actor.home else { return false };
    match reach {
        Reach::Own => home == owner,
        Reach::OwnOrOperated => home == owner || actor.who == Who::Role("operator-admin"),
        Reach::Below => home == owner || owner.ancestors().contains(&home),
    }
}
