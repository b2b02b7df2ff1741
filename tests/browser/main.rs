//! The main stories in a real browser, with JavaScript and without.
