//! What must hold of the source itself, whatever the product does.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api_document;
mod documents;
mod house_rules;
mod layering;
mod sizes;
mod supply_chain;
mod vendored;
