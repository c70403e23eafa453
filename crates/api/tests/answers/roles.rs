//! Roles over the wire: their life, and each no.

use crate::support::{Answer, Server, form};
use domain::iam::id::RoleId;
use domain::iam::role::{Role, RoleName};
use domain::records::Roles;
use percent_encoding::percent_decode_str;
use testkit::iam::{document, guest_role};

pub(crate) async fn ask(server: &Server, action: &str, parameters: &[(&str, &str)]) -> Answer {
    server.signed(&server.root(), form("iam", action, parameters)).await
}

pub(crate) async fn make(server: &Server, name: &str, path: &str) {
    let trust = guest_role().trust;
    let parameters = [("RoleName", name), ("Path", path), ("AssumeRolePolicyDocument", trust.as_str())];
    let answer = ask(server, "CreateRole", &parameters).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn policy() -> String {
    guest_role().policies.into_values().next().unwrap()
}

#[track_caller]
pub(crate) fn refused(answer: &Answer, status: u16, code: &str, message: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
    assert_eq!(answer.element("Message"), Some(message));
}

#[tokio::test]
async fn a_role_is_shown_as_it_was_made() {
    let server = Server::start().await;
    let trust = guest_role().trust;
    let parameters = [
        ("RoleName", "new"),
        ("Path", "/team/a/"),
        ("Description", "for <all>"),
        ("MaxSessionDuration", "7200"),
        ("AssumeRolePolicyDocument", trust.as_str()),
    ];
    let made = ask(&server, "CreateRole", &parameters).await;
    let found = ask(&server, "GetRole", &[("RoleName", "NEW")]).await;
    for answer in [made, found] {
        assert_eq!(answer.element("Arn"), Some("arn:aws:iam::123456789012:role/team/a/new"));
        assert_eq!(answer.element("Path"), Some("/team/a/"));
        assert_eq!(answer.element("Description"), Some("for &lt;all&gt;"));
        assert_eq!(answer.element("MaxSessionDuration"), Some("7200"));
        assert_eq!(answer.element("CreateDate"), Some("2026-01-02T03:04:05Z"));
        assert!(answer.element("RoleId").unwrap().starts_with("AROA"));
        let shown = answer.element("AssumeRolePolicyDocument").unwrap();
        assert!(shown.starts_with("%7B%22"), "{shown}");
        assert_eq!(percent_decode_str(shown).decode_utf8().unwrap(), trust);
    }
}

#[tokio::test]
async fn the_path_of_a_role_is_part_of_what_is_authorized() {
    let server = Server::start().await;
    make(&server, "deep", "/team/").await;
    let answer = server
        .signed(&server.in_wrong_role().await, form("iam", "DeleteRole", &[("RoleName", "deep")]))
        .await;
    assert!(answer.element("Message").unwrap().contains(":role/team/deep "), "{}", answer.text());
}

#[tokio::test]
async fn roles_are_listed_page_by_page() {
    let server = Server::start().await;
    for (name, path) in [("b", "/x/"), ("A", "/x/y/"), ("c", "/z/")] {
        make(&server, name, path).await;
    }
    let all = ask(&server, "ListRoles", &[]).await;
    assert_eq!(all.elements("RoleName"), ["A", "b", "c", "guest", "idle", "right", "signed-in"]);
    assert_eq!(all.element("IsTruncated"), Some("false"));
    let under = ask(&server, "ListRoles", &[("PathPrefix", "/x/")]).await;
    assert_eq!(under.elements("RoleName"), ["A", "b"]);
    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let mut parameters = vec![("MaxItems", "2")];
        parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let page = ask(&server, "ListRoles", &parameters).await;
        found.extend(page.elements("RoleName").into_iter().map(str::to_owned));
        marker = page.element("Marker").map(str::to_owned);
        assert_eq!(page.element("IsTruncated"), Some(if marker.is_some() { "true" } else { "false" }));
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(found, all.elements("RoleName"));
    let made_up = ask(&server, "ListRoles", &[("Marker", "made up")]).await;
    refused(&made_up, 400, "ValidationError", "Invalid Marker.");
}

#[tokio::test]
async fn inline_policies_are_written_shown_listed_and_deleted() {
    let server = Server::start().await;
    make(&server, "r", "/").await;
    let policy = policy();
    for name in ["two", "one"] {
        let parameters = [("RoleName", "r"), ("PolicyName", name), ("PolicyDocument", policy.as_str())];
        assert_eq!(ask(&server, "PutRolePolicy", &parameters).await.status, 200);
    }
    let listed = ask(&server, "ListRolePolicies", &[("RoleName", "r")]).await;
    assert_eq!(listed.elements("member"), ["one", "two"]);
    let first = ask(&server, "ListRolePolicies", &[("RoleName", "r"), ("MaxItems", "1")]).await;
    let marker = first.element("Marker").unwrap();
    let rest = ask(&server, "ListRolePolicies", &[("RoleName", "r"), ("Marker", marker)]).await;
    assert_eq!((first.elements("member"), rest.elements("member")), (vec!["one"], vec!["two"]));
    let named = [("RoleName", "r"), ("PolicyName", "one")];
    let shown = ask(&server, "GetRolePolicy", &named).await;
    assert!(shown.element("PolicyDocument").unwrap().starts_with("%7B"));
    let conflict = ask(&server, "DeleteRole", &[("RoleName", "r")]).await;
    refused(&conflict, 409, "DeleteConflict", "Cannot delete entity, must delete policies first.");
    for name in ["one", "two"] {
        let named = [("RoleName", "r"), ("PolicyName", name)];
        assert_eq!(ask(&server, "DeleteRolePolicy", &named).await.status, 200);
    }
    assert_eq!(ask(&server, "DeleteRole", &[("RoleName", "r")]).await.status, 200);
    let gone = ask(&server, "GetRole", &[("RoleName", "r")]).await;
    refused(&gone, 404, "NoSuchEntity", "The role with name r cannot be found.");
}

#[tokio::test]
async fn what_is_not_there_or_there_already_is_said() {
    let server = Server::start().await;
    make(&server, "r", "/").await;
    let (trust, policy) = (guest_role().trust, policy());
    let again = ask(&server, "CreateRole", &[("RoleName", "R"), ("AssumeRolePolicyDocument", &trust)]).await;
    refused(&again, 409, "EntityAlreadyExists", "Role with name R already exists.");
    let nobody = [("RoleName", "x"), ("PolicyName", "p"), ("PolicyDocument", &policy), ("Description", "d")];
    for action in [
        "GetRole",
        "DeleteRole",
        "UpdateRole",
        "PutRolePolicy",
        "GetRolePolicy",
        "DeleteRolePolicy",
        "ListRolePolicies",
    ] {
        let answer = ask(&server, action, &nobody).await;
        refused(&answer, 404, "NoSuchEntity", "The role with name x cannot be found.");
    }
    for action in ["GetRolePolicy", "DeleteRolePolicy"] {
        let answer = ask(&server, action, &[("RoleName", "r"), ("PolicyName", "p")]).await;
        refused(&answer, 404, "NoSuchEntity", "The role policy with name p cannot be found.");
    }
}

#[tokio::test]
async fn policies_that_would_not_be_evaluated_to_the_letter_are_refused() {
    let server = Server::start().await;
    make(&server, "r", "/").await;
    let put = [("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", "{")];
    refused(
        &ask(&server, "PutRolePolicy", &put).await,
        400,
        "MalformedPolicyDocument",
        "Syntax errors in policy.",
    );
    let trust = guest_role().trust;
    let as_policy = [("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", trust.as_str())];
    let answer = ask(&server, "PutRolePolicy", &as_policy).await;
    refused(&answer, 400, "MalformedPolicyDocument", "Has prohibited field Principal");
    let policy = policy();
    let as_trust = [("RoleName", "r"), ("PolicyDocument", policy.as_str())];
    let answer = ask(&server, "UpdateAssumeRolePolicy", &as_trust).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "MalformedPolicyDocument"));
    let before = ask(&server, "GetRole", &[("RoleName", "r")]).await;
    assert!(!before.element("AssumeRolePolicyDocument").unwrap().contains("Resource"), "nothing was changed");
}

