use countersign_entities::vocabulary::{
    ConnectionState, DraftState, Origin, PublicationState, Tab, VoidReason,
};

use super::*;
use crate::{
    audit::{
        AuditedTx,
        header::{Header, Value},
        read,
    },
    drafts::{
        Error, Patch, PublishAtInput, author_ids, cancel, content::Content, discard, duplicate, find,
        reschedule, revision, save, store,
    },
    error::{Fault, Kind, Refusal},
};

fn titled(title: &str) -> Patch {
    Patch { title: Some(Some(title.to_owned())), ..Patch::default() }
}

fn nine() -> PublishAtInput {
    PublishAtInput { local: "2026-12-01T09:00".to_owned(), zone: "Europe/Berlin".to_owned(), offset: None }
}

#[tokio::test]
async fn a_new_draft_has_a_first_revision_whose_digest_the_log_and_its_sealed_part_agree_on() {
    let bench = Bench::new().await;
    let image = bench.image(9).await;
    let draft = bench
        .draft_of(Fields {
            title: Some("Soup".to_owned()),
            link: Some("https://www.kitchen.example/soup".to_owned()),
            asset_id: Some(image.id.to_string()),
            publish_at: Some(nine()),
            ..Fields::default()
        })
        .await;
    assert_eq!(
        (draft.state, draft.tab, draft.revision, draft.version),
        (DraftState::Draft, Tab::Drafts, 1, 1)
    );
    assert_eq!(draft.link_host.as_deref(), Some("www.kitchen.example"));
    assert_eq!(draft.due_at.map(|at| at.rfc3339()).as_deref(), Some("2026-12-01T08:00:00.000000Z"));
    assert_eq!(find(&bench.app().db, &draft.id).await.unwrap().unwrap(), draft);

    let revision = revision(&bench.app().db, &draft.id, 1).await.unwrap().unwrap();
    assert_eq!(revision.recomputed_digest(), draft.digest);
    assert_eq!(revision.fields, ["title", "link", "image_sha256", "publish_at"]);
    assert_eq!(revision.author_id.as_ref(), Some(bench.ada.id()));

    let events = read::about(&bench.app().db, draft.id.as_str(), 0).await.unwrap();
    let event = events.first().unwrap();
    assert_eq!((event.kind.as_str(), event.stream.as_str()), ("review.draft.created", "connection:con_1"));
    let header = Header::parse_line(&event.header).unwrap();
    assert_eq!(header.object.unwrap().revision, Some(1));
    assert_eq!(header.facts.get("digest").and_then(Value::as_str), Some(draft.digest.as_str()));
    let sealed = read::sealed_of(&bench.app().db, std::slice::from_ref(&event.id)).await.unwrap();
    let content = sealed.iter().find(|part| part.name == "content").unwrap();
    let content = Value::parse(content.value.as_deref().unwrap()).unwrap();
    let said = Content::from_value(content.get("draft").unwrap()).unwrap();
    let salt = crate::audit::header::parse_hash(content.get("draft_salt").and_then(Value::as_str).unwrap());
    assert_eq!(hex::encode(said.digest(&salt.unwrap()).unwrap()), draft.digest);
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_made() {
    let bench = Bench::new().await;
    let fields = Fields {
        title: Some("x".repeat(101)),
        link: Some("ftp://x".to_owned()),
        asset_id: Some("ast_none".to_owned()),
        ..Fields::default()
    };
    let new = NewDraft { connection_id: "con_1".to_owned(), fields, origin: Origin::Api };
    let refused = create(bench.app(), &bench.author(), new).await.unwrap_err();
    let fields: Vec<&str> = refused.fields().iter().map(|field| field.field).collect();
    assert_eq!((refused.kind(), fields), (Kind::Invalid, vec!["title", "link", "asset_id"]));
    assert_eq!(fixture::number(bench.app(), "SELECT count(*) FROM draft").await, 0);
}

#[tokio::test]
async fn an_account_that_has_ended_or_does_not_exist_takes_no_draft() {
    let bench = Bench::new().await;
    let ended = [ConnectionState::Disconnected, ConnectionState::Revoked];
    for (id, state) in ["con_2", "con_3"].into_iter().zip(ended) {
        fixture::account(bench.app(), id, state, bench.ada.id()).await;
    }
    for (id, code) in
        [("con_2", "disconnected"), ("con_3", "disconnected"), ("con_4", "unknown"), ("drf_1", "unknown")]
    {
        let new = NewDraft { connection_id: id.to_owned(), fields: Fields::default(), origin: Origin::Api };
        let refused = create(bench.app(), &bench.author(), new).await.unwrap_err();
        let field = refused.fields().first().unwrap();
        assert_eq!((field.field, field.code), ("connection_id", code), "{id}");
    }
}

#[tokio::test]
async fn saving_makes_a_revision_with_another_salt_and_names_what_changed() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    let saved = save(bench.app(), &bench.author(), &draft.id, draft.version, titled("Stew")).await.unwrap();
    assert_eq!((saved.revision, saved.version, saved.title.as_deref()), (2, 2, Some("Stew")));
    let first = revision(&bench.app().db, &draft.id, 1).await.unwrap().unwrap();
    let second = revision(&bench.app().db, &draft.id, 2).await.unwrap().unwrap();
    assert_ne!(first.salt, second.salt);
    assert_eq!(
        (second.recomputed_digest(), &second.fields),
        (saved.digest.clone(), &vec!["title".to_owned()])
    );
    assert_eq!(bench.told(&draft).await, ["review.draft.created", "review.draft.edited"]);
}

