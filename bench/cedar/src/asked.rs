//! What is asked: requests drawn from a fixed seed, all different, most of them about what the caller's
//! policies speak of.

use std::collections::HashSet;

use crate::callers::{CALLERS, Caller};

pub(crate) const REQUESTS_PER_CALLER: usize = 1_400;

/// A request, and what is known about it. A moment is told in words and in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    pub(crate) caller: usize,
    pub(crate) action: &'static str,
    pub(crate) resource: Resource,
    /// The identity id of a pool's user; an IAM user has a name instead.
    pub(crate) sub: Option<String>,
    pub(crate) username: Option<&'static str>,
    pub(crate) department: Option<&'static str>,
    pub(crate) job: Option<&'static str>,
    pub(crate) project: Option<&'static str>,
    pub(crate) prefix: Option<String>,
    pub(crate) max_keys: Option<u32>,
    pub(crate) encryption: Option<&'static str>,
    pub(crate) boundary: Option<&'static str>,
    pub(crate) passed_to: Option<&'static str>,
    pub(crate) service: Option<&'static str>,
    pub(crate) secure: bool,
    pub(crate) address: &'static str,
    pub(crate) issued: Option<Moment>,
    pub(crate) now: Moment,
    pub(crate) second_factor: Option<bool>,
}

pub(crate) type Moment = (&'static str, i64);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Resource {
    All,
    Bucket(&'static str),
    Object {
        bucket: &'static str,
        key: String,
    },
    Pool {
        id: String,
        project: Option<&'static str>,
    },
    UserPool {
        id: String,
    },
    /// Path and name, without the first slash.
    Role {
        name: String,
    },
}

#[derive(Clone, Copy)]
enum Sort {
    All,
    Bucket,
    Object,
    Pool,
    UserPool,
    Role,
}

const ACTIONS: [(&str, Sort); 46] = [
    ("s3:GetObject", Sort::Object),
    ("s3:GetObject", Sort::Object),
    ("s3:GetObject", Sort::Object),
    ("s3:GetObject", Sort::Object),
    ("s3:PutObject", Sort::Object),
    ("s3:PutObject", Sort::Object),
    ("s3:PutObject", Sort::Object),
    ("s3:DeleteObject", Sort::Object),
    ("s3:GetObjectTagging", Sort::Object),
    ("s3:PutObjectTagging", Sort::Object),
    ("s3:ListBucket", Sort::Bucket),
    ("s3:ListBucket", Sort::Bucket),
    ("s3:ListBucket", Sort::Bucket),
    ("s3:GetBucketLocation", Sort::Bucket),
    ("s3:PutBucketPolicy", Sort::Bucket),
    ("s3:PutLifecycleConfiguration", Sort::Bucket),
    ("s3:ListAllMyBuckets", Sort::All),
    ("cognito-identity:GetOpenIdTokenForDeveloperIdentity", Sort::Pool),
    ("cognito-identity:LookupDeveloperIdentity", Sort::Pool),
    ("cognito-identity:DescribeIdentityPool", Sort::Pool),
    ("cognito-identity:GetIdentityPoolRoles", Sort::Pool),
    ("cognito-identity:UpdateIdentityPool", Sort::Pool),
    ("cognito-identity:DeleteIdentityPool", Sort::Pool),
    ("cognito-identity:ListIdentityPools", Sort::All),
    ("cognito-identity:DescribeIdentity", Sort::All),
    ("cognito-idp:AdminGetUser", Sort::UserPool),
    ("cognito-idp:ListUsers", Sort::UserPool),
    ("cognito-idp:AdminSetUserPassword", Sort::UserPool),
    ("cognito-idp:DescribeUserPool", Sort::UserPool),
    ("cognito-sync:UpdateRecords", Sort::All),
    ("cognito-sync:ListRecords", Sort::All),
    ("mobileanalytics:PutEvents", Sort::All),
    ("iam:GetRole", Sort::Role),
    ("iam:ListRoles", Sort::All),
    ("iam:CreateRole", Sort::Role),
    ("iam:PutRolePolicy", Sort::Role),
    ("iam:AttachRolePolicy", Sort::Role),
    ("iam:PassRole", Sort::Role),
    ("iam:DeleteRolePermissionsBoundary", Sort::Role),
    ("iam:CreateServiceLinkedRole", Sort::Role),
    ("iam:DeleteServiceLinkedRole", Sort::Role),
    ("iam:CreateUser", Sort::All),
    ("sts:GetCallerIdentity", Sort::All),
    ("sts:AssumeRole", Sort::Role),
    ("lambda:ListFunctions", Sort::All),
    ("dynamodb:GetItem", Sort::All),
];

const BUCKETS: [&str; 6] = ["app-storage", "photos", "corp-docs", "exports", "logs", "deployments"];
const DEPARTMENTS: [&str; 3] = ["sales", "legal", "engineering"];
const USERS: [&str; 3] = ["alice", "bob", "carol"];
const PROJECTS: [&str; 2] = ["atlas", "borealis"];
const ADDRESSES: [&str; 6] =
    ["203.0.113.7", "203.0.113.200", "10.20.30.40", "2001:db8::17", "198.51.100.9", "2001:db9::1"];
const ISSUED: [Moment; 4] = [
    ("2026-05-04T07:00:00Z", 1_777_878_000),
    ("2026-05-04T06:30:00Z", 1_777_876_200),
    ("2026-03-01T00:00:00Z", 1_772_323_200),
    ("2026-02-28T23:59:59Z", 1_772_323_199),
];
const NOW: [Moment; 3] = [
    ("2026-05-04T08:15:00Z", 1_777_882_500),
    ("2026-06-30T12:00:00Z", 1_782_820_800),
    ("2026-07-01T00:00:00Z", 1_782_864_000),
];

/// All requests, the same at each run.
pub(crate) fn all() -> Vec<Asked> {
    let mut dice = Dice(0x5eed);
    (0..CALLERS.len()).flat_map(|caller| of(caller, &mut dice)).collect()
}

fn of(caller: usize, dice: &mut Dice) -> Vec<Asked> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    while found.len() < REQUESTS_PER_CALLER {
        let asked = draw(caller, dice);
        if seen.insert(asked.clone()) {
            found.push(asked);
        }
    }
    found
}

