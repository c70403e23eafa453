//! The keys of the server and the files that hold them.

use crate::data_dir::DataDir;
use crate::{Refused, private};
use api::key_making::KeyMaker;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use data_encoding::BASE64;
use domain::entropy::{Entropy, draw};
use domain::iam::access_key::{AccessKeyId, RingKeyId, RootKey, draw_secret_key};
use domain::iam::key_ring::{KeyRing, RingKey};
use domain::records::Breakdown;
use domain::secret::Secret;
use domain::signing::FreshKey;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The root access key pair, in the format of AWS's shared-credentials file.
const ROOT_CREDENTIALS: &str = "root-credentials";

/// The key ring and the key that seals secrets in the store.
const KEYS: &str = "keys";

/// The keys that seal: sessions by the ring, secrets in the store by the other.
pub(crate) struct ServerKeys {
    pub(crate) ring: KeyRing,
    pub(crate) store: Secret<[u8; 32]>,
}

/// The key file's content.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    store: String,
    ring: Vec<RingKeyEntry>,
}

#[derive(Serialize, Deserialize)]
struct RingKeyEntry {
    id: RingKeyId,
    made: Timestamp,
    root: String,
}

/// Reads the root key pair, or makes it at the first start.
pub(crate) fn root(data: &DataDir, entropy: &dyn Entropy) -> Result<RootKey, Refused> {
    if let Some(text) = data.read_private(ROOT_CREDENTIALS)? {
        return parse_root(text.reveal()).ok_or_else(|| {
            let path = data.path(ROOT_CREDENTIALS);
            Refused(format!("`{}` holds no access key; remove it to get a new one", path.display()))
        });
    }
    let root = RootKey { id: AccessKeyId::draw_long_term(entropy), secret: draw_secret_key(entropy) };
    let text = format!(
        "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        root.id,
        root.secret.reveal()
    );
    data.write_private(ROOT_CREDENTIALS, &text)?;
    Ok(root)
}

fn parse_root(text: &str) -> Option<RootKey> {
    let id = AccessKeyId::parse(private::value(text, "aws_access_key_id")?).ok()?;
    let secret = private::value(text, "aws_secret_access_key")?;
    Some(RootKey { id, secret: Secret::new(secret.to_owned()) })
}

/// Reads the keys that seal, or makes them at the first start.
pub(crate) fn sealing(data: &DataDir, now: Timestamp, entropy: &dyn Entropy) -> Result<ServerKeys, Refused> {
    if let Some(text) = data.read_private(KEYS)? {
        return parse(text.reveal()).ok_or_else(|| {
            let path = data.path(KEYS);
            Refused(format!("`{}` is damaged; restore it from a copy of the data folder", path.display()))
        });
    }
    if data.has("records.sqlite") {
        let path = data.path(KEYS);
        return Err(Refused(format!(
            "`{}` is missing, and without it the records cannot be used; restore it from a copy of the data folder",
            path.display()
        )));
    }
    let broken = |_| Refused("a key cannot be made".to_owned());
    let first = RingKey::new(RingKeyId(1), now, Secret::new(draw(entropy))).map_err(broken)?;
    let ring = KeyRing::new(vec![first]).ok_or_else(|| Refused("a key ring cannot be made".to_owned()))?;
    let keys = ServerKeys { ring, store: Secret::new(draw(entropy)) };
    save(data, &keys)?;
    Ok(keys)
}

/// Puts one new key in the place of the whole ring, so that no session that was ever issued opens again.
pub(crate) fn replace_ring(data: &DataDir, now: Timestamp, entropy: &dyn Entropy) -> Result<(), Refused> {
    let keys = sealing(data, now, entropy)?;
    let next = RingKeyId(keys.ring.keys().last().map_or(1, |newest| newest.id.0.wrapping_add(1)));
    let broken = |_| Refused("a key cannot be made".to_owned());
    let key = RingKey::new(next, now, Secret::new(draw(entropy))).map_err(broken)?;
    let ring = KeyRing::new(vec![key]).ok_or_else(|| Refused("a key ring cannot be made".to_owned()))?;
    save(data, &ServerKeys { ring, ..keys })
}

/// Writes the keys to their file.
pub(crate) fn save(data: &DataDir, keys: &ServerKeys) -> Result<(), Refused> {
    let entry =
        |key: &RingKey| RingKeyEntry { id: key.id, made: key.made, root: BASE64.encode(key.root.reveal()) };
    let file = KeyFile {
        store: BASE64.encode(keys.store.reveal()),
        ring: keys.ring.keys().iter().map(entry).collect(),
    };
    let text = Secret::new(serde_json::to_string_pretty(&file).map_err(Refused::because)?);
    data.write_private(KEYS, text.reveal())
}

fn parse(text: &str) -> Option<ServerKeys> {
    let file: KeyFile = serde_json::from_str(text).ok()?;
    let secret = |base64: &str| {
        let bytes = BASE64.decode(base64.as_bytes()).ok()?;
        Some(Secret::new(<[u8; 32]>::try_from(bytes).ok()?))
    };
    let key = |entry: &RingKeyEntry| RingKey::new(entry.id, entry.made, secret(&entry.root)?).ok();
    let ring = KeyRing::new(file.ring.iter().map(key).collect::<Option<_>>()?)?;
    Some(ServerKeys { ring, store: secret(&file.store)? })
}

/// Makes the RSA keys that sign tokens.
pub(crate) struct MachineKeys;

impl KeyMaker for MachineKeys {
    fn make_rsa(&self) -> Result<FreshKey, Breakdown> {
        let broken = |_| Breakdown::new("an RSA key cannot be made");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(broken)?;
        let document = pair.as_der().map_err(broken)?;
        Ok(FreshKey::from_pkcs8(Secret::new(document.as_ref().to_vec())))
    }
}
