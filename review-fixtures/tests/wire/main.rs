//! The simulator, seen through HTTP as an app sees it.

mod support;

mod consent;
