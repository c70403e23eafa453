//! Objects, the contents they use, and the buckets they lie in.

use crate::desk::Desk;
use broker::s3::objects::Condition;
use broker::s3::{Refusal, buckets, objects};
use domain::entropy::draw;
use domain::records::{Buckets, Stop};
use domain::s3::bucket::{Bucket, BucketName};
use domain::s3::object::{ContentId, Object, ObjectKey, StoredHeaders};
use std::convert::Infallible;
use testkit::NOW;
use testkit::entropy::Counting;
use testkit::s3::bucket;

/// An object of `testkit`'s bucket with a content of its own.
pub(crate) fn object(key: &str, content: u128) -> Object {
    Object {
        bucket: bucket().name,
        key: ObjectKey::parse(key).unwrap(),
        content: ContentId::parse(&format!("{content:032x}")).unwrap(),
        size: 5,
        etag: "5d41402abc4b2a76b9719d911017c592".to_owned(),
        modified: NOW,
        headers: StoredHeaders::default(),
        checksum: None,
    }
}

async fn put(desk: &Desk, object: &Object) -> Result<Option<ContentId>, Refusal> {
    desk.ask(|records, _| objects::put(records, object, Condition::None)).await
}

async fn find(desk: &Desk, object: &Object) -> Result<Object, Refusal> {
    desk.ask(|records, _| objects::find(records, &object.bucket, &object.key)).await
}

async fn delete(desk: &Desk, object: &Object) -> Result<Option<ContentId>, Refusal> {
    desk.ask(|records, _| objects::delete(records, &object.bucket, &object.key, Condition::None)).await
}

async fn delete_bucket(desk: &Desk) -> Result<(), Refusal> {
    desk.ask(|records, _| buckets::delete(records, &bucket().name)).await
}

async fn is_in_use(desk: &Desk, content: &ContentId) -> bool {
    desk.ask(|records, _| Ok::<_, Stop<Infallible>>(records.content_is_in_use(content)?)).await.unwrap()
}

#[tokio::test]
async fn a_written_object_is_found_as_it_was_written_and_its_content_is_in_use() {
    for desk in Desk::each().await {
        let object = object("a", 1);
        assert!(!is_in_use(&desk, &object.content).await);
        assert_eq!(put(&desk, &object).await, Ok(None));
        assert!(is_in_use(&desk, &object.content).await);
        assert_eq!(find(&desk, &object).await, Ok(object));
    }
}

#[tokio::test]
async fn replacing_an_object_gives_back_the_content_that_is_no_longer_in_use() {
    for desk in Desk::each().await {
        let (old, new) = (object("a", 1), object("a", 2));
        put(&desk, &old).await.unwrap();
        let rows = desk.rows().await;
        assert_eq!(put(&desk, &new).await, Ok(Some(old.content.clone())));
        assert!(!is_in_use(&desk, &old.content).await);
        assert!(is_in_use(&desk, &new.content).await);
        assert_eq!(find(&desk, &new).await, Ok(new));
        assert_eq!(desk.rows().await, rows);
    }
}

