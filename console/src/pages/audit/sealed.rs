//! Sealed parts, opened: what they hold, and whether that is what was sealed.

use countersign_api::audit::header::Header;
use countersign_api::audit::header::parse_hash;
use countersign_api::audit::read::{StoredEvent, StoredSealed};
use countersign_api::audit::sealed::{Part, commitment};

use crate::views::audit::SealedPart;

/// The parts of a record, each held against the commitment in its header.
pub(super) fn opened(event: &StoredEvent, parts: Vec<StoredSealed>) -> Vec<SealedPart> {
    let header = Header::parse_line(&event.header).ok();
    parts.into_iter().map(|part| open(part, header.as_ref())).collect()
}

fn open(stored: StoredSealed, header: Option<&Header>) -> SealedPart {
    let part: Option<Part> = stored.name.parse().ok();
    let committed = header.zip(part).and_then(|(header, part)| header.sealed.get(&part));
    let salt = stored.salt.as_deref().and_then(parse_hash);
    let remark = match (part, salt, &stored.value) {
        (Some(part), Some(salt), Some(value)) if Some(&commitment(part, &salt, value)) == committed => {
            format!("Fits its commitment {}…", start(&stored.commitment))
        }
        (_, _, Some(_)) => "Does not fit its commitment: somebody changed it. Run the check.".to_owned(),
        _ => format!("Erased. Its commitment {}… stays.", start(&stored.commitment)),
    };
    SealedPart { name: stored.name, value: stored.value.map(readable), remark }
}

fn start(commitment: &str) -> String {
    commitment.chars().take(8).collect()
}

/// The same JSON on several lines.
fn readable(text: String) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(&text);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or(text)
}
