//! What the demo says once it is ready.

use std::net::SocketAddr;

use anyhow::Result;
use serde_json::json;

use super::history::{Credentials, SLUG};

pub struct Greeting {
    api: String,
    operator: String,
    credentials: Credentials,
}

const QUERIES: &str = r#"1. May this person's data be used for this purpose?

   { processingDecision(subject: {externalId: "user-0002"}, purpose: "agent_interaction") { allowed reason allowedFields } }

2. They change their mind. Ask the first question again afterwards.

   mutation { withdrawConsent(input: {subject: {externalId: "user-0002"}, purpose: "agent_interaction"}) { consent { state withdrawnAt } } }

3. What would tonight's sweep delete, and what does the legal hold keep? `mutation { runRetention(input: {}) { run { results { dataType deleted held legalBasis } } } }` does it now.

   { retentionPreview { dataType due held oldestCreatedAt } }
"#;

impl Greeting {
    pub fn new(public_url: &str, operator: SocketAddr, credentials: Credentials) -> Self {
        Self { api: public_url.to_owned(), operator: format!("http://{operator}/operator/graphql"), credentials }
    }

    pub fn print(&self, json: bool) -> Result<()> {
        say!("{}", if json { self.line() } else { self.prose() });
        Ok(())
    }

    fn line(&self) -> String {
        let (api, inbox) = (format!("{}/graphql", self.api), format!("{}/dev/inbox", self.api));
        let Credentials { api_key, operator_token } = &self.credentials;
        let line = json!({
            "graphql": api, "apiKey": api_key, "inbox": inbox,
            "privacyCentre": format!("{}/privacy/{SLUG}", self.api),
            "operator": self.operator, "operatorToken": operator_token,
        });
        line.to_string()
    }

    fn prose(&self) -> String {
        let Self { api, operator, credentials: Credentials { api_key, operator_token } } = self;
        format!(
            "Recital is ready.\n\n\
             GraphiQL    {api}/graphiql\n\
             API key     {api_key}\n\
             Dev inbox   {api}/dev/inbox\n\
             Centre      {api}/privacy/{SLUG}\n\
             Operator    {operator} (token {operator_token})\n\n\
             In GraphiQL, under Headers: {{\"authorization\": \"Bearer {api_key}\"}}\n\n\
             {QUERIES}\n\
             Ctrl-C stops it; the next start finds the same data."
        )
    }
}
