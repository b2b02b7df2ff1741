//! Which tab of the queue shows a draft: each draft is in exactly one.

use countersign_entities::{
    Timestamp,
    vocabulary::{DraftState, HoldReason, PublicationState, Tab},
};

/// The tab of a draft in `state` at `now`: the one place that knows the rule.
///
/// `publication` is the draft's latest one, and why it is held; `due_at` is its due time; `attention` is set while a
/// person has to look, and wins over `drafts` and `review` until someone edits, submits, decides or discards.
pub fn tab_of(
    state: DraftState,
    publication: Option<(PublicationState, Option<HoldReason>)>,
    due_at: Option<Timestamp>,
    now: Timestamp,
    attention: Option<&str>,
) -> Tab {
    match state {
        DraftState::Published => Tab::Published,
        DraftState::Discarded => Tab::Discarded,
        DraftState::ChangesRequested | DraftState::Rejected => Tab::Changes,
        _ if attention.is_some() => Tab::Attention,
        DraftState::Draft => Tab::Drafts,
        DraftState::InReview => Tab::Review,
        DraftState::Approved => tab_of_approved(publication, due_at, now),
    }
}

/// The tabs in which drafts of a state can be.
pub(super) fn tabs_of(state: DraftState) -> &'static [Tab] {
    match state {
        DraftState::Draft => &[Tab::Drafts, Tab::Attention],
        DraftState::InReview => &[Tab::Review, Tab::Attention],
        DraftState::ChangesRequested | DraftState::Rejected => &[Tab::Changes],
        // The Pin and its draft are published in one step.
        DraftState::Approved => &[Tab::Approved, Tab::Scheduled, Tab::Attention],
        DraftState::Published => &[Tab::Published],
        DraftState::Discarded => &[Tab::Discarded],
    }
}

fn tab_of_approved(
    publication: Option<(PublicationState, Option<HoldReason>)>,
    due_at: Option<Timestamp>,
    now: Timestamp,
) -> Tab {
    use PublicationState as P;
    match publication {
        Some((P::Scheduled, _)) if due_at.is_some_and(|due_at| due_at > now) => Tab::Scheduled,
        Some((P::Scheduled | P::Claimed | P::Sending, _)) => Tab::Approved,
        Some((P::Held, Some(HoldReason::Paused))) => Tab::Approved,
        Some((P::Published, _)) => Tab::Published,
        // Held otherwise, not proven, ended without a Pin, or none at all: approved and yet not on its way.
        Some(_) | None => Tab::Attention,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);
    const LATER: Option<Timestamp> = Some(Timestamp(1_001));

    fn of(state: DraftState, publication: Option<PublicationState>, attention: Option<&str>) -> Tab {
        tab_of(state, publication.map(|state| (state, None)), Some(NOW), NOW, attention)
    }

    #[test]
    fn a_state_is_looked_for_in_every_tab_that_it_can_be_in() {
        let publications = PublicationState::all().filter(|state| *state != PublicationState::Published);
        let publications: Vec<_> = std::iter::once(None).chain(publications.map(Some)).collect();
        for state in DraftState::all() {
            for (publication, attention) in publications.iter().flat_map(|p| [(*p, None), (*p, Some("held"))])
            {
                let tab = of(state, publication, attention);
                assert!(tabs_of(state).contains(&tab), "{state:?} {publication:?} {attention:?}: {tab:?}");
            }
        }
        let later = Some((PublicationState::Scheduled, None));
        let tab = tab_of(DraftState::Approved, later, LATER, NOW, None);
        assert!(tabs_of(DraftState::Approved).contains(&tab));
    }

    #[test]
    fn without_a_publication_the_state_decides() {
        for (state, tab) in [
            (DraftState::Draft, Tab::Drafts),
            (DraftState::InReview, Tab::Review),
            (DraftState::ChangesRequested, Tab::Changes),
            (DraftState::Rejected, Tab::Changes),
            (DraftState::Published, Tab::Published),
            (DraftState::Discarded, Tab::Discarded),
            (DraftState::Approved, Tab::Attention),
        ] {
            assert_eq!(of(state, None, None), tab, "{state}");
        }
    }

    #[test]
    fn attention_wins_over_what_is_open_and_not_over_what_was_decided_or_has_ended() {
        for (state, tab) in [
            (DraftState::Draft, Tab::Attention),
            (DraftState::InReview, Tab::Attention),
            (DraftState::Approved, Tab::Attention),
            (DraftState::ChangesRequested, Tab::Changes),
            (DraftState::Rejected, Tab::Changes),
            (DraftState::Published, Tab::Published),
            (DraftState::Discarded, Tab::Discarded),
        ] {
            assert_eq!(of(state, Some(PublicationState::Refused), Some("refused")), tab, "{state}");
        }
    }

    #[test]
    fn an_ended_publication_does_not_keep_a_draft_from_being_worked_on() {
        for ended in [PublicationState::Cancelled, PublicationState::Missed, PublicationState::Abandoned] {
            assert_eq!(of(DraftState::Draft, Some(ended), None), Tab::Drafts);
            assert_eq!(of(DraftState::InReview, Some(ended), None), Tab::Review);
        }
    }

    #[test]
    fn an_approved_draft_is_where_its_publication_is() {
        for (state, tab) in [
            (PublicationState::Scheduled, Tab::Approved),
            (PublicationState::Claimed, Tab::Approved),
            (PublicationState::Sending, Tab::Approved),
            (PublicationState::Unknown, Tab::Attention),
            (PublicationState::NeedsDecision, Tab::Attention),
            (PublicationState::Published, Tab::Published),
            (PublicationState::Refused, Tab::Attention),
            (PublicationState::Missed, Tab::Attention),
            (PublicationState::Cancelled, Tab::Attention),
            (PublicationState::Abandoned, Tab::Attention),
        ] {
            assert_eq!(of(DraftState::Approved, Some(state), None), tab, "{state}");
        }
    }

    #[test]
    fn what_is_due_later_is_scheduled_until_it_is_due() {
        let scheduled = Some((PublicationState::Scheduled, None));
        let at = |due_at| tab_of(DraftState::Approved, scheduled, due_at, NOW, None);
        assert_eq!(at(LATER), Tab::Scheduled);
        assert_eq!(at(Some(NOW)), Tab::Approved);
        assert_eq!(at(None), Tab::Approved);
        let sending = Some((PublicationState::Sending, None));
        assert_eq!(tab_of(DraftState::Approved, sending, LATER, NOW, None), Tab::Approved);
    }

    #[test]
    fn only_a_pause_holds_without_asking_for_attention() {
        for reason in HoldReason::all() {
            let held = Some((PublicationState::Held, Some(reason)));
            let tab = if reason == HoldReason::Paused { Tab::Approved } else { Tab::Attention };
            assert_eq!(tab_of(DraftState::Approved, held, Some(NOW), NOW, None), tab, "{reason}");
        }
    }
}
