//! How the database goes about what it is asked: every statement of every journey is found by an index, or walks in the
//! order of one and stops.
//!
//! [`Statements`] keeps each statement once, whatever its values. At the end of a journey [`faults`] asks the database for
//! the plan of those that no journey of this program ran before. What grows with the years may not be read as a whole,
//! and not be sorted; the few statements that may are in [`ALLOWED`], each with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DbErr, Statement,
};

mod allowed;
mod shape;

use allowed::is_small;
pub use allowed::{ALLOWED, Allowed};
use shape::shape;

/// What one installation has asked: the form of each statement, and the statement as it was asked first.
#[derive(Default)]
pub struct Statements(Mutex<BTreeMap<String, Statement>>);

impl Statements {
    /// Keeps a statement, if there was none of its form.
    pub fn note(&self, statement: &Statement) {
        let shape = shape(&statement.to_string());
        self.lock().entry(shape).or_insert_with(|| statement.clone());
    }

    /// All of them, by their form.
    pub fn all(&self) -> BTreeMap<String, Statement> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Statement>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forms whose plan was looked at, of both databases.
static LOOKED_AT: Mutex<BTreeSet<(bool, String)>> = Mutex::new(BTreeSet::new());

/// What of these statements reads or sorts a growing table, a line each, as far as no journey asked the same before.
pub async fn faults(url: &str, statements: &Statements) -> Vec<String> {
    let planner = Planner::open(url).await;
    let mut faults = Vec::new();
    for (shape, statement) in statements.all() {
        let mark = (planner.is_postgres(), shape.clone());
        if !LOOKED_AT.lock().unwrap_or_else(PoisonError::into_inner).insert(mark) {
            continue;
        }
        for fault in planner.faults(&shape, &statement).await {
            if !ALLOWED.iter().any(|allowed| allowed.lets(&fault, &shape)) {
                faults.push(format!("{fault:?}: {shape}"));
            }
        }
    }
    faults
}

/// What is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It reads this table from end to end.
    Reads(String),
    /// It walks this table in the order of an index until enough rows fit.
    Walks(String),
    /// It sorts what it found.
    Sorts,
    /// The database did not understand it.
    Wrong(String),
}

/// A connection that asks for plans.
pub struct Planner(DatabaseConnection);

impl Planner {
    /// Opens the database at `url`. PostgreSQL goes by an index wherever one can be used, however few rows there are.
    pub async fn open(url: &str) -> Self {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let planner = Self(Database::connect(options).await.unwrap());
        if planner.is_postgres() {
            for way in ["seqscan", "bitmapscan", "sort", "hashagg", "hashjoin", "mergejoin", "material"] {
                planner.0.execute_unprepared(&format!("SET enable_{way} = off")).await.unwrap();
            }
        }
        planner
    }

    fn is_postgres(&self) -> bool {
        self.0.get_database_backend() == DatabaseBackend::Postgres
    }

    /// What is wrong with the plan of a statement, whether or not it is allowed.
    pub async fn faults(&self, shape: &str, statement: &Statement) -> Vec<Fault> {
        let kind = shape.split(' ').next().unwrap_or_default();
        if !matches!(kind, "SELECT" | "WITH" | "UPDATE" | "DELETE") {
            return Vec::new();
        }
        match self.plan(statement).await {
            Ok(plan) if self.is_postgres() => postgres_faults(&plan),
            Ok(plan) => sqlite_faults(&plan, shape),
            Err(error) => vec![Fault::Wrong(error.to_string())],
        }
    }

    async fn plan(&self, statement: &Statement) -> Result<Vec<String>, DbErr> {
        let (explain, column) = match self.is_postgres() {
            true => (Statement::from_string(statement.db_backend, format!("EXPLAIN {statement}")), 0),
            // With its values beside it, as it runs: with values written into it SQLite may find a better plan.
            false => {
                (Statement { sql: format!("EXPLAIN QUERY PLAN {}", statement.sql), ..statement.clone() }, 3)
            }
        };
        let rows = self.0.query_all_raw(explain).await?;
        rows.iter().map(|row| row.try_get_by_index::<String>(column)).collect()
    }
}

/// A list that stops when it is full, in an order that an index has.
fn is_page(shape: &str) -> bool {
    shape.contains(" ORDER BY ") && shape.contains(" LIMIT ")
}

fn read(table: &str, shape: &str) -> Option<Fault> {
    match is_page(shape) {
        _ if is_small(table) => None,
        true if shape.contains(" WHERE ") && !shape.contains(" WHERE ? ORDER ") => {
            Some(Fault::Walks(table.to_owned()))
        }
        true => None,
        false => Some(Fault::Reads(table.to_owned())),
    }
}

