//! Providers of logins that the account knows: of OpenID Connect and of SAML. Nobody logs in with them yet.

use crate::account::AccountId;
use crate::identity_pool::provider::{OpenIdProviderArn, SamlProviderArn};
use crate::tag::Tags;
use crate::text::{all, is_word, text};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The most providers that an account has, of each kind. Source: IAM user guide, "IAM and STS quotas".
pub const MOST: usize = 100;

/// The most clients that a provider of OpenID Connect has. Source: the same.
pub const MOST_CLIENTS: usize = 100;

/// The most thumbprints that a provider of OpenID Connect has. Source: the same.
pub const MOST_THUMBPRINTS: usize = 5;

text!(
    /// An issuer of OpenID Connect without its scheme, which is `https`: a host and perhaps a path. There is no port, no
    /// query and nothing in it that means something to policies. Source: IAM API reference, `CreateOpenIDConnectProvider`.
    Issuer,
    "an issuer of OpenID Connect",
    is_issuer
);

text!(
    /// A client's id at a provider of OpenID Connect: 1 to 255 characters, none of them a control character.
    OpenIdClientId,
    "a client id",
    |text| (1..=255).contains(&text.chars().count()) && !text.contains(char::is_control)
);

text!(
    /// The SHA-1 of a certificate, in 40 hexadecimal digits. It is kept and shown, and nothing is trusted for it.
    Thumbprint,
    "a thumbprint",
    |text| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
);

text!(
    /// The name of a SAML provider: 1 to 128 characters of `[\w._-]`.
    SamlProviderName,
    "the name of a SAML provider",
    |text| all(text, 128, |byte| is_word(byte) || b".-".contains(&byte))
);

fn is_issuer(text: &str) -> bool {
    let (host, path) = text.split_once('/').map_or((text, ""), |(host, path)| (host, path));
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let of_path = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!'()+,;=:@%/&".contains(&byte);
    text.len() <= 255 && host.contains('.') && host.split('.').all(is_label) && path.bytes().all(of_path)
}

impl Issuer {
    /// Reads the issuer of a URL: all that follows `https://`.
    pub fn of_url(url: &str) -> Option<Self> {
        url.strip_prefix("https://").and_then(|issuer| Self::parse(issuer).ok())
    }
}

/// A provider of OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenIdProvider {
    /// Its issuer, by which it is told from others.
    pub issuer: Issuer,
    /// The clients whose tokens are to be taken, in the order in which they were added.
    pub clients: Vec<OpenIdClientId>,
    /// What its operator wrote down of its certificates.
    pub thumbprints: Vec<Thumbprint>,
    /// When it was made.
    pub created: Timestamp,
    /// What its administrators wrote on it.
    pub tags: Tags,
}

/// A SAML provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamlProvider {
    /// Its name.
    pub name: SamlProviderName,
    /// What it says of itself, as it was given; it was read when it was written.
    pub metadata: String,
    /// Until when it says so.
    pub valid_until: Option<Timestamp>,
    /// When it was made.
    pub created: Timestamp,
    /// What its administrators wrote on it.
    pub tags: Tags,
}

impl OpenIdProvider {
    /// Its name in policies.
    pub fn arn(&self, account: &AccountId) -> OpenIdProviderArn {
        OpenIdProviderArn::of(account, &self.issuer)
    }
}

impl SamlProvider {
    /// Its name in policies.
    pub fn arn(&self, account: &AccountId) -> SamlProviderArn {
        SamlProviderArn::of(account, &self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_a_host_and_a_path_behind_https() {
        for (url, issuer) in [
            ("https://server.example.com", "server.example.com"),
            ("https://a.example/realms/x", "a.example/realms/x"),
            ("https://tenant.eu.auth0.com/", "tenant.eu.auth0.com/"),
            ("https://oidc.eks.eu-west-1.amazonaws.com/id/ABC", "oidc.eks.eu-west-1.amazonaws.com/id/ABC"),
        ] {
            assert_eq!(Issuer::of_url(url).unwrap().as_str(), issuer);
        }
        for url in [
            "",
            "https://",
            "a.example",
            "http://a.example",
            "HTTPS://a.example",
            "https://localhost",
            "https://a.example:8443",
            "https://user@a.example",
            "https://a.example?x=1",
            "https://a.example/x?y",
            "https://a.example/#x",
            "https://A.example",
            "https://a..example",
            "https://-a.example",
            "https://a.example/${aws:userid}",
            "https://a.example/*",
            "https://a.example/two words",
            "https://a.example/\u{e4}",
            &format!("https://a.example/{}", "x".repeat(250)),
        ] {
            assert_eq!(Issuer::of_url(url), None, "{url}");
        }
    }

    #[test]
    fn a_thumbprint_is_forty_hexadecimal_digits() {
        assert!(Thumbprint::parse(&"aF".repeat(20)).is_ok());
        for text in ["", &"g".repeat(40), &"a".repeat(39), &"a".repeat(41)] {
            assert!(Thumbprint::parse(text).is_err(), "{text}");
        }
    }
}
