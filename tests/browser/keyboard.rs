//! A keyboard and nothing else: keys as they come from a hand, and where they lead.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::chrome::Chrome;

/// Stops of the tab key that somebody puts up with on the way to anything.
const STOPS: usize = 90;

/// Keys with a name.
#[derive(Clone, Copy, Debug)]
pub enum Named {
    /// To the next stop.
    Tab,
    /// Presses what has the focus.
    Enter,
    /// Ticks what has the focus.
    Space,
    /// Closes what is open on top.
    Escape,
}

impl Named {
    /// Its name, the text that it types, and its number.
    fn parts(self) -> (&'static str, &'static str, u32) {
        match self {
            Self::Tab => ("Tab", "", 9),
            Self::Enter => ("Enter", "\r", 13),
            Self::Space => (" ", " ", 32),
            Self::Escape => ("Escape", "", 27),
        }
    }
}

impl Chrome {
    /// Types keys, wherever the focus is.
    pub async fn types(&self, text: &str) {
        self.driver.action_chain().send_keys(text).perform().await.unwrap();
    }

    /// Presses a key, as from a keyboard: the driver's own keys are pressed again where they lead to another page.
    pub async fn hits(&self, key: Named) {
        let (name, text, number) = key.parts();
        for (kind, text) in [("keyDown", text), ("keyUp", "")] {
            let event = json!({"type": kind, "key": name, "text": text, "windowsVirtualKeyCode": number});
            self.driver.cdp().send_raw("Input.dispatchKeyEvent", event).await.unwrap();
        }
    }

    /// Waits until something fits.
    pub async fn has(&self, xpath: &str) {
        let found = self.driver.query(By::XPath(xpath)).first().await;
        assert!(found.is_ok(), "no {xpath} on {}: {}", self.url().await, self.text().await);
    }

    /// What has the focus.
    pub async fn focused(&self) -> WebElement {
        self.driver.active_element().await.unwrap()
    }

    /// Whether what has the focus fits.
    pub async fn is_on(&self, xpath: &str) -> bool {
        let place = format!("self::*[{xpath}]");
        self.focused().await.find(By::XPath(&place)).await.is_ok()
    }

    /// Goes from stop to stop until one fits; each stop is seen to have the focus.
    pub async fn tabs_to(&self, xpath: &str) {
        let mut passed = Vec::new();
        for _ in 0..STOPS {
            self.hits(Named::Tab).await;
            let stop = self.focused().await;
            let words = self.words(&stop).await;
            assert!(
                is_outlined(&stop).await,
                "nobody sees that {words:?} has the focus, on {}",
                self.url().await
            );
            if self.is_on(xpath).await {
                return;
            }
            passed.push(words);
        }
        panic!("no stop fits {xpath} on {}: {passed:?}", self.url().await);
    }

    /// Goes to the button or link that says these words, and presses it.
    pub async fn tabs_and_presses(&self, words: &str) {
        self.tabs_to(&saying(words)).await;
        self.hits(Named::Enter).await;
    }

    /// Goes to the field of that name and types.
    pub async fn tabs_and_types(&self, name: &str, text: &str) {
        self.tabs_to(&format!("@name='{name}'")).await;
        self.types(text).await;
    }

    async fn words(&self, element: &WebElement) -> String {
        let tag = element.tag_name().await.unwrap_or_default();
        let name = element.attr("name").await.ok().flatten().unwrap_or_default();
        format!("{tag} {name} {}", element.text().await.unwrap_or_default())
    }
}

/// A button, link or summary that says these words; a count or a key's name may follow them.
pub fn saying(words: &str) -> String {
    let says = format!("normalize-space(.)='{words}' or starts-with(normalize-space(.), '{words} ')");
    format!("(self::a or self::button or self::summary) and ({says})")
}

/// Whether the focus ring is drawn.
async fn is_outlined(element: &WebElement) -> bool {
    let style = element.css_value("outline-style").await.unwrap_or_default();
    let width = element.css_value("outline-width").await.unwrap_or_default();
    let width: f32 = width.trim_end_matches("px").parse().unwrap_or_default();
    style != "none" && width >= 2.0
}
