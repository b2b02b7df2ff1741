//! Drafts: what people write before anyone signs it. The verbs of review are in [`review`].

use countersign_entities::ids::DraftId;
use poem::{Result, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};

use self::{
    body::DraftBody,
    input::{DraftPatch, Duplicate, NewDraftInput},
};
use super::{
    answers::answers,
    auth::Access,
    etag::{self, Seen},
    idempotency::once,
    input::Input,
    page,
    refused::Refused,
};
use crate::{
    app::App,
    drafts::{self, Draft, Error, Filter, NewDraft, Origin, Tab},
    operators::TokenScope,
};

pub mod body;
pub mod comments;
mod input;
pub mod review;

/// Drafts.
pub struct DraftsApi;

/// A page of drafts.
#[derive(Object)]
struct Drafts {
    /// The drafts, the latest change first; in the tab `scheduled` the earliest due first.
    items: Vec<DraftBody>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
}

/// How many drafts each tab of the queue has.
#[derive(Default, Object)]
struct Counts {
    /// Being written.
    drafts: i64,
    /// Waiting for review.
    review: i64,
    /// Changes requested, or rejected.
    changes: i64,
    /// Approved and due.
    approved: i64,
    /// Approved and due later.
    scheduled: i64,
    /// A person has to look.
    attention: i64,
    /// Published.
    published: i64,
    /// Discarded.
    discarded: i64,
}