#[tokio::test]
async fn policies_may_only_be_so_large_white_space_not_counted() {
    let server = Server::start().await;
    make(&server, "r", "/").await;
    let statement = |padding: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::{padding}"}}}}"#
        )
    };
    let frame = statement("").len();
    let fits = statement(&"b".repeat(10_240 - frame)).replace(':', ":   ");
    let fits = fits.replace("arn:   aws:   s3:   :   :   ", "arn:aws:s3:::").replace("s3:   Get", "s3:Get");
    let over = statement(&"b".repeat(10_241 - frame));
    for (text, status) in [(over.as_str(), 409), (fits.as_str(), 200)] {
        let put = [("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", text)];
        let answer = ask(&server, "PutRolePolicy", &put).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    let policy = policy();
    let second = [("RoleName", "r"), ("PolicyName", "q"), ("PolicyDocument", policy.as_str())];
    let answer = ask(&server, "PutRolePolicy", &second).await;
    refused(&answer, 409, "LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role r");
    let trust =
        guest_role().trust.replace("us-east-1:1234567890abcdef", &format!("us-east-1:{}", "a".repeat(2048)));
    let answer =
        ask(&server, "UpdateAssumeRolePolicy", &[("RoleName", "r"), ("PolicyDocument", &trust)]).await;
    refused(&answer, 409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048");
}

#[tokio::test]
async fn what_changes_in_a_role_is_what_was_said() {
    let server = Server::start().await;
    make(&server, "r", "/").await;
    assert_eq!(ask(&server, "UpdateRole", &[("RoleName", "r"), ("Description", "new")]).await.status, 200);
    assert_eq!(
        ask(&server, "UpdateRole", &[("RoleName", "r"), ("MaxSessionDuration", "43200")]).await.status,
        200
    );
    let role = ask(&server, "GetRole", &[("RoleName", "r")]).await;
    assert_eq!(
        (role.element("Description"), role.element("MaxSessionDuration")),
        (Some("new"), Some("43200"))
    );
    let too_long = ask(&server, "UpdateRole", &[("RoleName", "r"), ("MaxSessionDuration", "43201")]).await;
    assert_eq!(too_long.code(), "ValidationError");
}

#[tokio::test]
async fn a_role_that_was_made_anew_is_not_shown_as_the_one_that_is_trusted() {
    let server = Server::start().await;
    make(&server, "trusting", "/").await;
    let arn = "arn:aws:iam::123456789012:role/trusted";
    let statements =
        serde_json::json!([{ "Effect": "Allow", "Principal": { "AWS": arn }, "Action": "sts:AssumeRole" }]);
    let trust = document(&statements).to_string();
    let update = [("RoleName", "trusting"), ("PolicyDocument", trust.as_str())];
    let nobody = ask(&server, "UpdateAssumeRolePolicy", &update).await;
    let message = format!("Invalid principal in policy: &quot;AWS&quot;:&quot;{arn}&quot;");
    refused(&nobody, 400, "MalformedPolicyDocument", &message);
    make(&server, "trusted", "/").await;
    let role = ask(&server, "GetRole", &[("RoleName", "trusted")]).await;
    let id = role.element("RoleId").unwrap();
    assert_eq!(ask(&server, "UpdateAssumeRolePolicy", &update).await.status, 200);
    let shown = async || {
        let shown = ask(&server, "GetRole", &[("RoleName", "trusting")]).await;
        let listed = ask(&server, "ListRoles", &[]).await;
        let trust = shown.element("AssumeRolePolicyDocument").unwrap().to_owned();
        assert!(listed.elements("AssumeRolePolicyDocument").contains(&trust.as_str()));
        trust
    };
    assert!(shown().await.contains("role%2Ftrusted"));
    assert_eq!(ask(&server, "DeleteRole", &[("RoleName", "trusted")]).await.status, 200);
    make(&server, "trusted", "/").await;
    let shown = shown().await;
    assert!(shown.contains(id) && !shown.contains("role%2Ftrusted"), "{shown}");
}

#[tokio::test]
async fn a_role_that_was_made_anew_takes_on_nothing_that_trusts_the_one_before() {
    let server = Server::start().await;
    let arn = "arn:aws:iam::123456789012:role/right";
    let statements =
        serde_json::json!([{ "Effect": "Allow", "Principal": { "AWS": arn }, "Action": "sts:AssumeRole" }]);
    let trust = document(&statements).to_string();
    let made = [("RoleName", "trusting"), ("AssumeRolePolicyDocument", trust.as_str())];
    assert_eq!(ask(&server, "CreateRole", &made).await.status, 200);
    let wanted = [("RoleArn", "arn:aws:iam::123456789012:role/trusting"), ("RoleSessionName", "chained")];
    let assume =
        async || server.signed(&server.in_right_role().await, form("sts", "AssumeRole", &wanted)).await;
    let trusted = assume().await;
    assert_eq!(trusted.status, 200, "{}", trusted.text());
    server
        .write(|records| {
            let Ok(Some(role)) = records.role(&RoleName::parse("right").unwrap()) else { return };
            records.put_role(&Role { id: RoleId::parse("AROA99999999999999999").unwrap(), ..role });
        })
        .await;
    assert_eq!(assume().await.code(), "AccessDenied");
    assert_eq!(
        ask(&server, "UpdateAssumeRolePolicy", &[made[0], ("PolicyDocument", &trust)]).await.status,
        200
    );
    assert_eq!(assume().await.status, 200, "it was written again");
}
