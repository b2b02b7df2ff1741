use std::time::Duration;

use countersign_entities::{
    ids::DraftId,
    vocabulary::{DraftState, PublicationState, Tab},
};

use super::*;
use crate::{
    drafts::{
        Error, Filter, PublishAtInput, counts, discard, find, list, move_due,
        queue::{Order, Place},
        store::{self, Change, fixture},
        tab_of,
    },
    error::{Kind, Refusal},
};

impl Bench {
    async fn found(&self, filter: Filter) -> Vec<DraftId> {
        let page = list(self.app(), &self.reader(), &filter).await.unwrap();
        page.items.into_iter().map(|draft| draft.id).collect()
    }

    async fn asked(&self, question: &str) -> Vec<DraftId> {
        self.found(Filter { q: Some(question.to_owned()), ..Filter::default() }).await
    }

    /// All pages of `limit` drafts, put together.
    async fn leafed(&self, filter: Filter) -> Vec<DraftId> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let filter = Filter { cursor, ..filter.clone() };
            let page = list(self.app(), &self.reader(), &filter).await.unwrap();
            assert!(page.items.len() as u64 <= filter.limit);
            all.extend(page.items.into_iter().map(|draft| draft.id));
            cursor = page.next;
            if cursor.is_none() {
                return all;
            }
        }
    }

    async fn scheduled(&self, hour: u32) -> Draft {
        let publish_at = PublishAtInput {
            local: format!("2026-12-01T{hour:02}:00"),
            zone: "UTC".to_owned(),
            offset: None,
        };
        let fields = Fields { publish_at: Some(publish_at), ..Fields::default() };
        let draft = self.draft_of(fields).await;
        let draft = fixture::approved(self.app(), &draft, PublicationState::Scheduled, self.ben.id()).await;
        let publication = Some((PublicationState::Scheduled, None));
        let tab = tab_of(draft.state, publication, draft.due_at, self.app().now(), None);
        let tx = crate::audit::AuditedTx::begin(self.app()).await.unwrap();
        let change = Change { tab: Some(tab), ..Change::default() };
        let draft = store::change(&tx, &draft, change).await.unwrap();
        tx.commit_untold().await.unwrap();
        draft
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_also_where_times_are_the_same() {
    let bench = Bench::new().await;
    let mut made = Vec::new();
    for n in 0..7 {
        if n % 3 == 0 {
            bench.test.clock.advance(Duration::from_secs(1));
        }
        made.push(bench.draft(&format!("Soup {n}")).await);
    }
    made.sort_by_key(|draft| std::cmp::Reverse((draft.updated_at, draft.id.clone())));
    let expected: Vec<DraftId> = made.into_iter().map(|draft| draft.id).collect();
    for limit in [1, 2, 3, 7, 200] {
        let in_tab = Filter { limit, tab: Some(Tab::Drafts), ..Filter::default() };
        assert_eq!(bench.leafed(in_tab).await, expected, "{limit}");
        assert_eq!(bench.leafed(Filter { limit, ..Filter::default() }).await, expected, "{limit}");
    }
}

#[tokio::test]
async fn the_scheduled_run_by_due_time() {
    let bench = Bench::new().await;
    let mut expected = Vec::new();
    for hour in [11, 9, 10, 9] {
        let draft = bench.scheduled(hour).await;
        expected.push((draft.due_at, draft.id));
    }
    bench.draft("No time").await;
    expected.sort();
    let expected: Vec<DraftId> = expected.into_iter().map(|(_, id)| id).collect();
    let tab = Filter { tab: Some(Tab::Scheduled), limit: 2, ..Filter::default() };
    assert_eq!(bench.leafed(tab).await, expected);
    let nine = find(&bench.app().db, expected.first().unwrap()).await.unwrap().unwrap().due_at;
    let range = Filter {
        due_from: nine,
        due_to: nine.map(|at| at.plus(Duration::from_secs(3601))),
        limit: 1,
        ..Filter::default()
    };
    assert_eq!(bench.leafed(range).await, expected.get(..3).unwrap());
}

#[tokio::test]
async fn a_cursor_of_another_list_or_of_nobody_is_refused() {
    let bench = Bench::new().await;
    bench.draft("Soup").await;
    bench.draft("Stew").await;
    let first = Filter { limit: 1, ..Filter::default() };
    let cursor = list(bench.app(), &bench.reader(), &first).await.unwrap().next;
    assert!(cursor.is_some());
    let cursors = [cursor, Some("x".to_owned()), Some(String::new()), Some("ZHg".to_owned())];
    for cursor in cursors {
        let filter = Filter { cursor, tab: Some(Tab::Scheduled), ..Filter::default() };
        let refused = list(bench.app(), &bench.reader(), &filter).await.unwrap_err();
        assert!(matches!(refused, Error::BadCursor));
        assert_eq!(refused.kind(), Kind::Malformed);
    }
}

#[tokio::test]
async fn filters_narrow_together() {
    let bench = Bench::new().await;
    let other = fixture::account(bench.app(), "con_2", ConnectionState::Active, bench.ada.id()).await;
    let soup = bench.draft_of(Fields { board_id: Some("12".to_owned()), ..Fields::default() }).await;
    let new = NewDraft { connection_id: other.to_string(), fields: Fields::default(), origin: Origin::Api };
    let stew = create(bench.app(), &bench.ben.author().unwrap(), new).await.unwrap();
    let everything = Filter::default();
    let cases = [
        (Filter { connection: Some(other.clone()), ..everything.clone() }, &stew),
        (Filter { board: Some("12".to_owned()), ..everything.clone() }, &soup),
        (
            Filter { author: Some(bench.ben.id().clone()), tab: Some(Tab::Drafts), ..everything.clone() },
            &stew,
        ),
        (
            Filter {
                state: Some(DraftState::Draft),
                author: Some(bench.ada.id().clone()),
                ..everything.clone()
            },
            &soup,
        ),
    ];
    for (filter, draft) in cases {
        assert_eq!(bench.found(filter).await, std::slice::from_ref(&draft.id));
    }
    let neither = Filter { connection: Some(other), board: Some("12".to_owned()), ..everything };
    assert_eq!(bench.found(neither).await, Vec::<DraftId>::new());
}

#[tokio::test]
async fn search_finds_beginnings_of_words_as_the_draft_says_now() {
    let bench = Bench::new().await;
    let soup = bench
        .draft_of(Fields {
            title: Some("Crème of pumpkin".to_owned()),
            link: Some("https://kitchen.example/".to_owned()),
            ..Fields::default()
        })
        .await;
    let stew = bench.draft("Pumpkin stew").await;
    for (question, found) in [
        ("creme", vec![&soup]),
        ("PUMP", vec![&stew, &soup]),
        ("pump ste", vec![&stew]),
        ("kitchen.ex", vec![&soup]),
        ("umpkin", vec![]),
        ("'; --", vec![]),
        ("  ", vec![&stew, &soup]),
    ] {
        let mut found: Vec<DraftId> = found.into_iter().map(|draft| draft.id.clone()).collect();
        let mut asked = bench.asked(question).await;
        found.sort();
        asked.sort();
        assert_eq!(asked, found, "{question}");
    }
    let patch = crate::drafts::Patch { title: Some(Some("Broth".to_owned())), ..Default::default() };
    crate::drafts::save(bench.app(), &bench.author(), &stew.id, 1, patch).await.unwrap();
    assert_eq!(bench.asked("stew").await, Vec::<DraftId>::new());
    assert_eq!(bench.asked("broth").await, [stew.id]);
}

#[tokio::test]
async fn the_counts_of_the_tabs_follow_every_change() {
    let bench = Bench::new().await;
    let of = async |tab: Tab| {
        let counts = counts(bench.app()).await.unwrap();
        assert_eq!(counts.len(), 8);
        counts.into_iter().find(|(of, _)| *of == tab).unwrap().1
    };
    let soup = bench.draft("Soup").await;
    bench.draft("Stew").await;
    assert_eq!((of(Tab::Drafts).await, of(Tab::Discarded).await), (2, 0));
    discard(bench.app(), &bench.author(), &soup.id, None).await.unwrap();
    assert_eq!((of(Tab::Drafts).await, of(Tab::Discarded).await), (1, 1));
}

#[tokio::test]
async fn what_comes_due_moves_to_approved_without_counting_as_a_change() {
    let bench = Bench::new().await;
    let nine = bench.scheduled(9).await;
    let ten = bench.scheduled(10).await;
    assert_eq!((nine.tab, move_due(bench.app()).await.unwrap()), (Tab::Scheduled, 0));
    bench.test.clock.set(nine.due_at.unwrap());
    assert_eq!(move_due(bench.app()).await.unwrap(), 1);
    let moved = find(&bench.app().db, &nine.id).await.unwrap().unwrap();
    assert_eq!(moved, Draft { tab: Tab::Approved, ..nine });
    assert_eq!(find(&bench.app().db, &ten.id).await.unwrap().unwrap(), ten);
}

#[tokio::test]
async fn the_common_lists_are_read_from_an_index_in_their_order() {
    let bench = Bench::new().await;
    let place = Place { at: bench.app().now(), id: "drf_1".parse().unwrap() };
    let tab = Filter { tab: Some(Tab::Drafts), ..Filter::default() };
    let filters = [
        ("tab", tab.clone()),
        ("state", Filter { state: Some(DraftState::InReview), ..Filter::default() }),
        ("account", Filter { connection: Some(bench.account.clone()), ..tab.clone() }),
        ("author", Filter { author: Some(bench.ada.id().clone()), ..tab.clone() }),
        ("scheduled", Filter { tab: Some(Tab::Scheduled), ..tab.clone() }),
        ("due", Filter { due_from: Some(bench.app().now()), ..tab }),
    ];
    for (name, filter) in filters {
        for after in [None, Some(&place)] {
            let plan = plan_of(&bench, &filter, after).await;
            assert!(plan.iter().all(|step| step.contains("USING INDEX")), "{name}: {plan:?}");
            assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{name}: {plan:?}");
        }
    }
    // All drafts: the walk through the index ends with the page.
    let plan = plan_of(&bench, &Filter::default(), None).await;
    assert_eq!(plan, ["SCAN draft USING INDEX draft_updated"]);
    let plan = plan_of(&bench, &Filter::default(), Some(&place)).await;
    assert!(plan.iter().all(|step| step.starts_with("SEARCH draft USING INDEX draft_updated")), "{plan:?}");
}

async fn plan_of(bench: &Bench, filter: &Filter, after: Option<&Place>) -> Vec<String> {
    let order: Order = filter.order();
    let query = fixture::text_of(store::queue::select(filter, order, after));
    fixture::plan(bench.app(), &query).await
}
