//! A server in memory, and those who talk to it.

mod client;
mod server;
mod sink;

pub(crate) use client::{Answer, Ask, Held};
pub(crate) use server::{
    GUESTS, OTHER_POOL, POOL, PROVIDER, RIGHT_POOL, Server, alices_login, form, own_service, to, to_assume,
};
