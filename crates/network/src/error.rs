//! Errors of the network.

use std::time::Duration;

use enact_types::Reason;
use thiserror::Error;

use crate::message::Garbled;

/// What does not work between nodes.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum NetworkError {
    /// A name cannot be part of a key.
    #[error("`{0}` is no name of a node: letters, digits, `-`, `_` and `.` make one, 64 at most")]
    Name(String),
    /// A setting is wrong.
    #[error("{what}: {reason}")]
    Setting {
        /// Which.
        what: String,
        /// Why.
        #[source]
        reason: Reason,
    },
    /// Zenoh cannot be opened.
    #[error("the network cannot be opened: {0}")]
    Open(#[source] Reason),
    /// Something cannot be declared or sent.
    #[error("the network does not take `{key}`: {reason}")]
    Declare {
        /// Its key.
        key: String,
        /// Why.
        #[source]
        reason: Reason,
    },
    /// A node does not answer.
    #[error(
        "{node} does not answer within {:.1} s; does it run, is it reachable at {endpoints}, and do \
         certificates and access control let this program in?", waited.as_secs_f64()
    )]
    Silent {
        /// Which node.
        node: String,
        /// Where it was looked for.
        endpoints: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A node answers what cannot be read.
    #[error("the answer of {node} is not understood: {garbled}")]
    Garbled {
        /// Which node.
        node: String,
        /// Why.
        #[source]
        garbled: Garbled,
    },
    /// The node has another robot description.
    #[error(
        "{node} has another description of the robot (`{theirs}`, SHA-256 {their_digest}) than this program \
         (`{ours}`, SHA-256 {our_digest}): give both the same folder"
    )]
    OtherRobot {
        /// Which node.
        node: String,
        /// Name of its robot.
        theirs: String,
        /// Digest of that.
        their_digest: String,
        /// Name of our robot.
        ours: String,
        /// Digest of that.
        our_digest: String,
    },
    /// Somebody else drives.
    #[error(
        "{node} is driven by {holder}; it is free when that ends, or {:.1} s after it was last heard of", left.as_secs_f64()
    )]
    Held {
        /// Which node.
        node: String,
        /// Who.
        holder: String,
        /// How long the lease lasts yet.
        left: Duration,
    },
    /// The arm is stopped.
    #[error(
        "{node} is stopped, by {by}: `enact node clear` lets it move again, once nothing speaks against it"
    )]
    Stopped {
        /// Which node.
        node: String,
        /// Who pressed the stop.
        by: String,
    },
    /// An order is not obeyed.
    #[error("{node} refuses: {reason}")]
    Refused {
        /// Which node.
        node: String,
        /// Why.
        reason: String,
    },
    /// A thread cannot be started.
    #[error("the system starts no thread: {0}")]
    Thread(String),
}
