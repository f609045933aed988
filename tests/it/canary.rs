//! Canaries: values that nobody else uses go in through every entry of a real service, and are then searched for wherever a
//! thief could look: a dump of the database, its log of changes, all files, the service's log at its most talkative, and
//! metrics. What is stored is sealed, what is refused is forgotten.

use std::{net::TcpListener, path::Path, time::Duration};

use recital_tests::{Client, Database, Engine, Program, SMTP_PASSWORD, Search, SmtpServer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_recital-in-tests");
const EMAIL_DOMAIN: &str = "canary.example";

/// Two words that no other story uses: one that survives every encoding, one that none leaves as it is.
struct Canary {
    plain: String,
    accented: String,
}

impl Canary {
    fn hatch() -> Self {
        let random = uuid::Uuid::new_v4().simple().to_string();
        Self { plain: format!("kanari{}", &random[..16]), accented: format!("kanarïen vögel {}", &random[16..]) }
    }

    /// A value for one entry.
    fn at(&self, entry: &str) -> String {
        format!("{} {} {entry}", self.plain, self.accented)
    }

    fn email(&self, entry: &str) -> String {
        format!("{}.{entry}@{EMAIL_DOMAIN}", self.plain)
    }

    fn search(&self) -> Search {
        Search::of(&[&self.plain, &self.accented])
    }
}

/// A service of its own: a process with a tenant, that logs all it can.
struct Service {
    database: Database,
    program: Program,
    mails: SmtpServer,
    url: String,
    operator: String,
    client: Client,
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

fn settings(database: &Database, mails: &SmtpServer) -> Vec<(&'static str, String)> {
    let smtp = mails.settings();
    std::fs::write(database.path("ca.pem"), smtp.ca_pem.expect("a certificate")).expect("written");
    let address = free_address();
    vec![
        ("RECITAL_ENVIRONMENT", "development".to_owned()),
        ("RECITAL_PUBLIC_URL", format!("http://{address}")),
        ("RECITAL_LISTEN", address),
        ("RECITAL_OPERATOR_LISTEN", free_address()),
        ("RECITAL_DATABASE__URL", database.url.replace("recital_owner@", "recital_service@")),
        ("RECITAL_DATABASE__OWNER_URL", database.url.clone()),
        ("RECITAL_KEYS__PROVIDER", "local".to_owned()),
        ("RECITAL_KEYS__MASTER_KEY_FILE", "master.key".to_owned()),
        ("RECITAL_MAIL__PROVIDER", "smtp".to_owned()),
        ("RECITAL_MAIL__HOST", smtp.host),
        ("RECITAL_MAIL__PORT", smtp.port.to_string()),
        ("RECITAL_MAIL__FROM", smtp.from),
        ("RECITAL_MAIL__USERNAME", smtp.username.expect("a user")),
        ("RECITAL_MAIL__PASSWORD", SMTP_PASSWORD.to_owned()),
        ("RECITAL_MAIL__CA_FILE", "ca.pem".to_owned()),
        ("RECITAL_LOG__FORMAT", "json".to_owned()),
        ("RECITAL_LOG__LEVEL", "trace".to_owned()),
        ("RUST_BACKTRACE", "1".to_owned()),
    ]
}

impl Service {
    async fn start(engine: Engine) -> Self {
        let database = Database::empty(engine).await.expect("a database");
        let mails = SmtpServer::start();
        let settings = settings(&database, &mails);
        let folder = database.folder.path();
        let run = async |arguments: &[&str]| {
            let ended = Program::start(BINARY, folder, arguments, &settings).end().await;
            assert_eq!(ended.code, Some(0), "{}", ended.err);
            ended.out
        };
        run(&["migrate"]).await;
        let owner =
            ["tenant", "create", "--slug", "acme", "--name", "Acme", "--owner-email", "owner@example.org", "--json"];
        let tenant: Value = serde_json::from_str(&run(&owner).await).expect("JSON");
        let setting = |name: &str| settings.iter().find(|(setting, _)| *setting == name).expect("set").1.clone();
        let url = setting("RECITAL_PUBLIC_URL");
        let client = Client::new(&url, tenant["apiKey"].as_str().expect("a key"));
        let serve = ["-c", "exec \"$0\" serve >service.log 2>&1", BINARY];
        let program = Program::start("/bin/sh", folder, serve, &settings);
        let service = Self { program, mails, url, operator: setting("RECITAL_OPERATOR_LISTEN"), client, database };
        service.is_ready().await;
        service
    }

    async fn is_ready(&self) {
        for _ in 0..600 {
            if reqwest::get(format!("{}/readyz", self.url)).await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("not ready: {}", std::fs::read_to_string(self.database.path("service.log")).unwrap_or_default());
    }

    async fn http(&self, method: Method, path: &str, body: String) -> String {
        let request = reqwest::Client::new().request(method, format!("{}{path}", self.url)).body(body);
        let request = request.header("content-type", "application/json").bearer_auth(self.client.key());
        request.send().await.expect("an answer").text().await.expect("text")
    }

    async fn metrics(&self) -> String {
        let answer = reqwest::get(format!("http://{}/metrics", self.operator)).await.expect("metrics");
        assert!(answer.status().is_success());
        answer.text().await.expect("text")
    }
}

const DEFINE: &str = "mutation { definePurpose(input: { key: \"orders\", name: \"Orders\", description: \"Fulfil orders\",
    lawfulBasis: CONTRACT, dataCollected: [\"orders\"], fields: [\"note\"], retention: \"P1Y\", storageLocation: \"EU\" }) {
    purpose { key } }
    second: definePurpose(input: { key: \"news\", name: \"News\", description: \"Send news\", lawfulBasis: CONSENT,
    dataCollected: [\"orders\"], retention: \"P1Y\", storageLocation: \"EU\" }) { purpose { key } } }";
const REGISTER: &str = "mutation($input: RegisterSubjectInput!) { registerSubject(input: $input) { subject { id } } }";
const UPDATE: &str = "mutation($id: ID!, $attributes: JSON!) { updateProfile(input: { subject: { id: $id }, attributes: $attributes }) { subject { id } } }";
const STORE: &str =
    "mutation($records: [PersonalRecordInput!]!) { storeRecords(input: { records: $records }) { records { id } } }";
const TOKENISE: &str = "mutation($id: ID!, $values: [String!]!, $stable: Boolean, $purpose: String!) {
    tokenise(input: { subject: { id: $id }, purpose: $purpose, values: $values, stable: $stable }) { tokens } }";
const CONSENT: &str =
    "mutation($id: ID!, $notice: String) { recordConsent(input: { subject: { id: $id }, purpose: \"news\",
    given: true, policyVersion: \"1\", method: WEB_FORM, noticeText: $notice }) { consent { id } } }";
const WITHDRAW: &str = "mutation($id: ID!, $reason: String) { withdrawConsent(input: { subject: { id: $id }, purpose: \"news\", reason: $reason }) { consent { id } } }";
const OPEN: &str =
    "mutation($input: OpenSubjectRequestInput!) { openSubjectRequest(input: $input) { request { id } } }";
const SEE: &str = "query($id: ID!) { subject(ref: { id: $id }) { externalId profile { attributes } records { edges { node { payload } } } } }";

/// What is stored, sealed: every entry for personal values that there is. Answers the subject's id.
async fn feed(service: &Service, canary: &Canary) -> String {
    let ask = async |query: &str, variables: Value| service.client.ask(query, variables).await;
    ask(DEFINE, json!({})).await;
    let person = json!({ "externalId": canary.at("external id"), "email": canary.email("subject"), "idempotencyKey": canary.at("key"),
        "attributes": { "name": canary.at("name"), "address": { "lines": [canary.at("line")] } } });
    let registered = ask(REGISTER, json!({ "input": person })).await;
    let id = registered["registerSubject"]["subject"]["id"].as_str().expect("an id").to_owned();
    ask(
        UPDATE,
        json!({ "id": id, "attributes": { "nickname": canary.at("nickname"), "email": canary.email("changed") } }),
    )
    .await;
    let payload = json!({ "note": canary.at("payload"), "dropped": canary.at("dropped") });
    ask(STORE, json!({ "records": [{ "subject": { "id": id }, "dataType": "orders", "purpose": "orders", "payload": payload }] })).await;
    for stable in [false, true] {
        ask(TOKENISE, json!({ "id": id, "purpose": "orders", "values": [canary.at("token")], "stable": stable })).await;
    }
    let rows = json!([{ "note": canary.at("row"), "user_id": canary.at("user") }]);
    ask(
        "mutation($rows: [JSON!]!) { anonymise(input: { purpose: \"orders\", data: $rows }) { data } }",
        json!({ "rows": rows }),
    )
    .await;
    // A notice is the same for everybody it is shown to: it tells of nobody and is kept as it is.
    ask(CONSENT, json!({ "id": id, "notice": "We send news." })).await;
    ask(WITHDRAW, json!({ "id": id, "reason": canary.at("withdrawal") })).await;
    feed_requests(service, canary, &id).await;
    let notes = json!({ "id": id, "hold": canary.at("hold"), "title": canary.at("title"), "text": canary.at("incident"),
        "name": canary.at("member"), "email": canary.email("member"), "reason": canary.at("rotation"), "statement": canary.at("statement") });
    ask("mutation($id: ID!, $hold: String!, $title: String!, $text: String!, $name: String!, $email: EmailAddress!, $reason: String!, $statement: String!) {
        placeLegalHold(input: { subject: { id: $id }, reason: $hold }) { hold { id } }
        reportIncident(input: { title: $title, severity: HIGH, detectedAt: \"2026-01-01T00:00:00Z\", description: $text }) { incident { id } }
        inviteMember(input: { name: $name, email: $email, role: AUDITOR }) { member { id } }
        rotateTenantKey(input: { reason: $reason }) { keys { currentVersion } }
        recordAttestation(input: { key: \"dpia\", statement: $statement }) { key } }", notes).await;
    let seen = ask(SEE, json!({ "id": id })).await["subject"].clone();
    assert_eq!(seen["profile"]["attributes"]["name"], canary.at("name"), "it is there, for those who may open it");
    assert_eq!(seen["records"]["edges"][0]["node"]["payload"], json!({ "note": canary.at("payload") }));
    id
}

async fn feed_requests(service: &Service, canary: &Canary, id: &str) {
    let open = async |input: Value| {
        let mut whole = json!({ "subject": { "id": id } });
        whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        let opened = service.client.ask(OPEN, json!({ "input": whole })).await;
        opened["openSubjectRequest"]["request"]["id"].clone()
    };
    let corrections = json!({ "city": canary.at("correction") });
    open(json!({ "type": "RECTIFICATION", "corrections": corrections, "note": canary.at("note"), "identityVerified": true })).await;
    open(json!({ "type": "ACCESS", "identityVerified": true })).await;
    let request = open(json!({ "type": "RESTRICTION", "note": canary.at("request note") })).await;
    let decide = "mutation($id: ID!, $evidence: String!, $reason: String!) {
        extendSubjectRequest(input: { id: $id, reason: $reason }) { request { id } }
        verifyIdentity(input: { id: $id, evidence: $evidence }) { request { id } } }";
    let texts = json!({ "id": request, "evidence": canary.at("evidence"), "reason": canary.at("extension") });
    service.client.ask(decide, texts).await;
    let other = open(json!({ "type": "PORTABILITY" })).await;
    let reject = "mutation($id: ID!, $text: String!) { rejectSubjectRequest(input: { id: $id, reason: IDENTITY_NOT_VERIFIED, explanation: $text }) { request { id } } }";
    service.client.ask(reject, json!({ "id": other, "text": canary.at("explanation") })).await;
}

/// A second person's mail, the page behind it, and what they enter there.
async fn feed_pages(service: &Service, canary: &Canary) {
    let person = json!({ "externalId": canary.at("reader"), "email": canary.email("reader"), "attributes": { "name": canary.at("reader") } });
    let registered = service.client.ask(REGISTER, json!({ "input": person })).await;
    let ask = "mutation($id: ID!) { requestReverification(input: { subject: { id: $id } }) { reverification { id } } }";
    service.client.ask(ask, json!({ "id": registered["registerSubject"]["subject"]["id"] })).await;
    let link = service.link_to(&canary.email("reader")).await;
    let page = reqwest::get(&link).await.expect("a page").text().await.expect("text");
    assert!(page.contains(&canary.at("reader")), "the person sees their own data");
    let (name, odd) = (canary.at("corrected"), canary.at("odd field"));
    for (action, version) in [(canary.at("action"), "1"), ("correct".to_owned(), "9"), ("correct".to_owned(), "1")] {
        let form = [("action", action.as_str()), ("version", version), ("field:name", &name), (&odd, &odd)];
        reqwest::Client::new().post(&link).form(&form).send().await.expect("an answer");
    }
}

/// Files: their content, their names, and what is refused of them.
async fn feed_files(service: &Service, canary: &Canary) {
    let person = json!({ "input": { "externalId": canary.at("file owner") } });
    let id = service.client.ask(REGISTER, person).await["registerSubject"]["subject"]["id"].take();
    let id = id.as_str().expect("an id");
    let name: String = url::form_urlencoded::byte_serialize(canary.at("file name").as_bytes()).collect();
    let put = |media_type: String| {
        let request = reqwest::Client::new().put(format!("{}/files", service.url)).bearer_auth(service.client.key());
        let request = request.header("recital-subject-id", id).header("recital-data-type", "orders");
        let request = request.header("recital-purpose", "orders").header("recital-file-name", name.replace('+', "%20"));
        request.header("content-type", media_type).body(canary.at("content").repeat(1000)).send()
    };
    let stored = put("text/plain".to_owned()).await.expect("an answer");
    assert!(stored.status().is_success(), "{stored:?}");
    let stored: Value = stored.json().await.expect("JSON");
    put(canary.plain.clone()).await.expect("an answer");
    let path = format!("/files/{}", stored["id"].as_str().expect("an id"));
    assert!(service.http(Method::GET, &path, String::new()).await.contains(&canary.at("content")));
    service.http(Method::GET, &format!("/files/{}", canary.plain), String::new()).await;
}

/// What is refused, and what is no request at all.
async fn feed_mistakes(service: &Service, canary: &Canary, id: &str) {
    let value = canary.at("mistake");
    for (query, variables) in [
        (REGISTER, json!({ "input": { "externalId": value, "email": value } })),
        (REGISTER, json!({ "input": { "email": canary.email("subject"), "locale": value } })),
        (REGISTER, json!({ "input": { "externalId": "x", "attributes": { value.clone(): value } } })),
        (REGISTER, json!({ "input": { "externalId": { "wrong": value } } })),
        (REGISTER, json!({ "input": { value.clone(): value } })),
        (REGISTER, json!({ "input": value })),
        (UPDATE, json!({ "id": value, "attributes": { "name": value } })),
        (UPDATE, json!({ "id": id, "attributes": { "email": value } })),
        (
            STORE,
            json!({ "records": [{ "subject": { "email": canary.email("nobody") }, "dataType": value, "purpose": value, "payload": { "note": value } }] }),
        ),
        (
            STORE,
            json!({ "records": [{ "subject": { "id": id }, "dataType": value, "purpose": "orders", "payload": { "note": value } }] }),
        ),
        (
            STORE,
            json!({ "records": [{ "subject": { "externalId": value }, "dataType": "orders", "purpose": "orders", "payload": value }] }),
        ),
        (TOKENISE, json!({ "id": id, "purpose": "orders", "values": [value.repeat(100)] })),
        (TOKENISE, json!({ "id": id, "purpose": value, "values": [value] })),
        (TOKENISE, json!({ "id": id, "purpose": "news", "values": [value] })),
        (
            OPEN,
            json!({ "input": { "type": "RECTIFICATION", "subject": { "email": canary.email("nobody") }, "corrections": { "name": value } } }),
        ),
        (OPEN, json!({ "input": { "type": value, "subject": { "id": id } } })),
        ("query($v: ID!) { node(id: $v) { id } subjects(after: $v) { totalCount } }", json!({ "v": value })),
        (
            "mutation($v: String!) { importRegister(input: { purposesYaml: $v }) { created } }",
            json!({ "v": format!("processing_purposes: [{{ {value}") }),
        ),
        (
            "mutation($v: String!) { createWebhookEndpoint(input: { url: $v, events: [\"consent.given\"] }) { secret } }",
            json!({ "v": format!("https://{value}") }),
        ),
    ] {
        service.client.send(query, variables).await;
    }
    let quoted = value.replace(' ', "_");
    for query in
        [format!("{{ subject(ref: {{ email: \"{value}\" }}) {{ {quoted} }} }}"), format!("{{ {value}"), value.clone()]
    {
        service.client.send(&query, json!({ "v": value })).await;
    }
    let post = async |body: String| service.http(Method::POST, "/graphql", body).await;
    post(format!("{{ \"query\": \"{value}")).await;
    post(json!({ "query": 7, "variables": value }).to_string()).await;
    post(json!({ "query": "{ viewer { kind } }", "operationName": value, "extensions": { "a": value } }).to_string())
        .await;
    let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    for path in
        ["/graphql?query=", "/graphql?query={viewer{kind}}&variables=", "/verify/", "/export/", "/nowhere/", "/?q="]
    {
        service.http(Method::GET, &format!("{path}{encoded}"), String::new()).await;
    }
    Client::new(&service.url, &canary.plain).send("{ viewer { kind } }", json!({})).await;
    let agent = reqwest::Client::new().get(format!("{}/graphql", service.url)).header("user-agent", &canary.plain);
    agent.header("x-forwarded-for", &canary.plain).header("cookie", &canary.plain).send().await.expect("an answer");
}

impl Service {
    /// The link of the mail to that address, once it has come.
    async fn link_to(&self, address: &str) -> String {
        for _ in 0..300 {
            let mails = self.mails.mails(0).await;
            if let Some(mail) = mails.iter().find(|mail| mail.to_string().contains(address)) {
                let text = mail.to_string().replace("\\n", "\n").replace("=\n", "");
                let link = text.split_whitespace().find_map(|word| word.find("/verify/").map(|at| &word[at..]));
                let path = link.expect("a link").trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
                return format!("{}{path}", self.url);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no mail to that address");
    }
}

/// Everywhere a thief could look.
async fn look(service: &Service, search: &Search, since: Option<&str>) -> Vec<String> {
    let database = &service.database;
    let mut found = Vec::new();
    found.extend(search.find(&database.dump().await.expect("a dump")).map(|found| format!("dump: {found}")));
    for segment in database.wal(since).await.expect("the log of changes") {
        found.extend(search.find_in(&segment).expect("readable"));
    }
    let files: &Path = database.folder.path();
    found.extend(search.find_in(files).expect("readable"));
    found.extend(search.find(service.metrics().await.as_bytes()).map(|found| format!("metrics: {found}")));
    found
}

async fn nothing_personal_stands_in_clear_anywhere(engine: Engine) {
    let (canary, planted) = (Canary::hatch(), Canary::hatch());
    let service = Service::start(engine).await;
    let since = service.database.wal_position().await.expect("a position");
    let id = feed(&service, &canary).await;
    feed_files(&service, &canary).await;
    feed_pages(&service, &canary).await;
    feed_mistakes(&service, &canary, &id).await;
    assert_eq!(look(&service, &canary.search(), since.as_deref()).await, Vec::<String>::new());
    let log = std::fs::read_to_string(service.database.path("service.log")).expect("a log");
    assert!(log.contains("\"answered\""), "the log is at its most talkative: {log:.500}");

    // The same search finds what does stand in clear.
    service.database.execute(&format!("UPDATE tenants SET name = '{}'", planted.plain)).await.expect("planted");
    let line = planted.accented.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    std::fs::write(service.database.path("planted.log"), line).expect("planted");
    let found = look(&service, &planted.search(), since.as_deref()).await.join("\n");
    let wal = if engine == Engine::Postgres { "pg_wal/" } else { "recital.db-wal: as it is" };
    for place in ["dump: as it is", wal, "planted.log: hex"] {
        assert!(found.contains(place), "{place} in {found}");
    }

    service.program.signal("TERM").await;
    assert_eq!(service.program.end().await.code, Some(0));
    assert_eq!(canary.search().find_in(service.database.folder.path()).expect("readable"), Vec::<String>::new());
    service.database.remove().await.expect("the database is dropped");
}

on_both_engines! {
    nothing_personal_stands_in_clear_anywhere
}
