//! Who may speak as the backend of a pool. Whoever may vouch for users may name any of them, unless a policy says whom: it
//! is asked with the user as a condition key, which is this server's own, and with the tags that the user shall have.

use super::logins::Logins;
use super::{LOGINS_DO_NOT_MATCH, fault_of, linked_elsewhere, not_authorized, on_pool};
use crate::app::App;
use crate::fault::{Fault, Said};
use crate::operation::{Access, Call, Permission, Signed};
use broker::iam::resource::Key;
use broker::identity_pool::developer::DeveloperRefused;
use broker::identity_pool::pools;
use domain::identity_pool::developer::{DeveloperUser, DeveloperUserIdentifier};
use domain::identity_pool::pool::IdentityPoolId;
use domain::identity_pool::provider::DeveloperProviderName;
use domain::tag::Tags;

/// Whoever signs and is allowed to name the user whom they name may ask.
pub struct SignedAsBackend;

/// What a backend must be allowed.
pub struct Naming {
    /// The IAM action.
    pub action: &'static str,
    /// The backend's pool.
    pub pool: IdentityPoolId,
    /// The tags that the user's sessions shall have.
    pub tags: Tags,
    /// Among these is the user: of the names under which logins are shown only the pool knows which is its backend's.
    pub shown: Vec<Shown>,
}

/// What is shown under a name that could be a backend's.
pub struct Shown {
    provider: DeveloperProviderName,
    /// Nothing if it is no user.
    user: Option<DeveloperUserIdentifier>,
}

impl Shown {
    /// All of these logins that could be a backend's.
    pub(super) fn among(logins: &Logins) -> Vec<Self> {
        let could_be = |(name, value): (&String, &String)| {
            let provider = DeveloperProviderName::parse(name).ok()?;
            Some(Self { provider, user: DeveloperUserIdentifier::parse(value).ok() })
        };
        logins.iter().filter_map(could_be).collect()
    }
}

impl Access for SignedAsBackend {
    type Permission = Naming;
    /// The user whom it was decided for.
    type Admitted = DeveloperUser;

    async fn admit(app: &App, call: &mut Call<'_>, asked: Naming) -> Result<DeveloperUser, Fault> {
        let Naming { action, pool, tags, shown } = asked;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| pools::find(records, &pool));
        let user = finding.await?.and_then(|pool| {
            let is_backend = |shown: &Shown| pool.is_developer_provider(shown.provider.as_str());
            match shown.into_iter().find(is_backend) {
                Some(Shown { provider, user: Some(user) }) => Ok(DeveloperUser { provider, user }),
                Some(Shown { user: None, .. }) => Err(DeveloperRefused::BadUser.into()),
                None => Err(DeveloperRefused::NotItsProvider.into()),
            }
        });
        let mut permission = about_user(action, &pool, user.as_ref().ok().map(|named| &named.user));
        permission.keys.extend(Key::of_tags(&tags));
        Signed::admit(app, call, permission).await?;
        let user = user.map_err(fault_of)?;
        call.notes.parameter("developerUserIdentifier", user.user.as_str());
        Ok(user)
    }
}

/// An action on a pool that is about a user of its backend.
pub(super) fn about_user(
    action: &'static str,
    pool: &IdentityPoolId,
    user: Option<&DeveloperUserIdentifier>,
) -> Permission {
    let keys = user.into_iter().map(user_key).collect();
    Permission { keys, ..on_pool(action, pool) }
}

/// The condition key of a user of a backend.
fn user_key(user: &DeveloperUserIdentifier) -> Key {
    Key::new("cognito-identity:DeveloperUserIdentifier", user.to_string())
}

/// What a backend is told that is refused. Which identity holds what it asked for is for the operator alone; of the texts the
/// specification has those of a provider that is not the pool's, and of logins that do not match.
pub(super) fn said(refused: DeveloperRefused) -> Said {
    let reason = refused.to_string();
    let said = match refused {
        DeveloperRefused::NotItsProvider => Said::bad_request(
            "InvalidParameterException",
            "This identity pool does not support the specified developer provider",
        ),
        DeveloperRefused::Registered { .. } => Said::bad_request(
            "DeveloperUserAlreadyRegisteredException",
            "The developer user identifier is already registered with a different identity.",
        ),
        DeveloperRefused::UserElsewhere(_) => Said::bad_request(
            "ResourceConflictException",
            "The developer user identifier is linked to another identity.",
        ),
        DeveloperRefused::LinkedElsewhere(_) => return linked_elsewhere(reason),
        DeveloperRefused::NoneOfItsLogins(_) => return not_authorized(LOGINS_DO_NOT_MATCH, reason),
        DeveloperRefused::ProviderTaken(_)
        | DeveloperRefused::BadUser
        | DeveloperRefused::Tags(_)
        | DeveloperRefused::TagsTooLarge { .. }
        | DeveloperRefused::NobodyNamed => {
            return Said::bad_request("InvalidParameterException", reason);
        }
    };
    Said { reason, ..said }
}
