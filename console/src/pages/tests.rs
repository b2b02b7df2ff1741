//! Every page and form, as a browser without JavaScript meets them.

mod accounts;
mod door;
mod people;
mod routes;
mod support;
