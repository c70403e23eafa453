//! Users of IAM and their keys over the wire: their life, what they sign, and each no.

use crate::support::{Answer, Ask, Held, Server, form};
use domain::iam::user::{User, UserName};
use domain::records::IamUsers;
use domain::time::Span;
use serde_json::{Value, json};
use testkit::iam::{administrator, document};

async fn ask(server: &Server, action: &str, parameters: &[(&str, &str)]) -> Answer {
    ask_as(server, &server.root(), action, parameters).await
}

async fn ask_as(server: &Server, held: &Held, action: &str, parameters: &[(&str, &str)]) -> Answer {
    server.signed(held, form("iam", action, parameters)).await
}

async fn done(server: &Server, action: &str, parameters: &[(&str, &str)]) -> Answer {
    let answer = ask(server, action, parameters).await;
    assert_eq!(answer.status, 200, "{action}: {}", answer.text());
    answer
}

/// Makes a user with a key.
async fn make(server: &Server, name: &str) -> Held {
    done(server, "CreateUser", &[("UserName", name)]).await;
    key_of(server, name).await
}

async fn key_of(server: &Server, name: &str) -> Held {
    let made = done(server, "CreateAccessKey", &[("UserName", name)]).await;
    let element = |name: &str| made.element(name).unwrap().to_owned();
    Held { id: element("AccessKeyId"), secret: element("SecretAccessKey"), token: None }
}

async fn may(server: &Server, name: &str, statements: &Value) {
    let policy = document(statements).to_string();
    let parameters = [("UserName", name), ("PolicyName", "may"), ("PolicyDocument", policy.as_str())];
    done(server, "PutUserPolicy", &parameters).await;
}

fn allowing(action: &str) -> Value {
    json!([{ "Effect": "Allow", "Action": action, "Resource": "*" }])
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, message: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
    assert_eq!(answer.element("Message"), Some(message));
}

#[tokio::test]
async fn a_user_is_shown_as_they_were_made_renamed_and_moved() {
    let server = Server::start().await;
    let made = done(&server, "CreateUser", &[("UserName", "Ada"), ("Path", "/team/a/")]).await;
    let found = done(&server, "GetUser", &[("UserName", "ADA")]).await;
    let id = made.element("UserId").unwrap();
    assert!(id.starts_with("AIDA"), "{id}");
    for answer in [&made, &found] {
        assert_eq!(answer.element("Arn"), Some("arn:aws:iam::123456789012:user/team/a/Ada"));
        assert_eq!(answer.element("Path"), Some("/team/a/"));
        assert_eq!(answer.element("CreateDate"), Some("2026-01-02T03:04:05Z"));
        assert_eq!(answer.element("UserId"), Some(id));
    }
    let held = key_of(&server, "Ada").await;
    done(&server, "UpdateUser", &[("UserName", "ada"), ("NewUserName", "Grace"), ("NewPath", "/")]).await;
    let renamed = done(&server, "GetUser", &[("UserName", "grace")]).await;
    assert_eq!(renamed.element("Arn"), Some("arn:aws:iam::123456789012:user/Grace"));
    assert_eq!(renamed.element("UserId"), Some(id));
    refused(
        &ask(&server, "GetUser", &[("UserName", "Ada")]).await,
        404,
        "NoSuchEntity",
        "The user with name Ada cannot be found.",
    );
    let who = server.signed(&held, form("sts", "GetCallerIdentity", &[])).await;
    assert_eq!(who.element("Arn"), Some("arn:aws:iam::123456789012:user/Grace"), "the key went along");
    assert_eq!((who.element("UserId"), who.element("Account")), (Some(id), Some("123456789012")));
    done(&server, "UpdateUser", &[("UserName", "grace"), ("NewUserName", "GRACE")]).await;
    assert_eq!(
        done(&server, "GetUser", &[("UserName", "grace")]).await.element("UserName"),
        Some("GRACE"),
        "a name may change in nothing but case"
    );
}

