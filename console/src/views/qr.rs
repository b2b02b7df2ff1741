//! A text as a QR code, drawn in the page itself: no image that something could fetch.

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// The light border that readers need, in modules.
const BORDER: i32 = 4;

/// The code of `text`, which `label` names for those who do not see it; nothing where the text is too long for one.
pub fn svg(text: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let side = code.size() + 2 * BORDER;
    html! {
        svg.qr role="img" aria-label=(label) viewBox={ "0 0 " (side) " " (side) } shape-rendering="crispEdges" {
            rect width="100%" height="100%" fill="#fff" {}
            path fill="#000" d=(path(&code)) {}
        }
    }
}

/// Each dark run of a row as a box of height one.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let length = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
            if length > 0 {
                path += &format!("M{} {}h{length}v1h-{length}z", x + BORDER, y + BORDER);
            }
            x += length.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let code = QrCode::encode_text("otpauth://totp/x", QrCodeEcc::Medium).unwrap();
        let modules = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = modules.filter(|(x, y)| code.get_module(*x, *y)).count();
        let path = path(&code);
        let runs = path.split('h').skip(1).filter_map(|rest| rest.split('v').next()?.parse::<usize>().ok());
        assert_eq!(runs.sum::<usize>(), dark);
    }

    #[test]
    fn what_is_too_long_has_no_picture_and_no_word_gets_into_it() {
        assert_eq!(svg(&"x".repeat(5_000), "label").into_string(), "");
        let drawn = svg("<script>alert(1)</script>", "\"><script>").into_string();
        assert!(!drawn.contains("<script>"), "{drawn}");
    }
}
