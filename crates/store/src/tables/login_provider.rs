use crate::records::Records;
use crate::table::Table;
use domain::iam::provider::{Issuer, OpenIdProvider, SamlProvider, SamlProviderName};
use domain::records::{LoginProviders, Read};

/// Providers of OpenID Connect by issuer.
const OPENID: Table<1, OpenIdProvider> = Table::new("openid-provider");
/// SAML providers by name in lower case, because names are unique whatever their case.
const SAML: Table<1, SamlProvider> = Table::new("saml-provider");

impl LoginProviders for Records<'_> {
    fn openid_provider(&mut self, issuer: &str) -> Read<Option<OpenIdProvider>> {
        self.get(&OPENID, [issuer])
    }

    fn put_openid_provider(&mut self, provider: &OpenIdProvider) {
        self.put(&OPENID, [provider.issuer.as_str()], provider);
    }

    fn delete_openid_provider(&mut self, issuer: &Issuer) {
        self.delete(&OPENID, [issuer.as_str()]);
    }

    fn openid_providers(&mut self, limit: usize) -> Read<Vec<OpenIdProvider>> {
        Ok(self.scan(&OPENID.all(), limit)?.into_iter().map(|found| found.value).collect())
    }

    fn saml_provider(&mut self, name: &str) -> Read<Option<SamlProvider>> {
        self.get(&SAML, [&name.to_lowercase()])
    }

    fn put_saml_provider(&mut self, provider: &SamlProvider) {
        self.put(&SAML, [&provider.name.as_str().to_lowercase()], provider);
    }

    fn delete_saml_provider(&mut self, name: &SamlProviderName) {
        self.delete(&SAML, [&name.as_str().to_lowercase()]);
    }

    fn saml_providers(&mut self, limit: usize) -> Read<Vec<SamlProvider>> {
        Ok(self.scan(&SAML.all(), limit)?.into_iter().map(|found| found.value).collect())
    }
}
