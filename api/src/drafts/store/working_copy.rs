//! The table of what was typed and not saved.

use countersign_entities::{
    ids::OperatorId,
    working_copy::{Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict,
};

use crate::{
    audit::{HousekeepingTx, Writes},
    db::Reads,
    drafts::working_copy::{WorkingCopy, WorkingOn},
    error::Fault,
};

pub(in crate::drafts) async fn put(
    tx: &HousekeepingTx,
    on: &WorkingOn,
    whose: &OperatorId,
    copy: &WorkingCopy,
) -> Result<(), Fault> {
    let row = Model {
        draft_id: on.key().to_owned(),
        operator_id: whose.clone(),
        fields: copy.fields.clone(),
        updated_at: copy.updated_at,
    };
    let newest = OnConflict::columns([Column::DraftId, Column::OperatorId])
        .update_columns([Column::Fields, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row.into_active_model().reset_all())
        .on_conflict(newest)
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

pub(in crate::drafts) async fn find(
    on: &impl Reads,
    working_on: &WorkingOn,
    whose: &OperatorId,
) -> Result<Option<WorkingCopy>, Fault> {
    let key = (working_on.key().to_owned(), whose.clone());
    let row = Entity::find_by_id(key).one(on.connection()).await?;
    Ok(row.map(|row| WorkingCopy { fields: row.fields, updated_at: row.updated_at }))
}

/// Deletes one person's copy, or everybody's.
pub(in crate::drafts) async fn delete(
    tx: &impl Writes,
    on: &WorkingOn,
    whose: Option<&OperatorId>,
) -> Result<(), Fault> {
    let mut copies = Entity::delete_many().filter(Column::DraftId.eq(on.key()));
    if let Some(whose) = whose {
        copies = copies.filter(Column::OperatorId.eq(whose.clone()));
    }
    copies.exec(tx.connection()).await?;
    Ok(())
}
