//! Who signed a request, and when that is not known.

use crate::client::{Held, Sent, ring, root};
use crate::desk::{Desk, alice};
use broker::House;
use broker::iam::authenticate::{NotAuthenticated, Who};
use domain::account::{Account, AccountId, Region};
use domain::time::{Span, Timestamp};
use sigv4::{PayloadHash, Refused};
use testkit::{NOW, account};

/// A desk, and the credentials of a session of alice's.
async fn signed_in() -> (Desk, Held) {
    let desk = Desk::open().await;
    let grant = desk.session_of(&[alice()]).await;
    let held = Held::of(&grant, &desk.house, &desk.entropy);
    (desk, held)
}

fn refused(desk: &Desk, sent: &Sent) -> Option<NotAuthenticated> {
    sent.authenticate(&desk.house, &ring(), NOW).err()
}

#[tokio::test]
async fn the_session_that_was_sealed_is_the_caller() {
    let desk = Desk::open().await;
    let grant = desk.session_of(&[alice()]).await;
    let held = Held::of(&grant, &desk.house, &desk.entropy);
    let caller = held.sign().authenticate(&desk.house, &ring(), NOW).ok().unwrap();
    assert_eq!(*caller.who(), Who::Session(Box::new(grant.session().clone())));
    assert_eq!(caller.access_key().as_str(), held.id);
    assert_eq!(*caller.payload(), PayloadHash::Unsigned);
}

#[tokio::test]
async fn the_root_key_pair_is_the_root() {
    let desk = Desk::empty();
    let caller = Held::of_root().sign().authenticate(&desk.house, &ring(), NOW).ok().unwrap();
    assert_eq!(*caller.who(), Who::Root);
    assert_eq!(*caller.access_key(), root().id);
}

#[tokio::test]
async fn credentials_that_do_not_belong_together_are_refused() {
    let (desk, held) = signed_in().await;
    let other = Held::of(&desk.session_of(&[]).await, &desk.house, &desk.entropy);
    let root = Held::of_root();
    let with_token = |token: &str| Held { token: Some(token.to_owned()), ..held.clone() };
    let token = held.token.clone().unwrap();
    let cut: String = token.chars().take(token.len() / 2).collect();
    let unknown = NotAuthenticated::UnknownAccessKey;
    let bad_token = NotAuthenticated::BadToken;
    let mismatch = || NotAuthenticated::Signature(Refused::SignatureMismatch);
    let table = [
        ("a made-up long-term key", Held { id: "AKIAAAAAAAAAAAAAAAAA".to_owned(), ..root.clone() }, unknown),
        (
            "no access key at all",
            Held { id: "root".to_owned(), ..root.clone() },
            NotAuthenticated::UnknownAccessKey,
        ),
        (
            "a temporary key of no ring key",
            Held { id: "ASIA7777777777777777".to_owned(), ..held.clone() },
            NotAuthenticated::UnknownAccessKey,
        ),
        ("no session token", Held { token: None, ..held.clone() }, NotAuthenticated::UnknownAccessKey),
        ("another session's token", Held { token: other.token.clone(), ..held.clone() }, bad_token),
        (
            "another session's key and secret",
            Held { token: held.token.clone(), ..other.clone() },
            NotAuthenticated::BadToken,
        ),
        ("an empty token", with_token(""), NotAuthenticated::BadToken),
        ("half a token", with_token(&cut), NotAuthenticated::BadToken),
        ("a token with more behind it", with_token(&format!("{token}AAAA")), NotAuthenticated::BadToken),
        ("a token that is no base64url", with_token("a+b/=="), NotAuthenticated::BadToken),
        (
            "the root key with a token",
            Held { token: held.token.clone(), ..root.clone() },
            NotAuthenticated::BadToken,
        ),
        ("a wrong secret", Held { secret: root.secret.clone(), ..held.clone() }, mismatch()),
        ("another session's secret", Held { secret: other.secret, ..held.clone() }, mismatch()),
        ("a wrong secret of the root", Held { secret: held.secret.clone(), ..root }, mismatch()),
    ];
    for (what, held, expected) in table {
        assert_eq!(refused(&desk, &held.sign()), Some(expected), "{what}");
    }
    assert_eq!(refused(&desk, &held.sign()), None);
}

#[tokio::test]
async fn a_request_that_was_changed_on_its_way_is_refused() {
    let (desk, held) = signed_in().await;
    let mismatch = || NotAuthenticated::Signature(Refused::SignatureMismatch);
    let unsigned = || NotAuthenticated::Signature(Refused::UnsignedHeader("x-amz-acl".to_owned()));
    let elsewhere = Sent { path: "/my-bucket/another".to_owned(), ..held.sign() };
    let table = [
        ("another key", elsewhere, mismatch()),
        ("another host", held.sign().with("host", Some("elsewhere")), mismatch()),
        (
            "another claim of the body",
            held.sign().with("x-amz-content-sha256", Some(&"0".repeat(64))),
            mismatch(),
        ),
        ("a header more", held.sign().with("x-amz-acl", Some("public-read")), unsigned()),
    ];
    for (what, sent, expected) in table {
        assert_eq!(refused(&desk, &sent), Some(expected), "{what}");
    }
}

