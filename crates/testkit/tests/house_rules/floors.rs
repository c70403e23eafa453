//! Arrows point down only, and the pure floors reach nothing that waits, dials or writes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::house::cargo_metadata;
use crate::kept;

/// The whole table: a package, and the packages of ours it may stand on.
///
/// The broker authenticates signatures, so it stands on `sigv4`; it never meets `store`.
const MAY_STAND_ON: [(&str, &[&str]); 11] = [
    ("policy", &[]),
    ("sigv4", &[]),
    ("domain", &["policy"]),
    ("login", &["domain"]),
    ("broker", &["domain", "login", "policy", "sigv4"]),
    ("store", &["domain"]),
    ("objects", &["domain"]),
    ("api", &["broker", "domain", "login", "objects", "policy", "sigv4", "store"]),
    ("cenote", &["api", "broker", "domain", "login", "objects", "policy", "sigv4", "store"]),
    ("testkit", &["domain", "login", "objects", "policy", "sigv4", "store"]),
    ("bench", &["policy", "sigv4"]),
];

/// Packages that are synchronous and pure: time and randomness come in as arguments.
pub(crate) const PURE: [&str; 5] = ["policy", "sigv4", "domain", "login", "broker"];

/// Crates that run tasks, dial, or write to disk. A name ending in `*` stands for all that begin so.
const RUNTIME_NETWORK_DISK: &[&str] = &[
    "async-*",
    "axum",
    "cap-std",
    "curl*",
    "fs2",
    "fs4",
    "h2",
    "http",
    "http-body*",
    "hyper*",
    "libsqlite3-sys",
    "memmap*",
    "mio",
    "native-tls",
    "notify",
    "polling",
    "postgres*",
    "quinn*",
    "redb",
    "reqwest",
    "rocksdb",
    "rusqlite",
    "rustls",
    "sled",
    "smol",
    "socket2",
    "tempfile",
    "tokio*",
    "tonic",
    "tower*",
    "ureq",
    "walkdir",
];

/// Crates that only know HTTP: nothing below `api` stands on them directly.
const HTTP: &[&str] = &["axum", "h2", "http", "http-body*", "hyper*", "reqwest", "tower*", "ureq"];

/// A dependency as a manifest declares it.
struct Arrow {
    from: String,
    to: String,
    dev: bool,
    ours: bool,
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The packages of the workspace: those that come from no registry.
fn ours(metadata: &Value) -> impl Iterator<Item = &Value> {
    list(metadata, "packages").filter(|package| package.get("source").is_none_or(Value::is_null))
}

fn arrows(metadata: &Value) -> Vec<Arrow> {
    ours(metadata)
        .flat_map(|package| {
            list(package, "dependencies").map(|dependency| Arrow {
                from: text(package, "name").into(),
                to: text(dependency, "name").into(),
                dev: text(dependency, "kind") == "dev",
                ours: dependency.get("path").is_some(),
            })
        })
        .collect()
}

fn may_stand_on(package: &str) -> Option<&'static [&'static str]> {
    MAY_STAND_ON.into_iter().find(|(name, _)| *name == package).map(|(_, below)| below)
}

fn is_among(name: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == *pattern,
    })
}

/// What a package's tests may stand on besides `testkit`: use cases are tested over a real store.
const MAY_BE_TESTED_WITH: [(&str, &str); 1] = [("broker", "store")];

/// Packages without a floor, and arrows that point anywhere but down. Tests may stand on a little more.
fn arrows_not_in_the_table(metadata: &Value) -> Vec<String> {
    let homeless = ours(metadata)
        .map(|package| text(package, "name"))
        .filter(|name| may_stand_on(name).is_none())
        .map(|name| format!("`{name}` has no floor in the table of this test"));
    let wrong = arrows(metadata).into_iter().filter(|arrow| arrow.ours).filter(|arrow| {
        let below = may_stand_on(&arrow.from).unwrap_or_default();
        let tested_with = (arrow.from.as_str(), arrow.to.as_str());
        let in_tests = arrow.dev && (arrow.to == "testkit" || MAY_BE_TESTED_WITH.contains(&tested_with));
        !in_tests && !below.contains(&arrow.to.as_str())
    });
    homeless.chain(wrong.map(|arrow| format!("`{}` must not stand on `{}`", arrow.from, arrow.to))).collect()
}

/// Direct dependencies below `api` on crates that only know HTTP.
fn http_below_the_door(metadata: &Value) -> Vec<String> {
    let above = ["api", "cenote", "bench"];
    arrows(metadata)
        .into_iter()
        .filter(|arrow| !above.contains(&arrow.from.as_str()) && is_among(&arrow.to, HTTP))
        .map(|arrow| format!("`{}` is below `api` and stands on `{}`", arrow.from, arrow.to))
        .collect()
}

