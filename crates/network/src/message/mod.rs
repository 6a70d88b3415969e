//! What travels, and how: CBOR behind a version, of limited size, and what moves an arm is signed.
//!
//! | module | idea |
//! |---|---|
//! | [`codec`] | bytes to values and back, of limited size and depth |
//! | [`envelope`] | who sent it, when, in which order, for which robot; and the signature |
//! | [`order`] | what a driver asks of an arm's node, and what it answers |
//! | [`lease`] | the right to drive |
//! | [`world`] | what a motion must stay clear of |
//! | [`status`] | what a node tells of itself |
//! | [`picture`] | pictures |

pub mod codec;
pub mod envelope;
pub mod lease;
pub mod order;
pub mod picture;
pub mod status;
pub mod world;

pub use codec::{Garbled, VERSION};
pub use envelope::{Channel, Envelope, SecretKey, SessionId};
