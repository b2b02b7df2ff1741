//! Whatever is sent wrongly is refused with a stable code and a text, and changes nothing.

use countersign_tests::{Answer, Harness, pictures};
use reqwest::Method;
use serde_json::{Value, json};

/// That nothing was kept of it.
async fn nothing_changed(h: &Harness) {
    let intruder = h.intruder().await;
    for table in ["asset", "asset_blob", "draft", "draft_revision"] {
        assert_eq!(intruder.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
}

#[tokio::test]
async fn images_that_are_none() {
    let h = Harness::start().await;
    let author = h.author().await;
    let good = pictures::picture(9);
    let truncated = good[..good.len() / 2].to_vec();
    let mut padded = pictures::jpeg(300, 300, 1);
    padded.resize(11 * 1024 * 1024, 0);
    let bad: Vec<(&str, Vec<u8>, &str, &[u16])> = vec![
        ("larger than 10 MiB", padded, "image/jpeg", &[413]),
        ("cut in half", truncated, "image/png", &[422]),
        ("65535 x 65535", pictures::enormous(), "image/png", &[422]),
        (
            "a web page that says it is an image",
            b"<html><script>alert(1)</script>".to_vec(),
            "image/png",
            &[415, 422],
        ),
        ("an SVG", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "image/svg+xml", &[415, 422]),
        ("a GIF", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec(), "image/gif", &[415, 422]),
        ("empty", Vec::new(), "image/png", &[415, 422]),
        ("smaller than 200 px", pictures::png(199, 300, 1), "image/png", &[422]),
    ];
    for (what, bytes, content_type, statuses) in bad {
        let answer = author.upload(bytes, content_type, "A picture").await;
        assert!(statuses.contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
        answer.problem(answer.status);
    }
    nothing_changed(&h).await;
    h.finish().await;
}

#[tokio::test]
async fn an_image_is_what_its_bytes_are_whatever_it_is_called() {
    let h = Harness::start().await;
    let author = h.author().await;
    let asset = author.upload(pictures::jpeg(300, 450, 5), "image/png", "Mislabelled").await.is(201).json();
    assert_eq!(asset["content_type"], "image/jpeg");
    let content = author.get(&format!("/assets/{}/content", asset["id"].as_str().unwrap())).await;
    assert_eq!(content.header("content-type"), "image/jpeg");
    assert_eq!(content.header("x-content-type-options"), "nosniff");
    h.finish().await;
}

#[tokio::test]
async fn bodies_of_the_wrong_kind() {
    let h = Harness::start().await;
    let author = h.author().await;
    let call = || author.call(Method::POST, "/drafts");
    let answers: Vec<(&str, Answer, &[u16])> = vec![
        ("text", call().body("text/plain", b"{}".to_vec()).go().await, &[400, 415]),
        ("a form", call().body("application/x-www-form-urlencoded", b"a=b".to_vec()).go().await, &[400, 415]),
        ("no type", call().body("", b"{}".to_vec()).go().await, &[400, 415]),
        (
            "half of JSON",
            call().body("application/json", b"{\"connection_id\": ".to_vec()).go().await,
            &[400],
        ),
        ("not UTF-8", call().body("application/json", vec![b'"', 0xff, b'"']).go().await, &[400]),
        ("a list", call().json(json!([])).go().await, &[400, 422]),
        ("nothing", call().go().await, &[400, 415]),
        ("a field of the wrong type", call().json(json!({"connection_id": 7})).go().await, &[400, 422]),
        ("without the account", call().json(json!({"title": "x"})).go().await, &[400, 422]),
    ];
    for (what, answer, statuses) in answers {
        assert!(statuses.contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
        answer.problem(answer.status);
    }
    let upload = author.call(Method::POST, "/assets").json(json!({"file": "x"})).go().await;
    assert!(matches!(upload.status, 400 | 415), "{} {}", upload.status, upload.text());
    upload.problem(upload.status);
    nothing_changed(&h).await;
    h.finish().await;
}

#[tokio::test]
async fn ten_megabytes_of_json() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let body = json!({"connection_id": stage.connection, "title": "x".repeat(10 * 1024 * 1024)});
    stage.author.create_draft(body).await.problem(413);
    nothing_changed(&h).await;
    h.finish().await;
}

#[tokio::test]
async fn fields_that_are_too_long_or_no_links() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let bad = [
        ("title", json!("x".repeat(101))),
        ("description", json!("x".repeat(801))),
        ("alt_text", json!("x".repeat(501))),
        ("link", json!(format!("https://halden.example/{}", "x".repeat(2048)))),
        ("link", json!("javascript:alert(1)")),
        ("link", json!("ftp://halden.example/")),
        ("link", json!("not a link")),
        ("board_id", json!("not a board")),
        ("asset_id", json!("ast_unknown")),
        ("connection_id", json!("con_unknown")),
        ("title", json!("line\u{0}zero")),
    ];
    for (field, value) in bad {
        let mut fields = json!({"connection_id": stage.connection});
        fields[field] = value.clone();
        let answer = stage.author.create_draft(fields).await;
        assert!(matches!(answer.status, 404 | 422), "{field}: {} {}", answer.status, answer.text());
        let problem = answer.problem(answer.status);
        assert!(problem.to_string().contains(field) || answer.status == 404, "{field} is named: {problem}");
    }
    nothing_changed(&h).await;
    h.finish().await;
}

#[tokio::test]
async fn limits_are_counted_as_people_count_and_reached_exactly() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let fields = json!({
        "connection_id": stage.connection,
        "title": "ä".repeat(100),
        "description": "🍑".repeat(400),
        "alt_text": "x".repeat(500),
    });
    let draft = stage.author.create_draft(fields).await.is(201).json();
    assert_eq!(draft["title"].as_str().unwrap().chars().count(), 100);
    h.finish().await;
}

#[tokio::test]
async fn ids_that_do_not_exist_and_ids_of_other_kinds() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let ids = ["drf_0000000000000000", "nonsense", "..%2f..", &stage.connection, &everything.id, "%00"];
    for id in ids {
        for path in [
            format!("/drafts/{id}"),
            format!("/drafts/{id}/history"),
            format!("/publications/{id}"),
            format!("/audit/events/{id}"),
            format!("/assets/{id}/content"),
        ] {
            let answer = everything.get(&path).await;
            assert!(matches!(answer.status, 400 | 404), "{path}: {} {}", answer.status, answer.text());
            answer.problem(answer.status);
        }
        everything
            .post(&format!("/drafts/{id}/approve"), json!({"digest": draft.digest()}))
            .await
            .problem(404);
        let page = everything.page(&format!("/drafts/{id}")).await;
        assert_eq!(page.status, 404, "{id}");
        page.leads_to("/\"");
    }
    everything.get(&format!("/connections/{}", draft.id())).await.problem(404);
    everything.get("/no/such/operation").await.problem(404);
    h.finish().await;
}

