//! Making, changing and deleting providers of OpenID Connect and of SAML.

use crate::desk::Desk;
use broker::iam::openid_providers::{self, NewOpenIdProvider, OpenIdProviderRefused};
use broker::iam::resource::{Key, Resource};
use broker::iam::saml_providers::{self, NewSamlProvider, SamlProviderRefused};
use domain::iam::provider::{
    Issuer, MOST, MOST_CLIENTS, MOST_THUMBPRINTS, OpenIdClientId, OpenIdProvider, SamlProvider,
    SamlProviderName, Thumbprint,
};
use domain::identity_pool::provider::{OpenIdProviderArn, SamlProviderArn};
use domain::records::{LoginProviders, Stop};
use domain::tag::{TagKey, TagKeys, TagValue, Tags};
use login::saml_metadata::NotMetadata;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use testkit::saml::metadata;
use testkit::{NOW, account};

fn issuer(text: &str) -> Issuer {
    Issuer::parse(text).unwrap()
}

fn client(text: &str) -> OpenIdClientId {
    OpenIdClientId::parse(text).unwrap()
}

fn thumbprints(number: usize) -> Vec<Thumbprint> {
    vec![Thumbprint::parse(&"ab".repeat(20)).unwrap(); number]
}

fn clients(number: usize) -> Vec<OpenIdClientId> {
    (0..number).map(|at| client(&format!("client-{at}"))).collect()
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    let parsed =
        pairs.iter().map(|(key, value)| (TagKey::parse(key).unwrap(), TagValue::parse(value).unwrap()));
    Tags::try_from(parsed.collect::<BTreeMap<_, _>>()).unwrap()
}

fn keys(names: &[&str]) -> TagKeys {
    let keys: BTreeSet<TagKey> = names.iter().map(|name| TagKey::parse(name).unwrap()).collect();
    TagKeys::try_from(keys).unwrap()
}

fn openid(name: &str) -> NewOpenIdProvider {
    NewOpenIdProvider {
        issuer: issuer(name),
        clients: Vec::new(),
        thumbprints: Vec::new(),
        tags: Tags::default(),
    }
}

fn saml(name: &str) -> NewSamlProvider {
    let name = SamlProviderName::parse(name).unwrap();
    NewSamlProvider { name, metadata: metadata(""), tags: Tags::default() }
}

fn openid_arn(issuer: &str) -> OpenIdProviderArn {
    OpenIdProviderArn::parse(&format!("arn:aws:iam::123456789012:oidc-provider/{issuer}")).unwrap()
}

fn saml_arn(name: &str) -> SamlProviderArn {
    SamlProviderArn::parse(&format!("arn:aws:iam::123456789012:saml-provider/{name}")).unwrap()
}

impl Desk {
    async fn make_openid(&self, new: &NewOpenIdProvider) -> Result<OpenIdProvider, OpenIdProviderRefused> {
        self.ask(|records, _| openid_providers::create(records, new, NOW)).await
    }

    async fn openid(&self, arn: &OpenIdProviderArn) -> Result<OpenIdProvider, OpenIdProviderRefused> {
        self.ask(|records, _| openid_providers::find(records, &account().id, arn)).await
    }

    async fn make_saml(&self, new: &NewSamlProvider) -> Result<SamlProvider, SamlProviderRefused> {
        self.ask(|records, _| saml_providers::create(records, new, NOW)).await
    }

    async fn saml(&self, arn: &SamlProviderArn) -> Result<SamlProvider, SamlProviderRefused> {
        self.ask(|records, _| saml_providers::find(records, &account().id, arn)).await
    }

    async fn keys_of(&self, resource: &Resource) -> Vec<Key> {
        let asked =
            self.ask(|records, _| Ok::<_, Stop<Infallible>>(resource.keys(records, &self.house.account)?));
        asked.await.unwrap()
    }
}

#[tokio::test]
async fn a_provider_of_openid_connect_is_told_by_its_issuer_and_its_account() {
    for desk in Desk::each().await {
        let made = desk.make_openid(&openid("a.example/realms/x")).await.unwrap();
        let arn = openid_arn("a.example/realms/x");
        assert_eq!((made.arn(&account().id), made.created), (arn.clone(), NOW));
        assert_eq!(desk.openid(&arn).await, Ok(made));
        let again = OpenIdProviderRefused::Exists(issuer("a.example/realms/x"));
        assert_eq!(desk.make_openid(&openid("a.example/realms/x")).await, Err(again));
        let elsewhere =
            OpenIdProviderArn::parse("arn:aws:iam::999999999999:oidc-provider/a.example/realms/x").unwrap();
        for absent in [openid_arn("a.example"), openid_arn("a.example/realms/x/"), elsewhere] {
            let no = Err(OpenIdProviderRefused::NoSuchProvider(absent.clone()));
            assert_eq!(desk.openid(&absent).await, no);
        }
    }
}