#[tokio::test]
async fn a_save_that_changes_nothing_makes_no_revision() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    let same = save(bench.app(), &bench.author(), &draft.id, 1, titled("  Soup ")).await.unwrap();
    assert_eq!(same, draft);
    assert_eq!(bench.told(&draft).await, ["review.draft.created"]);
}

#[tokio::test]
async fn whoever_edits_counts_as_an_author_even_if_a_row_is_deleted() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    assert_eq!(author_ids(&bench.app().db, &draft.id).await.unwrap(), [bench.ada.id().clone()]);
    save(bench.app(), &bench.ben.author().unwrap(), &draft.id, 1, titled("Stew")).await.unwrap();
    fixture::sql(bench.app(), "DELETE FROM draft_author").await;
    let both = [bench.ada.id().clone(), bench.ben.id().clone()];
    assert_eq!(author_ids(&bench.app().db, &draft.id).await.unwrap(), both);
}

#[tokio::test]
async fn a_save_upon_another_version_is_refused_with_what_differs() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    save(bench.app(), &bench.ben.author().unwrap(), &draft.id, 1, titled("Stew")).await.unwrap();
    let refused = save(bench.app(), &bench.author(), &draft.id, 1, titled("Broth")).await.unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (Kind::Stale, "stale"));
    let Error::Stale(stale) = refused else { panic!("not stale") };
    assert_eq!((stale.current.version, stale.current.title.as_deref()), (2, Some("Stew")));
    let difference = stale.differences.first().unwrap();
    assert_eq!(stale.differences.len(), 1);
    assert_eq!(
        (difference.field, difference.before.as_deref(), difference.after.as_deref()),
        ("title", Some("Stew"), Some("Broth"))
    );
}

#[tokio::test]
async fn of_two_saves_at_once_one_wins_and_the_other_is_stale() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    let (ada, ben) = (bench.author(), bench.ben.author().unwrap());
    let (one, other) = tokio::join!(
        save(bench.app(), &ada, &draft.id, 1, titled("Stew")),
        save(bench.app(), &ben, &draft.id, 1, titled("Broth"))
    );
    let stale = [one, other].into_iter().filter(|saved| matches!(saved, Err(Error::Stale(_)))).count();
    assert_eq!(stale, 1);
    assert_eq!(find(&bench.app().db, &draft.id).await.unwrap().unwrap().revision, 2);
}

#[tokio::test]
async fn an_edit_voids_the_approval_and_cancels_its_publication() {
    let bench = Bench::new().await;
    for waiting in [PublicationState::Scheduled, PublicationState::Held] {
        let draft = bench.draft("Soup").await;
        let draft = fixture::approved(bench.app(), &draft, waiting, bench.ben.id()).await;
        let saved =
            save(bench.app(), &bench.author(), &draft.id, draft.version, titled("Stew")).await.unwrap();
        assert_eq!((saved.state, saved.tab), (DraftState::Draft, Tab::Drafts));
        let (publication, approval) = fixture::signed(bench.app(), &draft).await;
        assert_eq!(publication.state, PublicationState::Cancelled);
        assert_eq!(publication.why.as_deref(), Some("edited"));
        assert_eq!((publication.hold_reason, publication.ended_at), (None, Some(bench.app().now())));
        assert_eq!(approval.void_reason, Some(VoidReason::Edited));
        assert_eq!(approval.voided_at, Some(bench.app().now()));
        let told = bench.told(&draft).await;
        assert_eq!(
            told.get(1..).unwrap(),
            ["review.approval.voided", "publish.cancelled", "review.draft.edited"]
        );
        let events = read::about(&bench.app().db, draft.id.as_str(), 0).await.unwrap();
        let voided = Header::parse_line(&events.get(1).unwrap().header).unwrap();
        assert_eq!(voided.cause, Some(approval.event_id.to_string()));
        assert_eq!(voided.flow, Some(publication.id.to_string()));
        assert_eq!(voided.object.unwrap().revision, Some(1));
        assert_eq!(voided.facts.get("digest").and_then(Value::as_str), Some(draft.digest.as_str()));
    }
}

