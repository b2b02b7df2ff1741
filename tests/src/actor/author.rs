//! What authors do: images, drafts, and sending them to review.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::Actor;
use crate::answer::Answer;
use crate::draft::Draft;

impl Actor {
    /// Uploads a file; the answer as it is.
    pub async fn upload(&self, bytes: Vec<u8>, content_type: &str, label: &str) -> Answer {
        let file = Part::bytes(bytes).file_name("picture").mime_str(content_type).unwrap();
        let parts = Form::new().text("label", label.to_owned()).part("file", file);
        self.call(Method::POST, "/assets").multipart(parts).go().await
    }

    /// Uploads a PNG; the asset.
    pub async fn upload_png(&self, bytes: Vec<u8>) -> Value {
        self.upload(bytes, "image/png", "Plum tart").await.is(201).ok()
    }

    /// Makes a draft of these fields; the answer as it is.
    pub async fn create_draft(&self, fields: Value) -> Answer {
        self.post("/drafts", fields).await
    }

    /// Makes a draft that is complete: the fields given, and usual ones for the rest.
    pub async fn draft(&self, connection: &str, board: &str, changes: Value) -> Draft {
        let asset = self.upload_png(crate::pictures::picture(90)).await;
        let mut fields = json!({
            "connection_id": connection,
            "board_id": board,
            "asset_id": asset["id"],
            "title": "Plum tart with almonds",
            "description": "Short crust, twelve plums, an hour of patience.",
            "alt_text": "A round tart on a blue table",
            "link": "https://halden.example/recipes/plum-tart",
        });
        merge(&mut fields, changes);
        Draft::of(self.create_draft(fields).await.is(201))
    }

    /// A draft as it is now.
    pub async fn look(&self, id: &str) -> Draft {
        Draft::of(&self.get(&format!("/drafts/{id}")).await)
    }

    /// Changes fields of a draft as it was loaded.
    pub async fn edit(&self, draft: &Draft, changes: Value) -> Answer {
        self.patch(&format!("/drafts/{}", draft.id()), &draft.etag, changes).await
    }

    /// One of the verbs without fields.
    pub async fn verb(&self, draft: &Draft, verb: &str) -> Answer {
        self.post_empty(&format!("/drafts/{}/{verb}", draft.id())).await
    }

    /// Sends a draft to review; the draft after it.
    pub async fn submit(&self, draft: &Draft) -> Draft {
        self.verb(draft, "submit").await.ok();
        let after = self.look(draft.id()).await;
        assert_eq!(after.state(), "in_review");
        after
    }
}

/// RFC 7396: what is null goes, what is there is set.
fn merge(into: &mut Value, changes: Value) {
    let (Some(fields), Value::Object(changes)) = (into.as_object_mut(), changes) else { return };
    for (name, value) in changes {
        if value.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
}