#[tokio::test]
async fn a_signature_for_another_region_service_or_time_is_refused() {
    let (desk, held) = signed_in().await;
    let late = |secs: i64| Timestamp::from_secs(NOW.secs() + secs);
    let skewed = |secs: i64| {
        let signed_at = late(secs).secs();
        NotAuthenticated::Signature(Refused::Skewed { signed_at, now: NOW.secs() })
    };
    let wrong_region =
        Refused::WrongRegion { given: "eu-west-1".to_owned(), expected: "us-east-1".to_owned() };
    let table = [
        (held.sign_for("eu-west-1", "s3", NOW), Some(wrong_region.into())),
        (held.sign_for("us-east-1", "sts", NOW), Some(Refused::WrongService("sts".to_owned()).into())),
        (held.sign_for("us-east-1", "s3", late(900)), None),
        (held.sign_for("us-east-1", "s3", late(-900)), None),
        (held.sign_for("us-east-1", "s3", late(901)), Some(skewed(901))),
        (held.sign_for("us-east-1", "s3", late(-901)), Some(skewed(-901))),
    ];
    for (sent, expected) in table {
        assert_eq!(refused(&desk, &sent), expected);
    }
}

#[tokio::test]
async fn a_session_ends_at_exactly_the_moment_it_names() {
    let (desk, held) = signed_in().await;
    let end = NOW.after(Span::from_hours(1));
    let sent = held.sign_for("us-east-1", "s3", end);
    let just_before = Timestamp::from_millis(end.millis() - 1);
    assert!(sent.authenticate(&desk.house, &ring(), just_before).is_ok());
    for now in [end, end.after(Span::from_mins(5))] {
        let refused = sent.authenticate(&desk.house, &ring(), now).err();
        assert!(matches!(refused, Some(NotAuthenticated::Expired(session)) if session.expires == end));
    }
}

#[tokio::test]
async fn whoever_cannot_sign_does_not_learn_that_a_session_has_ended() {
    let (desk, held) = signed_in().await;
    let end = NOW.after(Span::from_hours(1));
    let thief = Held { secret: "guessed".to_owned(), ..held };
    let refused = thief.sign_for("us-east-1", "s3", end).authenticate(&desk.house, &ring(), end).err();
    assert_eq!(refused, Some(NotAuthenticated::Signature(Refused::SignatureMismatch)));
}

#[tokio::test]
async fn credentials_outlive_the_ring_key_that_made_them_until_it_is_retired() {
    let (desk, held) = signed_in().await;
    let rotated = ring().rotated(NOW, &desk.entropy).unwrap();
    assert!(held.sign().authenticate(&desk.house, &rotated, NOW).is_ok());
    let later = NOW.after(Span::from_hours(49));
    let retired = rotated.rotated(later, &desk.entropy).unwrap();
    let sent = held.sign_for("us-east-1", "s3", later);
    let refused = sent.authenticate(&desk.house, &retired, later).err();
    assert_eq!(refused, Some(NotAuthenticated::UnknownAccessKey));
}

#[tokio::test]
async fn credentials_of_another_account_are_refused_by_a_server_with_the_same_keys() {
    let (desk, held) = signed_in().await;
    let other = Account { id: AccountId::parse("999999999999").unwrap(), ..account() };
    let elsewhere = House::new(other, desk.house.issuers.clone());
    let refused = held.sign().authenticate(&elsewhere, &ring(), NOW).err();
    assert_eq!(refused, Some(NotAuthenticated::BadToken));
}

#[tokio::test]
async fn credentials_of_another_region_are_refused_though_they_sign_for_this_one() {
    let (desk, held) = signed_in().await;
    let other = Account { region: Region::parse("eu-west-1").unwrap(), ..account() };
    let elsewhere = House::new(other, desk.house.issuers.clone());
    let sent = held.sign_for("eu-west-1", "s3", NOW);
    let refused = sent.authenticate(&elsewhere, &ring(), NOW).err();
    assert_eq!(refused, Some(NotAuthenticated::BadToken));
}

#[tokio::test]
async fn no_two_credentials_of_one_session_share_their_id_or_secret() {
    let desk = Desk::open().await;
    let grant = desk.session_of(&[]).await;
    let one = Held::of(&grant, &desk.house, &desk.entropy);
    let other = Held::of(&grant, &desk.house, &desk.entropy);
    assert!(one.id != other.id && one.secret != other.secret && one.token != other.token);
}
