//! Who may approve.

use countersign_entities::{ids::OperatorId, vocabulary::ReviewRule};

/// Nobody approves what they wrote, unless the rule of the installation says `sole_operator`.
///
/// `authors` is everybody who wrote any revision. The answer says whether it is the reviewer's own draft, which marks
/// the approval.
pub fn may_approve(rule: ReviewRule, reviewer: &OperatorId, authors: &[OperatorId]) -> Option<IsOwnDraft> {
    let is_own = authors.contains(reviewer);
    match rule {
        ReviewRule::SecondPerson if is_own => None,
        ReviewRule::SecondPerson | ReviewRule::SoleOperator => Some(IsOwnDraft(is_own)),
    }
}

/// Whether an approval is of one's own draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsOwnDraft(pub bool);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_explicit_rule_lets_an_author_approve() {
        let id = |text: &str| -> OperatorId { text.parse().unwrap() };
        let (ada, rowan) = (id("opr_ada"), id("opr_rowan"));
        let authors = [ada.clone()];
        assert_eq!(may_approve(ReviewRule::SecondPerson, &ada, &authors), None);
        assert_eq!(may_approve(ReviewRule::SecondPerson, &rowan, &authors), Some(IsOwnDraft(false)));
        assert_eq!(may_approve(ReviewRule::SoleOperator, &ada, &authors), Some(IsOwnDraft(true)));
    }
}
