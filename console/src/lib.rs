//! Countersign's faces: the pages, the command line and the server that joins them to the service.

pub mod assets;
pub mod cli;
pub mod logging;
pub mod pages;
pub mod server;
pub mod views;
pub mod web;

#[cfg(test)]
mod testing;
