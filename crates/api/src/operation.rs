//! What an operation is: its name, its input and output, who may ask for it, and what it does.

use crate::app::App;
use crate::audit::{Narrowed, Notes};
use crate::authorization_message;
use crate::body::RequestBody;
use crate::fault::{Common, Fault, Kind, NotAllowed};
use crate::s3;
use crate::service::Service;
use broker::diagnosis::is_scoped_down;
use broker::iam::access::{AccessRefused, Asking, Authorized, Question, authorize};
use broker::iam::access_keys;
use broker::iam::authenticate::{Caller, NotAuthenticated, Purpose, UserKey, authenticate};
use broker::iam::circumstances::Circumstances;
use broker::iam::resource::{Key, Resource};
use broker::iam::revocations::ended;
use bytes::Bytes;
use domain::iam::access_key::LastUse;
use domain::records::{Grounds, Read, Stop};
use domain::time::Timestamp;
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sigv4::payload::sha256;
use sigv4::{Presented, RequestHead, Rules};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::Future;

/// An operation of a service.
pub trait Operation: 'static {
    /// Its name in the model.
    const NAME: &'static str;
    /// What kind of event it is to the audit.
    const CATEGORY: Category = Category::Data;
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

/// What kind of event an operation is to the audit, by CloudTrail's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// It uses what is there, or reads it.
    Data,
    /// It changes who may do what, makes or deletes what others build on, or hands out everything at once. It is
    /// acknowledged only when the audit has recorded it; where that fails, the change itself was made all the same.
    Management,
}

impl Category {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Data => "Data",
            Self::Management => "Management",
        }
    }
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
    /// Its body, where the door read it whole before anything was decided. S3's arrives piece by piece.
    pub whole: Option<Bytes>,
    /// What the audit will say of it.
    pub notes: Notes,
    /// The codes of what lint finds in what was written.
    pub(crate) warnings: BTreeSet<&'static str>,
    /// How it ended, once it has.
    pub(crate) settled: Option<Settled>,
}

/// An operation that was asked for, and how that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The service's name, such as `cognito-identity`.
    pub service: &'static str,
    /// The operation's name in the model, or `Unknown`: never a name that somebody made up.
    pub operation: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not done.
    Not(Kind),
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

/// Whoever signs with SigV4 may ask; no policy is asked.
pub struct Identified;

/// What a signed caller must be allowed to do.
pub struct Permission {
    /// The IAM action.
    pub action: &'static str,
    /// What it is done to.
    pub resource: Resource,
    /// The condition keys of the service; absent ones are left out.
    pub keys: Vec<Key>,
}

/// A signed caller who was allowed the permission.
pub struct SignedBy {
    pub(crate) caller: Caller,
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

impl Access for Identified {
    type Permission = ();
    type Admitted = Caller;

    async fn admit(app: &App, call: &mut Call<'_>, (): ()) -> Result<Caller, Fault> {
        let caller = caller_of(app, call).await?;
        call.notes.caller(&caller);
        if let Some(ended) = app.read(|records| ended(records, &caller)).await? {
            return Err(Common::NotAuthenticated(NotAuthenticated::Ended(ended)).into());
        }
        call.notes.detail("reason", "the signature is right");
        Ok(caller)
    }
}

impl Access for Signed {
    type Permission = Permission;
    type Admitted = SignedBy;

    async fn admit(app: &App, call: &mut Call<'_>, permission: Permission) -> Result<SignedBy, Fault> {
        let caller = caller_of(app, call).await?;
        call.notes.caller(&caller);
        let authorized = admitted(app, call, Asking::Signed(&caller), &permission).await?;
        Ok(SignedBy { caller, authorized })
    }
}

impl SignedBy {
    /// Who signed.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Decides something else that the operation does as well, and refuses it as it refuses the operation itself. The
    /// audit tells of it where it is refused.
    pub async fn must_also(
        &self,
        app: &App,
        call: &mut Call<'_>,
        permission: Permission,
    ) -> Result<Authorized, Fault> {
        let asking = Asking::Signed(&self.caller);
        let asked = decide(app, call, asking, &permission).await?;
        asked.settled(app, asking).map_err(|denied| denied.told(call))
    }

