//! The review desk: signing exactly what one saw, the next one, the way back.

use std::time::Duration;

use super::support::{Site, Typed};

#[tokio::test]
async fn from_a_draft_to_one_pin_by_pages_alone() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    assert!(rowan.get("/").await.has("Review 1 Pin"), "a reviewer begins with what waits");
    let desk = rowan.desk(&draft).await;
    for words in [
        "Will publish to <b>Recipes</b>",
        "as soon as it is countersigned",
        "waiting for you",
        "The board is there",
    ] {
        assert!(desk.has(words), "{words}: {}", desk.html);
    }
    let signed = rowan.countersigns(&draft).await;
    assert_eq!((signed.status, signed.location.as_str()), (303, "/review"));
    let after = rowan.get("/review").await;
    assert!(
        after.has("Countersigned. Will publish to Recipes in 10 s.")
            && after.has("Undo, 10 s")
            && after.has(&format!("href=\"{draft}\"")),
        "{}",
        after.html
    );
    assert!(ada.get(&draft).await.has("Rowan"));
    site.work(Duration::from_secs(11)).await;
    let published = ada.get(&draft).await;
    assert!(published.has("Published") && published.has("Open the Pin"), "{}", published.html);
    assert!(rowan.get("/?tab=published").await.has("Plum tart"));
    let pin = site.pinterest().ledger().pins.remove(0);
    assert_eq!(pin.title.as_deref(), Some("Plum tart"));
    site.finish(1).await;
}

#[tokio::test]
async fn undo_until_it_is_sent_and_too_late_after() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    rowan.countersigns(&draft).await;
    let undone = rowan.post(&format!("{draft}/undo"), &[]).await;
    assert!(undone.location.starts_with("/review?draft="));
    assert!(rowan.get(&undone.location).await.has("nothing was sent"));
    rowan.countersigns(&draft).await;
    site.work(Duration::from_secs(11)).await;
    for verb in ["undo", "cancel"] {
        let person = if verb == "undo" { &rowan } else { &ada };
        let late = person.post(&format!("{draft}/{verb}"), &[]).await;
        assert!(late.status == 409 && late.has(&format!("href=\"{draft}\"")), "{verb}: {}", late.html);
        assert!(!late.has("No Pin was made"), "{verb}: {}", late.html);
    }
    site.finish(1).await;
}

#[tokio::test]
async fn while_publishing_is_paused_a_signature_says_so() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    rowan.post("/publishing/pause", &[]).await;
    rowan.countersigns(&draft).await;
    let after = rowan.get("/review").await;
    assert!(
        after.has("It is held while publishing is paused.") && !after.has("Will publish"),
        "{}",
        after.html
    );
    assert!(after.has("Undo, 10 s") && !after.has("data-after"), "{}", after.html);
    site.finish(0).await;
}

#[tokio::test]
async fn a_page_that_is_out_of_date_signs_nothing_and_shows_what_changed() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    let seen = rowan.desk(&draft).await;
    let digest = seen.hidden("digest").unwrap();
    let asset = ada.get(&format!("{draft}/edit")).await;
    let asset = asset.hidden("asset_id").unwrap();
    let edit = Typed::pin().with("revision", "1").with("title", "Pear tart").with("asset_id", asset);
    assert_eq!(ada.compose(&draft, &edit, "submit").await.status, 303);
    for (verb, note) in [("approve", ""), ("reject", "No plums left.")] {
        let late = rowan.post(&format!("{draft}/{verb}"), &[("digest", digest), ("note", note)]).await;
        assert_eq!(late.status, 412, "{verb}");
        assert!(
            late.has("Ada saved revision 2") && late.has("<del>Plum</del>") && late.has(note),
            "{}",
            late.html
        );
    }
    assert!(rowan.get("/?tab=review").await.has("Pear tart"), "nothing was decided");
    rowan.countersigns(&draft).await;
    let twice = rowan.post(&format!("{draft}/approve"), &[("digest", digest)]).await;
    assert!(twice.status == 409 && twice.has("You countersigned it already"), "{}", twice.html);
    let said =
        ["You countersigned it, Today", "It is sent on", &format!("href=\"{draft}\""), "it is sent once"];
    assert!(said.iter().all(|words| twice.has(words)) && !twice.has("Nothing was signed"), "{}", twice.html);
    site.finish(0).await;
}

#[tokio::test]
async fn a_verdict_without_its_note_keeps_what_was_typed() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let (first, second) =
        (ada.signs(&connection, "Plum tart").await, ada.signs(&connection, "Pear tart").await);
    let desk = rowan.desk(&first).await;
    let digest = desk.hidden("digest").unwrap();
    let long = "n".repeat(2001);
    for (verb, note, words) in [
        ("reject", "", "Write what you want to say"),
        ("request-changes", long.as_str(), "too many"),
        ("approve", long.as_str(), "too many"),
    ] {
        let page = rowan.post(&format!("{first}/{verb}"), &[("digest", digest), ("note", note)]).await;
        assert!(page.status == 422 && page.has(words) && page.has(note), "{verb}: {}", page.html);
    }
    let sent =
        rowan.post(&format!("{first}/request-changes"), &[("digest", digest), ("note", "Too dark.")]).await;
    assert_eq!(
        sent.location,
        format!("/review?draft={}", second.rsplit('/').next().unwrap()),
        "the next one"
    );
    assert!(rowan.get(&sent.location).await.has("Sent back with your note."));
    let story = ada.get(&first).await;
    assert!(story.has("asked for changes") && story.has("Too dark.") && story.has("Changes requested"));
    let comment = ada.post(&format!("{first}/comments"), &[("comment", " "), ("return_to", &first)]).await;
    assert!(comment.status == 422 && comment.has("Write what you want to say"), "{}", comment.html);
    site.finish(0).await;
}

