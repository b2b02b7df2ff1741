//! The kill switch.

use poem::{Result, web::Data};
use poem_openapi::{Object, OpenApi, payload::Json};

use super::{
    answers::answers,
    auth::Access,
    input::{Input, Nothing},
    problem::time,
};
use crate::{
    app::App,
    operators::TokenScope,
    publisher::pause::{self, MayPause, MayResume, Status},
};

/// The kill switch.
pub struct PublishingApi;

/// Whether publishing runs.
#[derive(Object)]
struct PublishingBody {
    /// Whether nothing is sent until it is resumed.
    paused: bool,
    /// Who paused it: `opr_...`, or `cli`.
    paused_by: Option<String>,
    /// Since when.
    paused_at: Option<String>,
}

answers! {
    /// Looking at the switch.
    ShowPublishing {
        /// Whether publishing runs.
        #[oai(status = 200)]
        Shown(Json<PublishingBody>),
    }
    refuses [Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Pausing.
    PausePublishing {
        /// Nothing new is sent; what is in flight ends.
        #[oai(status = 200)]
        Paused(Json<PublishingBody>),
    }
    refuses [Malformed Unauthenticated Forbidden TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Resuming.
    ResumePublishing {
        /// Approved Pins go out again.
        #[oai(status = 200)]
        Resumed(Json<PublishingBody>),
    }
    refuses [Malformed Unauthenticated Forbidden TooLarge UnsupportedType Invalid Internal Unavailable]
}

#[OpenApi]
impl PublishingApi {
    /// Whether publishing runs
    #[oai(path = "/publishing", method = "get", operation_id = "show_publishing")]
    async fn show(&self, access: Access, app: Data<&App>) -> Result<ShowPublishing> {
        access
            .answer(&app, "publishing.show", async {
                access.reader(TokenScope::PublicationsRead)?;
                Ok(ShowPublishing::Shown(Json(pause::status(&app).await?.into())))
            })
            .await
    }

    /// Let nothing more go out
    #[oai(path = "/publishing/pause", method = "post", operation_id = "pause_publishing")]
    async fn pause(
        &self,
        access: Access,
        app: Data<&App>,
        nothing: Input<Nothing>,
    ) -> Result<PausePublishing> {
        access
            .answer(&app, "publishing.pause", async {
                let may = MayPause::person(access.principal())?;
                nothing.read()?;
                Ok(PausePublishing::Paused(Json(pause::pause(&app, &may).await?.into())))
            })
            .await
    }

    /// Let approved Pins go out again
    #[oai(path = "/publishing/resume", method = "post", operation_id = "resume_publishing")]
    async fn resume(
        &self,
        access: Access,
        app: Data<&App>,
        nothing: Input<Nothing>,
    ) -> Result<ResumePublishing> {
        access
            .answer(&app, "publishing.resume", async {
                let may = MayResume::from(&access.admin()?);
                nothing.read()?;
                Ok(ResumePublishing::Resumed(Json(pause::resume(&app, &may).await?.into())))
            })
            .await
    }
}

impl From<Status> for PublishingBody {
    fn from(status: Status) -> Self {
        let (paused_by, paused_at) = status.paused.unzip();
        Self { paused: paused_by.is_some(), paused_by, paused_at: paused_at.map(time) }
    }
}
