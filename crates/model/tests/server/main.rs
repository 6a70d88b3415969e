//! Models behind servers, against a server of a few lines.

mod addresses;
mod answers;
mod mock;
mod parameters;
mod protocol;
mod trouble;