#[tokio::test]
async fn while_it_is_being_sent_nothing_changes() {
    let beyond = [
        PublicationState::Claimed,
        PublicationState::Unknown,
        PublicationState::NeedsDecision,
        PublicationState::Sending,
    ];
    for state in beyond {
        let bench = Bench::new().await;
        let draft = bench.draft("Soup").await;
        let draft = fixture::approved(bench.app(), &draft, state, bench.ben.id()).await;
        let author = bench.author();
        let refusals = [
            save(bench.app(), &author, &draft.id, draft.version, titled("Stew")).await.unwrap_err(),
            reschedule(bench.app(), &author, &draft.id, None, Some(nine())).await.unwrap_err(),
            cancel(bench.app(), &author, &draft.id, None).await.unwrap_err(),
            discard(bench.app(), &author, &draft.id, None).await.unwrap_err(),
        ];
        for refused in refusals {
            assert_eq!((refused.kind(), refused.code()), (Kind::Conflict, "too_late"), "{state}");
        }
        assert_eq!(find(&bench.app().db, &draft.id).await.unwrap().unwrap(), draft);
        let (publication, approval) = fixture::signed(bench.app(), &draft).await;
        assert_eq!((publication.state, approval.voided_at), (state, None));
    }
}

#[tokio::test]
async fn a_publication_that_has_ended_stays_as_it_ended() {
    let bench = Bench::new().await;
    for ended in [PublicationState::Refused, PublicationState::Missed, PublicationState::Abandoned] {
        let draft = bench.draft("Soup").await;
        let draft = fixture::approved(bench.app(), &draft, ended, bench.ben.id()).await;
        save(bench.app(), &bench.author(), &draft.id, draft.version, titled("Stew")).await.unwrap();
        let (publication, approval) = fixture::signed(bench.app(), &draft).await;
        assert_eq!((publication.state, approval.voided_at), (ended, None));
        assert_eq!(bench.told(&draft).await, ["review.draft.created", "review.draft.edited"]);
    }
}

#[tokio::test]
async fn rescheduling_is_an_edit_of_the_time_alone_and_says_so() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    let draft = fixture::approved(bench.app(), &draft, PublicationState::Scheduled, bench.ben.id()).await;
    let moved = reschedule(bench.app(), &bench.author(), &draft.id, None, Some(nine())).await.unwrap();
    assert_eq!((moved.state, moved.publish_zone.as_deref()), (DraftState::Draft, Some("Europe/Berlin")));
    let second = revision(&bench.app().db, &draft.id, 2).await.unwrap().unwrap();
    assert_eq!(second.fields, ["publish_at"]);
    let (_, approval) = fixture::signed(bench.app(), &draft).await;
    assert_eq!(approval.void_reason, Some(VoidReason::Rescheduled));
    let skipped = PublishAtInput { local: "2027-03-28T02:30".to_owned(), ..nine() };
    let refused = reschedule(bench.app(), &bench.author(), &draft.id, None, Some(skipped)).await.unwrap_err();
    assert_eq!(refused.fields().first().unwrap().code, "time_skipped");
}

#[tokio::test]
async fn cancelling_takes_it_off_the_schedule_under_a_digest_nobody_has_seen() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    let nothing = cancel(bench.app(), &bench.author(), &draft.id, None).await.unwrap_err();
    assert_eq!((nothing.kind(), nothing.code()), (Kind::Conflict, "nothing_to_cancel"));
    let approved = fixture::approved(bench.app(), &draft, PublicationState::Scheduled, bench.ben.id()).await;
    let after = cancel(bench.app(), &bench.author(), &draft.id, Some(approved.version)).await.unwrap();
    assert_eq!((after.state, after.tab, after.revision), (DraftState::Draft, Tab::Drafts, 2));
    assert_ne!(after.digest, draft.digest);
    assert_eq!(find(&bench.app().db, &draft.id).await.unwrap().unwrap(), after);
    let second = revision(&bench.app().db, &draft.id, 2).await.unwrap().unwrap();
    assert_eq!((second.recomputed_digest(), second.author_id), (after.digest.clone(), None));
    let events = read::about(&bench.app().db, draft.id.as_str(), 0).await.unwrap();
    let last = events.last().unwrap();
    assert_eq!((last.kind.as_str(), last.actor_kind.as_str()), ("review.draft.edited", "system"));
    assert_eq!(author_ids(&bench.app().db, &draft.id).await.unwrap(), [bench.ada.id().clone()]);
}

