//! Somebody of the account whom a policy names.

use crate::arn::{RoleArn, UserArn};
use crate::iam::id::{RoleId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Somebody whom a policy names by an ARN, and who that was when the policy was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NamedPrincipal {
    /// A role.
    Role {
        /// The ARN in the policy.
        arn: RoleArn,
        /// The role that had it.
        id: RoleId,
    },
    /// A user.
    User {
        /// The ARN in the policy.
        arn: UserArn,
        /// The user who had it.
        id: UserId,
    },
}

impl NamedPrincipal {
    /// The ARN in the policy.
    pub fn arn(&self) -> String {
        match self {
            Self::Role { arn, .. } => arn.to_string(),
            Self::User { arn, .. } => arn.to_string(),
        }
    }
}

/// The text of a policy with other names for some of its principals. One that cannot be read stays so.
pub fn renamed(text: &str, names: &BTreeMap<String, String>) -> String {
    let Ok(mut document) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let one_or_many = |value: &mut Value, each: &mut dyn FnMut(&mut Value)| {
        if let Value::Array(many) = value { many.iter_mut().for_each(each) } else { each(value) }
    };
    let mut rename = |principal: &mut Value| {
        if let Some(name) = principal.as_str().and_then(|known| names.get(known)) {
            *principal = Value::from(name.as_str());
        }
    };
    let mut in_statement = |statement: &mut Value| {
        for element in ["Principal", "NotPrincipal"] {
            if let Some(principals) = statement.get_mut(element).and_then(|all| all.get_mut("AWS")) {
                one_or_many(principals, &mut rename);
            }
        }
    };
    if let Some(statements) = document.get_mut("Statement") {
        one_or_many(statements, &mut in_statement);
    }
    document.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn principals_alone_are_renamed_wherever_they_stand() {
        let names = BTreeMap::from([("a".to_owned(), "id".to_owned())]);
        let statement = |element: &str, principal: Value| json!({ element: { "AWS": principal, "Federated": "a" }, "Condition": { "ArnEquals": { "aws:PrincipalArn": "a" } } });
        let new =
            |document: Value| serde_json::from_str::<Value>(&renamed(&document.to_string(), &names)).unwrap();
        for element in ["Principal", "NotPrincipal"] {
            let one = |principal: Value| json!({ "Statement": statement(element, principal) });
            assert_eq!(new(one(json!("a"))), one(json!("id")));
            assert_eq!(new(one(json!(["b", "a"]))), one(json!(["b", "id"])));
            let many = |principal: Value| json!({ "Statement": [statement(element, json!("b")), statement(element, principal)] });
            assert_eq!(new(many(json!(["a"]))), many(json!(["id"])));
        }
        assert_eq!(
            new(json!({ "Statement": [{ "Principal": "a" }] })),
            json!({ "Statement": [{ "Principal": "a" }] })
        );
        assert_eq!(renamed("{", &names), "{");
    }
}
