//! The embedded database's lock in other hands than the product's.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

/// The writer's lock, as another process has it that writes for long.
pub struct Lock(DatabaseConnection);

impl Lock {
    /// Takes it, at the database at `url`; nobody else can write until [`Lock::let_go`].
    pub async fn take(url: &str) -> Self {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1);
        let holder = Database::connect(options).await.unwrap();
        holder.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
        Self(holder)
    }

    /// Gives it back; nothing was written.
    pub async fn let_go(self) {
        self.0.execute_unprepared("ROLLBACK").await.unwrap();
    }
}