#[tokio::test]
async fn clients_are_added_once_and_taken_off_whether_or_not_they_are_there() {
    for desk in Desk::each().await {
        let new = NewOpenIdProvider { clients: ["b", "a", "b"].map(client).to_vec(), ..openid("a.example") };
        let made = desk.make_openid(&new).await.unwrap();
        assert_eq!(made.clients, ["b", "a"].map(client));
        let arn = &openid_arn("a.example");
        let add = |name: &'static str| {
            desk.ask(move |records, _| {
                openid_providers::add_client(records, &account().id, arn, &client(name))
            })
        };
        let remove = |name: &'static str| {
            desk.ask(move |records, _| {
                openid_providers::remove_client(records, &account().id, arn, &client(name))
            })
        };
        for changing in [add("c").await, add("a").await, remove("b").await, remove("b").await] {
            assert_eq!(changing, Ok(()));
        }
        assert_eq!(desk.openid(arn).await.unwrap().clients, ["a", "c"].map(client));
    }
}

#[tokio::test]
async fn there_are_no_more_clients_thumbprints_and_providers_than_can_be() {
    let desk = Desk::open().await;
    let full = NewOpenIdProvider {
        clients: clients(MOST_CLIENTS),
        thumbprints: thumbprints(MOST_THUMBPRINTS),
        ..openid("a.example")
    };
    desk.make_openid(&full).await.unwrap();
    let arn = &openid_arn("a.example");
    let one_more =
        desk.ask(|records, _| openid_providers::add_client(records, &account().id, arn, &client("one more")));
    assert_eq!(one_more.await, Err(OpenIdProviderRefused::TooManyClients));
    let known =
        desk.ask(|records, _| openid_providers::add_client(records, &account().id, arn, &client("client-7")));
    assert_eq!(known.await, Ok(()));
    let set = |number: usize| {
        desk.ask(move |records, _| {
            openid_providers::set_thumbprints(records, &account().id, arn, &thumbprints(number))
        })
    };
    assert_eq!(set(MOST_THUMBPRINTS + 1).await, Err(OpenIdProviderRefused::TooManyThumbprints));
    assert_eq!(set(0).await, Ok(()));
    assert_eq!(desk.openid(arn).await.unwrap().thumbprints, []);
    let over = NewOpenIdProvider { clients: clients(MOST_CLIENTS + 1), ..openid("b.example") };
    assert_eq!(desk.make_openid(&over).await, Err(OpenIdProviderRefused::TooManyClients));
    let over = NewOpenIdProvider { thumbprints: thumbprints(6), ..openid("b.example") };
    assert_eq!(desk.make_openid(&over).await, Err(OpenIdProviderRefused::TooManyThumbprints));
    for at in 1..MOST {
        desk.make_openid(&openid(&format!("p{at}.example"))).await.unwrap();
    }
    assert_eq!(desk.make_openid(&openid("b.example")).await, Err(OpenIdProviderRefused::TooMany));
    for at in 0..MOST {
        desk.make_saml(&saml(&format!("p{at}"))).await.unwrap();
    }
    assert_eq!(desk.make_saml(&saml("one-more")).await, Err(SamlProviderRefused::TooMany));
}

