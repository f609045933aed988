//! Asking a function of the database, on PostgreSQL: one statement in one round trip, where a transaction takes four.
//!
//! The function itself names the tenant for the statement's own transaction, and works with the caller's rights under
//! row-level security. The functions are those of the migrations, and each is listed here: no other statement can run.

use recital_entities::TenantId;
use sea_orm::{AccessMode, DbErr, FromQueryResult, QueryResult, RuntimeErr};
use uuid::Uuid;

use super::{Db, Engine};
use crate::error::Result;

/// The arguments of `decision_facts`: as many entries in each, one of the first three set.
#[derive(Default)]
pub(crate) struct DecisionFacts {
    pub ids: Vec<Option<Uuid>>,
    pub external_ids: Vec<Option<Vec<u8>>>,
    pub emails: Vec<Option<Vec<u8>>>,
    pub purposes: Vec<String>,
}

const DECISION_FACTS: &str = "SELECT * FROM decision_facts($1, $2, $3, $4, $5)";

impl Db {
    /// What a decision rests on, check by check. None on SQLite, which has no functions and no round trips.
    pub(crate) async fn decision_facts<T: FromQueryResult>(
        &self,
        tenant: TenantId,
        checks: &DecisionFacts,
    ) -> Result<Option<Vec<T>>> {
        if self.engine() != Engine::Postgres {
            return Ok(None);
        }
        let rows = sqlx::query(DECISION_FACTS)
            .bind(tenant.0)
            .bind(&checks.ids)
            .bind(&checks.external_ids)
            .bind(&checks.emails)
            .bind(&checks.purposes)
            .fetch_all(self.global(AccessMode::ReadOnly).get_postgres_connection_pool())
            .await
            .map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))?;
        let rows = rows.into_iter().map(|row| T::from_query_result(&QueryResult::from(row), ""));
        Ok(Some(rows.collect::<Result<_, _>>()?))
    }
}
