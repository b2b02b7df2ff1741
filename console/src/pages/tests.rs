//! Every page and form, as a browser without JavaScript meets them.

mod accounts;
mod composing;
mod door;
mod leading;
mod log;
mod people;
mod review;
mod routes;
mod support;
mod trouble;
mod unsaved;
