//! What lint finds, told beside the answer to a write, and of everything at once to whoever asks.

use crate::support::{Answer, Ask, POOL, Server, form, own_service, to};
use domain::iam::role::RoleName;
use domain::records::{ManagedPolicies, Roles};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::iam::{document, guest_role, managed_policy};

const HEADER: &str = "x-cenote-warning";

async fn ask(server: &Server, action: &str, parameters: &[(&str, &str)]) -> Answer {
    let answer = server.signed(&server.root(), form("iam", action, parameters)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

async fn put(server: &Server, role: &str, statements: Value) -> Answer {
    let text = document(&statements).to_string();
    ask(server, "PutRolePolicy", &[("RoleName", role), ("PolicyName", "more"), ("PolicyDocument", &text)])
        .await
}

/// What the audit says of the last request.
fn told(server: &Server) -> Value {
    let last = server.app.audit.recent().pop().unwrap();
    let record: Value = serde_json::from_str(&last).unwrap();
    record.pointer("/additionalEventData/lint").cloned().unwrap_or_default()
}

async fn page(server: &Server, input: Value) -> Value {
    let answer = server.signed(&server.root(), own_service("Lint").body(input.to_string())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// All findings, looked through so many at a time: place and code.
async fn all(server: &Server, limit: usize) -> BTreeSet<(String, String)> {
    let (mut found, mut next, mut pages) = (BTreeSet::new(), Some(json!({ "MaxResults": limit })), 0);
    while let Some(input) = next {
        let page = page(server, input).await;
        for finding in page["Findings"].as_array().unwrap() {
            let text = |name: &str| finding[name].as_str().unwrap().to_owned();
            assert!(!text("Advice").is_empty());
            found.insert((text("Place"), text("Code")));
        }
        next = page.get("NextToken").map(|token| json!({ "MaxResults": limit, "NextToken": token }));
        pages += 1;
        assert!(pages < 100, "the pages have no end");
    }
    found
}

#[tokio::test]
async fn a_policy_is_taken_and_what_lint_finds_in_it_is_told_beside_the_answer() {
    let server = Server::start().await;
    let fine = put(
        &server,
        "signed-in",
        json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*" }]),
    )
    .await;
    assert_eq!((fine.header(HEADER), told(&server)), (None, Value::Null));

    let odd = put(
        &server,
        "signed-in",
        json!([
            { "Effect": "Allow", "Action": "s3:ListObjects", "Resource": "*" },
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b" },
        ]),
    )
    .await;
    assert_eq!(odd.header(HEADER), Some("no-such-action, resource-mismatch"));
    let found = told(&server);
    assert_eq!(found[0]["place"], "policy more of role signed-in");
    assert_eq!(
        found[0]["advice"],
        "write `s3:ListBucket` for `s3:ListObjects`, which is an operation and no action"
    );
    assert_eq!(found[1]["statement"], 1);

    let id = |answer: &Answer| answer.element("RequestId").unwrap().to_owned();
    assert_eq!(
        odd.text().replace(&id(&odd), ""),
        fine.text().replace(&id(&fine), ""),
        "AWS's answer stays as it is"
    );
}

#[tokio::test]
async fn who_is_held_to_a_policy_makes_a_difference() {
    let server = Server::start().await;
    let writes = json!([{ "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*" }]);
    assert_eq!(put(&server, "guest", writes.clone()).await.header(HEADER), Some("guest-writes"));
    assert_eq!(put(&server, "signed-in", writes).await.header(HEADER), None);
    let beyond = json!([{ "Effect": "Allow", "Action": "iam:GetRole", "Resource": "*" }]);
    assert_eq!(put(&server, "guest", beyond).await.header(HEADER), Some("scoped-down"));
}

#[tokio::test]
async fn trust_and_the_roles_of_a_pool_are_looked_at_when_they_are_written() {
    let server = Server::start().await;
    let open =
        document(&json!([{ "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole" }])).to_string();
    let made = [("RoleName", "open"), ("AssumeRolePolicyDocument", open.as_str())];
    assert_eq!(ask(&server, "CreateRole", &made).await.header(HEADER), Some("any-principal"));
    let changed = [("RoleName", "open"), ("PolicyDocument", open.as_str())];
    assert_eq!(ask(&server, "UpdateAssumeRolePolicy", &changed).await.header(HEADER), Some("any-principal"));

    let writes = json!([{ "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*" }]);
    put(&server, "guest", writes).await;
    let roles = |state: &str, role: &str| {
        let role = format!("arn:aws:iam::123456789012:role/{role}");
        json!({ "IdentityPoolId": POOL, "Roles": { state: role } })
    };
    for (input, warned) in [
        (roles("unauthenticated", "guest"), Some("guest-writes")),
        (roles("authenticated", "signed-in"), None),
    ] {
        let target = "AWSCognitoIdentityService.SetIdentityPoolRoles";
        let answer = server.signed(&server.root(), to(target, input.to_string())).await;
        assert_eq!((answer.status, answer.header(HEADER)), (200, warned), "{}", answer.text());
    }
}

#[tokio::test]
async fn the_policy_of_a_bucket_is_looked_at_too() {
    let server = Server::start().await;
    let bucket = testkit::s3::bucket().name;
    let open = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*"),
    }] });
    let ask = Ask::new("PUT", &format!("/{bucket}?policy")).body(open.to_string());
    let answer = server.s3(&server.root(), ask).await;
    assert_eq!((answer.status, answer.header(HEADER)), (200, Some("any-principal")), "{}", answer.text());
    let expected = (format!("the policy of bucket {bucket}"), "any-principal".to_owned());
    for limit in [1, 250] {
        assert_eq!(all(&server, limit).await, BTreeSet::from([expected.clone()]));
    }
}

