//! What must hold of the source itself, whatever the product does.

mod house_rules;
mod layering;
mod sizes;