fn sqlite_faults(plan: &[String], shape: &str) -> Vec<Fault> {
    let tables = plan.iter().filter_map(|line| {
        let rest = line.strip_prefix("SCAN ").map(|rest| (true, rest));
        let (is_scan, rest) = rest.or_else(|| line.strip_prefix("SEARCH ").map(|rest| (false, rest)))?;
        Some((is_scan, rest.split(' ').next().unwrap_or_default()))
    });
    let inner = |line: &str| {
        let name = line.strip_prefix("CO-ROUTINE ").or_else(|| line.strip_prefix("MATERIALIZE "))?;
        Some(name.to_owned())
    };
    let inner: Vec<String> = plan.iter().filter_map(|line| inner(line)).collect();
    let tables: Vec<(bool, &str)> =
        tables.filter(|(is_scan, table)| !is_scan || !inner.iter().any(|inner| inner == table)).collect();
    let sorts = plan.iter().any(|line| line.starts_with("USE TEMP B-TREE") && line.ends_with("ORDER BY"));
    let is_growing = tables.iter().any(|(_, table)| !is_small(table));
    let sorted = (sorts && is_growing).then_some(Fault::Sorts);
    tables
        .iter()
        .filter(|(is_scan, _)| *is_scan)
        .filter_map(|(_, table)| match sorts && !is_small(table) {
            true => Some(Fault::Reads((*table).to_owned())),
            false => read(table, shape),
        })
        .chain(sorted)
        .collect()
}

/// Among few rows PostgreSQL takes one index as well as another; what it may not do is read or sort although an index
/// would do.
fn postgres_faults(plan: &[String]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut is_growing = false;
    for line in plan {
        let Some((_, table)) = line.split_once("Scan").and_then(|(_, rest)| rest.split_once(" on ")) else {
            continue;
        };
        let table = table.split(' ').next().unwrap_or_default();
        is_growing |= !is_small(table);
        if line.contains("Seq Scan on ") && !is_small(table) {
            faults.push(Fault::Reads(table.to_owned()));
        }
    }
    let is_sort = |line: &String| line.trim_start_matches([' ', '-', '>']).starts_with("Sort ");
    if is_growing && plan.iter().any(is_sort) {
        faults.push(Fault::Sorts);
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(plan: &[&str]) -> Vec<String> {
        plan.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn what_reads_or_sorts_a_growing_table_is_found_in_a_plan_of_sqlite() {
        let all = "SELECT * FROM draft WHERE title = ?";
        assert_eq!(sqlite_faults(&lines(&["SCAN draft"]), all), [Fault::Reads("draft".to_owned())]);
        let page = "SELECT * FROM draft WHERE board_id = ? ORDER BY updated_at DESC LIMIT ?";
        let walk = lines(&["SCAN draft USING INDEX draft_updated"]);
        assert_eq!(sqlite_faults(&walk, page), [Fault::Walks("draft".to_owned())]);
        let sorted = lines(&["SEARCH draft USING INDEX draft_x (x=?)", "USE TEMP B-TREE FOR ORDER BY"]);
        assert_eq!(sqlite_faults(&sorted, page), [Fault::Sorts]);
        assert_eq!(sqlite_faults(&lines(&["SEARCH draft USING INDEX draft_x (x=?)"]), page), []);
        assert_eq!(sqlite_faults(&walk, "SELECT * FROM draft ORDER BY updated_at DESC LIMIT ?"), []);
        assert_eq!(sqlite_faults(&lines(&["SCAN setting"]), "SELECT * FROM setting"), []);
    }

    #[test]
    fn what_reads_or_sorts_a_growing_table_is_found_in_a_plan_of_postgresql() {
        let reads =
            lines(&["Seq Scan on draft  (cost=1..2 rows=1 width=8)", "  Filter: (title = 'x'::text)"]);
        assert_eq!(postgres_faults(&reads), [Fault::Reads("draft".to_owned())]);
        let found = lines(&["Index Scan using draft_x on draft  (cost=1..2)", "  Index Cond: (x = 1)"]);
        assert_eq!(postgres_faults(&found), []);
        let sorted =
            lines(&["Sort  (cost=1)", "  Sort Key: x", "  ->  Index Scan using draft_x on draft  (c)"]);
        let sorted: Vec<String> = sorted.into_iter().chain(lines(&["        Index Cond: (x = 1)"])).collect();
        assert_eq!(postgres_faults(&sorted), [Fault::Sorts]);
    }
}