#[tokio::test]
async fn what_one_saw_must_be_said_and_be_current() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, countersign_tests::harness::RECIPES, json!({})).await;
    let path = format!("/drafts/{}", draft.id());
    let change = json!({"title": "Mine"});
    stage.author.call(Method::PATCH, &path).json(change.clone()).go().await.problem(428);
    stage.author.call(Method::DELETE, &path).go().await.problem(428);

    stage.author.edit(&draft, json!({"title": "Theirs"})).await.ok();
    let stale = stage.author.edit(&draft, change.clone()).await.problem(412);
    assert!(stale.to_string().contains("Theirs"), "it tells the difference: {stale}");
    stage.author.delete(&path, Some(&draft.etag)).await.problem(412);
    let submit = stage.author.call(Method::POST, &format!("{path}/submit")).if_match(&draft.etag).go().await;
    submit.problem(412);
    let nonsense = stage.author.patch(&path, "not an etag", change).await;
    assert!(matches!(nonsense.status, 400 | 412), "{}", nonsense.status);
    assert_eq!(stage.author.look(draft.id()).await.json["title"], "Theirs");
    h.finish().await;
}

#[tokio::test]
async fn lists_with_strange_parameters() {
    let h = Harness::start().await;
    let author = h.author().await;
    for query in ["cursor=nonsense", "limit=0", "limit=201", "limit=many", "state=nonsense", "tab=nonsense"] {
        let answer = author.get(&format!("/drafts?{query}")).await;
        assert!(matches!(answer.status, 400 | 422), "{query}: {} {}", answer.status, answer.text());
        answer.problem(answer.status);
    }
    h.finish().await;
}

#[tokio::test]
async fn the_wrong_method_and_a_body_where_none_belongs() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, countersign_tests::harness::RECIPES, json!({})).await;
    let answer =
        stage.author.call(Method::PUT, &format!("/drafts/{}", draft.id())).json(json!({})).go().await;
    answer.problem(405);
    let submit = format!("/drafts/{}/submit", draft.id());
    stage.author.post(&submit, Value::Object(serde_json::Map::new())).await.ok();
    h.finish().await;
}

#[tokio::test]
async fn a_pin_that_is_not_complete_is_not_submitted() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let bare = stage.author.create_draft(json!({"connection_id": stage.connection, "title": "Bare"})).await;
    let bare = countersign_tests::Draft::of(&bare);
    let problem = stage.author.verb(&bare, "submit").await.refused(422, "draft_incomplete");
    assert!(
        problem.to_string().contains("board_id") && problem.to_string().contains("asset_id"),
        "{problem}"
    );
    assert_eq!(stage.author.look(bare.id()).await.state(), "draft");
    h.finish().await;
}

/// The places of the page itself that its links lead to, and that are not there.
fn dead_ends(page: &str) -> Vec<&str> {
    let places = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
    places.filter(|place| !page.contains(&format!("id=\"{place}\""))).collect()
}

/// A filter left out in silence would show more than was asked for, and pass for all there is.
#[tokio::test]
async fn a_filter_that_cannot_be_read_is_named_and_nothing_is_listed() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let auditor = h.auditor().await;
    for (query, words) in [
        ("stream=installation%29%28", "no such choice under “Stream”"),
        ("from=yesterday", "“From” is no day"),
        ("to=2026-13-01", "“To” is no day"),
        ("cursor=x", "a place that this list does not have"),
    ] {
        let page = auditor.page(&format!("/audit?{query}")).await.is(422).says(words);
        assert!(page.contains("Nothing was looked for") && !page.contains("class=\"event\""), "{query}");
        assert_eq!(dead_ends(&page), [""; 0], "{query}");
    }
    assert!(auditor.page("/audit?from=2026-01-01").await.is(200).text().contains("class=\"event\""));
    let title = draft.json["title"].as_str().unwrap();
    for (query, words) in [
        ("connection=x", "no such choice under “Account”"),
        ("author=*", "no such choice under “Author”"),
        ("from=soon", "“Due from” is no day"),
        ("to=31.12.2026", "“Due to” is no day"),
        ("cursor=x", "a place that this list does not have"),
    ] {
        let page = stage.author.page(&format!("/?tab=review&{query}")).await.is(422).says(words);
        assert!(!page.contains(title) && page.contains("Nothing was looked for"), "{query}");
        assert_eq!(dead_ends(&page), [""; 0], "{query}");
    }
    assert!(stage.author.page("/?tab=review").await.is(200).text().contains(title));
    h.finish().await;
}
