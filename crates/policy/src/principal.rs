//! `Principal` and `NotPrincipal`: who a trust or resource policy is about.

use crate::json::Json;
use crate::malformed::{Malformed, excerpt};
use crate::trace::Layer;

/// Who asks, by all the names that trust and resource policies have for callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal<'a> {
    /// Whoever holds a token of this provider: a built-in name as `cognito-identity.amazonaws.com`, or an IAM
    /// provider's ARN.
    Federated(&'a str),
    /// A service of AWS, as `lambda.amazonaws.com`.
    Service(&'a str),
    /// An account's root, which may do everything that no policy of a resource denies.
    Root(Account<'a>),
    /// A user.
    User {
        /// The account.
        account: Account<'a>,
        /// `arn:aws:iam::ACCOUNT:user/path/name`.
        arn: &'a str,
    },
    /// A session of a role.
    RoleSession {
        /// The account.
        account: Account<'a>,
        /// `arn:aws:iam::ACCOUNT:role/path/name`.
        role: &'a str,
        /// `arn:aws:sts::ACCOUNT:assumed-role/name/session`.
        session: &'a str,
        /// The provider whose token took on the role, if it was one's.
        provider: Option<&'a str>,
    },
    /// A session that a user made for somebody else, by `GetFederationToken`.
    FederatedUser {
        /// The account.
        account: Account<'a>,
        /// The user's ARN; `None` if the account's root made it.
        user: Option<&'a str>,
        /// `arn:aws:sts::ACCOUNT:federated-user/name`.
        session: &'a str,
    },
    /// Nobody known.
    Anonymous,
}

/// An account, as policies name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account<'a> {
    /// The twelve digits.
    pub id: &'a str,
    /// The 64 hexadecimal digits that S3 knows it by, if it has them.
    pub canonical_user: Option<&'a str>,
}

impl Principal<'_> {
    /// Whether there can be policies of the caller's own, beside the one that guards what is asked for.
    pub(crate) fn can_carry_policies(&self) -> bool {
        match self {
            Principal::Root(_)
            | Principal::User { .. }
            | Principal::RoleSession { .. }
            | Principal::FederatedUser { .. } => true,
            Principal::Federated(_) | Principal::Service(_) | Principal::Anonymous => false,
        }
    }
}

/// How directly a policy names a caller, and so what its Allow is worth. Source: IAM user guide, "Policy evaluation
/// logic", the table of resource-based policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// AWS documents no answer: an Allow does not reach the caller, a Deny does.
    Perhaps,
    /// The caller's account: its own policies must allow as well.
    Account,
    /// The role or user behind the session: in place of an identity policy.
    Behind,
    /// The caller as it signs: nothing that is silent stands in the way.
    Caller,
}

/// The principals a statement is about.
#[derive(Clone, Debug)]
pub(crate) struct Principals {
    named: Box<[Named]>,
    /// `NotPrincipal`: all but these.
    except: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    /// `*`, which is `{"AWS": "*"}`: every account and nobody, but no federated token.
    Anyone,
    /// An account id, or the ARN of its root.
    Account(Box<str>),
    CanonicalUser(Box<str>),
    Arn(Box<str>),
    Federated(Box<str>),
    Service(Box<str>),
}

