//! Role mappings as the API shows and takes them.

use crate::fault::{Common, Fault};
use domain::arn::RoleArn;
use domain::identity_pool::role_mapping::{MatchType, RoleMapping, RoleSource, Rule, WhenAmbiguous};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The mapping of one provider.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Mapping {
    r#type: Type,
    #[serde(skip_serializing_if = "Option::is_none")]
    ambiguous_role_resolution: Option<WhenAmbiguous>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules_configuration: Option<Rules>,
}

#[derive(Deserialize, Serialize)]
enum Type {
    Token,
    Rules,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Rules {
    rules: Vec<ShownRule>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownRule {
    claim: String,
    match_type: MatchType,
    value: String,
    #[serde(rename = "RoleARN")]
    role: RoleArn,
}

/// The mappings that are asked for, by their providers.
pub(super) fn read(asked: BTreeMap<String, Mapping>) -> Result<BTreeMap<String, RoleMapping>, Fault> {
    let one = |(provider, mapping): (String, Mapping)| match mapping.read() {
        Ok(mapping) => Ok((provider, mapping)),
        Err(no) => Err(Common::BadMember(format!("the role mapping of {provider} {no}")).into()),
    };
    asked.into_iter().map(one).collect()
}

/// Mappings as they are shown.
pub(super) fn shown(mappings: BTreeMap<String, RoleMapping>) -> BTreeMap<String, Mapping> {
    mappings.into_iter().map(|(provider, mapping)| (provider, Mapping::of(mapping))).collect()
}

impl Mapping {
    fn read(self) -> Result<RoleMapping, &'static str> {
        let source = match (self.r#type, self.rules_configuration) {
            (Type::Token, None) => RoleSource::Token,
            (Type::Rules, Some(Rules { rules })) => {
                RoleSource::Rules(rules.into_iter().map(ShownRule::read).collect())
            }
            (Type::Token, Some(_)) => return Err("is of the type Token and has a RulesConfiguration"),
            (Type::Rules, None) => return Err("is of the type Rules and has no RulesConfiguration"),
        };
        let ambiguous = self.ambiguous_role_resolution.ok_or("has no AmbiguousRoleResolution")?;
        Ok(RoleMapping { source, ambiguous })
    }

    fn of(mapping: RoleMapping) -> Self {
        let (r#type, rules_configuration) = match mapping.source {
            RoleSource::Token => (Type::Token, None),
            RoleSource::Rules(rules) => {
                (Type::Rules, Some(Rules { rules: rules.into_iter().map(ShownRule::of).collect() }))
            }
        };
        Self { r#type, ambiguous_role_resolution: Some(mapping.ambiguous), rules_configuration }
    }
}

impl ShownRule {
    fn read(self) -> Rule {
        let Self { claim, match_type, value, role } = self;
        Rule { claim, match_type, value, role }
    }

    fn of(rule: Rule) -> Self {
        let Rule { claim, match_type, value, role } = rule;
        Self { claim, match_type, value, role }
    }
}