#[tokio::test]
async fn a_saml_provider_is_what_its_metadata_says_and_that_is_read_before_it_is_kept() {
    for desk in Desk::each().await {
        let arn = saml_arn("Idp_1.x-y");
        let made = desk.make_saml(&saml("Idp_1.x-y")).await.unwrap();
        assert_eq!((made.arn(&account().id), made.valid_until), (arn.clone(), None));
        let again = desk.make_saml(&saml("IDP_1.X-Y")).await;
        assert!(matches!(again, Err(SamlProviderRefused::Exists(_))), "{again:?}");
        let other_case = saml_arn("IDP_1.X-Y");
        let no = SamlProviderRefused::NoSuchProvider(other_case.clone());
        assert_eq!(desk.saml(&other_case).await, Err(no));
        let until = metadata("validUntil=\"2030-01-02T03:04:05Z\"");
        let update = |text: Option<String>| {
            let arn = &arn;
            desk.ask(move |records, _| saml_providers::update(records, &account().id, arn, text.as_deref()))
        };
        update(Some(until.clone())).await.unwrap();
        let dtd = until.replacen('\n', "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>", 1);
        let refused = SamlProviderRefused::Metadata(NotMetadata::Unread("a document type"));
        assert_eq!(update(Some(dtd)).await, Err(refused));
        update(None).await.unwrap();
        let kept = desk.saml(&arn).await.unwrap();
        assert_eq!((kept.metadata, kept.valid_until.unwrap().secs()), (until, 1_893_553_445));
        let none = NewSamlProvider { metadata: "{}".to_owned(), ..saml("none") };
        assert!(matches!(desk.make_saml(&none).await, Err(SamlProviderRefused::Metadata(_))));
    }
}

#[tokio::test]
async fn a_provider_that_is_gone_is_gone_and_its_name_is_free() {
    for desk in Desk::each().await {
        let (openid_arn, saml_arn) = (openid_arn("a.example"), saml_arn("idp"));
        let forget_openid =
            || desk.ask(|records, _| openid_providers::delete(records, &account().id, &openid_arn));
        let forget_saml = || desk.ask(|records, _| saml_providers::delete(records, &account().id, &saml_arn));
        assert_eq!(forget_openid().await, Ok(()), "as AWS says, it is forgotten already");
        assert_eq!(forget_saml().await, Err(SamlProviderRefused::NoSuchProvider(saml_arn.clone())));
        for _ in 0..2 {
            desk.make_openid(&openid("a.example")).await.unwrap();
            desk.make_saml(&saml("idp")).await.unwrap();
            assert_eq!((forget_openid().await, forget_saml().await), (Ok(()), Ok(())));
            assert!(desk.openid(&openid_arn).await.is_err() && desk.saml(&saml_arn).await.is_err());
        }
        let left = desk.ask(|records, _| {
            Ok::<_, Stop<Infallible>>((records.openid_providers(9)?.len(), records.saml_providers(9)?.len()))
        });
        assert_eq!(left.await, Ok((0, 0)));
    }
}

#[tokio::test]
async fn tags_of_providers_are_written_taken_off_and_asked_about() {
    for desk in Desk::each().await {
        let (openid_arn, saml_arn) = (&openid_arn("a.example"), &saml_arn("idp"));
        let new = NewOpenIdProvider { tags: tags(&[("team", "red"), ("x", "1")]), ..openid("a.example") };
        desk.make_openid(&new).await.unwrap();
        desk.make_saml(&NewSamlProvider { tags: new.tags.clone(), ..saml("idp") }).await.unwrap();
        desk.ask(|records, _| {
            openid_providers::tag(records, &account().id, openid_arn, &tags(&[("Team", "blue")]))
        })
        .await
        .unwrap();
        desk.ask(|records, _| {
            openid_providers::untag(records, &account().id, openid_arn, &keys(&["X", "y"]))
        })
        .await
        .unwrap();
        desk.ask(|records, _| {
            saml_providers::tag(records, &account().id, saml_arn, &tags(&[("Team", "blue")]))
        })
        .await
        .unwrap();
        desk.ask(|records, _| saml_providers::untag(records, &account().id, saml_arn, &keys(&["X", "y"])))
            .await
            .unwrap();
        let blue = ["aws:ResourceTag/Team", "iam:ResourceTag/Team"].map(|name| Key::new(name, "blue"));
        for resource in
            [Resource::OpenIdProvider(openid_arn.clone()), Resource::SamlProvider(saml_arn.clone())]
        {
            assert_eq!(desk.keys_of(&resource).await, blue, "{resource:?}");
        }
        let full: Vec<(String, String)> = (0..50).map(|at| (format!("k{at}"), String::new())).collect();
        let full: Vec<(&str, &str)> = full.iter().map(|(key, value)| (&**key, &**value)).collect();
        let over =
            desk.ask(|records, _| openid_providers::tag(records, &account().id, openid_arn, &tags(&full)));
        assert!(matches!(over.await, Err(OpenIdProviderRefused::Tags(_))));
        let over = desk.ask(|records, _| saml_providers::tag(records, &account().id, saml_arn, &tags(&full)));
        assert!(matches!(over.await, Err(SamlProviderRefused::Tags(_))));
    }
}