impl Principals {
    /// Reads the element of this name, one of `Principal` and `NotPrincipal`.
    pub(crate) fn read(json: Json, element: &'static str) -> Result<Principals, Malformed> {
        const WANTED: &str = "`*` or an object of principal types";
        let except = element == "NotPrincipal";
        let mut types = match json {
            Json::Text(text) if text == "*" => {
                return Ok(Principals { named: [Named::Anyone].into(), except });
            }
            Json::Object(types) => types,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                return Err(Malformed::wrong(element, WANTED));
            }
        };
        let mut named = Vec::new();
        let kinds: [(_, Read); 4] =
            [("AWS", aws), ("Federated", federated), ("Service", service), ("CanonicalUser", canonical_user)];
        for (kind, read) in kinds {
            if let Some(json) = types.take(kind) {
                append(&mut named, json, kind, read)?;
            }
        }
        types.finish("principal type")?;
        if named.is_empty() {
            return Err(Malformed::wrong(element, WANTED));
        }
        Ok(Principals { named: named.into(), except })
    }

    /// How directly the statement is about a caller; `None` if it is not.
    ///
    /// `NotPrincipal` leaves out a caller only if all of its names are listed: session, role or user, and account.
    pub(crate) fn reach(&self, caller: Principal<'_>, layer: Layer) -> Option<Reach> {
        if self.except {
            return (!self.names_all_of(caller)).then_some(Reach::Caller);
        }
        self.named.iter().filter_map(|named| named.reach(caller, layer)).max()
    }

    /// Whether tokens of this issuer are trusted, a built-in one or a provider of some account.
    pub(crate) fn trust_issuer(&self, issuer: &str) -> bool {
        self.named.iter().any(|named| match named {
            Named::Federated(provider) => match provider.split_once(":oidc-provider/") {
                Some((_, url)) => url == issuer,
                None => **provider == *issuer,
            },
            Named::Anyone
            | Named::Account(_)
            | Named::CanonicalUser(_)
            | Named::Arn(_)
            | Named::Service(_) => false,
        })
    }

    /// Whether it names nobody in particular: everybody, or whoever has a token of some provider.
    pub(crate) fn are_open(&self) -> bool {
        self.except || self.named.iter().any(|named| matches!(named, Named::Anyone | Named::Federated(_)))
    }

    /// The ARNs of roles, users and sessions that are named.
    pub(crate) fn arns(&self) -> impl Iterator<Item = &str> {
        self.named.iter().filter_map(|named| match named {
            Named::Arn(arn) => Some(&**arn),
            Named::Anyone
            | Named::Account(_)
            | Named::CanonicalUser(_)
            | Named::Federated(_)
            | Named::Service(_) => None,
        })
    }

    /// The principals as they are listed; `not` stands before them if it is all but these.
    pub(crate) fn shown(&self) -> Vec<String> {
        let not = if self.except { "not " } else { "" };
        let shown = |named: &Named| match named {
            Named::Anyone => format!("{not}*"),
            Named::Account(text) | Named::CanonicalUser(text) | Named::Arn(text) => format!("{not}{text}"),
            Named::Federated(text) => format!("{not}Federated {text}"),
            Named::Service(text) => format!("{not}Service {text}"),
        };
        self.named.iter().map(shown).collect()
    }

    fn names_all_of(&self, caller: Principal<'_>) -> bool {
        let anyone = self.named.contains(&Named::Anyone);
        let arn = |wanted: &str| {
            anyone || self.named.iter().any(|named| matches!(named, Named::Arn(arn) if **arn == *wanted))
        };
        let account = |account| anyone || self.named.iter().any(|named| named.is_account(account));
        match caller {
            Principal::Root(of) => account(of),
            Principal::User { account: of, arn: user } => arn(user) && account(of),
            Principal::RoleSession { account: of, role, session, .. } => {
                arn(session) && arn(role) && account(of)
            }
            Principal::FederatedUser { account: of, user, session } => {
                arn(session) && user.is_none_or(arn) && account(of)
            }
            Principal::Federated(provider) => self.named.contains(&Named::Federated(provider.into())),
            Principal::Service(name) => self.named.contains(&Named::Service(name.into())),
            Principal::Anonymous => anyone,
        }
    }
}

impl Named {
    fn is_account(&self, account: Account<'_>) -> bool {
        match self {
            Named::Account(id) => **id == *account.id,
            Named::CanonicalUser(id) => account.canonical_user == Some(&**id),
            Named::Anyone | Named::Arn(_) | Named::Federated(_) | Named::Service(_) => false,
        }
    }

    fn reach(&self, caller: Principal<'_>, layer: Layer) -> Option<Reach> {
        let when = |holds: bool, reach| holds.then_some(reach);
        match (self, caller) {
            (Named::Anyone, Principal::Federated(_) | Principal::Service(_)) => Some(Reach::Perhaps),
            // A trust policy opens the role to the accounts; whom of theirs, their own policies say.
            (Named::Anyone, _) if layer == Layer::Trust => Some(Reach::Account),
            (Named::Anyone, _) => Some(Reach::Caller),
            (Named::Federated(named), Principal::Federated(provider)) => {
                when(**named == *provider, Reach::Caller)
            }
            (Named::Federated(named), Principal::RoleSession { provider, .. }) => {
                when(provider == Some(&**named), Reach::Perhaps)
            }
            (Named::Service(named), Principal::Service(service)) => when(**named == *service, Reach::Caller),
            (
                Named::Account(_) | Named::CanonicalUser(_),
                Principal::Root(account)
                | Principal::User { account, .. }
                | Principal::RoleSession { account, .. }
                | Principal::FederatedUser { account, .. },
            ) => when(self.is_account(account), Reach::Account),
            (Named::Arn(named), Principal::User { arn, .. }) => when(**named == *arn, Reach::Caller),
            (Named::Arn(named), Principal::RoleSession { role, session, .. }) => {
                when(**named == *session, Reach::Caller).or(when(**named == *role, Reach::Behind))
            }
            (Named::Arn(named), Principal::FederatedUser { user, session, .. }) => {
                when(**named == *session, Reach::Caller).or(when(user == Some(&**named), Reach::Behind))
            }
            (
                Named::Account(_)
                | Named::CanonicalUser(_)
                | Named::Arn(_)
                | Named::Federated(_)
                | Named::Service(_),
                Principal::Federated(_)
                | Principal::Service(_)
                | Principal::Root(_)
                | Principal::User { .. }
                | Principal::RoleSession { .. }
                | Principal::FederatedUser { .. }
                | Principal::Anonymous,
            ) => None,
        }
    }
}