answers! {
    /// Listing drafts.
    ListDrafts {
        /// A page of them.
        #[oai(status = 200)]
        Listed(Json<Drafts>),
    }
    refuses [Malformed Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Counting drafts.
    CountDrafts {
        /// How many there are in each tab.
        #[oai(status = 200)]
        Counted(Json<Counts>),
    }
    refuses [Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Making a draft.
    CreateDraft {
        /// The draft.
        #[oai(status = 201)]
        Created(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Copying a draft.
    DuplicateDraft {
        /// The copy.
        #[oai(status = 201)]
        Copied(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Looking at a draft.
    ShowDraft {
        /// The draft.
        #[oai(status = 200)]
        Shown(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Unauthenticated Forbidden NotFound Internal Unavailable]
}

answers! {
    /// Changing a draft.
    ChangeDraft {
        /// The draft as it is now.
        #[oai(status = 200)]
        Changed(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [
        Malformed Unauthenticated Forbidden NotFound Conflict Stale TooLarge UnsupportedType Invalid
        PreconditionRequired Internal Unavailable
    ]
}

answers! {
    /// Discarding a draft.
    DiscardDraft {
        /// The draft as it is now.
        #[oai(status = 200)]
        Discarded(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict Stale PreconditionRequired Internal Unavailable]
}

#[OpenApi]
impl DraftsApi {
    /// Drafts, page by page
    ///
    /// `state` and `tab` are words of their vocabularies; `q` are words that begin so in title, description, the link's
    /// host or the board's id; `connection` is `con_...`, `board` Pinterest's id, `author` `opr_...`. `cursor` is the
    /// `next` of the page before, `limit` 1 to 200, 50 if nothing is said.
    #[oai(path = "/drafts", method = "get", operation_id = "list_drafts")]
    #[expect(clippy::too_many_arguments, reason = "one for each parameter of the query")]
    async fn list(
        &self,
        access: Access,
        app: Data<&App>,
        state: Query<Option<String>>,
        tab: Query<Option<String>>,
        q: Query<Option<String>>,
        connection: Query<Option<String>>,
        board: Query<Option<String>>,
        author: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u64>>,
    ) -> Result<ListDrafts> {
        let texts = [state.0, tab.0, q.0, connection.0, board.0, author.0, cursor.0];
        access.answer(&app, "draft.list", listed(&app, &access, texts, *limit)).await
    }

    /// How many drafts each tab of the queue has
    #[oai(path = "/drafts/counts", method = "get", operation_id = "count_drafts")]
    async fn counts(&self, access: Access, app: Data<&App>) -> Result<CountDrafts> {
        access
            .answer(&app, "draft.count", async {
                access.reader(TokenScope::DraftsRead)?;
                Ok(CountDrafts::Counted(Json(Counts::of(drafts::counts(&app).await?))))
            })
            .await
    }

    /// Make a draft
    #[oai(path = "/drafts", method = "post", operation_id = "create_draft")]
    async fn create(
        &self,
        access: Access,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        input: Input<NewDraftInput>,
    ) -> Result<CreateDraft> {
        let work = async {
            let author = access.author()?;
            let made = once(&app, &access, "create_draft", &key, input.sha256(), async {
                done(&app, drafts::create(&app, &author, NewDraft::from(input.read()?)).await?).await
            });
            made.await.map(|made| CreateDraft::Created(Json(made.draft), made.etag))
        };
        access.answer(&app, "draft.create", work).await
    }

    /// A draft
    #[oai(path = "/drafts/:id", method = "get", operation_id = "show_draft")]
    async fn show(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<ShowDraft> {
        access
            .answer(&app, "draft.show", async {
                access.reader(TokenScope::DraftsRead)?;
                let draft = drafts::find(&app.db, &draft_id(&id)?).await?.ok_or(Error::NotFound)?;
                let Versioned { etag, draft } = shown(&app, draft).await?;
                Ok(ShowDraft::Shown(Json(draft), etag))
            })
            .await
    }

    /// Change what a draft says
    #[oai(path = "/drafts/:id", method = "patch", operation_id = "change_draft")]
    async fn change(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        input: Input<DraftPatch>,
    ) -> Result<ChangeDraft> {
        access
            .answer(&app, "draft.change", async {
                let (author, id) = (access.author()?, draft_id(&id)?);
                let version = version(&app, &id, Seen::read(&if_match)?.needed()?).await?;
                let draft = drafts::save(&app, &author, &id, version, input.read()?.into()).await?;
                let Versioned { etag, draft } = done(&app, draft).await?;
                Ok(ChangeDraft::Changed(Json(draft), etag))
            })
            .await
    }

    /// Discard a draft
    #[oai(path = "/drafts/:id", method = "delete", operation_id = "discard_draft")]
    async fn discard(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<DiscardDraft> {
        access
            .answer(&app, "draft.discard", async {
                let (author, id) = (access.author()?, draft_id(&id)?);
                let seen = Seen::read(&if_match)?.needed()?;
                let draft = drafts::discard(&app, &author, &id, seen.version()).await?;
                let Versioned { etag, draft } = done(&app, draft).await?;
                Ok(DiscardDraft::Discarded(Json(draft), etag))
            })
            .await
    }

    /// Make a draft that says the same
    #[oai(path = "/drafts/:id/duplicate", method = "post", operation_id = "duplicate_draft")]
    async fn duplicate(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        input: Input<Duplicate>,
    ) -> Result<DuplicateDraft> {
        let work = async {
            let author = access.author()?;
            let made = once(&app, &access, "duplicate_draft", &key, input.sha256() + &id, async {
                let (id, to) = (draft_id(&id)?, input.read()?.connection_id);
                let draft = drafts::duplicate(&app, &author, &id, to.as_deref(), Origin::Api).await?;
                done(&app, draft).await
            });
            made.await.map(|made| DuplicateDraft::Copied(Json(made.draft), made.etag))
        };
        access.answer(&app, "draft.duplicate", work).await
    }
}

/// A draft and its `ETag`.
#[derive(Object)]
struct Versioned {
    etag: String,
    draft: DraftBody,
}

impl Counts {
    fn of(counts: Vec<(Tab, i64)>) -> Self {
        let mut all = Self::default();
        for (tab, drafts) in counts {
            *match tab {
                Tab::Drafts => &mut all.drafts,
                Tab::Review => &mut all.review,
                Tab::Changes => &mut all.changes,
                Tab::Approved => &mut all.approved,
                Tab::Scheduled => &mut all.scheduled,
                Tab::Attention => &mut all.attention,
                Tab::Published => &mut all.published,
                Tab::Discarded => &mut all.discarded,
            } = drafts;
        }
        all
    }
}

/// Lists what the query asks for: its texts in the order of the operation's parameters.
async fn listed(
    app: &App,
    access: &Access,
    [state, tab, q, connection, board, author, cursor]: [Option<String>; 7],
    limit: Option<u64>,
) -> Result<ListDrafts, Refused> {
    let reader = access.reader(TokenScope::DraftsRead)?;
    let filter = Filter {
        state: page::word("state", &state)?,
        tab: page::word("tab", &tab)?,
        connection: page::word("connection", &connection)?,
        author: page::word("author", &author)?,
        limit: page::limit(limit)?,
        q,
        board,
        cursor,
        ..Filter::default()
    };
    let page = drafts::list(app, &reader, &filter).await?;
    let items = DraftBody::of_all(app, page.items).await?;
    Ok(ListDrafts::Listed(Json(Drafts { items, next: page.next })))
}

fn draft_id(id: &str) -> Result<DraftId, Error> {
    id.parse().map_err(|_| Error::NotFound)
}

async fn shown(app: &App, draft: Draft) -> Result<Versioned, Refused> {
    let etag = etag::of(draft.version);
    Ok(Versioned { etag, draft: DraftBody::of(app, draft).await? })
}

/// A draft after a change that holds, whether or not it can be shown.
async fn done(app: &App, draft: Draft) -> Result<Versioned, Refused> {
    shown(app, draft).await.map_err(Refused::unshown)
}

/// The version that was seen; of whatever there is, the one that is there now.
async fn version(app: &App, id: &DraftId, seen: Seen) -> Result<i64, Refused> {
    match seen.version() {
        Some(version) => Ok(version),
        None => Ok(drafts::find(&app.db, id).await?.ok_or(Error::NotFound)?.version),
    }
}
