//! The rules of drafts, each by the verbs that people use.

use countersign_entities::{
    ids::ConnectionId,
    vocabulary::{ConnectionState, Origin},
};

use super::{Asset, Draft, Fields, NewDraft, create, store::fixture};
use crate::{
    actor::Via,
    app::App,
    operators::role::{Author, Principal, Reader, TokenScope},
    testing::{self, TestApp},
};

mod assets;
mod comments;
mod queue;
mod story;
mod working_copy;
mod write;

/// An application with two people and an account.
pub(super) struct Bench {
    pub(super) test: TestApp,
    pub(super) ada: Principal,
    pub(super) ben: Principal,
    pub(super) account: ConnectionId,
}

impl Bench {
    pub(super) async fn new() -> Self {
        let test = testing::app().await;
        let ada = fixture::person(&test.app, "Ada", Via::Page).await;
        let ben = fixture::person(&test.app, "Ben", Via::Api).await;
        let account = fixture::account(&test.app, "con_1", ConnectionState::Active, ada.id()).await;
        Self { test, ada, ben, account }
    }

    pub(super) fn app(&self) -> &App {
        &self.test.app
    }

    pub(super) fn author(&self) -> Author {
        self.ada.author().unwrap()
    }

    pub(super) fn reader(&self) -> Reader {
        self.ada.reader(TokenScope::DraftsRead).unwrap()
    }

    pub(super) async fn draft(&self, title: &str) -> Draft {
        self.draft_of(Fields { title: Some(title.to_owned()), ..Fields::default() }).await
    }

    pub(super) async fn draft_of(&self, fields: Fields) -> Draft {
        let new = NewDraft { connection_id: self.account.to_string(), fields, origin: Origin::Page };
        create(self.app(), &self.author(), new).await.unwrap()
    }

    pub(super) async fn image(&self, shade: u8) -> Asset {
        super::upload(self.app(), &self.author(), "soup.png", png(shade)).await.unwrap()
    }

    /// The log's events about a draft: their types.
    pub(super) async fn told(&self, draft: &Draft) -> Vec<String> {
        let events = crate::audit::read::about(&self.app().db, draft.id.as_str(), 0).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }
}

/// A small picture of one shade of grey.
pub(super) fn png(shade: u8) -> Vec<u8> {
    let picture = image::GrayImage::from_pixel(200, 300, image::Luma([shade]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
