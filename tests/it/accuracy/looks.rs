//! How mails look: previews, colours, and a text that says what the HTML says.

use recital_domain::mail;
use recital_tests::both_engines;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::{ask, entries};

const PREVIEW: &str = "query($template: String!, $locale: String) {
    mailPreview(template: $template, locale: $locale) { locale subject html text } }";

const SET: &str = "mutation($input: MailSettingsInput!) { setMailSettings(input: $input) {
    settings { accentColour textColour replyTo } } }";

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The paragraphs of a mail's HTML that its reader sees.
fn paragraphs(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    page.select(&Selector::parse("p").unwrap()).map(|p| words(&p.text().collect::<Vec<_>>().join(" "))).collect()
}

/// The text part in blocks.
fn blocks(text: &str) -> Vec<String> {
    text.replace("-- \n", "\n").split("\n\n").map(words).filter(|block| !block.is_empty()).collect()
}

both_engines! {
    async fn every_mail_can_be_looked_at_in_every_language(world: World) {
        let templates = world.ask("{ mailTemplates }", json!({})).await["mailTemplates"].take();
        assert_eq!(templates, json!(mail::templates().collect::<Vec<_>>()));
        for template in templates.as_array().unwrap() {
            let mut subjects = std::collections::BTreeSet::new();
            for locale in ["en", "de", "fr", "es", "it"] {
                let preview = world.ask(PREVIEW, json!({ "template": template, "locale": locale })).await["mailPreview"].take();
                assert_eq!(preview["locale"], locale);
                subjects.insert(preview["subject"].to_string());
                let (html, text) = (preview["html"].as_str().unwrap(), preview["text"].as_str().unwrap());
                let (html, text) = (paragraphs(html), blocks(text));
                // The HTML names its sender at the top and gives the link once more below the button.
                let said = html.iter().filter(|p| *p != "Acme Ltd" && !p.contains("http")).map(String::as_str);
                let with_link = |block: &&str| block.contains("http");
                let (links, rest): (Vec<&str>, Vec<&str>) = text.iter().map(String::as_str).partition(with_link);
                let action = links.first().map(|link| link.split_once(": http").expect("an action and a link").0);
                let html_said: Vec<&str> = said.filter(|p| Some(*p) != action).collect();
                assert_eq!(html_said, rest, "{template} {locale}");
                assert!(action.is_none_or(|action| html.iter().any(|p| p == action)), "{template} {locale}: {action:?}");
            }
            assert_eq!(subjects.len(), 5, "{template}");
        }
        let unknown = world.owner.refused(PREVIEW, json!({ "template": "nonsense" })).await;
        assert!(unknown.is("BAD_USER_INPUT", "UNKNOWN_TEMPLATE"), "{unknown:?}");
        world.finish().await;
    }

    async fn a_tenant_gives_its_mails_a_colour_and_an_address(world: World) {
        let set = async |input: Value| world.ask(SET, json!({ "input": input })).await["setMailSettings"]["settings"].take();
        let defaults = json!({ "accentColour": "#1f4fd1", "textColour": "#ffffff", "replyTo": null });
        assert_eq!(world.ask("{ mailSettings { accentColour textColour replyTo } }", json!({})).await["mailSettings"], defaults);
        set(json!({ "accentColour": "#0B6E4F" })).await;
        let settings = set(json!({ "replyTo": "data@acme.example.org" })).await;
        assert_eq!(settings, json!({ "accentColour": "#0b6e4f", "textColour": "#ffffff", "replyTo": "data@acme.example.org" }));

        let ada = world.subject("ada").await;
        ask(&world, &ada).await;
        let mail = world.inbox.mails().pop().unwrap();
        assert_eq!(mail.headers["Reply-To"], "data@acme.example.org");
        assert!(mail.html.contains("background:#0b6e4f;color:#ffffff"));
        for part in [&mail.html, &mail.text] {
            assert!(part.contains("data@acme.example.org") && !part.contains("privacy@acme.example.org"));
        }
        let back = set(json!({ "accentColour": "#e8590c", "replyTo": null })).await;
        assert_eq!(back, json!({ "accentColour": "#e8590c", "textColour": "#000000", "replyTo": null }));
        assert_eq!(entries(&world, "mail.settings_set").await, 3);

        let (_, other) = world.another_tenant("borealis").await;
        assert_eq!(other.ask("{ mailSettings { accentColour } }", json!({})).await["mailSettings"]["accentColour"], "#1f4fd1");
        world.finish().await;
    }

    async fn a_colour_or_an_address_that_would_not_do_is_refused_by_field(world: World) {
        for (input, field, reason) in [
            (json!({ "accentColour": "#ffcc00" }), "accentColour", "LOW_CONTRAST"),
            (json!({ "accentColour": "red;}" }), "accentColour", "INVALID_COLOUR"),
            (json!({ "replyTo": "nobody" }), "replyTo", "INVALID_EMAIL"),
        ] {
            let refusal = world.owner.refused(SET, json!({ "input": input })).await;
            assert!(refusal.is("BAD_USER_INPUT", reason), "{input}: {refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some(field));
        }
        let auditor = world.client("AUDITOR").await;
        let refusal = auditor.refused(SET, json!({ "input": {} })).await;
        assert!(refusal.is("FORBIDDEN", "PERMISSION_REQUIRED"), "{refusal:?}");
        world.finish().await;
    }
}
