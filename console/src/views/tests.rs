//! Renders every sample and holds it against what is true for all pages.

use super::forms::{FORMS, FRAGMENTS, is_like};
use super::sample::{self, HOSTILE, Page, Tongue};

fn pages() -> Vec<(&'static str, String)> {
    let text = |page: Page| (page.name, page.html.into_string());
    sample::all(Tongue::Hostile).into_iter().chain(sample::all(Tongue::Kind)).map(text).collect()
}

fn count(html: &str, part: &str) -> usize {
    html.matches(part).count()
}

/// The opening tags of `element`, each with its attributes.
fn tags<'a>(html: &'a str, element: &'a str) -> impl Iterator<Item = &'a str> {
    let open = format!("<{element}");
    html.split(&open.leak()[..])
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(tag, _)| tag)
        .filter(|tag| tag.is_empty() || tag.starts_with(' '))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

#[test]
fn no_word_breaks_out_of_a_page() {
    let pages = sample::all(Tongue::Hostile);
    let heard = pages.iter().filter(|page| page.html.0.contains("&lt;script&gt;alert(1)")).count();
    assert!(heard * 10 >= pages.len() * 8, "the hostile words must reach most pages, not {heard}");
    for page in pages {
        let html = page.html.into_string();
        assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{}", page.name);
        assert!(!html.contains(HOSTILE), "{}", page.name);
    }
}

#[test]
fn every_page_has_one_title_and_one_main() {
    for (name, html) in pages() {
        assert_eq!(count(&html, "<h1"), 1, "{name}: h1");
        assert_eq!(count(&html, "<main"), 1, "{name}: main");
        assert!(html.contains(r#"id="main""#), "{name}");
        assert!(
            html.contains("<title>[REHEARSAL] ")
                || html.contains("<title>[SANDBOX] ")
                || html.contains("<title>[PRODUCTION] "),
            "{name}"
        );
    }
}

#[test]
fn nothing_is_inline() {
    for (name, html) in pages() {
        assert!(!html.contains(" style=") && !html.contains("<style"), "{name}: style");
        assert!(!html.contains(" onclick=") && !html.contains("javascript:"), "{name}: script");
        assert!(tags(&html, "script").all(|tag| tag.contains("src=\"/assets/")), "{name}: script");
    }
}

#[test]
fn every_control_has_a_label() {
    for (name, html) in pages() {
        for element in ["input", "textarea", "select"] {
            for tag in tags(&html, element).filter(|tag| attribute(tag, "type") != Some("hidden")) {
                let id = attribute(tag, "id");
                let is_labelled = id.is_some_and(|id| html.contains(&format!("<label for=\"{id}\"")))
                    || tag.contains(" aria-label")
                    || is_inside_label(&html, tag);
                assert!(is_labelled, "{name}: <{element}{tag}>");
            }
        }
    }
}

fn is_inside_label(html: &str, tag: &str) -> bool {
    let before = html.split(tag).next().unwrap_or_default();
    before.rfind("<label").is_some_and(|open| before.rfind("</label>").is_none_or(|closed| closed < open))
}

#[test]
fn no_id_stands_twice_and_every_reference_is_met() {
    for (name, html) in pages() {
        let body = html.split_once("</symbol><").map_or(html.as_str(), |(_, rest)| rest);
        let mut ids: Vec<_> =
            body.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        ids.sort_unstable();
        let total = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), total, "{name}: an id stands twice: {ids:?}");
        for list in ["aria-describedby", "aria-labelledby", "for"] {
            for value in html.split(&format!(" {list}=\"")).skip(1).filter_map(|rest| rest.split('"').next())
            {
                for id in value.split(' ') {
                    assert!(ids.contains(&id), "{name}: {list} names {id}, which is not there");
                }
            }
        }
        let links = body.split("<a ").skip(1).filter_map(|rest| rest.split('>').next());
        for id in links.filter_map(|tag| tag.split("href=\"#").nth(1)?.split('"').next()) {
            assert!(ids.contains(&id), "{name}: a link leads to #{id}, which is not there");
        }
    }
}

#[test]
fn every_form_that_posts_says_where_it_came_from() {
    for (name, html) in pages() {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if form.contains("method=\"post\"") {
                assert!(form.contains("name=\"csrf\""), "{name}: {form}");
            } else if form.contains("method=\"dialog\"") {
                continue;
            } else {
                assert!(form.contains("method=\"get\""), "{name}: {form}");
            }
            assert!(form.contains(" action=\"/"), "{name}: {form}");
        }
    }
}

/// The names of the controls in a form's HTML.
fn names(form: &str) -> Vec<&str> {
    form.split(" name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn forms_and_their_list_say_the_same() {
    let mut seen = vec![Vec::new(); FORMS.len()];
    let pages = pages();
    for (name, html) in &pages {
        for form in html.split("<form").skip(1).filter(|form| form.contains("method=\"post\"")) {
            let form = form.split("</form>").next().unwrap_or_default();
            let action = form.split(" action=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            if action.contains("&lt;") {
                continue;
            }
            let at = FORMS.iter().position(|known| is_like(known.path, action));
            let at = at.unwrap_or_else(|| panic!("{name}: {action} is not in the list"));
            for field in names(form) {
                let listed = if field.starts_with("kept.") { "kept.*" } else { field };
                let is_verdicts_group = field == "verdict";
                let is_again = *name == "send-again";
                let is_known =
                    field == "csrf" || is_again || is_verdicts_group || FORMS[at].fields.contains(&listed);
                assert!(is_known, "{name}: {action} sends {field}, which is not in the list");
                seen[at].push(listed.to_owned());
            }
        }
    }
    for (form, seen) in FORMS.iter().zip(seen) {
        assert!(!seen.is_empty(), "no sample posts to {}", form.path);
        for field in form.fields {
            assert!(seen.iter().any(|name| name == field), "no sample sends {field} to {}", form.path);
        }
    }
}

#[test]
fn addresses_that_the_script_asks_are_listed() {
    for (name, html) in pages() {
        for attribute in [" data-poll=\"", " data-autosave=\""] {
            for address in html.split(attribute).skip(1).filter_map(|rest| rest.split(['"', '?']).next()) {
                assert!(FRAGMENTS.iter().any(|(path, _)| is_like(path, address)), "{name}: {address}");
            }
        }
    }
}

#[test]
fn every_icon_and_asset_exists() {
    for (name, html) in pages() {
        for icon in html.split("<use href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(crate::assets::sprite().contains(&format!("id=\"{icon}\"")), "{name}: {icon}");
        }
        let addresses = html.split("\"/assets/").skip(1).filter_map(|rest| rest.split('"').next());
        // What people uploaded is no file of ours.
        for address in addresses.filter(|address| !address.ends_with("/content")) {
            assert!(address.split('.').count() == 3, "{name}: {address} has no digest");
        }
    }
}

#[test]
fn numbers_read_as_people_write_them() {
    assert_eq!(super::number(0), "0");
    assert_eq!(super::number(999), "999");
    assert_eq!(super::number(18_204), "18,204");
    assert_eq!(super::number(1_234_567), "1,234,567");
    assert_eq!(super::pins(1, "waits", "wait"), "1 Pin waits");
    assert_eq!(super::pins(1_200, "waits", "wait"), "1,200 Pins wait");
}
