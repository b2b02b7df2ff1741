//! From approval to Pin against the simulator: what is sent, what is proven, what a person has to decide.

use std::time::Duration;

use countersign_entities::{
    ids::{ConnectionId, DraftId},
    vocabulary::{AttemptClass, DraftState, Environment, HoldReason, Origin, PublicationState, Tab},
};
use countersign_review_fixtures::{Fault as Trouble, Kind, When, sample_images};

use super::*;
use crate::{
    actor::Via,
    approvals::{self, Approved, Decision},
    connections::tests::support::{KITCHEN, World, world},
    drafts::{self, CommentBody, Draft, Fields, NewDraft, store::fixture},
    operators::Principal,
};

mod claims;
mod crowded;
mod faults;
mod gate;
mod kept;
mod taking_down;

/// Recipes, in the sandbox and in production.
const BOARD: &str = "482190317265540201";
const BOARD_IN_PRODUCTION: &str = "482100317265540101";

struct Desk {
    world: World,
    ada: Principal,
    rowan: Principal,
    connection: ConnectionId,
    board: &'static str,
}

async fn desk() -> Desk {
    desk_in(world().await, Environment::Sandbox).await
}

async fn desk_in(world: World, environment: Environment) -> Desk {
    let ada = drafts::store::fixture::person(world.app(), "Ada", Via::Page).await;
    let rowan = drafts::store::fixture::person(world.app(), "Rowan", Via::Page).await;
    let connection = world.connected_in(environment, KITCHEN).await;
    let board = if environment == Environment::Production { BOARD_IN_PRODUCTION } else { BOARD };
    Desk { world, ada, rowan, connection: connection.id, board }
}

impl Desk {
    fn app(&self) -> &App {
        self.world.app()
    }

    async fn submitted(&self, title: &str) -> Draft {
        let author = self.ada.author().unwrap();
        let image = &sample_images()[0];
        let asset = drafts::upload(self.app(), &author, image.name, image.bytes.to_vec()).await.unwrap();
        let fields = Fields {
            board_id: Some(self.board.to_owned()),
            asset_id: Some(asset.id.to_string()),
            title: Some(title.to_owned()),
            link: Some("https://pins.example/soup".to_owned()),
            ..Fields::default()
        };
        let new = NewDraft { connection_id: self.connection.to_string(), fields, origin: Origin::Page };
        let draft = drafts::create(self.app(), &author, new).await.unwrap();
        approvals::submit(self.app(), &author, &draft.id, None).await.unwrap()
    }

    async fn approved(&self, title: &str) -> Approved {
        let draft = self.submitted(title).await;
        self.approve(&draft).await.unwrap()
    }

    async fn approve(&self, draft: &Draft) -> Result<Approved, approvals::Error> {
        let decision = Decision { digest: draft.digest.clone(), note: None, if_version: None };
        approvals::approve(self.app(), &self.rowan.reviewer().unwrap(), &draft.id, decision).await
    }

    /// Lets time pass, then works until nothing is due.
    async fn after(&self, duration: Duration) {
        self.world.advance(duration);
        run_until_idle(self.app()).await.unwrap();
    }

    async fn draft(&self, id: &DraftId) -> Draft {
        drafts::find(&self.app().db, id).await.unwrap().unwrap()
    }

    async fn publication(&self, approved: &Approved) -> (Publication, Vec<AttemptView>) {
        let reader = self.rowan.in_person().unwrap();
        view::find(self.app(), &reader, &approved.publication_id).await.unwrap()
    }

    async fn is_whole(&self) {
        self.world.check().await;
    }

    fn pins(&self) -> usize {
        self.world.simulator.ledger().pins.len()
    }
}

