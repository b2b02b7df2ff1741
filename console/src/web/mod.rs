//! What every page's request and answer have in common: who asks, forms, refusals, redirects with a message, cookies
//! without secrets, security headers.

pub mod action;
mod allow;
pub mod cookie;
pub mod error;
pub mod fields;
pub mod flash;
pub mod form;
pub mod form_proof;
pub mod frame;
pub mod headers;
pub mod kept;
mod metered;
pub mod page;
pub mod refused;
pub mod shortcuts;
pub mod theme;
pub mod visit;

pub use fields::Fields;
pub use flash::{Flash, Message};
pub use form::{AnyForm, Form, OpenForm};
pub use page::{id, page, page_as, see, see_about, see_with, with_cookie};
pub use refused::{Answer, Refused};
pub use visit::Visit;
