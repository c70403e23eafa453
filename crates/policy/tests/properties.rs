//! What holds for all policies and requests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use policy::{
    Account, Context, Decision, Denial, Document, Kind, Layer, Malformed, Named, PolicySet, Principal,
    Request, StatementRef, decide, decide_trust, nearest,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Statements over so few words that many of them apply.
fn statement() -> impl Strategy<Value = Value> {
    let action =
        (select(vec!["Action", "NotAction"]), select(vec!["*", "s3:*", "s3:Get*", "s3:PutObject", "sts:*"]));
    let resource = (
        select(vec!["Resource", "NotResource"]),
        select(vec!["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${k:sub}", "arn:aws:s3:::?/${k:none, 'x'}*"]),
    );
    let operator = select(vec![
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLikeIfExists",
        "StringEqualsIgnoreCase",
        "ForAnyValue:StringLike",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringNotEqualsIfExists",
    ]);
    let condition = proptest::option::of((operator, select(vec!["k:sub", "k:amr", "k:none"]), "[x*]{1,2}"));
    (select(vec!["Allow", "Deny"]), action, resource, condition).prop_map(
        |(effect, action, resource, condition)| {
            let mut statement = json!({ "Effect": effect, action.0: action.1, resource.0: resource.1 });
            if let (Some((operator, key, value)), Some(statement)) = (condition, statement.as_object_mut()) {
                statement.insert("Condition".to_owned(), json!({ operator: { key: value } }));
            }
            statement
        },
    )
}

fn context() -> impl Strategy<Value = Context<'static>> {
    (proptest::option::of("[xy*]{0,2}"), vec("[xy*]{0,2}", 0..3)).prop_map(|(sub, amr)| {
        let mut context = Context::new().with_many("k:amr", amr);
        if let Some(sub) = sub {
            context.insert("k:sub", sub);
        }
        context
    })
}

fn request() -> impl Strategy<Value = (&'static str, String, Context<'static>)> {
    (
        select(vec!["s3:GetObject", "S3:putobject", "sts:AssumeRole"]),
        "arn:aws:s3:::[bc]/[xy*]{0,2}",
        context(),
    )
}

fn document(statements: &[Value]) -> Document {
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    Document::parse(&text, Kind::Identity).unwrap()
}

fn ask(asked: &(&str, String, Context<'_>), identity: &[Value], session: Option<&[Value]>) -> Decision {
    let identity = document(identity);
    let session = session.map(document);
    let session = session.as_ref().map(|document| [Named { name: "session", document }]);
    let request = Request { principal: SOMEBODY, action: asked.0, resource: &asked.1, context: &asked.2 };
    let identity = [Named { name: "identity", document: &identity }];
    let session = session.as_ref().map(|named| named.as_slice());
    decide(&request, &PolicySet { identity: &identity, boundary: None, session }, None)
}

const SOMEBODY: Principal<'_> = Principal::User {
    account: Account { id: "123456789012", canonical_user: None },
    arn: "arn:aws:iam::123456789012:user/u",
};

