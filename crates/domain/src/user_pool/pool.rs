//! A user pool.

use crate::account::{Account, Region};
use crate::entropy::{Entropy, draw_text};
use crate::identity_pool::token::AWS_ISSUER;
use crate::text::{NotA, all, is_word, text};
use crate::time::Timestamp;
use crate::user_pool::keys::PoolKeys;
use crate::user_pool::policy::PasswordPolicy;
use serde::{Deserialize, Serialize};

text!(
    /// A user pool's id: a region, an underscore and letters or digits, at most 55 characters.
    UserPoolId,
    "a user pool id",
    |text| text.len() <= 55
        && text.split_once('_').is_some_and(|(region, rest)| {
            all(region, 55, |byte| is_word(byte) || byte == b'-') && all(rest, 55, |byte| byte.is_ascii_alphanumeric())
        })
);

impl UserPoolId {
    /// Draws a new id in a region.
    pub fn draw(account: &Account, entropy: &dyn Entropy) -> Self {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        Self(format!("{}_{}", account.region, draw_text(entropy, LETTERS, 9)))
    }
}

text!(
    /// A user pool's name, 1 to 128 characters; it need not be unique.
    UserPoolName,
    "a user pool name",
    |text| all(text, 128, |byte| is_word(byte) || byte.is_ascii_whitespace() || b"+=,.@-".contains(&byte))
);

/// A user pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPool {
    /// Its id, unique on this server.
    pub id: UserPoolId,
    /// Its name, for people.
    pub name: UserPoolName,
    /// The keys that sign its tokens.
    pub keys: PoolKeys,
    /// What it asks of its users' passwords.
    pub policy: PasswordPolicy,
    /// Whether credentials that identity pools gave for its users' logins live on when a user is signed out everywhere,
    /// disabled or deleted, as they do at AWS.
    #[serde(default)]
    pub keeps_credentials: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

/// Where user pools say they are: the `iss` of a token is this address, a slash and the pool's id. Where it is an
/// operator's own, it is what tokens of identity pools say too, all of them alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerBase(String);

impl IssuerBase {
    /// AWS's own form, `https://cognito-idp.REGION.amazonaws.com`.
    pub fn of_aws(region: &Region) -> Self {
        Self(format!("https://cognito-idp.{region}.amazonaws.com"))
    }

    /// An address of the operator's own: `http://` or `https://`, a host and perhaps a port. There is no path, because the
    /// documents of a pool are served under its id alone.
    pub fn parse(text: &str) -> Result<Self, NotA> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let valid = rest.is_some_and(|rest| all(rest, 200, |byte| is_word(byte) || b"-.:[]".contains(&byte)));
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotA::new(
                "an issuer address: `http://` or `https://`, a host and perhaps a port, no path",
                text,
            ))
        }
    }

    fn issuer_of(&self, pool: &UserPoolId) -> String {
        format!("{}/{pool}", self.0)
    }

    fn pool_named_by(&self, login_key: &str) -> Option<UserPoolId> {
        let (_, host) = self.0.split_once("://")?;
        let pool = login_key.strip_prefix(host)?.strip_prefix('/')?;
        UserPoolId::parse(pool).ok()
    }
}

/// The two names of every user pool as an issuer, and of all identity pools: AWS's form and the one that this server
/// writes into its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuers {
    aws: IssuerBase,
    own: IssuerBase,
}

impl Issuers {
    /// Tokens carry `own` if it is given, else AWS's form.
    pub fn new(region: &Region, own: Option<IssuerBase>) -> Self {
        let aws = IssuerBase::of_aws(region);
        Self { own: own.unwrap_or_else(|| aws.clone()), aws }
    }

    /// The issuer that a pool's tokens carry.
    pub fn issuer_of(&self, pool: &UserPoolId) -> String {
        self.own.issuer_of(pool)
    }

    /// Where a pool's documents are, if the operator said so; at AWS's address are those of somebody else's pools.
    pub fn address_of(&self, pool: &UserPoolId) -> Option<String> {
        (self.own != self.aws).then(|| self.issuer_of(pool))
    }

    /// Every name that the pool's tokens may carry.
    pub fn names_of(&self, pool: &UserPoolId) -> Vec<String> {
        vec![self.own.issuer_of(pool), self.aws.issuer_of(pool)]
    }

    /// The issuer that tokens of identity pools carry.
    pub fn of_identity_pools(&self) -> &str {
        self.address_of_identity_pools().unwrap_or(AWS_ISSUER)
    }

    /// Where the documents of identity pools are, if the operator said so.
    pub fn address_of_identity_pools(&self) -> Option<&str> {
        (self.own != self.aws).then_some(&*self.own.0)
    }

    /// The pool that a login key names: an issuer without its scheme, in either form.
    pub fn pool_named_by(&self, login_key: &str) -> Option<UserPoolId> {
        self.own.pool_named_by(login_key).or_else(|| self.aws.pool_named_by(login_key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuers(own: Option<&str>) -> Issuers {
        Issuers::new(&Region::parse("us-east-1").unwrap(), own.map(|own| IssuerBase::parse(own).unwrap()))
    }

    #[test]
    fn a_login_key_is_an_issuer_without_its_scheme_in_either_form() {
        let pool = UserPoolId::parse("us-east-1_AbCdEfGhI").unwrap();
        let issuers = issuers(Some("http://127.0.0.1:9000"));
        assert_eq!(issuers.issuer_of(&pool), "http://127.0.0.1:9000/us-east-1_AbCdEfGhI");
        for host in ["127.0.0.1:9000", "cognito-idp.us-east-1.amazonaws.com"] {
            assert_eq!(issuers.pool_named_by(&format!("{host}/us-east-1_AbCdEfGhI")), Some(pool.clone()));
        }
    }

    #[test]
    fn an_issuer_address_is_a_scheme_and_a_host_and_nothing_behind_it() {
        for address in ["http://localhost", "https://login.example:8443", "http://[::1]:9000"] {
            assert!(IssuerBase::parse(address).is_ok(), "{address}");
        }
        for address in ["login.example", "http://", "http://a/", "http://a/b", "http://a?b", "http://a b"] {
            assert!(IssuerBase::parse(address).is_err(), "{address}");
        }
    }

    #[test]
    fn the_documents_of_a_pool_are_at_the_issuer_only_if_that_is_the_operators_own() {
        let pool = UserPoolId::parse("us-east-1_AbCdEfGhI").unwrap();
        assert_eq!(issuers(None).address_of(&pool), None);
        let aws = "https://cognito-idp.us-east-1.amazonaws.com";
        assert_eq!(issuers(Some(aws)).address_of(&pool), None);
        let own = Some("http://localhost:9000/us-east-1_AbCdEfGhI".to_owned());
        assert_eq!(issuers(Some("http://localhost:9000")).address_of(&pool), own);
    }

    #[test]
    fn tokens_carry_aws_own_form_unless_told_otherwise() {
        let pool = UserPoolId::parse("us-east-1_AbCdEfGhI").unwrap();
        let aws = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";
        assert_eq!(issuers(None).issuer_of(&pool), aws);
    }

    #[test]
    fn a_login_key_that_only_looks_alike_names_no_pool() {
        for key in [
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI/",
            "cognito-idp.us-east-1.amazonaws.com//us-east-1_AbCdEfGhI",
            "cognito-idp.us-east-1.amazonaws.com.evil/us-east-1_AbCdEfGhI",
            "Cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
            "cognito-idp.eu-west-1.amazonaws.com/us-east-1_AbCdEfGhI",
        ] {
            assert_eq!(issuers(None).pool_named_by(key), None, "{key}");
        }
    }
}
