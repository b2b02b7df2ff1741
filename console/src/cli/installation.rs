//! An installation as commands beside the server see it: its configuration, folder and database.

use anyhow::{Result, bail};
use countersign_api::config::{Config, DATABASE_FILE};
use countersign_api::data_dir::DataDir;
use countersign_api::db::Db;

use super::Options;

/// An installation that has been started before.
pub struct Installation {
    /// Its configuration.
    pub config: Config,
    /// Its data folder.
    pub data_dir: DataDir,
    /// Its database.
    pub db: Db,
}

impl Installation {
    /// Opens it, whatever the state of its schema.
    ///
    /// # Errors
    /// Where the configuration is wrong, or there is no database yet.
    pub async fn open(options: &Options) -> Result<Self> {
        let config = options.load()?;
        let folder = &config.storage.data_dir;
        if config.storage.database_url.is_none() && !folder.join(DATABASE_FILE).exists() {
            bail!("there is no database in {} yet: start `countersign serve` once", folder.display());
        }
        let data_dir = DataDir::open(folder)?;
        let db = Db::connect(config.storage.database().expose(), &config.timing().database).await?;
        Ok(Self { config, data_dir, db })
    }

    /// Opens it for a command that reads or writes its tables.
    ///
    /// # Errors
    /// As [`Installation::open`], and where the schema is not the one this program knows.
    pub async fn open_current(options: &Options) -> Result<Self> {
        let installation = Self::open(options).await?;
        if installation.db.migration_status().await?.iter().any(|(_, is_applied)| !is_applied) {
            bail!("the database is of an older version: stop the server and run `countersign migrate up`");
        }
        Ok(installation)
    }
}
