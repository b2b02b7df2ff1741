//! What people say about a draft, and what the log tells of it.

use poem::{Result, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path},
    payload::Json,
    types::Any,
};
use serde_json::Value;

use super::{
    body::{Names, PersonBody, person},
    draft_id,
};
use crate::{
    app::App,
    audit,
    drafts::{self, Comment, Moment},
    error::Fault,
    http::{
        answers::answers, auth::Access, idempotency::once, input::Input, problem::time, refused::Refused,
    },
    operators::{self, TokenScope},
};

/// Comments and history.
pub struct CommentsApi;

/// A remark on a draft.
#[derive(Object)]
struct CommentBody {
    /// The id, `cmt_...`.
    id: String,
    /// The revision that it is about.
    revision: i32,
    /// Who wrote it.
    author: PersonBody,
    /// `comment`, or what it was given with: `approval`, `changes`, `rejection`.
    kind: String,
    /// What it says.
    note: String,
    /// When it was written.
    created_at: String,
}

/// Comments.
#[derive(Object)]
struct Comments {
    /// The comments, the first one first.
    items: Vec<CommentBody>,
    /// Null: the list is whole.
    next: Option<String>,
}

/// A comment to be made.
#[derive(Object)]
struct NewComment {
    /// What it says; at most 2000 characters.
    note: String,
}

/// An event of the log about the draft.
#[derive(Object)]
struct MomentBody {
    /// The event, `evt_...`.
    event_id: String,
    /// When.
    at: String,
    /// Its type, such as `review.approved`.
    #[oai(rename = "type")]
    kind: String,
    /// `ok`, `denied`, `failed` or `unknown`.
    outcome: String,
    /// Who did it; null where no person did.
    operator: Option<PersonBody>,
    /// The revision that it is about.
    revision: Option<i32>,
    /// The publication that it belongs to.
    publication_id: Option<String>,
    /// What the event states.
    facts: Any<Value>,
    /// What the person wrote with it.
    note: Option<String>,
}

/// A draft's story.
#[derive(Object)]
struct History {
    /// The events, the first one first.
    items: Vec<MomentBody>,
    /// Null: the list is whole.
    next: Option<String>,
}

answers! {
    /// Looking at comments.
    ListComments {
        /// The comments.
        #[oai(status = 200)]
        Listed(Json<Comments>),
    }
    refuses [Unauthenticated Forbidden NotFound Internal Unavailable]
}

answers! {
    /// Commenting.
    AddComment {
        /// The comment.
        #[oai(status = 201)]
        Added(Json<CommentBody>),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Looking at a draft's story.
    ShowHistory {
        /// What the log tells.
        #[oai(status = 200)]
        Shown(Json<History>),
    }
    refuses [Unauthenticated Forbidden NotFound Internal Unavailable]
}

#[OpenApi]
impl CommentsApi {
    /// Comments on a draft
    #[oai(path = "/drafts/:id/comments", method = "get", operation_id = "list_comments")]
    async fn list(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<ListComments> {
        access
            .answer(&app, "comment.list", async {
                access.reader(TokenScope::DraftsRead)?;
                let comments = drafts::comments(&app, &draft_id(&id)?).await?;
                let names = operators::names(&app, comments.iter().map(|one| one.author_id.clone())).await?;
                let items = comments.into_iter().map(|one| CommentBody::new(one, &names)).collect();
                Ok(ListComments::Listed(Json(Comments { items, next: None })))
            })
            .await
    }

    /// Comment on a draft
    #[oai(path = "/drafts/:id/comments", method = "post", operation_id = "add_comment")]
    async fn add(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        input: Input<NewComment>,
    ) -> Result<AddComment> {
        let work = async {
            access.may_comment()?;
            let added = once(&app, &access, "add_comment", &key, input.sha256() + &id, async {
                let (id, note) = (draft_id(&id)?, input.read()?.note);
                let comment = drafts::comment(&app, access.principal(), &id, &note).await?;
                shown(&app, comment).await.map_err(Refused::unshown)
            });
            Ok(AddComment::Added(Json(added.await?)))
        };
        access.answer(&app, "comment.add", work).await
    }

    /// What the log tells of a draft
    #[oai(path = "/drafts/:id/history", method = "get", operation_id = "show_history")]
    async fn history(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<ShowHistory> {
        access
            .answer(&app, "draft.history", async {
                let reader = access.reader(TokenScope::DraftsRead)?;
                let moments = drafts::history(&app, &reader, &draft_id(&id)?).await?;
                let people = moments.iter().filter_map(|moment| moment.operator_id.clone());
                let names = operators::names(&app, people).await?;
                let items = moments.into_iter().map(|moment| MomentBody::new(moment, &names)).collect();
                Ok(ShowHistory::Shown(Json(History { items, next: None })))
            })
            .await
    }
}

async fn shown(app: &App, comment: Comment) -> Result<CommentBody, Fault> {
    let names = operators::names(app, [comment.author_id.clone()]).await?;
    Ok(CommentBody::new(comment, &names))
}

impl CommentBody {
    fn new(comment: Comment, names: &Names) -> Self {
        Self {
            id: comment.id.to_string(),
            revision: comment.revision,
            author: person(&comment.author_id, names),
            kind: comment.kind.to_string(),
            note: comment.body,
            created_at: time(comment.created_at),
        }
    }
}

impl MomentBody {
    fn new(moment: Moment, names: &Names) -> Self {
        Self {
            event_id: moment.event_id.to_string(),
            at: time(moment.at),
            kind: moment.kind,
            outcome: moment.outcome,
            operator: moment.operator_id.as_ref().map(|id| person(id, names)),
            revision: moment.revision,
            publication_id: moment.publication_id.map(|id| id.to_string()),
            facts: Any(json_of(&audit::Value::Object(moment.facts))),
            note: moment.note,
        }
    }
}

/// A value of the log as JSON.
pub fn json_of(value: &audit::Value) -> Value {
    value.to_text().ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null)
}
