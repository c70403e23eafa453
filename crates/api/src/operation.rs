//! What an operation is: its name, its input and output, who may ask for it, and what it does.

use crate::app::App;
use crate::audit::Notes;
use crate::body::RequestBody;
use crate::fault::{Common, Fault};
use crate::service::Service;
use broker::iam::access::{AccessRefused, Authorized, Circumstances, Question, authorize};
use broker::iam::authenticate::{Caller, authenticate};
use domain::time::Timestamp;
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sigv4::{Presented, RequestHead, Rules};
use std::future::Future;

/// An operation of a service.
pub trait Operation: 'static {
    /// Its name in the model.
    const NAME: &'static str;
    /// What it takes: the members of the model's input that are served. A request with any other member is refused.
    type Input: DeserializeOwned + Send + Sync;
    /// What it gives: members of the model's output.
    type Output: Serialize + Send;
    /// Who may ask.
    type Access: Access;

    /// What a caller must be allowed to do.
    fn permission(input: &Self::Input) -> Result<<Self::Access as Access>::Permission, Fault>;

    /// Does it, for somebody who was let in.
    fn run(
        app: &App,
        call: &mut Call<'_>,
        admitted: <Self::Access as Access>::Admitted,
        input: Self::Input,
    ) -> impl Future<Output = Result<Reply<Self::Output>, Fault>> + Send;
}

/// What an operation answers.
pub struct Reply<O> {
    /// The members of its output.
    pub output: O,
    /// A body of bytes, where the output has one.
    pub body: Option<crate::body::ResponseBody>,
    /// Whether it answers with a part of what was asked for (206).
    pub is_partial: bool,
    /// Whether credentials or tokens leave with it. They leave only when the audit has recorded it.
    pub issues: bool,
}

impl<O> Reply<O> {
    /// An answer of members alone.
    pub const fn of(output: O) -> Self {
        Self { output, body: None, is_partial: false, issues: false }
    }

    /// An answer that hands out credentials or tokens.
    pub const fn issuing(output: O) -> Self {
        Self { output, body: None, is_partial: false, issues: true }
    }
}

/// A request on its way.
pub struct Call<'a> {
    /// The service it is for.
    pub service: &'a Service,
    /// When it came.
    pub now: Timestamp,
    /// From where and how it came.
    pub circumstances: Circumstances,
    /// Its head.
    pub head: &'a Parts,
    /// Its body, until somebody reads it.
    pub body: RequestBody,
    /// What the audit will say of it.
    pub notes: Notes,
}

/// Who may ask for an operation: a rule that cannot be skipped, because running needs what only it gives.
pub trait Access {
    /// What the operation says about what must be allowed.
    type Permission: Send;
    /// What the operation gets when somebody was let in.
    type Admitted: Send;

    /// Lets somebody in, or not.
    fn admit(
        app: &App,
        call: &mut Call<'_>,
        permission: Self::Permission,
    ) -> impl Future<Output = Result<Self::Admitted, Fault>> + Send;
}

/// Anybody may ask; a signature, if there is one, is not looked at.
pub struct Public;

/// Whoever signs with SigV4 and is allowed the permission may ask.
pub struct Signed;

/// What a signed caller must be allowed to do.
pub struct Permission {
    /// The IAM action.
    pub action: &'static str,
    /// The ARN of what it is done to.
    pub resource: String,
    /// The condition keys of the service; absent ones are left out.
    pub keys: Vec<(&'static str, String)>,
}

/// A signed caller who was allowed the permission.
pub struct SignedBy {
    caller: Caller,
    /// Proof that access was decided.
    pub authorized: Authorized,
}

impl Access for Public {
    type Permission = ();
    type Admitted = ();

    async fn admit(_: &App, _: &mut Call<'_>, (): ()) -> Result<(), Fault> {
        Ok(())
    }
}

impl Access for Signed {
    type Permission = Permission;
    type Admitted = SignedBy;

    async fn admit(app: &App, call: &mut Call<'_>, permission: Permission) -> Result<SignedBy, Fault> {
        let caller = caller_of(app, call)?;
        call.notes.caller(&caller);
        let decided = decide(app, call, &caller, &permission).await?;
        call.notes.access(&permission, &decided);
        let authorized = decided.map_err(Common::AccessRefused)?;
        call.notes.decision(authorized.decision());
        Ok(SignedBy { caller, authorized })
    }
}

impl SignedBy {
    /// What the signature says of the body.
    pub const fn payload(&self) -> &sigv4::PayloadHash {
        self.caller.payload()
    }

    /// Whether the caller may also do something else, where the answer depends on that.
    pub async fn may_also(&self, app: &App, call: &Call<'_>, permission: &Permission) -> Result<bool, Fault> {
        Ok(decide(app, call, &self.caller, permission).await?.is_ok())
    }
}

async fn decide(
    app: &App,
    call: &Call<'_>,
    caller: &Caller,
    permission: &Permission,
) -> Result<Result<Authorized, AccessRefused>, Fault> {
    let question = Question {
        action: permission.action,
        resource: permission.resource.clone(),
        keys: permission.keys.clone(),
        circumstances: &call.circumstances,
    };
    let ask = app.store.transact(app.entropy.as_ref(), |records, _| {
        authorize(records, &app.house, caller, &question, call.now)
    });
    Ok(ask.await?)
}

/// Finds out who signed a request to S3, or refuses.
fn caller_of(app: &App, call: &Call<'_>) -> Result<Caller, Fault> {
    let headers: Vec<(&str, &[u8])> =
        call.head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let head = RequestHead {
        method: call.head.method.as_str(),
        path: call.head.uri.path(),
        query: call.head.uri.query().unwrap_or_default(),
        headers: &headers,
    };
    let signed = match Presented::of(head).map_err(|refused| Common::NotAuthenticated(refused.into()))? {
        Presented::Signed(signed) => signed,
        Presented::Unsigned => return Err(Common::Anonymous.into()),
    };
    let ring = app.secrets.ring();
    let keys = app.secrets.signature_keys(&ring);
    let caller = authenticate(&signed, (call.service.signing_name, Rules::S3), &app.house, keys, call.now);
    caller.map_err(|refused| Common::NotAuthenticated(refused).into())
}
