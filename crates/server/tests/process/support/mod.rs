//! The built binary as its users run it, and clients that talk to it over sockets.

mod calls;
mod client;
mod doomed;
mod draw;
mod process;
mod seeds;
mod shim;

pub(crate) use calls::{
    ALICE, BUCKET, DemoUser, GUESTS_POOL, credentials_of, demo_user, get, listed_keys, lists, pool_login,
    root_of, sign_in, try_credentials, try_identity, try_rotation,
};
pub(crate) use client::{Answer, Ask, Connection, Held, send};
pub(crate) use doomed::Doomed;
pub(crate) use draw::Draw;
pub(crate) use process::{Running, Start, Stopwatch};
pub(crate) use seeds::guests_list_where;
pub(crate) use shim::{Fault, Shim};