/// An allow of everything, so that only a deny can stand in the way.
fn everything() -> Value {
    json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_statement_lacks_something_exactly_where_it_does_not_allow(asked in request(), statement in statement()) {
        let mut allow = statement;
        allow["Effect"] = json!("Allow");
        let document = document(&[allow.clone()]);
        let request = Request { principal: SOMEBODY, action: asked.0, resource: &asked.1, context: &asked.2 };
        let lack = nearest(&request, Layer::Identity, &[Named { name: "identity", document: &document }]);
        prop_assert_eq!(lack.is_none(), ask(&asked, &[allow], None).is_allowed(), "{:?}", lack);
    }

    #[test]
    fn a_statement_decides_as_it_is_named(asked in request(), statements in vec(statement(), 1..5)) {
        let index = match ask(&asked, &statements, None) {
            Decision::Allowed { by } => by.first().unwrap().index,
            Decision::Denied(Denial::Explicit { by, .. }) => by.index,
            Decision::Denied(Denial::Implicit { .. }) => return Ok(()),
        };
        let alone = [statements.get(index).unwrap().clone()];
        prop_assert_eq!(
            ask(&asked, &statements, None).is_allowed(),
            ask(&asked, &alone, None).is_allowed(),
        );
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), bytes in vec(any::<u8>(), 0..64)) {
        for kind in [Kind::Identity, Kind::Trust, Kind::Session, Kind::Resource] {
            prop_assert!(Document::parse(&text, kind).is_err());
            prop_assert!(Document::parse(&String::from_utf8_lossy(&bytes), kind).is_err());
        }
    }

    #[test]
    fn no_json_makes_the_parser_panic(
        effect in word(), sid in word(), action in word(), resource in word(), principal in word(),
        operator in word(), key in word(), value in word(), version in word(),
    ) {
        let statement = json!({ "Sid": sid, "Effect": effect, "Action": action, "Resource": resource,
            "Principal": { "AWS": principal }, "Condition": { operator: { key: value } } });
        for kind in [Kind::Identity, Kind::Trust, Kind::Session, Kind::Resource] {
            let mut statement = statement.clone();
            let members = statement.as_object_mut().unwrap();
            match kind {
                Kind::Identity | Kind::Session => members.remove("Principal"),
                Kind::Trust => members.remove("Resource"),
                Kind::Resource => None,
            };
            let text = json!({ "Version": version, "Statement": statement }).to_string();
            let _ = Document::parse(&text, kind);
        }
    }
}

/// What is right somewhere, and pieces of the syntax thrown together.
fn word() -> impl Strategy<Value = String> {
    let right = select(vec![
        "Allow",
        "s3:Get*",
        "arn:aws:s3:::b/${k:sub}",
        "123456789012",
        "ForAnyValue:StringLike",
        "Bool",
        "k:sub",
        "true",
        "2012-10-17",
        "sts:AssumeRole",
    ]);
    prop_oneof![
        right.prop_map(str::to_owned),
        "([$]\\{|\\}|[*?$:,'a é\u{0}]|arn:|IfExists|ForAllValues:){0,8}"
    ]
}

#[test]
fn a_document_longer_than_the_bound_is_refused() {
    let padding = " ".repeat(policy::MAX_BYTES);
    assert_eq!(
        Document::parse(&padding, Kind::Identity).unwrap_err(),
        Malformed::Syntax("EOF while parsing a value at line 1 column 131072".into())
    );
    assert_eq!(Document::parse(&(padding + " "), Kind::Identity).unwrap_err(), Malformed::TooLong);
}

