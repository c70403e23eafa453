//! Random policy sets and requests over so few words that many statements apply, every word of the language among them.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// What an operator compares: its names, what policies list for it, what requests hold, and the word in its keys.
struct Sort {
    word: &'static str,
    operators: &'static [&'static str],
    listed: &'static [&'static str],
    held: &'static [&'static str],
}

const SORTS: [Sort; 7] = [
    Sort {
        word: "text",
        operators: &[
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringLike",
            "StringNotLike",
        ],
        listed: &[
            "x",
            "X",
            "x*",
            "?",
            "*",
            "",
            "é",
            "${k:text}",
            "${k:texts}",
            "${k:none, 'x'}",
            "${k:texts, 'x'}",
            "${k:none}",
            "a${*}b",
            "${k:text}*",
            "${$}{k:text}",
        ],
        held: &["x", "X", "xy", "*", "", "É", "a*b", "${k:text}"],
    },
    Sort {
        word: "number",
        operators: &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        listed: &["-1.5", "0", "1", "1.50", "10", "0.000000000000000001"],
        held: &["-2", "-1.50", "-0", "1.0", "1.5", "9.99", "010", "ten", "", "1e1", "1."],
    },
    Sort {
        word: "date",
        operators: &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        listed: &["2026-01-02", "2026-01-02T03:04:05Z", "2024-02-29T23:59:59.5-01:00", "1767323045", "0"],
        held: &[
            "2026-01-02T00:00:00Z",
            "2026-01-02T04:04:05.000+01:00",
            "2024-03-01T00:59:59.500000001Z",
            "2024-03-01T00:30:00Z",
            "1767323045",
            "1767312000",
            "yesterday",
            "2026",
        ],
    },
    Sort {
        word: "truth",
        operators: &["Bool", "Null"],
        listed: &["true", "false"],
        held: &["true", "false", "True", ""],
    },
    Sort {
        word: "bytes",
        operators: &["BinaryEquals"],
        listed: &["", "AA==", "QUI="],
        held: &["", "AA==", "QUI=", "QUJ=", "A"],
    },
    Sort {
        word: "address",
        operators: &["IpAddress", "NotIpAddress"],
        listed: &["10.0.0.0/8", "10.1.2.3", "2001:db8::/33", "0.0.0.0/0", "::/0", "2001:db8::1"],
        held: &[
            "10.1.2.3",
            "::ffff:10.1.2.3",
            "192.0.2.1",
            "2001:db8::1",
            "2001:db8:8000::1",
            "nowhere",
            "10.1.2.3/8",
        ],
    },
    Sort {
        word: "arn",
        operators: &["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
        listed: &[
            "arn:aws:iam::123456789012:role/r",
            "arn:aws:iam::*:role/*",
            "arn:*:*:*:*:*",
            "arn:aws:iam::?23456789012:${k:text}/*",
            "arn:aws:sns:::a:*",
            "arn:aws:iam::${k:none}:role/r",
        ],
        held: &[
            "arn:aws:iam::123456789012:role/r",
            "arn:aws:iam::123456789012:x/r",
            "arn:aws-cn:iam::123456789012:role/r",
            "arn:aws:sns:::a:b:c",
            "role/r",
            "*",
        ],
    },
];

pub(crate) const USER: &str = "arn:aws:iam::123456789012:user/u";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/app/r";
pub(crate) const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/r/s";
pub(crate) const FEDERATED_USER: &str = "arn:aws:sts::123456789012:federated-user/f";
const ACCOUNT: &str = "123456789012";
const CANONICAL_USER: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

/// Policies of every layer.
pub(crate) fn policies() -> impl Strategy<Value = Value> {
    let identity = vec(document(Layer::Caller), 0..3);
    let (boundary, session) =
        (option::of(document(Layer::Caller)), option::of(vec(document(Layer::Caller), 0..3)));
    let guard = prop_oneof![
        Just(None),
        document(Layer::Resource).prop_map(|document| Some(("resource", document))),
        document(Layer::Trust).prop_map(|document| Some(("trust", document))),
    ];
    (identity, boundary, session, guard).prop_map(|(identity, boundary, session, guard)| {
        let mut question = Map::from_iter([("identity".to_owned(), json!(identity))]);
        question.extend(boundary.map(|boundary| ("boundary".to_owned(), boundary)));
        question.extend(session.map(|session| ("session".to_owned(), json!(session))));
        question.extend(guard.map(|(layer, document)| (layer.to_owned(), document)));
        Value::Object(question)
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Caller,
    Resource,
    Trust,
}

fn document(layer: Layer) -> impl Strategy<Value = Value> {
    let version = select(vec![Some("2012-10-17"), Some("2012-10-17"), Some("2008-10-17"), None]);
    (version, vec(statement(layer), 1..4)).prop_map(|(version, statements)| match version {
        Some(version) => json!({ "Version": version, "Statement": statements }),
        None => json!({ "Statement": statements }),
    })
}

fn statement(layer: Layer) -> BoxedStrategy<Value> {
    let effect = select(vec!["Allow", "Allow", "Allow", "Deny"]);
    let actions = match layer {
        Layer::Caller | Layer::Resource => vec![
            "*",
            "s3:*",
            "s3:Get*",
            "S3:getobject",
            "s3:?etObject",
            "s3:PutObject",
            "sts:*",
            "sts:AssumeRole",
        ],
        Layer::Trust => {
            vec!["sts:AssumeRole", "sts:assumerole", "sts:AssumeRoleWithWebIdentity", "sts:TagSession"]
        }
    };
    let action = if layer == Layer::Trust { vec!["Action"] } else { vec!["Action", "Action", "NotAction"] };
    let action = (select(action), some_of(actions));
    let resource = (select(vec!["Resource", "Resource", "NotResource"]), some_of(RESOURCES.to_vec()));
    let principal = prop_oneof![
        principal().prop_map(|principal| ("Principal", principal)),
        select(NAMES.to_vec()).prop_map(|names| ("NotPrincipal", json!({ "AWS": names }))),
        principal().prop_map(|principal| ("NotPrincipal", principal)),
    ];
    let conditions = prop_oneof![2 => Just(Vec::new()), 1 => vec(condition(), 1..3)];
    (effect, action, resource, principal, conditions)
        .prop_map(move |(effect, action, resource, principal, conditions)| {
            let mut statement = json!({ "Effect": effect, action.0: action.1 });
            let members = statement.as_object_mut().unwrap();
            if layer != Layer::Trust {
                members.insert(resource.0.to_owned(), resource.1);
            }
            if layer != Layer::Caller {
                let may_except = layer == Layer::Resource && effect == "Deny";
                members.insert(if may_except { principal.0 } else { "Principal" }.to_owned(), principal.1);
            }
            let mut condition = Map::new();
            for (operator, key, values) in conditions {
                let keys = condition.entry(operator).or_insert_with(|| json!({})).as_object_mut().unwrap();
                keys.insert(key, values);
            }
            if !condition.is_empty() {
                members.insert("Condition".to_owned(), Value::Object(condition));
            }
            statement
        })
        .boxed()
}

const RESOURCES: [&str; 10] = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/${k:text}",
    "arn:aws:s3:::b/${K:Text}/*",
    "arn:*:s3:::?/${k:none, 'x'}*",
    "arn:aws:s3:::b/${k:none}x",
    "arn:aws*:s3:::b/${k:texts}",
    "arn:aws:s3:::b/${*}",
    "arn:aws:s3:*",
    "arn:aws-cn:s3:::b/x",
];

/// All names of a caller, and all but one.
const NAMES: [&[&str]; 6] = [
    &[SESSION, ROLE, ACCOUNT],
    &[SESSION, ACCOUNT],
    &[SESSION, ROLE],
    &[FEDERATED_USER, USER, ACCOUNT],
    &[FEDERATED_USER, ACCOUNT],
    &[USER, ACCOUNT],
];

fn principal() -> impl Strategy<Value = Value> {
    let aws = some_of(vec![
        "*",
        ACCOUNT,
        "arn:aws:iam::123456789012:root",
        "210987654321",
        USER,
        ROLE,
        SESSION,
        FEDERATED_USER,
    ]);
    prop_oneof![
        Just(json!("*")),
        aws.clone().prop_map(|aws| json!({ "AWS": aws })),
        select(NAMES.to_vec()).prop_map(|names| json!({ "AWS": names })),
        aws.prop_map(|aws| json!({ "AWS": aws, "Federated": "accounts.google.com" })),
        some_of(vec!["accounts.google.com", "arn:aws:iam::123456789012:oidc-provider/idp.example.com"])
            .prop_map(|federated| json!({ "Federated": federated })),
        Just(json!({ "CanonicalUser": CANONICAL_USER, "Service": "lambda.amazonaws.com" })),
    ]
}

/// An operator, a key and values, that belong together.
fn condition() -> impl Strategy<Value = (String, String, Value)> {
    let of_sort = |sort: &'static Sort| {
        let prefix = select(vec!["", "", "ForAnyValue:", "ForAllValues:"]);
        let suffix = select(vec!["", "", "IfExists"]);
        let key = select(vec!["", "", "s", "none"]);
        (prefix, select(sort.operators), suffix, key, some_of(sort.listed.to_vec())).prop_map(
            |(prefix, operator, suffix, key, values)| {
                let operator = if operator == "Null" {
                    operator.to_owned()
                } else {
                    format!("{prefix}{operator}{suffix}")
                };
                let key = if key == "none" { "k:none".to_owned() } else { format!("k:{}{key}", sort.word) };
                (operator, key, values)
            },
        )
    };
    (0..SORTS.len()).prop_flat_map(move |sort| of_sort(&SORTS[sort]))
}

/// One word, or a list of one to three.
fn some_of(words: Vec<&'static str>) -> impl Strategy<Value = Value> + Clone {
    prop_oneof![
        select(words.clone()).prop_map(|word| json!(word)),
        vec(select(words), 1..4).prop_map(|words| json!(words)),
    ]
}

/// A request to hold against them.
pub(crate) fn request() -> impl Strategy<Value = Value> {
    let action = select(vec![
        "s3:GetObject",
        "s3:GetObject",
        "S3:PUTOBJECT",
        "sts:AssumeRole",
        "sts:AssumeRoleWithWebIdentity",
        "sqs:SendMessage",
    ]);
    let resource = select(vec![
        "arn:aws:s3:::b/x",
        "arn:aws:s3:::b/xy/x",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b",
        "arn:aws-cn:s3:::b/x",
        "*",
    ]);
    let principal = select(vec![
        json!({ "user": USER }),
        json!({ "root": "arn:aws:iam::123456789012:root" }),
        json!({ "role": ROLE, "session": SESSION }),
        json!({ "role": ROLE, "session": SESSION, "provider": "accounts.google.com" }),
        json!({ "federated_user": FEDERATED_USER, "user": USER }),
        json!({ "federated_user": FEDERATED_USER }),
        json!({ "provider": "accounts.google.com" }),
        json!({ "service": "lambda.amazonaws.com" }),
        Value::Null,
    ]);
    (action, resource, principal, context()).prop_map(|(action, resource, principal, context)| {
        json!({ "action": action, "resource": resource, "principal": principal, "context": context })
    })
}

/// Of each sort a value and a set of up to two, or none of either.
fn context() -> impl Strategy<Value = Value> {
    let of_sort = |sort: &'static Sort| {
        let ones = sort.held.iter().map(Some).chain([None]).collect::<Vec<_>>();
        let sets =
            sort.held.windows(2).chain(sort.held.chunks(1)).chain([&sort.held[..0]]).collect::<Vec<_>>();
        (select(ones), select(sets))
    };
    let all: Vec<_> = SORTS.iter().map(of_sort).collect();
    all.prop_map(|found| {
        let mut context = Map::new();
        for (sort, (one, set)) in SORTS.iter().zip(found) {
            context.extend(one.map(|one| (format!("k:{}", sort.word), json!(one))));
            context.insert(format!("K:{}s", sort.word), json!(set));
        }
        Value::Object(context)
    })
}
