//! The Article 30 record and the privacy policy.

use aws_lc_rs::digest::{SHA256, digest};
use recital_tests::{World, both_engines};
use serde_json::{Value, json};

const RECORD: &str = "query($format: ProcessingRecordFormat!) { processingRecord(format: $format) {
    mediaType body generatedAt sha256 } }";
const POLICY: &str = "query($locale: String!) { privacyPolicy(locale: $locale) { mediaType body sha256 } }";
const STORE: &str = "mutation($subject: ID!) { storeRecords(input: { records: [{ subject: { id: $subject },
    dataType: \"uploaded_images\", purpose: \"image_to_3d_conversion\", payload: { note: \"Lovelace\" } }] }) {
    records { id } } }";

async fn record(world: &World, format: &str) -> Value {
    let document = world.ask(RECORD, json!({ "format": format })).await["processingRecord"].take();
    let body = document["body"].as_str().unwrap();
    let sum: String = digest(&SHA256, body.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(document["sha256"], sum, "the sum is of the body");
    document
}

fn activity<'a>(document: &'a Value, key: &str) -> &'a Value {
    document["activities"].as_array().unwrap().iter().find(|entry| entry["key"] == key).expect("the purpose")
}

both_engines! {
    async fn the_record_says_what_the_register_says_and_counts_what_is_held(world: World) {
        world.import_registers().await;
        let read = async || serde_json::from_str::<Value>(record(&world, "JSON").await["body"].as_str().unwrap()).unwrap();
        let before = read().await;
        assert_eq!(before["controller"]["name"], "acme controller");
        let purpose = activity(&before, "image_to_3d_conversion");
        assert_eq!((&purpose["records"], &purpose["dataSubjects"]), (&json!(0), &json!(0)));
        assert!(purpose["legalReference"].as_str().unwrap().starts_with("GDPR Article 6(1)("));
        let listed = world.ask("{ purposes { totalCount } retentionPolicies { dataType retention } }", json!({})).await;
        assert_eq!(json!(before["activities"].as_array().unwrap().len()), listed["purposes"]["totalCount"]);
        for policy in listed["retentionPolicies"].as_array().unwrap() {
            let categories = before["activities"].as_array().unwrap().iter().flat_map(|entry| entry["dataCategories"].as_array().unwrap());
            for category in categories.filter(|category| category["dataType"] == policy["dataType"]) {
                assert_eq!(category["retention"], policy["retention"], "{category}");
            }
        }

        let ada = world.subject("ada").await;
        world.ask(STORE, json!({ "subject": ada })).await;
        world.ask(STORE, json!({ "subject": ada })).await;
        let after = read().await;
        let purpose = activity(&after, "image_to_3d_conversion");
        assert_eq!((&purpose["records"], &purpose["dataSubjects"]), (&json!(2), &json!(1)));
        assert_eq!(after["dataSubjects"], 1);

        world.ask("mutation { retirePurpose(input: { key: \"image_to_3d_conversion\" }) { purpose { id } } }", json!({})).await;
        let retired = read().await;
        assert!(retired["activities"].as_array().unwrap().iter().all(|entry| entry["key"] != "image_to_3d_conversion"));
        world.finish().await;
    }

    async fn the_record_comes_in_four_forms(world: World) {
        world.import_registers().await;
        let count = world.ask("{ purposes { totalCount } }", json!({})).await["purposes"]["totalCount"].as_u64().unwrap();

        let linked = record(&world, "JSON_LD").await;
        assert_eq!(linked["mediaType"], "application/ld+json");
        let linked: Value = serde_json::from_str(linked["body"].as_str().unwrap()).unwrap();
        assert_eq!(linked["@context"]["dpv"], "https://w3id.org/dpv#");
        assert_eq!(linked["dpv:hasProcess"].as_array().unwrap().len() as u64, count);

        let csv = record(&world, "CSV").await;
        assert_eq!(csv["mediaType"], "text/csv; charset=utf-8");
        assert_eq!(csv["body"].as_str().unwrap().matches("\r\n").count() as u64, count + 1);

        let markdown = record(&world, "MARKDOWN").await;
        assert_eq!(markdown["mediaType"], "text/markdown; charset=utf-8");
        assert!(markdown["body"].as_str().unwrap().starts_with("# Record of processing activities"));
        world.finish().await;
    }

    async fn the_policy_speaks_the_language_asked_for(world: World) {
        world.import_registers().await;
        for (locale, title, right) in [
            ("en", "# Privacy policy of Acme Ltd", "Article 77 GDPR"),
            ("de-AT", "# Datenschutzerklärung von Acme Ltd", "Artikel 77 DSGVO"),
            ("fr", "# Politique de confidentialité de Acme Ltd", "article 77 du RGPD"),
            ("es", "# Política de privacidad de Acme Ltd", "artículo 77 del RGPD"),
            ("it", "# Informativa sulla privacy di Acme Ltd", "articolo 77 del GDPR"),
            ("pt", "# Privacy policy of Acme Ltd", "Article 77 GDPR"),
        ] {
            let policy = world.ask(POLICY, json!({ "locale": locale })).await["privacyPolicy"].take();
            let body = policy["body"].as_str().unwrap();
            assert!(body.starts_with(title), "{locale}: {body}");
            assert!(body.contains(right) && body.contains("acme controller"), "{locale}: {body}");
        }
        world.finish().await;
    }

    async fn the_policy_says_how_long_data_is_kept_as_the_retention_register_says(world: World) {
        world.import_registers().await;
        let set = "mutation($period: Period!) { setRetentionPolicy(input: { dataType: \"uploaded_images\", retention: $period,
            deletionMethod: AUTOMATIC, legalBasis: \"consent\" }) { policy { id } } }";
        for (period, words) in [("P1Y", "1 year"), ("P2M", "2 months"), ("PT36H", "36 hours"), ("P1Y6M", "1 year, 6 months")] {
            world.ask(set, json!({ "period": period })).await;
            let policy = world.ask(POLICY, json!({ "locale": "en" })).await["privacyPolicy"]["body"].take();
            let kept = format!("uploaded_images ({words})");
            assert!(policy.as_str().unwrap().contains(&kept), "{kept}: {policy}");
        }
        world.finish().await;
    }
}
