use crate::records::Records;
use crate::table::Table;
use domain::iam::principal::NamedPrincipal;
use domain::records::{After, Buckets, Read};
use domain::s3::bucket::{Bucket, BucketName};
use domain::s3::object::{ContentId, Object, ObjectKey};

const BUCKETS: Table<1, Bucket> = Table::new("bucket");
/// The policies of buckets, apart from them, for most that is asked of a bucket asks no policy.
const POLICIES: Table<1, String> = Table::new("bucket-policy");
/// Whom the policies of buckets name.
const NAMED: Table<1, Vec<NamedPrincipal>> = Table::new("named-in-bucket-policy");
/// Objects by bucket and key.
const OBJECTS: Table<2, Object> = Table::new("object");
/// Content files in use.
const CONTENTS: Table<1, ()> = Table::new("content");

impl Buckets for Records<'_> {
    fn bucket(&mut self, name: &BucketName) -> Read<Option<Bucket>> {
        self.get(&BUCKETS, [name.as_str()])
    }

    fn buckets(&mut self, prefix: &str, after: &str, limit: usize) -> Read<Vec<Bucket>> {
        let rows = BUCKETS.all().starting_with(prefix).after(after);
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn put_bucket(&mut self, bucket: &Bucket) {
        self.put(&BUCKETS, [bucket.name.as_str()], bucket);
    }

    fn delete_bucket(&mut self, name: &BucketName) {
        self.delete(&BUCKETS, [name.as_str()]);
        self.put_bucket_policy(name, None);
    }

    fn bucket_policy(&mut self, name: &BucketName) -> Read<Option<String>> {
        self.get(&POLICIES, [name.as_str()])
    }

    fn named_in_bucket_policy(&mut self, name: &BucketName) -> Read<Vec<NamedPrincipal>> {
        Ok(self.get(&NAMED, [name.as_str()])?.unwrap_or_default())
    }

    fn put_named_in_bucket_policy(&mut self, name: &BucketName, named: &[NamedPrincipal]) {
        self.put(&NAMED, [name.as_str()], &named.to_vec());
    }

    fn put_bucket_policy(&mut self, name: &BucketName, policy: Option<&str>) {
        self.delete(&NAMED, [name.as_str()]);
        match policy {
            Some(text) => self.put(&POLICIES, [name.as_str()], &text.to_owned()),
            None => self.delete(&POLICIES, [name.as_str()]),
        }
    }

    fn object(&mut self, bucket: &BucketName, key: &ObjectKey) -> Read<Option<Object>> {
        self.get(&OBJECTS, [bucket.as_str(), key.as_str()])
    }

    fn put_object(&mut self, object: &Object) {
        self.put(&OBJECTS, [object.bucket.as_str(), object.key.as_str()], object);
        self.put(&CONTENTS, [object.content.as_str()], &());
    }

    fn delete_object(&mut self, object: &Object) {
        self.delete(&OBJECTS, [object.bucket.as_str(), object.key.as_str()]);
        self.delete(&CONTENTS, [object.content.as_str()]);
    }

    fn objects(
        &mut self,
        bucket: &BucketName,
        prefix: &str,
        after: After<'_>,
        limit: usize,
    ) -> Read<Vec<Object>> {
        let rows = OBJECTS.under([bucket.as_str()]).starting_with(prefix);
        let rows = match after {
            After::Nothing => rows,
            After::Key(key) => rows.after(key),
            After::Everything(prefix) => rows.past(prefix),
        };
        Ok(self.scan(&rows, limit)?.into_iter().map(|found| found.value).collect())
    }

    fn content_is_in_use(&mut self, content: &ContentId) -> Read<bool> {
        Ok(self.get(&CONTENTS, [content.as_str()])?.is_some())
    }
}
