//! Fetching a package: whole, in parts, once and again.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use recital_tests::{World, both_engines};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{open, person, see, steps};

/// A finished package: its request, and what the API says of it.
async fn package(world: &World) -> (Value, Value) {
    world.import_registers().await;
    let ada = person(world, "ada").await;
    let request = open(world, "ACCESS", &ada, json!({})).await;
    assert_eq!(request["dueOn"], "2026-04-01");
    world.drain().await;
    let seen = see(world, &request).await;
    assert_eq!(seen["state"], "COMPLETED", "{seen}");
    (request, seen["export"].clone())
}

async fn ask(export: &Value, method: Method, headers: &[(&str, &str)]) -> Response {
    let request = reqwest::Client::new().request(method, export["downloadUrl"].as_str().unwrap());
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

async fn downloads(world: &World, request: &Value) -> (Value, usize) {
    let in_timeline = steps(world, request).await.iter().filter(|step| *step == "downloaded").count();
    (see(world, request).await["export"]["downloads"].clone(), in_timeline)
}

async fn entries(world: &World, action: &str) -> i64 {
    const COUNT: &str = "query($action: String) { auditEntries(filter: { action: $action }) { totalCount } }";
    world.ask(COUNT, json!({ "action": action })).await["auditEntries"]["totalCount"].as_i64().unwrap()
}

both_engines! {
    async fn a_download_states_what_it_is_and_can_be_checked(world: World) {
        let (request, export) = package(&world).await;
        let size = export["sizeBytes"].as_u64().unwrap();
        let told = |answer: &Response| {
            let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
            ["content-type", "content-length", "content-disposition", "accept-ranges", "etag", "repr-digest", "cache-control"].map(header)
        };
        let head = ask(&export, Method::HEAD, &[]).await;
        assert_eq!((head.status(), downloads(&world, &request).await), (StatusCode::OK, (json!(0), 0)));
        let answer = ask(&export, Method::GET, &[]).await;
        assert_eq!((answer.status(), told(&answer)), (StatusCode::OK, told(&head)));
        let [media_type, length, disposition, ranges, tag, repr_digest, kept] = told(&answer);
        assert_eq!((media_type, length, ranges, kept), ("application/zip".into(), size.to_string(), "bytes".into(), "no-store".into()));
        assert_eq!(disposition, "attachment; filename=\"personal-data-2026-03-01.zip\"");
        let bytes = answer.bytes().await.unwrap();
        let sha256 = digest(&SHA256, &bytes);
        assert_eq!((bytes.len() as u64, &export["sha256"]), (size, &json!(hex::encode(sha256))));
        assert_eq!(tag, format!("\"{}\"", hex::encode(sha256)));
        assert_eq!(repr_digest, format!("sha-256=:{}:", BASE64_STANDARD.encode(sha256)));
        assert_eq!((downloads(&world, &request).await, entries(&world, "request.export_downloaded").await), ((json!(1), 1), 1));
        let ahead = ask(&export, Method::GET, &[("Sec-Purpose", "prefetch")]).await;
        assert!(!ahead.status().is_success());
        assert_eq!(downloads(&world, &request).await.0, 1, "a browser that fetches ahead is nobody's download");
        world.finish().await;
    }

    async fn a_download_is_taken_up_where_it_broke_off_and_counts_once(world: World) {
        let (request, export) = package(&world).await;
        let whole = ask(&export, Method::GET, &[]).await;
        let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
        let whole = whole.bytes().await.unwrap();
        let size = whole.len();
        for (range, expected) in [
            ("bytes=0-0".to_owned(), 0..1),
            ("bytes=100-".to_owned(), 100..size),
            ("bytes=-22".to_owned(), size - 22..size),
            (format!("bytes=10-{size}"), 10..size),
        ] {
            let part = ask(&export, Method::GET, &[("Range", &range), ("If-Range", &tag)]).await;
            assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT, "{range}");
            let stated = format!("bytes {}-{}/{size}", expected.start, expected.end - 1);
            assert_eq!(part.headers()["content-range"], stated);
            assert_eq!(part.headers()["content-length"], expected.len().to_string());
            assert_eq!(part.headers()["etag"], tag);
            assert!(part.bytes().await.unwrap() == whole[expected], "{range}");
        }
        assert_eq!((downloads(&world, &request).await, entries(&world, "request.export_continued").await), ((json!(1), 1), 4));

        let beyond = ask(&export, Method::GET, &[("Range", &format!("bytes={size}-"))]).await;
        assert_eq!((beyond.status(), &beyond.headers()["content-range"]), (StatusCode::RANGE_NOT_SATISFIABLE, &format!("bytes */{size}").parse().unwrap()));
        assert_eq!(downloads(&world, &request).await.0, 1, "what gets nothing does not count");
        let changed = ask(&export, Method::GET, &[("Range", "bytes=5-"), ("If-Range", "\"another\"")]).await;
        assert_eq!((changed.status(), changed.bytes().await.unwrap().len()), (StatusCode::OK, size));
        assert_eq!(downloads(&world, &request).await.0, 2, "the whole was fetched again");
        world.advance(TimeDelta::days(1));
        // All but its first byte, which everybody knows, is the package.
        assert_eq!(ask(&export, Method::GET, &[("Range", "bytes=1-")]).await.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(downloads(&world, &request).await, (json!(3), 3), "nothing that it could take up");
        world.finish().await;
    }

    async fn a_link_is_for_one_package_and_for_a_while(world: World) {
        let (_, export) = package(&world).await;
        let link = export["downloadUrl"].as_str().unwrap();
        for forged in [format!("{}/export/nonsense.nonsense", world.url), format!("{link}x"), format!("{}/export/", world.url)] {
            assert_eq!(reqwest::get(forged).await.unwrap().status(), StatusCode::NOT_FOUND);
        }
        world.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
        assert_eq!(ask(&export, Method::HEAD, &[]).await.status(), StatusCode::OK);
        world.advance(TimeDelta::seconds(1));
        for method in [Method::HEAD, Method::GET] {
            assert_eq!(ask(&export, method, &[("Range", "bytes=0-5")]).await.status(), StatusCode::GONE);
        }
        world.finish().await;
    }

    async fn a_package_that_was_changed_is_never_given_out(world: World) {
        let (_, export) = package(&world).await;
        let mut folder = world.database.path("files").join(world.tenant.to_string());
        folder = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
        let chunk = folder.join("0");
        let mut sealed = std::fs::read(&chunk).unwrap();
        let middle = sealed.len() / 2;
        sealed[middle] ^= 1;
        std::fs::write(&chunk, sealed).unwrap();
        world.expect_log("a value was refused");
        world.expect_log("an operation failed");
        let answer = ask(&export, Method::GET, &[]).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(entries(&world, "vault.value_refused").await >= 1);
        world.finish().await;
    }
}
