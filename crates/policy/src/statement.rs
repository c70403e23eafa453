//! `Statement`: an effect, and what it applies to.

use crate::action::Actions;
use crate::answer::Answer;
use crate::condition::{self, Condition};
use crate::decide::Request;
use crate::document::Kind;
use crate::json::{Json, Object};
use crate::malformed::Malformed;
use crate::principal::{COGNITO_IDENTITY, Principals};
use crate::resource::Resources;
use crate::trace::Layer;

/// What a statement does to a request it applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Allows it, if nothing denies it.
    Allow,
    /// Denies it, whatever allows it.
    Deny,
}

/// One statement of a document.
#[derive(Clone, Debug)]
pub struct Statement {
    sid: Option<Box<str>>,
    index: usize,
    effect: Effect,
    actions: Actions,
    /// `None` in identity and session policies.
    principals: Option<Principals>,
    /// `None` in trust policies.
    resources: Option<Resources>,
    conditions: Box<[Condition]>,
}

impl Statement {
    /// The statement's id, if it has one.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Its place in the document, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Whether it allows or denies.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    pub(crate) fn read(json: Json, index: usize, kind: Kind, variables: bool) -> Result<Self, Malformed> {
        let mut object = json.object("Statement")?;
        let sid = sid(object.take("Sid"), kind)?;
        let effect = effect(object.take("Effect"))?;
        let principals = principals(&mut object, kind)?;
        let actions = actions(&mut object, kind)?;
        let resources = resources(&mut object, kind, variables)?;
        let conditions = match object.take("Condition") {
            Some(json) => condition::read(json, variables)?,
            None => Box::default(),
        };
        object.finish("statement element")?;
        let statement = Statement { sid, index, effect, actions, principals, resources, conditions };
        if kind == Kind::Trust && statement.trusts_every_pool() {
            return Err(Malformed::TrustsEveryPool);
        }
        Ok(statement)
    }

    /// Whether this statement has its effect on a request. `lowered` is the action in lower case.
    pub(crate) fn applies(&self, request: &Request<'_>, lowered: &str, layer: Layer) -> bool {
        let answer =
            self.actions.include(lowered).and(|| self.is_for(request, layer)).and(|| {
                Answer::all(self.conditions.iter().map(|condition| condition.answer(request.context)))
            });
        match (answer, self.effect) {
            (Answer::Yes, Effect::Allow | Effect::Deny) | (Answer::Unknown, Effect::Deny) => true,
            (Answer::No, Effect::Allow | Effect::Deny) | (Answer::Unknown, Effect::Allow) => false,
        }
    }

    /// Whether principal and resource are meant. Unknown for a document in a place that it was not read for.
    fn is_for(&self, request: &Request<'_>, layer: Layer) -> Answer {
        match (layer, &self.principals, &self.resources) {
            (Layer::Identity | Layer::Session, None, Some(resources)) => {
                resources.include(request.resource, request.context)
            }
            (Layer::Trust, Some(principals), None) => principals.include(request.principal).into(),
            (Layer::Identity | Layer::Session | Layer::Trust, _, _) => Answer::Unknown,
        }
    }

    /// Anybody can have a token of some identity pool: only the conditions tell whose pool it is.
    fn trusts_every_pool(&self) -> bool {
        self.effect == Effect::Allow
            && self.actions.include_web_identity()
            && self.principals.as_ref().is_some_and(Principals::include_identity_pools)
            && !self.conditions.iter().any(|condition| condition.is_about(COGNITO_IDENTITY))
    }
}

/// An empty id is no id. Resource policies may write more into it than IAM's own.
fn sid(json: Option<Json>, kind: Kind) -> Result<Option<Box<str>>, Malformed> {
    let Some(json) = json else { return Ok(None) };
    let sid = json.text("Sid")?;
    let (fits, wanted): (fn(char) -> bool, _) = match kind {
        Kind::Identity | Kind::Session | Kind::Trust => {
            (|c| c.is_ascii_alphanumeric(), "letters and digits only")
        }
        Kind::Resource => (|c| !c.is_control(), "without control characters"),
    };
    if !sid.chars().all(fits) {
        return Err(Malformed::wrong("Sid", wanted));
    }
    Ok((!sid.is_empty()).then(|| sid.into()))
}

fn effect(json: Option<Json>) -> Result<Effect, Malformed> {
    match json.ok_or(Malformed::Missing("Effect"))?.text("Effect")?.as_str() {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        _ => Err(Malformed::wrong("Effect", "`Allow` or `Deny`")),
    }
}

fn principals(object: &mut Object, kind: Kind) -> Result<Option<Principals>, Malformed> {
    let [principal, except] = ["Principal", "NotPrincipal"].map(|name| object.take(name));
    match kind {
        Kind::Identity | Kind::Session if principal.is_some() => Err(Malformed::Prohibited("Principal")),
        Kind::Identity | Kind::Session | Kind::Trust if except.is_some() => {
            Err(Malformed::Prohibited("NotPrincipal"))
        }
        Kind::Identity | Kind::Session => Ok(None),
        Kind::Trust | Kind::Resource if except.is_some() => {
            Err(Malformed::unsupported("statement element", "NotPrincipal"))
        }
        Kind::Trust | Kind::Resource => {
            Principals::read(principal.ok_or(Malformed::Missing("Principal"))?).map(Some)
        }
    }
}

fn actions(object: &mut Object, kind: Kind) -> Result<Actions, Malformed> {
    match (kind, object.take("Action"), object.take("NotAction")) {
        (Kind::Trust, _, Some(_)) => Err(Malformed::Prohibited("NotAction")),
        (_, Some(_), Some(_)) => Err(Malformed::Both("Action", "NotAction")),
        (_, None, None) => Err(Malformed::NoActions),
        (Kind::Trust, Some(json), None) => Actions::read_trust(&json.texts("Action")?),
        (_, Some(json), None) => Actions::read(&json.texts("Action")?, false),
        (_, None, Some(json)) => Actions::read(&json.texts("NotAction")?, true),
    }
}

fn resources(object: &mut Object, kind: Kind, variables: bool) -> Result<Option<Resources>, Malformed> {
    let found = match (kind, object.take("Resource"), object.take("NotResource")) {
        (Kind::Trust, Some(_), _) => return Err(Malformed::Prohibited("Resource")),
        (Kind::Trust, None, Some(_)) => return Err(Malformed::Prohibited("NotResource")),
        (Kind::Trust, None, None) => return Ok(None),
        (_, Some(_), Some(_)) => return Err(Malformed::Both("Resource", "NotResource")),
        (_, None, None) => return Err(Malformed::NoResources),
        (_, Some(json), None) => Resources::read(&json.texts("Resource")?, false, variables),
        (_, None, Some(json)) => Resources::read(&json.texts("NotResource")?, true, variables),
    };
    found.map(Some)
}
