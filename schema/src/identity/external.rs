//! Who users are at an outside OpenID Connect provider.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

use crate::Tx;
use crate::schema::external_identities;

/// Whose sign-in it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct KnownUser {
    /// The tenant that the sign-in is for.
    #[diesel(sql_type = SqlUuid)]
    pub organization_id: Uuid,
    /// The user.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: Uuid,
    /// By the subject; else by the e-mail address alone.
    #[diesel(sql_type = Bool)]
    pub linked: bool,
}

/// The user linked to a provider's subject or else the one with this e-mail address, which only a provider that has
/// verified it may name. The machinery asks: the tenant is not known yet.
pub fn user_of(
    tx: &mut Tx<'_>,
    issuer: &str,
    subject: &str,
    verified_email: Option<&str>,
) -> QueryResult<Option<KnownUser>> {
    diesel::sql_query("SELECT * FROM user_of_sign_in($1, $2, $3)")
        .bind::<Text, _>(issuer)
        .bind::<Text, _>(subject)
        .bind::<Nullable<Text>, _>(verified_email.map(str::to_lowercase))
        .get_result(tx.machinery()?)
        .optional()
}

/// Links a user to a subject; a unique violation when either has another already.
pub fn link(
    tx: &mut Tx<'_>,
    user_id: Uuid,
    issuer: &str,
    subject: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(external_identities::table)
        .values((
            external_identities::organization_id.eq(tx.organization()?),
            external_identities::user_id.eq(user_id),
            external_identities::issuer.eq(issuer),
            external_identities::subject.eq(subject),
            external_identities::linked_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}
