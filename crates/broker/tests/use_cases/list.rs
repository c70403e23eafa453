//! Listings, page by page, compared with a listing by hand.

use crate::desk::Desk;
use crate::objects::object;
use broker::s3::Refusal;
use broker::s3::list::{Ask, Entry, Page, page};
use domain::records::Buckets;
use domain::s3::bucket::BucketName;
use std::collections::BTreeSet;
use testkit::s3::bucket;

async fn ask(desk: &Desk, ask: &Ask<'_>) -> Page {
    desk.ask(|records, _| page(records, &bucket().name, ask)).await.unwrap()
}

/// Common prefixes end in `…` to tell them from objects.
fn names(page: &Page) -> Vec<String> {
    let name = |entry: &Entry| match entry {
        Entry::Object(object) => object.key.to_string(),
        Entry::CommonPrefix(prefix) => format!("{prefix}…"),
    };
    page.entries.iter().map(name).collect()
}

async fn holding(desk: Desk, keys: &BTreeSet<String>) -> Desk {
    let objects: Vec<_> = (1..).zip(keys).map(|(content, key)| object(key, content)).collect();
    desk.write(|records| objects.iter().for_each(|object| records.put_object(object))).await;
    desk
}

fn keys(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// All entries after `ask.after`, made from all the keys, one by one.
fn by_hand(all: &BTreeSet<String>, ask: &Ask<'_>) -> Vec<String> {
    let group = |key: &str| {
        let rest = key.strip_prefix(ask.prefix)?;
        let end = rest.find(ask.delimiter).filter(|_| !ask.delimiter.is_empty())?;
        Some(format!("{}{}{}", ask.prefix, rest.split_at(end).0, ask.delimiter))
    };
    let mut entries: Vec<String> = Vec::new();
    for key in all.iter().filter(|key| key.starts_with(ask.prefix) && key.as_str() > ask.after) {
        let entry = match group(key) {
            // The page before ended with this group.
            Some(prefix) if prefix == ask.after => continue,
            Some(prefix) => format!("{prefix}…"),
            None => key.clone(),
        };
        if entries.last() != Some(&entry) {
            entries.push(entry);
        }
    }
    entries
}

/// Lists to the end, and checks every page on the way.
async fn walk(desk: &Desk, all: &BTreeSet<String>, first: Ask<'_>) {
    let mut after = first.after.to_owned();
    let mut listed = Vec::new();
    loop {
        let asked = Ask { after: &after, ..first };
        let page = ask(desk, &asked).await;
        let rest = by_hand(all, &asked);
        assert_eq!(names(&page), rest.iter().take(first.limit).cloned().collect::<Vec<_>>(), "{asked:?}");
        assert_eq!(page.is_truncated, rest.len() > first.limit, "{asked:?}");
        listed.extend(names(&page));
        let Some(last) = page.last().filter(|_| page.is_truncated) else { break };
        after = last.to_owned();
    }
    assert_eq!(listed, by_hand(all, &first), "{first:?}");
}

/// Numbers that look random and are the same on every run: SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((number ^ (number >> 31)) % sides as u64).unwrap()
    }

    /// A text of up to `longest` pieces.
    fn text(&mut self, longest: usize) -> String {
        const PIECES: [&str; 12] = ["a", "b", "/", "/", "-", "é", "日", "\u{10ffff}", " ", "\0", "%", "aa"];
        (0..self.roll(longest + 1)).map(|_| PIECES[self.roll(PIECES.len())]).collect()
    }
}

#[tokio::test]
async fn thousands_of_random_keys_are_listed_as_by_hand() {
    let mut dice = Dice(1);
    let all: BTreeSet<String> = (0..4000).map(|_| dice.text(7)).filter(|key| !key.is_empty()).collect();
    assert!(all.len() > 2000, "{} keys", all.len());
    let desk = holding(Desk::open().await, &all).await;
    for limit in [1, 7, 1000] {
        for delimiter in ["", "/"] {
            let prefix = if limit == 1 { "a" } else { "" };
            walk(&desk, &all, Ask { prefix, delimiter, after: "", limit }).await;
        }
    }
    for _ in 0..150 {
        let (prefix, after) = (dice.text(2), dice.text(4));
        let delimiter = ["", "/", "-", "aa", "é", "日"][dice.roll(6)];
        let limit = 30 + dice.roll(300);
        walk(&desk, &all, Ask { prefix: &prefix, delimiter, after: &after, limit }).await;
    }
}