fn draw(caller: usize, dice: &mut Dice) -> Asked {
    let Caller { is_user, services, .. } = CALLERS[caller];
    let sub = (!is_user).then(|| identity_id(dice.below(40)));
    let username = is_user.then(|| dice.one_of(&USERS));
    let department = dice.mostly().then(|| dice.one_of(&DEPARTMENTS));
    let project = dice.mostly().then(|| dice.one_of(&PROJECTS));
    let (action, sort) = action(services, dice);
    let own = Own { sub: sub.as_deref(), username, department };
    let is = |named: &str| action == named;
    Asked {
        caller,
        action,
        resource: resource(sort, &own, dice),
        prefix: if is("s3:ListBucket") { prefix(&own, dice) } else { None },
        max_keys: (is("s3:ListBucket") && dice.mostly()).then(|| dice.one_of(&[10, 100, 101, 1000])),
        encryption: (is("s3:PutObject") && dice.mostly())
            .then(|| dice.one_of(&["AES256", "aws:kms", "none"])),
        boundary: (action.starts_with("iam:") && dice.mostly()).then(|| {
            dice.one_of(&[
                "arn:aws:iam::123456789012:policy/developers",
                "arn:aws:iam::123456789012:policy/others",
            ])
        }),
        passed_to: is("iam:PassRole")
            .then(|| dice.one_of(&["cognito-identity.amazonaws.com", "lambda.amazonaws.com"])),
        service: is("iam:CreateServiceLinkedRole").then(|| {
            dice.one_of(&[
                "cognito-idp.amazonaws.com",
                "email.cognito-idp.amazonaws.com",
                "lex.amazonaws.com",
            ])
        }),
        secure: dice.below(10) > 0,
        address: if dice.mostly() { dice.one_of(&ADDRESSES[..4]) } else { dice.one_of(&ADDRESSES) },
        issued: (!is_user).then(|| if dice.mostly() { ISSUED[dice.below(2)] } else { dice.one_of(&ISSUED) }),
        now: if dice.mostly() { NOW[0] } else { dice.one_of(&NOW) },
        second_factor: dice.mostly().then(|| dice.mostly()),
        job: dice.mostly().then(|| dice.one_of(&["editor", "lead", "reader"])),
        sub,
        username,
        department,
        project,
    }
}

