//! Tenants, members and credentials.

use recital_tests::{Client, both_engines};
use serde_json::json;

const VIEWER: &str = "{ viewer { kind role displayName permissions } tenant { slug name controller { name } } }";

both_engines! {
    async fn an_owner_sees_who_they_are_and_whose_tenant_it_is(world: World) {
        let seen = world.ask(VIEWER, json!({})).await;
        assert_eq!(seen["viewer"]["kind"], "API_KEY");
        assert_eq!(seen["viewer"]["role"], "OWNER");
        assert_eq!(seen["tenant"]["slug"], "acme");
        world.finish().await;
    }

    async fn a_credential_that_is_not_valid_opens_nothing(world: World) {
        let valid = world.owner.key();
        let altered = format!("{}{}", &valid[..valid.len() - 1], if valid.ends_with('2') { '3' } else { '2' });
        for key in ["", "nonsense", "rct_1_1", &altered] {
            let refusal = Client::new(&world.url, key).refused(VIEWER, json!({})).await;
            assert!(refusal.is("UNAUTHENTICATED", "INVALID_CREDENTIAL"), "{key}: {refusal:?}");
        }
        world.finish().await;
    }

    async fn a_revoked_key_is_refused_at_once(world: World) {
        let auditor = world.client("AUDITOR").await;
        let keys = world.ask("{ apiKeys { totalCount edges { node { id role prefix } } } }", json!({})).await;
        assert_eq!(keys["apiKeys"]["totalCount"], 2);
        let id = keys["apiKeys"]["edges"][1]["node"]["id"].clone();
        assert!(auditor.key().starts_with(&keys["apiKeys"]["edges"][1]["node"]["prefix"].as_str().unwrap()[..8]));

        auditor.ask(VIEWER, json!({})).await;
        const REVOKE: &str = "mutation($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }";
        world.ask(REVOKE, json!({ "id": id })).await;
        assert!(auditor.refused(VIEWER, json!({})).await.is("UNAUTHENTICATED", "INVALID_CREDENTIAL"));
        assert!(world.owner.refused(REVOKE, json!({ "id": id })).await.is("CONFLICT", "ALREADY_REVOKED"));
        world.finish().await;
    }

    async fn nobody_grants_above_their_own_role_and_the_last_owner_stays(world: World) {
        let developer = world.client("DEVELOPER").await;
        const CREATE: &str = "mutation($role: Role!) { createApiKey(input: { name: \"k\", role: $role }) { secret } }";
        assert!(developer.refused(CREATE, json!({ "role": "OWNER" })).await.is("FORBIDDEN", "ABOVE_OWN_ROLE"));
        developer.ask(CREATE, json!({ "role": "DEVELOPER" })).await;

        let members = world.ask("{ members { edges { node { id name email role } } } }", json!({})).await;
        let owner = &members["members"]["edges"][0]["node"];
        assert_eq!(owner["email"], "owner@acme.example.com");
        const CHANGE: &str = "mutation($id: ID!) { changeRole(input: { member: $id, role: SUPPORT }) { member { role } } }";
        assert!(world.owner.refused(CHANGE, json!({ "id": owner["id"] })).await.is("CONFLICT", "LAST_OWNER"));

        const INVITE: &str = "mutation { inviteMember(input: { email: \"Second@Example.com\", name: \"Second Lovelace\", role: OWNER }) { member { id email } } }";
        let second = world.ask(INVITE, json!({})).await;
        assert_eq!(second["inviteMember"]["member"]["email"], "second@example.com");
        assert!(world.owner.refused(INVITE, json!({})).await.is("CONFLICT", "MEMBER_EXISTS"));
        world.ask(CHANGE, json!({ "id": owner["id"] })).await;
        world.finish().await;
    }
}
