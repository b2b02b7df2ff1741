//! The open Pin of the desk.

use countersign_api::approvals::{look, policy::may_approve};
use countersign_api::connections;
use countersign_api::drafts;
use countersign_api::error::Refusal;
use countersign_api::ids::OperatorId;

use crate::pages::drafts::{DECISIONS, comments};
use crate::pages::pin::names::{People, account};
use crate::pages::pin::story::Story;
use crate::pages::pin::{checks, differences, parts, signatures, timeline};
use crate::views::checks::{Check, Outcome};
use crate::views::diff::Diff;
use crate::views::frame::Frame;
use crate::views::proof::Ground;
use crate::views::review::{Current, Refused as NotYours, Unfinished};
use crate::views::signatures::{Signatures, Standing};
use crate::web::frame::held;
use crate::web::refused::sentence;
use crate::web::{Refused, Visit};

/// The open Pin, as this person may decide on it.
pub(super) async fn current(
    visit: &Visit,
    frame: &Frame,
    story: &Story,
    preview: &str,
    unfinished: Option<Unfinished>,
) -> Result<Current, Refused> {
    let (app, draft, roles) = (&visit.app, &story.draft, held(visit.person()?.roles()));
    let others = others(visit, story).await?;
    let own = may_approve(app.config.review.rule, visit.person()?.id(), &story.authors);
    let refused = (!roles.reviewer || own.is_none()).then(|| refused(visit, story, roles.reviewer, &others));
    // First the board, whose name the rest then knows.
    let board = board(visit, story).await?;
    Ok(Current {
        draft: story.url(),
        proof: parts::proof(app, draft, &story.revision.content, story.asset.as_ref()),
        ground: Ground::parse(preview),
        link: story.revision.content.link().map(str::to_owned),
        account: account(&story.account),
        revision: u32::try_from(draft.revision).unwrap_or(0),
        due: parts::due(draft, None, frame.times.zone()),
        signatures: waiting_for(signatures::full(story, &frame.times), frame, refused.is_none(), &others),
        digest: draft.digest.clone(),
        undo_seconds: app.timing.publishing.undo.as_secs(),
        is_own_under_sole_operator: refused.is_none() && own.is_some_and(|own| own.0),
        refused,
        changed: changed(visit, story).await?,
        checks: checks::review(story, board, twins(visit, story).await?, &frame.times),
        comments: comments(story, roles),
        history: timeline::entries(story.moments.iter(), &story.people, &frame.times),
        unfinished,
    })
}

/// `Jonas Lindqvist and Ilse Brandt`: who else may sign.
async fn others(visit: &Visit, story: &Story) -> Result<String, Refused> {
    let me = visit.person()?.id();
    let ids = look::who_may(&visit.app, &visit.reader()?, &story.draft.id).await?;
    let ids: Vec<OperatorId> = ids.into_iter().filter(|id| id != me).collect();
    let people = People::of(&visit.app, ids.clone()).await?;
    Ok(people.list(&ids).unwrap_or_default())
}

/// Why this person cannot decide, and who can.
fn refused(visit: &Visit, story: &Story, is_reviewer: bool, others: &str) -> NotYours {
    let title = match wrote(visit, story) {
        Some(revision) => format!("You wrote revision {revision} of this Pin"),
        None if is_reviewer => "You wrote a part of this Pin".to_owned(),
        None => "You are not a reviewer".to_owned(),
    };
    let words = match others {
        "" => {
            "Someone else has to countersign it, and nobody can at the moment. An admin can make somebody a \
               reviewer."
                .to_owned()
        }
        others => format!("Someone else has to countersign it. {others} can."),
    };
    NotYours { title, words }
}

/// The last revision that this person wrote.
fn wrote(visit: &Visit, story: &Story) -> Option<i32> {
    let me = visit.person().ok()?.id();
    let is_mine = |kind: &str| matches!(kind, "review.draft.created" | "review.draft.edited");
    let mut moments = story.moments.iter().rev();
    moments.find(|moment| is_mine(&moment.kind) && moment.operator_id.as_ref() == Some(me))?.revision
}

/// The open line says for whom it waits.
fn waiting_for(mut lines: Signatures, frame: &Frame, is_mine: bool, others: &str) -> Signatures {
    if lines.countersigned.standing == Standing::Open {
        lines.countersigned.ghost =
            frame.viewer.as_ref().filter(|_| is_mine).map(|viewer| viewer.name.clone());
        lines.countersigned.remark = match (is_mine, others) {
            (true, _) => Some("waiting for you".to_owned()),
            (false, "") => None,
            (false, others) => Some(format!("waiting for {others}")),
        };
    }
    lines
}

/// What differs from the content on which somebody decided before.
async fn changed(visit: &Visit, story: &Story) -> Result<Option<(String, Diff)>, Refused> {
    let Some(decision) = story.latest(&DECISIONS) else { return Ok(None) };
    let Some(revision) = decision.revision.filter(|revision| *revision < story.draft.revision) else {
        return Ok(None);
    };
    let before = drafts::revision(&visit.app.db, &story.draft.id, revision).await?;
    let Some(before) = before else { return Ok(None) };
    let diff = differences::between(&visit.app, &story.draft, &before, &story.revision).await?;
    let what = match decision.kind.as_str() {
        "review.approved" => "was countersigned",
        "review.rejected" => "was rejected",
        _ => "was sent back",
    };
    Ok(Some((format!("Since revision {revision} {what}"), diff)))
}

/// Other drafts with the same image or link on the same board.
async fn twins(visit: &Visit, story: &Story) -> Result<Vec<drafts::Twin>, Refused> {
    let draft = &story.draft;
    let Some(board) = draft.board_id.as_deref() else { return Ok(Vec::new()) };
    let sought = drafts::Sought {
        connection: &draft.connection_id,
        board,
        image_sha256: story.asset.as_ref().map(|asset| asset.sha256.as_str()),
        link: story.revision.content.link(),
        except: Some(&draft.id),
    };
    Ok(drafts::twins(&visit.app, &visit.reader()?, sought).await?)
}

/// Asks the account whether the board is there: a person is about to decide. An answer is kept for a minute.
async fn board(visit: &Visit, story: &Story) -> Result<Check, Refused> {
    let (app, reader, draft) = (&visit.app, visit.reader()?, &story.draft);
    let Some(board) = &draft.board_id else {
        return Ok(Check::new(Outcome::Bad, "No board", "Its author has to choose one."));
    };
    let page = match connections::list_boards(app, &reader, &draft.connection_id, None).await {
        Ok(page) => page,
        Err(error) if error.fault().is_some_and(|fault| !fault.is_passing()) => return Err(error.into()),
        Err(error) => {
            let words = sentence(&error.to_string());
            return Ok(Check::new(Outcome::Advice, "The board could not be looked up", words));
        }
    };
    if !page.items.iter().any(|found| found.id == *board) {
        return Ok(match page.bookmark {
            Some(_) => {
                Check::new(Outcome::Advice, "The board was not looked up", "It is not among the first 250.")
            }
            None => Check::new(
                Outcome::Bad,
                "The board is not there",
                "The account has no board with this number.",
            ),
        });
    }
    if draft.board_section_id.is_some() {
        // For the section's name; without it the number is shown.
        drop(connections::sections(app, &reader, &draft.connection_id, board).await);
    }
    Ok(Check::new(Outcome::Good, "The board is there", parts::board(app, draft).unwrap_or_default()))
}
