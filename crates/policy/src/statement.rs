//! `Statement`: an effect, and what it applies to.

use crate::action::Actions;
use crate::answer::Answer;
use crate::condition::{self, Condition};
use crate::decide::Request;
use crate::document::Kind;
use crate::issuer;
use crate::json::{Json, Object};
use crate::malformed::Malformed;
use crate::pattern::Pattern;
use crate::principal::{Principals, Reach};
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

    /// Whether it allows this action, in full, to whoever has a token of this issuer and meets its conditions.
    pub fn trusts(&self, issuer: &str, action: &str) -> bool {
        let trusts = |principals: &Principals| principals.trust_issuer(issuer);
        self.effect == Effect::Allow
            && self.principals.as_ref().is_some_and(trusts)
            && self.actions.include(action)
    }

    /// Whether its actions include this one, in full.
    pub(crate) fn includes(&self, action: &str) -> bool {
        self.actions.include(action)
    }

    /// Whether each request that it applies to has this key, in lower case, with one of the listed texts.
    pub(crate) fn demands(&self, key: &str) -> bool {
        self.conditions.iter().any(|condition| condition.demanded_of(key).is_some())
    }

    /// The texts of which one, to the letter, is under this key in every request that it applies to; `None` if its
    /// conditions do not say so. Given a key in lower case, which has one value.
    pub fn exact_values_of(&self, key: &str) -> Option<Vec<&str>> {
        self.conditions.iter().find_map(|condition| condition.exact_values_of(key))
    }

    /// Whether its conditions keep it from applying to a request that has this value alone under this key; `false` if
    /// that cannot be told from them. Given a key in lower case, which has many values.
    pub fn shuts_out(&self, key: &str, value: &str) -> bool {
        self.conditions.iter().any(|condition| condition.shuts_out(key, value))
    }

    /// As [`Statement::exact_values_of`], of a key that has many values.
    pub fn exact_values_of_many(&self, key: &str) -> Option<Vec<&str>> {
        self.conditions.iter().find_map(|condition| condition.exact_values_of_many(key))
    }

    /// The condition keys that it looks at, in lower case.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let of_resources = self.resources.iter().flat_map(Resources::patterns).flat_map(Pattern::keys);
        self.conditions.iter().flat_map(Condition::keys).chain(of_resources)
    }

    pub(crate) fn principals(&self) -> Option<&Principals> {
        self.principals.as_ref()
    }

    pub(crate) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// The actions as they are written, and whether all others are meant.
    pub(crate) fn listed_actions(&self) -> (&[Pattern], bool) {
        self.actions.listed()
    }

    /// As [`Statement::listed_actions`]; there are none in trust policies.
    pub(crate) fn listed_resources(&self) -> (Vec<Option<&Pattern>>, bool) {
        self.resources.as_ref().map(Resources::listed).unwrap_or_default()
    }

    pub(crate) fn read(json: Json, index: usize, kind: Kind, variables: bool) -> Result<Self, Malformed> {
        let mut object = json.object("Statement")?;
        let sid = sid(object.take("Sid"), kind)?;
        let effect = effect(object.take("Effect"))?;
        let principals = principals(&mut object, kind, effect)?;
        let actions = actions(&mut object, kind)?;
        let resources = resources(&mut object, kind, variables)?;
        let conditions = match object.take("Condition") {
            Some(json) => condition::read(json, variables)?,
            None => Box::default(),
        };
        object.finish("statement element")?;
        if let (Kind::Trust, Effect::Allow, Some(principals)) = (kind, effect, &principals)
            && actions.include_web_identity()
        {
            issuer::check(principals, &conditions)?;
        }
        Ok(Statement { sid, index, effect, actions, principals, resources, conditions })
    }

    /// How directly this statement has its effect on a request; `None` if it has none.
    ///
    /// In a place that the document was not read for, it may deny and never allows.
    pub(crate) fn applies(&self, request: &Request<'_>, layer: Layer) -> Option<Reach> {
        if !self.actions.include(request.action) {
            return None;
        }
        let reach = self.reach(request, layer)?;
        let answer = Answer::from(reach)
            .and(|| self.is_about(request, layer))
            .and(|| Answer::all(self.conditions.iter().map(|condition| condition.answer(request.context))));
        match (answer, self.effect) {
            (Answer::Yes, Effect::Allow | Effect::Deny) | (Answer::Unknown, Effect::Deny) => Some(reach),
            (Answer::No, Effect::Allow | Effect::Deny) | (Answer::Unknown, Effect::Allow) => None,
        }
    }
}

