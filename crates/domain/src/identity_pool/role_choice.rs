//! Which role an identity gets: of its state, of the mappings of its logins, of what it asked for.

use crate::arn::RoleArn;
use crate::identity_pool::claims::Claims;
use crate::identity_pool::login::AuthState;
use crate::identity_pool::pool::IdentityPool;
use crate::identity_pool::role_mapping::{
    PREFERRED_ROLE, ROLES, RoleMapping, RoleSource, Rule, WhenAmbiguous, roles_in,
};
use std::borrow::Cow;
use std::fmt;

/// A login as mappings see it.
#[derive(Debug, Clone)]
pub struct Mapped<'a> {
    /// The name under which mappings know its provider.
    pub provider: String,
    /// What its token says.
    pub claims: &'a Claims,
}

/// The role that was chosen, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The role.
    pub role: RoleArn,
    /// What it was chosen by.
    pub by: ChosenBy,
}

/// What a role was chosen by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChosenBy {
    /// The pool has it for everybody in this state.
    State(AuthState),
    /// The mappings leave it open, and say that it is then the one for everybody who proved a login.
    Ambiguity,
    /// The token of this provider's login names it, alone or before all others.
    Token(String),
    /// A rule of this provider's mapping, counted from 1.
    Rule(String, usize),
    /// The caller asked for it, and this allows it.
    Caller(Box<ChosenBy>),
}

impl fmt::Display for ChosenBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(AuthState::Authenticated) => {
                formatter.write_str("the pool, for whoever proved a login")
            }
            Self::State(AuthState::Guest) => formatter.write_str("the pool, for guests"),
            Self::Ambiguity => formatter.write_str("the pool, because the role mappings leave it open"),
            Self::Token(provider) => write!(formatter, "the token, by the role mapping of `{provider}`"),
            Self::Rule(provider, number) => {
                write!(formatter, "rule {number} of the role mapping of `{provider}`")
            }
            Self::Caller(allowed) => write!(formatter, "the caller, whom {allowed}, lets"),
        }
    }
}

/// Why no role was chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotChosen {
    /// The pool has none for the identity's state.
    #[error("the pool has no role for this state")]
    NoRole,
    /// The caller asked for one that nothing allows.
    #[error("no role mapping of a login that was proven allows the role `{0}` that was asked for")]
    NotAllowed(String),
    /// The mappings leave it open, and one of them says that nothing is given out then.
    #[error("the role mappings leave open which role it is, and deny it then")]
    Ambiguous(Ambiguity),
    /// What a token names is no role.
    #[error("what the token names as a role is none: `{0}`")]
    NotARole(String),
}

/// Why role mappings leave open which role it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ambiguity {
    /// The mapping of this provider comes to none.
    Unmatched {
        /// The provider, as mappings know it.
        provider: String,
        /// What was looked at, in the order of the rules.
        looked_at: Vec<LookedAt>,
    },
    /// The logins come to different roles.
    Conflicting,
}

/// A claim that a mapping looked at in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedAt {
    /// The claim.
    pub claim: String,
    /// What it would have to be.
    pub wanted: String,
    /// What it is; `None` if the token has none, or it does not count.
    pub found: Option<String>,
}

