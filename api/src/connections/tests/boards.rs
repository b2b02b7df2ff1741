//! Boards, live.

use std::time::Duration;

use countersign_entities::vocabulary::{ConnectionState, HoldReason};
use countersign_review_fixtures::{Environment as FarEnvironment, Fault, Kind, When};

use super::support::{HOME, KITCHEN, World, world};
use crate::{
    audit::AuditedTx,
    connections::{
        Connection, ConnectionError, NewBoard, create_board, find, hold_for_spam, list_boards, sections,
        usable,
    },
    error::Refusal,
    operators::{Author, Reader, TokenScope, testing as people},
    pinterest::boards::Board,
};

fn reader(world: &World) -> Reader {
    world.admin.reader(TokenScope::DraftsRead).unwrap()
}

async fn author(world: &World) -> Author {
    people::person(world.app(), "bo@x.example", "author").await;
    let session = people::signed_in(world.app(), "bo@x.example").await;
    people::resumed(world.app(), &session).await.unwrap().0.author().unwrap()
}

async fn boards(world: &World, connection: &Connection) -> Vec<Board> {
    list_boards(world.app(), &reader(world), &connection.id, None).await.unwrap().items
}

fn new(name: &str, privacy: &str) -> NewBoard {
    NewBoard { name: name.to_owned(), privacy: privacy.to_owned() }
}

#[tokio::test]
async fn boards_are_asked_for_once_a_minute_and_never_stored() {
    let world = world().await;
    let connection = world.connected().await;
    let names: Vec<String> = boards(&world, &connection).await.into_iter().map(|board| board.name).collect();
    assert_eq!(names.len(), 3);
    assert!(names.contains(&"Recipes".to_owned()), "{names:?}");
    boards(&world, &connection).await;
    assert_eq!(world.calls("/boards"), 1);
    world.advance(Duration::from_secs(60));
    boards(&world, &connection).await;
    assert_eq!(world.calls("/boards"), 2);
    let folder = world.app().data_dir.path();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let kept: Vec<u8> =
        files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect();
    assert!(!kept.windows(12).any(|window| window == b"Winter table"));
    world.check().await;
}

#[tokio::test]
async fn sections_are_read_and_an_unknown_board_is_none() {
    let world = world().await;
    let connection = world.connected().await;
    let recipes =
        boards(&world, &connection).await.into_iter().find(|board| board.name == "Recipes").unwrap();
    let found = sections(world.app(), &reader(&world), &connection.id, &recipes.id).await.unwrap();
    assert_eq!(found.iter().map(|section| section.name.as_str()).collect::<Vec<_>>(), ["Bakes", "Soups"]);
    for wrong in ["1", "../pins", "", "4821/pins"] {
        let refused = sections(world.app(), &reader(&world), &connection.id, wrong).await.unwrap_err();
        assert_eq!(refused.code(), "board_not_found", "{wrong}");
    }
    assert!(world.simulator.ledger().requests.iter().all(|request| !request.path.contains("..")));
    world.check().await;
}

#[tokio::test]
async fn an_author_creates_a_board_in_the_sandbox() {
    let world = world().await;
    let connection = world.connected().await;
    boards(&world, &connection).await;
    let author = author(&world).await;
    let made =
        create_board(world.app(), &author, &connection.id, new(" Autumn ", "PROTECTED")).await.unwrap();
    assert_eq!((made.name.as_str(), made.privacy.as_str()), ("Autumn", "PROTECTED"));
    assert!(boards(&world, &connection).await.contains(&made), "the kept list was forgotten");
    let story = world.story(&connection.id).await;
    assert_eq!(story.iter().filter(|kind| *kind == "api.request").count(), 4);

    for (name, privacy, field) in [
        ("", "PUBLIC", "name"),
        (&"x".repeat(181), "PUBLIC", "name"),
        ("Aut\u{200b}umn", "PUBLIC", "name"),
        ("Ok", "SECRET", "privacy"),
        ("Ok", "x", "privacy"),
    ] {
        let refused =
            create_board(world.app(), &author, &connection.id, new(name, privacy)).await.unwrap_err();
        assert_eq!(refused.fields()[0].field, field);
    }
    world.check().await;
}

