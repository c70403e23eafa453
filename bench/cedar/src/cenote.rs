//! Cenote's evaluator, on the policies as AWS writes them.

use policy::{Account, Context, Document, Kind, Named, PolicySet, Principal, Request, decide};

use crate::asked::{Asked, Resource};
use crate::callers::{CALLERS, Caller, text};

const ACCOUNT: Account<'_> = Account { id: "123456789012", canonical_user: None };
const ROLE: &str = "arn:aws:iam::123456789012:role/app/holder";
const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/holder/CognitoIdentityCredentials";
const USER: &str = "arn:aws:iam::123456789012:user/staff/somebody";

/// The policies of every caller, read.
pub(crate) struct Evaluator(Vec<Carried>);

struct Carried {
    identity: Vec<Named<'static>>,
    boundary: Option<Named<'static>>,
    session: Option<Vec<Named<'static>>>,
}

/// What is known of a request: the ARN it is about, and the condition keys that the server gathers.
pub(crate) struct Known<'a> {
    arn: String,
    context: Context<'a>,
}

impl Evaluator {
    pub(crate) fn read() -> Evaluator {
        // Documents live as long as the program, which ends with the last figure.
        let read = |name: &'static str| -> Named<'static> {
            let document = Document::parse(&text(name, "json"), Kind::Identity).unwrap();
            Named { name, document: Box::leak(Box::new(document)) }
        };
        let carried = |caller: &Caller| Carried {
            identity: caller.identity.iter().copied().map(read).collect(),
            boundary: caller.boundary.map(read),
            session: caller.session.map(|name| vec![read(name)]),
        };
        Evaluator(CALLERS.iter().map(carried).collect())
    }

    /// Decides a request by the policies of its caller.
    pub(crate) fn allows(&self, asked: &Asked, known: &Known<'_>) -> bool {
        let Carried { identity, boundary, session } = &self.0[asked.caller];
        let principal = if asked.username.is_some() {
            Principal::User { account: ACCOUNT, arn: USER }
        } else {
            let provider = Some("cognito-identity.amazonaws.com");
            Principal::RoleSession { account: ACCOUNT, role: ROLE, session: SESSION, provider }
        };
        let request =
            Request { principal, action: asked.action, resource: &known.arn, context: &known.context };
        let policies = PolicySet { identity, boundary: *boundary, session: session.as_deref() };
        decide(&request, &policies, None).is_allowed()
    }
}

/// What is known of each request.
pub(crate) fn known(requests: &[Asked]) -> Vec<Known<'_>> {
    requests.iter().map(|asked| Known { arn: arn(&asked.resource), context: context(asked) }).collect()
}

fn arn(resource: &Resource) -> String {
    match resource {
        Resource::All => "*".to_owned(),
        Resource::Bucket(bucket) => format!("arn:aws:s3:::{bucket}"),
        Resource::Object { bucket, key } => format!("arn:aws:s3:::{bucket}/{key}"),
        Resource::Pool { id, .. } => {
            format!("arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{id}")
        }
        Resource::UserPool { id } => format!("arn:aws:cognito-idp:us-east-1:123456789012:userpool/{id}"),
        Resource::Role { name } => format!("arn:aws:iam::123456789012:role/{name}"),
    }
}

/// The keys that the server gathers for every request, in its order, then those of this one.
fn context(asked: &Asked) -> Context<'_> {
    let mut context = Context::new();
    let mut add = |key: &'static str, value: Option<&'_ str>| {
        if let Some(value) = value {
            context.insert(key, value.to_owned());
        }
    };
    let is_user = asked.username.is_some();
    let truth = |truth: bool| if truth { "true" } else { "false" };
    add("cognito-identity.amazonaws.com:aud", asked.sub.as_deref().map(|_| "us-east-1:0c0ffee0"));
    add("cognito-identity.amazonaws.com:sub", asked.sub.as_deref());
    add("aws:federatedprovider", asked.sub.as_deref().map(|_| "cognito-identity.amazonaws.com"));
    add("aws:principalarn", Some(if is_user { USER } else { ROLE }));
    add("aws:principalaccount", Some(ACCOUNT.id));
    add("aws:principaltype", Some(if is_user { "User" } else { "AssumedRole" }));
    add("aws:userid", Some("AROA1234567890EXAMPLE:CognitoIdentityCredentials"));
    add("aws:username", asked.username);
    add("aws:tokenissuetime", asked.issued.map(|(text, _)| text));
    add("aws:multifactorauthpresent", asked.second_factor.map(truth));
    add("aws:securetransport", Some(truth(asked.secure)));
    add("aws:requestedregion", Some("us-east-1"));
    add("aws:currenttime", Some(asked.now.0));
    add("aws:epochtime", Some(&asked.now.1.to_string()));
    add("aws:sourceip", Some(asked.address));
    add("aws:useragent", Some("aws-sdk-js/3.900.0 ua/2.1 os/macOS lang/js"));
    add("aws:principaltag/department", asked.department);
    add("aws:principaltag/job", asked.job);
    add("aws:principaltag/project", asked.project);
    add("s3:prefix", asked.prefix.as_deref());
    add("s3:max-keys", asked.max_keys.map(|keys| keys.to_string()).as_deref());
    add("s3:x-amz-server-side-encryption", asked.encryption);
    add("iam:permissionsboundary", asked.boundary);
    add("iam:passedtoservice", asked.passed_to);
    add("iam:awsservicename", asked.service);
    if let Resource::Pool { project, .. } = &asked.resource {
        add("aws:resourcetag/project", *project);
    }
    context
}
