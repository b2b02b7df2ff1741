//! Reading the forms of a page, as a browser without JavaScript would send them.

/// A form as it stands on a page.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it is sent; empty: the page's own address.
    pub action: String,
    /// `get` or `post`.
    pub method: String,
    /// How it is encoded, where it says.
    pub enctype: String,
    /// The fields with the values they have at first, in order.
    pub fields: Vec<(String, String)>,
    /// Names and values of its buttons.
    pub buttons: Vec<(String, String)>,
}

impl Form {
    /// Types `value` into the field `name`.
    ///
    /// # Panics
    /// If there is no such field.
    #[track_caller]
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(known, _)| known == name);
        match field {
            Some((_, old)) => value.clone_into(old),
            None => panic!("the form for {} has no field {name}: {:?}", self.action, self.fields),
        }
        self
    }

    /// Ticks the box, or chooses the option, `value` of `name`, whether or not it was chosen before.
    #[must_use]
    pub fn choosing(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of the field `name`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// All forms of a page.
pub fn forms(page: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find("<form") {
        let end = rest[start..].find("</form>").map_or(rest.len(), |length| start + length);
        forms.push(form(&rest[start..end]));
        rest = &rest[end..];
    }
    forms
}

/// The form of `page` whose action ends in `end`.
///
/// # Panics
/// If there is none.
#[track_caller]
pub fn form_to(page: impl AsRef<str>, end: &str) -> Form {
    let all = forms(page.as_ref());
    let actions: Vec<String> = all.iter().map(|form| form.action.clone()).collect();
    let found = all.into_iter().find(|form| form.action.split('?').next().unwrap_or_default().ends_with(end));
    found.unwrap_or_else(|| panic!("the page has no form to {end:?}, only to {actions:?}"))
}

fn form(html: &str) -> Form {
    let head = tag(html);
    let mut form = Form {
        action: attribute(head, "action").unwrap_or_default(),
        method: attribute(head, "method").unwrap_or_else(|| "get".to_owned()),
        enctype: attribute(head, "enctype").unwrap_or_default(),
        fields: Vec::new(),
        buttons: Vec::new(),
    };
    let mut at = head.len();
    while let Some(start) = html[at..].find('<').map(|offset| at + offset) {
        let head = tag(&html[start..]);
        at = start + head.len().max(1);
        element(&mut form, head, &html[at..]);
    }
    form
}

/// Takes up one element: `head` is its opening tag, `rest` what follows.
fn element(form: &mut Form, head: &str, rest: &str) {
    let is = |name: &str| {
        head[1..].starts_with(name) && !head[1 + name.len()..].starts_with(char::is_alphanumeric)
    };
    let name = attribute(head, "name").filter(|name| !name.is_empty());
    let value = attribute(head, "value");
    if is("input") {
        let kind = attribute(head, "type").unwrap_or_default();
        let is_chosen = !matches!(kind.as_str(), "checkbox" | "radio") || has_attribute(head, "checked");
        match (name, kind.as_str()) {
            (Some(name), "submit") => form.buttons.push((name, value.unwrap_or_default())),
            (_, "file" | "submit" | "image" | "reset" | "button") | (None, _) => {}
            (Some(name), "checkbox" | "radio") if is_chosen => {
                form.fields.push((name, value.unwrap_or_else(|| "on".into())));
            }
            (Some(name), _) if is_chosen => form.fields.push((name, value.unwrap_or_default())),
            _ => {}
        }
    } else if is("textarea") {
        let text = rest.split("</textarea>").next().unwrap_or_default();
        let text = text.strip_prefix('\n').unwrap_or(text);
        form.fields.extend(name.map(|name| (name, unescaped(text))));
    } else if is("select") {
        let options = rest.split("</select>").next().unwrap_or_default();
        form.fields.extend(name.map(|name| (name, chosen(options))));
    } else if is("button") {
        form.buttons.extend(name.map(|name| (name, value.unwrap_or_default())));
    }
}

fn chosen(options: &str) -> String {
    let heads: Vec<&str> = options.match_indices("<option").map(|(at, _)| tag(&options[at..])).collect();
    let chosen = heads.iter().find(|head| has_attribute(head, "selected")).or(heads.first());
    chosen.and_then(|head| attribute(head, "value")).unwrap_or_default()
}

/// The tag that `html` begins with, to its `>` outside of quotes.
fn tag(html: &str) -> &str {
    let mut is_quoted = false;
    for (at, c) in html.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            '>' if !is_quoted => return &html[..=at],
            _ => {}
        }
    }
    html
}

fn attribute(head: &str, name: &str) -> Option<String> {
    let start = head.find(&format!(" {name}=\""))? + name.len() + 3;
    let length = head[start..].find('"')?;
    Some(unescaped(&head[start..start + length]))
}

fn has_attribute(head: &str, name: &str) -> bool {
    [" ", ">", "="].iter().any(|end| head.contains(&format!(" {name}{end}")))
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<form action=\"/a?x=1&amp;y=2\" method=\"post\"><input type=\"hidden\" name=\"csrf\" value=\"t\">\
        <input name=\"title\" value=\"a &gt; b\"><textarea name=\"text\">\nhalf &amp; half</textarea>\
        <input type=\"checkbox\" name=\"no\" value=\"1\"><input type=\"checkbox\" name=\"yes\" value=\"2\" checked>\
        <select name=\"board\"><option value=\"1\">a</option><option value=\"2\" selected>b</option></select>\
        <button name=\"then\" value=\"submit\">Go</button></form><form action=\"/b\"></form>";

    #[test]
    fn a_form_is_read_as_a_browser_would_send_it() {
        let all = forms(PAGE);
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].action.as_str(), all[0].method.as_str()), ("/a?x=1&y=2", "post"));
        let expected =
            [("csrf", "t"), ("title", "a > b"), ("text", "half & half"), ("yes", "2"), ("board", "2")];
        let fields: Vec<(&str, &str)> = all[0].fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(fields, expected);
        assert_eq!(all[0].buttons, [("then".to_owned(), "submit".to_owned())]);
        assert_eq!(form_to(PAGE, "/a").with("title", "c").value("title"), Some("c"));
    }
}
