//! Access to many things in one request: each is decided for itself, and one that is denied keeps no other from being
//! allowed.

use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Access, Asked, Call, Permission, asked, caller_of};
use broker::iam::access::{AccessRefused, Asking, Authorized};

/// Whoever signs may ask; what they are allowed is done, and what not is told.
pub struct SignedForEach;

/// Whoever signs and is allowed any of it may ask; what they are allowed is done, and what not is told.
pub struct SignedForSome;

impl Access for SignedForEach {
    /// For each thing, all that must be allowed.
    type Permission = Vec<Vec<Permission>>;
    /// For each thing the proof that it was allowed, or nothing.
    type Admitted = Vec<Option<Authorized>>;

    async fn admit(
        app: &App,
        call: &mut Call<'_>,
        each: Vec<Vec<Permission>>,
    ) -> Result<Self::Admitted, Fault> {
        let caller = caller_of(app, call).await?;
        call.notes.caller(&caller);
        let decided = decide(app, call, Asking::Signed(&caller), &each).await?;
        Ok(decided.into_iter().map(|last| last.and_then(|asked| noted(call, asked))).collect())
    }
}

impl Access for SignedForSome {
    /// For each thing, what must be allowed.
    type Permission = Vec<Permission>;
    /// For each thing the proof that it was allowed, or nothing; not nothing for all of them.
    type Admitted = Vec<Option<Authorized>>;

    async fn admit(app: &App, call: &mut Call<'_>, each: Vec<Permission>) -> Result<Self::Admitted, Fault> {
        let caller = caller_of(app, call).await?;
        call.notes.caller(&caller);
        let each: Vec<Vec<Permission>> = each.into_iter().map(|permission| vec![permission]).collect();
        let asking = Asking::Signed(&caller);
        let mut decided = decide(app, call, asking, &each).await?.into_iter();
        let is_allowed_some = decided.as_slice().iter().flatten().any(|asked| asked.decided.is_ok());
        if !is_allowed_some && let Some(Some(first)) = decided.next() {
            first.settled(app, asking).map_err(|denied| denied.told(call))?;
        }
        Ok(decided.map(|last| last.and_then(|asked| noted(call, asked))).collect())
    }
}

/// Decides on each thing, as of one instant: the first denial of what it needs, or the last permission.
///
/// What the caller signs with is the same for all: if that was revoked, it is told once.
async fn decide(
    app: &App,
    call: &mut Call<'_>,
    asking: Asking<'_>,
    each: &[Vec<Permission>],
) -> Result<Vec<Option<Asked>>, Fault> {
    let of = &*call;
    let deciding = app.read(|records| {
        let mut decided = Vec::with_capacity(each.len());
        for all in each {
            let mut last = None;
            for permission in all {
                let asked = asked(records, app, of, asking, permission)?;
                let is_denied = asked.decided.is_err();
                last = Some(asked);
                if is_denied {
                    break;
                }
            }
            decided.push(last);
        }
        Ok(decided)
    });
    let mut decided = deciding.await?;
    let is_ended = |asked: &Asked| matches!(asked.decided, Err(AccessRefused::Ended(_)));
    if let Some(at) = decided.iter().position(|last| last.as_ref().is_some_and(is_ended))
        && let Some(ended) = decided.swap_remove(at)
    {
        ended.settled(app, asking).map_err(|denied| denied.told(call))?;
    }
    Ok(decided)
}

/// Puts one decision into the notes for the audit.
fn noted(call: &mut Call<'_>, asked: Asked) -> Option<Authorized> {
    match asked.decided {
        Ok(authorized) => {
            call.notes.decision(authorized.decision());
            Some(authorized)
        }
        Err(why) => {
            call.notes.denied(&asked.resource, &why);
            None
        }
    }
}
