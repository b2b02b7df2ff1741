//! A page as a browser reads it: elements, attributes and texts, with everything decoded.

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// An opening tag.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its name, in lower case.
    pub name: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
}

impl Element {
    /// An attribute; empty where it is absent.
    pub fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// Whether it is of a class.
    pub fn is(&self, name: &str, class: &str) -> bool {
        self.name == name && self.get("class").split(' ').any(|word| word == class)
    }

    /// Its name and those of its attributes.
    fn shape(&self) -> String {
        let names: Vec<&str> = self.attributes.keys().map(String::as_str).collect();
        format!("{} {}", self.name, names.join(" "))
    }
}

enum Part {
    Open(Element),
    Close(String),
    Text(String),
}

/// A page.
pub struct Page(Vec<Part>);

impl Page {
    /// Reads it as the standard says.
    pub fn read(html: &str) -> Self {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut parts = Vec::new();
        for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
            match token {
                Token::StartTag(tag) => {
                    let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value)));
                    parts.push(Part::Open(Element {
                        name: text(&tag.name),
                        attributes: attributes.collect(),
                    }));
                }
                Token::EndTag(tag) => parts.push(Part::Close(text(&tag.name))),
                Token::String(string) => parts.push(Part::Text(text(&string))),
                _ => {}
            }
        }
        Self(parts)
    }

    /// The kinds of elements that it has, each with the names of its attributes; but what isolates or marks a text.
    pub fn shapes(&self) -> BTreeSet<String> {
        let elements =
            self.elements().filter(|element| element.name != "bdi" && !element.is("span", "unseen"));
        elements.map(Element::shape).collect()
    }

    /// Its elements, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.0.iter().filter_map(|part| if let Part::Open(element) = part { Some(element) } else { None })
    }

    /// The first element that fits.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn element(&self, fits: impl Fn(&Element) -> bool) -> &Element {
        self.elements().find(|element| fits(element)).expect("no such element")
    }

    /// The text inside the first element that fits, with the characters that marks stand for.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn text(&self, fits: impl Fn(&Element) -> bool) -> String {
        self.texts(fits).into_iter().next().expect("no such element")
    }

    /// As [`Page::text`], of all elements that fit.
    pub fn texts(&self, fits: impl Fn(&Element) -> bool) -> Vec<String> {
        let starts = self.0.iter().enumerate().filter_map(|(at, part)| match part {
            Part::Open(element) if fits(element) => Some((at, element.name.as_str())),
            _ => None,
        });
        starts.map(|(at, name)| inside(&self.0[at + 1..], name)).collect()
    }
}

/// The text up to the end of the element `name`.
fn inside(parts: &[Part], name: &str) -> String {
    let (mut depth, mut is_mark, mut all) = (1, false, String::new());
    for part in parts {
        match part {
            Part::Open(element) => {
                depth += usize::from(element.name == name);
                is_mark = element.is("span", "unseen");
            }
            Part::Close(closed) => {
                depth -= usize::from(closed == name);
                is_mark = false;
                if depth == 0 {
                    break;
                }
            }
            Part::Text(text) if is_mark => all.push(meant(text)),
            Part::Text(text) => all.push_str(text),
        }
    }
    all
}

/// The character that a mark such as `U+202E` stands for.
fn meant(mark: &str) -> char {
    let number = mark.strip_prefix("U+").and_then(|hex| u32::from_str_radix(hex, 16).ok());
    number.and_then(char::from_u32).unwrap_or_else(|| panic!("{mark:?} is no mark"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_a_browser_reads_it() {
        let page = Page::read(
            "<title>a &lt;b&gt;</title><p class=\"x y\">1<bdi>2<span class=\"unseen\" title=\"t\">U+202E</span></bdi>&amp;3</p>\
             <textarea name=\"t\">\n</p><script>alert(1)</script></textarea>",
        );
        assert_eq!(page.text(|element| element.is("p", "y")), "12\u{202e}&3");
        assert_eq!(page.text(|element| element.name == "title"), "a <b>");
        assert_eq!(page.text(|element| element.name == "textarea"), "\n</p><script>alert(1)</script>");
        assert!(!page.shapes().iter().any(|shape| shape.starts_with("script")), "{:?}", page.shapes());
    }
}
