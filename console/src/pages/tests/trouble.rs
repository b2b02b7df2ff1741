//! Pins that stop: what happened, whether a Pin may exist, and what a person can do about it.

use std::time::Duration;

use super::support::{Browser, Site};

const MINUTE: Duration = Duration::from_secs(60);

fn faults(site: &Site, faults: &str) {
    site.pinterest().set_faults(serde_json::from_str(faults).unwrap()).unwrap();
}

/// A Pin whose send got no answer and that was never seen; the paths of its draft and of its publication.
async fn undecided(site: &Site, ada: &Browser<'_>, rowan: &Browser<'_>, when: &str) -> (String, String) {
    let connection = site.connect(ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    rowan.countersigns(&draft).await;
    let lost = format!(
        r#"[{{"operation":"pins/create","fault":"hide","times":1000}},
            {{"operation":"pins/create","when":"{when}","fault":"reset"}}]"#
    );
    faults(site, &lost);
    site.work(Duration::from_secs(11)).await;
    let looking = rowan.get(&draft).await;
    assert!(
        looking.has("Pinterest may have this Pin") && looking.has("There is nothing to do yet"),
        "{}",
        looking.html
    );
    for _ in 0..12 {
        site.work(20 * MINUTE).await;
        // Whoever is at work stays signed in.
        for person in [ada, rowan] {
            person.get("/account").await;
        }
    }
    let page = rowan.get(&draft).await;
    let (_, rest) =
        page.html.split_once("action=\"/publications/").unwrap_or_else(|| panic!("{}", page.html));
    (draft, format!("/publications/{}", rest.split('/').next().unwrap()))
}

#[tokio::test]
async fn it_is_there_is_said_by_a_person_and_nothing_is_sent_again() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let (draft, publication) = undecided(&site, &ada, &rowan, "after").await;
    assert!(ada.get(&draft).await.has("A reviewer has to choose"), "an author may not");
    let resolve = format!("{publication}/resolve");
    let choice = |pin: &'static str, reason: &'static str| {
        [("outcome", "published"), ("pin_id", pin), ("reason", reason)]
    };
    for (fields, words) in
        [(choice("12", ""), "Write what you want to say"), (choice("a Pin", "Seen"), "is a number")]
    {
        let page = rowan.post(&resolve, &fields).await;
        assert!(
            page.status == 422 && page.has(words) && page.typed("pin_id") == fields[1].1,
            "{}",
            page.html
        );
    }
    faults(&site, "[]");
    let pin = site.pinterest().ledger().pins[0].pin_id.clone();
    let found = [("outcome", "published"), ("pin_id", pin.as_str()), ("reason", "I see it on the board.")];
    assert_eq!(ada.post(&resolve, &found).await.status, 403);
    assert_eq!(rowan.post(&resolve, &found).await.location, draft);
    let page = rowan.get(&draft).await;
    assert!(page.has("Recorded. That Pin is this one") && page.has("Published"), "{}", page.html);
    assert_eq!(rowan.post(&resolve, &found).await.status, 409);
    assert!(rowan.get(&publication).await.has(&pin));
    site.finish(1).await;
}

#[tokio::test]
async fn giving_up_sends_nothing_and_once_more_takes_a_fresh_signature() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let (draft, publication) = undecided(&site, &ada, &rowan, "before").await;
    faults(&site, "[]");
    let again = [("outcome", "again"), ("reason", "It is not on the board.")];
    let page = rowan.post(&format!("{publication}/resolve"), &again).await;
    assert!(page.location.starts_with("/review?draft="), "{}", page.html);
    assert!(rowan.get(&page.location).await.has("Nothing is sent without that signature"));
    site.work(MINUTE).await;
    assert_eq!(site.pinterest().ledger().pins.len(), 0);
    rowan.countersigns(&draft).await;
    site.work(MINUTE).await;
    let story = rowan.get(&draft).await;
    assert!(story.has("gave this one up") && story.has("Published"), "{}", story.html);
    site.finish(1).await;
}

#[tokio::test]
async fn a_refusal_names_the_board_and_the_way_on() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    rowan.countersigns(&draft).await;
    faults(
        &site,
        r#"[{"operation":"pins/create","fault":"status","status":404,"code":40,"message":"Board not found."}]"#,
    );
    site.work(MINUTE).await;
    let page = ada.get(&draft).await;
    for words in [
        "Refused by Pinterest",
        "No Pin was made",
        "Board not found.",
        "404, code 40",
        "/edit#f-board",
        "Every send to Pinterest",
    ] {
        assert!(page.has(words), "{words}: {}", page.html);
    }
    assert!(ada.get("/?tab=attention").await.has("Board not found"));
    assert_eq!(ada.post(&format!("{draft}/submit"), &[]).await.location, draft);
    assert!(!ada.get("/?tab=attention").await.has("Plum tart"), "somebody dealt with it");
    site.finish(0).await;
}

#[tokio::test]
async fn what_is_held_says_why_and_goes_on() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    rowan.countersigns(&draft).await;
    rowan.post("/publishing/pause", &[("reason", "Wrong board names")]).await;
    site.work(MINUTE).await;
    let held = rowan.get(&draft).await;
    assert!(held.has("Publishing is paused") && held.has("Both signatures stay"), "{}", held.html);
    ada.post("/publishing/resume", &[]).await;
    site.work(MINUTE).await;
    assert!(rowan.get(&draft).await.has("No longer held"));
    site.finish(1).await;
}
