//! A user's attributes as the API takes and shows them.

use crate::fault::{Common, Fault};
use domain::user_pool::schema::SUB;
use domain::user_pool::user::{AttributeName, User};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An attribute on the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Attribute {
    name: String,
    value: Option<String>,
}

/// A user's attributes: `sub` first, then those that were given.
pub(super) fn shown(user: &User) -> Vec<Attribute> {
    let attribute =
        |name: &str, value: &str| Attribute { name: name.to_owned(), value: Some(value.to_owned()) };
    let given = user.attributes.iter().map(|(name, value)| attribute(name.as_str(), value));
    std::iter::once(attribute(SUB, &user.sub)).chain(given).collect()
}

/// Reads the attributes of a new user. One without a value is not set.
pub(super) fn read(given: Vec<Attribute>) -> Result<BTreeMap<AttributeName, String>, Fault> {
    let mut attributes = BTreeMap::new();
    for Attribute { name, value } in given {
        let known = AttributeName::parse(&name).ok().filter(|name| !name.is_custom());
        let Some(known) = known else {
            let short: String = name.chars().take(100).collect();
            let what = format!("{short}: Attribute does not exist in the schema.");
            return Err(Common::BadMember(format!("Attributes did not conform to the schema: {what}")).into());
        };
        let value = value.filter(|value| !value.is_empty());
        if let Some(value) = value
            && attributes.insert(known, value).is_some()
        {
            return Err(Common::BadMember(format!("the attribute {name} is given twice")).into());
        }
    }
    Ok(attributes)
}
