//! `enact mcp` and `/mcp` as black boxes, by an official client of the protocol.

#[path = "../program/mod.rs"]
mod program;

mod client;
mod http;
mod stdio;