#[tokio::test]
async fn deleting_an_object_gives_back_its_content_and_leaves_nothing() {
    for desk in Desk::each().await {
        let rows = desk.rows().await;
        let object = object("a", 1);
        put(&desk, &object).await.unwrap();
        assert_eq!(delete(&desk, &object).await, Ok(Some(object.content.clone())));
        assert!(!is_in_use(&desk, &object.content).await);
        assert_eq!(find(&desk, &object).await, Err(Refusal::NoSuchKey(object.key.clone())));
        assert_eq!(delete(&desk, &object).await, Ok(None), "deleting again is no error");
        assert_eq!(desk.rows().await, rows);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_replace_an_object_at_once_each_gives_back_another_content() {
    for seed in 0..20 {
        let desk = Desk::late(seed).await;
        put(&desk, &object("a", 1)).await.unwrap();
        let (one, other) = (object("a", 2), object("a", 3));
        let (first, second) = tokio::join!(put(&desk, &one), put(&desk, &other));
        let mut unused = [first.unwrap().unwrap(), second.unwrap().unwrap()];
        unused.sort();
        let kept = find(&desk, &one).await.unwrap().content;
        let all = [1, 2, 3].map(|content| object("a", content).content);
        let expected: Vec<&ContentId> = all.iter().filter(|content| **content != kept).collect();
        assert_eq!(unused.iter().collect::<Vec<_>>(), expected, "seed {seed}");
        for content in &unused {
            assert!(!is_in_use(&desk, content).await);
        }
        assert!(is_in_use(&desk, &kept).await);
    }
}

#[tokio::test]
async fn keys_are_taken_as_they_are() {
    let desk = Desk::open().await;
    let keys = ["a", "a/b", "a//b", "a/../b", "./a", "/", "A", "é", "e\u{301}", "日", "a b", "a\0b", "%2F"];
    for (content, key) in (1..).zip(keys) {
        assert_eq!(put(&desk, &object(key, content)).await, Ok(None), "`{key}`");
    }
    for (content, key) in (1..).zip(keys) {
        assert_eq!(find(&desk, &object(key, content)).await, Ok(object(key, content)), "`{key}`");
    }
}

#[tokio::test]
async fn what_lies_in_one_bucket_does_not_lie_in_another() {
    let desk = Desk::open().await;
    let other = Bucket::new(BucketName::parse("my-bucket2").unwrap(), NOW);
    desk.ask(|records, _| buckets::create(records, &other)).await.unwrap();
    put(&desk, &object("a", 1)).await.unwrap();
    let there = Object { bucket: other.name, ..object("a", 2) };
    assert_eq!(find(&desk, &there).await, Err(Refusal::NoSuchKey(there.key.clone())));
    put(&desk, &there).await.unwrap();
    assert_eq!(delete(&desk, &object("a", 1)).await, Ok(Some(object("a", 1).content)));
    assert_eq!(find(&desk, &there).await.as_ref(), Ok(&there));
    assert_eq!(delete_bucket(&desk).await, Ok(()), "the other bucket's objects are none of this one's");
}

#[tokio::test]
async fn a_bucket_is_deleted_only_when_it_holds_nothing() {
    for desk in Desk::each().await {
        let name = bucket().name;
        put(&desk, &object("a/b", 1)).await.unwrap();
        assert_eq!(delete_bucket(&desk).await, Err(Refusal::BucketNotEmpty(name.clone())));
        delete(&desk, &object("a/b", 1)).await.unwrap();
        assert_eq!(delete_bucket(&desk).await, Ok(()));
        assert_eq!(delete_bucket(&desk).await, Err(Refusal::NoSuchBucket(name)));
    }
}

#[tokio::test]
async fn in_a_bucket_that_is_not_there_nothing_is_written_found_or_deleted() {
    for desk in Desk::each().await {
        delete_bucket(&desk).await.unwrap();
        let rows = desk.rows().await;
        let missing = || Refusal::NoSuchBucket(bucket().name);
        let object = object("a", 1);
        assert_eq!(put(&desk, &object).await, Err(missing()));
        assert_eq!(find(&desk, &object).await, Err(missing()));
        assert_eq!(delete(&desk, &object).await, Err(missing()));
        assert_eq!(desk.rows().await, rows);
    }
}

#[tokio::test]
async fn a_bucket_is_made_once() {
    let desk = Desk::open().await;
    let refused = desk.ask(|records, _| buckets::create(records, &bucket())).await;
    assert_eq!(refused, Err(Refusal::BucketExists(bucket().name)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_object_is_written_into_a_bucket_that_is_deleted_at_the_same_time() {
    let mut outcomes = [0; 2];
    for seed in 0..100 {
        let desk = Desk::late(seed).await;
        let object = object("a", u128::from_be_bytes(draw(&Counting::new())));
        let (written, deleted) = tokio::join!(put(&desk, &object), delete_bucket(&desk));
        match (written, deleted) {
            (Ok(None), Err(Refusal::BucketNotEmpty(_))) => outcomes[0] += 1,
            (Err(Refusal::NoSuchBucket(_)), Ok(())) => outcomes[1] += 1,
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    assert!(outcomes.iter().all(|times| *times > 0), "both happen: {outcomes:?}");
}
