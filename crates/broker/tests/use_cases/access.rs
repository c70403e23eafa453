//! What a caller may do.

use crate::client::{Held, ring};
use crate::desk::{Desk, alice, circumstances, proven};
use broker::iam::access::{AccessDecision, AccessRefused, Asking, Question, authorize};
use broker::iam::authenticate::Caller;
use broker::iam::resource::{Key, Resource};
use domain::arn::IdentityPoolArn;
use domain::iam::role::{PolicyName, Role};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::records::{IdentityPools, Roles, Stop};
use domain::tag::{TagKey, TagValue, Tags};
use login::VerifiedLogin;
use policy::{Denial, Layer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use store::records::Records;
use testkit::iam::{document, guest_role, signed_in_role};
use testkit::identity_pool::{identity_pool, identity_pool_id, signed_in};
use testkit::{NOW, account};

pub(crate) const SILENT_ROLE: Option<Layer> = Some(Layer::Identity);
const SILENT_SESSION: Option<Layer> = Some(Layer::Session);

/// The layer that denied something because it was silent.
pub(crate) fn silent<T>(answer: &Result<T, AccessRefused>) -> Option<Layer> {
    match answer {
        Err(AccessRefused::Denied { denial: Denial::Implicit { layer }, .. }) => Some(*layer),
        _ => None,
    }
}

impl Desk {
    pub(crate) async fn caller(&self, proven: &[VerifiedLogin]) -> Caller {
        let grant = self.session_of(proven).await;
        self.authenticated(&Held::of(&grant, &self.house, &self.entropy))
    }

    fn authenticated(&self, held: &Held) -> Caller {
        held.sign().authenticate(&self.house, &ring(), NOW).ok().unwrap()
    }

    pub(crate) async fn may(
        &self,
        caller: &Caller,
        action: &'static str,
        resource: &str,
    ) -> Result<AccessDecision, AccessRefused> {
        self.may_with(caller, (action, resource), Vec::new()).await
    }

    /// Whether the caller may do it; what policies can ask about comes along.
    async fn may_with(
        &self,
        caller: &Caller,
        (action, resource): (&'static str, &str),
        keys: Vec<Key>,
    ) -> Result<AccessDecision, AccessRefused> {
        let circumstances = circumstances();
        let resource = format!("arn:aws:s3:::{resource}");
        let question = Question {
            action,
            resource: &resource,
            policy: None,
            keys: &keys,
            circumstances: &circumstances,
        };
        let asking =
            self.ask(|records, _| authorize(records, &self.house, Asking::Signed(caller), &question, NOW));
        let authorized = asking.await?;
        Ok(authorized.decision().clone())
    }
}

fn with_policy(role: Role, statements: &Value) -> Role {
    let policy = PolicyName::parse("access").unwrap();
    Role { policies: BTreeMap::from([(policy, document(statements).to_string())]), ..role }
}

pub(crate) fn allowing(action: &str) -> Value {
    json!([{ "Effect": "Allow", "Action": action, "Resource": "*" }])
}

#[tokio::test]
async fn the_decision_names_the_statement_that_made_it() {
    for desk in Desk::each().await {
        let caller = desk.caller(&[alice()]).await;
        let decision = desk.may(&caller, "s3:GetObject", "my-bucket/public/hello.txt").await.unwrap();
        let said = "allowed by statement `ReadPublic` (1) of `policy access of role signed-in`";
        assert_eq!(decision.to_string(), said);
    }
}

#[tokio::test]
async fn nobody_leaves_their_own_folder() {
    for desk in Desk::each().await {
        let caller = desk.caller(&[alice()]).await;
        let (own, other) =
            (desk.get_id(&[alice()]).await.unwrap(), desk.get_id(&[proven("bob")]).await.unwrap());
        for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
            assert!(desk.may(&caller, action, &format!("my-bucket/{own}/note")).await.is_ok());
            for resource in [
                format!("my-bucket/{other}/note"),
                format!("my-bucket/{own}"),
                format!("my-bucket/{own}0/note"),
                format!("my-bucket/x{own}/note"),
                format!("other-bucket/{own}/note"),
                "my-bucket/*/note".to_owned(),
                "my-bucket/${cognito-identity.amazonaws.com:sub}/note".to_owned(),
            ] {
                let refused = desk.may(&caller, action, &resource).await;
                assert_eq!(silent(&refused), SILENT_ROLE, "{action} {resource}");
            }
        }
    }
}

#[tokio::test]
async fn an_identity_whose_id_begins_with_anothers_is_fenced_off_from_it() {
    let desk = Desk::open().await;
    let identity = |id: &str, subject: &str| {
        let logins = vec![proven(subject).key().clone()];
        Identity { id: IdentityId::parse(id).unwrap(), pool: identity_pool_id(), logins, ..signed_in() }
    };
    let (one, ten) = (identity("us-east-1:1", "one"), identity("us-east-1:10", "ten"));
    desk.write(|records| [&one, &ten].map(|identity| records.put_identity(identity)).into_iter().collect())
        .await;
    for (subject, own, other) in
        [("one", "us-east-1:1", "us-east-1:10"), ("ten", "us-east-1:10", "us-east-1:1")]
    {
        let caller = desk.caller(&[proven(subject)]).await;
        assert!(desk.may(&caller, "s3:PutObject", &format!("my-bucket/{own}/x")).await.is_ok());
        let refused = desk.may(&caller, "s3:PutObject", &format!("my-bucket/{other}/x")).await;
        assert_eq!(silent(&refused), SILENT_ROLE, "{subject}");
    }
}

#[tokio::test]
async fn a_guests_role_that_allows_more_than_guests_may_do_gives_nothing() {
    for desk in Desk::each().await {
        for (action, refused) in [("ec2:*", true), ("iam:*", true), ("s3:*", false)] {
            let role = with_policy(guest_role(), &allowing(action));
            desk.write(|records| records.put_role(&role)).await;
            let caller = desk.caller(&[]).await;
            let (asked, resource) = match action {
                "ec2:*" => ("ec2:RunInstances", "*"),
                "iam:*" => ("iam:CreateUser", "*"),
                _ => ("s3:DeleteBucket", "my-bucket"),
            };
            let answer = desk.may(&caller, asked, resource).await;
            match refused {
                true => assert_eq!(silent(&answer), SILENT_SESSION, "{action}"),
                false => assert_eq!(
                    answer.unwrap().to_string(),
                    "allowed by statement 0 of `policy access of role guest` and statement 0 of `guest scope-down`"
                ),
            }
        }
    }
}

#[tokio::test]
async fn what_guests_may_do_at_most_allows_nothing_that_their_role_does_not() {
    let desk = Desk::open().await;
    let caller = desk.caller(&[]).await;
    for (action, resource) in [
        ("s3:GetObject", "my-bucket/private"),
        ("s3:DeleteBucket", "my-bucket"),
        ("s3:PutObject", "my-bucket/public/x"),
    ] {
        assert_eq!(silent(&desk.may(&caller, action, resource).await), SILENT_ROLE, "{action}");
    }
}

#[tokio::test]
async fn a_statement_that_denies_outweighs_all_that_allow() {
    let desk = Desk::open().await;
    let statements = json!([
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Sid": "Never", "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*" },
    ]);
    let role = with_policy(signed_in_role(), &statements);
    desk.write(|records| records.put_role(&role)).await;
    let caller = desk.caller(&[alice()]).await;
    assert!(desk.may(&caller, "s3:ListBucket", "my-bucket").await.is_ok());
    let refused = desk.may(&caller, "s3:DeleteBucket", "my-bucket").await.unwrap_err();
    let said =
        "denied by statement `Never` (1) of `policy access of role signed-in`, an identity-based policy";
    assert_eq!(refused.to_string(), said);
}

#[tokio::test]
async fn a_session_of_a_role_that_was_deleted_or_made_anew_may_do_nothing() {
    for desk in Desk::each().await {
        let caller = desk.caller(&[alice()]).await;
        let gone = || AccessRefused::RoleGone("arn:aws:iam::123456789012:role/signed-in".to_owned());
        let anew = Role { id: guest_role().id, ..signed_in_role() };
        desk.write(|records| records.put_role(&anew)).await;
        let refused = desk.may(&caller, "s3:ListBucket", "my-bucket").await;
        assert_eq!(refused, Err(gone()));
        let refused = Desk::empty().may(&caller, "s3:ListBucket", "my-bucket").await;
        assert_eq!(refused, Err(gone()));
    }
}

#[tokio::test]
async fn a_changed_policy_counts_at_once_for_sessions_that_were_issued_before() {
    for desk in Desk::each().await {
        let caller = desk.caller(&[alice()]).await;
        assert!(desk.may(&caller, "s3:ListBucket", "my-bucket").await.is_ok());
        let role = with_policy(signed_in_role(), &allowing("s3:GetObject"));
        desk.write(|records| records.put_role(&role)).await;
        assert_eq!(silent(&desk.may(&caller, "s3:ListBucket", "my-bucket").await), SILENT_ROLE);
        let without = Role { policies: BTreeMap::new(), ..signed_in_role() };
        desk.write(|records| records.put_role(&without)).await;
        assert_eq!(silent(&desk.may(&caller, "s3:GetObject", "my-bucket/x").await), SILENT_ROLE);
    }
}

#[tokio::test]
async fn one_policy_that_cannot_be_read_any_more_takes_everything_away() {
    let desk = Desk::open().await;
    let mut role = with_policy(signed_in_role(), &allowing("*"));
    role.policies.insert(PolicyName::parse("damaged").unwrap(), "{".to_owned());
    desk.write(|records| records.put_role(&role)).await;
    let caller = desk.caller(&[alice()]).await;
    let refused = desk.may(&caller, "s3:GetObject", "my-bucket/public/x").await;
    let Err(AccessRefused::Malformed { what, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(what, "policy damaged of role signed-in");
}

#[tokio::test]
async fn the_root_may_do_everything_whatever_the_records_say() {
    let desk = Desk::empty();
    let root = desk.authenticated(&Held::of_root());
    for action in ["s3:DeleteBucket", "iam:CreateUser"] {
        assert_eq!(desk.may(&root, action, "my-bucket").await, Ok(AccessDecision::Root));
    }
}

#[tokio::test]
async fn a_policy_can_ask_for_the_prefix_of_a_listing() {
    let own = "${cognito-identity.amazonaws.com:sub}/";
    let statements = json!([{
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::my-bucket",
        "Condition": { "StringLike": { "s3:prefix": ["public/*", own] } },
    }]);
    let desk = Desk::open().await;
    let role = with_policy(signed_in_role(), &statements);
    desk.write(|records| records.put_role(&role)).await;
    let caller = desk.caller(&[alice()]).await;
    let id = desk.get_id(&[alice()]).await.unwrap();
    for (prefix, allowed) in [
        (Some("public/".to_owned()), true),
        (Some("public/a/b".to_owned()), true),
        (Some(format!("{id}/")), true),
        (Some(String::new()), false),
        (Some("private/".to_owned()), false),
        (Some(id.to_string()), false),
        (Some(format!("{id}0/")), false),
        (Some(format!("{id}/x")), false),
        (None, false),
    ] {
        let keys = prefix.iter().map(|prefix| Key::new("s3:prefix", prefix.clone())).collect();
        let answer = desk.may_with(&caller, ("s3:ListBucket", "my-bucket"), keys).await;
        assert_eq!(answer.is_ok(), allowed, "{prefix:?}");
    }
}

#[tokio::test]
async fn a_policy_can_ask_under_what_circumstances_a_request_comes() {
    let role_arn = "arn:aws:iam::123456789012:role/signed-in";
    for (operator, key, value, allowed) in [
        ("Bool", "aws:SecureTransport", "false", true),
        ("Bool", "aws:SecureTransport", "true", false),
        ("Null", "aws:Referer", "true", true),
        ("Null", "aws:UserAgent", "false", false),
        ("StringEquals", "aws:PrincipalArn", role_arn, true),
        ("StringEquals", "aws:PrincipalAccount", "999999999999", false),
        ("StringEquals", "aws:FederatedProvider", "cognito-identity.amazonaws.com", true),
        ("StringEquals", "cognito-identity.amazonaws.com:aud", "us-east-1:1234567890abcdef", true),
        ("StringEquals", "aws:CurrentTime", "2026-01-02T03:04:05Z", true),
    ] {
        let desk = Desk::open().await;
        let condition = json!({ (operator): { (key): value } });
        let statements =
            json!([{ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition }]);
        let role = with_policy(signed_in_role(), &statements);
        desk.write(|records| records.put_role(&role)).await;
        let caller = desk.caller(&[alice()]).await;
        let answer = desk.may(&caller, "s3:GetObject", "my-bucket/x").await;
        assert_eq!(answer.is_ok(), allowed, "{operator} {key} {value}: {answer:?}");
    }
}

#[tokio::test]
async fn a_pool_is_asked_about_by_its_tags_and_a_pool_of_elsewhere_by_none() {
    for desk in Desk::each().await {
        let tag = (TagKey::parse("team").unwrap(), TagValue::parse("a").unwrap());
        let tags = Tags::try_from(BTreeMap::from([tag])).unwrap();
        let pool = IdentityPool { tags, ..identity_pool() };
        desk.write(|records| records.put_identity_pool(&pool)).await;
        let keys = async |resource: Resource| -> Vec<Key> {
            let keys = |records: &mut Records<'_>| resource.keys(records, &account());
            desk.ask(|records, _| Ok::<_, Stop<Infallible>>(keys(records)?)).await.unwrap()
        };
        let here = IdentityPoolArn::new(&account(), &pool.id);
        let elsewhere = here.to_string().replace("123456789012", "999999999999");
        let team = [Key::new("aws:ResourceTag/team", "a")];
        assert_eq!(keys(Resource::IdentityPool(pool.id.clone())).await, team);
        assert_eq!(keys(Resource::IdentityPoolNamed(here)).await, team);
        let elsewhere = IdentityPoolArn::parse(&elsewhere).unwrap();
        for other in [
            Resource::IdentityPoolNamed(elsewhere),
            Resource::IdentityPool(IdentityPoolId::parse("us-east-1:0").unwrap()),
            Resource::All,
        ] {
            assert_eq!(keys(other).await, []);
        }
    }
}
