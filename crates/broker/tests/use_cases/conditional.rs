//! Writes and deletions under a condition, and many deletions at once.

use crate::desk::Desk;
use crate::objects::object;
use broker::s3::objects::{Condition, Deletions};
use broker::s3::{Refusal, objects};
use domain::s3::object::{ContentId, Object, ObjectKey};
use testkit::s3::bucket;

const ETAG: &str = "\"5d41402abc4b2a76b9719d911017c592\"";

async fn put(desk: &Desk, object: &Object, condition: Condition<'_>) -> Result<Option<ContentId>, Refusal> {
    desk.ask(|records, _| objects::put(records, object, condition)).await
}

async fn delete_each(desk: &Desk, keys: &[(&ObjectKey, Condition<'_>)]) -> Result<Deletions, Refusal> {
    desk.ask(|records, _| objects::delete_each(records, &bucket().name, keys)).await
}

fn failed(key: &str) -> Refusal {
    Refusal::PreconditionFailed(ObjectKey::parse(key).unwrap())
}

#[tokio::test]
async fn an_object_that_must_be_absent_is_written_once() {
    for desk in Desk::each().await {
        assert_eq!(put(&desk, &object("a", 1), Condition::Absent).await, Ok(None));
        assert_eq!(put(&desk, &object("a", 2), Condition::Absent).await, Err(failed("a")));
        let found = desk.ask(|records, _| objects::find(records, &bucket().name, &object("a", 1).key)).await;
        assert_eq!(found, Ok(object("a", 1)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_write_what_must_be_absent_at_once_one_is_refused() {
    let mut winners = [0; 2];
    for seed in 0..50 {
        let desk = Desk::late(seed).await;
        let (one, other) = (object("a", 1), object("a", 2));
        let (first, second) =
            tokio::join!(put(&desk, &one, Condition::Absent), put(&desk, &other, Condition::Absent));
        match (first, second) {
            (Ok(None), Err(Refusal::PreconditionFailed(_))) => winners[0] += 1,
            (Err(Refusal::PreconditionFailed(_)), Ok(None)) => winners[1] += 1,
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    assert!(winners.iter().all(|times| *times > 0), "both happen: {winners:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_replace_the_same_version_at_once_one_is_refused() {
    for seed in 0..50 {
        let desk = Desk::late(seed).await;
        put(&desk, &object("a", 1), Condition::None).await.unwrap();
        let changed = |content| Object { etag: format!("{content:032x}"), ..object("a", content) };
        let (one, other) = (changed(2), changed(3));
        let condition = Condition::Named(ETAG);
        let (first, second) = tokio::join!(put(&desk, &one, condition), put(&desk, &other, condition));
        assert_eq!(first.is_ok(), second.is_err(), "seed {seed}: {first:?} {second:?}");
    }
}

#[tokio::test]
async fn an_object_is_replaced_only_where_its_tag_is_named() {
    for desk in Desk::each().await {
        let absent = Refusal::NoSuchKey(object("a", 1).key);
        assert_eq!(put(&desk, &object("a", 1), Condition::Named(ETAG)).await, Err(absent));
        put(&desk, &object("a", 1), Condition::None).await.unwrap();
        for tags in ["\"\"", "\"5d41402abc4b2a76b9719d911017c59\"", "5D41402ABC4B2A76B9719D911017C592", ""] {
            assert_eq!(put(&desk, &object("a", 2), Condition::Named(tags)).await, Err(failed("a")), "{tags}");
        }
        assert!(put(&desk, &object("a", 2), Condition::Named(ETAG)).await.is_ok());
        assert!(put(&desk, &object("a", 3), Condition::Named("*")).await.is_ok());
    }
}

#[tokio::test]
async fn many_are_deleted_at_once_and_each_is_told_of() {
    for desk in Desk::each().await {
        let rows = desk.rows().await;
        let made: Vec<Object> = (0..1000).map(|number| object(&format!("k/{number}"), number + 10)).collect();
        for object in made.iter().take(20) {
            put(&desk, object, Condition::None).await.unwrap();
        }
        let keys: Vec<_> = made.iter().map(|object| (&object.key, Condition::None)).collect();
        let deletions = delete_each(&desk, &keys).await.unwrap();
        let expected =
            made.iter().enumerate().map(|(at, object)| Ok((at < 20).then(|| object.content.clone())));
        assert_eq!(deletions, expected.collect::<Deletions>());
        assert_eq!(desk.rows().await, rows);
    }
}

#[tokio::test]
async fn one_that_stays_keeps_no_other_from_going() {
    for desk in Desk::each().await {
        let [a, b, c] = [object("a", 1), object("b", 2), object("c", 3)];
        for object in [&a, &b] {
            put(&desk, object, Condition::None).await.unwrap();
        }
        let keys = [
            (&a.key, Condition::Named("\"other\"")),
            (&b.key, Condition::Named(ETAG)),
            (&b.key, Condition::None),
            (&c.key, Condition::Named("*")),
        ];
        let expected = vec![
            Err(failed("a")),
            Ok(Some(b.content.clone())),
            Ok(None),
            Err(Refusal::NoSuchKey(c.key.clone())),
        ];
        assert_eq!(delete_each(&desk, &keys).await, Ok(expected));
    }
}