#[tokio::test]
async fn a_store_that_answers_late_lists_the_same() {
    let mut dice = Dice(2);
    let all: BTreeSet<String> = (0..80).map(|_| dice.text(5)).filter(|key| !key.is_empty()).collect();
    let desk = holding(Desk::late(1).await, &all).await;
    for limit in [1, 2, 9, 100] {
        for delimiter in ["", "/"] {
            walk(&desk, &all, Ask { prefix: "", delimiter, after: "", limit }).await;
        }
    }
}

#[tokio::test]
async fn a_page_of_nothing_is_empty_and_says_that_nothing_follows() {
    let desk = holding(Desk::open().await, &keys(&["a", "b"])).await;
    assert_eq!(ask(&desk, &Ask { limit: 0, ..Ask::default() }).await, Page::default());
}

#[tokio::test]
async fn an_empty_bucket_has_an_empty_page() {
    for desk in Desk::each().await {
        for (prefix, delimiter) in [("", ""), ("a", "/")] {
            let asked = Ask { prefix, delimiter, after: "", limit: 10 };
            assert_eq!(ask(&desk, &asked).await, Page::default());
        }
    }
}

#[tokio::test]
async fn keys_under_one_folder_are_one_entry_and_the_folder_itself_is_listed_inside_it() {
    let all = keys(&["a", "photos/", "photos/2025/x", "photos/2026/x", "photos/2026/y", "photos2", "z"]);
    let desk = holding(Desk::open().await, &all).await;
    for (prefix, expected) in [
        ("", vec!["a", "photos/…", "photos2", "z"]),
        ("photos", vec!["photos/…", "photos2"]),
        ("photos/", vec!["photos/", "photos/2025/…", "photos/2026/…"]),
        ("photos/2026/", vec!["photos/2026/x", "photos/2026/y"]),
        ("photos/2026/x", vec!["photos/2026/x"]),
        ("nothing", vec![]),
    ] {
        let asked = Ask { prefix, delimiter: "/", after: "", limit: 10 };
        assert_eq!(names(&ask(&desk, &asked).await), expected, "{prefix}");
    }
}

#[tokio::test]
async fn a_page_that_ends_with_a_folder_goes_on_behind_it() {
    let all = keys(&["a/1", "a/2", "b/1", "b/2", "c"]);
    for desk in Desk::each().await {
        let desk = holding(desk, &all).await;
        for (after, expected, more) in
            [("", "a/…", true), ("a/", "b/…", true), ("b/", "c", false), ("a/1", "a/…", true)]
        {
            let page = ask(&desk, &Ask { prefix: "", delimiter: "/", after, limit: 1 }).await;
            assert_eq!((names(&page), page.is_truncated), (vec![expected.to_owned()], more), "{after}");
        }
    }
}

#[tokio::test]
async fn keys_come_in_the_order_of_their_bytes() {
    let all = ["B", "a", "a\0", "a-", "a/", "a0", "z", "é", "日", "\u{ffff}", "\u{10000}"];
    let desk = holding(Desk::open().await, &keys(&all)).await;
    let page = ask(&desk, &Ask { limit: 100, ..Ask::default() }).await;
    assert_eq!(names(&page), all);
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_not_listed() {
    for desk in Desk::each().await {
        let name = BucketName::parse("absent").unwrap();
        for limit in [0, 10] {
            let asked = Ask { limit, ..Ask::default() };
            let refused = desk.ask(|records, _| page(records, &name, &asked)).await;
            assert_eq!(refused, Err(Refusal::NoSuchBucket(name.clone())));
        }
    }
}
