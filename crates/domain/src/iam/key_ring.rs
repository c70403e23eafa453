//! The key ring: the keys that seal sessions. The newest one seals; the older ones still open.

use crate::account::Account;
use crate::entropy::{Entropy, draw};
use crate::iam::access_key::{AccessKeyId, RingKeyId};
use crate::iam::session::Session;
use crate::seal::{NotSealed, SealingKey, derive};
use crate::secret::Secret;
use crate::time::{Span, Timestamp};
use aws_lc_rs::hmac;
use data_encoding::{BASE64, BASE64URL_NOPAD};

/// A key seals new sessions for this long; then the ring gets a new one.
const SEALS_FOR: Span = Span::from_hours(30 * 24);

/// A key opens sessions for this long after it was replaced: longer than any session lives (36 hours).
const OPENS_FOR: Span = Span::from_hours(48);

/// The first byte of a session token: the layout of what follows.
const LAYOUT: u8 = 2;

/// Layouts of earlier versions of this server. Whoever holds such a token gets a new one as if it had expired.
const OUTDATED: [u8; 1] = [1];

/// A session's credentials are not ours, or were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOurSession {
    /// No key of the ring made this access key id: it is made up, or its key was retired.
    #[error("no key of the ring made this access key id")]
    UnknownKey,
    /// The token is damaged, forged or belongs to another access key id.
    #[error("the session token is damaged or belongs to another access key")]
    BadToken,
    /// The token has a layout of an earlier version of this server.
    #[error("the session token was made by an earlier version of this server")]
    OutdatedToken,
}

/// The keys that seal sessions.
pub struct KeyRing {
    keys: Vec<RingKey>,
}

/// One key of the ring.
pub struct RingKey {
    /// Its number, part of every access key id made with it.
    pub id: RingKeyId,
    /// When it was made.
    pub made: Timestamp,
    /// The root of everything derived from it.
    pub root: Secret<[u8; 32]>,
    sealing: SealingKey,
    messages: SealingKey,
    secrets: hmac::Key,
}

impl RingKey {
    /// A key with a given root.
    pub fn new(id: RingKeyId, made: Timestamp, root: Secret<[u8; 32]>) -> Result<Self, NotSealed> {
        let sealing = SealingKey::derive(&root, "session token")?;
        let messages = SealingKey::derive(&root, "authorization message")?;
        let secrets = Secret::new(derive(&root, "secret access key"));
        let secrets = hmac::Key::new(hmac::HMAC_SHA256, secrets.reveal());
        Ok(Self { id, made, root, sealing, messages, secrets })
    }

    fn secret_of(&self, id: &AccessKeyId) -> Secret<String> {
        let tag = hmac::sign(&self.secrets, id.as_str().as_bytes());
        Secret::new(BASE64.encode(tag.as_ref().get(..30).unwrap_or_default()))
    }
}

/// A session's credentials, ready to be handed out.
pub struct Credentials {
    /// The access key id.
    pub id: AccessKeyId,
    /// The secret that signs requests.
    pub secret: Secret<String>,
    /// The sealed session.
    pub token: Secret<String>,
}

impl KeyRing {
    /// A ring of these keys, newest last. `None` without a key.
    pub fn new(mut keys: Vec<RingKey>) -> Option<Self> {
        keys.sort_by_key(|key| key.id);
        if keys.is_empty() { None } else { Some(Self { keys }) }
    }

    /// Every key, oldest first.
    pub fn keys(&self) -> &[RingKey] {
        &self.keys
    }

