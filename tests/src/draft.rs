//! A draft as the API shows it.

use serde_json::Value;

use crate::answer::Answer;

/// A draft, and the `ETag` it came with.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The API's object.
    pub json: Value,
    /// For `If-Match`.
    pub etag: String,
}

impl Draft {
    /// Takes a draft out of an answer that worked.
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        let json = answer.ok();
        assert!(
            json["id"].as_str().is_some_and(|id| id.starts_with("drf_")),
            "{} is no draft: {json}",
            answer.asked
        );
        Self { json, etag: answer.header("etag").to_owned() }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.json["id"].as_str().unwrap_or_default()
    }

    /// Its state.
    pub fn state(&self) -> &str {
        self.json["state"].as_str().unwrap_or_default()
    }

    /// The digest of its content.
    pub fn digest(&self) -> &str {
        self.json["digest"].as_str().unwrap_or_default()
    }

    /// Its revision's number.
    pub fn revision(&self) -> i64 {
        self.json["revision"].as_i64().unwrap_or_default()
    }

    /// The id of its publication.
    ///
    /// # Panics
    /// If it has none.
    #[track_caller]
    pub fn publication(&self) -> String {
        let id = self.json["publication"]["id"].as_str();
        id.unwrap_or_else(|| panic!("the draft has no publication: {}", self.json)).to_owned()
    }

    /// The SHA-256 of the bytes that will be sent.
    pub fn image_sha256(&self) -> &str {
        self.json["asset"]["sha256"].as_str().unwrap_or_default()
    }
}
