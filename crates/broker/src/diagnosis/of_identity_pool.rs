//! What it means that an identity pool, or a role that it hands out, says no.

use super::{Cause, Diagnosed, Diagnosis, Lacking, all, of_nearest};
use crate::iam::assume::AssumeRefused;
use crate::iam::web_identity::WebIdentityRefused;
use crate::identity_pool::credentials::PRINCIPAL;
use crate::identity_pool::mistake::Mistake;
use crate::identity_pool::{Refusal, TAG_SESSION, WEB_IDENTITY};
use domain::identity_pool::role_choice::{Ambiguity, LookedAt, NotChosen};
use login::LoginRefused;
use policy::Denial;

impl Diagnosed for Refusal {
    fn diagnosis(&self) -> Diagnosis {
        let because = |cause| Diagnosis::of(cause).found(self);
        match self {
            Self::NoSuchPool(id) => Diagnosis::of(Cause::IdentityPoolUnknown).found(id),
            Self::NoSuchIdentity(id) => Diagnosis::of(Cause::IdentityUnknown).found(id),
            Self::NotIssued(_) => because(Cause::NotIssued),
            Self::GuestsUnwelcome => Diagnosis::of(Cause::LoginNotSent).expected("a login").found("no login"),
            Self::NoSuchProvider { key, mistake } | Self::UnsupportedProvider { key, mistake } => {
                of_mistake(mistake).found(key)
            }
            Self::UnservedProvider(key) => Diagnosis::of(Cause::ProviderNotServed).found(key),
            Self::DeveloperProvider(key) => Diagnosis::of(Cause::DeveloperProviderShown).found(key),
            Self::Login(refused) | Self::OwnToken(refused) => refused.diagnosis(),
            Self::OwnTokenHere | Self::OwnTokenAndLogin => because(Cause::OwnTokenShown),
            Self::UserGone(_) => because(Cause::UserGone),
            Self::Forbidden(id) => Diagnosis::of(Cause::IdentityNotProven).expected(id),
            Self::SecondLogin(_) | Self::TooManyLogins => because(Cause::LoginLinkedElsewhere),
            Self::ClassicFlowOff => because(Cause::ClassicFlowOff),
            Self::NoSuchRole(role) => Diagnosis::of(Cause::RoleMissing).expected(role),
            Self::NotChosen(not_chosen) => not_chosen.diagnosis(),
            Self::Role(refused) => refused.diagnosis(),
            Self::Claim(_) => because(Cause::TagsUnfit),
            Self::DecidedBySelf(_) | Self::SelfWritten(_) => because(Cause::ClaimWrittenByUser),
            Self::ClientGone(_) => because(Cause::ClientNotListed),
            Self::RoleMapped(_) => because(Cause::ClassicFlowMapped),
            Self::Unsafe(_) => because(Cause::TrustOpen),
            Self::Exists(_)
            | Self::TooMany { .. }
            | Self::TooManyPools(_)
            | Self::Tags(_)
            | Self::ScopeDown(_)
            | Self::DeveloperProviderIsSet
            | Self::NotMerged(_)
            | Self::NobodyHolds(_)
            | Self::NotLinked(_)
            | Self::Developer(_)
            | Self::NotMappable(_)
            | Self::Rules(_)
            | Self::NotTaggable(_)
            | Self::NoAttributeMap(_) => because(Cause::Other),
        }
    }
}

fn of_mistake(mistake: &Mistake) -> Diagnosis {
    match mistake {
        Mistake::NotBare { meant } => Diagnosis::of(Cause::LoginKeyNotBare).expected(meant),
        Mistake::OtherRegion { meant } => Diagnosis::of(Cause::LoginKeyOtherRegion).expected(meant),
        Mistake::Misspelt { meant } => Diagnosis::of(Cause::LoginKeyMisspelt).expected(meant),
        Mistake::UserPoolGone => Diagnosis::of(Cause::UserPoolRemade).expected("a user pool that is there"),
        Mistake::ClientGone => Diagnosis::of(Cause::ClientNotListed).expected("a client that is there"),
        Mistake::UserPoolRemade { listed } => Diagnosis::of(Cause::UserPoolRemade).expected(listed),
        Mistake::UserPoolNotListed { listed } => {
            Diagnosis::of(Cause::UserPoolNotListed).expected(all(listed))
        }
        Mistake::NotListed { listed } => Diagnosis::of(Cause::ProviderNotListed).expected(all(listed)),
    }
}

