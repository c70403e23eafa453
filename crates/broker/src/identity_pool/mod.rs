//! Identity pools: proving logins, finding or making identities, issuing credentials.

pub mod claim;
pub mod credentials;
pub mod developer;
pub mod get_id;
pub mod handing_out;
pub mod identities;
pub mod issuers;
pub mod linking;
pub mod merges;
pub mod mistake;
pub mod new_id;
pub mod open_id;
pub mod options;
pub mod pools;
pub mod principal_tags;
pub mod rehearsal;
pub mod scope_down;
pub mod search;
pub mod self_written;
pub mod token_keys;
pub mod unlink;
pub mod users;

use crate::iam::assume::AssumeRefused;
use crate::iam::revocations::NotIssued;
use crate::identity_pool::developer::DeveloperRefused;
use crate::identity_pool::handing_out::Unsafe;
use crate::identity_pool::linking::MOST_LOGINS;
use crate::identity_pool::mistake::Mistake;
use crate::identity_pool::scope_down::BadScopeDown;
use crate::identity_pool::self_written::SelfWritten;
use domain::arn::RoleArn;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::IdentityPoolId;
use domain::identity_pool::principal_tag::BadClaim;
use domain::identity_pool::role_choice::NotChosen;
use domain::identity_pool::role_mapping::MOST_RULES;
use domain::tag::BadTags;
use domain::user_pool::client::ClientId;
use login::LoginRefused;

/// The action that a trust policy must allow to whoever takes on its role with a token.
pub(crate) const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

/// The action that it must allow besides where the session has tags.
pub const TAG_SESSION: &str = "sts:TagSession";

/// Why an identity pool says no.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such pool.
    #[error("there is no identity pool `{0}`")]
    NoSuchPool(IdentityPoolId),
    /// There is a pool of this id.
    #[error("an identity pool `{0}` exists already")]
    Exists(IdentityPoolId),
    /// There are as many pools as there may be.
    #[error("there are {0} identity pools already, and no more may be made")]
    TooManyPools(usize),
    /// A pool may not list so many of something.
    #[error("an identity pool lists at most {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many it may list.
        most: usize,
    },
    /// These cannot be the tags of a pool.
    #[error("{0}")]
    Tags(#[from] BadTags),
    /// These policies cannot narrow guests.
    #[error("{0}")]
    ScopeDown(#[from] BadScopeDown),
    /// The developer provider of a pool would change.
    #[error("the developer provider of an identity pool cannot be changed once it is set")]
    DeveloperProviderIsSet,
    /// A role that a pool would hand out is not there.
    #[error("there is no role `{0}`")]
    NoSuchRole(RoleArn),
    /// There is no such identity.
    #[error("there is no identity `{0}`")]
    NoSuchIdentity(IdentityId),
    /// The identity was not merged into another of the pool.
    #[error("identity `{0}` was not merged into another of the pool")]
    NotMerged(IdentityId),
    /// Nobody in the pool holds a login.
    #[error("nobody in the pool holds the login `{}` of `{}`", .0.subject, .0.provider)]
    NobodyHolds(LoginKey),
    /// No login was shown, and the pool does not welcome guests.
    #[error("the pool does not welcome guests")]
    GuestsUnwelcome,
    /// The pool accepts no provider of this kind.
    #[error("the pool accepts no provider of the kind of `{key}`")]
    NoSuchProvider {
        /// What was shown as a provider's name.
        key: String,
        /// What is wrong with it.
        mistake: Mistake,
    },
    /// The pool lists this provider, but its logins are not served yet.
    #[error("logins of `{0}` are not served yet")]
    UnservedProvider(String),
    /// The pool accepts providers of this kind, but not this one.
    #[error("the pool does not accept the provider `{key}`")]
    UnsupportedProvider {
        /// The provider's name.
        key: String,
        /// What is wrong with it.
        mistake: Mistake,
    },
    /// An identity would hold two logins of one public provider.
    #[error("an identity holds one login of `{0}` at most")]
    SecondLogin(String),
    /// An identity would hold more logins than it may.
    #[error("an identity holds at most {MOST_LOGINS} logins")]
    TooManyLogins,
    /// The identity holds no login of this provider.
    #[error("no login of `{0}` is linked to the identity")]
    NotLinked(String),
    /// What was shown is the name of the pool's developer provider, which vouches to the pool's backend alone.
    #[error("`{0}` is the pool's developer provider")]
    DeveloperProvider(String),
    /// What a backend asks for is refused.
    #[error("{0}")]
    Developer(#[from] DeveloperRefused),
    /// The user who was proven is not there any more, and the pool asks for that.
    #[error("the user of the login of `{0}` is not there any more")]
    UserGone(String),
    /// A login proves nothing.
    #[error("{0}")]
    Login(#[from] LoginRefused),
    /// What was shown under the name of identity pools themselves proves nothing.
    #[error("{0}")]
    OwnToken(LoginRefused),
    /// A token of an identity pool was shown where a login is asked for.
    #[error("a token of an identity pool is no login here")]
    OwnTokenHere,
    /// A token of an identity pool was shown beside a login.
    #[error("a token of an identity pool says who somebody is; no login may be shown beside it")]
    OwnTokenAndLogin,
    /// The identity is not the caller's.
    #[error("what was shown does not prove identity `{0}`")]
    Forbidden(IdentityId),
    /// Tokens of the pool may not be taken to STS.
    #[error("the pool does not allow the classic flow")]
    ClassicFlowOff,
    /// The provider of a login has a role mapping, by which only the enhanced flow chooses.
    #[error("`{0}` has a role mapping, which the classic flow does not ask")]
    RoleMapped(String),
    /// A role mapping is for something that is no provider of the pool.
    #[error("`{0}` is no provider of the pool that can have a role mapping")]
    NotMappable(String),
    /// A role mapping has too many rules, or none.
    #[error("the role mapping of `{0}` must have 1 to {MOST_RULES} rules")]
    Rules(String),
    /// Principal tags are for something that is no provider of the pool.
    #[error("`{0}` is no provider of the pool that can have principal tags")]
    NotTaggable(String),
    /// The pool has no principal tags for this provider.
    #[error("the pool has no principal tags for `{0}`")]
    NoAttributeMap(String),
    /// A role lets in others than those whom the pool hands it out to.
    #[error("{0}")]
    Unsafe(Unsafe),
    /// The pool would let users choose their roles or tags.
    #[error("{0}")]
    SelfWritten(SelfWritten),
    /// The pool lets the user choose their role or tags.
    #[error("{0}")]
    DecidedBySelf(SelfWritten),
    /// A claim decides, and the client whose users could have written it is not there any more.
    #[error(
        "client `{0}` is not there any more, and nobody knows whether its users wrote what decides about them"
    )]
    ClientGone(ClientId),
    /// A claim of a login cannot become the tag that it should.
    #[error("{0}")]
    Claim(BadClaim),
    /// An operator stopped what is asked for.
    #[error("{0}")]
    NotIssued(#[from] NotIssued),
    /// No role was chosen for the identity.
    #[error("{0}")]
    NotChosen(NotChosen),
    /// The pool's role does not let the identity in.
    #[error("{0}")]
    Role(AssumeRefused),
}