/// How a principal of one type is read; `None` for one that can never be a caller.
type Read = fn(&str) -> Option<Named>;

fn append(named: &mut Vec<Named>, json: Json, kind: &'static str, read: Read) -> Result<(), Malformed> {
    let texts = json.texts(kind)?;
    if texts.is_empty() {
        return Err(Malformed::wrong(kind, "at least one principal"));
    }
    for text in texts {
        named.push(read(&text).ok_or_else(|| Malformed::InvalidPrincipal { kind, value: excerpt(&text) })?);
    }
    Ok(())
}

fn aws(text: &str) -> Option<Named> {
    if text == "*" {
        return Some(Named::Anyone);
    }
    if is_account(text) {
        return Some(Named::Account(text.into()));
    }
    if is_unique_id(text) {
        return Some(Named::Arn(text.into()));
    }
    let (service, account, resource) = arn(text)?;
    match (service, resource.split_once('/')) {
        ("iam", None) if resource == "root" => Some(Named::Account(account.into())),
        ("iam", Some(("user" | "role", _))) => Some(Named::Arn(text.into())),
        ("sts", Some(("assumed-role" | "federated-user", _))) => Some(Named::Arn(text.into())),
        (_, _) => None,
    }
}

/// The ARN of a provider of OpenID Connect may end with a slash, as its issuer then does.
fn federated(text: &str) -> Option<Named> {
    let of_host = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let is_host = text.contains('.') && text.chars().all(of_host);
    let is_provider = || match arn(text.strip_suffix('/').unwrap_or(text)) {
        Some(("iam", _, resource)) => match resource.split_once('/') {
            Some(("oidc-provider", _)) => true,
            Some(("saml-provider", _)) => !text.ends_with('/'),
            Some(_) | None => false,
        },
        Some(_) | None => false,
    };
    (is_host || is_provider()).then(|| Named::Federated(text.into()))
}

/// A service's name ends as those of AWS do; which of them there are is not known here.
fn service(text: &str) -> Option<Named> {
    let of_host = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let name = text.strip_suffix(".amazonaws.com").or_else(|| text.strip_suffix(".amazonaws.com.cn"))?;
    let is_one =
        !name.is_empty() && name.split('.').all(|label| !label.is_empty()) && name.chars().all(of_host);
    is_one.then(|| Named::Service(text.into()))
}

fn canonical_user(text: &str) -> Option<Named> {
    let of_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (text.len() == 64 && text.bytes().all(of_hex)).then(|| Named::CanonicalUser(text.into()))
}

/// Service, account and resource of an ARN of IAM or STS that names one thing, without wildcards or variables.
fn arn(text: &str) -> Option<(&str, &str, &str)> {
    let mut fields = text.splitn(6, ':');
    let mut field = || fields.next();
    let (head, partition, service, region) = (field()?, field()?, field()?, field()?);
    let (account, resource) = (field()?, field()?);
    let one_thing = !text.contains(['*', '?', '$']) && !resource.ends_with('/');
    (head == "arn" && !partition.is_empty() && region.is_empty() && is_account(account) && one_thing)
        .then_some((service, account, resource))
}

