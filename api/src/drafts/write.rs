//! Making drafts and changing what they say.

use countersign_entities::{
    ids::{AssetId, ConnectionId, DraftId},
    vocabulary::{ConnectionState, DraftState, Environment, Origin, Tab, VoidReason},
};

use super::{
    content::{Content, ContentInput, FieldError},
    difference::typed_against,
    draft::{Draft, Revision, Written},
    error::{Error, Stale},
    events,
    fields::{AssetChange, NewDraft, Patch, PublishAtInput},
    search, secrets, store,
    void::void,
    working_copy::{self, WorkingOn},
};
use crate::{
    app::App,
    audit::{AuditedTx, Event},
    db::Reads,
    error::Fault,
    operators::role::Author,
};

/// Makes a draft; it may be incomplete, but what it has is right.
///
/// # Errors
/// [`Error::Fields`] with everything that is wrong, also with the account.
pub async fn create(app: &App, author: &Author, new: NewDraft) -> Result<Draft, Error> {
    let tx = AuditedTx::begin(app).await?;
    let (connection_id, environment) = account(&tx, &new.connection_id).await?;
    let start = ContentInput {
        connection: connection_id.to_string(),
        environment: environment.as_str().to_owned(),
        ..ContentInput::default()
    };
    let patch = Patch::from(new.fields);
    let (content, asset_id) = checked(app, &tx, start, None, &patch).await?;
    let draft = blank(app, author, connection_id, environment, new.origin);
    let (draft, event) = begin_with(app, &tx, author, draft, content, asset_id).await?;
    if new.origin == Origin::Page {
        store::working_copy::delete(&tx, &WorkingOn::New, Some(author.id())).await?;
    }
    tx.commit_one(event).await?;
    Ok(draft)
}

/// Changes what a draft says. It is in `draft` again, and an approval is void. A patch that changes nothing makes
/// no revision and changes nothing. `if_version` is the version that the person saw.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], [`Error::Ended`], [`Error::Fields`]; [`Error::TooLate`] while it is sent.
pub async fn save(
    app: &App,
    author: &Author,
    id: &DraftId,
    if_version: i64,
    patch: Patch,
) -> Result<Draft, Error> {
    revise(app, author, id, Some(if_version), &patch, VoidReason::Edited).await
}

/// Gives a draft another time, or none. The time is part of what was approved: it is in `draft` again.
///
/// # Errors
/// As [`save`].
pub async fn reschedule(
    app: &App,
    author: &Author,
    id: &DraftId,
    if_version: Option<i64>,
    publish_at: Option<PublishAtInput>,
) -> Result<Draft, Error> {
    revise(app, author, id, if_version, &Patch::publish_at(publish_at), VoidReason::Rescheduled).await
}

/// Makes a draft that says the same, for the same account or another one. Another account has other boards, so none
/// is chosen there; a time that has passed is left out. What was typed on the original and not saved stays there.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Fields`] where the account cannot be used.
pub async fn duplicate(
    app: &App,
    author: &Author,
    id: &DraftId,
    to: Option<&str>,
    origin: Origin,
) -> Result<Draft, Error> {
    let tx = AuditedTx::begin(app).await?;
    let source = store::find(&tx, id).await?.ok_or(Error::NotFound)?;
    let original = current(&tx, &source).await?;
    let wanted = to.unwrap_or(source.connection_id.as_str());
    let (connection_id, environment) = account(&tx, wanted).await?;
    let mut input = original.content.to_input();
    input.environment = environment.as_str().to_owned();
    if connection_id != source.connection_id {
        (input.connection, input.board_id, input.board_section_id) = (connection_id.to_string(), None, None);
    }
    if original.content.due_at().is_none_or(|due_at| due_at <= app.now()) {
        (input.publish_local, input.publish_zone, input.publish_offset) = (None, None, None);
    }
    let content = Content::from_input(&input).map_err(Error::Fields)?;
    let draft = blank(app, author, connection_id, environment, origin);
    let (draft, event) = begin_with(app, &tx, author, draft, content, original.asset_id).await?;
    tx.commit_one(event).await?;
    Ok(draft)
}

/// Inserts a draft with its first revision.
async fn begin_with(
    app: &App,
    tx: &AuditedTx<'_>,
    author: &Author,
    draft: Draft,
    content: Content,
    asset_id: Option<AssetId>,
) -> Result<(Draft, Event), Error> {
    let empty = ContentInput {
        connection: content.connection().to_owned(),
        environment: content.environment().to_owned(),
        ..ContentInput::default()
    };
    let empty = Content::from_input(&empty).map_err(Error::Fields)?;
    let fields = names(empty.changed_fields(&content));
    let written = Written { content, asset_id, fields, by: Some(author.actor()) };
    let revision = Revision::new(app, &draft.id, 1, written)?;
    let draft = draft.showing(&revision);
    store::insert(tx, &draft).await?;
    keep(tx, &revision).await?;
    let event = events::created(app, author.actor(), &draft, &revision)?;
    Ok((draft, event))
}

/// Stores a revision and what hangs on it: authors, the image's mark, the words for search.
async fn keep(tx: &AuditedTx<'_>, revision: &Revision) -> Result<(), Fault> {
    store::insert_revision(tx, revision).await?;
    if let Some(asset_id) = &revision.asset_id {
        store::assets::attach(tx, asset_id).await?;
    }
    store::words::replace(tx, &revision.draft_id, search::words_of(&revision.content)).await
}

