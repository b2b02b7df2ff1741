//! An application for the unit tests of this crate: a fresh embedded database in a folder of its own.

use countersign_api::{
    app::App,
    config::{Config, Inputs},
    data_dir::DataDir,
    db::Db,
    operators::{Authority, NewOperator, Operator, people},
    secret::Secret,
};

use crate::cli::{Installation, assemble};

/// Everyone's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The application, and the folder that it stands on.
pub(crate) struct TestApp {
    pub(crate) app: App,
    _folder: tempfile::TempDir,
}

/// A migrated application with an empty log.
pub(crate) async fn app() -> TestApp {
    drop(rustls::crypto::ring::default_provider().install_default());
    let folder = tempfile::tempdir().unwrap();
    let inputs = Inputs { folder: folder.path().to_owned(), ..Inputs::default() };
    let config = Config::load(&inputs).unwrap_or_else(|problems| panic!("{problems}"));
    let data_dir = DataDir::open(&config.storage.data_dir).unwrap();
    let (url, timing) = (config.storage.database(), config.timing().database);
    let db = Db::connect(url.expose(), &timing).await.unwrap();
    db.migrate().await.unwrap();
    let app = assemble(Installation { config, data_dir, db }).await.unwrap();
    TestApp { app, _folder: folder }
}

/// Somebody with these roles and [`PASSWORD`].
pub(crate) async fn person(app: &App, email: &str, roles: &str) -> Operator {
    let new = NewOperator {
        email: email.to_owned(),
        name: email.split('@').next().unwrap().to_owned(),
        roles: roles.parse().unwrap(),
        password: Some(Secret::from(PASSWORD)),
    };
    people::add(app, Authority::command_line(), new).await.unwrap().0
}