/// The unique id of a role or user, which stands in a policy for one that is gone, and so for nobody. Source: IAM user
/// guide, "AWS JSON policy elements: Principal".
fn is_unique_id(text: &str) -> bool {
    let rest = text.strip_prefix("AROA").or_else(|| text.strip_prefix("AIDA"));
    rest.is_some_and(|rest| {
        rest.len() == 17 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Principals, Malformed> {
        Principals::read(Json::parse(text).unwrap(), "Principal")
    }

    fn reach(text: &str, caller: Principal<'_>) -> Option<Reach> {
        read(text).unwrap().reach(caller, Layer::Resource)
    }

    const CANONICAL: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
    const ACCOUNT: Account<'_> = Account { id: "123456789012", canonical_user: Some(CANONICAL) };
    const USER: Principal<'_> =
        Principal::User { account: ACCOUNT, arn: "arn:aws:iam::123456789012:user/app/u" };
    const SESSION: Principal<'_> = Principal::RoleSession {
        account: ACCOUNT,
        role: "arn:aws:iam::123456789012:role/app/r",
        session: "arn:aws:sts::123456789012:assumed-role/r/s",
        provider: Some("cognito-identity.amazonaws.com"),
    };
    const FEDERATED_USER: Principal<'_> = Principal::FederatedUser {
        account: ACCOUNT,
        user: Some("arn:aws:iam::123456789012:user/app/u"),
        session: "arn:aws:sts::123456789012:federated-user/f",
    };
    const COGNITO: Principal<'_> = Principal::Federated("cognito-identity.amazonaws.com");

    #[test]
    fn a_unique_id_is_nobody_who_could_ask() {
        let text = r#"{"AWS":["AROAAAAAAAAAAAAAAAAAA","AIDA23456789012345678"]}"#;
        for caller in [Principal::Root(ACCOUNT), USER, SESSION, FEDERATED_USER, COGNITO, Principal::Anonymous]
        {
            assert_eq!(reach(text, caller), None);
        }
        for no in ["AROA", "AROAaaaaaaaaaaaaaaaaa", "ANPAAAAAAAAAAAAAAAAAA", "AROAAAAAAAAAAAAAAAAAA*"] {
            assert!(read(&format!(r#"{{"AWS":"{no}"}}"#)).is_err(), "{no}");
        }
    }

    #[test]
    fn an_account_is_its_id_or_its_root_or_its_canonical_user() {
        for text in [
            r#"{"AWS":"123456789012"}"#.to_owned(),
            r#"{"AWS":["arn:aws:iam::123456789012:root"]}"#.to_owned(),
            format!(r#"{{"CanonicalUser":"{CANONICAL}"}}"#),
        ] {
            for caller in [Principal::Root(ACCOUNT), USER, SESSION, FEDERATED_USER] {
                assert_eq!(reach(&text, caller), Some(Reach::Account), "{text}");
            }
            let stranger = Account { id: "210987654321", canonical_user: None };
            let arn = "arn:aws:iam::210987654321:user/u";
            assert_eq!(reach(&text, Principal::User { account: stranger, arn }), None);
            assert_eq!(reach(&text, Principal::Anonymous), None);
            assert_eq!(reach(&text, COGNITO), None);
        }
    }

    #[test]
    fn an_arn_is_the_caller_or_who_is_behind_it() {
        for (arn, caller, expected) in [
            ("arn:aws:iam::123456789012:user/app/u", USER, Some(Reach::Caller)),
            ("arn:aws:iam::123456789012:user/app/U", USER, None),
            ("arn:aws:iam::123456789012:user/u", USER, None),
            ("arn:aws:iam::123456789012:role/app/r", SESSION, Some(Reach::Behind)),
            ("arn:aws:sts::123456789012:assumed-role/r/s", SESSION, Some(Reach::Caller)),
            ("arn:aws:sts::123456789012:assumed-role/r/t", SESSION, None),
            ("arn:aws:iam::123456789012:user/app/u", FEDERATED_USER, Some(Reach::Behind)),
            ("arn:aws:sts::123456789012:federated-user/f", FEDERATED_USER, Some(Reach::Caller)),
        ] {
            assert_eq!(reach(&format!(r#"{{"AWS":"{arn}"}}"#), caller), expected, "{arn}");
        }
        let both = r#"{"AWS":["123456789012","arn:aws:iam::123456789012:role/app/r"]}"#;
        assert_eq!(reach(both, SESSION), Some(Reach::Behind));
    }

    #[test]
    fn a_star_is_everyone_but_surely_no_federated_token() {
        for text in [r#""*""#, r#"{"AWS":"*"}"#] {
            for caller in [Principal::Root(ACCOUNT), USER, SESSION, FEDERATED_USER, Principal::Anonymous] {
                assert_eq!(reach(text, caller), Some(Reach::Caller));
                assert_eq!(read(text).unwrap().reach(caller, Layer::Trust), Some(Reach::Account));
            }
            assert_eq!(reach(text, COGNITO), Some(Reach::Perhaps));
            assert_eq!(reach(text, Principal::Service("lambda.amazonaws.com")), Some(Reach::Perhaps));
        }
    }

    #[test]
    fn a_provider_or_a_service_is_itself_only() {
        let arn = "arn:aws:iam::123456789012:oidc-provider/idp.example.com/realms/a";
        let text =
            format!(r#"{{"Federated":["accounts.google.com","{arn}"],"Service":"lambda.amazonaws.com"}}"#);
        for caller in [
            Principal::Federated(arn),
            Principal::Federated("accounts.google.com"),
            Principal::Service("lambda.amazonaws.com"),
        ] {
            assert_eq!(reach(&text, caller), Some(Reach::Caller));
        }
        for caller in [COGNITO, Principal::Service("s3.amazonaws.com"), USER, SESSION] {
            assert_eq!(reach(&text, caller), None);
        }
        assert!(read(&text).unwrap().trust_issuer("idp.example.com/realms/a"));
        let slash = "arn:aws:iam::123456789012:oidc-provider/tenant.auth0.com/";
        let text = format!(r#"{{"Federated":"{slash}"}}"#);
        assert_eq!(reach(&text, Principal::Federated(slash)), Some(Reach::Caller));
        assert_eq!(reach(&text, Principal::Federated(slash.strip_suffix('/').unwrap())), None);
        let cognito = r#"{"Federated":"cognito-identity.amazonaws.com"}"#;
        assert_eq!(reach(cognito, SESSION), Some(Reach::Perhaps));
    }

    #[test]
    fn not_principal_leaves_out_whom_it_names_in_full() {
        let except = |names: &[&str], caller| {
            let json = Json::parse(&format!(r#"{{"AWS":["{}"]}}"#, names.join(r#"",""#))).unwrap();
            Principals::read(json, "NotPrincipal").unwrap().reach(caller, Layer::Resource).is_none()
        };
        let (account, role) = ("123456789012", "arn:aws:iam::123456789012:role/app/r");
        let (session, user) =
            ("arn:aws:sts::123456789012:assumed-role/r/s", "arn:aws:iam::123456789012:user/app/u");
        let federated = "arn:aws:sts::123456789012:federated-user/f";
        assert!(except(&[account, role, session], SESSION));
        assert!(except(&[account, user], USER) && except(&[account], Principal::Root(ACCOUNT)));
        assert!(except(&[account, user, federated], FEDERATED_USER));
        for names in [vec![account], vec![role, session], vec![account, role], vec![account, session]] {
            assert!(!except(&names, SESSION), "{names:?}");
        }
        assert!(!except(&[user], USER) && !except(&[account, federated], FEDERATED_USER));
        assert!(except(&["*"], SESSION) && except(&["*"], Principal::Anonymous));
        assert!(!except(&[account], Principal::Anonymous) && !except(&["*"], COGNITO));
    }

    #[test]
    fn principals_that_can_never_be_are_refused() {
        for value in [
            r#""AWS":"""#,
            r#""AWS":"12345678901""#,
            r#""AWS":"arn:aws:iam::123456789012:role/*""#,
            r#""AWS":"arn:aws:iam::123456789012:role/""#,
            r#""AWS":"arn:aws:iam::123456789012:group/g""#,
            r#""AWS":"arn:aws:s3:::b""#,
            r#""AWS":"arn:aws:iam::*:root""#,
            r#""AWS":"AROAEXAMPLE""#,
            r#""Federated":"*""#,
            r#""Federated":"google""#,
            r#""Federated":"arn:aws:iam::123456789012:role/r""#,
            r#""Federated":"arn:aws:iam::123456789012:oidc-provider/""#,
            r#""Federated":"arn:aws:iam::123456789012:oidc-provider/a.example//""#,
            r#""Federated":"arn:aws:iam::123456789012:saml-provider/idp/""#,
            r#""Federated":"*.amazonaws.com""#,
            r#""Service":"*""#,
            r#""Service":"lambda""#,
            r#""Service":".amazonaws.com""#,
            r#""Service":"*.amazonaws.com""#,
            r#""Service":"lambda.example.com""#,
            r#""CanonicalUser":"123456789012""#,
        ] {
            let expected = format!("Invalid principal in policy: {value}");
            assert_eq!(read(&format!("{{{value}}}")).unwrap_err().to_string(), expected);
        }
        for text in [r#""AWS""#, "{}", r#"{"AWS":[]}"#, r#"{"AWS":1}"#, "[]", "null", r#"{"aws":"*"}"#] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
