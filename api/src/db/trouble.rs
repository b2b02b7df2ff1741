//! What is wrong with a database that refuses: told apart by its codes, in words that name cause and remedy.
//!
//! SQLite's extended result codes are numbers (<https://sqlite.org/rescode.html>), PostgreSQL's SQLSTATEs have five
//! characters (its manual, appendix A).

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{self, error::DatabaseError},
};

use crate::error::Fault;

/// What is wrong, where it is not the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Locked, crowded, away, or told to stop: in a moment it works again.
    Busy,
    /// Its disk is full, or takes no more of it.
    Full,
    /// It may be read only: rights, a standby server, or a file that was taken away.
    ReadOnly,
    /// What is stored is damaged.
    Damaged,
}

impl Trouble {
    /// What is wrong with the database behind an error; none where it is the statement.
    pub(super) fn of(error: &DbErr) -> Option<Self> {
        match error {
            DbErr::ConnectionAcquire(_) => Some(Self::Busy),
            // Who is not let in has not asked for anything yet: a server that is being restored or set up refuses too.
            DbErr::Conn(runtime) => of_runtime(runtime).or(Some(Self::Busy)),
            DbErr::Exec(runtime) | DbErr::Query(runtime) => of_runtime(runtime),
            _ => None,
        }
    }

    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Full => "storage_full",
            Self::ReadOnly => "storage_read_only",
            Self::Damaged => "storage_damaged",
        }
    }

    /// What is wrong, as part of a sentence, in words that tell nothing to strangers.
    pub fn cause(self) -> &'static str {
        match self {
            Self::Busy => "the database is busy",
            Self::Full => "the database's disk is full",
            Self::ReadOnly => "the database can be read but not written",
            Self::Damaged => "the database is damaged",
        }
    }

    /// What whoever runs the installation does about it, as a sentence without its end.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Busy => "See that no other program holds it and that its server answers, then try again",
            Self::Full => {
                "Whoever runs this installation has to free space on that disk; then it works again"
            }
            Self::ReadOnly => {
                "Whoever runs this installation has to let Countersign write to it: the file and its folder must be \
                 where they were at the start and belong to the user it runs as, and a PostgreSQL server must be no \
                 standby and its role own the schema"
            }
            Self::Damaged => {
                "Whoever runs this installation has to stop it, keep a copy of the damaged database, and put the \
                 latest backup in its place"
            }
        }
    }
}

fn of_runtime(error: &RuntimeErr) -> Option<Trouble> {
    let RuntimeErr::SqlxError(error) = error else { return None };
    match error.as_ref() {
        sqlx::Error::Database(refused) => of_code(&code(&**refused)?),
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Some(Trouble::Busy),
        sqlx::Error::WorkerCrashed | sqlx::Error::Protocol(_) => Some(Trouble::Busy),
        _ => None,
    }
}

fn code(error: &dyn DatabaseError) -> Option<String> {
    error.code().map(|code| code.into_owned())
}

fn of_code(code: &str) -> Option<Trouble> {
    match code.len() {
        5 => of_sqlstate(code),
        _ => of_sqlite(code.parse().ok()?),
    }
}

/// Before a commit none of them has written anything.
fn of_sqlstate(code: &str) -> Option<Trouble> {
    match code {
        // Serialization and deadlock; a lock, statement or transaction that took too long; told to end.
        "40001" | "40P01" | "55P03" | "57014" | "25P03" | "25P04" | "57P01" | "57P02" | "57P03" | "57P05" => {
            Some(Trouble::Busy)
        }
        "53100" => Some(Trouble::Full),
        // A standby or a read-only setting; a privilege that is missing.
        "25006" | "42501" => Some(Trouble::ReadOnly),
        "XX001" | "XX002" => Some(Trouble::Damaged),
        // The connection broke; connections or memory ran out.
        _ if code.starts_with("08") || code.starts_with("53") => Some(Trouble::Busy),
        _ => None,
    }
}

