//! The service's stable words for why something stopped, in sentences.

use countersign_api::publisher::Publication;
use countersign_api::vocabulary::PublicationState;

/// Why it is where it is, in a few words for a chip; none where the state says enough.
pub(crate) fn short(publication: &Publication) -> Option<String> {
    let why = publication.hold_reason.map(|reason| reason.as_str()).or(publication.why.as_deref())?;
    let words = match (publication.state, why) {
        (PublicationState::Held, "disconnected") => "Held: not connected",
        (PublicationState::Held, "wrong_account") => "Held: account not confirmed",
        (PublicationState::Held, "authorization") => "Held: Pinterest refuses our token",
        (PublicationState::Held, "scope") => "Held: a permission is missing",
        (PublicationState::Held, "tier") => "Held: access tier",
        (PublicationState::Held, "environment") => "Held: environment not set up",
        (PublicationState::Held, "paused") => "Held: publishing is paused",
        (PublicationState::Held, "spam") => "Held: blocked by Pinterest",
        (PublicationState::Held, "breaker") => "Held: too many failures",
        (PublicationState::Held, "safe_mode") => "Held: safe mode",
        (PublicationState::Refused, "board_not_found") => "Board not found",
        (PublicationState::Refused, "section_not_found") => "Section not found",
        (PublicationState::Refused, "not_permitted") => "Not permitted",
        (PublicationState::Refused, "image_too_small") => "Image too small",
        (PublicationState::Refused, "image_broken" | "media") => "Image refused",
        (PublicationState::Refused, "link_refused") => "Link refused",
        (PublicationState::Refused, "too_large") => "Too large",
        (PublicationState::Refused, "not_genuine") => "Approval not genuine",
        _ => return None,
    };
    Some(words.to_owned())
}

/// Why something is held, and what ends it.
pub(crate) fn held(why: &str) -> &'static str {
    match why {
        "disconnected" => "The account is not connected. It goes on once an admin connected it again.",
        "wrong_account" => {
            "Nobody has confirmed that this is the right account. It goes on once an admin did."
        }
        "authorization" => {
            "Pinterest does not accept our token for this account. We try again by ourselves; an admin can connect \
             the account again."
        }
        "scope" => {
            "The account did not grant a permission that is needed. An admin connects it again and grants it."
        }
        "tier" => {
            "The app’s access tier does not allow it: under Trial access Pins can be made in the sandbox only. An admin \
             asks Pinterest for Standard access; it goes on once that is granted."
        }
        "environment" => "The environment of this account is not set up here any more.",
        "paused" => "Publishing is paused. It goes on once it is resumed.",
        "spam" => {
            "Pinterest blocked this account for spam. We wait, longer each time, and try again by ourselves. Look at the \
             account at Pinterest, and plan fewer Pins for it."
        }
        "breaker" => "Too many calls failed in a row. We wait, and try again by ourselves.",
        "safe_mode" => "A backup was restored. Nothing is sent until an admin lifts the safe mode.",
        _ => "Something stands in the way. It goes on by itself once that is gone.",
    }
}

/// Why Pinterest, or the gate, said no.
pub(crate) fn refused(why: &str) -> &'static str {
    match why {
        "board_not_found" => "The board no longer exists, or this account may not pin to it.",
        "section_not_found" => "The section of the board no longer exists.",
        "not_permitted" => {
            "The account may not do this: the board is not its own, or a permission is missing."
        }
        "image_too_small" => "Pinterest finds the image too small.",
        "image_broken" | "media" => "Pinterest cannot read the image.",
        "link_refused" => "Pinterest does not take this link.",
        "too_large" => "Pinterest finds it too large.",
        "field_refused" => "Pinterest refused the content, in the words below.",
        "not_genuine" => {
            "What is stored as its approval was not made here: somebody may have changed the database. Nothing was \
             sent. Tell an admin."
        }
        _ => "Pinterest does not take it as it is.",
    }
}