#[tokio::test]
async fn a_trust_policy_that_names_a_user_follows_them_to_another_name() {
    let server = Server::start().await;
    let ada = make(&server, "ada").await;
    may(&server, "ada", &allowing("sts:*")).await;
    for (name, code) in [("to-ada", "200"), ("but-ada", "AccessDenied")] {
        let trusting = |effect: &str, principal: &str| json!({ "Effect": effect, "Principal": { "AWS": principal }, "Action": "sts:AssumeRole" });
        let (ada_is, everybody) = ("arn:aws:iam::123456789012:user/ada", "123456789012");
        let trust = match code {
            "200" => json!([trusting("Allow", ada_is)]),
            _ => json!([trusting("Allow", everybody), trusting("Deny", ada_is)]),
        };
        let trust = document(&trust).to_string();
        done(&server, "CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", &trust)]).await;
    }
    done(&server, "UpdateUser", &[("UserName", "ada"), ("NewUserName", "grace"), ("NewPath", "/x/")]).await;
    for (name, code) in [("to-ada", "200"), ("but-ada", "AccessDenied")] {
        let arn = format!("arn:aws:iam::123456789012:role/{name}");
        let asked = [("RoleArn", arn.as_str()), ("RoleSessionName", "s1")];
        assert_eq!(server.signed(&ada, form("sts", "AssumeRole", &asked)).await.code(), code, "{name}");
        let shown = done(&server, "GetRole", &[("RoleName", name)]).await;
        let trust = shown.element("AssumeRolePolicyDocument").unwrap();
        assert!(trust.contains("user%2Fx%2Fgrace") && !trust.contains("user%2Fada"), "{trust}");
    }
}

#[tokio::test]
async fn users_are_listed_by_path_and_page_by_page() {
    let server = Server::start().await;
    for (name, path) in [("b", "/x/"), ("A", "/x/y/"), ("c", "/z/")] {
        done(&server, "CreateUser", &[("UserName", name), ("Path", path)]).await;
    }
    assert_eq!(done(&server, "ListUsers", &[]).await.elements("UserName"), ["A", "b", "c"]);
    let under = done(&server, "ListUsers", &[("PathPrefix", "/x/")]).await;
    assert_eq!(under.elements("UserName"), ["A", "b"]);
    let first = done(&server, "ListUsers", &[("MaxItems", "2")]).await;
    let rest = done(&server, "ListUsers", &[("Marker", first.element("Marker").unwrap())]).await;
    assert_eq!((first.elements("UserName"), rest.elements("UserName")), (vec!["A", "b"], vec!["c"]));
    let made_up = ask(&server, "ListUsers", &[("Marker", "made up")]).await;
    refused(&made_up, 400, "ValidationError", "Invalid Marker.");
}

#[tokio::test]
async fn a_users_key_signs_for_every_service_and_for_no_more_than_the_user_may() {
    let server = Server::start().await;
    let held = make(&server, "ada").await;
    let object = || Ask::new("GET", "/my-bucket/public/hello.txt");
    let listing = || form("iam", "ListUsers", &[]);
    assert_eq!(server.s3(&held, object()).await.code(), "AccessDenied");
    let no = server.signed(&held, listing()).await;
    refused(
        &no,
        403,
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: iam:ListUsers on resource: \
         arn:aws:iam::123456789012:user/ because no identity-based policy allows the iam:ListUsers action",
    );
    may(&server, "ada", &json!([{ "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" }])).await;
    assert_eq!(server.s3(&held, object()).await.text(), "hello");
    assert_eq!(server.s3(&held, Ask::new("PUT", "/my-bucket/x").body("x")).await.code(), "AccessDenied");
    may(&server, "ada", &allowing("*")).await;
    for (ask, what) in [
        (Ask::new("PUT", "/my-bucket/x").body("x"), "s3"),
        (listing(), "iam"),
        (form("sts", "GetCallerIdentity", &[]), "sts"),
    ] {
        assert_eq!(server.signed(&held, ask).await.status, 200, "{what}");
    }
    let pools = server.identity_as(&held, "ListIdentityPools", &json!({ "MaxResults": 1 })).await;
    assert_eq!(pools.status, 200, "{}", pools.text());
    let presigned = server.answer(object().presigned(&held, 60, server.now())).await;
    assert_eq!(presigned.text(), "hello");
    let chunked =
        Ask::new("PUT", "/my-bucket/chunks").signed_in_chunks(&held, server.now(), (b"chunks", &[]));
    assert_eq!(server.answer(chunked).await.status, 200);
}