#[tokio::test]
async fn a_discarded_draft_has_ended_and_can_only_be_duplicated() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    let approved = fixture::approved(bench.app(), &draft, PublicationState::Scheduled, bench.ben.id()).await;
    let stale = discard(bench.app(), &bench.author(), &draft.id, Some(1)).await.unwrap_err();
    assert_eq!(stale.kind(), Kind::Stale);
    let gone = discard(bench.app(), &bench.author(), &draft.id, Some(approved.version)).await.unwrap();
    assert_eq!((gone.state, gone.tab), (DraftState::Discarded, Tab::Discarded));
    assert_eq!(bench.told(&draft).await.last().unwrap(), "review.draft.discarded");
    let (publication, _) = fixture::signed(bench.app(), &draft).await;
    assert_eq!(publication.state, PublicationState::Cancelled);
    let author = bench.author();
    for refused in [
        save(bench.app(), &author, &draft.id, gone.version, titled("Stew")).await.unwrap_err(),
        discard(bench.app(), &author, &draft.id, None).await.unwrap_err(),
        cancel(bench.app(), &author, &draft.id, None).await.unwrap_err(),
    ] {
        assert_eq!((refused.kind(), refused.code()), (Kind::Conflict, "draft_discarded"));
    }
    let copy = duplicate(bench.app(), &author, &draft.id, None, Origin::Page).await.unwrap();
    assert_eq!((copy.title.as_deref(), copy.state), (Some("Soup"), DraftState::Draft));
    assert_ne!((&copy.id, &copy.digest), (&draft.id, &draft.digest));
}

#[tokio::test]
async fn a_duplicate_for_another_account_has_no_board_and_keeps_only_a_time_to_come() {
    let bench = Bench::new().await;
    let image = bench.image(3).await;
    let draft = bench
        .draft_of(Fields {
            board_id: Some("12".to_owned()),
            board_section_id: Some("34".to_owned()),
            asset_id: Some(image.id.to_string()),
            publish_at: Some(nine()),
            ..Fields::default()
        })
        .await;
    let author = bench.author();
    let here = duplicate(bench.app(), &author, &draft.id, None, Origin::Api).await.unwrap();
    assert_eq!((here.board_id.as_deref(), here.due_at), (Some("12"), draft.due_at));
    fixture::account(bench.app(), "con_2", ConnectionState::Active, bench.ada.id()).await;
    let there = duplicate(bench.app(), &author, &draft.id, Some("con_2"), Origin::Api).await.unwrap();
    assert_eq!((there.board_id, there.board_section_id), (None, None));
    assert_eq!((there.connection_id.as_str(), there.asset_id), ("con_2", Some(image.id)));
    bench.test.clock.set(draft.due_at.unwrap());
    let late = duplicate(bench.app(), &author, &draft.id, None, Origin::Api).await.unwrap();
    assert_eq!((late.due_at, late.publish_local), (None, None));
}

#[tokio::test]
async fn the_log_is_whole_after_all_this() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    let approved = fixture::approved(bench.app(), &draft, PublicationState::Scheduled, bench.ben.id()).await;
    cancel(bench.app(), &bench.author(), &draft.id, Some(approved.version)).await.unwrap();
    let check = read::self_check(&bench.app().db).await.unwrap();
    assert_eq!((check.fault, check.events), (None, 5));
}

#[tokio::test]
async fn a_draft_that_was_changed_meanwhile_is_not_written_over() {
    let bench = Bench::new().await;
    let seen = bench.draft("Soup").await;
    let changed = save(bench.app(), &bench.author(), &seen.id, seen.version, titled("Stew")).await.unwrap();
    let tx = AuditedTx::begin(bench.app()).await.unwrap();
    let lost = store::change(&tx, &seen, store::Change::default()).await;
    assert!(matches!(lost, Err(Fault::Lost(_))), "{lost:?}");
    let after = store::change(&tx, &changed, store::Change::default()).await.unwrap();
    assert_eq!(after.version, changed.version + 1);
}
