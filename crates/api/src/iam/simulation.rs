//! What the simulations of policies have in common on the wire.

use super::faults::of_simulation;
use super::paging::Asked;
use crate::fault::{Common, Fault};
use crate::members::Nested;
use crate::operation::Permission;
use broker::iam::resource::Resource;
use broker::iam::simulation::{Entry, PrincipalArn, Simulated, Simulation, Source, Verdict};
use domain::records::Breakdown;
use policy::ValueType;
use serde::{Deserialize, Serialize};

/// A condition key that the requests have.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GivenEntry {
    #[serde(default)]
    context_key_name: String,
    #[serde(default)]
    context_key_values: Vec<String>,
    #[serde(default)]
    context_key_type: KeyType,
}

/// What its values are, and whether they may be many.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum KeyType {
    #[default]
    String,
    StringList,
    Numeric,
    NumericList,
    Boolean,
    BooleanList,
    Ip,
    IpList,
    Binary,
    BinaryList,
    Date,
    DateList,
}

impl KeyType {
    const fn read(self) -> (ValueType, bool) {
        match self {
            Self::String => (ValueType::Text, false),
            Self::StringList => (ValueType::Text, true),
            Self::Numeric => (ValueType::Numeric, false),
            Self::NumericList => (ValueType::Numeric, true),
            Self::Boolean => (ValueType::Boolean, false),
            Self::BooleanList => (ValueType::Boolean, true),
            Self::Ip => (ValueType::Address, false),
            Self::IpList => (ValueType::Address, true),
            Self::Binary => (ValueType::Binary, false),
            Self::BinaryList => (ValueType::Binary, true),
            Self::Date => (ValueType::Date, false),
            Self::DateList => (ValueType::Date, true),
        }
    }
}

/// The condition keys as they are decided by.
pub(super) fn entries(given: Vec<Nested<GivenEntry>>) -> Vec<Entry> {
    let entry = |Nested(entry): Nested<GivenEntry>| {
        let (sort, is_list) = entry.context_key_type.read();
        Entry { name: entry.context_key_name, values: entry.context_key_values, sort, is_list }
    };
    given.into_iter().map(entry).collect()
}

/// An action on the user, group or role of this ARN.
pub(super) fn on_principal(action: &'static str, arn: &str) -> Result<Permission, Fault> {
    let resource = match PrincipalArn::parse(arn).map_err(of_simulation)? {
        PrincipalArn::User(arn) => Resource::User(arn.name().clone()),
        PrincipalArn::Group(arn) => Resource::Group(arn.name().clone()),
        PrincipalArn::Role(arn) => Resource::Role(arn.name().clone()),
    };
    Ok(Permission { action, resource, keys: Vec::new() })
}

/// The condition keys that policies look at.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Keys {
    pub(super) context_key_names: Vec<String>,
}

/// A page of what requests would be told.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    evaluation_results: Vec<Evaluation>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Evaluation {
    eval_action_name: String,
    eval_resource_name: String,
    eval_decision: &'static str,
    matched_statements: Vec<Matched>,
    missing_context_values: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary_decision_detail: Option<WithinBoundary>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Matched {
    source_policy_id: String,
    source_policy_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WithinBoundary {
    allowed_by_permissions_boundary: bool,
}

/// Decides the requests of a page, off the threads that answer others: long policies times many requests take their time.
pub(super) async fn decided(simulation: Simulation, asked: Asked) -> Result<Output, Fault> {
    let no_number = || Common::BadMember("Invalid Marker.".to_owned());
    let after = asked.after.as_deref().map(|after| after.parse::<usize>().map_err(|_| no_number()));
    let first = after.transpose()?.map_or(0, |after| after.saturating_add(1));
    let deciding = tokio::task::spawn_blocking(move || {
        let mut found = simulation.page(first, asked.limit.saturating_add(1));
        let marker = asked.cut(&mut found, |(at, _)| at.to_string());
        (found, marker, simulation.missing())
    });
    let ended = deciding.await.map_err(|_| Breakdown::new("the simulation of policies did not end"))?;
    let (found, marker, missing) = ended;
    let evaluation_results = found.into_iter().map(|(_, it)| Evaluation::of(it, &missing)).collect();
    Ok(Output { evaluation_results, is_truncated: marker.is_some(), marker })
}

impl Evaluation {
    fn of(simulated: Simulated, missing: &[String]) -> Self {
        let matched = simulated.matched.into_iter();
        Self {
            eval_action_name: simulated.action,
            eval_resource_name: simulated.resource,
            eval_decision: match simulated.verdict {
                Verdict::Allowed => "allowed",
                Verdict::ExplicitDeny => "explicitDeny",
                Verdict::ImplicitDeny => "implicitDeny",
            },
            matched_statements: matched
                .map(|(by, source)| Matched {
                    source_policy_id: by.policy,
                    source_policy_type: word_of(source),
                })
                .collect(),
            missing_context_values: missing.to_vec(),
            permissions_boundary_decision_detail: simulated
                .within_boundary
                .map(|allowed| WithinBoundary { allowed_by_permissions_boundary: allowed }),
        }
    }
}

/// IAM's word for where a policy comes from.
const fn word_of(source: Source) -> &'static str {
    match source {
        Source::User => "user",
        Source::Group => "group",
        Source::Role => "role",
        Source::AwsManaged => "aws-managed",
        Source::UserManaged => "user-managed",
        Source::Resource => "resource",
        Source::None => "none",
    }
}