async fn revise(
    app: &App,
    author: &Author,
    id: &DraftId,
    if_version: Option<i64>,
    patch: &Patch,
    reason: VoidReason,
) -> Result<Draft, Error> {
    let tx = AuditedTx::begin(app).await?;
    let draft = open(&tx, id, if_version, patch).await?;
    let before = current(&tx, &draft).await?;
    let (content, asset_id) =
        checked(app, &tx, before.content.to_input(), before.asset_id.clone(), patch).await?;
    let fields = names(before.content.changed_fields(&content));
    let working_on = WorkingOn::Draft(id.clone());
    if fields.is_empty() {
        drop(tx);
        working_copy::forget(app, author, &working_on).await?;
        return Ok(draft);
    }
    let mut told = void(&tx, app, &draft, reason, author.actor()).await?;
    let written = Written { content, asset_id, fields, by: Some(author.actor()) };
    let revision = Revision::new(app, id, draft.revision + 1, written)?;
    keep(&tx, &revision).await?;
    let after = Draft {
        state: DraftState::Draft,
        tab: Tab::Drafts,
        attention: None,
        submitted_by: None,
        submitted_at: None,
        ..draft.clone().showing(&revision)
    };
    let after = store::replace(&tx, &draft, after).await?;
    store::working_copy::delete(&tx, &working_on, Some(author.id())).await?;
    told.push(events::edited(app, author.actor(), &after, &revision)?);
    tx.commit(told).await?;
    Ok(after)
}

/// The draft, locked, if it may still be changed and is what the person saw; `patch` is what they typed.
pub(super) async fn open(
    tx: &AuditedTx<'_>,
    id: &DraftId,
    if_version: Option<i64>,
    patch: &Patch,
) -> Result<Draft, Error> {
    let draft = store::lock(tx, id).await?.ok_or(Error::NotFound)?;
    if if_version.is_some_and(|version| version != draft.version) {
        let differences = typed_against(patch, &draft, &current(tx, &draft).await?);
        return Err(Error::Stale(Box::new(Stale { current: draft, differences })));
    }
    match draft.state {
        DraftState::Published | DraftState::Discarded => Err(Error::Ended(draft.state)),
        _ => Ok(draft),
    }
}

async fn current(on: &impl Reads, draft: &Draft) -> Result<Revision, Fault> {
    let revision = store::revision(on, &draft.id, draft.revision).await?;
    revision.ok_or(Fault::Lost("a draft's current revision is gone"))
}

/// The content after the patch, and its image.
async fn checked(
    app: &App,
    tx: &AuditedTx<'_>,
    mut input: ContentInput,
    asset_id: Option<AssetId>,
    patch: &Patch,
) -> Result<(Content, Option<AssetId>), Error> {
    patch.apply(&mut input);
    let mut wrong = None;
    let asset_id = match patch.asset() {
        AssetChange::Stays => asset_id,
        AssetChange::Cleared => {
            input.image_sha256 = None;
            None
        }
        AssetChange::Set(id) => {
            let asset = match id {
                Some(id) => store::assets::find(tx, &id).await?,
                None => None,
            };
            if asset.is_none() {
                wrong =
                    Some(FieldError::new("asset_id", "unknown", "There is no such image. Upload it again."));
            }
            input.image_sha256 = asset.as_ref().map(|asset| asset.sha256.clone());
            asset.map(|asset| asset.id)
        }
    };
    match (Content::from_input(&input), wrong) {
        (Ok(content), None) => {
            secrets::refuse_in(app, &content)?;
            Ok((content, asset_id))
        }
        (Ok(_), Some(wrong)) => Err(wrong.into()),
        (Err(faults), wrong) => Err(Error::Fields(faults.into_iter().chain(wrong).collect())),
    }
}

/// The account for a new draft, if it can be used.
async fn account(tx: &AuditedTx<'_>, typed: &str) -> Result<(ConnectionId, Environment), Error> {
    let refuse = |code, message: &str| Error::from(FieldError::new("connection_id", code, message));
    let unknown = || refuse("unknown", "Choose a connected account.");
    let id: ConnectionId = typed.trim().parse().map_err(|_| unknown())?;
    let account = store::account(tx, &id).await?.ok_or_else(unknown)?;
    match account.state {
        ConnectionState::Revoked | ConnectionState::Disconnected => Err(refuse(
            "disconnected",
            "This account is not connected any more. Connect it again or choose another.",
        )),
        _ => Ok((id, account.environment)),
    }
}

fn blank(
    app: &App,
    author: &Author,
    connection_id: ConnectionId,
    environment: Environment,
    origin: Origin,
) -> Draft {
    let now = app.now();
    Draft {
        id: DraftId::from_random(app.random_id()),
        connection_id,
        environment,
        state: DraftState::Draft,
        tab: Tab::Drafts,
        attention: None,
        revision: 1,
        digest: String::new(),
        version: 1,
        author_id: author.id().clone(),
        origin,
        origin_token_id: author.actor().token.clone(),
        title: None,
        board_id: None,
        board_section_id: None,
        link_host: None,
        asset_id: None,
        publish_local: None,
        publish_zone: None,
        due_at: None,
        submitted_by: None,
        submitted_at: None,
        publication_id: None,
        created_at: now,
        updated_at: now,
    }
}

fn names(fields: Vec<&'static str>) -> Vec<String> {
    fields.into_iter().map(str::to_owned).collect()
}