impl Statement {
    fn reach(&self, request: &Request<'_>, layer: Layer) -> Option<Reach> {
        match (layer, &self.principals) {
            (Layer::Resource | Layer::Trust, Some(principals)) => principals.reach(request.principal, layer),
            (Layer::Identity | Layer::Boundary | Layer::Session, None) => Some(Reach::Caller),
            (Layer::Resource | Layer::Trust, None)
            | (Layer::Identity | Layer::Boundary | Layer::Session, Some(_)) => Some(Reach::Perhaps),
        }
    }

    fn is_about(&self, request: &Request<'_>, layer: Layer) -> Answer {
        match (layer, &self.resources) {
            (Layer::Trust, None) => Answer::Yes,
            (Layer::Trust, Some(_)) | (_, None) => Answer::Unknown,
            (_, Some(resources)) => resources.include(request.resource, request.context),
        }
    }
}

/// The part of a statement that keeps it from having its effect on a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lack<'a> {
    Action(&'a Actions),
    Principal(Option<&'a Principals>),
    Resource(Option<&'a Resources>),
    Condition(&'a Condition),
}

impl Statement {
    /// The first part that keeps this statement from allowing a request; `None` if nothing does. In the order of
    /// [`Statement::applies`], and by the same questions.
    pub(crate) fn lacks(&self, request: &Request<'_>, layer: Layer) -> Option<Lack<'_>> {
        if !self.actions.include(request.action) {
            return Some(Lack::Action(&self.actions));
        }
        if !self.reach(request, layer).is_some_and(|reach| Answer::from(reach).is_yes()) {
            return Some(Lack::Principal(self.principals.as_ref()));
        }
        if !self.is_about(request, layer).is_yes() {
            return Some(Lack::Resource(self.resources.as_ref()));
        }
        let unmet = |condition: &&Condition| !condition.answer(request.context).is_yes();
        self.conditions.iter().find(unmet).map(Lack::Condition)
    }
}

impl From<Reach> for Answer {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Perhaps => Answer::Unknown,
            Reach::Account | Reach::Behind | Reach::Caller => Answer::Yes,
        }
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

fn principals(object: &mut Object, kind: Kind, effect: Effect) -> Result<Option<Principals>, Malformed> {
    let [principal, except] = ["Principal", "NotPrincipal"].map(|name| object.take(name));
    match (kind, principal, except) {
        (Kind::Identity | Kind::Session, Some(_), _) => Err(Malformed::Prohibited("Principal")),
        (Kind::Identity | Kind::Session | Kind::Trust, _, Some(_)) => {
            Err(Malformed::Prohibited("NotPrincipal"))
        }
        (Kind::Identity | Kind::Session, None, None) => Ok(None),
        (Kind::Resource, Some(_), Some(_)) => Err(Malformed::Both("Principal", "NotPrincipal")),
        (Kind::Resource, None, Some(_)) if effect == Effect::Allow => Err(Malformed::AllowsNotPrincipal),
        (Kind::Resource, None, Some(except)) => Principals::read(except, "NotPrincipal").map(Some),
        (Kind::Trust | Kind::Resource, Some(principal), None) => {
            Principals::read(principal, "Principal").map(Some)
        }
        (Kind::Trust | Kind::Resource, None, None) => Err(Malformed::Missing("Principal")),
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