    /// Whether the newest key has sealed long enough.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.keys.last().is_none_or(|newest| now.since(newest.made) >= SEALS_FOR)
    }

    /// The ring with a new key, and without those that no living session needs.
    pub fn rotated(self, now: Timestamp, entropy: &dyn Entropy) -> Result<Self, NotSealed> {
        let replaced: Vec<Timestamp> = self.keys.iter().skip(1).map(|next| next.made).chain([now]).collect();
        let next = RingKeyId(self.keys.last().map_or(1, |newest| newest.id.0.wrapping_add(1)));
        let mut keys: Vec<RingKey> = self
            .keys
            .into_iter()
            .zip(replaced)
            .filter(|(_, replaced)| now.since(*replaced) <= OPENS_FOR)
            .map(|(key, _)| key)
            .collect();
        keys.push(RingKey::new(next, now, Secret::new(draw(entropy)))?);
        Ok(Self { keys })
    }

    /// Makes credentials for a session: the newest key seals it.
    pub fn seal(
        &self,
        session: &Session,
        account: &Account,
        entropy: &dyn Entropy,
    ) -> Result<Credentials, NotSealed> {
        let key = self.keys.last().ok_or(NotSealed)?;
        let id = AccessKeyId::draw_temporary(key.id, entropy);
        let claims = Secret::new(serde_json::to_vec(session).map_err(|_| NotSealed)?);
        let mut token = vec![LAYOUT];
        token.append(&mut key.sealing.seal(claims.reveal(), &binding(&id, account), entropy)?);
        Ok(Credentials { secret: key.secret_of(&id), token: Secret::new(BASE64URL_NOPAD.encode(&token)), id })
    }

    /// The secret of a temporary access key, which needs no memory of having made it.
    pub fn secret_of(&self, id: &AccessKeyId) -> Result<Secret<String>, NotOurSession> {
        Ok(self.key_of(id)?.secret_of(id))
    }

    /// Opens the session of a temporary access key. Whether it has expired is for the caller to ask.
    pub fn open(&self, id: &AccessKeyId, token: &str, account: &Account) -> Result<Session, NotOurSession> {
        let key = self.key_of(id)?;
        let token = BASE64URL_NOPAD.decode(token.as_bytes()).map_err(|_| NotOurSession::BadToken)?;
        let (layout, sealed) = token.split_first().ok_or(NotOurSession::BadToken)?;
        if OUTDATED.contains(layout) {
            return Err(NotOurSession::OutdatedToken);
        }
        if *layout != LAYOUT {
            return Err(NotOurSession::BadToken);
        }
        let claims = key.sealing.open(sealed, &binding(id, account)).map_err(|_| NotOurSession::BadToken)?;
        serde_json::from_slice(&claims).map_err(|_| NotOurSession::BadToken)
    }

    /// Seals a message that the server alone shall read again, such as why somebody was denied something. It is readable
    /// while the key is in the ring: for two days at least.
    pub fn seal_message(
        &self,
        text: &str,
        account: &Account,
        entropy: &dyn Entropy,
    ) -> Result<String, NotSealed> {
        let key = self.keys.last().ok_or(NotSealed)?;
        let mut message = key.id.0.to_be_bytes().to_vec();
        message.append(&mut key.messages.seal(
            text.as_bytes(),
            &binding_of_message(key.id, account),
            entropy,
        )?);
        Ok(BASE64URL_NOPAD.encode(&message))
    }

    /// Opens a message; `None` if it is none of this server's, or too old.
    pub fn open_message(&self, message: &str, account: &Account) -> Option<String> {
        let message = BASE64URL_NOPAD.decode(message.as_bytes()).ok()?;
        let (id, sealed) = message.split_first_chunk::<2>()?;
        let id = RingKeyId(u16::from_be_bytes(*id));
        let key = self.keys.iter().find(|key| key.id == id)?;
        let text = key.messages.open(sealed, &binding_of_message(id, account)).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }

    fn key_of(&self, id: &AccessKeyId) -> Result<&RingKey, NotOurSession> {
        let ring_key = id.ring_key().ok_or(NotOurSession::UnknownKey)?;
        self.keys.iter().find(|key| key.id == ring_key).ok_or(NotOurSession::UnknownKey)
    }
}

/// A token opens only beside its own access key id, in its own region of the `aws` partition.
fn binding(id: &AccessKeyId, account: &Account) -> Vec<u8> {
    format!("aws {} {} {id}", account.region, account.id).into_bytes()
}

