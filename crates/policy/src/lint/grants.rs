//! Which actions on which resources.

use super::meeting::at_most;
use super::words::{self, About};
use super::written::Written;
use super::{Code, Findings};
use crate::malformed::excerpt;

/// Operations that are no actions, and the action that is asked in their place.
const INSTEAD: [(&str, &str); 12] = [
    ("s3:listobjects", "s3:ListBucket"),
    ("s3:listobjectsv2", "s3:ListBucket"),
    ("s3:listbuckets", "s3:ListAllMyBuckets"),
    ("s3:headbucket", "s3:ListBucket"),
    ("s3:headobject", "s3:GetObject"),
    ("s3:copyobject", "s3:GetObject` and `s3:PutObject"),
    ("s3:deleteobjects", "s3:DeleteObject"),
    ("s3:createmultipartupload", "s3:PutObject"),
    ("s3:uploadpart", "s3:PutObject"),
    ("s3:completemultipartupload", "s3:PutObject"),
    ("s3:listparts", "s3:ListMultipartUploadParts"),
    ("s3:getbucketencryption", "s3:GetEncryptionConfiguration"),
];

/// Looks at the actions and resources of a statement.
pub(super) fn look(statement: &Written<'_>, found: &mut Findings) {
    let listed = statement.texts("Action").or_else(|| statement.texts("NotAction")).unwrap_or_default();
    listed.iter().for_each(|action| exists(action, found));
    for action in statement.actions() {
        has_resource(statement, &action, found);
    }
}

fn exists(action: &str, found: &mut Findings) {
    let service = words::service(action);
    if !words::knows(service) || !words::actions(action).is_empty() {
        return;
    }
    let shown = excerpt(action);
    let instead = INSTEAD.iter().find(|(wrong, _)| action.eq_ignore_ascii_case(wrong));
    let advice = match instead {
        Some((_, right)) => format!("write `{right}` for `{shown}`, which is an operation and no action"),
        None => format!("take out or correct `{shown}`, for `{service}` has no such action"),
    };
    found.add(Code::NoSuchAction, advice);
}

/// Whether one of the resources of a statement can be what the action is about.
fn has_resource(statement: &Written<'_>, action: &str, found: &mut Findings) {
    let (service, meant) = (words::service(action), words::actions(action));
    let resources = statement.resources();
    if meant.is_empty() || resources.is_empty() {
        return;
    }
    let fits = |resource: &String| {
        let resource = at_most(resource, statement.variables);
        meant.iter().any(|action| can_be(&resource, service, action.about))
    };
    if resources.iter().any(fits) {
        return;
    }
    let about = |wanted: About| meant.iter().all(|action| action.about == wanted);
    let right = if about(About::Bucket) {
        "the ARN of a bucket, as `arn:aws:s3:::my-bucket`"
    } else if about(About::Object) {
        "the ARN of objects, as `arn:aws:s3:::my-bucket/*`"
    } else {
        "a resource of its own service, or `*`"
    };
    let shown = excerpt(action);
    found.add(
        Code::ResourceMismatch,
        format!("give `{shown}` {right}, for it is never about the resources beside it"),
    );
}

fn can_be(resource: &str, service: &str, about: About) -> bool {
    if resource == "*" || service.is_empty() {
        return true;
    }
    let mut parts = resource.splitn(6, ':').skip(2);
    let of = parts.next().unwrap_or_default();
    let is_its_own = of.eq_ignore_ascii_case(service) || (service.eq_ignore_ascii_case("sts") && of == "iam");
    let rest = parts.nth(2);
    let may_be_object = rest.is_none_or(|rest| rest.contains(['/', '*', '?']));
    let may_be_bucket = rest.is_none_or(|rest| !rest.contains('/') || rest.contains(":accesspoint/"));
    is_its_own
        && match about {
            About::Anything => true,
            About::Bucket => may_be_bucket,
            About::Object => may_be_object,
        }
}
