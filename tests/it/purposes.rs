//! The registers and the purposes in them.

use recital_domain::{db::PageRequest, evidence};
use recital_tests::{Client, World, both_engines};
use serde_json::{Value, json};

const IMPORT: &str = "mutation($purposes: String, $retention: String, $dryRun: Boolean) {
    importRegister(input: { purposesYaml: $purposes, retentionYaml: $retention, dryRun: $dryRun }) {
        created revised unchanged } }";
const LINT: &str = "query($purposes: String, $retention: String) {
    lintRegister(input: { purposesYaml: $purposes, retentionYaml: $retention }) {
        file line column severity rule message reference } }";
const EXPORT: &str = "{ exportRegister { purposesYaml retentionYaml } }";
const PURPOSE: &str = "query($key: String!) { purpose(key: $key) {
    id key name description lawfulBasis version status dataCollected fields retention storageLocation
    legitimateInterestAssessment specialCategory specialCategoryCondition recipients transfersOutsideEu
    transferSafeguards consentValidFor createdAt updatedAt
    versions { version status lawfulBasis dataCollected fields retention effectiveFrom changedBy } } }";
const DEFINE: &str =
    "mutation($input: DefinePurposeInput!) { definePurpose(input: $input) { purpose { id key version } } }";
const REVISE: &str = "mutation($input: RevisePurposeInput!) { revisePurpose(input: $input) {
    purpose { version name fields recipients consentValidFor versions { version } } } }";
const REVISE_WITH: &str = "mutation($name: String, $fields: [String!], $valid: Period) {
    revisePurpose(input: { key: \"newsletter\", name: $name, fields: $fields, consentValidFor: $valid,
        requireReconsent: false }) { purpose { name fields consentValidFor } } }";
const RETIRE: &str = "mutation($key: String!) { retirePurpose(input: { key: $key }) { purpose { status version } } }";
const CONSENT: &str = "mutation($id: ID!, $purpose: String!) {
    recordConsent(input: { subject: { id: $id }, purpose: $purpose, given: true, policyVersion: \"1\", method: WEB_FORM }) {
        consent { state } } }";
const DECIDE: &str = "query($id: ID!, $purpose: String!) {
    processingDecision(subject: { id: $id }, purpose: $purpose) { allowed reason purposeVersion } }";
const STORE: &str = "mutation($id: ID!) { storeRecords(input: { records: [
            { subject: { id: $id }, dataType: \"opened_mails\", purpose: \"news\", payload: { email: \"ada@example.com\" } }] }) {
            records { expiresAt } } }";
const RECORDS: &str = "query($id: ID!) { subject(ref: { id: $id }) { records { edges { node { expiresAt } } } } }";

/// A register with one purpose, sound as it is.
const NEWS: &str = "\
processing_purposes:
  - id: news
    name: News
    description: Send what is new
    lawful_basis: consent
    data_collected: [contact_details, opened_mails]
    fields: [email]
    retention_period: 12_months
    storage_location: EU
";

/// A register with one data type, sound as it is.
const CHATS: &str = "\
retention_policy:
  data_types:
    - type: chats
      retention: 30_days
      deletion_method: automatic
      legal_basis: no_longer_necessary
  cleanup_schedule: daily
  cleanup_time: 02:00_UTC
";