#[tokio::test]
async fn a_name_that_pinterest_does_not_take_is_named_with_its_words_and_a_way_on() {
    let world = world().await;
    let connection = world.connected().await;
    let author = author(&world).await;
    let documented = "The board name is invalid or duplicated.";
    let seen = "Try a different name. You already have a board with this name!";
    for (status, code, words) in [(400, 400, documented), (400, 58, seen), (409, 58, seen)] {
        let taken = Fault::status("boards/create", When::Before, status, code, words);
        world.simulator.set_faults(vec![taken]).unwrap();
        let refused =
            create_board(world.app(), &author, &connection.id, new("Autumn", "PUBLIC")).await.unwrap_err();
        assert_eq!((refused.code(), refused.may_be_done()), ("fields_invalid", false), "{refused}");
        let wrong = &refused.fields()[0];
        assert_eq!((wrong.field, wrong.code), ("name", "taken"));
        assert!(wrong.message.contains(&words[..words.len() - 1]), "{refused}");
        assert!(wrong.message.contains("use that board"), "{refused}");
    }
    for (status, code, words) in [(400, 400, "Invalid board parameters."), (409, 409, documented)] {
        let other = Fault::status("boards/create", When::Before, status, code, words);
        world.simulator.set_faults(vec![other]).unwrap();
        let refused =
            create_board(world.app(), &author, &connection.id, new("Autumn", "PUBLIC")).await.unwrap_err();
        assert_ne!(refused.code(), "fields_invalid", "{refused}");
    }
    world.check().await;
}

#[tokio::test]
async fn a_lost_answer_to_a_creation_is_unknown_and_not_repeated() {
    let world = world().await;
    let connection = world.connected().await;
    let author = author(&world).await;
    let lost = Fault::new("boards/create", When::After, Kind::Reset);
    world.simulator.set_faults(vec![lost]).unwrap();
    let refused =
        create_board(world.app(), &author, &connection.id, new("Autumn", "PUBLIC")).await.unwrap_err();
    assert_eq!(refused.code(), "pinterest_outcome_unknown");
    assert_eq!(world.story(&connection.id).await.last().unwrap(), "api.unknown unknown");
    let made = world.simulator.boards(FarEnvironment::Sandbox);
    assert_eq!(made.iter().filter(|board| board.name == "Autumn").count(), 1);
    world.check().await;
}

#[tokio::test]
async fn an_error_of_pinterests_own_leaves_a_creation_unknown() {
    let world = world().await;
    let connection = world.connected().await;
    let author = author(&world).await;
    for status in [500, 503, 408, 409] {
        let odd = Fault::status("boards/create", When::Before, status, 0, "oh no");
        world.simulator.set_faults(vec![odd]).unwrap();
        let refused =
            create_board(world.app(), &author, &connection.id, new("Autumn", "PUBLIC")).await.unwrap_err();
        assert_eq!((refused.code(), refused.may_be_done()), ("pinterest_outcome_unknown", true));
        assert!(
            refused.to_string().starts_with(&format!("Pinterest answered {status} (oh no)")),
            "{refused}"
        );
    }
    world.check().await;
}