#[tokio::test]
async fn what_is_known_of_a_user_is_what_policies_can_ask() {
    let server = Server::start().await;
    let held = make(&server, "ada").await;
    let id = done(&server, "GetUser", &[("UserName", "ada")]).await.element("UserId").unwrap().to_owned();
    for (operator, key, value, allowed) in [
        ("StringEquals", "aws:username", "ada", true),
        ("StringEquals", "aws:username", "Ada", false),
        ("StringEquals", "aws:userid", id.as_str(), true),
        ("StringEquals", "aws:PrincipalType", "User", true),
        ("StringEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/ada", true),
        ("StringEquals", "aws:PrincipalAccount", "123456789012", true),
        ("Null", "aws:MultiFactorAuthPresent", "true", true),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", "true", true),
        ("Bool", "aws:MultiFactorAuthPresent", "false", false),
        ("Null", "aws:TokenIssueTime", "true", true),
        ("Null", "aws:FederatedProvider", "true", true),
    ] {
        let condition = json!({ (operator): { (key): value } });
        may(
            &server,
            "ada",
            &json!([{ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition }]),
        )
        .await;
        let status = server.signed(&held, form("iam", "ListUsers", &[])).await.status;
        assert_eq!(status == 200, allowed, "{operator} {key} {value}");
    }
    let own = json!([{ "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::my-bucket/${aws:username}/*" }]);
    may(&server, "ada", &own).await;
    for (path, status) in [("/my-bucket/ada/x", 200), ("/my-bucket/bob/x", 403)] {
        assert_eq!(server.s3(&held, Ask::new("PUT", path).body("x")).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_key_that_is_inactive_deleted_or_unknown_is_the_same_to_whoever_asks() {
    let server = Server::start().await;
    let held = make(&server, "ada").await;
    may(&server, "ada", &allowing("*")).await;
    let who = || form("sts", "GetCallerIdentity", &[]);
    let told = async |held: &Held| {
        let query = server.signed(held, who()).await;
        let s3 = server.s3(held, Ask::new("GET", "/my-bucket/public/hello.txt")).await;
        let json = server.identity_as(held, "ListIdentityPools", &json!({ "MaxResults": 1 })).await;
        let said = |answer: &Answer| (answer.code(), answer.element("Message").map(str::to_owned));
        (said(&query), said(&s3), json.code())
    };
    let forged = Held { secret: "guessed".to_owned(), ..held.clone() };
    let with_token = Held { token: Some("token".to_owned()), ..held.clone() };
    assert_eq!(told(&forged).await.0.0, "SignatureDoesNotMatch");
    assert_eq!(told(&with_token).await.1.0, "InvalidToken");
    let unknown = Held { id: "AKIAQQQQQQQQQQQQQQQQ".to_owned(), ..held.clone() };
    let expected = told(&unknown).await;
    assert_eq!(
        (expected.0.0.as_str(), expected.1.0.as_str(), expected.2.as_str()),
        ("InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException")
    );
    let status = |status| [("UserName", "ada"), ("AccessKeyId", held.id.as_str()), ("Status", status)];
    done(&server, "UpdateAccessKey", &status("Inactive")).await;
    for held in [&held, &forged, &with_token] {
        assert_eq!(told(held).await, expected, "inactive");
    }
    let line = server.app.audit.recent().pop().unwrap();
    assert!(line.contains("the access key is inactive"), "the operator is told: {line}");
    done(&server, "UpdateAccessKey", &status("Active")).await;
    assert_eq!(server.signed(&held, who()).await.status, 200);
    done(&server, "DeleteAccessKey", &status("Active")[..2]).await;
    for held in [&held, &forged, &with_token] {
        assert_eq!(told(held).await, expected, "deleted");
    }
}

#[tokio::test]
async fn a_user_has_two_keys_at_most_and_each_signs_with_its_own_secret() {
    let server = Server::start().await;
    let one = make(&server, "ada").await;
    let other = key_of(&server, "ada").await;
    let third = ask(&server, "CreateAccessKey", &[("UserName", "ada")]).await;
    refused(&third, 409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2");
    let who = || form("sts", "GetCallerIdentity", &[]);
    for held in [&one, &other] {
        assert_eq!(server.signed(held, who()).await.status, 200);
    }
    let mixed = Held { secret: other.secret.clone(), ..one.clone() };
    assert_eq!(server.signed(&mixed, who()).await.code(), "SignatureDoesNotMatch");
    let listed = done(&server, "ListAccessKeys", &[("UserName", "ada")]).await;
    let mut ids = [one.id.as_str(), other.id.as_str()];
    ids.sort_unstable();
    assert_eq!(listed.elements("AccessKeyId"), ids);
    assert_eq!(listed.elements("Status"), ["Active", "Active"]);
    assert!(!listed.text().contains("Secret"), "{}", listed.text());
    let first = done(&server, "ListAccessKeys", &[("UserName", "ada"), ("MaxItems", "1")]).await;
    let rest = [("UserName", "ada"), ("Marker", first.element("Marker").unwrap())];
    assert_eq!(done(&server, "ListAccessKeys", &rest).await.elements("AccessKeyId"), ids[1..]);
}

#[tokio::test]
async fn a_user_need_not_name_themselves_and_whoever_is_no_user_must_name_one() {
    let server = Server::start().await;
    let held = make(&server, "ada").await;
    let own = "arn:aws:iam::123456789012:user/${aws:username}";
    may(&server, "ada", &json!([{ "Effect": "Allow", "Action": "iam:*", "Resource": own }])).await;
    make(&server, "bob").await;
    let found = ask_as(&server, &held, "GetUser", &[]).await;
    assert_eq!(found.element("UserName"), Some("ada"));
    assert_eq!(ask_as(&server, &held, "GetUser", &[("UserName", "bob")]).await.code(), "AccessDenied");
    let made = ask_as(&server, &held, "CreateAccessKey", &[]).await;
    let id = made.element("AccessKeyId").unwrap();
    assert_eq!(ask_as(&server, &held, "ListAccessKeys", &[]).await.elements("AccessKeyId").len(), 2);
    let inactive = [("AccessKeyId", id), ("Status", "Inactive")];
    assert_eq!(ask_as(&server, &held, "UpdateAccessKey", &inactive).await.status, 200);
    assert_eq!(ask_as(&server, &held, "DeleteAccessKey", &inactive[..1]).await.status, 200);
    let of_key = [("AccessKeyId", held.id.as_str())];
    assert_eq!(ask_as(&server, &held, "GetAccessKeyLastUsed", &of_key).await.status, 200);
    for held in [server.root(), server.in_right_role().await] {
        for action in ["GetUser", "CreateAccessKey", "ListAccessKeys"] {
            let answer = ask_as(&server, &held, action, &[]).await;
            refused(
                &answer,
                400,
                "ValidationError",
                "Must specify userName when calling with non-User credentials",
            );
        }
    }
    let guest = ask_as(&server, &server.in_wrong_role().await, "GetUser", &[]).await;
    assert_eq!(guest.code(), "AccessDenied");
}

#[tokio::test]
async fn a_user_who_is_made_anew_has_nothing_of_the_one_before() {
    let server = Server::start().await;
    let held = make(&server, "ada").await;
    let key = [("UserName", "ada"), ("AccessKeyId", held.id.as_str())];
    let conflict = |first| format!("Cannot delete entity, must {first} first.");
    may(&server, "ada", &allowing("*")).await;
    let gone = ask(&server, "DeleteUser", &key[..1]).await;
    refused(&gone, 409, "DeleteConflict", &conflict("delete policies"));
    done(&server, "DeleteUserPolicy", &[("UserName", "ada"), ("PolicyName", "may")]).await;
    let gone = ask(&server, "DeleteUser", &key[..1]).await;
    refused(&gone, 409, "DeleteConflict", &conflict("delete access keys"));
    done(&server, "DeleteAccessKey", &key).await;
    done(&server, "DeleteUser", &key[..1]).await;
    make(&server, "ada").await;
    assert_eq!(
        server.signed(&held, form("sts", "GetCallerIdentity", &[])).await.code(),
        "InvalidClientTokenId"
    );
}

#[tokio::test]
async fn what_is_not_there_or_there_already_is_said() {
    let server = Server::start().await;
    let held = make(&server, "ada").await;
    let other = make(&server, "bob").await;
    let exists = |name| format!("User with name {name} already exists.");
    let again = ask(&server, "CreateUser", &[("UserName", "ADA")]).await;
    refused(&again, 409, "EntityAlreadyExists", &exists("ADA"));
    let taken = ask(&server, "UpdateUser", &[("UserName", "ada"), ("NewUserName", "Bob")]).await;
    refused(&taken, 409, "EntityAlreadyExists", &exists("Bob"));
    let policy = document(&allowing("*")).to_string();
    let nobody = [
        ("UserName", "x"),
        ("PolicyName", "p"),
        ("PolicyDocument", &policy),
        ("AccessKeyId", &held.id),
        ("Status", "Active"),
    ];
    for action in [
        "GetUser",
        "UpdateUser",
        "DeleteUser",
        "PutUserPolicy",
        "GetUserPolicy",
        "DeleteUserPolicy",
        "ListUserPolicies",
        "CreateAccessKey",
        "ListAccessKeys",
        "UpdateAccessKey",
        "DeleteAccessKey",
    ] {
        let answer = ask(&server, action, &nobody).await;
        refused(&answer, 404, "NoSuchEntity", "The user with name x cannot be found.");
    }
    for action in ["GetUserPolicy", "DeleteUserPolicy"] {
        let answer = ask(&server, action, &[("UserName", "ada"), ("PolicyName", "p")]).await;
        refused(&answer, 404, "NoSuchEntity", "The user policy with name p cannot be found.");
    }
    for id in [other.id.as_str(), "AKIAQQQQQQQQQQQQQQQQ", "no_key_at_all_but_a_word", &server.root().id] {
        for action in ["UpdateAccessKey", "DeleteAccessKey"] {
            let parameters = [("UserName", "ada"), ("AccessKeyId", id), ("Status", "Inactive")];
            let answer = ask(&server, action, &parameters).await;
            refused(&answer, 404, "NoSuchEntity", &format!("The Access Key with id {id} cannot be found."));
        }
    }
    let expired = [("UserName", "ada"), ("AccessKeyId", &held.id), ("Status", "Expired")];
    assert_eq!(ask(&server, "UpdateAccessKey", &expired).await.code(), "InvalidInput");
}

#[tokio::test]
async fn an_account_has_five_thousand_users_at_most_and_those_deleted_count_no_more() {
    let server = Server::start().await;
    let name = |number| UserName::parse(&format!("user-{number}")).unwrap();
    let user = |number| User { name: name(number), ..administrator("*", "*") };
    server.write(|records| (1..5000).for_each(|number| records.put_iam_user(&user(number)))).await;
    done(&server, "CreateUser", &[("UserName", "last")]).await;
    let over = ask(&server, "CreateUser", &[("UserName", "over")]).await;
    refused(&over, 409, "LimitExceeded", "Cannot exceed quota for UsersPerAccount: 5000");
    done(&server, "UpdateUser", &[("UserName", "last"), ("NewUserName", "renamed")]).await;
    assert_eq!(ask(&server, "CreateUser", &[("UserName", "over")]).await.code(), "LimitExceeded");
    done(&server, "DeleteUser", &[("UserName", "renamed")]).await;
    done(&server, "CreateUser", &[("UserName", "over")]).await;
}

#[tokio::test]
async fn inline_policies_of_a_user_are_written_shown_listed_and_deleted() {
    let server = Server::start().await;
    done(&server, "CreateUser", &[("UserName", "ada")]).await;
    let policy = document(&allowing("s3:*")).to_string();
    for name in ["two", "one"] {
        let parameters = [("UserName", "ada"), ("PolicyName", name), ("PolicyDocument", policy.as_str())];
        done(&server, "PutUserPolicy", &parameters).await;
    }
    let listed = done(&server, "ListUserPolicies", &[("UserName", "ada")]).await;
    assert_eq!(listed.elements("member"), ["one", "two"]);
    let first = done(&server, "ListUserPolicies", &[("UserName", "ada"), ("MaxItems", "1")]).await;
    let rest = [("UserName", "ada"), ("Marker", first.element("Marker").unwrap())];
    assert_eq!(done(&server, "ListUserPolicies", &rest).await.elements("member"), ["two"]);
    let named = [("UserName", "ada"), ("PolicyName", "one")];
    let shown = done(&server, "GetUserPolicy", &named).await;
    assert!(shown.element("PolicyDocument").unwrap().starts_with("%7B"));
    done(&server, "DeleteUserPolicy", &named).await;
    assert_eq!(ask(&server, "GetUserPolicy", &named).await.code(), "NoSuchEntity");
    let put = |text| [("UserName", "ada"), ("PolicyName", "p"), ("PolicyDocument", text)];
    let malformed = ask(&server, "PutUserPolicy", &put("{")).await;
    refused(&malformed, 400, "MalformedPolicyDocument", "Syntax errors in policy.");
    let long = document(&allowing(&format!("s3:{}", "x".repeat(2048)))).to_string();
    let too_long = ask(&server, "PutUserPolicy", &put(&long)).await;
    refused(&too_long, 409, "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user ada");
}

#[tokio::test]
async fn whoever_renames_a_user_must_be_allowed_to_do_so_to_what_they_become() {
    let server = Server::start().await;
    let held = make(&server, "ada").await;
    make(&server, "bob").await;
    let may_to = "arn:aws:iam::123456789012:user/b*";
    may(&server, "ada", &json!([{ "Effect": "Allow", "Action": "iam:UpdateUser", "Resource": may_to }]))
        .await;
    let to = |name| [("UserName", "bob"), ("NewUserName", name)];
    let no = ask_as(&server, &held, "UpdateUser", &to("root")).await;
    assert_eq!(no.code(), "AccessDenied");
    assert!(no.element("Message").unwrap().contains("user/root "), "{}", no.text());
    assert_eq!(done(&server, "GetUser", &[("UserName", "bob")]).await.element("UserName"), Some("bob"));
    assert_eq!(ask_as(&server, &held, "UpdateUser", &to("bert")).await.status, 200);
}

#[tokio::test]
async fn the_last_use_of_a_key_is_known_to_the_moment_and_written_now_and_then() {
    let server = Server::start().await;
    let held = make(&server, "ada").await;
    may(&server, "ada", &allowing("*")).await;
    let named = [("AccessKeyId", held.id.as_str())];
    let never = done(&server, "GetAccessKeyLastUsed", &named).await;
    assert_eq!(never.element("UserName"), Some("ada"));
    assert_eq!((never.element("ServiceName"), never.element("Region")), (Some("N/A"), Some("N/A")));
    assert_eq!(never.element("LastUsedDate"), None);
    server.s3(&held, Ask::new("GET", "/my-bucket/public/hello.txt")).await;
    let commits = server.app.store.counts().commits;
    server.wait(Span::from_mins(1));
    server.signed(&held, form("sts", "GetCallerIdentity", &[])).await;
    assert_eq!(server.app.store.counts().commits, commits, "nothing is written for each request");
    let last = done(&server, "GetAccessKeyLastUsed", &named).await;
    assert_eq!((last.element("ServiceName"), last.element("Region")), (Some("sts"), Some("us-east-1")));
    assert_eq!(last.element("LastUsedDate"), Some("2026-01-02T03:05:05Z"));
    server.app.key_uses.forget_all();
    let written = done(&server, "GetAccessKeyLastUsed", &named).await;
    assert_eq!(written.element("LastUsedDate"), Some("2026-01-02T03:04:05Z"), "as after a restart");
    let forged = Held { secret: "guessed".to_owned(), ..held.clone() };
    server.wait(Span::from_mins(20));
    server.s3(&forged, Ask::new("GET", "/")).await;
    let same = done(&server, "GetAccessKeyLastUsed", &named).await;
    assert_eq!(same.element("LastUsedDate"), Some("2026-01-02T03:04:05Z"), "a forgery is no use");
    let unknown = ask(&server, "GetAccessKeyLastUsed", &[("AccessKeyId", "AKIAQQQQQQQQQQQQQQQQ")]).await;
    refused(&unknown, 404, "NoSuchEntity", "The Access Key with id AKIAQQQQQQQQQQQQQQQQ cannot be found.");
}

#[tokio::test]
async fn the_audit_names_the_user_and_never_a_secret() {
    let server = Server::start().await;
    let held = make(&server, "ada").await;
    may(&server, "ada", &allowing("*")).await;
    assert_eq!(ask_as(&server, &held, "CreateUser", &[("UserName", "bob")]).await.status, 200);
    let line = server.sink.lines().pop().unwrap();
    let record: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(record["eventName"], "CreateUser");
    let who = &record["userIdentity"];
    assert_eq!((&who["type"], &who["userName"]), (&json!("IAMUser"), &json!("ada")));
    assert_eq!(who["arn"], "arn:aws:iam::123456789012:user/ada");
    assert_eq!(who["accessKeyId"], held.id);
    assert!(who["principalId"].as_str().unwrap().starts_with("AIDA"));
    let made = server.sink.lines().iter().find(|line| line.contains("CreateAccessKey")).cloned().unwrap();
    assert!(made.contains(&held.id), "{made}");
    assert!(!server.sink.lines().concat().contains(&held.secret));
    server.sink.break_down();
    let withheld = ask(&server, "CreateAccessKey", &[("UserName", "ada")]).await;
    assert_eq!(withheld.status, 500);
    assert!(!withheld.text().contains("Secret"), "no key leaves that is not on record");
}
