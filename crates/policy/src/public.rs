//! Whether the policy of a resource lets in everybody.

use crate::document::Document;
use crate::principal::Principals;
use crate::statement::{Effect, Statement};

/// The condition keys whose fixed values keep a statement from letting in everybody, in lower case.
/// Source: S3 user guide, "The meaning of "public"".
const KEYS: [&str; 14] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:username",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

impl Document {
    /// Whether one of its statements allows something to nobody in particular, as S3 tells it.
    pub fn is_public(&self) -> bool {
        self.statements().iter().any(Statement::is_public)
    }
}

impl Statement {
    fn is_public(&self) -> bool {
        self.effect() == Effect::Allow
            && self.principals().is_some_and(Principals::are_open)
            && !self.conditions().iter().any(|condition| condition.fixes_one_of(&KEYS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Kind;

    fn is_public(principal: &str, condition: &str) -> bool {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject",
                "Resource":"arn:aws:s3:::b/*","Condition":{{{condition}}}}}}}"#
        );
        Document::parse(&text, Kind::Resource).unwrap().is_public()
    }

    #[test]
    fn who_is_named_is_not_everybody() {
        for principal in [
            r#"{"AWS":"123456789012"}"#,
            r#"{"AWS":["arn:aws:iam::123456789012:role/r"]}"#,
            r#"{"Service":"logging.s3.amazonaws.com"}"#,
        ] {
            assert!(!is_public(principal, ""), "{principal}");
        }
        for principal in
            [r#""*""#, r#"{"AWS":["123456789012","*"]}"#, r#"{"Federated":"graph.facebook.com"}"#]
        {
            assert!(is_public(principal, ""), "{principal}");
        }
    }

    #[test]
    fn only_fixed_values_of_some_keys_keep_everybody_out() {
        for (condition, expected) in [
            (r#""StringEquals":{"aws:PrincipalAccount":"123456789012"}"#, false),
            (r#""StringEquals":{"aws:PrincipalAccount":["123456789012","210987654321"]}"#, false),
            (r#""ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/r"}"#, false),
            (r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/*"}"#, true),
            (r#""StringLike":{"aws:SourceVpc":"vpc-*"}"#, true),
            (r#""StringLike":{"aws:SourceVpc":"vpc-91237329"}"#, false),
            (r#""StringEquals":{"aws:userid":"${aws:PrincipalTag/id}"}"#, true),
            (r#""StringEqualsIfExists":{"aws:PrincipalAccount":"123456789012"}"#, true),
            (r#""StringNotEquals":{"aws:PrincipalAccount":"123456789012"}"#, true),
            (r#""IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]}"#, false),
            (r#""IpAddress":{"aws:SourceIp":["203.0.113.0/24","0.0.0.0/1"]}"#, true),
            (r#""IpAddress":{"aws:SourceIp":"2000::/8"}"#, true),
            (r#""NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, true),
            (r#""StringEquals":{"aws:Referer":"https://example.com"}"#, true),
            (r#""Bool":{"aws:SecureTransport":"true"}"#, true),
            (r#""Null":{"aws:PrincipalArn":"false"}"#, true),
        ] {
            assert_eq!(is_public(r#""*""#, condition), expected, "{condition}");
        }
    }
}
