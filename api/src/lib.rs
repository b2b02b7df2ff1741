//! The service of Countersign: everything the product does, without a face.

pub mod audit;
pub mod clock;
pub mod data_dir;
pub mod drafts;
pub mod hooks;
pub mod keys;
pub mod rng;
pub mod secret;
pub mod timing;
