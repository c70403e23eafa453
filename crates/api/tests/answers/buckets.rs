//! Making, listing and locating buckets.

use crate::support::{Answer, Ask, Server};
use testkit::account;

async fn root(server: &Server, ask: Ask) -> Answer {
    server.s3(&server.root(), ask).await
}

async fn create(server: &Server, uri: &str, constraint: &str) -> Answer {
    let body = format!(
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <LocationConstraint>{constraint}</LocationConstraint></CreateBucketConfiguration>"
    );
    root(server, Ask::new("PUT", uri).body(body)).await
}

async fn names(server: &Server, query: &str) -> (Vec<String>, Option<String>) {
    let answer = root(server, Ask::new("GET", &format!("/?{query}"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let names = answer.elements("Name").into_iter().map(str::to_owned).collect();
    (names, answer.element("ContinuationToken").map(str::to_owned))
}

#[tokio::test]
async fn a_bucket_is_made_once_and_then_holds_objects() {
    let server = Server::start().await;
    let made = root(&server, Ask::new("PUT", "/fresh-bucket")).await;
    assert_eq!((made.status, made.text(), made.header("location")), (200, "", Some("/fresh-bucket")));
    server.put(&server.root(), "/fresh-bucket/a", "a").await;
    let again = root(&server, Ask::new("PUT", "/fresh-bucket")).await;
    assert_eq!((again.status, again.code().as_str()), (409, "BucketAlreadyOwnedByYou"));
    assert_eq!(root(&server, Ask::new("GET", "/fresh-bucket/a")).await.text(), "a");
}

#[tokio::test]
async fn a_bucket_is_made_only_in_the_region_there_is() {
    let server = Server::start().await;
    assert_eq!(create(&server, "/here", "us-east-1").await.status, 200);
    for elsewhere in ["eu-west-1", "EU", "nowhere", ""] {
        let answer = create(&server, "/there", elsewhere).await;
        let expected = (400, "IllegalLocationConstraintException");
        assert_eq!((answer.status, answer.code().as_str()), expected, "{elsewhere}");
    }
    assert_eq!(root(&server, Ask::new("HEAD", "/there")).await.status, 404);
}

#[tokio::test]
async fn what_a_bucket_cannot_be_is_refused_and_never_ignored() {
    let server = Server::start().await;
    for (body, code) in [
        (
            "<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags></CreateBucketConfiguration>",
            "NotImplemented",
        ),
        (
            "<CreateBucketConfiguration><Bucket><Type>Directory</Type></Bucket></CreateBucketConfiguration>",
            "NotImplemented",
        ),
        ("<CreateBucketConfiguration><Nonsense/></CreateBucketConfiguration>", "MalformedXML"),
        ("<Delete/>", "MalformedXML"),
        ("{}", "MalformedXML"),
    ] {
        let answer = root(&server, Ask::new("PUT", "/fresh-bucket").body(body)).await;
        assert_eq!(answer.code(), code, "{body}");
    }
    for header in ["x-amz-acl", "x-amz-object-ownership", "x-amz-bucket-object-lock-enabled"] {
        let value = if header.ends_with("enabled") { "true" } else { "public-read" };
        let value = if header.ends_with("ownership") { "ObjectWriter" } else { value };
        let answer = root(&server, Ask::new("PUT", "/fresh-bucket").header(header, value)).await;
        assert_eq!(answer.code(), "NotImplemented", "{header}");
    }
    for name in ["No_Bucket", "ab", "192.168.1.1", "xn--bucket"] {
        let answer = root(&server, Ask::new("PUT", &format!("/{name}"))).await;
        assert_eq!(answer.code(), "InvalidBucketName", "{name}");
    }
    assert_eq!(root(&server, Ask::new("HEAD", "/fresh-bucket")).await.status, 404);
}

#[tokio::test]
async fn the_servers_own_paths_become_no_buckets() {
    let server = Server::start().await;
    for name in domain::s3::bucket::RESERVED_SEGMENTS {
        let by_path = root(&server, Ask::new("PUT", &format!("/{name}"))).await;
        assert_eq!(by_path.status, 404, "{name}");
        let host = format!("{name}.localhost:9000");
        let by_host = root(&server, Ask::new("PUT", "/").header("host", &host)).await;
        assert_eq!(by_host.code(), "InvalidBucketName", "{name}");
    }
    assert_eq!(names(&server, "").await.0, ["empty", "my-bucket"]);
}

#[tokio::test]
async fn the_region_of_a_bucket_can_be_a_condition_of_making_it() {
    let server = Server::start().await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:CreateBucket","Resource":"*",
        "Condition":{"StringEquals":{"s3:LocationConstraint":"us-east-1"}}}]}"#;
    let alice = server.alice_under(policy).await;
    assert_eq!(server.s3(&alice, Ask::new("PUT", "/without")).await.code(), "AccessDenied");
    let body = "<CreateBucketConfiguration><LocationConstraint>us-east-1</LocationConstraint></CreateBucketConfiguration>";
    assert_eq!(server.s3(&alice, Ask::new("PUT", "/within").body(body)).await.status, 200);
}

