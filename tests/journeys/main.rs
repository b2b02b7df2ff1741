//! What people do with Countersign, from the outside: one file a story, all over HTTP.

mod sign_in;
