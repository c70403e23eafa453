//! Providers of OpenID Connect and of SAML over the wire: what is shown of them, and each no in AWS's words.

use crate::support::{Answer, Server, form};
use domain::iam::provider::MOST_CLIENTS;
use testkit::saml::metadata;

const OPENID: (&str, &str) =
    ("OpenIDConnectProviderArn", "arn:aws:iam::123456789012:oidc-provider/a.example/realms/x");
const SAML: (&str, &str) = ("SAMLProviderArn", "arn:aws:iam::123456789012:saml-provider/idp");
const URL: (&str, &str) = ("Url", "https://a.example/realms/x");

impl Server {
    async fn iam(&self, operation: &str, parameters: &[(&str, &str)]) -> Answer {
        self.signed(&self.root(), form("iam", operation, parameters)).await
    }

    async fn no(&self, operation: &str, parameters: &[(&str, &str)]) -> (u16, String, String) {
        let answer = self.iam(operation, parameters).await;
        (answer.status, answer.code(), answer.element("Message").unwrap_or_default().to_owned())
    }
}

fn said(status: u16, code: &str, message: &str) -> (u16, String, String) {
    (status, code.to_owned(), message.to_owned())
}

#[tokio::test]
async fn a_provider_of_openid_connect_is_shown_as_it_was_given() {
    let server = Server::start().await;
    let thumbprint = "aF".repeat(20);
    let given = [
        URL,
        ("ClientIDList.member.1", "a & b"),
        ("ThumbprintList.member.1", &thumbprint),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "red"),
    ];
    let made = server.iam("CreateOpenIDConnectProvider", &given).await;
    assert_eq!((made.status, made.element("OpenIDConnectProviderArn")), (200, Some(OPENID.1)));
    let shown = server.iam("GetOpenIDConnectProvider", &[OPENID]).await.text().to_owned();
    for element in [
        "<Url>a.example/realms/x</Url>",
        "<ClientIDList><member>a &amp; b</member></ClientIDList>",
        &format!("<ThumbprintList><member>{thumbprint}</member></ThumbprintList>"),
        "<CreateDate>2026-01-02T03:04:05Z</CreateDate>",
        "<Tags><member><Key>team</Key><Value>red</Value></member></Tags>",
    ] {
        assert!(shown.contains(element), "{element} in {shown}");
    }
    let listed = server.iam("ListOpenIDConnectProviders", &[]).await;
    assert_eq!(listed.element("Arn"), Some(OPENID.1));
}

#[tokio::test]
async fn a_saml_provider_is_shown_as_it_was_given() {
    let server = Server::start().await;
    let text = metadata("validUntil=\"2030-01-02T03:04:05Z\"");
    let given = [("Name", "idp"), ("SAMLMetadataDocument", &*text)];
    let made = server.iam("CreateSAMLProvider", &given).await;
    assert_eq!((made.status, made.element("SAMLProviderArn")), (200, Some(SAML.1)));
    let shown = server.iam("GetSAMLProvider", &[SAML]).await;
    let kept = shown.element("SAMLMetadataDocument").unwrap();
    assert!(kept.contains("entityID=&quot;https://idp.example/saml&quot;"), "{kept}");
    assert_eq!(shown.element("ValidUntil"), Some("2030-01-02T03:04:05Z"));
    let listed = server.iam("ListSAMLProviders", &[]).await;
    assert_eq!(listed.element("Arn"), Some(SAML.1));
    assert_eq!(listed.element("ValidUntil"), Some("2030-01-02T03:04:05Z"));
    let summary = server.iam("GetAccountSummary", &[]).await.text().to_owned();
    assert!(summary.contains("<key>Providers</key><value>1</value>"), "{summary}");
}

