//! Why no statement allowed a request: which of them came nearest, and what it lacks.
//!
//! Asked after a decision, of the very parts that decided, so that what is told is what happened.

use crate::condition::Condition;
use crate::context::Values;
use crate::decide::{Named, Request};
use crate::statement::{Effect, Lack};
use crate::trace::{Layer, StatementRef};

/// The statement that came nearest to allowing a request, and what kept it from that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The statement.
    pub statement: StatementRef,
    /// What kept it.
    pub kept_by: KeptBy,
}

/// What kept a statement from allowing a request. A later one is nearer: all before it was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptBy {
    /// It is about other actions.
    Action {
        /// Those that it lists.
        listed: Vec<String>,
    },
    /// It is about other callers.
    Principal {
        /// Those that it lists.
        listed: Vec<String>,
    },
    /// It is about other resources.
    Resource {
        /// Those that it lists.
        listed: Vec<String>,
    },
    /// A condition of it is not met.
    Condition {
        /// The condition key, in lower case.
        key: String,
        /// The values of it that the condition lists, where they are texts.
        listed: Vec<String>,
        /// Its values in the request; `None` if the request has none.
        found: Option<Vec<String>>,
    },
}

/// The statement of these policies, which stand in this layer, that came nearest to allowing a request that none of them
/// allowed; `None` if there is none that allows anything.
pub fn nearest(request: &Request<'_>, layer: Layer, policies: &[Named<'_>]) -> Option<Nearest> {
    let mut nearest: Option<(&str, &crate::statement::Statement, Lack<'_>)> = None;
    for Named { name, document } in policies {
        for statement in document.statements().iter().filter(|one| one.effect() == Effect::Allow) {
            let Some(lack) = statement.lacks(request, layer) else { continue };
            if nearest.as_ref().is_none_or(|(_, _, known)| known.rank() < lack.rank()) {
                nearest = Some((name, statement, lack));
            }
        }
    }
    let (name, statement, lack) = nearest?;
    Some(Nearest { statement: StatementRef::new(name, statement), kept_by: lack.told(request) })
}

impl Lack<'_> {
    /// How much was met before it.
    fn rank(&self) -> u8 {
        match self {
            Lack::Action(_) => 0,
            Lack::Principal(_) => 1,
            Lack::Resource(_) => 2,
            Lack::Condition(_) => 3,
        }
    }

    fn told(&self, request: &Request<'_>) -> KeptBy {
        match self {
            Lack::Action(actions) => KeptBy::Action { listed: actions.shown() },
            Lack::Principal(principals) => {
                KeptBy::Principal { listed: principals.map(|all| all.shown()).unwrap_or_default() }
            }
            Lack::Resource(resources) => {
                KeptBy::Resource { listed: resources.map(|all| all.shown()).unwrap_or_default() }
            }
            Lack::Condition(condition) => condition.told(request),
        }
    }
}

impl Condition {
    fn told(&self, request: &Request<'_>) -> KeptBy {
        let shown = |values: &Values<'_>| values.iter().map(|value| value.to_string()).collect();
        let found = request.context.find(self.key()).map(shown);
        KeptBy::Condition { key: self.key().to_owned(), listed: self.shown(), found }
    }
}