fn of_sqlite(code: u32) -> Option<Trouble> {
    /// `SQLITE_IOERR_WRITE` and `_SHMSIZE`: a file cannot grow, such as by a quota or a limit of the process.
    const CANNOT_GROW: [u32; 2] = [778, 4874];
    match code & 0xff {
        5 | 6 => Some(Trouble::Busy),
        13 => Some(Trouble::Full),
        10 if CANNOT_GROW.contains(&code) => Some(Trouble::Full),
        8 => Some(Trouble::ReadOnly),
        11 | 26 => Some(Trouble::Damaged),
        _ => None,
    }
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        match Trouble::of(&error) {
            Some(Trouble::Busy) => Self::Busy(Box::new(error)),
            Some(trouble) => {
                // Told to people in words that tell no stranger more; the operator needs all of them.
                tracing::error!(%error, code = trouble.code(), "the database refuses");
                Self::Storage(trouble)
            }
            None => Self::Database(Box::new(error)),
        }
    }
}

/// What a commit that failed means: SQLite's proves that nothing was written where the file of its log could not grow,
/// as the last thing it writes there is what makes a commit hold. Of any other it is not known; the shared memory, too,
/// is written after the log.
pub(super) fn of_commit(error: DbErr) -> Fault {
    /// `SQLITE_FULL` and `SQLITE_IOERR_WRITE`.
    const NOTHING_WRITTEN: [&str; 2] = ["13", "778"];
    let refused = match &error {
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            inner.as_database_error().and_then(code)
        }
        _ => None,
    };
    match refused.as_deref() {
        Some(code) if NOTHING_WRITTEN.contains(&code) => Fault::from(error),
        _ => Fault::CommitUnknown(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A refusal with a code.
    #[derive(Debug)]
    struct Refused(&'static str);

    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl std::error::Error for Refused {}

    impl DatabaseError for Refused {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> sqlx::error::ErrorKind {
            sqlx::error::ErrorKind::Other
        }
    }

    fn refused(code: &'static str) -> RuntimeErr {
        RuntimeErr::SqlxError(sqlx::Error::Database(Box::new(Refused(code))).into())
    }

    #[test]
    fn who_is_not_let_in_may_be_later() {
        for code in ["3D000", "28P01", "28000", "42P01", "57P03"] {
            assert_eq!(Trouble::of(&DbErr::Conn(refused(code))), Some(Trouble::Busy), "{code}");
        }
        assert_eq!(Trouble::of(&DbErr::Conn(refused("26"))), Some(Trouble::Damaged));
        assert_eq!(
            Trouble::of(&DbErr::Query(refused("42P01"))),
            None,
            "once let in, the statement is to blame"
        );
    }

    #[test]
    fn only_a_log_that_could_not_grow_proves_that_a_commit_wrote_nothing() {
        for code in ["13", "778"] {
            let fault = of_commit(DbErr::Exec(refused(code)));
            assert!(matches!(fault, Fault::Storage(Trouble::Full)), "{code}: {fault}");
        }
        for code in ["4874", "5", "10", "1034", "53100", "40001"] {
            let fault = of_commit(DbErr::Exec(refused(code)));
            assert!(matches!(fault, Fault::CommitUnknown(_)), "{code}: {fault}");
        }
    }

    #[test]
    fn codes_are_told_apart() {
        for (codes, trouble) in [
            (
                &["5", "517", "261", "6", "262", "55P03", "57014", "57P01", "53300", "25P03", "08006"][..],
                Trouble::Busy,
            ),
            (&["13", "778", "4874", "53100"][..], Trouble::Full),
            (&["8", "1032", "1544", "25006", "42501"][..], Trouble::ReadOnly),
            (&["11", "267", "26", "XX001"][..], Trouble::Damaged),
        ] {
            for code in codes {
                assert_eq!(of_code(code), Some(trouble), "{code}");
            }
        }
    }

    #[test]
    fn what_the_statement_is_to_blame_for_is_no_trouble_of_the_database() {
        // Constraints, a syntax error, and a sync that failed: that one may have written something.
        for code in ["2067", "1555", "1", "14", "23505", "42601", "P0001", "1034"] {
            assert_eq!(of_code(code), None, "{code}");
        }
    }
}