#[test]
fn a_message_repeats_no_more_than_the_start_of_a_name_and_no_control_characters() {
    let name = format!("\\u001b{}", "x".repeat(10_000));
    let text = format!(r#"{{"Statement":[],"{name}":1}}"#);
    let message = Document::parse(&text, Kind::Identity).unwrap_err().to_string();
    assert!(message.len() < 300 && !message.contains('\u{1b}'), "{message}");
}

#[test]
fn a_document_in_the_wrong_place_denies_but_never_allows() {
    let context = Context::new();
    let parts = |kind| match kind {
        Kind::Identity | Kind::Session => json!({ "Resource": "*" }),
        Kind::Trust => json!({ "Principal": { "AWS": "arn:aws:iam::123456789012:user/u" } }),
        Kind::Resource => {
            json!({ "Principal": { "AWS": "arn:aws:iam::123456789012:user/u" }, "Resource": "*" })
        }
    };
    for (kind, effect) in [Kind::Identity, Kind::Session, Kind::Trust, Kind::Resource]
        .into_iter()
        .flat_map(|kind| [(kind, "Allow"), (kind, "Deny")])
    {
        let mut statement = parts(kind);
        statement.as_object_mut().unwrap().insert("Effect".to_owned(), json!(effect));
        statement.as_object_mut().unwrap().insert("Action".to_owned(), json!("sts:AssumeRole"));
        let document = Document::parse(&json!({ "Statement": statement }).to_string(), kind).unwrap();
        let all = Document::parse(&json!({ "Statement": everything() }).to_string(), Kind::Identity).unwrap();
        let (placed, all) = (Named { name: "p", document: &document }, Named { name: "all", document: &all });
        let request =
            Request { principal: SOMEBODY, action: "sts:AssumeRole", resource: "*", context: &context };
        let (alone, everywhere) = ([placed], [all]);
        let of_caller = PolicySet { identity: &everywhere, ..PolicySet::default() };
        for (place, belongs, decision) in [
            (
                Layer::Identity,
                matches!(kind, Kind::Identity | Kind::Session),
                decide(&request, &PolicySet { identity: &alone, ..PolicySet::default() }, None),
            ),
            (
                Layer::Boundary,
                matches!(kind, Kind::Identity | Kind::Session),
                decide(&request, &PolicySet { boundary: Some(placed), ..of_caller }, None),
            ),
            (
                Layer::Session,
                matches!(kind, Kind::Identity | Kind::Session),
                decide(&request, &PolicySet { session: Some(&alone), ..of_caller }, None),
            ),
            (Layer::Resource, kind == Kind::Resource, decide(&request, &PolicySet::default(), Some(&placed))),
            (Layer::Trust, kind == Kind::Trust, decide_trust(&request, &PolicySet::default(), &placed)),
        ] {
            assert_eq!(
                decision.is_allowed(),
                belongs && effect == "Allow",
                "{kind:?} as {place:?}: {decision}"
            );
            let denied =
                matches!(&decision, Decision::Denied(Denial::Explicit { layer, .. }) if *layer == place);
            assert_eq!(denied, effect == "Deny", "{kind:?} as {place:?}: {decision}");
        }
    }
}

#[test]
fn a_denial_gives_the_reason_in_the_words_of_aws() {
    let asked = ("s3:GetObject", "arn:aws:s3:::b/x".to_owned(), Context::new());
    let reason = |identity: Value, session: Option<Value>| match ask(
        &asked,
        &[identity],
        session.as_ref().map(std::slice::from_ref),
    ) {
        Decision::Denied(denial) => denial.reason("s3:GetObject"),
        Decision::Allowed { .. } => "allowed".to_owned(),
    };
    let put = json!({ "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*" });
    let deny = json!({ "Effect": "Deny", "Action": "*", "Resource": "*" });
    assert_eq!(reason(put.clone(), None), "because no identity-based policy allows the s3:GetObject action");
    assert_eq!(reason(everything(), Some(put)), "because no session policy allows the s3:GetObject action");
    assert_eq!(reason(deny.clone(), None), "with an explicit deny in an identity-based policy");
    assert_eq!(reason(everything(), Some(deny)), "with an explicit deny in a session policy");
    let silent = |layer| Denial::Implicit { layer }.reason("sts:AssumeRole");
    assert_eq!(silent(Layer::Resource), "because no resource-based policy allows the sts:AssumeRole action");
    assert_eq!(silent(Layer::Boundary), "because no permissions boundary allows the sts:AssumeRole action");
    assert_eq!(silent(Layer::Trust), "because no role trust policy allows the sts:AssumeRole action");
    let by = StatementRef { policy: "p".to_owned(), sid: None, index: 0 };
    let denies = |layer| Denial::Explicit { by: by.clone(), layer }.reason("sts:AssumeRole");
    assert_eq!(denies(Layer::Resource), "with an explicit deny in a resource-based policy");
    assert_eq!(denies(Layer::Boundary), "with an explicit deny in a permissions boundary");
    assert_eq!(denies(Layer::Trust), "with an explicit deny in the role trust policy");
}

#[test]
fn empty_ids_may_repeat_and_mean_no_id() {
    let text = json!({ "Statement": [
        { "Sid": "", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" },
        { "Sid": "", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" },
    ] });
    let document = Document::parse(&text.to_string(), Kind::Identity).unwrap();
    assert!(document.statements().iter().all(|statement| statement.sid().is_none()));
}
