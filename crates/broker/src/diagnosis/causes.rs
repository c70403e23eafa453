//! The named causes: what each means in plain language, and what to change.

use serde::{Deserialize, Serialize};

/// Where on its way a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Who signed the request.
    Signature,
    /// Whether policies allow the caller the action.
    Access,
    /// Which identity pool is asked, and what it lists.
    Pool,
    /// Whether a login is proven.
    Login,
    /// Whether the identity is the caller's.
    Identity,
    /// Which role the identity gets.
    Role,
    /// Whether the role lets the identity in.
    Trust,
    /// What the session would hold.
    Session,
    /// Whether a user may sign in.
    SignIn,
}

/// Declares the causes: the stage of each, what it means, and what to change.
macro_rules! causes {
    ($($(#[$doc:meta])* $cause:ident, $stage:ident: $meaning:literal, $remedy:literal;)*) => {
        /// Why something was refused, by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Cause { $($(#[$doc])* $cause,)* }

        impl Cause {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$cause),*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$cause => stringify!($cause),)* }
            }

            /// Where on its way the request was refused.
            pub const fn stage(self) -> Stage {
                match self { $(Self::$cause => Stage::$stage,)* }
            }

            /// What it means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$cause => $meaning,)* }
            }

            /// What to change.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$cause => $remedy,)* }
            }
        }
    };
}