#[tokio::test]
async fn each_no_about_providers_is_in_the_words_of_aws() {
    let server = Server::start().await;
    server.iam("CreateOpenIDConnectProvider", &[URL]).await;
    let text = metadata("");
    let saml = [("Name", "idp"), ("SAMLMetadataDocument", &*text)];
    server.iam("CreateSAMLProvider", &saml).await;
    let absent = ("OpenIDConnectProviderArn", "arn:aws:iam::123456789012:oidc-provider/b.example");
    let other = ("SAMLProviderArn", "arn:aws:iam::999999999999:saml-provider/idp");
    let no_openid =
        said(404, "NoSuchEntity", &format!("OpenIDConnect Provider not found for arn {}", absent.1));
    let no_saml = said(404, "NoSuchEntity", &format!("Manifest not found for arn {}", other.1));
    let exists = |message: &str| said(409, "EntityAlreadyExists", message);
    let url = said(400, "InvalidInput", "Invalid Open ID Connect Provider URL");
    assert_eq!(
        server.no("CreateOpenIDConnectProvider", &[URL]).await,
        exists("Provider with url https://a.example/realms/x already exists.")
    );
    assert_eq!(
        server.no("CreateSAMLProvider", &saml).await,
        exists("Provider with name idp already exists.")
    );
    for given in ["http://a.example", "https://a.example:8443", "https://a.example/?x=1", "a.example"] {
        assert_eq!(server.no("CreateOpenIDConnectProvider", &[("Url", given)]).await, url, "{given}");
    }
    assert_eq!(server.no("GetOpenIDConnectProvider", &[absent]).await, no_openid);
    assert_eq!(
        server.no("AddClientIDToOpenIDConnectProvider", &[absent, ("ClientID", "a")]).await,
        no_openid
    );
    assert_eq!(server.no("GetSAMLProvider", &[other]).await, no_saml);
    assert_eq!(server.no("DeleteSAMLProvider", &[other]).await, no_saml);
    let broken = text.replace("</md:IDPSSODescriptor>", "");
    let update = [SAML, ("SAMLMetadataDocument", &*broken)];
    let unreadable = said(400, "InvalidInput", "Could not parse metadata");
    assert_eq!(server.no("UpdateSAMLProvider", &update).await, unreadable);
    let (status, code, _) = server.no("GetSAMLProvider", &[("SAMLProviderArn", OPENID.1)]).await;
    assert_eq!((status, code.as_str()), (400, "ValidationError"));
    let mode = [saml[0], saml[1], ("AssertionEncryptionMode", "Required")];
    assert_eq!(server.no("CreateSAMLProvider", &mode).await.1, "NotImplemented");
}

#[tokio::test]
async fn a_provider_has_no_more_of_anything_than_can_be() {
    let server = Server::start().await;
    let named: Vec<(String, String)> =
        (1..=MOST_CLIENTS).map(|at| (format!("ClientIDList.member.{at}"), format!("c{at}"))).collect();
    let mut given: Vec<(&str, &str)> = named.iter().map(|(name, value)| (&**name, &**value)).collect();
    given.push(URL);
    assert_eq!(server.iam("CreateOpenIDConnectProvider", &given).await.status, 200);
    assert_eq!(
        server.no("AddClientIDToOpenIDConnectProvider", &[OPENID, ("ClientID", "one more")]).await,
        said(409, "LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")
    );
    let thumbprint = "0".repeat(40);
    let names: Vec<String> = (1..=6).map(|at| format!("ThumbprintList.member.{at}")).collect();
    let mut six: Vec<(&str, &str)> = names.iter().map(|name| (&**name, &*thumbprint)).collect();
    six.push(OPENID);
    assert_eq!(
        server.no("UpdateOpenIDConnectProviderThumbprint", &six).await,
        said(400, "InvalidInput", "Thumbprint list must contain fewer than 5 entries.")
    );
}

#[tokio::test]
async fn a_provider_is_made_with_tags_only_by_whom_policies_let_tag_it() {
    let server = Server::start().await;
    let statements = serde_json::json!([
        { "Effect": "Allow", "Action": ["iam:CreateSAMLProvider", "iam:CreateOpenIDConnectProvider"], "Resource": "*" },
    ]);
    let held = server.in_role_with(statements).await;
    let text = metadata("");
    let tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "red")];
    let saml = [("Name", "idp"), ("SAMLMetadataDocument", &*text)];
    for (operation, given) in
        [("CreateSAMLProvider", saml.to_vec()), ("CreateOpenIDConnectProvider", vec![URL])]
    {
        let tagged = [given.clone(), tag.to_vec()].concat();
        let refused = server.signed(&held, form("iam", operation, &tagged)).await;
        assert_eq!(refused.code(), "AccessDenied", "{operation}");
        assert!(refused.text().contains(":Tag"), "{}", refused.text());
        assert_eq!(server.signed(&held, form("iam", operation, &given)).await.status, 200, "{operation}");
    }
}
