//! What identities must be to be found, and pages of those that are.

use super::identity::ShownStanding;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::Call;
use crate::page;
use broker::identity_pool::search::{self, Found, Wanted};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::pool::IdentityPoolId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What identities must be; what is absent does not matter.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Filter {
    standing: Option<ShownStanding>,
    provider: Option<String>,
    created_from: Option<Timestamp>,
    created_before: Option<Timestamp>,
    used_from: Option<Timestamp>,
    unused_since: Option<Timestamp>,
}

impl Filter {
    /// What the audit tells of it.
    pub(super) fn noted(&self) -> Value {
        let moment = |moment: Option<Timestamp>| moment.map(Timestamp::rfc3339);
        json!({
            "standing": self.standing,
            "provider": self.provider,
            "createdFrom": moment(self.created_from),
            "createdBefore": moment(self.created_before),
            "usedFrom": moment(self.used_from),
            "unusedSince": moment(self.unused_since),
        })
    }

    /// What is looked for.
    pub(super) fn wanted(self, app: &App) -> Wanted {
        Wanted {
            standing: self.standing.map(Into::into),
            provider: self.provider.map(|provider| app.house.provider_name(&provider)),
            created_from: self.created_from,
            created_before: self.created_before,
            used_from: self.used_from,
            unused_since: self.unused_since,
        }
    }
}

/// What becomes of the identities that are found.
#[derive(Clone, Copy)]
pub(super) enum Fate {
    /// They are only told.
    Told,
    /// They are told, and gone from this moment on.
    RemovedAt(Timestamp),
}

impl Fate {
    /// Told, if that is all that is asked for.
    pub(super) const fn of(is_preview: bool, now: Timestamp) -> Self {
        if is_preview { Self::Told } else { Self::RemovedAt(now) }
    }
}

/// Which of the identities that are found.
pub(super) struct Page<'a> {
    /// At most so many.
    pub(super) most: usize,
    /// From where an earlier page has ended.
    pub(super) next_token: Option<&'a str>,
}

/// Finds a page of identities. Gives the token of the next page as well, if there can be one.
pub(super) async fn find(
    app: &App,
    pool: &IdentityPoolId,
    wanted: &Wanted,
    Page { most, next_token }: Page<'_>,
    fate: Fate,
) -> Result<(Vec<Identity>, Option<String>), Fault> {
    let after = page::after::<IdentityId>(next_token)?;
    let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
        let page = (after.as_ref(), most);
        match fate {
            Fate::Told => search::search(records, pool, wanted, page),
            Fate::RemovedAt(now) => search::remove(records, pool, wanted, page, now),
        }
    });
    let Found { identities, after } = finding.await?.map_err(super::words::fault_of)?;
    Ok((identities, after.map(|id| page::token_after(id.as_str()))))
}

/// The ids of a page of identities.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ids {
    identity_ids: Vec<IdentityId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Ids {
    /// Those of what was found, which the audit will tell if it is gone.
    pub(super) fn of(
        call: &mut Call<'_>,
        (found, next_token): (Vec<Identity>, Option<String>),
        fate: Fate,
    ) -> Self {
        let identity_ids: Vec<IdentityId> = found.into_iter().map(|identity| identity.id).collect();
        match fate {
            Fate::Told => call.notes.element("found", identity_ids.len()),
            Fate::RemovedAt(_) => {
                let ids: Vec<&str> = identity_ids.iter().map(IdentityId::as_str).collect();
                call.notes.element("deleted", ids);
            }
        }
        Self { identity_ids, next_token }
    }
}
