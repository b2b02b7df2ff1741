//! A refusal on its way out of an operation.

use std::error::Error;

use super::{
    drafts::body::{DifferenceBody, DraftBody},
    problem::Problem,
};
use crate::{
    app::App,
    approvals,
    drafts::{self, Stale},
    error::{Kind, Refusal},
    operators::Reader,
};

/// Why an operation does not do what it was asked; made from every module's refusal by `?`.
pub enum Refused {
    /// A refusal of the service.
    Service(Box<dyn Refusal + Send + Sync>),
    /// A refusal because the digest that was sent is not current any more, with what is.
    Stale(Box<dyn Refusal + Send + Sync>, Box<Stale>),
    /// It was done, and only the answer could not be made.
    Unshown(Box<Refused>),
    /// A refusal of the API itself.
    Problem(Box<Problem>),
}

impl<E: Refusal + Send + Sync + 'static> From<E> for Refused {
    fn from(refusal: E) -> Self {
        Self::Service(Box::new(refusal))
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl Refused {
    /// The code, where this is about what the person may do.
    pub fn forbids(&self) -> Option<&'static str> {
        match self {
            Self::Service(refusal) => (refusal.kind() == Kind::Forbidden).then(|| refusal.code()),
            Self::Stale(..) | Self::Unshown(_) | Self::Problem(_) => None,
        }
    }

    /// What became of a change that was made and cannot be shown.
    pub fn unshown(why: impl Into<Self>) -> Self {
        Self::Unshown(Box::new(why.into()))
    }

    /// Whether what was asked for was done, or may have been.
    pub fn may_be_done(&self) -> bool {
        match self {
            Self::Service(refusal) | Self::Stale(refusal, _) => refusal.may_be_done(),
            Self::Unshown(_) => true,
            Self::Problem(_) => false,
        }
    }

    /// As the outside sees it; an unexpected fault is logged here, once.
    pub fn into_problem(self, app: &App) -> Problem {
        match self {
            Self::Service(refusal) => Problem::of(app, &*refusal),
            Self::Stale(refusal, _) => Problem::of(app, &*refusal).coded("stale_digest"),
            Self::Unshown(why) => Problem::unshown(app, &why.into_problem(app).detail),
            Self::Problem(problem) => *problem,
        }
    }

    /// As [`Refused::into_problem`]; to somebody who may read drafts it shows the current one where that was stale.
    pub async fn into_problem_for(self, app: &App, reader: Option<&Reader>) -> Problem {
        let stale = self.stale();
        let problem = self.into_problem(app);
        let (Some(stale), Some(_)) = (stale, reader) else { return problem };
        // What cannot be shown is left out: the refusal itself stands.
        let current = DraftBody::of(app, stale.current).await.ok();
        let differences = stale.differences.into_iter().map(DifferenceBody::from).collect();
        Problem { current, differences: Some(differences), ..problem }
    }

    fn stale(&self) -> Option<Stale> {
        let refusal: &(dyn Error + 'static) = match self {
            Self::Stale(_, stale) => return Some(Stale::clone(stale)),
            Self::Service(refusal) => &**refusal,
            Self::Unshown(_) | Self::Problem(_) => return None,
        };
        if let Some(drafts::Error::Stale(stale)) = refusal.downcast_ref() {
            return Some(Stale::clone(stale));
        }
        match refusal.downcast_ref() {
            Some(approvals::Error::Stale(current)) => {
                Some(Stale { current: (**current).clone(), differences: Vec::new() })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Fault, testing};

    #[tokio::test]
    async fn what_was_done_and_cannot_be_shown_is_not_asked_to_be_tried_again() {
        let test = testing::app().await;
        let unshown = Refused::unshown(Fault::Busy("locked".to_owned().into()));
        assert!(unshown.may_be_done());
        let problem = unshown.into_problem(&test.app);
        assert_eq!((problem.status, problem.code.as_str()), (500, "done_but_not_shown"));
        assert_eq!(problem.retry_after, None);
    }

    #[test]
    fn only_what_comes_before_a_commit_proves_that_nothing_was_done() {
        let error = || "gone".to_owned().into();
        for (fault, may_be_done) in [
            (Fault::Busy(error()), false),
            (Fault::Crowded, false),
            (Fault::Lost("changed"), false),
            (Fault::CommitUnknown(error()), true),
            (Fault::Other("panicked".to_owned()), true),
        ] {
            assert_eq!(Refused::from(fault).may_be_done(), may_be_done);
        }
    }
}
