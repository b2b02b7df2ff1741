//! Texts that break programs: the Big List of Naughty Strings, and what it lacks.

/// Characters that turn, hide, join or drive; unfinished pairs; a word that is long.
const OURS: [&str; 14] = [
    "tart\u{202e}gpj.exe",
    "\u{2066}left\u{2069} and \u{2067}right",
    "zero\u{200b}width\u{feff}",
    "so\u{ad}ft",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} and \u{e0041}\u{e0042}",
    "👩\u{200d}❤\u{fe0f}\u{200d}👨 می\u{200c}خواهم",
    "\u{ffff}\u{fdd0}",
    "line\u{2028}separator\u{2029}",
    "\u{1b}]0;owned\u{7}\u{1b}[2J",
    "nul\u{0}byte",
    "a\r\nSet-Cookie: b=c",
    "</textarea></title><script>alert(1)</script>",
    "\" autofocus onfocus=\"alert(1)",
    "&lt;b&gt; &amp;amp; &#x202e;",
];

/// All of them.
///
/// # Panics
/// If the list is not the one that is vendored.
pub fn strings() -> Vec<String> {
    let mut strings: Vec<String> =
        serde_json::from_str(include_str!("../vendor/naughty-strings.json")).unwrap();
    assert_eq!(strings.len(), 515);
    strings.extend(OURS.map(str::to_owned));
    strings.push("long".repeat(3_000));
    strings
}

/// Every `step`th of them, from the `offset`th on: for what is too slow for all.
pub fn some(offset: usize, step: usize) -> Vec<String> {
    strings().into_iter().skip(offset % step).step_by(step).collect()
}

/// What the product keeps of a text: white space around it and the ends of a form's lines are no part of it.
pub fn tidied(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// Whether a line may not have it.
pub fn has_control(text: &str, has_lines: bool) -> bool {
    tidied(text).chars().any(|c| c.is_control() && !(has_lines && c == '\n'))
}
