use std::time::Duration;

use super::*;
use crate::drafts::{discard, store::fixture, tests::Bench};

const TITLES: [&str; 6] =
    ["Plum tart", "Plums in rum", "Rum plum", "Tart apple", "Plum plums tart", "Apple rum"];

/// Eighteen drafts, each a second after the one before; three of four have been discarded.
async fn discarded() -> Bench {
    let bench = Bench::new().await;
    for (n, title) in TITLES.iter().cycle().take(18).enumerate() {
        bench.test.clock.advance(Duration::from_secs(1));
        let draft = bench.draft(title).await;
        if n % 4 != 1 {
            discard(bench.app(), &bench.author(), &draft.id, None).await.unwrap();
        }
    }
    bench
}

fn filter() -> Filter {
    Filter { tab: Some(Tab::Discarded), ..Filter::default() }
}

async fn asked(bench: &Bench, query: Select<Entity>, limit: u64) -> Vec<DraftId> {
    let rows = query.limit(limit).all(bench.app().db.connection()).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn all_ways_lead_to_the_same_drafts_in_the_same_order() {
    let bench = discarded().await;
    let db = &bench.app().db;
    for (words, found) in [("plum", 10), ("tart plum", 6), ("r", 5), ("apple plum", 0), ("plums", 4)] {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        let (mut after, mut seen): (Option<Place>, usize) = (None, 0);
        loop {
            let (order, place) = (Order::Updated, after.as_ref());
            let walked = asked(&bench, walked(&filter(), &words, order, place), 3).await;
            let gathered = asked(&bench, gathered(&filter(), &words, &words[0], order, place), 3).await;
            let all = completions(db, &words[0]).await.unwrap();
            let read = in_order(db, Tab::Discarded, &all, &words, place, 3).await.unwrap();
            let ids: Vec<DraftId> = read.iter().map(|draft| draft.id.clone()).collect();
            assert_eq!((&walked, &walked), (&gathered, &ids), "{words:?} after {after:?}");
            seen += ids.len();
            let Some(last) = read.last() else { break };
            after = Some(Place { at: last.updated_at, id: last.id.clone() });
        }
        assert_eq!(seen, found, "{words:?}");
    }
}

#[tokio::test]
async fn every_way_goes_by_an_index_and_sorts_nothing_but_what_is_rare() {
    let bench = discarded().await;
    let words = ["plum".to_owned(), "tart".to_owned()];
    let walked = walked(&filter(), &words, Order::Updated, None);
    let plan = fixture::plan(bench.app(), &fixture::text_of(walked)).await;
    assert!(plan[0].starts_with("SEARCH draft USING INDEX draft_tab_updated"), "{plan:?}");
    assert!(!plan.iter().any(|step| step.starts_with("SCAN") || step.contains("TEMP B-TREE")), "{plan:?}");
    let gathered = gathered(&filter(), &words, "plum", Order::Updated, None);
    let plan = fixture::plan(bench.app(), &fixture::text_of(gathered)).await;
    assert!(plan.iter().any(|step| step.contains("draft_word_word (word>? AND word<?)")), "{plan:?}");
    assert!(!plan.iter().any(|step| step.contains("draft_tab")), "{plan:?}");
    let ended = ended_with(Tab::Discarded, "plum", &words, None).build(sea_orm::DatabaseBackend::Sqlite);
    let plan = fixture::plan(bench.app(), &ended.to_string()).await;
    assert!(plan[0].contains("COVERING INDEX draft_word_ended (word=? AND tab=?"), "{plan:?}");
    assert!(!plan.iter().any(|step| step.starts_with("SCAN") || step.contains("TEMP B-TREE")), "{plan:?}");
}

#[tokio::test]
async fn what_is_common_is_not_rare() {
    let bench = discarded().await;
    let db = &bench.app().db;
    assert!(is_rare(db, "plum").await.unwrap());
    assert_eq!(completions(db, "plum").await.unwrap(), ["plum", "plums"]);
    assert_eq!(
        fewest_completions(db, &["plum".into(), "tar".into()]).await.unwrap(),
        Some(vec!["tart".into()])
    );
}
