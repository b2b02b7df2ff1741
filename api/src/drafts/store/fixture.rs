//! Rows that other modules make, for the unit tests of this crate.

use countersign_entities::{
    Timestamp, approval, connection,
    ids::{ApprovalId, ConnectionId, EventId, OperatorId, PublicationId},
    operator, publication,
    vocabulary::{ConnectionState, Environment, HoldReason, PublicationState, ReviewRule},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Statement,
};

use super::Change;
use crate::{
    actor::{Actor, Net, Person, Via},
    app::App,
    audit::AuditedTx,
    db::Reads,
    drafts::Draft,
    operators::role::{Principal, Roles},
};

/// A person with all four roles, who is in the database.
pub(crate) async fn person(app: &App, name: &str, via: Via) -> Principal {
    let id: OperatorId = format!("opr_{}", name.to_lowercase()).parse().unwrap();
    let email = format!("{}@pins.example", name.to_lowercase());
    let row = operator::Model {
        id: id.clone(),
        email: email.clone(),
        email_key: email.clone(),
        name: name.to_owned(),
        password_hash: None,
        roles: "author,reviewer,admin,auditor".to_owned(),
        disabled_at: None,
        created_at: app.now(),
        totp_sealed: None,
        totp_started_at: None,
        totp_confirmed_at: None,
        totp_step: None,
        totp_guesses_until: None,
    };
    let tx = AuditedTx::begin(app).await.unwrap();
    operator::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await
        .unwrap();
    tx.commit_untold().await.unwrap();
    let person = Person { id, name: name.to_owned(), email };
    let actor = Actor::person(person.clone(), via, None, Net::default());
    Principal::in_tests(actor, person, Roles::all())
}

/// An account in rehearsal.
pub(crate) async fn account(app: &App, id: &str, state: ConnectionState, by: &OperatorId) -> ConnectionId {
    let id: ConnectionId = id.parse().unwrap();
    let row = connection::Model {
        id: id.clone(),
        environment: Environment::Rehearsal,
        state,
        expected_username: None,
        username: Some("kitchen".to_owned()),
        account_id: Some(id.to_string()),
        hold_reason: (state == ConnectionState::Held).then_some(HoldReason::Spam),
        hold_until: None,
        spam_level: 0,
        created_by: by.clone(),
        created_at: app.now(),
        connected_at: Some(app.now()),
        ended_at: None,
    };
    let tx = AuditedTx::begin(app).await.unwrap();
    let row = row.into_active_model().reset_all();
    connection::Entity::insert(row).exec_without_returning(tx.connection()).await.unwrap();
    tx.commit_untold().await.unwrap();
    id
}

/// An approval of the draft's current revision and its publication in `state`; the draft as it is then.
pub(crate) async fn approved(app: &App, draft: &Draft, state: PublicationState, by: &OperatorId) -> Draft {
    let approval_id = ApprovalId::from_random(app.random_id());
    let publication_id = PublicationId::from_random(app.random_id());
    let now = app.now();
    let tx = AuditedTx::begin(app).await.unwrap();
    let row = approval::Model {
        id: approval_id.clone(),
        draft_id: draft.id.clone(),
        revision: draft.revision,
        digest: draft.digest.clone(),
        reviewer_id: by.clone(),
        rule: ReviewRule::SecondPerson,
        is_own_draft: false,
        decided_at: now,
        lapses_at: Timestamp(i64::MAX),
        event_id: EventId::from_uuid_v7(&app.uuid()),
        mac: vec![0; 32],
        mac_key_id: "00000000".to_owned(),
        voided_at: None,
        void_reason: None,
    };
    let row = row.into_active_model().reset_all();
    approval::Entity::insert(row).exec_without_returning(tx.connection()).await.unwrap();
    let row = publication_row(app, draft, state, publication_id.clone(), approval_id);
    let row = row.into_active_model().reset_all();
    publication::Entity::insert(row).exec_without_returning(tx.connection()).await.unwrap();
    let change = Change {
        state: Some(countersign_entities::vocabulary::DraftState::Approved),
        publication_id: Some(publication_id),
        ..Change::default()
    };
    let draft = super::change(&tx, draft, change).await.unwrap();
    tx.commit_untold().await.unwrap();
    draft
}

fn publication_row(
    app: &App,
    draft: &Draft,
    state: PublicationState,
    id: PublicationId,
    approval_id: ApprovalId,
) -> publication::Model {
    let is_leased = matches!(state, PublicationState::Claimed | PublicationState::Sending);
    let now = app.now();
    publication::Model {
        id,
        approval_id,
        approved_by: EventId::from_uuid_v7(&app.uuid()),
        draft_id: draft.id.clone(),
        connection_id: draft.connection_id.clone(),
        environment: draft.environment,
        state,
        due_at: draft.due_at.unwrap_or(now),
        lapses_at: Timestamp(i64::MAX),
        missed_after: None,
        hold_reason: (state == PublicationState::Held).then_some(HoldReason::Paused),
        why: None,
        fingerprint: "f".to_owned(),
        board_id: "1".to_owned(),
        lease_token: is_leased.then(|| "lease".to_owned()),
        lease_owner: None,
        lease_expires_at: None,
        attempts: 0,
        looks: 0,
        next_look_at: (state == PublicationState::Unknown).then_some(now),
        candidates: None,
        looked_at: None,
        pin_id: (state == PublicationState::Published).then(|| "77".to_owned()),
        published_at: None,
        taken_down_at: None,
        taken_down_by: None,
        take_down_reason: None,
        ended_at: None,
        drift: None,
        created_at: now,
        updated_at: now,
    }
}

/// The publication of a draft and its approval, as they stand.
pub(crate) async fn signed(app: &App, draft: &Draft) -> (publication::Model, approval::Model) {
    let on = app.db.connection();
    let publication = publication::Entity::find()
        .filter(publication::Column::DraftId.eq(draft.id.clone()))
        .one(on)
        .await
        .unwrap()
        .unwrap();
    let approval =
        approval::Entity::find_by_id(publication.approval_id.clone()).one(on).await.unwrap().unwrap();
    (publication, approval)
}

/// Runs one statement, as somebody with access to the database would.
pub(crate) async fn sql(app: &App, statement: &str) {
    let tx = AuditedTx::begin(app).await.unwrap();
    tx.connection().execute_unprepared(statement).await.unwrap();
    tx.commit_untold().await.unwrap();
}

/// Runs a statement behind the product's back.
pub(crate) async fn run(app: &App, statement: &str) {
    app.db.connection().execute_unprepared(statement).await.unwrap();
}

/// One number.
pub(crate) async fn number(app: &App, query: &str) -> i64 {
    let on = app.db.connection();
    let statement = Statement::from_string(on.get_database_backend(), query);
    on.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// How SQLite means to run a query.
pub(crate) async fn plan(app: &App, query: &str) -> Vec<String> {
    let on = app.db.connection();
    let statement = Statement::from_string(on.get_database_backend(), format!("EXPLAIN QUERY PLAN {query}"));
    let rows = on.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get::<String>("", "detail").unwrap()).collect()
}

/// A query as SQLite would be asked it.
pub(crate) fn text_of(query: sea_orm::Select<countersign_entities::draft::Entity>) -> String {
    use sea_orm::QueryTrait as _;
    query.build(sea_orm::DatabaseBackend::Sqlite).to_string()
}
