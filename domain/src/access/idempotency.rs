//! Idempotency keys: a client that did not hear the answer asks again and gets the same one.
//!
//! The same key with the same request gets the same answer for 24 hours, also when both arrive at once; with another
//! request it is a CONFLICT. A request that failed has used nothing up. Kept are keyed hashes of key and request, from
//! which nothing can be guessed, and the answer, which must hold ids and words only, never a personal value.

use chrono::TimeDelta;
use recital_entities::access::idempotency_keys;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
};

use idempotency_keys::Column;

const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
const LONGEST_KEY: usize = 255;

impl TenantTx {
    /// Does `work` once for each `key`: whoever comes with the same key and `request` gets the first one's answer.
    /// Without a key the work is simply done. A twin that comes meanwhile waits for the first to commit.
    ///
    /// # Errors
    /// CONFLICT with `IDEMPOTENCY_KEY_REUSED` for another request; `BAD_USER_INPUT` on `idempotencyKey`; whatever
    /// `work` answers.
    pub async fn idempotent<T: Serialize + DeserializeOwned>(
        &self,
        operation: &'static str,
        key: Option<&str>,
        request: &impl Serialize,
        work: impl AsyncFnOnce() -> Result<Audited<T>>,
    ) -> Result<Audited<T>> {
        let Some(key) = key else { return work().await };
        let claim = self.claim_for(operation, key, request).await?;
        if let Some(answer) = self.answer_given(&claim).await? {
            let answer = serde_json::from_value(answer).map_err(Error::internal)?;
            return Ok(Event::AnswerRepeated { id: self.tenant(), operation }.with(answer));
        }
        let done = work().await?;
        let answer = serde_json::to_value(done.value()).map_err(Error::internal)?;
        self.put(idempotency_keys::ActiveModel { answer: Set(answer), ..claim.into() }).await?;
        Ok(done)
    }

    async fn claim_for(&self, operation: &str, key: &str, request: &impl Serialize) -> Result<idempotency_keys::Model> {
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(Error::invalid("idempotencyKey", "INVALID_IDEMPOTENCY_KEY", "1 to 255 bytes"));
        }
        let keys = self.keys().await?;
        let request = serde_json_canonicalizer::to_string(request).map_err(Error::internal)?;
        Ok(idempotency_keys::Model {
            tenant_id: self.tenant(),
            operation: operation.to_owned(),
            key_hash: keys.index("idempotency-key", key),
            request_hash: keys.index("idempotent-request", &request),
            answer: Value::Null,
            created_at: self.now(),
        })
    }

    /// The answer that this key already got; none when it is claimed with this call.
    async fn answer_given(&self, claim: &idempotency_keys::Model) -> Result<Option<Value>> {
        if self.insert_new(idempotency_keys::ActiveModel::from(claim.clone())).await? {
            return Ok(None);
        }
        let select = idempotency_keys::Entity::find()
            .filter(Column::Operation.eq(&claim.operation))
            .filter(Column::KeyHash.eq(claim.key_hash.clone()))
            .lock_exclusive();
        let earlier = self.get("idempotency key", select).await?;
        if earlier.created_at + KEPT_FOR <= self.now() {
            self.put(idempotency_keys::ActiveModel::from(claim.clone())).await?;
            return Ok(None);
        }
        if earlier.request_hash != claim.request_hash {
            let message = "this idempotency key was used for another request: take a new key";
            return Err(Error::conflict("IDEMPOTENCY_KEY_REUSED", message));
        }
        Ok(Some(earlier.answer))
    }
}
