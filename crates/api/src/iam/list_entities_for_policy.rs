//! ListEntitiesForPolicy: who carries a managed policy, page by page.

use super::faults::of_policy;
use super::given::GivenArn;
use super::on_policy;
use super::paging::Asked;
use super::usage::GivenUsage;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::managed_policies;
use broker::iam::policy_listing::{self, Carrier, WantedCarriers};
use domain::iam::entity::Entity;
use domain::iam::group::GroupName;
use domain::iam::id::{GroupId, RoleId, UserId};
use domain::iam::role::RoleName;
use domain::iam::user::UserName;
use domain::records::Stop;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListEntitiesForPolicy;

/// Which policy, whom of those who carry it, and which page of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: GivenArn,
    entity_filter: Option<EntityFilter>,
    path_prefix: Option<String>,
    policy_usage_filter: Option<GivenUsage>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// What those must be who are looked for.
#[derive(Clone, Copy, Deserialize)]
enum EntityFilter {
    /// Users.
    User,
    /// Roles.
    Role,
    /// Groups.
    Group,
    /// A word of the model for another operation; no policy carries one.
    LocalManagedPolicy,
    /// A word of the model for another operation; no policy carries one.
    #[serde(rename = "AWSManagedPolicy")]
    AwsManagedPolicy,
}

impl EntityFilter {
    fn rule(self) -> fn(&Entity) -> bool {
        match self {
            Self::Role => |entity| matches!(entity, Entity::Role(_)),
            Self::User => |entity| matches!(entity, Entity::User(_)),
            Self::Group => |entity| matches!(entity, Entity::Group(_)),
            Self::LocalManagedPolicy | Self::AwsManagedPolicy => |_| false,
        }
    }
}

/// A page of those who carry it.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_groups: Vec<PolicyGroup>,
    policy_users: Vec<PolicyUser>,
    policy_roles: Vec<PolicyRole>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

/// A role that carries it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyRole {
    role_name: RoleName,
    role_id: RoleId,
}

/// A user who carries it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyUser {
    user_name: UserName,
    user_id: UserId,
}

/// A group that carries it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyGroup {
    group_name: GroupName,
    group_id: GroupId,
}

impl Operation for ListEntitiesForPolicy {
    const NAME: &'static str = "ListEntitiesForPolicy";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_policy("iam:ListEntitiesForPolicy", input.policy_arn.policy()?))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let arn = input.policy_arn.policy()?;
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let wanted = WantedCarriers {
            entity: input.entity_filter.map_or(|_| true, EntityFilter::rule),
            path_prefix: input.path_prefix.as_deref().unwrap_or("/"),
            carrying_as: input.policy_usage_filter.map(Into::into),
        };
        let listing = app.store.transact(app.entropy.as_ref(), |records, _| {
            managed_policies::find(records, arn)?;
            let (after, limit) = (asked.after.as_deref(), asked.limit);
            policy_listing::carriers(records, arn, &wanted, after, limit).map_err(Stop::Unready)
        });
        let mut found = listing.await?.map_err(of_policy)?;
        let marker = asked.cut(&mut found, Carrier::key);
        let mut output = Output { is_truncated: marker.is_some(), marker, ..Output::default() };
        for carrier in found {
            match carrier {
                Carrier::Role(role) => {
                    output.policy_roles.push(PolicyRole { role_name: role.name, role_id: role.id });
                }
                Carrier::User(user) => {
                    output.policy_users.push(PolicyUser { user_name: user.name, user_id: user.id });
                }
                Carrier::Group(group) => {
                    output.policy_groups.push(PolicyGroup { group_name: group.name, group_id: group.id });
                }
            }
        }
        Ok(Reply::of(output))
    }
}
