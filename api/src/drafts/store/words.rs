//! The words under which drafts are found.

use std::collections::BTreeSet;

use countersign_entities::{draft_word, ids::DraftId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::{audit::AuditedTx, db::Reads, error::Fault};

/// Replaces the words of a draft.
pub(in crate::drafts) async fn replace(
    tx: &AuditedTx<'_>,
    id: &DraftId,
    words: BTreeSet<String>,
) -> Result<(), Fault> {
    draft_word::Entity::delete_many()
        .filter(draft_word::Column::DraftId.eq(id.clone()))
        .exec(tx.connection())
        .await?;
    if words.is_empty() {
        return Ok(());
    }
    let row =
        |word| draft_word::ActiveModel { draft_id: Set(id.clone()), word: Set(word), ..Default::default() };
    let rows = words.into_iter().map(row);
    draft_word::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}
