//! A simulator of Pinterest's API v5 and of its consent page, for rehearsal, tests and reviewers.
//!
//! It is a second, independent reading of the public documentation: it shares no type with the console's
//! client, so that the two can only meet on the wire. It fetches nothing, sends nothing anywhere, shows
//! nothing of Pinterest's look, and asks for no password.
//!
//! One port has three roots: `/oauth/` (consent), `/v5` (production) and `/sandbox/v5` (sandbox), the two
//! with tokens, boards and Pins of their own. `/pin/{id}/` shows a created Pin.
//!
//! # The world
//! Two accounts: [`MAIN_ACCOUNT`], which consents unless the other is chosen on the page, has in each
//! environment the boards Recipes (sections Bakes and Soups), Winter table and Small rooms, and a fourth,
//! secret one; [`OTHER_ACCOUNT`] has one board. Their ids are fixed; `GET /_simulator/boards` lists them. A
//! list of boards returns what the token's scopes allow, so the secret board appears only to a token with
//! `boards:read_secret`, and without that scope it is refused (403 code 29). [`Settings::empty`] leaves
//! all boards out.
//!
//! # What it decides that is not documented
//! - Order of checks: token (401/2), rate limit (429/8), scopes (401/3), access tier (403/29), schema (400/1),
//!   board (404/40, 403/29), section (404/2031), image (400/1, 403/235, 403/233), link (400/1, 429/9).
//! - Images below 100 pixels on a side are too small (403/233).
//! - Lists of Pins are newest first; bookmarks stay good when Pins come and go.
//! - Links to `nopin.example`, `spam.example` and `busy.example` are refused as a site that forbids saving, a
//!   link blocked as spam, and a block on the account.
//! - PKCE is ignored by the real API. Here a verifier that comes is checked; one that does not is not missed.
//! - [`Dialect`] switches between readings where sources differ.
//!
//! # Behind the API
//! | endpoint | does |
//! |---|---|
//! | `GET /_simulator/ledger` | [`Ledger`]: what really happened |
//! | `GET`, `POST /_simulator/faults` | shows, replaces the [`Fault`]s in store (`[]` ends all; `times` 0 = every call) |
//! | `GET`, `POST /_simulator/clock` `{"advance_s"}` | the virtual clock |
//! | `POST /_simulator/revoke` `{"account"}` | that account's tokens and codes die |
//! | `POST /_simulator/reset` | as at first, but for the app's id and secret |
//! | `POST /_simulator/pins` | somebody else's Pins, see [`NewPin`] |
//! | `GET`, `POST /_simulator/dialect` | see [`Dialect`] |
//! | `POST /_simulator/tier` `{"tier"}` | the app's access tier |
//! | `GET /_simulator/boards` | accounts, boards and sections of both environments |
//!
//! [`Simulator`] has a method for each of them.

mod accounts;
mod answer;
mod api;
mod boards;
mod call;
mod clock;
mod consent;
mod control;
mod decision;
mod delivery;
mod dialect;
mod environment;
mod faults;
mod fields;
mod layout;
mod ledger;
mod limits;
mod links;
mod media;
mod mischief;
mod oauth;
mod operations;
mod others;
mod pages;
mod paging;
mod pins;
mod rng;
mod samples;
mod sections;
mod seed;
mod server;
mod simulator;
mod store;
mod swollen;
mod wire;
mod world;

pub use accounts::Account;
pub use boards::{Board, Privacy, Section};
pub use dialect::Dialect;
pub use environment::{Environment, Tier};
pub use faults::{BadFault, Fault, Kind, Place, When};
pub use ledger::{Ledger, LedgerPin, LedgerRequest};
pub use others::{BadPin, NewPin};
pub use samples::{SampleImage, sample_images};
pub use seed::{MAIN_ACCOUNT, OTHER_ACCOUNT};
pub use simulator::{Error, Settings, Simulator};
