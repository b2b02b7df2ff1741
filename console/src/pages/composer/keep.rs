//! What the composer's buttons keep: an image, a board, the draft.

use countersign_api::audit::typed::refuse_secret;
use countersign_api::connections::{self, NewBoard};
use countersign_api::drafts::{self, Draft, NewDraft, Origin, Patch, Stale};
use countersign_api::error::Refusal;
use countersign_api::ids::ConnectionId;
use countersign_api::operators::{Author, people};

use super::desk::{Basis, Desk};
use super::errors;
use crate::pages::drafts::beside;
use crate::pages::pin::{boards, differences};
use crate::web::refused::{sentence, status_of};
use crate::web::{Fields, Refused, Visit};

impl Desk {
    /// Takes secrets out of what was typed and says so: whatever button was pressed, they are neither kept nor shown
    /// again.
    pub(super) fn refuse_secrets(&mut self, visit: &Visit) {
        for (field, text) in self.typed.texts() {
            if let Err(wrong) = refuse_secret(&visit.app, field, text) {
                text.clear();
                self.errors.push(errors::of(field, &wrong.message));
            }
        }
    }

    /// Stores a chosen image, so that it is kept whatever comes of the rest.
    pub(super) async fn keep_image(
        &mut self,
        visit: &Visit,
        author: &Author,
        form: &Fields,
    ) -> Result<(), Refused> {
        let Some(file) = form.file("image") else { return Ok(()) };
        match drafts::upload(&visit.app, author, &file.name, file.bytes.clone()).await {
            Ok(asset) => self.typed.asset_id = asset.id.to_string(),
            Err(drafts::Error::Media(media)) => self.errors.push(errors::of("image", &media.to_string())),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Creates a board and chooses it; says the answer's status.
    pub(super) async fn create_board(&mut self, visit: &Visit, author: &Author) -> Result<u16, Refused> {
        let Ok(connection) = self.typed.connection_id.parse::<ConnectionId>() else {
            return Err(Refused::not_found());
        };
        let (name, privacy) = (self.typed.new_board_name.clone(), self.typed.new_board_privacy.clone());
        match connections::create_board(&visit.app, author, &connection, NewBoard { name, privacy }).await {
            Ok(board) => {
                self.saved = Some(format!("The board “{}” was created and chosen.", board.name));
                (self.typed.board, self.typed.new_board_name) = (board.id, String::new());
                Ok(200)
            }
            Err(error) if error.fault().is_some_and(|fault| !fault.is_passing()) => Err(error.into()),
            Err(error) => {
                let words =
                    error.fields().iter().map(|field| format!("The {} {}.", field.field, field.message));
                let words: Vec<String> = words.collect();
                let words = if words.is_empty() { sentence(&error.to_string()) } else { words.join(" ") };
                self.errors.push(errors::of("new_board_name", &words));
                Ok(if error.fields().is_empty() { status_of(error.kind()) } else { 422 })
            }
        }
    }

    /// Makes the draft, or its next revision. `Err` is the status of a page that says what is wrong.
    pub(super) async fn store(
        &mut self,
        visit: &Visit,
        author: &Author,
    ) -> Result<Result<Draft, u16>, Refused> {
        let (app, fields) = (&visit.app, self.typed.fields());
        let done = match &self.basis {
            Basis::New => {
                let connection_id = self.typed.connection_id.clone();
                drafts::create(app, author, NewDraft { connection_id, fields, origin: Origin::Page }).await
            }
            Basis::Draft(story) => {
                // What was typed on an earlier revision is refused as out of date, whatever the version is.
                let is_seen = self.typed.revision == story.draft.revision.to_string();
                let version = if is_seen { story.draft.version } else { -1 };
                drafts::save(app, author, &story.draft.id, version, Patch::from(fields)).await
            }
        };
        match done {
            Ok(draft) => Ok(Ok(draft)),
            Err(drafts::Error::Stale(stale)) => self.out_of_date(visit, *stale).await.map(Err),
            Err(error) if !error.fields().is_empty() => {
                self.errors = errors::of_fields(error.fields());
                Ok(Err(422))
            }
            Err(error @ (drafts::Error::TooLate | drafts::Error::Ended(_))) => Ok(Err(self.too_late(&error))),
            Err(error) => Err(match self.story() {
                Some(story) => beside(&story.draft.id, error),
                None => error.into(),
            }),
        }
    }

    /// The draft cannot be changed now, or never again. What was typed stays; where the draft has ended, saving it makes
    /// another one.
    fn too_late(&mut self, error: &drafts::Error) -> u16 {
        let way_on = match error {
            drafts::Error::Ended(_) => {
                self.basis = Basis::New;
                "What you typed is still here. Saved now, it becomes a new draft."
            }
            _ => "What you typed is still here. Save it once that has ended.",
        };
        self.refused = Some(format!("{} {way_on}", sentence(&error.to_string())));
        status_of(error.kind())
    }

    /// Somebody saved meanwhile: says what differs, beside each field. Sent again, what was typed replaces it.
    async fn out_of_date(&mut self, visit: &Visit, stale: Stale) -> Result<u16, Refused> {
        let current = stale.current;
        let by = drafts::revision(&visit.app.db, &current.id, current.revision).await?;
        let by = match by.and_then(|revision| revision.author_id) {
            Some(id) => people::names(&visit.app, [id]).await?.into_values().next(),
            None => None,
        };
        self.errors = stale
            .differences
            .iter()
            .map(|pair| {
                let now = match (pair.field, pair.before.as_deref()) {
                    ("board_id", board) => boards::words(&visit.app, &current.connection_id, board, None),
                    (_, other) => other.map(str::to_owned),
                };
                let (name, now) =
                    (differences::name(pair.field), now.unwrap_or_else(|| "nothing".to_owned()));
                errors::of(
                    errors::name(pair.field),
                    &format!("{name} was changed meanwhile. It now says: {now}"),
                )
            })
            .collect();
        let by = by.unwrap_or_else(|| "Somebody".to_owned());
        self.saved = Some(format!(
            "Not saved: {by} saved revision {} after you opened this. Press Save again to replace it with what you typed.",
            current.revision
        ));
        self.typed.revision = current.revision.to_string();
        Ok(412)
    }
}