/// What a caller calls its own.
struct Own<'a> {
    sub: Option<&'a str>,
    username: Option<&'static str>,
    department: Option<&'static str>,
}

fn action(services: &[&str], dice: &mut Dice) -> (&'static str, Sort) {
    let anything = dice.below(10) == 0;
    loop {
        let (action, sort) = dice.one_of(&ACTIONS);
        let service = action.split(':').next().unwrap_or_default();
        if anything || services.contains(&service) {
            return (action, sort);
        }
    }
}

fn identity_id(number: usize) -> String {
    format!("us-east-1:5e22dd60-47e9-4dc8-9717-{number:012}")
}

fn resource(sort: Sort, own: &Own<'_>, dice: &mut Dice) -> Resource {
    match sort {
        Sort::All => Resource::All,
        Sort::Bucket => Resource::Bucket(dice.one_of(&BUCKETS)),
        Sort::Object => object(own, dice),
        Sort::Pool => Resource::Pool {
            id: format!("us-east-1:0c0ffee0-0000-4000-8000-{:012}", dice.below(20)),
            project: dice.mostly().then(|| dice.one_of(&PROJECTS)),
        },
        Sort::UserPool => Resource::UserPool { id: format!("us-east-1_{:09}", dice.below(20)) },
        Sort::Role => {
            let path = dice.one_of(&[
                "app/",
                "app/",
                "",
                "ops/",
                "aws-service-role/cognito-idp.amazonaws.com/AWSServiceRoleForAmazonCognitoIdp",
            ]);
            Resource::Role { name: format!("{path}role{}", dice.below(20)) }
        }
    }
}

fn object(own: &Own<'_>, dice: &mut Dice) -> Resource {
    let bucket = dice.one_of(&BUCKETS);
    let file = format!("{}/{:03}.jpg", dice.one_of(&["2025", "2026", "drafts"]), dice.below(200));
    let key = match bucket {
        "app-storage" => {
            let level = dice.one_of(&["public", "protected", "private", "uploads", "internal"]);
            format!("{level}/{}/{file}", someone(own.sub, dice))
        }
        "photos" => format!("{}/{file}", someone(own.sub, dice)),
        "corp-docs" if dice.below(2) == 0 => {
            let of = own.department.filter(|_| dice.mostly()).unwrap_or_else(|| dice.one_of(&DEPARTMENTS));
            format!("departments/{of}/{file}")
        }
        "corp-docs" => {
            let of = own.username.filter(|_| dice.mostly()).unwrap_or_else(|| dice.one_of(&USERS));
            format!("home/{of}/{file}")
        }
        _ => file,
    };
    Resource::Object { bucket, key }
}

/// Mostly the identity that asks, else another one.
fn someone(sub: Option<&str>, dice: &mut Dice) -> String {
    match sub {
        Some(sub) if dice.mostly() => sub.to_owned(),
        _ => identity_id(dice.below(40)),
    }
}

fn prefix(own: &Own<'_>, dice: &mut Dice) -> Option<String> {
    let sub = someone(own.sub, dice);
    let prefix = match dice.below(12) {
        0 => return None,
        1 => String::new(),
        2 => "public/".to_owned(),
        3 => format!("public/{:03}", dice.below(100)),
        4 => format!("protected/{sub}/"),
        5 | 6 => format!("private/{sub}/"),
        7 | 8 => format!("{sub}/{}", dice.one_of(&["", "2025/", "2026/"])),
        9 => format!("departments/{}/", own.department.unwrap_or("sales")),
        10 => format!("home/{}/", own.username.unwrap_or("alice")),
        _ => format!("private/{sub}"),
    };
    Some(prefix)
}

/// A sequence of numbers, the same at each run. Source: Steele and others, "Fast splittable pseudorandom number generators".
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Four times in five.
    fn mostly(&mut self) -> bool {
        self.below(5) > 0
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}
