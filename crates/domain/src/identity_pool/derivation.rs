//! Ids that follow from a login, for pools that want them.

use crate::account::Region;
use crate::identity_pool::identity::IdentityId;
use crate::identity_pool::login::LoginKey;
use crate::identity_pool::pool::IdentityPoolId;
use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// The namespace of derived ids. Source: RFC 9562, section 5.5.
const NAMESPACE: Uuid = Uuid::from_u128(0x2f1c_3a5e_7d0b_4c9e_8a46_5b1e_90d7_c3f2);

/// How often an id was derived from a login of a pool. It only rises: an identity that the login was taken from keeps its
/// id, and so does one that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivation {
    /// The login.
    pub login: LoginKey,
    /// How many ids were derived from it.
    pub generation: u32,
}

impl IdentityId {
    /// The id that follows from a login: the UUID of version 5 (RFC 9562) of pool, provider, subject and generation, each
    /// written as a netstring, `5:hello,`. Who somebody is at the provider cannot be read from it, but can be tried out.
    pub fn derive(region: &Region, pool: &IdentityPoolId, derivation: &Derivation) -> Self {
        let LoginKey { provider, subject } = &derivation.login;
        let mut sha1 = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        sha1.update(NAMESPACE.as_bytes());
        for part in [pool.as_str(), provider, subject, &derivation.generation.to_string()] {
            sha1.update(format!("{}:{part},", part.len()).as_bytes());
        }
        let digest = sha1.finish();
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest.as_ref()).for_each(|(byte, hashed)| *byte = *hashed);
        Self::in_region(region, Builder::from_sha1_bytes(bytes).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(pool: &str, provider: &str, subject: &str, generation: u32) -> String {
        let login = LoginKey { provider: provider.to_owned(), subject: subject.to_owned() };
        let (region, pool) = (Region::parse("us-east-1").unwrap(), IdentityPoolId::parse(pool).unwrap());
        IdentityId::derive(&region, &pool, &Derivation { login, generation }).to_string()
    }

    #[test]
    fn an_id_follows_from_pool_provider_subject_and_generation_and_from_nothing_else() {
        let id = derived("us-east-1:1", "login.example", "alice", 0);
        // As `uuid.uuid5(NAMESPACE, "11:us-east-1:1,13:login.example,5:alice,1:0,")` of Python says it.
        assert_eq!(id, "us-east-1:0ded9ec7-ce0a-53f7-9612-e5d54c1a50f5");
        assert_eq!(id, derived("us-east-1:1", "login.example", "alice", 0));
        for other in [
            derived("us-east-1:2", "login.example", "alice", 0),
            derived("us-east-1:1", "login.example.", "alice", 0),
            derived("us-east-1:1", "login.example", "Alice", 0),
            derived("us-east-1:1", "login.example", "alice", 1),
            derived("us-east-1:1", "login.example,5:alice", "", 0),
            derived("us-east-1:1", "", "login.examplealice", 0),
        ] {
            assert_ne!(id, other);
        }
    }
}