/// A message opens only with the key that it names, where it was sealed.
fn binding_of_message(id: RingKeyId, account: &Account) -> Vec<u8> {
    format!("aws {} {} message {}", account.region, account.id, id.0).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccountId, Region};
    use crate::arn::RoleArn;
    use crate::iam::id::RoleId;
    use crate::iam::revocation::Generation;
    use crate::iam::session::{Federation, FromIdentity, Origin, RoleSession, Subject};
    use crate::identity_pool::identity::IdentityId;
    use crate::identity_pool::pool::IdentityPoolId;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU8, Ordering};

    struct Counting(AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn dice() -> Counting {
        Counting(AtomicU8::new(0))
    }

    fn ring() -> KeyRing {
        let key =
            |id| RingKey::new(RingKeyId(id), Timestamp::from_secs(0), Secret::new([id as u8; 32])).unwrap();
        KeyRing::new(vec![key(2), key(1)]).unwrap()
    }

    fn account() -> Account {
        Account { id: AccountId::parse("123456789012").unwrap(), region: Region::parse("us-east-1").unwrap() }
    }

    fn session() -> Session {
        Session {
            account: account().id,
            subject: Subject::Role(RoleSession {
                role: RoleArn::parse("arn:aws:iam::123456789012:role/guest").unwrap(),
                role_id: RoleId::parse("AROAAAAAAAAAAAAAAAAAA").unwrap(),
                name: "CognitoIdentityCredentials".to_owned(),
                federation: Some(Federation {
                    provider: "cognito-identity.amazonaws.com".to_owned(),
                    aud: "us-east-1:1".to_owned(),
                    sub: "us-east-1:2".to_owned(),
                    amr: vec!["unauthenticated".to_owned()],
                }),
            }),
            issued: Timestamp::from_secs(1),
            generation: Generation::default(),
            expires: Timestamp::from_secs(3601),
            policies: None,
            tags: BTreeMap::new(),
            transitive_tags: Vec::new(),
            source_identity: None,
            origin: Origin::Identity(FromIdentity {
                identity: IdentityId::parse("us-east-1:2").unwrap(),
                pool: IdentityPoolId::parse("us-east-1:1").unwrap(),
                logins: Vec::new(),
            }),
            ancestors: Vec::new(),
        }
    }

    #[test]
    fn a_sealed_session_opens_beside_its_own_access_key_only() {
        let dice = dice();
        let first = ring().seal(&session(), &account(), &dice).unwrap();
        let second = ring().seal(&session(), &account(), &dice).unwrap();
        assert_eq!(ring().open(&first.id, first.token.reveal(), &account()), Ok(session()));
        assert_eq!(ring().open(&second.id, first.token.reveal(), &account()), Err(NotOurSession::BadToken));
    }

    #[test]
    fn a_session_of_another_region_or_account_does_not_open() {
        let credentials = ring().seal(&session(), &account(), &dice()).unwrap();
        let mut elsewhere = account();
        elsewhere.region = Region::parse("eu-west-1").unwrap();
        assert!(ring().open(&credentials.id, credentials.token.reveal(), &elsewhere).is_err());
    }

    #[test]
    fn the_secret_is_the_same_whenever_it_is_asked_for_and_differs_by_key() {
        let dice = dice();
        let first = ring().seal(&session(), &account(), &dice).unwrap();
        let second = ring().seal(&session(), &account(), &dice).unwrap();
        assert_eq!(ring().secret_of(&first.id).unwrap().reveal(), first.secret.reveal());
        assert_eq!(first.secret.reveal().len(), 40);
        assert_ne!(first.secret.reveal(), second.secret.reveal());
    }

    #[test]
    fn a_token_with_any_character_changed_does_not_open() {
        let credentials = ring().seal(&session(), &account(), &dice()).unwrap();
        let token = credentials.token.reveal().clone();
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(ring().open(&credentials.id, &changed, &account()).is_err(), "character {at}");
        }
    }

    #[test]
    fn a_token_of_an_earlier_layout_is_outdated_and_never_misread() {
        let credentials = ring().seal(&session(), &account(), &dice()).unwrap();
        let mut token = BASE64URL_NOPAD.decode(credentials.token.reveal().as_bytes()).unwrap();
        for (layout, expected) in
            [(0, NotOurSession::BadToken), (1, NotOurSession::OutdatedToken), (3, NotOurSession::BadToken)]
        {
            token[0] = layout;
            let opened = ring().open(&credentials.id, &BASE64URL_NOPAD.encode(&token), &account());
            assert_eq!(opened, Err(expected));
        }
    }

    #[test]
    fn a_rotated_ring_opens_what_it_sealed_before_until_no_session_can_live_on() {
        let dice = dice();
        let before = ring().seal(&session(), &account(), &dice).unwrap();
        let rotation = Timestamp::from_secs(31 * 24 * 3600);
        assert!(ring().is_due(rotation));
        let ring = ring().rotated(rotation, &dice).unwrap();
        assert!(!ring.is_due(rotation));
        assert!(ring.open(&before.id, before.token.reveal(), &account()).is_ok());
        let ring = ring.rotated(rotation.after(Span::from_hours(49)), &dice).unwrap();
        assert_eq!(ring.open(&before.id, before.token.reveal(), &account()), Err(NotOurSession::UnknownKey));
    }

    #[test]
    fn a_rotation_that_is_due_makes_no_ring_larger_whatever_its_clock_said_before() {
        let key = |id, made| RingKey::new(RingKeyId(id), made, Secret::new([7; 32])).unwrap();
        let now = Timestamp::from_secs(31 * 24 * 3600);
        let ahead = now.after(Span::from_hours(1));
        let ring =
            KeyRing::new(vec![key(1, ahead), key(2, ahead), key(3, ahead), key(4, Timestamp::from_secs(0))])
                .unwrap();
        assert!(ring.is_due(now));
        let numbers: Vec<u32> =
            ring.rotated(now, &dice()).unwrap().keys().iter().map(|key| key.id.0.into()).collect();
        assert_eq!(numbers, [1, 2, 4, 5]);
    }

    #[test]
    fn a_message_opens_here_alone_whole_and_while_its_key_is_there() {
        let sealed = ring().seal_message("why", &account(), &dice()).unwrap();
        assert_eq!(ring().open_message(&sealed, &account()).as_deref(), Some("why"));
        let elsewhere = Account { region: Region::parse("eu-west-1").unwrap(), ..account() };
        assert_eq!(ring().open_message(&sealed, &elsewhere), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(ring().open_message(&String::from_utf8(changed).unwrap(), &account()), None, "{at}");
        }
        for no in ["", "A", "!", "AAAA", &format!("{sealed}A")] {
            assert_eq!(ring().open_message(no, &account()), None, "{no}");
        }
        let token = ring().seal(&session(), &account(), &dice()).unwrap().token;
        assert_eq!(ring().open_message(token.reveal(), &account()), None);
    }

    #[test]
    fn an_access_key_that_no_ring_key_made_is_unknown() {
        let made_up = AccessKeyId::draw_temporary(RingKeyId(9), &dice());
        assert!(matches!(ring().secret_of(&made_up), Err(NotOurSession::UnknownKey)));
        let long_term = AccessKeyId::draw_long_term(&dice());
        assert!(matches!(ring().secret_of(&long_term), Err(NotOurSession::UnknownKey)));
    }
}
