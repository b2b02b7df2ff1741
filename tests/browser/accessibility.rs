//! What has to hold on every page: axe-core finds no violation of WCAG 2.0 to 2.2, A and AA, with targets of 24 pixels,
//! and nothing runs out of the page to the right.

use serde_json::{Value, json};

use crate::chrome::Chrome;

const AXE: &str = include_str!("vendor/axe.min.js");

const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const options = {runOnly: tags, rules: {'target-size': {enabled: true}}, resultTypes: ['violations']};
    axe.run(document, options).then(
        (found) => done(found.violations.map((violation) => ({
            rule: violation.id, help: violation.help,
            where: violation.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary),
        }))),
        (error) => done([{rule: 'axe itself', help: String(error), where: []}]));";

/// Elements that stand out of the page, where it is wider than it is shown.
const WIDE: &str = "
    const page = document.scrollingElement, width = document.documentElement.clientWidth;
    if (page.scrollWidth <= width) return [];
    const out = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > width + 1);
    return [`${page.scrollWidth} > ${width}`, ...out.slice(0, 5).map((one) => one.outerHTML.slice(0, 120))];";

/// What still moves, although less motion is asked for.
const MOVES: &str = "
    const still = (style) => parseFloat(style.transitionDuration) === 0 && style.animationName === 'none'
        && style.scrollBehavior !== 'smooth';
    return [...document.querySelectorAll('*')].filter((one) => ['', '::before', '::after']
        .some((part) => !still(getComputedStyle(one, part)))).map((one) => one.outerHTML.slice(0, 120));";

/// In which light and how large a page is looked at.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// `light` or `dark`.
    pub theme: &'static str,
    /// Pixels.
    pub width: u32,
}

/// Both themes on a phone, a tablet and a desk.
pub const VIEWS: [View; 6] = [
    View { theme: "light", width: 1280 },
    View { theme: "dark", width: 1280 },
    View { theme: "dark", width: 768 },
    View { theme: "light", width: 768 },
    View { theme: "light", width: 320 },
    View { theme: "dark", width: 320 },
];

impl Chrome {
    /// What axe finds on the page as it is now. Without scripts there is nobody to look.
    pub async fn violations(&self) -> Vec<Value> {
        if !self.has_scripts() {
            return Vec::new();
        }
        if self.list("return window.axe ? [] : ['it is not there'];").await.len() == 1 {
            self.driver.execute(AXE, vec![]).await.unwrap();
        }
        let found: Value = self.driver.execute_async(RUN, vec![]).await.unwrap().json().clone();
        found.as_array().cloned().unwrap_or_default()
    }

    /// The list that a script returns.
    async fn list(&self, script: &str) -> Vec<Value> {
        let found = self.driver.execute(script, vec![]).await.unwrap();
        found.json().as_array().cloned().unwrap_or_default()
    }

    /// Everything that is wrong with the page as it is now, in these views. The theme is changed in place, so that a page
    /// is loaded once.
    pub async fn faults(&self, views: &[View]) -> Vec<String> {
        let mut faults = Vec::new();
        for View { theme, width } in views {
            self.resize(*width, 900).await;
            self.list(&format!("document.documentElement.dataset.theme = '{theme}';")).await;
            let violations = self.violations().await.into_iter().map(|violation| format!("{violation:#}"));
            let wide = self.list(WIDE).await.into_iter().map(|element| format!("too wide: {element}"));
            faults.extend(violations.chain(wide).map(|fault| format!("{theme} {width}: {fault}")));
        }
        faults
    }

    /// Whether the page fits a desk's window that is enlarged to 200 %: half as wide and half as high.
    pub async fn faults_when_enlarged(&self) -> Vec<String> {
        self.resize(640, 450).await;
        self.list(WIDE).await.into_iter().map(|element| format!("200 %: too wide: {element}")).collect()
    }

    /// What moves, although the person asked for less motion.
    pub async fn faults_in_motion(&self) -> Vec<String> {
        let asked = |value: &str| json!({"features": [{"name": "prefers-reduced-motion", "value": value}]});
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", asked("reduce")).await.unwrap();
        let moving = self.list(MOVES).await;
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", asked("")).await.unwrap();
        moving.into_iter().map(|element| format!("it moves: {element}")).collect()
    }

    /// That the page as it is now has no violation.
    pub async fn is_accessible(&self) {
        let found = self.violations().await;
        assert!(found.is_empty(), "{}: {}", self.url().await, serde_json::to_string_pretty(&found).unwrap());
    }

    /// The same, narrow and wide.
    pub async fn is_accessible_at_all_widths(&self) {
        for width in [320, 768, 1280] {
            self.resize(width, 900).await;
            self.is_accessible().await;
        }
    }
}
