//! The pages that everybody may open.

use recital_tests::both_engines;
use reqwest::Client;
use serde_json::json;

use super::{open, set};
use crate::accuracy::Page;

const LANGUAGES: [&str; 5] = ["en", "de", "fr", "es", "it"];

both_engines! {
    async fn a_centre_is_there_for_everybody_once_it_is_switched_on(world: World) {
        let url = format!("{}/privacy/acme", world.url);
        world.another_tenant("borealis").await;
        let closed = Page::get(&url).await;
        let unknown = Page::get(&format!("{}/privacy/nobody", world.url)).await;
        let others = Page::get(&format!("{}/privacy/borealis/policy", world.url)).await;
        assert_eq!((closed.status, unknown.status, others.status), (404, 404, 404));
        assert_eq!(closed.body, unknown.body, "whether a tenant is there is nobody's business");
        assert_eq!(others.body, unknown.body);

        assert_eq!(open(&world).await, url);
        let page = Page::get(&url).await;
        assert_eq!((page.status, page.find("h1")), (200, vec!["Your data at Acme Ltd".to_owned()]));
        assert_eq!(page.find(".rights h3").len(), 6, "the rights of the GDPR");
        assert!(page.text().contains("Article 15 GDPR") && !page.text().contains("CCPA"));
        for (name, value) in [
            ("content-security-policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
            ("referrer-policy", "no-referrer"), ("cache-control", "no-store"), ("x-robots-tag", "noindex, nofollow"),
        ] {
            assert_eq!(page.headers[name], value);
        }

        set(&world, json!({ "regimes": ["GDPR", "CCPA"] })).await;
        let page = Page::get(&url).await;
        assert_eq!(page.find(".rights h3").len(), 7);
        assert!(page.text().contains("Article 15 GDPR, CCPA 1798.110"));

        world.database.execute("UPDATE tenants SET status = 'SUSPENDED' WHERE slug = 'acme'").await.unwrap();
        assert_eq!(Page::get(&url).await.body, unknown.body);
        world.database.execute("UPDATE tenants SET status = 'ACTIVE' WHERE slug = 'acme'").await.unwrap();
        world.finish().await;
    }

    async fn the_language_is_the_browsers_or_the_one_that_was_chosen(world: World) {
        let url = open(&world).await;
        set(&world, json!({ "messages": [{ "locale": "de", "text": "Grüß Gott!\n\nBis <b>bald</b>." }, { "locale": "en", "text": "Hello!" }] })).await;
        let mut headings = std::collections::BTreeSet::new();
        for language in LANGUAGES {
            let preferred = Page::of(Client::new().get(&url).header("accept-language", language)).await;
            let chosen = Page::get(&format!("{url}?lang={language}")).await;
            assert_eq!(preferred.attribute("html", "lang"), language);
            assert_eq!(preferred.find("h1"), chosen.find("h1"));
            assert!(!preferred.body.contains("Unknown localization") && !preferred.body.contains("{$"));
            headings.extend(chosen.find("h1"));
            assert_eq!(chosen.attribute(".name", "href"), format!("/privacy/acme?lang={language}"), "it goes along");
            assert_eq!(chosen.attribute(".languages [aria-current]", "lang"), language);
        }
        assert_eq!(headings.len(), 5);
        let german = Page::get(&format!("{url}?lang=de")).await;
        assert_eq!(german.find(".message [lang=de] p"), ["Grüß Gott!", "Bis <b>bald</b>."]);
        let french = Page::get(&format!("{url}?lang=fr")).await;
        assert_eq!(french.find(".message [lang=en] p"), ["Hello!"], "the tenant's own language");
        world.finish().await;
    }

    async fn the_policy_is_the_generated_one(world: World) {
        let url = open(&world).await;
        const POLICY: &str = "query($locale: String!) { privacyPolicy(locale: $locale) { body } }";
        for language in LANGUAGES {
            let page = Page::get(&format!("{url}/policy?lang={language}")).await;
            assert_eq!(page.status, 200);
            let markdown = world.ask(POLICY, json!({ "locale": language })).await["privacyPolicy"]["body"].take();
            // Everything that is said, without marks of either kind.
            let said = |text: &str| text.replace(['\\', '#', '-', '*'], "").split_whitespace().collect::<Vec<_>>().join(" ");
            let page = page.find("main > h1, main > p, main li, main h2, main h3, main article > p");
            let (mut page, mut markdown): (Vec<_>, Vec<_>) = (
                page.iter().map(|text| said(text)).collect(),
                markdown.as_str().unwrap().lines().map(said).filter(|line| !line.is_empty()).collect(),
            );
            page.sort();
            markdown.sort();
            assert_eq!(page, markdown, "{language}");
        }
        world.finish().await;
    }

    async fn the_tenants_colour_is_on_the_page_in_shades_that_can_be_read(world: World) {
        let url = open(&world).await;
        const COLOUR: &str = "mutation { setMailSettings(input: { accentColour: \"#e8590c\" }) { settings { accentColour } } }";
        world.ask(COLOUR, json!({})).await;
        let page = Page::get(&url).await;
        assert_eq!(page.attribute("link[href*=accent]", "href"), "/assets/accent/e8590c.css");
        let sheet = Page::get(&format!("{}/assets/accent/e8590c.css", world.url)).await;
        assert_eq!(sheet.headers["content-type"], "text/css; charset=utf-8");
        assert!(sheet.body.starts_with(":root{--brand:#e8590c;--accent:#") && !sheet.body.contains("--accent:#e8590c;--on-accent:#ffffff}}@"), "{}", sheet.body);
        for wrong in ["red.css", "e8590c", "e8590c;}.css"] {
            assert_eq!(Page::get(&format!("{}/assets/accent/{wrong}", world.url)).await.status, 404);
        }
        world.finish().await;
    }
}
