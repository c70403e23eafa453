//! `Principal`: who a trust or resource policy is about.

use crate::json::Json;
use crate::malformed::{Malformed, excerpt};

/// Who asks, as a trust or resource policy names callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalName<'a> {
    /// A token's provider: a built-in name as `cognito-identity.amazonaws.com`, or an IAM provider's ARN.
    Federated(&'a str),
    /// A caller with credentials of an account.
    Aws {
        /// The twelve digits.
        account: &'a str,
        /// The ARN the statement must name.
        arn: &'a str,
    },
    /// Nobody known.
    Anonymous,
}

/// The principals a statement is about.
#[derive(Clone, Debug)]
pub(crate) struct Principals(Box<[Named]>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    /// `*`, which is `{"AWS": "*"}`: every account and nobody, but no federated token.
    Anyone,
    /// An account id, or the ARN of its root.
    Account(Box<str>),
    Arn(Box<str>),
    Federated(Box<str>),
}

pub(crate) const COGNITO_IDENTITY: &str = "cognito-identity.amazonaws.com";

impl Principals {
    pub(crate) fn read(json: Json) -> Result<Principals, Malformed> {
        const WANTED: &str = "`*` or an object of principal types";
        let mut types = match json {
            Json::Text(text) if text == "*" => return Ok(Principals([Named::Anyone].into())),
            Json::Object(types) => types,
            Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Text(_) | Json::List(_) => {
                return Err(Malformed::wrong("Principal", WANTED));
            }
        };
        let mut named = Vec::new();
        if let Some(json) = types.take("AWS") {
            append(&mut named, json, "AWS", aws)?;
        }
        if let Some(json) = types.take("Federated") {
            append(&mut named, json, "Federated", federated)?;
        }
        types.finish("principal type")?;
        if named.is_empty() {
            Err(Malformed::wrong("Principal", WANTED))
        } else {
            Ok(Principals(named.into()))
        }
    }

    pub(crate) fn include(&self, caller: PrincipalName<'_>) -> bool {
        self.0.iter().any(|named| match (named, caller) {
            (Named::Anyone, PrincipalName::Aws { .. } | PrincipalName::Anonymous) => true,
            (Named::Account(id), PrincipalName::Aws { account, .. }) => **id == *account,
            (Named::Arn(named), PrincipalName::Aws { arn, .. }) => **named == *arn,
            (Named::Federated(named), PrincipalName::Federated(provider)) => **named == *provider,
            (
                Named::Anyone | Named::Account(_) | Named::Arn(_) | Named::Federated(_),
                PrincipalName::Federated(_) | PrincipalName::Aws { .. } | PrincipalName::Anonymous,
            ) => false,
        })
    }

    pub(crate) fn include_identity_pools(&self) -> bool {
        self.include(PrincipalName::Federated(COGNITO_IDENTITY))
    }
}

fn append(
    named: &mut Vec<Named>,
    json: Json,
    kind: &'static str,
    read: fn(&str) -> Option<Named>,
) -> Result<(), Malformed> {
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
    let (service, account, resource) = arn(text)?;
    match (service, resource.split_once('/')) {
        ("iam", None) if resource == "root" => Some(Named::Account(account.into())),
        ("iam", Some(("user" | "role", _))) => Some(Named::Arn(text.into())),
        ("sts", Some(("assumed-role" | "federated-user", _))) => Some(Named::Arn(text.into())),
        (_, _) => None,
    }
}

fn federated(text: &str) -> Option<Named> {
    let of_host = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let is_host = text.contains('.') && text.chars().all(of_host);
    let is_provider = || {
        matches!(arn(text), Some(("iam", _, resource))
            if matches!(resource.split_once('/'), Some(("oidc-provider" | "saml-provider", _))))
    };
    (is_host || is_provider()).then(|| Named::Federated(text.into()))
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

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Principals, Malformed> {
        Principals::read(Json::parse(text).unwrap())
    }

    const ROLE: PrincipalName<'_> =
        PrincipalName::Aws { account: "123456789012", arn: "arn:aws:iam::123456789012:role/app/r" };

    #[test]
    fn an_account_is_its_id_or_its_root() {
        for text in [r#"{"AWS":"123456789012"}"#, r#"{"AWS":["arn:aws:iam::123456789012:root"]}"#] {
            assert!(read(text).unwrap().include(ROLE), "{text}");
            assert!(!read(text).unwrap().include(PrincipalName::Aws { account: "210987654321", arn: "x" }));
            assert!(!read(text).unwrap().include(PrincipalName::Anonymous));
        }
    }

    #[test]
    fn an_arn_is_one_caller() {
        let principals = read(r#"{"AWS":"arn:aws:iam::123456789012:role/app/r"}"#).unwrap();
        assert!(principals.include(ROLE));
        let other =
            PrincipalName::Aws { account: "123456789012", arn: "arn:aws:iam::123456789012:role/app/R" };
        assert!(!principals.include(other));
    }

    #[test]
    fn a_star_is_everyone_but_no_federated_token() {
        for text in [r#""*""#, r#"{"AWS":"*"}"#] {
            let anyone = read(text).unwrap();
            assert!(anyone.include(ROLE) && anyone.include(PrincipalName::Anonymous));
            assert!(!anyone.include(PrincipalName::Federated(COGNITO_IDENTITY)));
        }
    }

    #[test]
    fn a_federated_principal_is_one_provider() {
        let arn = "arn:aws:iam::123456789012:oidc-provider/idp.example.com/realms/a";
        let text = format!(r#"{{"Federated":["accounts.google.com","{arn}"]}}"#);
        assert!(read(&text).unwrap().include(PrincipalName::Federated(arn)));
        assert!(read(&text).unwrap().include(PrincipalName::Federated("accounts.google.com")));
        assert!(!read(&text).unwrap().include(PrincipalName::Federated(COGNITO_IDENTITY)));
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
            r#""Federated":"*""#,
            r#""Federated":"google""#,
            r#""Federated":"arn:aws:iam::123456789012:role/r""#,
            r#""Federated":"*.amazonaws.com""#,
        ] {
            let expected = format!("Invalid principal in policy: {value}");
            assert_eq!(read(&format!("{{{value}}}")).unwrap_err().to_string(), expected);
        }
        for text in [
            r#""AWS""#,
            "{}",
            r#"{"AWS":[]}"#,
            r#"{"AWS":1}"#,
            "[]",
            "null",
            r#"{"Service":"x.amazonaws.com"}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
