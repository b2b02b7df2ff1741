//! What leads a newcomer, and what the queue and the desk show of each Pin.

use std::time::Duration;

use super::support::{Site, Typed};

#[tokio::test]
async fn the_first_run_leads_until_a_pin_is_out() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let page = ada.get("/").await;
    assert!(page.has("No Pins yet") && page.has(">Connect an account</a>"), "{}", page.html);
    assert!(rowan.get("/").await.has(">See the connections</a>"));
    let connection = site.connect(&ada).await;
    assert!(ada.get("/").await.has(">Write the first draft</a>"));
    let draft = ada.signs(&connection, "Plum tart").await;
    for tab in ["drafts", "scheduled"] {
        let page = ada.get(&format!("/?tab={tab}")).await;
        assert!(page.has("From here to the first Pin") && !page.has("No Pins yet"), "{}", page.html);
    }
    assert!(ada.get("/?tab=scheduled").await.has("Nothing is scheduled"), "each tab has its own words");
    let waiting = rowan.get("/").await;
    assert!(waiting.has("Plum tart") && waiting.has(">Review what waits</a>"), "{}", waiting.html);
    rowan.countersigns(&draft).await;
    assert!(ada.get("/").await.has(">See what is scheduled</a>"));
    assert!(
        !ada.get("/?tab=scheduled").await.has(">See what is scheduled</a>"),
        "it leads to no page from itself"
    );
    site.work(Duration::from_secs(11)).await;
    assert!(!ada.get("/").await.has("From here to the first Pin"));
    site.finish(1).await;
}

#[tokio::test]
async fn the_form_connects_the_rehearsal_account_as_it_is_offered() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let form = ada.get("/connections").await;
    let offered = form.typed("expected_username");
    let fields = [("environment", "rehearsal"), ("expected_username", &*offered)];
    site.consent(&ada, &fields).await;
    let page = ada.get("/connections").await;
    assert!(
        page.has("Works") && !page.has("To be confirmed") && !page.has("Another account"),
        "{}",
        page.html
    );
}

#[tokio::test]
async fn rows_name_their_author_and_a_token_has_no_hand() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    let row = ada.get("/?tab=review").await;
    assert!(row.has("by Ada") && row.has("data-is=\"signed\""), "{}", row.html);
    ada.post(&format!("{draft}/withdraw"), &[]).await;
    let token = ada.post("/tokens", &[("token_name", "cms"), ("scope", "drafts:write")]).await;
    let (_, rest) = token.html.split_once("cs_").unwrap();
    let secret = format!("cs_{}", rest.split('<').next().unwrap());
    site.submits_by_token(&secret, &draft).await;
    for path in ["/?tab=review", &*draft] {
        let page = ada.get(path).await;
        assert!(page.has("data-is=\"api\"") && page.has("API token of Ada"), "{path}: {}", page.html);
    }
    ada.post(&format!("{draft}/withdraw"), &[]).await;
    ada.post(&format!("{draft}/submit"), &[]).await;
    assert!(!ada.get(&draft).await.has("API token of Ada"), "now a person signed");
}

#[tokio::test]
async fn the_desk_has_the_longest_waiting_first_and_ones_own_apart() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let mut drafts: Vec<String> = Vec::new();
    for number in 0..52 {
        let typed = Typed::pin().with("connection_id", &*connection).with("title", format!("Tart {number}."));
        let typed = if number == 0 {
            typed.image(super::support::picture())
        } else {
            typed.with("asset_id", asset(&ada, &drafts[0]).await)
        };
        site.clock.advance(Duration::from_secs(1));
        let page = ada.compose("/drafts", &typed, "submit").await;
        assert_eq!(page.status, 303, "{}", page.html);
        drafts.push(page.location);
    }
    let desk = rowan.get("/review").await;
    let place = |title: &str| desk.html.find(title).unwrap_or_else(|| panic!("{title}: {}", desk.html));
    assert!(desk.has("Waiting, 52") && desk.has("2 more. They follow"), "{}", desk.html);
    assert!(desk.has("<h1 class=\"gap\">Tart 0.</h1>") && place(">Tart 1.<") < place(">Tart 2.<"));
    assert!(!desk.has(">Tart 51.<"), "the newest waits for the others");
    let own = ada.get("/review").await;
    assert!(own.has("Waiting, 0") && own.has("Yours, 52") && own.has("2 more. They follow"), "{}", own.html);
}

/// The image of a draft.
async fn asset(ada: &super::support::Browser<'_>, draft: &str) -> String {
    ada.get(&format!("{draft}/edit")).await.hidden("asset_id").unwrap().to_owned()
}

#[tokio::test]
async fn the_queue_filters_by_the_day_on_which_a_pin_is_due() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    for day in ["2026-12-01", "2026-12-02"] {
        let typed = Typed::pin().with("connection_id", &*connection).with("title", format!("Tart of {day}"));
        let typed = typed.with("publish_local", format!("{day}T09:00"));
        assert_eq!(ada.compose("/drafts", &typed, "save").await.status, 303);
    }
    let page = ada.get("/?tab=drafts&from=2026-12-01&to=2026-12-01").await;
    assert!(page.has("Tart of 2026-12-01") && !page.has("Tart of 2026-12-02"), "{}", page.html);
    assert!(ada.get("/?tab=drafts&from=2026-12-03").await.has("No Pin matches"));
    assert_eq!(ada.get("/?tab=drafts&from=soon&to=%00").await.status, 422);
}

#[tokio::test]
async fn a_list_shows_the_gravest_environment_and_each_row_its_own() {
    let site = Site::with_sandbox().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let rehearsed = site.connect(&ada).await;
    let draft = ada.signs(&rehearsed, "Plum tart").await;
    let queue = ada.get("/?tab=review").await;
    assert!(queue.has("<title>[SANDBOX]") && queue.has("<i>·</i><b>REHEARSAL</b>"), "{}", queue.html);
    assert!(ada.get("/connections").await.has("<title>[SANDBOX]"));
    site.consent(&ada, &[("environment", "sandbox"), ("expected_username", "halden_kitchen")]).await;
    let accounts = ada.get("/drafts/new").await;
    let (_, rest) = accounts.html.split_once("<select class=\"in\" id=\"f-connection_id\"").unwrap();
    let mut ids = rest.split("value=\"").skip(1).take(2).filter_map(|rest| rest.split('"').next());
    let sandbox = ids.find(|id| *id != rehearsed).unwrap();
    ada.signs(sandbox, "Pear tart").await;
    let desk = rowan.desk(&draft).await;
    assert!(desk.has("<title>[REHEARSAL]") && desk.has(" · <b>SANDBOX</b>"), "{}", desk.html);
}