causes! {
    /// There is no such identity pool.
    IdentityPoolUnknown, Pool:
        "there is no identity pool of this id on this server",
        "copy the pool's id from ListIdentityPools into the app; a pool that is made anew has another id, and ids of another \
         server or region are not known here";
    /// There is no such identity.
    IdentityUnknown, Pool:
        "there is no identity of this id; it was deleted, or its pool was, or it is of another server",
        "let the app forget the id that it cached and ask GetId anew";
    /// No login was shown.
    LoginNotSent, Login:
        "no login was sent: `Logins` was empty, so that the caller counts as a guest",
        "give the SDK the user's ID token in `Logins` and wait until the user is signed in before asking; for guests, allow \
         them in the pool";
    /// The login key has a scheme or a slash.
    LoginKeyNotBare, Login:
        "the key in `Logins` has a scheme (`https://`) before it or a slash behind it",
        "use the name that was expected as the key: the issuer without `https://`";
    /// The login key says another region.
    LoginKeyOtherRegion, Login:
        "the key in `Logins` names another region than this server's",
        "use the name that was expected as the key, or configure the app's region";
    /// The login key is misspelt.
    LoginKeyMisspelt, Login:
        "the key in `Logins` is spelled nearly as a provider of the pool, but not quite",
        "use the name that was expected as the key";
    /// The user pool of the login key is gone.
    UserPoolRemade, Login:
        "the identity pool lists a user pool that is gone; one that was made anew has another id, other clients and other \
         keys",
        "list the new user pool and its client as a provider of the identity pool (UpdateIdentityPool), use its id in the \
         login key, and let users sign in again";
    /// The login key names a user pool that is not listed.
    UserPoolNotListed, Login:
        "the key in `Logins` names a user pool that the identity pool does not list: a wrong pool id, or a provider that was \
         not added",
        "use a provider that the identity pool lists as the key, or list this one (UpdateIdentityPool)";
    /// The pool lists nothing like it.
    ProviderNotListed, Login:
        "the key in `Logins` names a provider that the identity pool does not list",
        "use a provider that the identity pool lists as the key, or list this one (UpdateIdentityPool)";
    /// The provider's logins are not served.
    ProviderNotServed, Login:
        "the identity pool lists this provider, but logins of its kind are not served yet",
        "use a user pool, or a developer provider";
    /// A developer's name was used as a login key.
    DeveloperProviderShown, Login:
        "the name of the pool's developer provider was shown as a login; it vouches to the pool's own back end alone",
        "let the back end ask GetOpenIdTokenForDeveloperIdentity, and show its token under `cognito-identity.amazonaws.com`";
    /// The token was issued by somebody else.
    IssuerMismatch, Login:
        "the token was issued by somebody else than the key in `Logins` says",
        "use the token's issuer (`iss`) without `https://` as the key, or show the token of the provider that the key names";
    /// The token's client is not listed.
    ClientNotListed, Login:
        "the token is made out to a client (`aud`) that the identity pool does not list for its user pool",
        "list this client as a provider of the identity pool (UpdateIdentityPool), or let the app sign in through a client \
         that is listed";
    /// An access token was shown.
    AccessTokenShown, Login:
        "an access token was sent in the place of the ID token",
        "send the ID token (`IdToken`, token_use `id`)";
    /// What was shown is no ID token.
    NotAnIdToken, Login:
        "what was sent is no ID token: another kind of token, or none at all",
        "send the ID token (`IdToken`) as the provider gave it, whole and without quotes or `Bearer`";
    /// A claim is missing.
    ClaimMissing, Login:
        "the token lacks a claim that an ID token has",
        "send the ID token (`IdToken`) of the provider, unchanged";
    /// The token is over.
    TokenExpired, Login:
        "the token is over",
        "refresh the token before asking; if it should live, compare the clocks";
    /// The token begins later.
    TokenNotYetValid, Login:
        "the token is not valid yet",
        "compare the clocks of the token's issuer and of this server";
    /// The token was revoked.
    TokenRevoked, Login:
        "the token was issued before everything was revoked, as by a restore",
        "let the user sign in again";
    /// The token's key is not the issuer's.
    SigningKeyUnknown, Login:
        "the token is signed by a key that its issuer has not: the user pool was made anew under its id, or it is another \
         server's",
        "let the user sign in again, at this server";
    /// The token's signature is wrong.
    SignatureWrong, Login:
        "the token's signature is not right: it was changed on the way, or forged",
        "send the token as the provider gave it; if it was, somebody forges tokens";
    /// The user is gone.
    UserGone, Login:
        "the user was deleted or disabled, and the pool asks for that (ServerSideTokenCheck)",
        "enable the user, or sign in as another one";
    /// A token of an identity pool was shown as a login.
    OwnTokenShown, Login:
        "a token of an identity pool was shown where a provider's login is asked for, or beside one",
        "show it alone, and only to GetCredentialsForIdentity or AssumeRoleWithWebIdentity";
    /// The identity is not the caller's.
    IdentityNotProven, Identity:
        "what was shown does not prove the identity that was asked for: it is somebody else's, was merged, or its login was \
         unlinked",
        "let the app forget the id that it cached and ask GetId with the same logins";
    /// The logins cannot be one identity's.
    LoginLinkedElsewhere, Identity:
        "the identity holds another login of this provider, or as many as it may",
        "sign out of the identity first, or unlink the old login (UnlinkIdentity)";
    /// The classic flow is off.
    ClassicFlowOff, Pool:
        "the pool does not allow the classic flow, in which tokens are taken to STS",
        "use GetCredentialsForIdentity, or allow the classic flow (AllowClassicFlow)";
    /// The login's provider has a role mapping, which the classic flow does not ask.
    ClassicFlowMapped, Pool:
        "the provider of the login has a role mapping, which the classic flow does not ask",
        "use GetCredentialsForIdentity, or remove the role mapping";
    /// The pool has no role for the state.
    NoRoleSet, Role:
        "the pool has no role for this state: guests, or those who signed in",
        "set the role (SetIdentityPoolRoles)";
    /// No role mapping matched.
    NoMappingMatched, Role:
        "no rule of the role mapping matches the token, and the mapping denies that (AmbiguousRoleResolution)",
        "give the user the claim or group that a rule asks for, add a rule, or let the mapping fall back to the authenticated \
         role";
    /// Logins come to different roles.
    MappingsConflict, Role:
        "the logins come to different roles by their mappings, and one of them denies that (AmbiguousRoleResolution)",
        "show one of the logins alone, or let the mappings agree";
    /// The role that was asked for is not allowed.
    RoleNotAllowed, Role:
        "no role mapping allows the caller the role that was asked for (CustomRoleArn)",
        "ask for a role that the token or a matching rule names, or add such a rule";
    /// What the token names is no role.
    NotARole, Role:
        "what the token names as a role is no ARN of a role",
        "correct the role of the user's group";
    /// The role is not there.
    RoleMissing, Trust:
        "the role is not there: it was deleted, never made, or is of another account or path",
        "make the role, or set another one (SetIdentityPoolRoles)";
    /// The trust policy allows another action.
    TrustActionWrong, Trust:
        "the role's trust policy allows another action, as `sts:AssumeRole` in the place of `sts:AssumeRoleWithWebIdentity`",
        "put the action that was expected into the statement of the trust policy (UpdateAssumeRolePolicy)";
    /// The trust policy trusts another principal.
    TrustPrincipalWrong, Trust:
        "the role's trust policy trusts another principal",
        "make the principal of the statement the one that was expected (UpdateAssumeRolePolicy)";
    /// A condition of the trust policy is not met.
    TrustConditionUnmet, Trust:
        "a condition of the role's trust policy is not met: another pool (`aud`), another state (`amr`), or somebody else",
        "correct the condition of the trust policy, or hand out another role";
    /// The trust policy allows nothing.
    TrustSilent, Trust:
        "the role's trust policy lets nobody in",
        "add a statement that allows the pool's identities in (UpdateAssumeRolePolicy)";
    /// The trust policy denies it.
    TrustDenied, Trust:
        "a statement of the role's trust policy denies it",
        "change the statement, or hand out another role";
    /// The trust policy lets in others as well.
    TrustOpen, Trust:
        "the statement of the trust policy that lets the identity in would let in others too, so it is not used",
        "add the conditions on `cognito-identity.amazonaws.com:aud` and `:amr` to the statement itself";
    /// The trust policy takes no tags.
    TagSessionMissing, Trust:
        "the session would have tags, and the role's trust policy does not allow `sts:TagSession`",
        "add the action `sts:TagSession` to the statement that lets the identity in, or remove the pool's principal tags";
    /// The tags are too large, or no tags.
    TagsUnfit, Session:
        "a claim cannot become the session tag that it should, or the tags are too large",
        "map other claims (SetPrincipalTagAttributeMap), or shorten the values";
    /// A claim that users write decides.
    ClaimWrittenByUser, Session:
        "a claim that the user may write themselves would choose their role or tags",
        "take it out of the client's WriteAttributes, or map another claim";
    /// The session policies are unfit.
    SessionPolicyUnfit, Session:
        "the session policy cannot be read, or is too large",
        "correct or shorten the session policy";
    /// The session would live too long.
    SessionTooLong, Session:
        "the role's sessions may not live so long",
        "ask for a shorter session, or raise MaxSessionDuration of the role (UpdateRole)";
    /// A policy cannot be read.
    PolicyUnreadable, Access:
        "a policy is gone or cannot be evaluated, so nothing that depends on it is allowed",
        "write the policy anew, or detach it";
    /// A condition asks for a key that the request has not.
    ConditionKeyAbsent, Access:
        "a condition asks for a key that the request has not, as `s3:prefix` in a listing without one, or where a trust policy \
         asks for the source address in the enhanced flow",
        "send what the condition asks for, or use the operator with `IfExists`, or remove the condition";
    /// A condition is not met.
    ConditionUnmet, Access:
        "a condition of the policy is not met",
        "send what the condition asks for, or correct the condition";
    /// No policy lists the action.
    ActionNotAllowed, Access:
        "no policy of the caller's role or user allows the action",
        "add the action to a policy of the role or user";
    /// No policy covers the resource.
    ResourceNotCovered, Access:
        "policies allow the action, but not on this resource",
        "add the resource to the statement, or ask for one that it covers; in `${cognito-identity.amazonaws.com:sub}` stands the \
         identity id and never the user's `sub`";
    /// A statement denies it.
    ExplicitDeny, Access:
        "a statement denies it, whatever else allows it",
        "change the statement that denies, or do without";
    /// The scope-down of guests does not allow it.
    ScopeDown, Access:
        "the role may allow it, but guests may do at most what the scope-down of their pool allows",
        "let the user sign in, or widen the scope-down (PutGuestScopeDown, guests.scope_down)";
    /// The session policy does not allow it.
    SessionPolicySilent, Access:
        "the role may allow it, but the session was narrowed by a session policy that does not",
        "ask for the session with a wider session policy, or without one";
    /// The boundary does not allow it.
    BoundarySilent, Access:
        "policies may allow it, but the permissions boundary of the role or user does not",
        "widen the boundary, or do without";
    /// The resource's policy does not allow it.
    ResourcePolicySilent, Access:
        "the policy of the resource does not allow it",
        "add a statement to the policy of the resource";
    /// Credentials of this kind cannot ask for it.
    WrongKindOfCredentials, Access:
        "the operation cannot be asked for with credentials of this kind",
        "ask with a long-term key, or with a session of a role";
    /// The user or a group of theirs is gone.
    PrincipalGone, Access:
        "the user, or a group of theirs, was deleted, or made anew under its name",
        "use keys of a user who is there";
    /// The session's role is gone.
    RoleGone, Access:
        "the role of the session was deleted, or made anew under its name, since the session was issued",
        "get new credentials";
    /// Nobody signed.
    NotSigned, Signature:
        "nobody signed the request",
        "give the SDK credentials; a presigned URL must be used whole";
    /// The access key is unknown.
    AccessKeyUnknown, Signature:
        "the access key is not known here, or a temporary one came without its session token",
        "send the session token with the access key (AWS_SESSION_TOKEN), and credentials of this server";
    /// The access key is inactive.
    AccessKeyInactive, Signature:
        "the access key was made inactive",
        "make it active (UpdateAccessKey), or use another one";
    /// The session token is another's.
    SessionTokenWrong, Signature:
        "the session token does not belong to the access key",
        "use access key, secret and session token of one answer together";
    /// The session was issued by an earlier version.
    SessionOutdated, Signature:
        "the session was issued by an earlier version of this server",
        "get new credentials";
    /// The session is over.
    SessionExpired, Signature:
        "the session is over",
        "get new credentials before the old ones end";
    /// The session was revoked.
    SessionRevoked, Signature:
        "the session was revoked, or something that it was issued by, to or for",
        "get new credentials";
    /// An operator stopped it.
    NotIssued, Access:
        "an operator stopped the issuance of credentials, to everybody or to whom it would be issued",
        "see `cenote issuance show`; resume it, or lift the quarantine";
    /// The signature is wrong.
    RequestSignatureWrong, Signature:
        "the request's signature is not right: another secret, region, service, time or host than was signed for",
        "compare region, endpoint and clock of the client with the server's; a proxy must not change what is signed";
    /// The user cannot sign in as they ask.
    SignInRefused, SignIn:
        "the user pool refused the sign-in",
        "see what was found; wrong names and passwords are told apart for nobody but you";
    /// Something else.
    Other, Pool:
        "the request cannot be done as it is",
        "see what was found";
}
