//! Providers of logins that an identity pool can list beside user pools.

use crate::account::AccountId;
use crate::iam::provider::{Issuer, SamlProviderName};
use crate::text::{all, is_word, text};

text!(
    /// A public provider, under the name that its logins are shown by. Source: spec of identity pools, section 12; the
    /// legacy ones whose settings hold a secret, Twitter and Digits, are left out.
    PublicProvider,
    "a public login provider",
    |text| ["accounts.google.com", "appleid.apple.com", "graph.facebook.com", "www.amazon.com"].contains(&text)
);

text!(
    /// An app's id at a public provider: 1 to 128 characters of `[\w.;_/-]`.
    AppId,
    "an app id",
    |text| all(text, 128, |byte| is_word(byte) || b".;/-".contains(&byte))
);

text!(
    /// The name under which a pool's own backend vouches for users: 1 to 128 characters of `[\w._-]`.
    DeveloperProviderName,
    "a developer provider name",
    |text| all(text, 128, |byte| is_word(byte) || b".-".contains(&byte))
);

text!(
    /// The name of an OpenID Connect provider: `arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH`.
    OpenIdProviderArn,
    "the ARN of an OpenID Connect provider",
    |text| is_provider_arn(text, "oidc-provider")
);

text!(
    /// The name of a SAML provider: `arn:aws:iam::ACCOUNT:saml-provider/NAME`.
    SamlProviderArn,
    "the ARN of a SAML provider",
    |text| is_provider_arn(text, "saml-provider")
);

impl OpenIdProviderArn {
    /// The name of the provider of this issuer.
    pub fn of(account: &AccountId, issuer: &Issuer) -> Self {
        Self(format!("arn:aws:iam::{account}:oidc-provider/{issuer}"))
    }

    /// The name that its logins are shown by: the issuer without its scheme.
    pub fn login_key(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, issuer)| issuer)
    }
}

impl SamlProviderArn {
    /// The name of the provider of this name.
    pub fn of(account: &AccountId, name: &SamlProviderName) -> Self {
        Self(format!("arn:aws:iam::{account}:saml-provider/{name}"))
    }

    /// The name of the provider, without what is before it.
    pub fn provider_name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }
}

fn is_provider_arn(text: &str, kind: &str) -> bool {
    let parts = text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(':'));
    let name = |resource: &str| {
        let name = resource.strip_prefix(kind)?.strip_prefix('/')?;
        all(name, 2048, |byte| byte.is_ascii_graphic()).then_some(())
    };
    text.len() <= 2048
        && parts
            .is_some_and(|(account, resource)| AccountId::parse(account).is_ok() && name(resource).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_provider_names_its_kind_and_an_account() {
        assert!(
            OpenIdProviderArn::parse("arn:aws:iam::123456789012:oidc-provider/a.example/realms/x").is_ok()
        );
        assert!(SamlProviderArn::parse("arn:aws:iam::123456789012:saml-provider/idp").is_ok());
        for text in [
            "arn:aws:iam::123456789012:oidc-provider/idp",
            "arn:aws:iam::123456789012:saml-provider/",
            "arn:aws:iam::123456789012:saml-providers/idp",
            "arn:aws:iam::1234:saml-provider/idp",
            "arn:aws:s3:::saml-provider/idp",
            "arn:aws:iam::123456789012:saml-provider/two words",
        ] {
            assert!(SamlProviderArn::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_provider_whose_settings_hold_a_secret_is_none() {
        assert!(PublicProvider::parse("graph.facebook.com").is_ok());
        for name in ["api.twitter.com", "www.digits.com", "evil.example", ""] {
            assert!(PublicProvider::parse(name).is_err(), "{name}");
        }
    }
}
