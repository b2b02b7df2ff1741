//! Names of people and tokens, notes, accounts, boards, images, passwords.

use countersign_api::hidden;
use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::naughty::{has_control, some, strings, tidied};
use countersign_tests::{Harness, pictures};
use serde_json::{Value, json};

use super::{read, refused, text};

/// The most characters of a name.
const NAME: usize = 100;

/// Whether a name may be so.
fn is_name(typed: &str) -> bool {
    let name = composed(typed.trim());
    let hides = hidden::first(&name).is_some() || name.contains(char::is_control);
    let is_line = !name.chars().any(|c| !hidden::is_invisible(c) && c.is_whitespace() && c != ' ');
    let is_visible = is_line && !hides;
    !name.is_empty() && name.chars().count() <= NAME && is_visible && !name.contains("Basic ")
}

#[tokio::test]
async fn names_of_tokens() {
    let h = Harness::start().await;
    let admin = h.admin().await;
    let mut kept = Vec::new();
    for typed in strings() {
        let answer = admin.post("/tokens", json!({"name": typed, "scopes": ["drafts:read"]})).await;
        match answer.status {
            201 => kept.push(typed.trim().to_owned()),
            _ => assert_eq!(refused(&answer, &typed), ["name"], "{typed:?}"),
        }
        assert_eq!(answer.status == 201, is_name(&typed), "{typed:?}: {}", answer.text());
    }
    assert!(kept.len() > 400);
    let mut listed: Vec<String> =
        admin.all("/tokens").await.iter().map(|token| composed(text(token, "name"))).collect();
    let page = read(&admin, "/tokens").await;
    let mut shown: Vec<String> = page.texts(|element| element.name == "bdi");
    let mut wanted: Vec<String> = kept.iter().map(|name| composed(name)).collect();
    for list in [&mut listed, &mut shown, &mut wanted] {
        list.sort();
    }
    assert_eq!(listed, wanted);
    for name in wanted {
        assert!(shown.binary_search(&name).is_ok(), "{name:?} is not on the page");
    }
    assert_eq!(page.elements().filter(|element| element.name == "script").count(), 1);
    h.finish().await;
}

/// Names are kept composed, whatever the keyboard sent.
fn composed(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfc().collect()
}

#[tokio::test]
async fn names_and_addresses_of_people() {
    let h = Harness::start().await;
    let (admin, author) = (h.admin().await, h.author().await);
    let path = format!("/operators/{}", author.id);
    for typed in strings() {
        let answer = admin.call(reqwest::Method::PATCH, &path).json(json!({"name": typed})).go().await;
        assert_eq!(answer.status == 200, is_name(&typed), "{typed:?}: {}", answer.text());
        match answer.status {
            200 => assert_eq!(text(&answer.json(), "name"), composed(typed.trim())),
            _ => assert_eq!(refused(&answer, &typed), ["name"]),
        }
    }
    for (at, typed) in some(1, 6).iter().enumerate() {
        for email in [typed.clone(), format!("{typed}@halden.example")] {
            let new = json!({"name": format!("Nobody {at}"), "email": email, "roles": ["author"]});
            let answer = admin.post("/operators", new).await;
            match answer.status {
                201 => assert_eq!(answer.json()["operator"]["email"], composed(email.trim())),
                _ => assert!(refused(&answer, &email).contains(&"email".to_owned()), "{email:?}"),
            }
        }
    }
    for person in admin.all("/operators").await {
        let all = format!("{} {}", text(&person, "name"), text(&person, "email"));
        assert!(hidden::first(&all).is_none(), "{all:?}");
    }
    h.finish().await;
}

