//! An identity: whom a pool knows, with or without a login.

use crate::account::{Account, Region};
use crate::entropy::{Entropy, draw_uuid};
use crate::identity_pool::login::{AuthState, LoginKey};
use crate::identity_pool::pool::{IdentityPoolId, is_pool_or_identity_id};
use crate::text::text;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

text!(
    /// An identity's id, in the form of a pool's id; nothing tells the two apart.
    IdentityId,
    "an identity id",
    is_pool_or_identity_id
);

impl IdentityId {
    /// Draws a new id in a region.
    pub fn draw(account: &Account, entropy: &dyn Entropy) -> Self {
        Self::in_region(&account.region, draw_uuid(entropy))
    }

    pub(super) fn in_region(region: &Region, uuid: Uuid) -> Self {
        Self(format!("{region}:{uuid}"))
    }
}

/// How far what is remembered of an identity's last use may lie behind: a use is written down once in so long, so that
/// asking for credentials again and again only reads.
const USE_IS_KNOWN_TO: Span = Span::from_hours(24);

/// What an identity is to its pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// No login was ever shown for it: it is whoever holds its id.
    Guest,
    /// A login was shown for it, and whoever wants it must show one that it holds. If it holds none any more, nobody can.
    Authenticated,
    /// It was merged into another identity, and nobody gets anything for it.
    Disabled,
}

impl Standing {
    /// That of an identity for which these logins were shown, and no others before.
    const fn by(logins: &[LoginKey]) -> Self {
        match AuthState::by(logins) {
            AuthState::Guest => Self::Guest,
            AuthState::Authenticated => Self::Authenticated,
        }
    }
}

/// An identity of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Remembered")]
pub struct Identity {
    /// Its id, unique on this server.
    pub id: IdentityId,
    /// The pool it belongs to.
    pub pool: IdentityPoolId,
    /// What it is to the pool. It does not follow from its logins: a guest has none, and neither has one that lost them.
    pub standing: Standing,
    /// The logins that prove it.
    pub logins: Vec<LoginKey>,
    /// When it was made.
    pub created: Timestamp,
    /// When its standing or its logins last changed.
    pub modified: Timestamp,
    /// When something was last issued for it; the truth may be up to a day later, or any time where it is read from a record
    /// of before this was remembered.
    pub last_used: Timestamp,
}

impl Identity {
    /// A new identity with the logins that were shown; without one, a guest.
    pub const fn new(id: IdentityId, pool: IdentityPoolId, logins: Vec<LoginKey>, now: Timestamp) -> Self {
        let standing = Standing::by(logins.as_slice());
        Self { id, pool, standing, logins, created: now, modified: now, last_used: now }
    }

    /// Whether it is a guest or has to be proven; `None` if nothing is issued for it any more.
    pub const fn state(&self) -> Option<AuthState> {
        match self.standing {
            Standing::Guest => Some(AuthState::Guest),
            Standing::Authenticated => Some(AuthState::Authenticated),
            Standing::Disabled => None,
        }
    }

    /// Whether this login proves it.
    pub fn holds(&self, login: &LoginKey) -> bool {
        self.logins.contains(login)
    }

    /// Whether nothing was issued for it at this moment or later, by all that is remembered.
    pub fn is_unused_since(&self, moment: Timestamp) -> bool {
        self.last_used.after(USE_IS_KNOWN_TO) <= moment
    }

    /// Notes that something is issued for it; `true` if that is news worth writing down.
    pub fn note_use(&mut self, now: Timestamp) -> bool {
        let is_news = now.since(self.last_used) >= USE_IS_KNOWN_TO;
        if is_news {
            self.last_used = now;
        }
        is_news
    }
}

/// An identity as records say it. Older ones say neither what it is, which followed from its logins then, nor when it was
/// last used, which was no earlier than their last change.
#[derive(Deserialize)]
struct Remembered {
    id: IdentityId,
    pool: IdentityPoolId,
    standing: Option<Standing>,
    logins: Vec<LoginKey>,
    created: Timestamp,
    modified: Timestamp,
    last_used: Option<Timestamp>,
}

impl From<Remembered> for Identity {
    fn from(remembered: Remembered) -> Self {
        let Remembered { id, pool, standing, logins, created, modified, last_used } = remembered;
        Self {
            standing: standing.unwrap_or_else(|| Standing::by(&logins)),
            last_used: last_used.unwrap_or(modified),
            id,
            pool,
            logins,
            created,
            modified,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, from_value, json, to_value};

    fn old(logins: &Value) -> Value {
        let (id, pool) = ("us-east-1:0123456789abcdef", "us-east-1:1234567890abcdef");
        json!({ "id": id, "pool": pool, "logins": logins, "created": 1000, "modified": 2000 })
    }

    #[test]
    fn a_record_from_before_standings_says_by_its_logins_what_the_identity_is() {
        let login =
            json!({ "provider": "cognito-idp.us-east-1.amazonaws.com/us-east-1_A", "subject": "alice" });
        for (logins, standing) in [(json!([]), Standing::Guest), (json!([login]), Standing::Authenticated)] {
            let identity: Identity = from_value(old(&logins)).unwrap();
            assert_eq!((identity.standing, to_value(&identity.logins).unwrap()), (standing, logins));
            assert_eq!(identity.last_used, Timestamp::from_millis(2000));
        }
    }

    #[test]
    fn a_record_that_says_standing_and_last_use_is_believed() {
        let guest: Identity = from_value(old(&json!([]))).unwrap();
        for standing in [Standing::Guest, Standing::Authenticated, Standing::Disabled] {
            let identity = Identity { standing, last_used: Timestamp::from_millis(3000), ..guest.clone() };
            assert_eq!(from_value::<Identity>(to_value(&identity).unwrap()).unwrap(), identity);
        }
    }
}
