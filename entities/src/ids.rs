//! Typed ids: a prefix that names the kind, an underscore, and 128 random bits as 32 lower-case hex digits.
//!
//! They are the references of the audit log (`[a-z]{2,8}_[A-Za-z0-9-]{1,64}`): random, never derived from an
//! e-mail or from an id of Pinterest's, so that they tell nothing once the row that they name is erased.

use std::{fmt, str::FromStr};

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};

/// A text that is no id of the wanted kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected an id that starts with `{prefix}_`")]
pub struct WrongId {
    /// The prefix of the wanted kind.
    pub prefix: &'static str,
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The word in front of the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// An id from 128 random bits.
            pub fn from_random(bits: [u8; 16]) -> Self {
                Self(format!("{}_{}", $prefix, hex::encode(bits)))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = WrongId;

            fn from_str(text: &str) -> Result<Self, WrongId> {
                let wrong = WrongId { prefix: $prefix };
                let rest = text.strip_prefix(concat!($prefix, "_")).ok_or(WrongId { prefix: $prefix })?;
                let is_id = (1..=64).contains(&rest.len())
                    && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                if is_id { Ok(Self(text.to_owned())) } else { Err(wrong) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = WrongId;

            fn try_from(text: String) -> Result<Self, WrongId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

typed_id!(/// A person who uses the console.
    OperatorId, "opr");
typed_id!(/// A session of an operator (not the secret in the cookie).
    SessionId, "ses");
typed_id!(/// A one-time sign-in link (not the secret in it).
    LinkId, "lnk");
typed_id!(/// An API token (not the secret).
    TokenId, "tok");
typed_id!(/// A Pinterest account as connected here.
    ConnectionId, "con");
typed_id!(/// One pass through the OAuth consent.
    FlowId, "flw");
typed_id!(/// One consent's tokens through all their generations.
    GrantId, "grt");
typed_id!(/// A prepared image.
    AssetId, "ast");
typed_id!(/// A draft Pin.
    DraftId, "drf");
typed_id!(/// A comment on a draft.
    CommentId, "cmt");
typed_id!(/// A reviewer's approval of one revision.
    ApprovalId, "apr");
typed_id!(/// The way of one approval to Pinterest.
    PublicationId, "pub");
typed_id!(/// One send.
    AttemptId, "att");
typed_id!(/// An audit event.
    EventId, "evt");

impl EventId {
    /// An event id from the text of a UUIDv7 (RFC 9562), lower case with hyphens.
    pub fn from_uuid_v7(uuid: &str) -> Self {
        Self(format!("evt_{uuid}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let draft = DraftId::from_random([7; 16]);
        assert_eq!(draft.as_str().parse(), Ok(draft.clone()));
        assert_eq!(draft.as_str().parse::<ConnectionId>(), Err(WrongId { prefix: "con" }));
        assert!("drf_".parse::<DraftId>().is_err());
        assert!("drf_a/b".parse::<DraftId>().is_err());
    }
}
