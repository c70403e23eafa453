//! Listing buckets, and what is said of them.

use crate::desk::Desk;
use broker::s3::Refusal;
use broker::s3::buckets;
use domain::records::Stop;
use domain::s3::bucket::{Bucket, BucketName};
use domain::s3::cors::{CorsRule, CorsRules};
use std::convert::Infallible;
use testkit::NOW;
use testkit::s3::bucket;

async fn with(names: &[&str]) -> [Desk; 2] {
    let desks = Desk::each().await;
    for desk in &desks {
        for name in names {
            let bucket = Bucket::new(BucketName::parse(name).unwrap(), NOW);
            desk.ask(|records, _| buckets::create(records, &bucket)).await.unwrap();
        }
    }
    desks
}

async fn page(desk: &Desk, prefix: &str, after: &str, limit: usize) -> (Vec<String>, bool) {
    let listing =
        desk.ask(|records, _| Ok::<_, Stop<Infallible>>(buckets::page(records, prefix, after, limit)?));
    let page = listing.await.unwrap();
    (page.buckets.iter().map(|bucket| bucket.name.to_string()).collect(), page.is_truncated)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn buckets_are_listed_in_the_order_of_their_names_page_by_page() {
    for desk in with(&["a-b", "a.b", "aab", "zzz", "my-bucket2"]).await {
        assert_eq!(
            page(&desk, "", "", 10).await,
            (names(&["a-b", "a.b", "aab", "my-bucket", "my-bucket2", "zzz"]), false)
        );
        assert_eq!(page(&desk, "", "", 2).await, (names(&["a-b", "a.b"]), true));
        assert_eq!(page(&desk, "", "a.b", 2).await, (names(&["aab", "my-bucket"]), true));
        assert_eq!(page(&desk, "", "my-bucket", 2).await, (names(&["my-bucket2", "zzz"]), false));
        assert_eq!(page(&desk, "my-", "", 1).await, (names(&["my-bucket"]), true));
        assert_eq!(page(&desk, "my-", "my-bucket", 1).await, (names(&["my-bucket2"]), false));
        assert_eq!(page(&desk, "none", "", 10).await, (names(&[]), false));
        assert_eq!(page(&desk, "", "zzz", 10).await, (names(&[]), false));
    }
}

#[tokio::test]
async fn the_rules_of_a_bucket_are_kept_until_they_are_taken_back_or_it_is_deleted() {
    let rule =
        CorsRule { allowed_methods: names(&["GET"]), allowed_origins: names(&["*"]), ..CorsRule::default() };
    let rules = CorsRules::new(vec![rule]).unwrap();
    let name = &bucket().name;
    for desk in Desk::each().await {
        let cors = || desk.ask(|records, _| buckets::find(records, name).map(|bucket| bucket.cors));
        let set = |rules| desk.ask(move |records, _| buckets::set_cors(records, name, rules));
        assert_eq!(cors().await, Ok(None));
        set(Some(&rules)).await.unwrap();
        assert_eq!(cors().await, Ok(Some(rules.clone())));
        set(None).await.unwrap();
        assert_eq!(cors().await, Ok(None));
        set(Some(&rules)).await.unwrap();
        desk.ask(|records, _| buckets::delete(records, name)).await.unwrap();
        assert_eq!(set(Some(&rules)).await, Err(Refusal::NoSuchBucket(name.clone())));
        desk.ask(|records, _| buckets::create(records, &bucket())).await.unwrap();
        assert_eq!(cors().await, Ok(None));
    }
}
