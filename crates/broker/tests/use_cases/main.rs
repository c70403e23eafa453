//! What the use cases promise, over the store in memory and over one that answers late and out of order.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod access;
mod attached;
mod authenticate;
mod bucket_policies;
mod buckets;
mod client;
mod conditional;
mod credentials;
mod desk;
mod developer;
mod family;
mod get_id;
mod identities;
mod identity_pools;
mod issuers;
mod life;
mod life_at_random;
mod list;
mod make;
mod managed_policies;
mod new_ids;
mod objects;
mod open_id;
mod principal_tags;
mod refresh;
mod role_mappings;
mod safe_roles;
mod search;
mod self_written;
mod sign_in;
mod trust;
mod trust_circumstances;
mod trusted;
mod unlink;
mod user_pools;
