//! Names that look like another person's. Who signed is read by name, so nobody may pass for somebody else.

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::confusable_detection::skeleton;

use super::{name::Name, people::Operator};
use crate::{error::FieldError, hidden};

/// What is called so in lists and in the log, and is no person.
const OURS: [&str; 2] = ["Countersign", "system"];

/// Refuses a name that looks like that of one of `people`, enabled or not: what they did stays to be read. Nor may
/// anybody be called what stands where no person acted.
///
/// # Errors
/// [`FieldError`] that names the other one.
pub(super) fn refuse_alike(name: &Name, people: &[Operator]) -> Result<(), FieldError> {
    if OURS.iter().any(|ours| is_alike(name.as_str(), ours)) {
        let message = "Countersign itself is called so in lists. Choose another name.";
        return Err(FieldError::new("name", "looks_alike", message));
    }
    let Some(other) = people.iter().find(|other| is_alike(name.as_str(), &other.name)) else { return Ok(()) };
    let message = format!(
        "{} is in the list already, and this looks the same. Add what tells the two apart, such as a second name.",
        other.name
    );
    Err(FieldError::new("name", "looks_alike", message))
}

/// Whether two names look the same, by the rules of Unicode TS 39, in capitals or not.
fn is_alike(a: &str, b: &str) -> bool {
    let (a, b) = (plain(a), plain(b));
    look(&a) == look(&b) || look(&a.to_lowercase()) == look(&b.to_lowercase())
}

/// Compatible forms as one, nothing invisible, single blanks.
fn plain(name: &str) -> String {
    let text: String = name.nfkc().filter(|c| !hidden::is_invisible(*c)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn look(text: &str) -> String {
    skeleton(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_the_same_is_the_same() {
        for other in [
            "Rosa Reviewer",
            "rosa reviewer",
            "R\u{43e}sa Reviewer",
            "Rosa\u{a0}Reviewer",
            "Rosa  Reviewer",
            "Ｒｏｓａ Reviewer",
            "Rosa Rev\u{131}ewer",
            "Rosa\u{200b} Reviewer",
            "𝐑𝐨𝐬𝐚 Reviewer",
        ] {
            assert!(is_alike("Rosa Reviewer", other), "{other:?}");
        }
        assert!(is_alike("Ian", "lan"));
    }

    #[test]
    fn nobody_is_called_what_stands_where_no_person_acted() {
        for typed in ["system", "System", "Countersign", "C\u{43e}untersign"] {
            let refused = refuse_alike(&Name::parse(typed).unwrap(), &[]).unwrap_err();
            assert_eq!(refused.code, "looks_alike", "{typed:?}");
        }
        assert!(refuse_alike(&Name::parse("Sister System").unwrap(), &[]).is_ok());
    }

    #[test]
    fn who_can_be_told_apart_may_stay() {
        for other in ["Rosa B. Reviewer", "Rósa Reviewer", "Rosa Reviewers", "Rose Reviewer"] {
            assert!(!is_alike("Rosa Reviewer", other), "{other:?}");
        }
    }
}
