//! Images that we keep, at a fixed size so that a page does not jump.

use countersign_api::hidden::spelled_out;
use maud::{Markup, html};

/// An image of ours.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its address here: `/assets/{id}/content?sha256=…`.
    pub url: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl Picture {
    /// The image with a text for those who do not see it; empty where the words stand beside it.
    pub fn show(&self, alt: &str) -> Markup {
        html! { img src=(self.url) alt=(spelled_out(alt)) width=(self.width) height=(self.height); }
    }

    /// A thumbnail of 2:3, beside words.
    pub fn thumbnail(picture: Option<&Self>) -> Markup {
        html! {
            @match picture {
                Some(picture) => img.thumb src=(picture.url) alt="" width="400" height="600" loading="lazy";,
                None => span.thumb.none { (super::icon::icon("image")) span.vh { "No image yet" } },
            }
        }
    }

    /// `2:3`, or `1:2.6` or `4:1` where it is none of the known ones.
    pub fn ratio(&self) -> String {
        if self.width == 0 || self.height == 0 {
            return "unknown".into();
        }
        let known = [(2, 3), (1, 1), (3, 4), (4, 5), (9, 16), (3, 2), (4, 3), (16, 9), (1, 2)];
        let is_like = |(w, h): &(u32, u32)| {
            u64::from(self.width) * u64::from(*h) == u64::from(self.height) * u64::from(*w)
        };
        match known.iter().find(|ratio| is_like(ratio)) {
            Some((w, h)) => format!("{w}:{h}"),
            None if self.width > self.height => {
                format!("{:.1}:1", f64::from(self.width) / f64::from(self.height)).replace(".0:", ":")
            }
            None => format!("1:{:.1}", f64::from(self.height) / f64::from(self.width)).replace(".0", ""),
        }
    }

    /// The part of the height, in percent, that a grid card of 2:3 does not show; 0 if all is shown.
    pub fn hidden_percent(&self) -> u32 {
        let (width, height) = (u64::from(self.width), u64::from(self.height));
        match (width * 3).checked_mul(100).zip((height * 2).checked_mul(100)) {
            Some((shown, whole)) if whole > shown && whole > 0 => {
                u32::try_from(100 - shown * 100 / whole).unwrap_or(0)
            }
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Picture {
        Picture { url: "/x".into(), width, height }
    }

    #[test]
    fn ratios_read_as_people_say_them() {
        assert_eq!(picture(1000, 1500).ratio(), "2:3");
        assert_eq!(picture(1000, 2600).ratio(), "1:2.6");
        assert_eq!((picture(1000, 250).ratio(), picture(300, 900).ratio()), ("4:1".into(), "1:3".into()));
        assert_eq!(picture(0, 10).ratio(), "unknown");
    }

    #[test]
    fn a_long_image_says_how_much_the_grid_hides() {
        assert_eq!(picture(1000, 1500).hidden_percent(), 0);
        assert_eq!(picture(1000, 2600).hidden_percent(), 43);
        assert_eq!(picture(1000, 800).hidden_percent(), 0);
        assert_eq!(picture(u32::MAX, u32::MAX).hidden_percent(), 0);
    }
}
