//! Images.

use countersign_entities::ids::AssetId;
use poem::{Result, web::Data};
use poem_openapi::{
    Multipart, OpenApi,
    param::{Header, Path, Query},
    payload::{Binary, Json},
    types::Binary as File,
};
use sha2::{Digest as _, Sha256};

use super::{answers::answers, auth::Access, drafts::body::AssetBody, idempotency::once};
use crate::{
    app::App,
    drafts::{self, Error},
    operators::TokenScope,
};

/// Images.
pub struct AssetsApi;

/// An image to be uploaded.
#[derive(Multipart)]
#[oai(deny_unknown_fields)]
struct Upload {
    /// The image: JPEG, PNG or WebP, at most 10 MiB.
    file: File<Vec<u8>>,
    /// What it is called here.
    label: Option<String>,
}

impl Upload {
    /// What makes two uploads the same.
    fn sha256(&self) -> String {
        let digest =
            Sha256::new().chain_update(&self.file.0).chain_update(self.label.as_deref().unwrap_or_default());
        hex::encode(digest.finalize())
    }
}

answers! {
    /// Uploading an image.
    UploadAsset {
        /// The image as it will be sent. What no draft uses goes after a day.
        #[oai(status = 201)]
        Uploaded(Json<AssetBody>),
    }
    refuses [Malformed Unauthenticated Forbidden Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Looking at an image.
    ShowContent {
        /// The bytes that will be sent.
        #[oai(status = 200)]
        Shown(
            Binary<Vec<u8>>,
            #[oai(header = "Content-Type")] String,
            #[oai(header = "Content-Disposition")] String,
        ),
    }
    refuses [Unauthenticated Forbidden NotFound Internal Unavailable]
}

#[OpenApi]
impl AssetsApi {
    /// Upload an image
    #[oai(path = "/assets", method = "post", operation_id = "upload_asset")]
    async fn upload(
        &self,
        access: Access,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        upload: Upload,
    ) -> Result<UploadAsset> {
        let work = async {
            let author = access.author()?;
            let uploaded = once(&app, &access, "upload_asset", &key, upload.sha256(), async {
                let label = upload.label.as_deref().unwrap_or_default();
                Ok(AssetBody::from(drafts::upload(&app, &author, label, upload.file.0.clone()).await?))
            });
            Ok(UploadAsset::Uploaded(Json(uploaded.await?)))
        };
        access.answer(&app, "asset.upload", work).await
    }

    /// The bytes of an image
    ///
    /// With `sha256`, in hex, only if they are the image's.
    #[oai(path = "/assets/:id/content", method = "get", operation_id = "show_content")]
    async fn content(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        sha256: Query<Option<String>>,
    ) -> Result<ShowContent> {
        access
            .answer(&app, "asset.content", async {
                let reader = access.reader(TokenScope::DraftsRead)?;
                let id: AssetId = id.parse().map_err(|_| Error::NoImage)?;
                let (asset, bytes) = drafts::asset_content(&app, &reader, &id).await?;
                if sha256.0.is_some_and(|wanted| wanted != asset.sha256) {
                    return Err(Error::NoImage.into());
                }
                Ok(ShowContent::Shown(Binary(bytes), asset.content_type, "inline".to_owned()))
            })
            .await
    }
}
