//! What the values of a condition key are, where somebody says it.

use crate::address::address;
use crate::moment::moment;
use crate::number::Decimal;
use crate::operator::{boolean, bytes};

/// What the values of a condition key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Any text.
    Text,
    /// A number.
    Numeric,
    /// `true` or `false`.
    Boolean,
    /// An address of IPv4 or IPv6.
    Address,
    /// Bytes in base64.
    Binary,
    /// A moment, as ISO 8601 writes it or in seconds since 1970.
    Date,
}

impl ValueType {
    /// Whether a text is such a value, as conditions read it.
    pub fn is_of(self, text: &str) -> bool {
        match self {
            ValueType::Text => true,
            ValueType::Numeric => Decimal::parse(text).is_some(),
            ValueType::Boolean => boolean(text).is_some(),
            ValueType::Address => address(text).is_some(),
            ValueType::Binary => bytes(text).is_some(),
            ValueType::Date => moment(text).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Kind};

    #[test]
    fn a_value_is_of_a_type_if_conditions_can_read_it_as_that() {
        use ValueType::{Address, Binary, Boolean, Date, Numeric, Text};
        let all = [Text, Numeric, Boolean, Address, Binary, Date];
        let of = |text| all.into_iter().filter(|sort| sort.is_of(text)).collect::<Vec<_>>();
        assert_eq!(of("a b"), [Text]);
        assert_eq!(of("-1.5"), [Text, Numeric]);
        assert_eq!(of("true"), [Text, Boolean, Binary]);
        assert_eq!(of("10.0.0.1"), [Text, Address]);
        assert_eq!(of("2026-01-02T03:04:05Z"), [Text, Date]);
    }

    #[test]
    fn the_keys_of_a_document_are_those_of_conditions_and_of_variables() {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*",
            "Resource":["arn:aws:s3:::b/${aws:UserName}/*","arn:a*:s3:::c/${aws:userid}"],
            "Condition":{"StringLike":{"s3:Prefix":"${aws:PrincipalTag/Team, 'x'}"},"Null":{"aws:TokenIssueTime":true},
            "ArnLike":{"aws:PrincipalArn":"arn:aws:iam::1:user/${k:v}"}}}}"#;
        let document = Document::parse(text, Kind::Identity).unwrap();
        let keys: Vec<_> = document.keys().into_iter().collect();
        let expected = [
            "aws:principalarn",
            "aws:principaltag/team",
            "aws:tokenissuetime",
            "aws:userid",
            "aws:username",
            "k:v",
            "s3:prefix",
        ];
        assert_eq!(keys, expected);
    }
}
