//! A draft Pin; what lists show of its current revision stands here too.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{AssetId, ConnectionId, DraftId, OperatorId, PublicationId, TokenId},
    vocabulary::{DraftState, Environment, Origin, Tab},
};

/// A draft Pin; what lists show of its current revision stands here too.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "draft")]
pub struct Model {
    /// The primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DraftId,
    /// Fixed for life.
    pub connection_id: ConnectionId,
    /// The connection's.
    pub environment: Environment,
    /// Where it stands.
    pub state: DraftState,
    /// Kept by the one function that knows the rules.
    pub tab: Tab,
    /// A stable word for what a person has to look at.
    pub attention: Option<String>,
    /// The current revision, from 1.
    pub revision: i32,
    /// Hex content digest of the current revision.
    pub digest: String,
    /// Counts every change; the ETag.
    pub version: i64,
    /// Who made it.
    pub author_id: OperatorId,
    /// Origin.
    pub origin: Origin,
    /// The API token that made it.
    pub origin_token_id: Option<TokenId>,
    /// Title.
    pub title: Option<String>,
    /// Board id.
    pub board_id: Option<String>,
    /// Board section id.
    pub board_section_id: Option<String>,
    /// Link host.
    pub link_host: Option<String>,
    /// Asset id.
    pub asset_id: Option<AssetId>,
    /// Wall time.
    pub publish_local: Option<String>,
    /// IANA zone of the wall time.
    pub publish_zone: Option<String>,
    /// The publication's due time, or the wished one.
    pub due_at: Option<Timestamp>,
    /// Whose signature stands on it.
    pub submitted_by: Option<OperatorId>,
    /// Submitted at.
    pub submitted_at: Option<Timestamp>,
    /// The latest publication.
    pub publication_id: Option<PublicationId>,
    /// When it came to be.
    pub created_at: Timestamp,
    /// Updated at.
    pub updated_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