#[tokio::test]
async fn policies_of_users_and_groups_are_looked_at_too() {
    let server = Server::start().await;
    let odd =
        document(&json!([{ "Effect": "Allow", "Action": "s3:ListObjects", "Resource": "*" }])).to_string();
    let mut expected = BTreeSet::new();
    for (sort, name) in [("User", "UserName"), ("Group", "GroupName")] {
        ask(&server, &format!("Create{sort}"), &[(name, "somebody")]).await;
        let written = [(name, "somebody"), ("PolicyName", "odd"), ("PolicyDocument", odd.as_str())];
        let answer = ask(&server, &format!("Put{sort}Policy"), &written).await;
        assert_eq!(answer.header(HEADER), Some("no-such-action"));
        let place = format!("policy odd of {} somebody", sort.to_lowercase());
        assert_eq!(told(&server)[0]["place"], place);
        expected.insert((place, "no-such-action".to_owned()));
    }
    for limit in [1, 250] {
        assert_eq!(all(&server, limit).await, expected);
    }
}

#[tokio::test]
async fn managed_policies_are_looked_at_when_they_are_written_and_when_a_role_gets_them() {
    let server = Server::start().await;
    let writes = json!([{ "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*" }]);
    let (writes, odd) = (
        document(&writes).to_string(),
        document(&json!([
            { "Effect": "Allow", "Action": "s3:ListObjects", "Resource": "*" },
        ]))
        .to_string(),
    );
    let made = ask(&server, "CreatePolicy", &[("PolicyName", "p"), ("PolicyDocument", &writes)]).await;
    assert_eq!(made.header(HEADER), None, "nobody carries it");
    let arn = made.element("Arn").unwrap();
    let attached = ask(&server, "AttachRolePolicy", &[("RoleName", "guest"), ("PolicyArn", arn)]).await;
    assert_eq!(attached.header(HEADER), Some("guest-writes"));
    let bounded = [("RoleName", "guest"), ("PermissionsBoundary", arn)];
    assert_eq!(ask(&server, "PutRolePermissionsBoundary", &bounded).await.header(HEADER), None);
    let version = [("PolicyArn", arn), ("PolicyDocument", odd.as_str()), ("SetAsDefault", "true")];
    assert_eq!(ask(&server, "CreatePolicyVersion", &version).await.header(HEADER), Some("no-such-action"));
    assert_eq!(
        ask(&server, "PutRolePermissionsBoundary", &bounded).await.header(HEADER),
        Some("no-such-action")
    );
    let another = [("PolicyName", "q"), ("PolicyDocument", odd.as_str())];
    assert_eq!(ask(&server, "CreatePolicy", &another).await.header(HEADER), Some("no-such-action"));
}

#[tokio::test]
async fn everything_is_looked_through_whatever_the_size_of_a_page() {
    let server = Server::start().await;
    assert_eq!(all(&server, 250).await, BTreeSet::new(), "what the tests begin with is as it should be");
    let odd = json!([{ "Effect": "Allow", "Action": "s3:ListObjects", "Resource": "*" }]);
    put(&server, "guest", odd.clone()).await;
    server
        .write(|records| {
            let policy = managed_policy("odd", &odd);
            let mut role = guest_role();
            role.name = RoleName::parse("another").unwrap();
            role.boundary = Some(policy.arn.clone());
            records.put_role(&role);
            records.put_managed_policy(&policy);
            records.delete_role(&RoleName::parse("signed-in").unwrap());
        })
        .await;
    let arn = "arn:aws:iam::123456789012:policy/odd";
    let pool = format!("pool {POOL}");
    let boundary = format!("{arn}, the boundary of role another");
    let expected = [
        ("policy more of role guest", "no-such-action"),
        ("policy more of role guest", "guest-wildcard"),
        (boundary.as_str(), "no-such-action"),
        (arn, "no-such-action"),
        (pool.as_str(), "role-missing"),
    ];
    let expected: BTreeSet<_> =
        expected.map(|(place, code)| (place.to_owned(), code.to_owned())).into_iter().collect();
    for limit in [1, 2, 250] {
        assert_eq!(all(&server, limit).await, expected, "{limit} at a time");
    }
}

#[tokio::test]
async fn a_token_that_was_made_up_is_refused() {
    let server = Server::start().await;
    for token in ["bWFkZSB1cA", "cG9vbC9ub3doZXJl"] {
        let input = json!({ "MaxResults": 1, "NextToken": token });
        let answer = server.signed(&server.root(), own_service("Lint").body(input.to_string())).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "InvalidParameterException"), "{token}");
    }
}