#[tokio::test]
async fn nobody_passes_for_somebody_else() {
    let h = Harness::start().await;
    let (admin, rosa) = (h.admin().await, h.reviewer().await);
    let looks = ["Rosa Reviewer", "ROSA REVIEWER", "R\u{43e}sa Reviewer", "Rosa  Reviewer", "Ｒosa Reviewer"];
    for (at, name) in looks.iter().enumerate() {
        let answer = admin.invite(name, &format!("other{at}@halden.example"), &["reviewer"]).await;
        let problem = answer.refused(422, "fields_invalid");
        assert_eq!(problem["fields"][0]["code"], "looks_alike", "{name}: {problem}");
        let path = format!("/operators/{}", h.author().await.id);
        admin.call(reqwest::Method::PATCH, &path).json(json!({"name": name})).go().await.problem(422);
    }
    let other = admin.invite("Rosa B. Reviewer", "rosa.b@halden.example", &["reviewer"]).await;
    other.is(201);
    // One's own name may be written otherwise.
    let path = format!("/operators/{}", rosa.id);
    admin.call(reqwest::Method::PATCH, &path).json(json!({"name": "ROSA Reviewer"})).go().await.ok();
    // Also who was sent away stays in the records.
    admin.call(reqwest::Method::PATCH, &path).json(json!({"disabled": true})).go().await.ok();
    admin.invite("Rosa Reviewer", "third@halden.example", &["reviewer"]).await.problem(422);
    h.finish().await;
}

/// Whether a note may be so.
fn is_note(typed: &str) -> bool {
    let note = tidied(&typed.replace('\t', " "));
    !note.is_empty() && note.chars().count() <= 2_000 && !has_control(&note, true)
}

/// What is kept of a note.
fn noted(typed: &str) -> String {
    tidied(&typed.replace("\r\n", "\n").replace('\t', " "))
}

#[tokio::test]
async fn comments() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    let path = format!("/drafts/{}/comments", draft.id());
    let mut kept = Vec::new();
    for typed in strings() {
        let answer = stage.author.post(&path, json!({"note": typed})).await;
        assert_eq!(answer.status == 201, is_note(&typed), "{typed:?}: {}", answer.text());
        match answer.status {
            201 => kept.push(noted(&typed)),
            _ => assert_eq!(refused(&answer, &typed), ["note"]),
        }
    }
    let listed = stage.author.all(&path).await;
    assert_eq!(listed.iter().map(|comment| text(comment, "note")).collect::<Vec<_>>(), kept);
    let log = h.log().await;
    let told: Vec<&str> =
        log.of("review.commented").iter().map(|event| text(&event.content, "note")).collect();
    assert_eq!(told, kept);
    let history = stage.author.all(&format!("/drafts/{}/history", draft.id())).await;
    let said = history.iter().filter(|moment| moment["type"] == "review.commented");
    assert_eq!(said.map(|moment| text(moment, "note")).collect::<Vec<_>>(), kept);
    let page = read(&stage.author, &format!("/drafts/{}", draft.id())).await;
    let shown = page.texts(|element| element.is("p", "lines") && element.get("dir") == "auto");
    assert!(kept.iter().all(|note| shown.contains(note)));
    assert_eq!(page.elements().filter(|element| element.name == "script").count(), 1);
    h.finish().await;
}

/// All notes that may be, as few as hold them.
fn notes() -> Vec<String> {
    let mut notes = vec![String::new()];
    for note in strings().iter().filter(|typed| is_note(typed)).map(|typed| noted(typed)) {
        let last = notes.last_mut().unwrap();
        if last.chars().count() + note.chars().count() + 1 > 2_000 {
            notes.push(note);
        } else {
            last.push_str(if last.is_empty() { "" } else { "\n" });
            last.push_str(&note);
        }
    }
    notes
}

#[tokio::test]
async fn notes_of_verdicts() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let mut draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    let all = notes();
    assert!(all.len() > 4 && all.iter().map(String::len).sum::<usize>() > 10_000);
    for note in &all {
        draft = stage.author.submit(&draft).await;
        let approve = json!({"digest": draft.digest(), "note": note});
        stage.reviewer.post(&format!("/drafts/{}/approve", draft.id()), approve).await.ok();
        stage.reviewer.undo(&draft).await.ok();
        stage.reviewer.request_changes(&draft, note).await.ok();
    }
    for typed in some(2, 40).iter().filter(|typed| !is_note(typed)) {
        let draft = stage.author.submit(&draft).await;
        assert_eq!(refused(&stage.reviewer.reject(&draft, typed).await, typed), ["note"]);
        stage.author.verb(&draft, "withdraw").await.ok();
    }
    let draft = stage.author.submit(&draft).await;
    stage.reviewer.reject(&draft, &all[0]).await.ok();
    let wanted: Vec<&str> = all.iter().flat_map(|note| [note.as_str(); 2]).chain([all[0].as_str()]).collect();
    let comments = stage.author.all(&format!("/drafts/{}/comments", draft.id())).await;
    assert_eq!(comments.iter().map(|comment| text(comment, "note")).collect::<Vec<_>>(), wanted);
    h.finish().await;
}

