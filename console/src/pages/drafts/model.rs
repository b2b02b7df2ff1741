//! A draft as its page shows it.

use countersign_api::connections;
use countersign_api::drafts::working_copy::{self, WorkingOn};
use countersign_api::drafts::{self, DraftState, Revision, schedule};
use countersign_api::error::Refusal as _;
use countersign_api::ids::DraftId;
use countersign_api::operators::Reader;
use countersign_api::vocabulary::PublicationState;

use super::Asked;
use crate::pages::composer::words_of;
use crate::pages::pin::story::Story;
use crate::pages::pin::trouble::Case;
use crate::pages::pin::{differences, names, parts, signatures, take_down, timeline};
use crate::views::actions::{Actions, Standing};
use crate::views::comments::{Comment, Comments};
use crate::views::draft::{Compare, Draft, Unsaved};
use crate::views::form::Choice;
use crate::views::frame::{Frame, Roles};
use crate::views::proof::Ground;
use crate::web::frame::held;
use crate::web::{Refused, Visit};

/// The page of a draft for whoever asks.
pub(super) async fn read(
    visit: &Visit,
    reader: &Reader,
    id: &DraftId,
    asked: &Asked,
) -> Result<(Frame, Draft), Refused> {
    let story = Story::read(&visit.app, reader, id).await?;
    let frame = visit.frame_in(story.draft.environment.as_str()).await?;
    let model = model(visit, &frame, &story, asked).await?;
    Ok((frame, model))
}

/// Asks the account for the names of its boards, where none is at hand for this draft's: a page of them, once. The names
/// are kept in memory for a minute. Without an answer the page shows the board's number.
pub(super) async fn name_board(visit: &Visit, reader: &Reader, id: &DraftId) -> Result<(), Refused> {
    let app = &visit.app;
    let draft = drafts::find(&app.db, id).await?.ok_or_else(Refused::not_found)?;
    let Some(board) = &draft.board_id else { return Ok(()) };
    let account = connections::find(app, &draft.connection_id).await?;
    if !account.is_active() || connections::known_board(app, &account.id, board).is_some() {
        return Ok(());
    }
    match connections::list_boards(app, reader, &account.id, None).await {
        Err(error) if error.fault().is_some_and(|fault| !fault.is_passing()) => Err(error.into()),
        _ => Ok(()),
    }
}

async fn model(visit: &Visit, frame: &Frame, story: &Story, asked: &Asked) -> Result<Draft, Refused> {
    let (app, draft, publication) = (&visit.app, &story.draft, story.publication.as_ref());
    let roles = held(visit.person()?.roles());
    let pin = publication.filter(|_| draft.state == DraftState::Published);
    let pin = pin.filter(|publication| publication.taken_down.is_none());
    let pin = pin.and_then(|publication| Some((publication.environment, publication.pin_id.as_deref()?)));
    let case = Case {
        app,
        draft,
        publication,
        attempts: &story.attempts,
        account: &story.account,
        missing: story.missing.as_ref(),
        times: &frame.times,
        may_resolve: roles.reviewer,
    };
    Ok(Draft {
        url: story.url(),
        live: parts::live(draft, publication, format!("{}/state", story.url())),
        proof: parts::proof(app, draft, &story.revision.content, story.asset.as_ref()),
        ground: Ground::parse(&asked.preview),
        link: story.revision.content.link().map(str::to_owned),
        revision: u32::try_from(draft.revision).unwrap_or(0),
        origin: parts::origin(draft),
        account: names::account(&story.account),
        due: parts::due(draft, publication, frame.times.zone()),
        signatures: signatures::full(story, &frame.times),
        digest: draft.digest.clone(),
        unsaved: unsaved(visit, draft).await?,
        trouble: case.trouble(),
        taken_down: publication.and_then(|publication| take_down::done(story, publication)),
        actions: actions(visit, story, roles),
        compare: compare(visit, story, asked).await?,
        comments: comments(story, roles),
        history: timeline::entries(story.moments.iter(), &story.people, &frame.times),
        audit_url: roles.auditor.then(|| format!("/audit?flow={}", draft.id)),
        publication_url: publication.map(|publication| format!("/publications/{}", publication.id)),
        pin_url: pin.and_then(|(environment, pin)| parts::pin_url(app, environment, pin)),
    })
}

/// What this person typed and did not save. The composer opens with it as long as the draft can be edited.
async fn unsaved(visit: &Visit, draft: &drafts::Draft) -> Result<Option<Unsaved>, Refused> {
    let Ok(author) = visit.author() else { return Ok(None) };
    let copy = working_copy::load(&visit.app, &author, &WorkingOn::Draft(draft.id.clone())).await?;
    let has_ended = matches!(draft.state, DraftState::Published | DraftState::Discarded);
    Ok(copy.map(|copy| if has_ended { Unsaved::Left(words_of(&copy.fields)) } else { Unsaved::Open }))
}