#[tokio::test]
async fn buckets_are_listed_with_their_owner() {
    let server = Server::start().await;
    let answer = root(&server, Ask::new("GET", "/")).await;
    let bucket = |name: &str| {
        format!(
            "<Bucket><Name>{name}</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate>\
             <BucketRegion>us-east-1</BucketRegion></Bucket>"
        )
    };
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Buckets>{}{}</Buckets>\
         <Owner><ID>{}</ID></Owner></ListAllMyBucketsResult>",
        bucket("empty"),
        bucket("my-bucket"),
        account().canonical_user()
    );
    assert_eq!((answer.status, answer.text()), (200, expected.as_str()));
}

#[tokio::test]
async fn buckets_are_listed_page_by_page_by_prefix_and_by_region() {
    let server = Server::start().await;
    for name in ["/other", "/my-other"] {
        root(&server, Ask::new("PUT", name)).await;
    }
    assert_eq!(names(&server, "prefix=my-").await.0, ["my-bucket", "my-other"]);
    assert_eq!(names(&server, "bucket-region=us-east-1").await.0.len(), 4);
    assert_eq!(names(&server, "bucket-region=eu-west-1").await, (vec![], None));
    let (mut listed, mut token) = (Vec::new(), None::<String>);
    loop {
        let after = token.map_or(String::new(), |token| format!("&continuation-token={token}"));
        let (page, next) = names(&server, &format!("max-buckets=1{after}")).await;
        assert_eq!(page.len(), 1);
        listed.extend(page);
        token = next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(listed, ["empty", "my-bucket", "my-other", "other"]);
    for query in [
        "max-buckets=0",
        "max-buckets=10001",
        "max-buckets=x",
        "continuation-token=%21",
        "continuation-token=",
    ] {
        let answer = root(&server, Ask::new("GET", &format!("/?{query}"))).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "InvalidArgument"), "{query}");
    }
}

#[tokio::test]
async fn the_location_of_a_bucket_is_its_region_and_of_the_first_region_nothing() {
    let mut server = Server::start().await;
    let located = |text: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{text}</LocationConstraint>"
        )
    };
    let answer = root(&server, Ask::new("GET", "/my-bucket?location")).await;
    assert_eq!((answer.status, answer.text()), (200, located("").as_str()));
    let missing = root(&server, Ask::new("GET", "/absent?location")).await;
    assert_eq!(missing.code(), "NoSuchBucket");
    server.app.house.account.region = domain::account::Region::parse("eu-west-1").unwrap();
    let ask = Ask::new("GET", "/my-bucket?location").signed_in("eu-west-1", &server.root(), server.now());
    assert_eq!(server.answer(ask).await.text(), located("eu-west-1"));
}
