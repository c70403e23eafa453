//! `operations.txt` against what is served.

use api::service::{Service, Services};
use std::collections::{BTreeMap, BTreeSet};

/// What the ledger says of each operation: `served`, or `refused` and why.
fn ledger() -> BTreeMap<(&'static str, &'static str), &'static str> {
    let lines = include_str!("../../../../operations.txt").lines();
    let mut ledger = BTreeMap::new();
    for line in lines {
        let mut parts = line.splitn(3, ' ');
        let (service, operation) = (parts.next().unwrap(), parts.next().unwrap());
        assert_eq!(ledger.insert((service, operation), parts.next().unwrap()), None, "{line}");
    }
    ledger
}

/// The services that the ledger is about: all but the server's own, which is none of AWS's.
fn of_aws(services: &Services) -> impl Iterator<Item = &Service> {
    services.all().into_iter().filter(|service| service.name != services.cenote.name)
}

#[test]
fn what_the_ledger_says_is_served_is_what_is_served() {
    let services = Services::load().unwrap();
    let served: BTreeSet<(&str, &str)> = of_aws(&services)
        .flat_map(|service| service.operations.iter().map(|operation| (service.name, operation.name)))
        .collect();
    let ledger = ledger();
    let lines = ledger.iter().filter(|(_, said)| **said == "served").map(|(operation, _)| *operation);
    assert_eq!(lines.collect::<BTreeSet<_>>(), served);
}

#[test]
fn every_operation_of_a_model_that_is_loaded_has_a_line() {
    let services = Services::load().unwrap();
    let ledger = ledger();
    for service in of_aws(&services) {
        for operation in service.model.operations() {
            let said = ledger.get(&(service.name, &*operation.name));
            assert!(said.is_some(), "{} {} has no line", service.name, operation.name);
        }
    }
}

#[test]
fn every_served_operation_is_one_of_its_model() {
    for service in Services::load().unwrap().all() {
        for operation in service.operations {
            assert!(service.model.operation(operation.name).is_some(), "{}", operation.name);
        }
    }
}
