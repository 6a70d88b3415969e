//! Models behind servers, against a server of a few lines.

#![allow(clippy::type_complexity, reason = "tables of cases")]

mod addresses;
mod answers;
mod methods;
mod mock;
mod parameters;
mod pool;
mod protocol;
mod trouble;