/// What people said, with the form for those who may say more.
pub(in crate::pages) fn comments(story: &Story, roles: Roles) -> Comments {
    let items = story.comments.iter().map(|comment| Comment {
        author: story.people.name(&comment.author_id).to_owned(),
        at: comment.created_at.micros(),
        text: comment.body.clone(),
    });
    let may_comment = roles.author || roles.reviewer;
    Comments {
        items: items.collect(),
        action: may_comment.then(|| format!("{}/comments", story.url())),
        unfinished: None,
    }
}

fn actions(visit: &Visit, story: &Story, roles: Roles) -> Actions {
    let draft = &story.draft;
    let publication = parts::telling(draft, story.publication.as_ref());
    let signer = story.approval().map(|approval| story.people.name(&approval.reviewer_id).to_owned());
    let is_to_sign = matches!(draft.state, DraftState::Draft | DraftState::ChangesRequested);
    let missing = story.revision.content.missing_for_submit();
    let missing = missing.into_iter().filter(|_| is_to_sign).map(|field| field.message);
    Actions {
        draft: story.url(),
        version: draft.version,
        standing: Standing {
            state: parts::state(draft),
            publication: publication.and_then(parts::publication_state),
            roles,
            countersigned_by: signer,
            undo_seconds: undo_seconds(visit, story),
            missing: missing.collect(),
        },
        take_down: take_down(story, roles),
        publish_local: draft.publish_local.clone().unwrap_or_default(),
        zones: zones(&zone(visit, story)),
        publish_zone: zone(visit, story),
    }
}

/// The form on its publication's page, for those who may take the Pin down.
fn take_down(story: &Story, roles: Roles) -> Option<String> {
    let publication = story.publication.as_ref().filter(|_| roles.reviewer)?;
    let is_there = publication.state == PublicationState::Published && publication.taken_down.is_none();
    is_there.then(|| format!("/publications/{}#take-down", publication.id))
}

/// Seconds until the Pin may be claimed, where that is soon.
fn undo_seconds(visit: &Visit, story: &Story) -> Option<u64> {
    let publication = story.publication.as_ref()?;
    let is_waiting = publication.state == PublicationState::Scheduled;
    let left = publication.due_at.since(visit.app.now());
    (is_waiting && left <= visit.app.timing.publishing.undo).then_some(left.as_secs())
}

fn zone(visit: &Visit, story: &Story) -> String {
    let zone = story.draft.publish_zone.as_ref();
    zone.unwrap_or(&visit.app.config.review.time_zone_name).clone()
}

/// Where the zones are that people live in; the others are names for machines, of old, or of no place.
const PLACES: [&str; 10] = [
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
];

/// The time zones to choose from, and the chosen one, whatever it is.
pub(in crate::pages) fn zones(chosen: &str) -> Vec<Choice> {
    let is_offered =
        |name: &str| ["UTC", chosen].contains(&name) || PLACES.iter().any(|place| name.starts_with(place));
    let names = schedule::zone_names().into_iter().filter(|name| is_offered(name));
    names.map(|name| Choice::new(&*name, &*name)).collect()
}

/// Two revisions side by side: those that were asked for, else the last one against what was decided on before.
async fn compare(visit: &Visit, story: &Story, asked: &Asked) -> Result<Option<Compare>, Refused> {
    let last = story.draft.revision;
    if last < 2 {
        return Ok(None);
    }
    let within = |text: &str| text.parse().ok().filter(|revision| (1..=last).contains(revision));
    let to: i32 = within(&asked.to).unwrap_or(last);
    let from: i32 = within(&asked.from).unwrap_or_else(|| before(story, to));
    let (before, after) = (revision(visit, story, from).await?, revision(visit, story, to).await?);
    let diff = differences::between(&visit.app, &story.draft, &before, &after).await?;
    let revisions = (1..=last).map(|revision| Choice::new(revision.to_string(), revision.to_string()));
    Ok(Some(Compare { revisions: revisions.collect(), from: from.to_string(), to: to.to_string(), diff }))
}

/// The revision that somebody decided on last, if it is an earlier one.
pub(in crate::pages) const DECISIONS: [&str; 3] =
    ["review.approved", "review.changes_requested", "review.rejected"];

fn before(story: &Story, to: i32) -> i32 {
    let decided = story.latest(&DECISIONS).and_then(|moment| moment.revision);
    decided.filter(|revision| *revision < to).unwrap_or((to - 1).max(1))
}

async fn revision(visit: &Visit, story: &Story, number: i32) -> Result<Revision, Refused> {
    let found = drafts::revision(&visit.app.db, &story.draft.id, number).await?;
    found.ok_or_else(Refused::not_found)
}