impl Diagnosed for LoginRefused {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::NotAToken(why) => Diagnosis::of(Cause::NotAnIdToken).found(why),
            Self::Issuer { found, expected } => {
                Diagnosis::of(Cause::IssuerMismatch).expected(expected).found(found)
            }
            Self::MissingClaim(claim) => Diagnosis::of(Cause::ClaimMissing).expected(claim),
            Self::AccessToken => {
                Diagnosis::of(Cause::AccessTokenShown).expected("token_use id").found("token_use access")
            }
            Self::NotAnIdToken(kind) if kind == "access" => {
                Diagnosis::of(Cause::AccessTokenShown).expected("token_use id").found("token_use access")
            }
            Self::NotAnIdToken(kind) => {
                Diagnosis::of(Cause::NotAnIdToken).expected("token_use id").found(format!("token_use {kind}"))
            }
            Self::Expired { now, expired } => Diagnosis::of(Cause::TokenExpired)
                .expected(format!("an end after {now}"))
                .found(format!("an end at {expired}")),
            Self::NotYetValid(begins) => {
                Diagnosis::of(Cause::TokenNotYetValid).found(format!("not before {begins}"))
            }
            Self::Algorithm(named) => {
                Diagnosis::of(Cause::SignatureWrong).found(format!("algorithm {named}"))
            }
            Self::UnknownKey(kid) => Diagnosis::of(Cause::SigningKeyUnknown).found(format!("key {kid}")),
            Self::Signature => Diagnosis::of(Cause::SignatureWrong),
            Self::Revoked(issued) => Diagnosis::of(Cause::TokenRevoked).found(format!("issued at {issued}")),
            Self::Audience { found, listed } => {
                Diagnosis::of(Cause::ClientNotListed).expected(all(listed)).found(found)
            }
        }
    }
}

impl Diagnosed for NotChosen {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::NoRole => Diagnosis::of(Cause::NoRoleSet),
            Self::NotAllowed(role) => Diagnosis::of(Cause::RoleNotAllowed).found(role),
            Self::NotARole(text) => Diagnosis::of(Cause::NotARole).found(text),
            Self::Ambiguous(Ambiguity::Conflicting) => Diagnosis::of(Cause::MappingsConflict),
            Self::Ambiguous(Ambiguity::Unmatched { provider, looked_at }) => {
                let wanted = |one: &LookedAt| format!("{} {}", one.claim, one.wanted);
                let found = |one: &LookedAt| match &one.found {
                    Some(found) => format!("{} {found}", one.claim),
                    None => format!("no {}", one.claim),
                };
                let mut founds: Vec<String> = looked_at.iter().map(found).collect();
                founds.dedup();
                let expected = looked_at.iter().map(wanted).collect::<Vec<_>>().join(", or ");
                Diagnosis::of(Cause::NoMappingMatched)
                    .expected(format!("for {provider}: {expected}"))
                    .found(all(&founds))
            }
        }
    }
}

const OF_TRUST: Lacking = Lacking {
    action: Cause::TrustActionWrong,
    principal: Cause::TrustPrincipalWrong,
    resource: Cause::TrustSilent,
    condition: Cause::TrustConditionUnmet,
};

impl Diagnosed for AssumeRefused {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::NoSuchRole(role) => Diagnosis::of(Cause::RoleMissing).expected(role),
            Self::NotTrusted { denial: Denial::Explicit { by, .. }, .. } => {
                Diagnosis::of(Cause::TrustDenied).by(by)
            }
            Self::NotTrusted { role, nearest: Some(nearest), .. } => {
                of_nearest(nearest, &OF_TRUST, (WEB_IDENTITY, &format!("Federated {PRINCIPAL}"), role))
            }
            Self::NotTrusted { role, nearest: None, .. } => Diagnosis::of(Cause::TrustSilent).found(role),
            Self::Open { by, open_to, .. } => Diagnosis::of(Cause::TrustOpen).found(open_to).by(by),
            Self::NotTaggable { denial: Denial::Explicit { by, .. }, .. } => {
                Diagnosis::of(Cause::TagSessionMissing).expected(TAG_SESSION).by(by)
            }
            Self::NotTaggable { role, denial: Denial::Implicit { .. } } => {
                Diagnosis::of(Cause::TagSessionMissing).expected(TAG_SESSION).found(role)
            }
            Self::NotIssued(no) => Diagnosis::of(Cause::NotIssued).found(no),
            Self::TagsTooLarge { .. } => Diagnosis::of(Cause::TagsUnfit).found(self),
            Self::TooLong(_) => Diagnosis::of(Cause::SessionTooLong).found(self),
            Self::Malformed { .. } => Diagnosis::of(Cause::PolicyUnreadable).found(self),
        }
    }
}

impl Diagnosed for WebIdentityRefused {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::NotVouched(refusal) => refusal.diagnosis(),
            Self::Passed(_) => Diagnosis::of(Cause::SessionPolicyUnfit).found(self),
            Self::Role(refused) => refused.diagnosis(),
        }
    }
}
