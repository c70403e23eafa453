//! A user pool as the API shows it.

use domain::account::Account;
use domain::arn;
use domain::time::Timestamp;
use domain::user_pool::policy::PasswordPolicy;
use domain::user_pool::pool::{UserPool, UserPoolId, UserPoolName};
use domain::user_pool::schema::{Attribute, Kind, STANDARD, SUB};
use serde::Serialize;
use std::collections::BTreeMap;

/// A pool; members that say nothing of what is served are left out.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Shown {
    id: UserPoolId,
    name: UserPoolName,
    policies: ShownPolicies,
    deletion_protection: &'static str,
    lambda_config: Nothing,
    last_modified_date: Timestamp,
    creation_date: Timestamp,
    schema_attributes: Vec<ShownAttribute>,
    mfa_configuration: &'static str,
    arn: String,
}

/// A pool in a listing.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    id: UserPoolId,
    name: UserPoolName,
    lambda_config: Nothing,
    last_modified_date: Timestamp,
    creation_date: Timestamp,
}

/// A structure without members.
#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownPolicies {
    password_policy: ShownPasswordPolicy,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownPasswordPolicy {
    minimum_length: u8,
    require_uppercase: bool,
    require_lowercase: bool,
    require_numbers: bool,
    require_symbols: bool,
    temporary_password_validity_days: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownAttribute {
    name: &'static str,
    attribute_data_type: &'static str,
    developer_only_attribute: bool,
    mutable: bool,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_attribute_constraints: Option<Bounds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_attribute_constraints: Option<Bounds>,
}

/// Bounds by their names; on the wire their values are text.
type Bounds = BTreeMap<&'static str, String>;

impl Shown {
    /// This pool of this account.
    pub(super) fn of(pool: UserPool, account: &Account) -> Self {
        let arn = arn::user_pool(account, &pool.id);
        Self {
            id: pool.id,
            name: pool.name,
            policies: ShownPolicies { password_policy: ShownPasswordPolicy::of(&pool.policy) },
            deletion_protection: "INACTIVE",
            lambda_config: Nothing {},
            last_modified_date: pool.modified,
            creation_date: pool.created,
            schema_attributes: STANDARD.iter().map(ShownAttribute::of).collect(),
            mfa_configuration: "OFF",
            arn,
        }
    }
}

impl Listed {
    /// This pool.
    pub(super) fn of(pool: UserPool) -> Self {
        Self {
            id: pool.id,
            name: pool.name,
            lambda_config: Nothing {},
            last_modified_date: pool.modified,
            creation_date: pool.created,
        }
    }
}

impl ShownPasswordPolicy {
    const fn of(policy: &PasswordPolicy) -> Self {
        Self {
            minimum_length: policy.shortest,
            require_uppercase: policy.needs_upper,
            require_lowercase: policy.needs_lower,
            require_numbers: policy.needs_digit,
            require_symbols: policy.needs_symbol,
            temporary_password_validity_days: policy.temporary_days,
        }
    }
}

impl ShownAttribute {
    fn of(attribute: &Attribute) -> Self {
        let (attribute_data_type, of_number, of_text) = match attribute.kind {
            Kind::Boolean => ("Boolean", None, None),
            Kind::Number => ("Number", Some(Bounds::from([("MinValue", "0".to_owned())])), None),
            Kind::Text { fewest, most } => {
                let bounds = [("MinLength", fewest.to_string()), ("MaxLength", most.to_string())];
                ("String", None, Some(Bounds::from(bounds)))
            }
        };
        let is_sub = attribute.name == SUB;
        Self {
            name: attribute.name,
            attribute_data_type,
            developer_only_attribute: false,
            mutable: !is_sub,
            required: is_sub,
            number_attribute_constraints: of_number,
            string_attribute_constraints: of_text,
        }
    }
}
