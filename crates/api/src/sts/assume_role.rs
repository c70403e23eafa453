//! AssumeRole: temporary credentials of a role for whoever has others, and whom the role's trust policy lets in.

use super::asked::{Descriptors, Tag, arns, key, passed, role, tags};
use super::faults;
use super::issued::{AssumedRoleUser, Credentials};
use crate::app::App;
use crate::fault::Fault;
use crate::members::Nested;
use crate::operation::{Call, Identified, Operation, Reply};
use broker::iam::assume_role::{Asked, assume_role};
use broker::iam::authenticate::Caller;
use domain::tag::TagKey;
use domain::time::Span;
use serde::{Deserialize, Serialize};

/// A session lives this long if nobody says how long.
const LIFE: Span = Span::from_hours(1);

/// The operation.
pub struct AssumeRole;

/// The role that is asked for, and the session.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_arn: String,
    role_session_name: String,
    policy_arns: Descriptors,
    policy: Option<String>,
    duration_seconds: Option<u32>,
    tags: Option<Vec<Nested<Tag>>>,
    transitive_tag_keys: Option<Vec<String>>,
    external_id: Option<String>,
    serial_number: Option<String>,
    token_code: Option<String>,
    source_identity: Option<String>,
}

/// The credentials, and who acts by them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    credentials: Credentials,
    assumed_role_user: AssumedRoleUser,
    #[serde(skip_serializing_if = "Option::is_none")]
    packed_policy_size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<String>,
}

impl Operation for AssumeRole {
    const NAME: &'static str = "AssumeRole";
    type Input = Input;
    type Output = Output;
    type Access = Identified;

    fn permission(_: &Input) -> Result<(), Fault> {
        Ok(())
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        caller: Caller,
        input: Input,
    ) -> Result<Reply<Output>, Fault> {
        call.notes.parameter("roleArn", input.role_arn.as_str());
        call.notes.parameter("roleSessionName", input.role_session_name.as_str());
        if let Some(source_identity) = &input.source_identity {
            call.notes.parameter("sourceIdentity", source_identity.as_str());
        }
        faults::second_factor(input.serial_number.as_ref(), input.token_code.as_ref())?;
        let role = role(&input.role_arn)?;
        let source_identity = faults::own_source_identity(input.source_identity.as_deref())?;
        let transitive: Vec<TagKey> =
            input.transitive_tag_keys.iter().flatten().map(|text| key(text)).collect::<Result<_, _>>()?;
        let (arns, tags) = (arns(input.policy_arns), tags(input.tags)?);
        let asked = Asked {
            role: &role,
            session_name: &input.role_session_name,
            life: input.duration_seconds.map_or(LIFE, Span::from_secs),
            passed: passed(input.policy.as_ref(), &arns),
            tags: &tags,
            transitive: &transitive,
            external_id: input.external_id.as_deref(),
            source_identity,
            circumstances: &call.circumstances,
        };
        let assuming = app.store.transact(app.entropy.as_ref(), |records, _| {
            assume_role(records, &app.house, &caller, asked, call.now)
        });
        let grant = assuming.await?.map_err(|no| faults::of_role(no, caller.arn(&app.house.account.id)))?;
        let issued = call.notes.issue(app, &grant)?;
        let session = grant.session();
        Ok(Reply::issuing(Output {
            credentials: Credentials::of(&issued),
            assumed_role_user: AssumedRoleUser::of(session),
            packed_policy_size: session.packed_percent(),
            source_identity: session.source_identity.clone(),
        }))
    }
}