/// What a package is built with, directly or indirectly, dependencies of tests left out.
fn built_with(metadata: &Value, package: &str) -> BTreeSet<String> {
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in metadata.get("resolve").into_iter().flat_map(|resolve| list(resolve, "nodes")) {
        let normal = |dependency: &&Value| {
            list(dependency, "dep_kinds").any(|kind| kind.get("kind").is_none_or(Value::is_null))
        };
        let ids = list(node, "deps").filter(normal).map(|dependency| text(dependency, "pkg"));
        below.insert(text(node, "id"), ids.collect());
    }
    let start = ours(metadata).find(|candidate| text(candidate, "name") == package);
    let mut open: Vec<&str> = start.map(|package| text(package, "id")).into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(below.get(id).into_iter().flatten());
        }
    }
    let named = list(metadata, "packages").filter(|candidate| seen.contains(text(candidate, "id")));
    named.map(|package| text(package, "name").to_owned()).collect()
}

/// Pure packages that reach a runtime, the network or a disk.
fn impure_reach(metadata: &Value) -> Vec<String> {
    PURE.iter()
        .flat_map(|pure| built_with(metadata, pure).into_iter().map(move |reached| (pure, reached)))
        .filter(|(_, reached)| is_among(reached, RUNTIME_NETWORK_DISK))
        .map(|(pure, reached)| format!("`{pure}` must stay pure and reaches `{reached}`"))
        .collect()
}

#[test]
fn arrows_point_down_only() {
    kept(&arrows_not_in_the_table(cargo_metadata()));
}

#[test]
fn nothing_below_the_door_stands_on_http() {
    kept(&http_below_the_door(cargo_metadata()));
}

#[test]
fn pure_crates_reach_no_runtime_network_or_disk_even_indirectly() {
    let metadata = cargo_metadata();
    for pure in PURE {
        assert!(built_with(metadata, pure).len() > 1, "`{pure}` was not found in the graph");
    }
    kept(&impure_reach(metadata));
}

/// A package of a planted graph: its name, and what it depends on in which kind; `None` is the normal one.
type Row<'a> = (&'a str, &'a [(&'a str, Option<&'a str>)]);

/// What `cargo metadata` would say of these packages. Names without a row are foreign.
fn planted(rows: &[Row<'_>]) -> Value {
    use serde_json::json;
    let is_ours = |name: &str| rows.iter().any(|(row, _)| *row == name);
    let mut packages = Vec::new();
    let mut nodes = Vec::new();
    for (name, below) in rows {
        let dependencies: Vec<_> = below
            .iter()
            .map(|(to, kind)| match is_ours(to) {
                true => json!({ "name": to, "kind": kind, "path": "/somewhere" }),
                false => json!({ "name": to, "kind": kind }),
            })
            .collect();
        let deps: Vec<_> =
            below.iter().map(|(to, kind)| json!({ "pkg": to, "dep_kinds": [{ "kind": kind }] })).collect();
        packages.push(json!({ "name": name, "id": name, "source": null, "dependencies": dependencies }));
        nodes.push(json!({ "id": name, "deps": deps }));
    }
    for foreign in ["serde", "tokio", "hyper-util"] {
        packages.push(json!({ "name": foreign, "id": foreign, "source": "registry", "dependencies": [] }));
    }
    json!({ "packages": packages, "resolve": { "nodes": nodes } })
}

#[test]
fn an_arrow_that_points_up_is_found() {
    let house = planted(&[
        ("domain", &[("store", None)]),
        ("store", &[("domain", None), ("testkit", Some("dev"))]),
        ("testkit", &[]),
    ]);
    assert_eq!(arrows_not_in_the_table(&house), ["`domain` must not stand on `store`"]);
}

#[test]
fn broker_and_store_never_meet() {
    let house = planted(&[("broker", &[("store", None)]), ("store", &[("broker", Some("dev"))])]);
    assert_eq!(
        arrows_not_in_the_table(&house),
        ["`broker` must not stand on `store`", "`store` must not stand on `broker`"]
    );
}

#[test]
fn testkit_outside_tests_and_a_package_without_a_floor_are_found() {
    let house = planted(&[("api", &[("testkit", None)]), ("testkit", &[]), ("helpers", &[])]);
    assert_eq!(
        arrows_not_in_the_table(&house),
        ["`helpers` has no floor in the table of this test", "`api` must not stand on `testkit`"]
    );
}

#[test]
fn a_runtime_is_found_behind_another_crate_but_not_behind_tests() {
    let rows: &[Row<'_>] = &[("domain", &[("policy", None)]), ("policy", &[("tokio", None)])];
    assert_eq!(
        impure_reach(&planted(rows)),
        ["`policy` must stay pure and reaches `tokio`", "`domain` must stay pure and reaches `tokio`"]
    );
    assert_eq!(impure_reach(&planted(&[("domain", &[("serde", None), ("tokio", Some("dev"))])])), [""; 0]);
}

#[test]
fn http_below_the_door_is_found() {
    let house = planted(&[("login", &[("hyper-util", None)]), ("api", &[("hyper-util", None)])]);
    assert_eq!(http_below_the_door(&house), ["`login` is below `api` and stands on `hyper-util`"]);
}
