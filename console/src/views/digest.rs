//! A content digest as people compare it: in groups of four.

use maud::{Markup, html};

/// The first 20 digits in groups, with the whole one to be read by machines and on hover.
pub fn short(digest: &str) -> Markup {
    let groups = grouped(digest, 5);
    html! { code title=(digest) { (groups) @if digest.chars().count() > 20 { " …" } } }
}

fn grouped(digest: &str, groups: usize) -> String {
    let signs: Vec<char> = digest.chars().collect();
    let groups: Vec<String> = signs.chunks(4).take(groups).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_four() {
        assert_eq!(grouped("c81d50fe2b96", 5), "c81d 50fe 2b96");
        assert_eq!(grouped("c81d50fe2b9677a013ce6f", 5), "c81d 50fe 2b96 77a0 13ce");
    }
}