fn example(name: &str) -> String {
    let path = format!("{}/../docs/examples/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("an example register")
}

async fn import(client: &Client, purposes: &str, retention: &str) -> Value {
    let files = json!({ "purposes": purposes, "retention": retention });
    client.ask(IMPORT, files).await["importRegister"].take()
}

/// Imports the register of purposes alone.
async fn import_purposes(client: &Client, purposes: &str) -> Value {
    client.ask(IMPORT, json!({ "purposes": purposes })).await["importRegister"].take()
}

async fn purpose(client: &Client, key: &str) -> Value {
    client.ask(PURPOSE, json!({ "key": key })).await["purpose"].take()
}

async fn decision(world: &World, subject: &str, purpose: &str) -> Value {
    world.ask(DECIDE, json!({ "id": subject, "purpose": purpose })).await["processingDecision"]["reason"].take()
}

/// The actions of the audit log, newest first, with their details.
async fn audited(world: &World, action: &str) -> Vec<Value> {
    let filter = evidence::AuditFilter { action: Some(action.to_owned()), ..Default::default() };
    let page = PageRequest { first: Some(100), ..Default::default() };
    let entries = evidence::list(&world.app, &world.job("story"), filter, page).await.expect("entries");
    entries.items.into_iter().map(|entry| entry.details).collect()
}

/// Nothing stands in either register.
async fn nothing_is_there(world: &World) -> bool {
    let found = world.ask("{ purposes { totalCount } retentionPolicies { id } dataTypes { key } }", json!({})).await;
    found["purposes"]["totalCount"] == 0 && found["retentionPolicies"] == json!([]) && found["dataTypes"] == json!([])
}

fn newsletter(change: Value) -> Value {
    let mut input = json!({
        "key": "newsletter", "name": "Newsletter", "description": "Send what is new", "lawfulBasis": "CONSENT",
        "dataCollected": ["contact_details"], "retention": "P12M", "storageLocation": "EU",
    });
    let Value::Object(change) = change else { panic!("changes are an object") };
    input.as_object_mut().expect("an object").extend(change);
    json!({ "input": input })
}

both_engines! {
    async fn the_register_files_are_imported_and_change_nothing_the_second_time(world: World) {
        let (purposes, retention) = (example("processing_purposes.yaml"), example("retention_policy.yaml"));
        let keys = json!([
            "agent_interaction", "service_improvement", "legal_compliance", "image_to_3d_conversion",
            "retention:conversation_history", "retention:uploaded_images", "retention:user_preferences",
            "retention:audit_logs", "retention:aggregated_analytics",
        ]);
        let first = import(&world.owner, &purposes, &retention).await;
        assert_eq!(first, json!({ "created": keys, "revised": [], "unchanged": [] }));
        let again = import(&world.owner, &purposes, &retention).await;
        assert_eq!(again, json!({ "created": [], "revised": [], "unchanged": keys }));
        assert_eq!(audited(&world, "register.imported").await.len(), 2);

        let conversion = purpose(&world.owner, "image_to_3d_conversion").await;
        for (field, value) in [
            ("name", json!("Image to 3D Conversion")),
            ("lawfulBasis", json!("CONTRACT")),
            ("dataCollected", json!(["uploaded_images", "generated_models", "ip_address"])),
            ("fields", json!(null)),
            ("retention", json!("PT24H")),
            ("recipients", json!(["3D generation provider (processor)", "CDN provider (model delivery)"])),
            ("transferSafeguards", json!("Standard Contractual Clauses")),
            ("version", json!(1)),
        ] {
            assert_eq!(conversion[field], value, "{field}");
        }
        let improvement = purpose(&world.owner, "service_improvement").await;
        assert_eq!(improvement["legitimateInterestAssessment"], "docs/gdpr/lia-service-improvement.pdf");
        assert_eq!(improvement["fields"], json!(["response_time", "error_code", "model_used"]));
        world.finish().await;
    }

    async fn data_types_join_purposes_and_policies(world: World) {
        world.import_registers().await;
        let asked = world.ask("{ dataTypes { key retention deletionMethod purposes { key } } }", json!({})).await;
        let found = |key: &str| {
            let all = asked["dataTypes"].as_array().expect("a list");
            all.iter().find(|data_type| data_type["key"] == key).cloned().expect("the data type")
        };
        for (key, retention, method, purposes) in [
            ("uploaded_images", "PT24H", "AUTOMATIC", json!([{ "key": "image_to_3d_conversion" }])),
            ("user_preferences", "UNTIL_ACCOUNT_DELETION", "ON_REQUEST", json!([{ "key": "agent_interaction" }])),
            ("aggregated_analytics", "INDEFINITE", "NOT_APPLICABLE", json!([])),
            ("error_rates", "P365D", "AUTOMATIC", json!([{ "key": "service_improvement" }])),
        ] {
            let expected = json!({ "key": key, "retention": retention, "deletionMethod": method, "purposes": purposes });
            assert_eq!(found(key), expected);
        }
        assert_eq!(asked["dataTypes"].as_array().map(Vec::len), Some(12));
        world.ask(RETIRE, json!({ "key": "service_improvement" })).await;
        let left = world.ask("{ dataTypes { key } }", json!({})).await;
        assert_eq!(left["dataTypes"].as_array().map(Vec::len), Some(9), "a retired purpose collects nothing");
        world.finish().await;
    }

    async fn a_faulty_register_of_purposes_imports_nothing_and_says_where(world: World) {
        let twice = format!("storage_location: EU\n{}", NEWS.trim_start_matches("processing_purposes:\n"));
        for (from, to, place, reason) in [
            ("basis: consent", "basis: because", "line 5, column 19", "UNKNOWN_LAWFUL_BASIS"),
            ("basis: consent", "basis: legitimate_interests", "line 5, column 19", "ASSESSMENT_REQUIRED"),
            ("12_months", "twelve months", "line 8, column 23", "INVALID_PERIOD"),
            ("name: News", "nome: News", "line 3, column 5", "UNKNOWN_KEY"),
            ("name: News", "name: ''", "line 3, column 11", "EMPTY"),
            ("    name: News\n", "", "line 2, column 5", "MISSING_KEY"),
            ("storage_location: EU\n", twice.as_str(), "line 10, column 9", "DUPLICATE_ID"),
            ("location: EU", "location: US\n    transfers_outside_eu: true", "line 10, column 27", "SAFEGUARDS_REQUIRED"),
            ("basis: consent", "basis: contract\n    special_category: true", "line 6, column 23", "CONDITION_REQUIRED"),
            ("[email]", "[email, email]", "line 7, column 21", "DUPLICATE_ENTRY"),
            ("name: News", "name: 'News", "line 4, column 5", "MALFORMED_YAML"),
        ] {
            assert!(NEWS.contains(from), "{from}");
            let files = json!({ "purposes": NEWS.replace(from, to), "retention": CHATS });
            let refusal = world.owner.refused(IMPORT, files).await;
            assert!(refusal.is("BAD_USER_INPUT", reason), "{to}: {refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some("purposesYaml"));
            assert!(refusal.message.starts_with(&format!("{place}: ")), "{to}: {refusal:?}");
        }
        let large = format!("# {}\n{NEWS}", "x".repeat(1024 * 1024));
        let refusal = world.owner.refused(IMPORT, json!({ "purposes": large })).await;
        assert_eq!(refusal.code, "BAD_USER_INPUT", "{refusal:?}");
        assert!(nothing_is_there(&world).await);
        assert!(audited(&world, "register.imported").await.is_empty());
        world.finish().await;
    }

    async fn a_faulty_register_of_retention_imports_nothing_and_says_where(world: World) {
        for (from, to, place, reason) in [
            ("30_days", "a while", "line 4, column 18", "INVALID_PERIOD"),
            ("30_days", "indefinite", "line 4, column 18", "PERIOD_WITHOUT_END"),
            ("automatic", "by_hand", "line 5, column 24", "UNKNOWN_DELETION_METHOD"),
            ("legal_basis", "ground", "line 6, column 7", "UNKNOWN_KEY"),
            ("daily", "hourly", "line 7, column 21", "INVALID_CLEANUP"),
            ("02:00_UTC", "02:00", "line 8, column 17", "INVALID_CLEANUP"),
        ] {
            let files = json!({ "purposes": NEWS, "retention": CHATS.replace(from, to) });
            let refusal = world.owner.refused(IMPORT, files).await;
            assert!(refusal.is("BAD_USER_INPUT", reason), "{to}: {refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some("retentionYaml"));
            assert!(refusal.message.starts_with(&format!("{place}: ")), "{to}: {refusal:?}");
        }
        assert!(nothing_is_there(&world).await);
        world.finish().await;
    }

    async fn all_faults_of_both_files_are_told_at_once(world: World) {
        let purposes = NEWS.replace("basis: consent", "basis: because").replace("12_months", "soon");
        let files = json!({ "purposes": purposes, "retention": CHATS.replace("automatic", "by_hand") });
        let refusal = world.owner.refused(IMPORT, files).await;
        for place in ["line 5, column 19: ", "line 8, column 23: ", "retentionYaml line 5, column 24: "] {
            assert!(refusal.message.contains(place), "{refusal:?}");
        }
        assert!(!refusal.message.contains("because"), "a value came back: {refusal:?}");
        let neither = world.owner.refused(IMPORT, json!({})).await;
        assert!(neither.is("BAD_USER_INPUT", "NO_REGISTER"), "{neither:?}");
        world.finish().await;
    }

    async fn a_dry_run_answers_the_same_and_changes_nothing(world: World) {
        let mut files = json!({ "purposes": NEWS, "retention": CHATS.replace("02:00_UTC", "03:30_Europe/Berlin") });
        let run = files.clone();
        files["dryRun"] = json!(true);
        let told = world.ask(IMPORT, files.clone()).await;
        assert_eq!(told["importRegister"]["created"], json!(["news", "retention:chats"]));
        assert_eq!(told["importRegister"]["revised"], json!(["cleanup:schedule"]));
        assert!(nothing_is_there(&world).await);
        assert_eq!(told, world.ask(IMPORT, run).await);
        let again = world.ask(IMPORT, files).await;
        assert_eq!(again["importRegister"], json!({ "created": [], "revised": [], "unchanged": ["news", "retention:chats"] }));
        assert_eq!(audited(&world, "register.checked").await.len(), 2);
        assert_eq!(audited(&world, "register.imported").await.len(), 1);
        let export = world.ask(EXPORT, json!({})).await;
        let retention = export["exportRegister"]["retentionYaml"].as_str().expect("a file");
        assert!(retention.contains("03:30_Europe/Berlin"), "{retention}");
        world.finish().await;
    }

    async fn an_import_that_goes_beyond_what_was_consented_to_asks_for_new_consent(world: World) {
        import_purposes(&world.owner, NEWS).await;
        let ada = world.subject("ada").await;
        world.ask(CONSENT, json!({ "id": ada, "purpose": "news" })).await;

        let narrower = NEWS.replace(", opened_mails", "").replace("Send what is new", "Send the news");
        assert_eq!(import_purposes(&world.owner, &narrower).await["revised"], json!(["news"]));
        assert_eq!(decision(&world, &ada, "news").await, "CONSENT_GIVEN", "narrowing keeps consents");

        assert_eq!(import_purposes(&world.owner, NEWS).await["revised"], json!(["news"]));
        assert_eq!(decision(&world, &ada, "news").await, "RECONSENT_NEEDED", "more data needs a new consent");
        let entries = audited(&world, "register.imported").await;
        let renewed: Vec<_> = entries.iter().map(|details| details["reconsent"].clone()).collect();
        assert_eq!(renewed, [json!(["news"]), json!([]), json!([])]);
        world.finish().await;
    }

    async fn a_purpose_is_defined_once_and_held_to_the_law(world: World) {
        for (change, field, reason) in [
            (json!({ "key": "two words" }), "key", "INVALID_KEY"),
            (json!({ "name": " " }), "name", "EMPTY"),
            (json!({ "dataCollected": [] }), "dataCollected", "EMPTY"),
            (json!({ "dataCollected": ["a", "a"] }), "dataCollected.1", "DUPLICATE_ENTRY"),
            (json!({ "fields": ["a..b"] }), "fields.0", "INVALID_ENTRY"),
            (json!({ "lawfulBasis": "LEGITIMATE_INTERESTS" }), "legitimateInterestAssessment", "ASSESSMENT_REQUIRED"),
            (json!({ "lawfulBasis": "CONTRACT", "specialCategory": true }), "specialCategoryCondition", "CONDITION_REQUIRED"),
            (json!({ "transfersOutsideEu": true }), "transferSafeguards", "SAFEGUARDS_REQUIRED"),
        ] {
            let refusal = world.owner.refused(DEFINE, newsletter(change)).await;
            assert!(refusal.is("BAD_USER_INPUT", reason), "{refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some(field), "{refusal:?}");
        }
        let defined = world.ask(DEFINE, newsletter(json!({}))).await;
        assert_eq!(defined["definePurpose"]["purpose"]["version"], 1);
        assert!(world.owner.refused(DEFINE, newsletter(json!({}))).await.is("CONFLICT", "KEY_TAKEN"));
        assert_eq!(audited(&world, "purpose.defined").await.len(), 1);
        assert_eq!(world.ask(PURPOSE, json!({ "key": "nothing" })).await["purpose"], json!(null));
        world.finish().await;
    }

    async fn a_revision_is_a_version_and_asks_for_new_consent_when_told_to(world: World) {
        world.ask(DEFINE, newsletter(json!({ "fields": ["email"], "consentValidFor": "P2Y" }))).await;
        let ada = world.subject("ada").await;
        world.ask(CONSENT, json!({ "id": ada, "purpose": "newsletter" })).await;
        let revise = |change: Value| {
            let mut input = json!({ "key": "newsletter", "requireReconsent": false });
            input.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
            json!({ "input": input })
        };

        let renamed = world.ask(REVISE, revise(json!({ "name": "News", "consentValidFor": null }))).await;
        assert_eq!(renamed["revisePurpose"]["purpose"]["version"], 2);
        assert_eq!(renamed["revisePurpose"]["purpose"]["consentValidFor"], json!(null), "null clears");
        assert_eq!(renamed["revisePurpose"]["purpose"]["fields"], json!(["email"]), "left out stays");
        assert_eq!(decision(&world, &ada, "newsletter").await, "CONSENT_GIVEN");

        let same = world.ask(REVISE, revise(json!({ "name": "News" }))).await;
        assert_eq!(same["revisePurpose"]["purpose"]["version"], 2, "the same again is no version");

        world.ask(REVISE, revise(json!({ "requireReconsent": true }))).await;
        assert_eq!(decision(&world, &ada, "newsletter").await, "RECONSENT_NEEDED");
        world.ask(CONSENT, json!({ "id": ada, "purpose": "newsletter" })).await;
        assert_eq!(decision(&world, &ada, "newsletter").await, "CONSENT_GIVEN");

        let refusal = world.owner.refused(REVISE, revise(json!({ "lawfulBasis": "LEGITIMATE_INTERESTS" }))).await;
        assert!(refusal.is("BAD_USER_INPUT", "ASSESSMENT_REQUIRED"), "{refusal:?}");
        let versions = purpose(&world.owner, "newsletter").await["versions"].take();
        let numbers: Vec<_> = versions.as_array().expect("a list").iter().map(|version| &version["version"]).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert!(versions[2]["changedBy"].as_str().expect("an actor").starts_with("api_key:"));
        world.finish().await;
    }

    async fn every_version_is_kept_whole_with_who_made_it_and_what_it_changed(world: World) {
        const VERSIONS: &str = "{ purpose(key: \"newsletter\") { versions { version status name description dataCollected
            recipients storageLocation consentValidFor transfersOutsideEu transferSafeguards specialCategory
            changedFields requiresReconsent changedBy effectiveFrom } } }";
        world.ask(DEFINE, newsletter(json!({ "consentValidFor": "P2Y" }))).await;
        world.advance(chrono::TimeDelta::days(1));
        let second = json!({ "key": "newsletter", "name": "News", "recipients": ["Mail provider"],
            "transfersOutsideEu": true, "transferSafeguards": "SCC", "requireReconsent": true });
        world.ask(REVISE, json!({ "input": second })).await;
        world.advance(chrono::TimeDelta::days(1));
        world.ask(RETIRE, json!({ "key": "newsletter" })).await;
        let versions = world.ask(VERSIONS, json!({})).await["purpose"]["versions"].take();
        for (at, status, name, changed, reconsent) in [
            (0, "ACTIVE", "Newsletter", json!([]), false),
            (1, "ACTIVE", "News", json!(["name", "recipients", "transferSafeguards", "transfersOutsideEu"]), true),
            (2, "RETIRED", "News", json!(["status"]), false),
        ] {
            let version = &versions[at];
            assert_eq!((&version["status"], &version["name"]), (&json!(status), &json!(name)), "{version}");
            assert_eq!((&version["changedFields"], &version["requiresReconsent"]), (&changed, &json!(reconsent)));
            assert!(version["changedBy"].as_str().expect("an actor").starts_with("api_key:"));
            assert_eq!(version["consentValidFor"], "P2Y");
        }
        assert_eq!(versions[0]["recipients"], json!([]));
        assert_eq!(versions[1]["transferSafeguards"], "SCC");
        assert!(versions[1]["effectiveFrom"].as_str() > versions[0]["effectiveFrom"].as_str());
        world.finish().await;
    }

    async fn a_register_is_looked_over_before_it_is_imported(world: World) {
        let lint = async |files: Value| -> Vec<Value> {
            let found = world.ask(LINT, files).await["lintRegister"].take();
            found.as_array().expect("a list").clone()
        };
        let rules = |found: &[Value]| -> Vec<String> {
            let rule = |finding: &Value| format!("{} {} {}", finding["severity"], finding["rule"], finding["line"]);
            found.iter().map(|finding| rule(finding).replace('"', "")).collect()
        };
        let doubtful = NEWS.replace("storage_location: EU", "storage_location: US").replace("    fields: [email]\n", "");
        let found = lint(json!({ "purposes": doubtful })).await;
        assert_eq!(rules(&found), ["WARNING NOT_NARROWED 2", "WARNING TRANSFER_NOT_STATED 8"]);
        assert_eq!(found[1]["reference"], "GDPR Article 44");
        assert_eq!((&found[1]["file"], &found[1]["column"]), (&json!("PURPOSES"), &json!(23)));

        let chats = CHATS.replace("chats", "contact_details");
        let found = lint(json!({ "purposes": NEWS, "retention": chats })).await;
        let expected = ["WARNING NO_RETENTION_POLICY 6", "WARNING LONGER_THAN_DATA_TYPE 8"];
        assert_eq!(rules(&found), expected, "opened_mails has no policy, and a year is more than 30 days");

        let faulty = doubtful.replace("lawful_basis: consent", "lawful_basis: legitimate_interests");
        let found = lint(json!({ "purposes": faulty, "retention": CHATS.replace("30_days", "a_while") })).await;
        assert_eq!(rules(&found), ["ERROR ASSESSMENT_REQUIRED 5", "ERROR INVALID_PERIOD 4"]);
        assert_eq!(found[0]["reference"], "GDPR Article 6(1)(f)");
        let blocked = world.owner.refused(IMPORT, json!({ "purposes": faulty })).await;
        assert!(blocked.is("BAD_USER_INPUT", "ASSESSMENT_REQUIRED"), "errors block: {blocked:?}");
        assert!(nothing_is_there(&world).await, "looking changes nothing");

        const TOLD: &str = "mutation($purposes: String, $retention: String, $dryRun: Boolean) {
            importRegister(input: { purposesYaml: $purposes, retentionYaml: $retention, dryRun: $dryRun }) {
                created findings { severity rule line } } }";
        for dry_run in [true, false] {
            let told = world.ask(TOLD, json!({ "purposes": doubtful, "dryRun": dry_run })).await["importRegister"].take();
            assert_eq!(told["created"], json!(["news"]), "warnings are told and block nothing");
            let findings = told["findings"].as_array().expect("a list").clone();
            assert_eq!(rules(&findings), ["WARNING NOT_NARROWED 2", "WARNING TRANSFER_NOT_STATED 8"]);
        }
        let found = lint(json!({ "retention": CHATS })).await;
        assert_eq!(rules(&found), ["WARNING UNUSED_DATA_TYPE 3"], "what is there already is known");
        world.ask(RETIRE, json!({ "key": "news" })).await;
        let found = lint(json!({ "purposes": NEWS })).await;
        assert_eq!(rules(&found), ["ERROR PURPOSE_RETIRED 2"]);
        assert!(world.owner.refused(LINT, json!({})).await.is("BAD_USER_INPUT", "NO_REGISTER"));
        world.finish().await;
    }

    async fn a_variable_without_a_value_changes_nothing(world: World) {
        world.ask(DEFINE, newsletter(json!({ "fields": ["email"], "consentValidFor": "P2Y" }))).await;
        let revised = world.ask(REVISE_WITH, json!({ "name": "News", "valid": null })).await;
        let expected = json!({ "name": "News", "fields": ["email"], "consentValidFor": null });
        assert_eq!(revised["revisePurpose"]["purpose"], expected);
        world.finish().await;
    }

    async fn a_retired_purpose_allows_nothing_and_stays_retired(world: World) {
        import_purposes(&world.owner, NEWS).await;
        let ada = world.subject("ada").await;
        world.ask(CONSENT, json!({ "id": ada, "purpose": "news" })).await;
        let retired = world.ask(RETIRE, json!({ "key": "news" })).await;
        assert_eq!(retired["retirePurpose"]["purpose"], json!({ "status": "RETIRED", "version": 2 }));
        assert_eq!(decision(&world, &ada, "news").await, "PURPOSE_RETIRED");

        assert!(world.owner.refused(RETIRE, json!({ "key": "news" })).await.is("CONFLICT", "PURPOSE_RETIRED"));
        let revision = json!({ "input": { "key": "news", "requireReconsent": true } });
        assert!(world.owner.refused(REVISE, revision).await.is("CONFLICT", "PURPOSE_RETIRED"));
        let refusal = world.owner.refused(IMPORT, json!({ "purposes": NEWS })).await;
        assert!(refusal.is("BAD_USER_INPUT", "PURPOSE_RETIRED"), "{refusal:?}");
        assert!(refusal.message.starts_with("line 2, column 9: "), "{refusal:?}");
        let listed = world.ask("{ purposes(filter: { status: RETIRED }) { edges { node { key } } } }", json!({})).await;
        assert_eq!(listed["purposes"]["edges"], json!([{ "node": { "key": "news" } }]));
        assert_eq!(world.ask(EXPORT, json!({})).await["exportRegister"]["purposesYaml"], "processing_purposes: []\n");
        world.finish().await;
    }

    async fn an_export_says_everything_that_an_import_needs(world: World) {
        world.import_registers().await;
        for (key, text) in [("quoted", "she said: 'yes' # \"no\"\n\n  indented\nend "), ("plain_words", "null")] {
            let awkward = json!({
                "key": key, "name": text, "description": text, "retention": "P1Y6M", "fields": ["null", "a.b", "ä"],
                "dataCollected": ["yes", "1e3"], "recipients": ["- one", "*two"], "specialCategory": true,
                "specialCategoryCondition": text, "transfersOutsideEu": true, "transferSafeguards": text,
                "consentValidFor": "P1Y",
            });
            world.ask(DEFINE, newsletter(awkward)).await;
        }
        let export = world.ask(EXPORT, json!({})).await["exportRegister"].take();
        let files = (export["purposesYaml"].as_str().expect("a file"), export["retentionYaml"].as_str().expect("a file"));
        let again = import(&world.owner, files.0, files.1).await;
        assert_eq!((again["created"].clone(), again["revised"].clone()), (json!([]), json!([])));
        assert_eq!(again["unchanged"].as_array().map(Vec::len), Some(11));

        let (_, other) = world.another_tenant("other").await;
        let there = import(&other, files.0, files.1).await;
        assert_eq!(there["created"].as_array().map(Vec::len), Some(11));
        assert_eq!(other.ask(EXPORT, json!({})).await["exportRegister"], export);
        world.finish().await;
    }

    async fn another_tenants_purposes_do_not_exist(world: World) {
        import_purposes(&world.owner, NEWS).await;
        let id = purpose(&world.owner, "news").await["id"].take();
        let (_, other) = world.another_tenant("other").await;
        assert_eq!(purpose(&other, "news").await, json!(null));
        assert_eq!(other.ask("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await["node"], json!(null));
        let seen = other.ask("{ purposes { totalCount edges { cursor } } dataTypes { key } }", json!({})).await;
        assert_eq!(seen, json!({ "purposes": { "totalCount": 0, "edges": [] }, "dataTypes": [] }));
        let revision = json!({ "input": { "key": "news", "name": "Mine", "requireReconsent": true } });
        assert!(other.refused(REVISE, revision).await.is("NOT_FOUND", "NOT_FOUND"));
        assert!(other.refused(RETIRE, json!({ "key": "news" })).await.is("NOT_FOUND", "NOT_FOUND"));

        let theirs = import_purposes(&other, &NEWS.replace("name: News", "name: Theirs")).await;
        assert_eq!(theirs["created"], json!(["news"]), "the same key is free there");
        assert_eq!(purpose(&world.owner, "news").await["name"], "News");
        world.finish().await;
    }

    async fn only_who_may_write_purposes_imports_them(world: World) {
        for role in ["SUPPORT", "AUDITOR"] {
            let client = world.client(role).await;
            let refusal = client.refused(IMPORT, json!({ "purposes": NEWS })).await;
            assert!(refusal.is("FORBIDDEN", "PERMISSION_REQUIRED"), "{role}: {refusal:?}");
            assert!(client.refused(RETIRE, json!({ "key": "news" })).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
            client.ask("{ purposes { edges { node { key } } } }", json!({})).await;
        }
        assert_eq!(audited(&world, "purpose.write").await.len(), 4, "refused attempts are on the record");
        let developer = world.client("DEVELOPER").await;
        assert_eq!(import(&developer, NEWS, CHATS).await["created"], json!(["news", "retention:chats"]));
        world.finish().await;
    }

    async fn imports_at_the_same_time_create_each_purpose_once(world: World) {
        let imports = (0..6).map(|_| import(&world.owner, NEWS, CHATS));
        let answers = futures::future::join_all(imports).await;
        let created = answers.iter().filter(|answer| answer["created"] == json!(["news", "retention:chats"])).count();
        let unchanged = answers.iter().filter(|answer| answer["unchanged"] == json!(["news", "retention:chats"])).count();
        assert_eq!((created, unchanged), (1, 5), "{answers:?}");
        assert_eq!(purpose(&world.owner, "news").await["versions"].as_array().map(Vec::len), Some(1));
        world.finish().await;
    }

    async fn a_shorter_period_reaches_the_records_that_are_stored(world: World) {
        import_purposes(&world.owner, NEWS).await;
        let ada = world.subject("ada").await;
        world.ask(CONSENT, json!({ "id": ada, "purpose": "news" })).await;
        let stored = world.ask(STORE, json!({ "id": ada })).await;
        assert_eq!(stored["storeRecords"]["records"][0]["expiresAt"], "2027-03-01T09:00:00+00:00");
        import_purposes(&world.owner, &NEWS.replace("12_months", "30_days")).await;
        world.drain().await;
        let kept = world.ask(RECORDS, json!({ "id": ada })).await;
        assert_eq!(kept["subject"]["records"]["edges"][0]["node"]["expiresAt"], "2026-03-31T09:00:00+00:00");
        world.finish().await;
    }
}