#[tokio::test]
async fn an_account_that_rests_creates_nothing_and_what_is_missing_is_named() {
    let world = world().await;
    let connection = world.connected().await;
    let author = author(&world).await;
    hold_for_spam(world.app(), &connection.id).await.unwrap();
    let refused =
        create_board(world.app(), &author, &connection.id, new("Autumn", "PUBLIC")).await.unwrap_err();
    assert!(matches!(refused, ConnectionError::Held(HoldReason::Spam)), "{refused}");
    assert_eq!(boards(&world, &connection).await.len(), 3, "looking is no publishing");

    let started = world.start(Some(HOME)).await;
    let narrowed = started.authorize_url.as_str().replace("%2Cboards%3Awrite", "").parse().unwrap();
    let query = world.press(&narrowed, HOME, "approve").await;
    let short = world.come_back(&query).await.unwrap();
    let refused = create_board(world.app(), &author, &short.id, new("Autumn", "PUBLIC")).await.unwrap_err();
    assert_eq!(refused.code(), "connection_held");
    assert!(refused.to_string().contains("did not grant boards:write."), "{refused}");
    world.check().await;
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_renewed_once_and_then_the_account_is_held() {
    let world = world().await;
    let connection = world.connected().await;
    let refused =
        |times| Fault::status("boards/list", When::Before, 401, 2, "Authentication failed.").times(times);
    world.simulator.set_faults(vec![refused(1)]).unwrap();
    assert_eq!(boards(&world, &connection).await.len(), 3);
    assert_eq!(usable(world.app(), &connection.id).await.unwrap().generation, 2);

    world.simulator.set_faults(vec![refused(0)]).unwrap();
    world.advance(Duration::from_secs(61));
    let held = list_boards(world.app(), &reader(&world), &connection.id, None).await.unwrap_err();
    assert_eq!(held.code(), "connection_held");
    let row = find(world.app(), &connection.id).await.unwrap();
    assert_eq!((row.state, row.hold_reason), (ConnectionState::Held, Some(HoldReason::Authorization)));
    world.check().await;
}

#[tokio::test]
async fn a_revoked_consent_shows_at_the_next_look() {
    let world = world().await;
    let connection = world.connected().await;
    world.simulator.revoke(KITCHEN);
    assert!(list_boards(world.app(), &reader(&world), &connection.id, None).await.is_err());
    assert_eq!(find(world.app(), &connection.id).await.unwrap().state, ConnectionState::Revoked);
    world.check().await;
}

#[tokio::test]
async fn what_pinterest_refuses_or_loses_is_said() {
    let world = world().await;
    let connection = world.connected().await;
    let cases = [
        (
            Fault::status("boards/list", When::Before, 429, 8, "limit").header("Retry-After", "7"),
            "pinterest_limit",
        ),
        (Fault::status("boards/list", When::Before, 400, 1, "Invalid request"), "pinterest_refused"),
        (Fault::status("boards/list", When::Before, 500, 0, "oh"), "pinterest_unanswered"),
        (Fault::new("boards/list", When::After, Kind::Html), "pinterest_unanswered"),
        (Fault::new("boards/list", When::After, Kind::CutBody), "pinterest_unanswered"),
        (Fault::new("boards/list", When::Before, Kind::Reset), "pinterest_unanswered"),
    ];
    for (fault, expected) in cases {
        world.simulator.set_faults(vec![fault]).unwrap();
        let refused = list_boards(world.app(), &reader(&world), &connection.id, None).await.unwrap_err();
        assert_eq!(refused.code(), expected, "{refused}");
        let wait = (expected == "pinterest_limit").then_some(Duration::from_secs(7));
        assert_eq!(refused.retry_after(), wait, "{refused}");
        assert!(!refused.may_be_done(), "looking does nothing");
    }
    let story = world.story(&connection.id).await;
    assert!(
        story.contains(&"api.rate_limited failed".to_owned())
            && story.contains(&"api.error failed".to_owned())
    );
    world.check().await;
}

#[tokio::test]
async fn without_an_intent_in_the_log_nothing_is_called() {
    let world = world().await;
    let connection = world.connected().await;
    let writer = AuditedTx::begin(world.app()).await.unwrap();
    let reader = reader(&world);
    let call = list_boards(world.app(), &reader, &connection.id, None);
    let time = async {
        while world.test.clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        world.advance(Duration::from_secs(2));
    };
    let (refused, ()) = tokio::join!(call, time);
    assert_eq!(refused.unwrap_err().code(), "busy");
    drop(writer);
    assert_eq!(world.calls("/boards"), 0);
    world.check().await;
}

#[tokio::test]
async fn an_account_that_nobody_confirmed_is_not_asked() {
    let world = world().await;
    let started = world.start(None).await;
    let connection = world.consent(&started, KITCHEN).await.unwrap();
    let refused = list_boards(world.app(), &reader(&world), &connection.id, None).await.unwrap_err();
    assert_eq!(refused.code(), "connection_held");
    assert_eq!(world.calls("/boards"), 0);
}