/// Why a countersignature does not count any more.
pub(crate) fn voided(why: &str) -> &'static str {
    match why {
        "edited" => "the content was edited",
        "rescheduled" => "the time was changed",
        "cancelled" => "publishing was cancelled",
        "undone" => "it was undone",
        "expired" => "it lapsed before it could be sent",
        "reviewer_removed" => "its reviewer may not review any more",
        "rule_changed" => "the rule of who may countersign was changed",
        _ => "it was taken back",
    }
}

/// Why the answer of a call was lost.
pub(crate) fn lost(why: &str) -> String {
    match why {
        "timeout" | "request_timeout" => "it did not come in time".to_owned(),
        "reset" => "the connection was reset".to_owned(),
        "broken" => "the connection broke off".to_owned(),
        "cut_body" => "it was cut off".to_owned(),
        "too_large" => "it was longer than any answer is".to_owned(),
        "no_id_in_answer" => "it did not name the Pin".to_owned(),
        "id_of_another_pin" => "it named a Pin that is another one’s".to_owned(),
        "unexpected_redirect" => "it led elsewhere".to_owned(),
        "unexpected_status" => "it says neither yes nor no".to_owned(),
        "server_error" => "Pinterest had a fault of its own".to_owned(),
        "not_pinterests" => "it was no answer of Pinterest’s".to_owned(),
        "conflict" => "Pinterest spoke of a conflict".to_owned(),
        "lease_expired" | "interrupted" => "we were interrupted while it was sent".to_owned(),
        other => plain(other),
    }
}

/// Why a send was not taken and is tried again.
pub(crate) fn again(why: &str) -> &'static str {
    match why {
        "dns" => {
            "Pinterest’s address was not found, so nothing was sent. If it lasts, an admin looks at the network."
        }
        "connect" => {
            "Pinterest could not be reached, so nothing was sent. If it lasts, an admin looks at the network."
        }
        "tls" => {
            "No secure connection to Pinterest came about, so nothing was sent. If it lasts, an admin looks at the network."
        }
        "rate_limited" => "Pinterest asked us to wait: there were too many calls.",
        "token" => "Pinterest did not accept our token, which was renewed.",
        "token_busy" => "Pinterest did not accept our token, and it could not be renewed just then.",
        "not_before" => "The approved time had not come.",
        _ => "It could not be sent just then.",
    }
}

/// The composer's field that Pinterest's words name: what to do, and where.
pub(crate) fn named(message: &str) -> Option<(&'static str, &'static str)> {
    const FIELDS: &[(&str, &str, &str)] = &[
        ("board_id", "Choose another board", "#f-board"),
        ("board_section_id", "Choose another board", "#f-board"),
        ("media_source", "Choose another image", "#f-image"),
        ("title", "Change the title", "#f-title"),
        ("description", "Change the description", "#f-description"),
        ("alt_text", "Change the alternative text", "#f-alt_text"),
        ("link", "Change the link", "#f-link"),
    ];
    let is_named = |(field, ..): &&(&str, &str, &str)| message.contains(&format!("'{field}'"));
    FIELDS.iter().find(is_named).map(|(_, words, anchor)| (*words, *anchor))
}

/// What a look at the board found.
pub(crate) fn looked(result: &str) -> &'static str {
    match result {
        "found" => "Looked at the board: the Pin is there",
        "ambiguous" => "Looked at the board: several Pins could be this one",
        _ => "Looked at the board: not seen",
    }
}

/// A stable word as plain words: `rate_limited` as `rate limited`.
pub(crate) fn plain(word: &str) -> String {
    word.replace('_', " ")
}

/// A field of the digest as people call it, after an article.
pub(crate) fn field(name: &str) -> &str {
    match name {
        "board_id" => "board",
        "board_section_id" => "section",
        "image_sha256" | "asset_id" => "image",
        "alt_text" => "alternative text",
        "publish_at" => "time",
        other => other,
    }
}