/// Chooses the role of an identity in this state, which proved these logins and may have asked for a role.
///
/// Of logins whose mappings come to different roles none has more weight, so that is ambiguous too. A login without a
/// mapping has no say where another has one.
pub fn choose(
    pool: &IdentityPool,
    state: AuthState,
    logins: &[Mapped<'_>],
    asked_for: Option<&str>,
) -> Result<Chosen, NotChosen> {
    let mapped: Vec<(&Mapped<'_>, &RoleMapping)> = match state {
        AuthState::Guest => Vec::new(),
        AuthState::Authenticated => logins
            .iter()
            .filter_map(|login| Some((login, pool.role_mappings.get(&login.provider)?)))
            .collect(),
    };
    if let Some(role) = asked_for {
        let allowed = mapped.iter().find_map(|(login, mapping)| allows(login, mapping, role));
        let by = allowed.ok_or_else(|| NotChosen::NotAllowed(role.to_owned()))?;
        return Ok(Chosen { role: read(role)?, by: ChosenBy::Caller(Box::new(by)) });
    }
    let of_the_pool = |by| match pool.roles.for_state(state) {
        Some(role) => Ok(Chosen { role: role.clone(), by }),
        None => Err(NotChosen::NoRole),
    };
    let mut chosen: Option<Chosen> = None;
    for (login, mapping) in &mapped {
        let its = match (chosen_by(login, mapping)?, mapping.ambiguous) {
            (Some(its), _) => its,
            (None, WhenAmbiguous::Deny) => return Err(NotChosen::Ambiguous(unmatched(login, mapping))),
            (None, WhenAmbiguous::AuthenticatedRole) => of_the_pool(ChosenBy::Ambiguity)?,
        };
        match &chosen {
            Some(others) if others.role != its.role => {
                let denies = mapped.iter().any(|(_, mapping)| mapping.ambiguous == WhenAmbiguous::Deny);
                return match denies {
                    true => Err(NotChosen::Ambiguous(Ambiguity::Conflicting)),
                    false => of_the_pool(ChosenBy::Ambiguity),
                };
            }
            Some(_) => {}
            None => chosen = Some(its),
        }
    }
    chosen.map_or_else(|| of_the_pool(ChosenBy::State(state)), Ok)
}

/// What a login comes to by its mapping; `None` if that leaves it open.
fn chosen_by(login: &Mapped<'_>, mapping: &RoleMapping) -> Result<Option<Chosen>, NotChosen> {
    match &mapping.source {
        RoleSource::Token => {
            let preferred = login.claims.text(PREFERRED_ROLE);
            let role = match (&preferred, roles_in(login.claims).as_slice()) {
                (Some(role), _) => read(role)?,
                (None, [role]) => read(role)?,
                (None, _) => return Ok(None),
            };
            Ok(Some(Chosen { role, by: ChosenBy::Token(login.provider.clone()) }))
        }
        RoleSource::Rules(rules) => {
            let first = rules.iter().enumerate().find(|(_, rule)| rule.matches(login.claims));
            Ok(first.map(|(index, rule)| Chosen {
                role: rule.role.clone(),
                by: ChosenBy::Rule(login.provider.clone(), index + 1),
            }))
        }
    }
}

/// What a mapping looked at that comes to no role.
fn unmatched(login: &Mapped<'_>, mapping: &RoleMapping) -> Ambiguity {
    let looked_at = match &mapping.source {
        RoleSource::Token => vec![LookedAt {
            claim: ROLES.to_owned(),
            wanted: format!("one role alone, or one of them in {PREFERRED_ROLE}"),
            found: login.claims.text(ROLES).map(Cow::into_owned),
        }],
        RoleSource::Rules(rules) => {
            let looked_at = |rule: &Rule| LookedAt {
                claim: rule.claim.clone(),
                wanted: format!("{} {}", rule.match_type.words(), rule.value),
                found: rule.found_in(login.claims).map(Cow::into_owned),
            };
            rules.iter().map(looked_at).collect()
        }
    };
    Ambiguity::Unmatched { provider: login.provider.clone(), looked_at }
}

/// What in a login's mapping allows a role that was asked for: the token names it, or it is that of a rule that matches,
/// whichever.
fn allows(login: &Mapped<'_>, mapping: &RoleMapping, asked_for: &str) -> Option<ChosenBy> {
    match &mapping.source {
        RoleSource::Token => {
            roles_in(login.claims).contains(&asked_for).then(|| ChosenBy::Token(login.provider.clone()))
        }
        RoleSource::Rules(rules) => {
            let asked_for = RoleArn::parse(asked_for).ok()?;
            let is_it = |rule: &Rule| rule.role == asked_for && rule.matches(login.claims);
            let index = rules.iter().position(is_it)?;
            Some(ChosenBy::Rule(login.provider.clone(), index + 1))
        }
    }
}

fn read(role: &str) -> Result<RoleArn, NotChosen> {
    RoleArn::parse(role).map_err(|not| NotChosen::NotARole(not.value))
}
