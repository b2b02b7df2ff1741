//! Boards are read live from Pinterest, shown, and never kept.

use countersign_tests::Harness;
use countersign_tests::captured::contains;
use countersign_tests::forms::form_to;
use countersign_tests::harness::RECIPES;
use countersign_tests::promises::files_at_rest;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_accounts_boards_are_listed_and_not_stored() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let path = format!("/connections/{}/boards", stage.connection);
    let boards = stage.author.get(&path).await.ok();
    let names: Vec<&str> =
        boards["items"].as_array().unwrap().iter().filter_map(|b| b["name"].as_str()).collect();
    for name in ["Recipes", "Winter table", "Small rooms"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(!names.contains(&"Ideas for next year"), "a secret board takes a scope that we do not ask for");
    let sections = stage.author.get(&format!("{path}/{RECIPES}/sections")).await.ok();
    assert!(sections.to_string().contains("Soups"));

    h.approved_draft(&stage).await;
    h.publish().await;
    for file in files_at_rest(&h.data_dir()) {
        let bytes = std::fs::read(&file).unwrap();
        for content in ["Winter table", "Soups", "Halden Kitchen"] {
            assert!(!contains(&bytes, content), "{content:?} is kept in {}", file.display());
        }
    }
    h.finish().await;
}

#[tokio::test]
async fn an_author_makes_a_board_in_rehearsal() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let path = format!("/connections/{}/boards", stage.connection);
    let board = json!({"name": "Weeknight suppers", "privacy": "PUBLIC"});
    stage.reviewer.post(&path, board.clone()).await.problem(403);
    let made = stage.author.post(&path, board).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let boards = stage.author.get(&path).await.ok();
    assert!(boards.to_string().contains(&id), "the list is fresh: {boards}");

    let draft = stage.author.draft(&stage.connection, &id, json!({})).await;
    let draft = stage.author.submit(&draft).await;
    stage.reviewer.approve(&draft).await;
    h.publish().await;
    assert_eq!(h.the_pin().board_id, id);
    assert!(h.log().await.has("api.request", "boards/create"));
    h.finish().await;
}

#[tokio::test]
async fn a_board_that_the_account_has_already_is_named_at_the_field_and_not_made() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let path = format!("/connections/{}/boards", stage.connection);
    let board = json!({"name": "recipes", "privacy": "PUBLIC"});
    let create = || stage.author.call(Method::POST, &path).header("idempotency-key", "key-1");
    let problem = create().json(board).go().await.refused(422, "fields_invalid");
    assert_eq!(
        (&problem["fields"][0]["field"], &problem["fields"][0]["code"]),
        (&"name".into(), &"taken".into())
    );
    let words = problem["fields"][0]["message"].as_str().unwrap().to_owned();
    assert!(words.contains("The board name is invalid or duplicated"), "Pinterest's own words: {words}");
    assert!(words.contains("use that board"), "{words}");
    create().json(json!({"name": "Soups", "privacy": "PUBLIC"})).go().await.is(201);

    let page = stage.author.page("/connections").await;
    let form = form_to(page.is(200).text(), &path).with("name", "Recipes");
    let answer = stage.author.press("/connections", &form).await;
    answer.is(422).says("use that board");
    answer.says(" autofocus aria-invalid");
    let page = stage.author.page(&format!("/drafts/new?connection={}", stage.connection)).await;
    let form = form_to(page.is(200).text(), "/drafts").with("new_board_name", "Recipes");
    let answer = stage.author.press("/drafts/new", &form.choosing("then", "board")).await;
    answer.is(422).says("The name was not taken by Pinterest");
    let boards = stage.author.get(&path).await.ok();
    assert_eq!(boards.to_string().matches("\"Recipes\"").count(), 1, "{boards}");
    h.finish().await;
}

#[tokio::test]
async fn a_board_whose_creation_is_not_proven_is_not_created_again_under_its_key() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let path = format!("/connections/{}/boards", stage.connection);
    h.with_fault(json!({"operation": "boards/create", "fault": "status", "status": 500, "times": 1}));
    let create = || {
        let board = json!({"name": "Weeknight suppers", "privacy": "PUBLIC"});
        stage.author.call(Method::POST, &path).header("idempotency-key", "key-1").json(board).go()
    };
    create().await.refused(502, "pinterest_outcome_unknown");
    create().await.refused(409, "idempotency_key_unfinished");
    let requests = h.ledger().requests;
    let creates =
        requests.iter().filter(|request| request.method == "POST" && request.path.ends_with("/boards"));
    assert_eq!(creates.count(), 1);
    h.finish().await;
}

#[tokio::test]
async fn a_program_makes_no_board() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let owner = h.person("Tove Tokens", &["author", "reviewer", "admin", "auditor"]).await;
    let made = owner.make_token("x", &["drafts:read", "drafts:write"]).await.is(201).json();
    let program = owner.with_bearer(made["token"].as_str().unwrap());
    let board = json!({"name": "Weeknight suppers", "privacy": "PUBLIC"});
    let path = format!("/connections/{}/boards", stage.connection);
    program.post(&path, board).await.refused(403, "token_not_allowed");
    h.finish().await;
}

#[tokio::test]
async fn pinterest_away_is_said_and_breaks_nothing() {
    let h = Harness::builder().impatient(2_000).start().await;
    let stage = h.stage().await;
    let path = format!("/connections/{}/boards", stage.connection);
    for fault in [
        json!({"operation": "boards/list", "fault": "status", "status": 500, "times": 0}),
        json!({"operation": "boards/list", "fault": "reset", "times": 0}),
        json!({"operation": "boards/list", "fault": "html", "status": 200, "times": 0}),
        json!({"operation": "boards/list", "fault": "timeout", "times": 0}),
    ] {
        h.with_fault(fault.clone());
        let answer = stage.author.get(&path).await;
        let problem = answer.problem(502);
        assert!(problem.to_string().contains("Pinterest"), "{fault}: {problem}");
    }
    let page = stage.author.page(&format!("/drafts/new?connection={}", stage.connection)).await;
    let form = form_to(page.is(200).text(), "/drafts");
    assert!(form.value("title").is_some(), "one can write meanwhile: {form:?}");
    h.finish().await;
}

#[tokio::test]
async fn our_own_pages_never_ask_pinterest_by_themselves() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.draft_in_review(&stage).await;
    let draft = h.approved_draft(&stage).await;
    let (id, publication) = (draft.id(), draft.publication());
    // The queue, and what pages ask again and again while they are open.
    let polls =
        ["/", "/queue/tabs", &format!("/drafts/{id}/state"), &format!("/publications/{publication}/state")];
    let before = h.ledger().requests.len();
    for _ in 0..5 {
        for path in polls {
            stage.author.page(path).await.is(200);
        }
        stage.author.get("/drafts").await.ok();
        stage.author.get("/drafts/counts").await.ok();
        stage.author.publication(&publication).await;
    }
    assert_eq!(h.ledger().requests.len(), before);
    h.finish().await;
}
