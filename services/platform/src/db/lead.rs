//! Leadership among the processes of a role.

use super::{Connection, Db, DbError};
use deadpool_diesel::postgres::Object;

/// The lead: held by a connection of its own, given up when this is dropped or the connection breaks.
pub struct Leadership(Connection);

impl Db {
    /// Takes the lead under `name`, unless another process has it.
    pub async fn try_lead(&self, name: &'static str) -> Result<Option<Leadership>, DbError> {
        let pooled = self.0.get().await?;
        let leads = pooled
            .interact(move |conn| schema::leadership::try_lead(conn, name))
            .await
            .map_err(DbError::from)?
            .map_err(DbError::from)?;
        // Out of the pool: the lock must end with the leadership, not live on in a reused connection.
        Ok(leads.then(|| Leadership(Object::take(pooled))))
    }
}

impl Leadership {
    /// Whether this process still leads.
    pub async fn holds(&mut self) -> bool {
        matches!(self.0.interact(schema::leadership::alive).await, Ok(Ok(())))
    }
}
