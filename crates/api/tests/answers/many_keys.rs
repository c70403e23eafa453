//! A bucket of a million keys, with the records on disk.

use crate::support::{Answer, Ask, Server};
use domain::records::Buckets;
use domain::s3::object::{ContentId, Object, ObjectKey, StoredHeaders};
use std::time::{Duration, Instant};
use testkit::NOW;
use testkit::s3::bucket;

const FOLDERS: usize = 1000;
const IN_EACH: usize = 1000;

/// What the first page of a prefix may take: the goal where the code is optimised, and room for a debug build.
const GOAL: Duration =
    if cfg!(debug_assertions) { Duration::from_millis(500) } else { Duration::from_millis(5) };

fn object(folder: usize, number: usize) -> Object {
    Object {
        bucket: bucket().name,
        key: ObjectKey::parse(&format!("folder-{folder:04}/object-{number:04}.txt")).unwrap(),
        content: ContentId::parse(&format!("{:032x}", folder * IN_EACH + number)).unwrap(),
        size: 5,
        etag: "5d41402abc4b2a76b9719d911017c592".to_owned(),
        modified: NOW,
        headers: StoredHeaders::default(),
        checksum: None,
    }
}

#[expect(clippy::disallowed_methods, reason = "the time that an answer takes is what this measures")]
fn moment() -> Instant {
    Instant::now()
}

/// The answer to a listing, and the median of the times that it took.
async fn timed(server: &Server, query: &str) -> (Answer, Duration) {
    let mut times = Vec::new();
    loop {
        let ask = Ask::new("GET", &format!("/my-bucket?list-type=2&{query}"));
        let begun = moment();
        let answer = server.s3(&server.root(), ask).await;
        times.push(begun.elapsed());
        assert_eq!(answer.status, 200, "{}", answer.text());
        if times.len() == 51 {
            times.sort();
            return (answer, times[25]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: writes a million records"]
async fn the_first_page_of_a_prefix_comes_at_once_in_a_bucket_of_a_million_keys() {
    let server = Server::on_disk().await;
    for folder in 0..FOLDERS {
        let fill = |records: &mut store::records::Records<'_>| {
            (0..IN_EACH).for_each(|number| records.put_object(&object(folder, number)));
        };
        server.write(fill).await;
    }
    let (page, took) = timed(&server, "prefix=folder-0500/").await;
    assert_eq!(page.elements("Key").len(), 1000);
    assert_eq!(page.elements("Key")[0], "folder-0500/object-0000.txt");
    let (few, took_few) = timed(&server, "prefix=folder-0999/object-09&max-keys=10").await;
    assert_eq!(few.elements("Key").len(), 10);
    let (_, took_next) = timed(&server, "start-after=folder-0700/object-0500.txt").await;
    let (grouped, took_grouped) = timed(&server, "delimiter=/").await;
    assert_eq!(grouped.element("KeyCount"), Some("1000"));
    #[expect(clippy::print_stdout, reason = "the figures are what this test is for")]
    {
        println!(
            "of a million keys: 1000 of a prefix {took:?}, 10 of a prefix {took_few:?}, 1000 after a key {took_next:?}, \
             1000 common prefixes {took_grouped:?}"
        );
    }
    assert!(took <= GOAL, "the first page of a prefix took {took:?}");
    assert!(took_few <= GOAL, "ten keys of a prefix took {took_few:?}");
}