#[tokio::test]
async fn accounts_boards_and_images() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let admin = h.admin().await;
    for typed in strings() {
        let connect = json!({"environment": "rehearsal", "expected_username": typed});
        let answer = admin.post("/connections", connect).await;
        if answer.status != 201 {
            assert_eq!(refused(&answer, &typed), ["expected_username"]);
        }
    }
    for connection in admin.all("/connections").await {
        let name = text(&connection, "expected_username");
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)), "{name:?}");
    }
    boards(&stage).await;
    for typed in some(4, 4) {
        let asset = stage.author.upload(pictures::picture(90), "image/png", &typed).await.is(201).json();
        labelled(text(&asset, "label"), &typed);
    }
    h.finish().await;
}

async fn boards(stage: &Stage) {
    let path = format!("/connections/{}/boards", stage.connection);
    let mut kept: Vec<String> = Vec::new();
    for typed in some(3, 8) {
        let name = typed.trim().to_owned();
        let answer = stage.author.post(&path, json!({"name": typed, "privacy": "PUBLIC"})).await;
        match answer.status {
            201 => kept.push(name),
            422 => assert_eq!(refused(&answer, &typed), ["name"]),
            // Pinterest itself has rules of its own, such as that names differ.
            status => assert!(matches!(status, 400 | 409 | 502), "{typed:?}: {} {}", status, answer.text()),
        }
    }
    assert!(kept.len() > 40, "{kept:?}");
    let boards = stage.author.get(&format!("{path}?bookmark=")).await.ok();
    let names: Vec<&str> =
        boards["items"].as_array().unwrap().iter().map(|board| text(board, "name")).collect();
    assert!(kept.iter().all(|name| names.contains(&name.as_str())), "{names:?}");
}

/// An image's label is its file's name, without folders and what hides; where nothing is left it is `image`.
fn labelled(label: &str, typed: &str) {
    assert!(
        !label.is_empty() && hidden::first(label).is_none() && !label.contains(['/', '\\', '\n']),
        "{label:?}"
    );
    let is_plain = !typed.contains(['/', '\\', '\n', '\r', '\t']) && hidden::first(typed).is_none();
    if is_plain && !typed.trim().is_empty() && typed.chars().count() <= 200 {
        assert_eq!(label, typed.trim());
    }
}

#[tokio::test]
async fn passwords() {
    let h = Harness::start().await;
    let author = h.author().await;
    let nobody = h.anonymous();
    // Hashing is slow on purpose.
    for typed in some(0, 4) {
        let tried: [Value; 3] = [
            json!({"email": typed, "password": typed}),
            json!({"email": author.email, "password": typed}),
            json!({"link": typed}),
        ];
        for body in tried {
            // As slowly as nobody is throttled for.
            h.advance(std::time::Duration::from_secs(60));
            let answer = nobody.post("/session", body).await;
            assert!(matches!(answer.status, 401 | 422), "{typed:?}: {}", answer.text());
            answer.problem(answer.status);
        }
    }
    let fits: Vec<String> = strings()
        .into_iter()
        .filter(|typed| (12..=256).contains(&typed.chars().count()) && !typed.is_ascii())
        .take(6)
        .collect();
    assert_eq!(fits.len(), 6);
    author.sign_in().await.is(201);
    let mut current = author.password.clone();
    for new in fits {
        h.advance(std::time::Duration::from_secs(600));
        author.put("/me/password", json!({"current": current, "new": new})).await.ok();
        let mut again = author.in_another_browser();
        again.password.clone_from(&new);
        again.sign_in().await.is(201);
        current = new;
    }
    h.finish().await;
}
