//! What is checked of a Pin before somebody signs it.

use countersign_api::connections::Connection;
use countersign_api::drafts::{Asset, Twin};
use countersign_api::vocabulary::ConnectionState;

use super::names::account;
use super::parts::{picture, state};
use super::story::Story;
use crate::views::checks::{Check, Outcome};
use crate::views::time::Times;
use crate::views::words;
use crate::web::refused::sentence;

/// Pixels across below which Pinterest shows an image blurred.
const SHARP_WIDTH: i32 = 600;

/// A year and a day.
const YEAR_MICROS: i64 = 366 * 86_400 * 1_000_000;

/// `JPEG, 1000 × 2600 px, 1.9 MB, ratio 1:2.6`
pub(crate) fn facts(asset: &Asset) -> String {
    let kind = if asset.content_type == "image/png" { "PNG" } else { "JPEG" };
    let (size, ratio) = (bytes(asset.bytes), picture(asset).ratio());
    format!("{kind}, {} × {} px, {size}, ratio {ratio}", asset.width, asset.height)
}

/// How an image fits Pinterest's rules. What it refuses was refused at the upload; this is advice.
pub(crate) fn image(asset: &Asset) -> Vec<Check> {
    let mut checks = vec![Check::new(Outcome::Good, "The image fits Pinterest’s rules", "")];
    let hidden = picture(asset).hidden_percent();
    if hidden > 0 {
        let words = format!("Longer than 2:3. The grid hides the lower {hidden} %");
        checks.push(Check::new(Outcome::Advice, words, "1000 × 1500 px fit best."));
    } else if i64::from(asset.width) * 3 != i64::from(asset.height) * 2 {
        checks.push(Check::new(
            Outcome::Advice,
            "Not 2:3. The grid shows it smaller",
            "1000 × 1500 px fit best.",
        ));
    }
    if asset.width < SHARP_WIDTH {
        let words = format!("Only {} px wide", asset.width);
        checks.push(Check::new(
            Outcome::Advice,
            words,
            format!("Below {SHARP_WIDTH} px it may look blurred."),
        ));
    }
    checks
}

/// Other drafts with the same image or link on the same board: advice, since it may be meant. The latest three.
pub(crate) fn twins(twins: Vec<Twin>) -> Vec<Check> {
    twins.into_iter().take(3).map(twin).collect()
}

fn twin(twin: Twin) -> Check {
    let words = match (twin.has_image, twin.has_link) {
        (true, true) => "Same image and link on this board",
        (true, false) => "Same image on this board",
        _ => "Same link on this board",
    };
    let title = twin
        .draft
        .title
        .as_deref()
        .map_or_else(|| "a Pin without a title".to_owned(), |title| format!("“{title}”"));
    Check::new(
        Outcome::Advice,
        words,
        format!("{title}: {}", state(&twin.draft).badge().words.to_lowercase()),
    )
}

/// A wished time (Unix microseconds) that is probably not meant: advice, since it may be.
pub(crate) fn time(at: i64, times: &Times) -> Option<Check> {
    let words = if at <= times.now_micros() {
        "This time has passed: it goes out as soon as it is countersigned"
    } else if at > times.now_micros().saturating_add(YEAR_MICROS) {
        "More than a year off"
    } else {
        return None;
    };
    Some(Check::new(Outcome::Advice, words, sentence(&times.relative(at))))
}

/// A host in other letters than a to z may look like another one, so both ways to write it are shown.
fn link(link: &str) -> Check {
    let parsed = url::Url::parse(link).ok();
    match parsed.as_ref().and_then(url::Url::host_str).filter(|host| host.contains("xn--")) {
        Some(host) => Check::new(
            Outcome::Advice,
            "The link’s host has letters that may look like others",
            format!("Not opened: {link}. Computers write its host {host}."),
        ),
        None => Check::new(Outcome::Good, "The link is well formed", format!("Not opened: {link}")),
    }
}

/// Everything that is checked for a reviewer. `board` is what is known of it.
pub(crate) fn review(story: &Story, board: Check, twins: Vec<Twin>, times: &Times) -> Vec<Check> {
    let mut checks = match &story.asset {
        Some(asset) => image(asset),
        None => vec![Check::new(Outcome::Bad, "No image", "A Pin cannot be without one.")],
    };
    if let (Some(asset), Some(first)) = (&story.asset, checks.first_mut()) {
        first.detail = Some(facts(asset));
    }
    let content = &story.revision.content;
    checks.push(match content.alt_text() {
        Some(_) => Check::new(Outcome::Good, "Has an alternative text", ""),
        None => Check::new(
            Outcome::Advice,
            "No alternative text",
            "People who do not see the image hear nothing.",
        ),
    });
    checks.push(match content.link() {
        Some(link) => self::link(link),
        None => Check::new(Outcome::Advice, "No link", "The Pin leads nowhere."),
    });
    checks.extend(words::advice(&[
        ("title", content.title().unwrap_or_default()),
        ("description", content.description().unwrap_or_default()),
        ("alternative text", content.alt_text().unwrap_or_default()),
        ("link", content.link().unwrap_or_default()),
    ]));
    checks.push(board);
    checks.extend(content.publish_at().and_then(|at| time(at.due_at_micros().ok()?, times)));
    if twins.is_empty() {
        checks.push(Check::new(Outcome::Good, "No other draft has its image or link on this board", ""));
    }
    checks.extend(self::twins(twins));
    checks.push(connection(&story.account));
    checks
}

fn connection(of: &Connection) -> Check {
    let name = account(of);
    match of.state {
        ConnectionState::Active => Check::new(Outcome::Good, "The account is connected", name),
        ConnectionState::Held => Check::new(
            Outcome::Advice,
            "The account is held",
            format!("{name}: it is sent once that has ended."),
        ),
        _ => Check::new(
            Outcome::Bad,
            "The account is not connected",
            format!("{name}: an admin has to connect it before it is sent."),
        ),
    }
}

/// `312 kB`, `1.9 MB`
fn bytes(bytes: i32) -> String {
    let bytes = i64::from(bytes);
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_probably_not_meant_is_told() {
        const DAY: i64 = 86_400_000_000;
        let now = 1_795_526_400_000_000;
        let told = |at| time(at, &Times::new(now, "UTC")).map(|check| check.detail.unwrap_or_default());
        assert_eq!(told(now - DAY).as_deref(), Some("24 h ago."));
        assert_eq!(told(now + 73 * 366 * DAY).as_deref(), Some("In 73 years."));
        assert_eq!((told(now + DAY), told(now + 366 * DAY)), (None, None));
    }

    #[test]
    fn a_host_that_may_pass_for_another_is_spelled_as_computers_do() {
        let told = link("https://\u{435}xample.com/login");
        assert_eq!(told.outcome, Outcome::Advice);
        assert!(told.detail.unwrap().ends_with("Computers write its host xn--xample-2of.com."));
        assert_eq!(link("https://example.com/login").outcome, Outcome::Good);
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(312_400), "312 kB");
        assert_eq!(bytes(1_950_000), "1.9 MB");
    }
}
