//! Tables that fold on small screens, lists of facts, and the pager.

use maud::{Markup, Render, html};

/// A table. On a small screen each row becomes a block, and each cell repeats its column's name.
#[derive(Clone, Debug, Default)]
pub struct Table {
    caption: String,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Markup>>,
}

impl Table {
    /// A table with a caption for those who do not see it, and the names of its columns.
    pub fn new(caption: impl Into<String>, columns: &[&'static str]) -> Self {
        Self { caption: caption.into(), columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; its first cell is the row's head.
    pub fn row(mut self, cells: Vec<Markup>) -> Self {
        self.rows.push(cells);
        self
    }

    /// Adds one row for each item.
    pub fn rows<T>(self, items: impl IntoIterator<Item = T>, cells: impl Fn(T) -> Vec<Markup>) -> Self {
        items.into_iter().fold(self, |table, item| table.row(cells(item)))
    }
}

impl Render for Table {
    fn render(&self) -> Markup {
        html! {
            table.table.fold {
                caption.vh { (self.caption) }
                thead { tr { @for column in &self.columns { th scope="col" { (column) } } } }
                tbody { @for row in &self.rows { tr { @for (index, cell) in row.iter().enumerate() {
                    @if index == 0 { th scope="row" { (cell) } }
                    @else { td data-l=[self.columns.get(index)] { (cell) } }
                } } } }
            }
        }
    }
}

/// A list of facts: name and value.
pub fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in facts { dt { (name) } dd { (value) } } } }
}

/// The way through a long list. It has no end to count to, only older and newer.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// `1 to 25`, or another sentence about what is shown.
    pub shown: String,
    /// The first page, if this is not it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
}

impl Render for Pager {
    fn render(&self) -> Markup {
        html! {
            nav.pager aria-label="Pages" {
                span { (self.shown) }
                span.line {
                    @if let Some(first) = &self.first { a.btn href=(first) { (super::icon::icon("left")) "First page" } }
                    @if let Some(next) = &self.next { a.btn href=(next) rel="next" { "Next page" (super::icon::icon("right")) } }
                }
            }
        }
    }
}