    /// Decides something else that the operation does as well, within the transaction that does it. Where it is denied,
    /// the transaction must do nothing, and what it gives is told when it has ended.
    pub(crate) fn denied_also(
        &self,
        records: &mut impl Grounds,
        (app, call): (&App, &Call<'_>),
        permission: &Permission,
    ) -> Read<Option<Denied>> {
        let asking = Asking::Signed(&self.caller);
        Ok(asked(records, app, call, asking, permission)?.settled(app, asking).err())
    }
}

/// A permission as policies see it, and how they decided.
pub(crate) struct Asked {
    action: &'static str,
    /// The ARN of what it is about.
    pub(crate) resource: String,
    /// The condition keys of the operation.
    keys: Vec<Key>,
    /// What they said.
    pub(crate) decided: Result<Authorized, AccessRefused>,
}

impl Asked {
    /// The proof that it was allowed, or what is to be told where it was not.
    pub(crate) fn settled(self, app: &App, asking: Asking<'_>) -> Result<Authorized, Denied> {
        let Self { action, resource, keys, decided } = self;
        decided.map_err(|why| {
            let encoded = authorization_message::encoded(app, asking, (action, &resource, &keys), &why);
            let session = asking.session();
            let is_scoped_down = session.is_some_and(is_scoped_down);
            let carried = session.map(Narrowed::of);
            let caller = asking.arn(&app.house.account.id);
            Denied {
                keys,
                carried,
                no: NotAllowed { caller, action, resource, why, is_scoped_down, encoded },
            }
        })
    }
}

/// A permission that somebody has not.
pub(crate) struct Denied {
    keys: Vec<Key>,
    carried: Option<Narrowed>,
    no: NotAllowed,
}

impl Denied {
    /// The refusal, of which the audit will tell.
    pub(crate) fn told(self, call: &mut Call<'_>) -> Fault {
        let Self { keys, carried, no } = self;
        if let Some(narrowed) = carried {
            call.notes.narrowed(narrowed);
        }
        call.notes.access((no.action, &no.resource, &keys), Some(&no.why));
        if let AccessRefused::Ended(ended) = no.why {
            // Nothing was asked of any policy, and the caller needs other credentials, not other permissions.
            return Common::NotAuthenticated(NotAuthenticated::Ended(ended)).into();
        }
        Common::NotAllowed(no).into()
    }
}

/// Lets somebody in whom policies allow the permission, and notes how they decided.
pub(crate) async fn admitted(
    app: &App,
    call: &mut Call<'_>,
    asking: Asking<'_>,
    permission: &Permission,
) -> Result<Authorized, Fault> {
    let asked = decide(app, call, asking, permission).await?;
    let why = asked.decided.as_ref().err();
    call.notes.access((permission.action, &asked.resource, &asked.keys), why);
    let authorized = asked.settled(app, asking).map_err(|denied| denied.told(call))?;
    call.notes.decision(authorized.decision());
    Ok(authorized)
}

/// How policies decide on a permission, as of this instant.
pub(crate) async fn decide(
    app: &App,
    call: &Call<'_>,
    asking: Asking<'_>,
    permission: &Permission,
) -> Result<Asked, Fault> {
    Ok(app.read(|records| asked(records, app, call, asking, permission)).await?)
}

/// How policies decide on a permission, as of one instant.
pub(crate) fn asked(
    records: &mut impl Grounds,
    app: &App,
    call: &Call<'_>,
    asking: Asking<'_>,
    permission: &Permission,
) -> Read<Asked> {
    let account = &app.house.account;
    let about = permission.resource.asked_by(asking);
    let resource = about.arn(records, account)?;
    let mut keys = permission.keys.clone();
    keys.extend(about.keys(records, account)?);
    let policy = about.policy(records, &account.id)?;
    let mut all_keys = s3::service_keys(call, asking, &app.house);
    all_keys.extend_from_slice(&keys);
    let question = Question {
        action: permission.action,
        resource: &resource,
        policy: policy.as_ref(),
        keys: &all_keys,
        circumstances: &call.circumstances,
    };
    let decided = match authorize(records, &app.house, asking, &question, call.now) {
        Ok(authorized) => Ok(authorized),
        Err(Stop::Refused(why)) => Err(why),
        Err(Stop::Unready(unready)) => return Err(unready),
    };
    Ok(Asked { action: permission.action, resource, keys, decided })
}

/// Finds out who signed a request, or refuses.
pub(crate) async fn caller_of(app: &App, call: &mut Call<'_>) -> Result<Caller, Fault> {
    signer_of(app, call).await?.ok_or_else(|| Common::Anonymous.into())
}

/// Finds out who signed a request, if it is signed at all, or refuses. Records are read only for keys of users.
pub(crate) async fn signer_of(app: &App, call: &mut Call<'_>) -> Result<Option<Caller>, Fault> {
    let sent = call.head;
    let headers: Vec<(&str, &[u8])> =
        sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let head = RequestHead {
        method: sent.method.as_str(),
        path: sent.uri.path(),
        query: sent.uri.query().unwrap_or_default(),
        headers: &headers,
    };
    let signed = match Presented::of(head).map_err(|refused| Common::NotAuthenticated(refused.into()))? {
        Presented::Signed(signed) => signed,
        Presented::Unsigned => return Ok(None),
    };
    let user = match app.secrets.id_of_user_key(signed.access_key_id()) {
        Some(id) => app.read(|records| UserKey::named(records, &id)).await?,
        None => None,
    };
    let ring = app.secrets.ring();
    let keys = app.secrets.signature_keys(&ring, user.as_ref());
    let Service { signing_name, is_global, .. } = *call.service;
    let rules = call.whole.as_ref().map_or(Rules::S3, |body| Rules::Standard { body: sha256(body) });
    let purpose = Purpose { service: signing_name, is_global, rules };
    let caller = authenticate(&signed, purpose, &app.house, keys, call.now).map_err(|why| {
        call.notes.not_authenticated(signed.access_key_id(), &why);
        Common::NotAuthenticated(why)
    })?;
    if caller.user().is_some() {
        let region = signed.scope().region.to_owned();
        let last = LastUse { at: call.now, service: signing_name.to_owned(), region };
        note_use(app, &caller, &last).await;
    }
    Ok(Some(caller))
}

/// Notes that a user's key was used. A use that cannot be written stands in nobody's way; the next one is tried again.
async fn note_use(app: &App, caller: &Caller, last: &LastUse) {
    let id = caller.access_key();
    if !app.key_uses.note(id, last) {
        return;
    }
    let writing = app.store.transact(app.entropy.as_ref(), |records, _| {
        access_keys::used(records, id, last).map_err(Stop::<Infallible>::from)
    });
    if let Err(breakdown) = writing.await {
        app.key_uses.forget(id);
        tracing::error!(%breakdown, "the last use of an access key cannot be written");
    }
}
