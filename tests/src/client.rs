//! A client of the GraphQL API, as a tenant's service would be.

use serde_json::{Value, json};

/// Speaks for one credential.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
}

/// An error as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: String,
    pub reason: String,
    pub field: Option<String>,
    pub message: String,
}

/// What no answer may ever show: signs of our insides.
const INSIDES: &[&str] =
    &["sqlx", "sea_orm", "SELECT ", "INSERT ", "UPDATE \"", "constraint", "panicked", ".rs:", "/src/"];

impl Client {
    #[must_use]
    pub fn new(url: &str, key: &str) -> Self {
        Self { http: reqwest::Client::new(), url: url.to_owned(), key: key.to_owned() }
    }

    /// The same address for another credential.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// The address it was made for.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The credential it speaks for.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The whole answer, errors and all.
    pub async fn send(&self, query: &str, variables: Value) -> Value {
        let request = self.http.post(format!("{}/graphql", self.url)).bearer_auth(&self.key);
        let body = json!({ "query": query, "variables": variables });
        let response = request.json(&body).send().await.expect("the server answers");
        let text = response.text().await.expect("the answer is text");
        for inside in INSIDES {
            assert!(!text.contains(inside), "an answer shows {inside:?}: {text}");
        }
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("not JSON ({error}): {text}"))
    }

    /// The data of an answer that has no errors.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.send(query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}: {answer}");
        answer["data"].take()
    }

    /// The one error of an answer.
    pub async fn refused(&self, query: &str, variables: Value) -> Refusal {
        let answer = self.send(query, variables).await;
        let error = answer["errors"].get(0).unwrap_or_else(|| panic!("nothing was refused: {answer}"));
        let word = |name: &str| error["extensions"][name].as_str().map(str::to_owned);
        Refusal {
            code: word("code").unwrap_or_default(),
            reason: word("reason").unwrap_or_default(),
            field: word("field"),
            message: error["message"].as_str().unwrap_or_default().to_owned(),
        }
    }
}

impl Refusal {
    /// Code and reason, for a short comparison.
    #[must_use]
    pub fn is(&self, code: &str, reason: &str) -> bool {
        self.code == code && self.reason == reason
    }
}
