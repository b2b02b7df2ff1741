//! A refusal on its way out of an operation.

use super::problem::Problem;
use crate::{
    app::App,
    error::{Fault, Kind, Refusal},
};

/// Why an operation does not do what it was asked; made from every module's refusal by `?`.
pub enum Refused {
    /// A refusal of the service.
    Service(Box<dyn Refusal + Send>),
    /// A refusal of the API itself.
    Problem(Box<Problem>),
}

impl<E: Refusal + Send + 'static> From<E> for Refused {
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
            Self::Problem(_) => None,
        }
    }

    /// Whether it is not known if the change held.
    pub fn is_commit_unknown(&self) -> bool {
        matches!(self, Self::Service(refusal) if matches!(refusal.fault(), Some(Fault::CommitUnknown(_))))
    }

    /// As the outside sees it; an unexpected fault is logged here, once.
    pub fn into_problem(self, app: &App) -> Problem {
        match self {
            Self::Service(refusal) => Problem::of(app, &*refusal),
            Self::Problem(problem) => *problem,
        }
    }
}
