//! What a guest may do at most, whatever their role allows: AWS's lists, or the server's, or the pool's own.

use crate::House;
use crate::identity_pool::{Refusal, pools};
use domain::iam::session_policy::{GUESTS, SessionPolicy};
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::records::{IdentityPools, Stop, refuse};
use policy::{Document, Kind, Malformed};

/// The most policies of one scope-down: as many as STS takes for a session. Source: IAM user guide, "IAM and AWS STS
/// quotas".
pub const MOST: usize = 10;

/// The most characters of one scope-down. They travel in the session token of every guest.
pub const MOST_CHARACTERS: usize = 4096;

/// Why policies cannot be a scope-down.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadScopeDown {
    /// Without one nothing would be allowed, which nobody who leaves them out means.
    #[error("there is no policy; one that denies everything says so")]
    NoPolicy,
    /// They are too many.
    #[error("there are more than {MOST} policies")]
    TooMany,
    /// They are too long.
    #[error("the policies have more than {MOST_CHARACTERS} characters together")]
    TooLong,
    /// One cannot be read, or holds what is not evaluated.
    #[error("policy `{name}`: {why}")]
    Malformed {
        /// Which policy.
        name: String,
        /// What is wrong with it.
        why: Malformed,
    },
}

/// Where a scope-down comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It is AWS's.
    Aws,
    /// The server was told.
    Server,
    /// The pool was told.
    Pool,
}

/// What guests may do at most: together the policies are a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeDown {
    /// Where it comes from.
    pub source: Source,
    /// Its policies.
    pub policies: Vec<SessionPolicy>,
}

impl ScopeDown {
    /// AWS's.
    pub fn aws() -> Self {
        Self { source: Source::Aws, policies: GUESTS.to_vec() }
    }
}

/// Whether policies can be a scope-down.
pub fn check(policies: &[SessionPolicy]) -> Result<(), BadScopeDown> {
    if policies.is_empty() {
        return Err(BadScopeDown::NoPolicy);
    }
    if policies.len() > MOST {
        return Err(BadScopeDown::TooMany);
    }
    if policies.iter().map(|policy| policy.document.chars().count()).sum::<usize>() > MOST_CHARACTERS {
        return Err(BadScopeDown::TooLong);
    }
    policies.iter().try_for_each(|policy| match Document::parse(&policy.document, Kind::Session) {
        Ok(_) => Ok(()),
        Err(why) => Err(BadScopeDown::Malformed { name: policy.name.to_string(), why }),
    })
}

/// The scope-down of a pool's guests.
pub fn of(house: &House, pool: &IdentityPool) -> ScopeDown {
    match &pool.options.guest_scope_down {
        Some(policies) => ScopeDown { source: Source::Pool, policies: policies.clone() },
        None => house.guest_scope_down.clone(),
    }
}

/// Finds the scope-down of a pool's guests.
pub fn find(
    records: &mut impl IdentityPools,
    house: &House,
    id: &IdentityPoolId,
) -> Result<ScopeDown, Stop<Refusal>> {
    Ok(of(house, &pools::find(records, id)?))
}

/// Gives a pool a scope-down of its own, or with `None` the server's. It counts for sessions that are issued from then on.
pub fn put(
    records: &mut impl IdentityPools,
    id: &IdentityPoolId,
    policies: Option<&[SessionPolicy]>,
) -> Result<(), Stop<Refusal>> {
    let mut pool = pools::find(records, id)?;
    if let Some(Err(bad)) = policies.map(check) {
        return refuse(bad.into());
    }
    pool.options.guest_scope_down = policies.map(<[_]>::to_vec);
    records.put_identity_pool(&pool);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(document: &str) -> SessionPolicy {
        SessionPolicy::written("p".to_owned(), document.to_owned())
    }

    const ALL: &str =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

    #[test]
    fn awss_lists_are_a_scope_down() {
        assert_eq!(check(&ScopeDown::aws().policies), Ok(()));
    }

    #[test]
    fn a_scope_down_has_policies_but_not_too_much_of_them() {
        assert_eq!(check(&[]), Err(BadScopeDown::NoPolicy));
        assert_eq!(check(&vec![policy(ALL); 10]), Ok(()));
        assert_eq!(check(&vec![policy(ALL); 11]), Err(BadScopeDown::TooMany));
        let padded = |length: usize| policy(&format!("{ALL}{}", " ".repeat(length - ALL.len())));
        assert_eq!(check(&[padded(4000), padded(96)]), Ok(()));
        assert_eq!(check(&[padded(4000), padded(97)]), Err(BadScopeDown::TooLong));
    }

    #[test]
    fn what_is_no_session_policy_is_refused() {
        let with_principal = ALL.replace("\"Action\"", "\"Principal\":\"*\",\"Action\"");
        for document in ["", "{}", "[]", "no", &with_principal, &ALL.replace("Allow", "Maybe")] {
            let refused = check(&[policy(ALL), policy(document)]);
            assert!(matches!(refused, Err(BadScopeDown::Malformed { .. })), "{document}: {refused:?}");
        }
    }
}
