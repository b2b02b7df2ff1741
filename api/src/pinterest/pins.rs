//! Pins: creating one takes a permit and nothing else, and so does deleting one; looking at them takes a usable account.

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_entities::{Timestamp, ids::PublicationId};
use http::Method;

use super::{
    calls::{self, CallError, Read, Usable},
    client::{self, Answer, Auth, Body, Lost, Request},
    wire,
};
use crate::{
    app::App,
    approvals::{
        likeness::Likeness,
        permit::{Image, PublishPermit},
        take_down::TakeDownPermit,
    },
    drafts::content::Content,
    error::Fault,
};

/// Creates the Pin that the permit is for: one POST, whatever happens. `permit.rs` says why it takes one argument.
pub async fn create(permit: PublishPermit) -> Result<Answer, Lost> {
    let (app, root, token, content, image) = permit.spend();
    let request = Request {
        operation: "pins/create",
        method: Method::POST,
        root: &root,
        path: "/pins".to_owned(),
        template: "/pins",
        query: Vec::new(),
        body: Body::Json(body(&content, &image)),
        auth: Auth::Bearer(&token),
    };
    client::send_once(&app, &request).await
}

/// Deletes the Pin that the permit is for. Doing it again does no harm: what is gone is answered 404.
pub async fn delete(permit: TakeDownPermit) -> Result<Answer, Lost> {
    let (app, root, token, pin_id) = permit.spend();
    let request = Request {
        operation: "pins/delete",
        method: Method::DELETE,
        root: &root,
        path: format!("/pins/{pin_id}"),
        template: "/pins/{pin_id}",
        query: Vec::new(),
        body: Body::None,
        auth: Auth::Bearer(&token),
    };
    client::send(&app, &request).await
}

/// The body of `POST /pins`: the image goes as bytes, so nothing can be swapped behind a URL after the approval.
fn body(content: &Content, image: &Image) -> Vec<u8> {
    let fields = [
        ("board_id", content.board_id()),
        ("board_section_id", content.board_section_id()),
        ("title", content.title()),
        ("description", content.description()),
        ("alt_text", content.alt_text()),
        ("link", content.link()),
    ];
    let source = serde_json::json!({
        "source_type": "image_base64",
        "content_type": image.content_type,
        "data": STANDARD.encode(&image.bytes),
    });
    let mut pin = serde_json::Map::from_iter([("media_source".to_owned(), source)]);
    pin.extend(fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.into()))));
    serde_json::Value::Object(pin).to_string().into_bytes()
}

/// A Pin as far as it is compared; nothing of it is stored but its id.
pub(crate) struct BoardPin {
    /// Its id.
    pub(crate) id: String,
    /// When it was created; none where Pinterest does not say it readably.
    pub(crate) created_at: Option<Timestamp>,
    /// The board that it is on.
    pub(crate) board_id: Option<String>,
    /// What it says.
    pub(crate) likeness: Likeness,
}

/// Why Pins cannot be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// Pinterest did not answer as it should; a stable word.
    Upstream(&'static str),
    /// Unexpected.
    Fault(Fault),
}

impl From<CallError> for ReadError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Fault(fault) => Self::Fault(fault),
            other => Self::Upstream(other.why()),
        }
    }
}

/// Pages that are read at the most: 250 Pins each.
const MOST_PAGES: usize = 400;

/// The ids of those Pins of a board that are `wanted`, with those in its sections, in no particular order. A board may
/// have a hundred thousand: no more than a page of them is held at once.
pub(crate) async fn of_board(
    app: &App,
    usable: &Usable,
    board_id: &str,
    flow: &PublicationId,
    wanted: impl Fn(&BoardPin) -> bool + Send,
) -> Result<Vec<String>, ReadError> {
    let mut ids = Vec::new();
    let mut bookmark: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let mut query = vec![("page_size", "250".to_owned())];
        query.extend(bookmark.take().map(|bookmark| ("bookmark", bookmark)));
        let path = format!("/boards/{board_id}/pins");
        let (operation, template) = ("boards/list_pins", "/boards/{board_id}/pins");
        let read = Read { operation, path, template, query, flow: Some(flow.to_string()) };
        let answer = calls::read(app, usable, read).await?;
        let page: wire::Page<wire::Pin> =
            wire::parse(&answer.body).ok_or(ReadError::Upstream("unreadable"))?;
        let next = page.next();
        let pins = page.items.into_iter().filter_map(BoardPin::from_wire);
        ids.extend(pins.filter(|pin| wanted(pin)).map(|pin| pin.id));
        match next {
            Some(next) => bookmark = Some(next),
            None => return Ok(ids),
        }
    }
    Err(ReadError::Upstream("too_many_pages"))
}

/// One Pin; none where Pinterest has no such Pin.
pub(crate) async fn get(
    app: &App,
    usable: &Usable,
    pin_id: &str,
    flow: &PublicationId,
) -> Result<Option<BoardPin>, ReadError> {
    let read = Read {
        operation: "pins/get",
        path: format!("/pins/{pin_id}"),
        template: "/pins/{pin_id}",
        query: Vec::new(),
        flow: Some(flow.to_string()),
    };
    match calls::read(app, usable, read).await {
        Ok(answer) => {
            let pin: Option<wire::Pin> = wire::parse(&answer.body);
            pin.map(BoardPin::from_wire).ok_or(ReadError::Upstream("unreadable"))
        }
        Err(CallError::Upstream(error)) if error.status == 404 => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl BoardPin {
    /// Boards may hold tiles that are no Pins: what has no id is passed over.
    fn from_wire(pin: wire::Pin) -> Option<Self> {
        let texts = [&pin.title, &pin.description, &pin.alt_text, &pin.link].map(Option::as_deref);
        let [title, description, alt_text, link] = texts;
        let likeness = Likeness::new(title, description, alt_text, link);
        Some(Self { id: pin.id?, created_at: pin.created_at, board_id: pin.board_id, likeness })
    }
}
