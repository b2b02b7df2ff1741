//! What reviewers do: verdicts, and deciding what nobody else can.

use reqwest::Method;
use serde_json::json;

use super::Actor;
use crate::answer::Answer;
use crate::draft::Draft;

impl Actor {
    /// Tries to approve the draft as it was loaded; the answer as it is.
    pub async fn try_approve(&self, draft: &Draft) -> Answer {
        self.post(&format!("/drafts/{}/approve", draft.id()), json!({"digest": draft.digest()})).await
    }

    /// Approves; the draft after it.
    pub async fn approve(&self, draft: &Draft) -> Draft {
        self.try_approve(draft).await.ok();
        let after = self.look(draft.id()).await;
        assert_eq!(after.state(), "approved");
        after
    }

    /// Takes the approval back.
    pub async fn undo(&self, draft: &Draft) -> Answer {
        self.verb(draft, "undo").await
    }

    /// Asks for changes.
    pub async fn request_changes(&self, draft: &Draft, note: &str) -> Answer {
        self.post(&format!("/drafts/{}/request-changes", draft.id()), json!({"note": note})).await
    }

    /// Rejects.
    pub async fn reject(&self, draft: &Draft, note: &str) -> Answer {
        self.post(&format!("/drafts/{}/reject", draft.id()), json!({"note": note})).await
    }

    /// Says what became of a send that nobody can prove.
    pub async fn resolve(&self, publication: &str, body: serde_json::Value) -> Answer {
        self.post(&format!("/publications/{publication}/resolve"), body).await
    }

    /// Tries to take a published Pin down; the answer as it is.
    pub async fn take_down(&self, publication: &str, reason: &str) -> Answer {
        self.post(&format!("/publications/{publication}/take-down"), json!({"reason": reason})).await
    }

    /// As [`Actor::take_down`], where the process may die meanwhile: none if no answer came.
    pub async fn try_take_down(&self, publication: &str, reason: &str) -> Option<Answer> {
        let call = self.call(Method::POST, &format!("/publications/{publication}/take-down"));
        call.json(json!({"reason": reason})).try_go().await
    }
}