const UNDO: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_pin_is_created_once_with_the_approved_bytes() {
    let desk = desk().await;
    let approved = desk.approved("Roast tomato soup").await;
    run_until_idle(desk.app()).await.unwrap();
    assert_eq!(desk.pins(), 0, "nothing goes out while the approval can be undone");
    desk.after(UNDO).await;
    let (publication, attempts) = desk.publication(&approved).await;
    assert_eq!(publication.state, PublicationState::Published, "{attempts:?}");
    let ledger = desk.world.simulator.ledger();
    assert_eq!(ledger.pins.len(), 1);
    assert_eq!(Some(&ledger.pins[0].pin_id), publication.pin_id.as_ref());
    assert_eq!(publication.drift, Vec::<String>::new());
    let draft = desk.draft(&approved.draft.id).await;
    assert_eq!((draft.state, draft.tab), (DraftState::Published, Tab::Published));
    desk.after(Duration::from_secs(3600)).await;
    assert_eq!(desk.pins(), 1);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_found_on_the_board_and_never_sent_again() {
    let desk = desk().await;
    desk.world.simulator.set_faults(vec![Trouble::new("pins/create", When::After, Kind::Reset)]).unwrap();
    let approved = desk.approved("Twelve soups").await;
    desk.after(UNDO).await;
    let (publication, attempts) = desk.publication(&approved).await;
    assert_eq!(publication.state, PublicationState::Unknown);
    assert_eq!(attempts[0].class, Some(AttemptClass::Unknown));
    assert_eq!(desk.draft(&approved.draft.id).await.tab, Tab::Attention);
    desk.after(Duration::from_secs(5)).await;
    let (publication, _) = desk.publication(&approved).await;
    assert_eq!(publication.state, PublicationState::Published);
    assert_eq!(desk.pins(), 1);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_seen_is_for_a_person_and_given_up_waits_for_a_fresh_approval() {
    let desk = desk().await;
    desk.world.simulator.set_faults(vec![Trouble::new("pins/create", When::Before, Kind::Reset)]).unwrap();
    let approved = desk.approved("Ferns").await;
    desk.after(UNDO).await;
    for step in desk.app().timing.reconcile.steps {
        desk.after(step).await;
    }
    let (publication, _) = desk.publication(&approved).await;
    assert_eq!((publication.state, publication.looks), (PublicationState::NeedsDecision, 6));
    let reviewer = desk.rowan.reviewer().unwrap();
    let reason = CommentBody::parse("Not on the board").unwrap();
    resolve(desk.app(), &reviewer, &publication.id, Resolution::Abandon, &reason).await.unwrap();
    let ended = desk.publication(&approved).await.0;
    assert_eq!(ended.state, PublicationState::Abandoned);
    let draft = desk.draft(&approved.draft.id).await;
    assert_eq!(draft.state, DraftState::InReview);
    assert_ne!(draft.digest, approved.draft.digest, "a page loaded before cannot approve it");
    desk.approve(&draft).await.unwrap();
    desk.after(UNDO).await;
    assert_eq!(desk.pins(), 1);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_alike_on_the_board_are_for_a_person() {
    let desk = desk().await;
    let twins = vec![
        Trouble::new("pins/create", When::After, Kind::Duplicate),
        Trouble::new("pins/create", When::After, Kind::Reset),
    ];
    desk.world.simulator.set_faults(twins).unwrap();
    let approved = desk.approved("Wreath").await;
    desk.after(UNDO).await;
    desk.after(Duration::from_secs(5)).await;
    let (publication, _) = desk.publication(&approved).await;
    assert_eq!((publication.state, publication.candidates.len()), (PublicationState::NeedsDecision, 2));
    let reviewer = desk.rowan.reviewer().unwrap();
    let pin_id = publication.candidates[0].clone();
    let reason = CommentBody::parse("The first one").unwrap();
    let adopted = Resolution::Published { pin_id: pin_id.clone() };
    resolve(desk.app(), &reviewer, &publication.id, adopted, &reason).await.unwrap();
    let ended = desk.publication(&approved).await.0;
    assert_eq!((ended.state, ended.pin_id), (PublicationState::Published, Some(pin_id)));
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_its_cause_and_gives_the_draft_back() {
    let desk = desk().await;
    let gone = Trouble::status("pins/create", When::Before, 404, 40, "Board not found.");
    desk.world.simulator.set_faults(vec![gone]).unwrap();
    let approved = desk.approved("Chair").await;
    desk.after(UNDO).await;
    let (publication, attempts) = desk.publication(&approved).await;
    assert_eq!(
        (publication.state, publication.why.as_deref()),
        (PublicationState::Refused, Some("board_not_found"))
    );
    assert_eq!((attempts[0].status, attempts[0].code), (Some(404), Some(40)));
    let draft = desk.draft(&approved.draft.id).await;
    assert_eq!((draft.state, draft.tab, draft.revision), (DraftState::Draft, Tab::Attention, 2));
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_renewed_once_and_the_pin_goes_out() {
    let desk = desk().await;
    let refused = Trouble::status("pins/create", When::Before, 401, 2, "Authentication failed.");
    desk.world.simulator.set_faults(vec![refused]).unwrap();
    let approved = desk.approved("Cups").await;
    desk.after(UNDO).await;
    let (publication, attempts) = desk.publication(&approved).await;
    assert_eq!((publication.state, attempts.len()), (PublicationState::Published, 2));
    assert_eq!(attempts[1].n, 2);
    assert_eq!(desk.pins(), 1);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_send_waits_and_goes_out_under_the_same_approval() {
    let desk = desk().await;
    let limited = Trouble::status("pins/create", When::Before, 429, 8, "This request exceeded a rate limit.")
        .header("Retry-After", "30");
    desk.world.simulator.set_faults(vec![limited]).unwrap();
    let approved = desk.approved("Tiles").await;
    desk.after(UNDO).await;
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Scheduled);
    desk.after(Duration::from_secs(29)).await;
    assert_eq!(desk.pins(), 0);
    desk.after(Duration::from_secs(1)).await;
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Published);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_what_is_due_and_lets_it_go_afterwards() {
    let desk = desk().await;
    let approved = desk.approved("Vase").await;
    pause::pause(desk.app(), &pause::MayPause::person(&desk.rowan).unwrap()).await.unwrap();
    desk.after(UNDO).await;
    let (publication, _) = desk.publication(&approved).await;
    assert_eq!(publication.state, PublicationState::Held);
    assert_eq!(desk.draft(&approved.draft.id).await.tab, Tab::Approved);
    assert_eq!(desk.pins(), 0);
    let admin = desk.ada.admin().unwrap();
    pause::resume(desk.app(), &pause::MayResume::from(&admin)).await.unwrap();
    desk.after(Duration::ZERO).await;
    assert_eq!(desk.pins(), 1);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_lapses() {
    let desk = desk().await;
    pause::pause(desk.app(), &pause::MayPause::command()).await.unwrap();
    let approved = desk.approved("Ridge").await;
    desk.after(Duration::from_secs(30 * 24 * 3600)).await;
    let draft = desk.draft(&approved.draft.id).await;
    assert_eq!((draft.state, draft.attention.as_deref()), (DraftState::InReview, Some("expired")));
    pause::resume(desk.app(), &pause::MayResume::command()).await.unwrap();
    desk.after(Duration::ZERO).await;
    assert_eq!(desk.draft(&approved.draft.id).await, draft);
    assert_eq!(desk.pins(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_can_be_undone_until_it_is_claimed() {
    let desk = desk().await;
    let approved = desk.approved("Blankets").await;
    let reviewer = desk.rowan.reviewer().unwrap();
    let draft = approvals::undo(desk.app(), &reviewer, &approved.draft.id, None).await.unwrap();
    assert_eq!(draft.state, DraftState::InReview);
    desk.after(UNDO).await;
    assert_eq!(desk.pins(), 0);
    let again = desk.approve(&draft).await.unwrap();
    desk.after(UNDO).await;
    assert_eq!(desk.pins(), 1);
    let late = approvals::undo(desk.app(), &reviewer, &again.draft.id, None).await;
    assert!(matches!(late, Err(approvals::Error::TooLate)), "{late:?}");
    desk.is_whole().await;
}

/// Whoever has the database gives a publication back that has gone out.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_is_not_taken_back_whatever_its_publication_says() {
    let desk = desk().await;
    let approved = desk.approved("Blankets").await;
    desk.after(UNDO).await;
    let before = desk.draft(&approved.draft.id).await;
    fixture::run(desk.app(), "UPDATE publication SET state = 'scheduled'").await;
    let reviewer = desk.rowan.reviewer().unwrap();
    let late = approvals::undo(desk.app(), &reviewer, &approved.draft.id, None).await;
    assert!(matches!(late, Err(approvals::Error::TooLate)), "{late:?}");
    assert_eq!(desk.draft(&approved.draft.id).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_cannot_countersign_and_nobody_signs_what_they_did_not_see() {
    let desk = desk().await;
    let draft = desk.submitted("Bread").await;
    let decision = Decision { digest: draft.digest.clone(), note: None, if_version: None };
    let own = approvals::approve(desk.app(), &desk.ada.reviewer().unwrap(), &draft.id, decision).await;
    assert!(matches!(own, Err(approvals::Error::OwnDraft)), "{own:?}");
    let unseen = Decision { digest: "0".repeat(64), note: None, if_version: None };
    let stale = approvals::approve(desk.app(), &desk.rowan.reviewer().unwrap(), &draft.id, unseen).await;
    assert!(matches!(stale, Err(approvals::Error::Stale(_))), "{stale:?}");
    desk.after(UNDO).await;
    assert_eq!(desk.pins(), 0);
}
