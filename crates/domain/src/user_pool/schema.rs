//! The attributes that every user pool knows, and what their values may be.

use crate::user_pool::user::AttributeName;

/// An attribute of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What its values are; on the wire all are text.
    pub kind: Kind,
}

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text with so many characters.
    Text {
        /// The fewest.
        fewest: u16,
        /// The most.
        most: u16,
    },
    /// `true` or `false`.
    Boolean,
    /// A whole number that is not negative.
    Number,
}

/// The name of the attribute that is drawn, never given, and never changes.
pub const SUB: &str = "sub";

const TEXT: Kind = Kind::Text { fewest: 0, most: 2048 };

/// The standard attributes, those of OpenID Connect, in AWS's order. Source: Cognito developer guide, "Working with user
/// attributes".
pub const STANDARD: [Attribute; 20] = [
    Attribute { name: SUB, kind: Kind::Text { fewest: 1, most: 2048 } },
    Attribute { name: "name", kind: TEXT },
    Attribute { name: "given_name", kind: TEXT },
    Attribute { name: "family_name", kind: TEXT },
    Attribute { name: "middle_name", kind: TEXT },
    Attribute { name: "nickname", kind: TEXT },
    Attribute { name: "preferred_username", kind: TEXT },
    Attribute { name: "profile", kind: TEXT },
    Attribute { name: "picture", kind: TEXT },
    Attribute { name: "website", kind: TEXT },
    Attribute { name: "email", kind: TEXT },
    Attribute { name: "email_verified", kind: Kind::Boolean },
    Attribute { name: "gender", kind: TEXT },
    Attribute { name: "birthdate", kind: Kind::Text { fewest: 10, most: 10 } },
    Attribute { name: "zoneinfo", kind: TEXT },
    Attribute { name: "locale", kind: TEXT },
    Attribute { name: "phone_number", kind: TEXT },
    Attribute { name: "phone_number_verified", kind: Kind::Boolean },
    Attribute { name: "address", kind: TEXT },
    Attribute { name: "updated_at", kind: Kind::Number },
];

/// Why an attribute cannot have a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadValue {
    /// It is no email address.
    #[error("Invalid email address format.")]
    Email,
    /// It is no phone number in the form of E.164, a plus sign and digits.
    #[error("Invalid phone number format.")]
    PhoneNumber,
    /// It is not what the schema says; the text names the attribute.
    #[error("Attributes did not conform to the schema: {0}")]
    Schema(String),
}

/// A value as the attribute of this name keeps it.
pub fn conform(name: &AttributeName, value: &str) -> Result<String, BadValue> {
    let bad = |what: String| Err(BadValue::Schema(format!("{name}: {what}")));
    // A custom attribute is text until pools have schemas of their own.
    let kind =
        STANDARD.iter().find(|attribute| attribute.name == name.as_str()).map_or(TEXT, |found| found.kind);
    match kind {
        Kind::Boolean => match value.to_ascii_lowercase().as_str() {
            flag @ ("true" | "false") => Ok(flag.to_owned()),
            _ => bad("the value must be true or false".to_owned()),
        },
        Kind::Number => match value.parse::<u64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => bad("the value must be a whole number".to_owned()),
        },
        Kind::Text { fewest, most } => {
            let length = value.chars().count();
            if length < usize::from(fewest) || length > usize::from(most) {
                return bad(format!("the value must have {fewest} to {most} characters"));
            }
            match name.as_str() {
                "email" if !is_email(value) => Err(BadValue::Email),
                "phone_number" if !is_phone_number(value) => Err(BadValue::PhoneNumber),
                _ => Ok(value.to_owned()),
            }
        }
    }
}

fn is_email(text: &str) -> bool {
    let is_plain = |character: char| !character.is_whitespace() && !character.is_control();
    text.chars().all(is_plain)
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conformed(name: &str, value: &str) -> Result<String, BadValue> {
        conform(&AttributeName::parse(name).unwrap(), value)
    }

    #[test]
    fn values_are_what_their_attribute_says() {
        for (name, value, kept) in [
            ("name", "Älice", "Älice"),
            ("email", "alice@example.com", "alice@example.com"),
            ("phone_number", "+15555550100", "+15555550100"),
            ("email_verified", "True", "true"),
            ("phone_number_verified", "false", "false"),
            ("updated_at", "0017", "17"),
            ("birthdate", "2000-01-02", "2000-01-02"),
            ("custom:level", "anything", "anything"),
        ] {
            assert_eq!(conformed(name, value).as_deref(), Ok(kept), "{name}");
        }
    }

    #[test]
    fn values_that_are_not_are_refused() {
        for value in ["alice", "@example.com", "alice@", "a@b@c", "a b@c", "a@b\n"] {
            assert_eq!(conformed("email", value), Err(BadValue::Email), "{value}");
        }
        for value in ["15555550100", "+", "+1 555", "+1234567890123456", "+١٢٣"] {
            assert_eq!(conformed("phone_number", value), Err(BadValue::PhoneNumber), "{value}");
        }
        let long = "x".repeat(2049);
        for (name, value) in [
            ("email_verified", "yes"),
            ("updated_at", "-1"),
            ("updated_at", "soon"),
            ("birthdate", "2000-1-2"),
            ("name", long.as_str()),
        ] {
            assert!(matches!(conformed(name, value), Err(BadValue::Schema(_))), "{name} {value}");
        }
    }
}
