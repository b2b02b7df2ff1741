//! Rows as the publisher knows them.

use countersign_entities::{Timestamp, attempt, ids::OperatorId, publication};

use crate::publisher::view::{AttemptView, Publication, TakenDown};

impl From<publication::Model> for Publication {
    fn from(row: publication::Model) -> Self {
        Self {
            id: row.id,
            approval_id: row.approval_id,
            approved_by: row.approved_by,
            draft_id: row.draft_id,
            connection_id: row.connection_id,
            environment: row.environment,
            state: row.state,
            due_at: row.due_at,
            hold_reason: row.hold_reason,
            why: row.why,
            board_id: row.board_id,
            attempts: row.attempts,
            looks: row.looks,
            looked_at: row.looked_at,
            next_look_at: row.next_look_at,
            candidates: words(row.candidates),
            pin_id: row.pin_id,
            published_at: row.published_at,
            taken_down: taken_down(row.taken_down_at, row.taken_down_by, row.take_down_reason),
            ended_at: row.ended_at,
            drift: words(row.drift),
            created_at: row.created_at,
            updated_at: row.updated_at,
            lease_token: row.lease_token,
        }
    }
}

fn taken_down(at: Option<Timestamp>, by: Option<OperatorId>, reason: Option<String>) -> Option<TakenDown> {
    Some(TakenDown { at: at?, by: by?, reason: reason.unwrap_or_default() })
}

fn words(list: Option<String>) -> Vec<String> {
    list.unwrap_or_default().split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

impl From<attempt::Model> for AttemptView {
    fn from(row: attempt::Model) -> Self {
        Self {
            id: row.id,
            n: row.n,
            request_event_id: row.request_event_id,
            started_at: row.started_at,
            deadline_at: row.deadline_at,
            settled_at: row.settled_at,
            class: row.class,
            why: row.why,
            status: row.status,
            code: row.code,
            message: row.message,
            upstream_request_id: row.upstream_request_id,
            duration_ms: row.duration_ms,
        }
    }
}