#[tokio::test]
async fn ones_own_pin_is_seen_with_the_reason_and_who_else_may_sign() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    let desk = ada.get("/review").await;
    for words in ["Yours, 1", "You wrote revision 1 of this Pin", "Rowan can.", "waiting for Rowan"] {
        assert!(desk.has(words), "{words}: {}", desk.html);
    }
    assert!(!desk.has("You sign exactly this"), "{}", desk.html);
    assert!(desk.hidden("digest").is_none(), "no verdict is offered");
    assert_eq!(ada.post(&format!("{draft}/approve"), &[("digest", "0")]).await.status, 403);
    assert_eq!(site.told("access.refused").await.len(), 1);
    site.finish(0).await;
}

#[tokio::test]
async fn every_change_of_heart_has_its_button() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    assert_eq!(ada.post(&format!("{draft}/withdraw"), &[]).await.location, draft);
    assert_eq!(ada.post(&format!("{draft}/submit"), &[]).await.location, draft);
    rowan.countersigns(&draft).await;
    assert_eq!(ada.post(&format!("{draft}/cancel"), &[]).await.location, draft);
    let cancelled = ada.get(&draft).await;
    assert!(
        cancelled.has("Cancelled. Nothing was sent.") && cancelled.has("no longer counts"),
        "{}",
        cancelled.html
    );
    let copy = ada.post(&format!("{draft}/duplicate"), &[]).await.location;
    assert!(copy.starts_with("/drafts/drf_") && copy != draft);
    assert_eq!(ada.post(&format!("{draft}/discard"), &[]).await.location, "/?tab=discarded");
    assert!(ada.get("/?tab=discarded").await.has("Plum tart"));
    assert_eq!(ada.post(&format!("{draft}/submit"), &[]).await.status, 409);
    assert_eq!(ada.get(&format!("{draft}/edit")).await.location, draft);
    site.work(Duration::from_secs(60)).await;
    site.finish(0).await;
}

#[tokio::test]
async fn nobody_signs_moves_or_discards_what_their_page_does_not_show() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    let old = ada.get(&draft).await.hidden("version").unwrap().to_owned();
    assert_eq!(ada.post(&format!("{draft}/withdraw"), &[]).await.location, draft);
    let time = [("publish_local", "2026-12-01T09:00"), ("publish_zone", "UTC")];
    for (verb, fields) in [("submit", &[][..]), ("reschedule", &time), ("discard", &[])] {
        for version in [&*old, "none"] {
            let sent = [&[("version", version)], fields].concat();
            let page = ada.post(&format!("{draft}/{verb}"), &sent).await;
            assert!(page.status == 412 && page.has("It has changed meanwhile"), "{verb}: {}", page.html);
        }
    }
    let now = ada.get(&draft).await;
    assert!(now.has("Sign and ask for approval") && !now.has("1 Dec 2026"), "{}", now.html);
    let seen = [("version", now.hidden("version").unwrap())];
    assert_eq!(ada.post(&format!("{draft}/submit"), &seen).await.location, draft);
    site.finish(0).await;
}

#[tokio::test]
async fn the_queue_filters_pages_and_forgives() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    for number in 0..27 {
        let typed = Typed::pin().with("connection_id", &*connection).with("title", format!("Tart {number}"));
        assert_eq!(ada.compose("/drafts", &typed, "save").await.status, 303);
    }
    let page = ada.get("/?tab=drafts").await;
    assert_eq!(page.html.matches("class=\"row plain\"").count(), 25);
    let (_, rest) = page
        .html
        .split_once("rel=\"next\"")
        .map_or(("", ""), |_| page.html.rsplit_once("href=\"/?tab=drafts&amp;cursor=").unwrap());
    let next = format!("/?tab=drafts&cursor={}", rest.split('"').next().unwrap());
    assert_eq!(ada.get(&next).await.html.matches("class=\"row plain\"").count(), 2);
    let found = ada.get("/?tab=drafts&q=tart%2026").await;
    assert!(found.has("1 Pin, and that is all") && found.has("Tart 26"));
    assert!(ada.get("/?tab=drafts&q=pear").await.has("No Pin matches"));
    assert_eq!(ada.get("/?tab=drafts&cursor=nonsense").await.status, 422);
    assert_eq!(ada.get("/?tab=nonsense&connection=x&author=y").await.status, 422);
    assert!(ada.get("/queue/tabs?tab=drafts").await.has("<b>27</b>"));
}
