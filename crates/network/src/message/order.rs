//! What a driver asks of an arm's node, and what it answers.

use enact_arm::{ArmState, ContactPolicy, Execution};
use enact_types::{JointVector, Refusal};
use serde::{Deserialize, Serialize};

use super::world::WorldMessage;
use crate::fault::MessageFault;

/// An order of the driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "most orders are motions")]
pub enum Order {
    /// Follow this motion.
    Follow(Motion),
    /// Release the stop that was pressed last, if it is still this one.
    ClearStop {
        /// Number of the stop, as the node tells it.
        stop: u64,
    },
    /// End the lease.
    Release,
}

/// A motion, which the node's own gate has yet to admit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Motion {
    /// Positions of all joints, one per control period, rad or m.
    pub samples: Vec<JointVector>,
    /// Time between two samples, ns; it has to be the node's own.
    pub period: u64,
    /// Whether contact is part of it.
    pub contact: ContactPolicy,
    /// What it was planned to stay clear of.
    pub around: WorldMessage,
    /// How long after it was sent it may begin, ms.
    pub valid_ms: u32,
}

/// Answer to an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderReply {
    /// It is done, or the motion has begun.
    Accepted,
    /// It is not obeyed.
    Refused(OrderRefusal),
}

/// Why an order is not obeyed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum OrderRefusal {
    /// The message is not to be trusted.
    #[error("{0}")]
    Message(MessageFault),
    /// The gate of the node does not admit the motion.
    #[error("{0}")]
    Gate(Refusal),
    /// Another motion is being carried out.
    #[error("the arm's node still carries out another motion")]
    Busy,
    /// A stop is pressed, or was pressed again.
    #[error("a stop is pressed at the arm's node")]
    Stopped,
    /// The arm fails.
    #[error("{0}")]
    Arm(String),
}

/// Question for what came of a motion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutcomeQuestion {
    /// Lease under which it was ordered.
    pub lease: u64,
    /// Number of the order.
    pub motion: u64,
}

/// What came of a motion so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum OutcomeReply {
    /// No such motion has begun.
    Unknown,
    /// It is being carried out.
    Running,
    /// It has ended.
    Ended(MotionEnd),
}

/// How a motion ended. In every case but the last the arm is at rest and holds its position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MotionEnd {
    /// As any motion ends.
    Ended(Execution),
    /// No heartbeat came for too long: the arm braked along its path.
    LinkLost {
        /// For how long none had come, ms.
        silence_ms: u64,
        /// What the arm did.
        execution: Execution,
    },
    /// The arm fails.
    Failed(String),
}

/// A motion that has ended, told to whoever listens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// Which one.
    pub motion: OutcomeQuestion,
    /// How.
    pub end: MotionEnd,
}

/// A sign of life of the driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// Number of the order whose motion the driver waits for; none while it waits for none.
    pub motion: Option<u64>,
}

/// A reading of the arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Number of the reading; it grows.
    pub sequence: u64,
    /// The reading.
    pub state: ArmState,
}

/// Answer to the question for the arm's state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateReply {
    /// The state.
    State(ArmState),
    /// The arm fails.
    Failed(String),
}

#[cfg(test)]
mod tests {
    use super::super::codec::{MAX_SMALL_BYTES, from_bytes, to_bytes};
    use super::*;

    #[test]
    fn every_refusal_comes_back() {
        let said = || "said".to_owned();
        let refusals = [
            Refusal::JointLimit {
                joint: said(),
                quantity: enact_types::Quantity::Jerk,
                value: f64::NAN,
                min: -1.0,
                max: 0.1,
                prismatic: true,
            },
            Refusal::NotFinite {
                what: said(),
                value: said(),
            },
            Refusal::Malformed(said()),
            Refusal::StartsElsewhere {
                joint: said(),
                distance: 0.3,
                limit: 0.1,
            },
            Refusal::Collision {
                first: said(),
                second: said(),
                distance: -0.1,
                margin: 0.1,
            },
            Refusal::NotSeen {
                name: said(),
                seen: vec![said()],
            },
            Refusal::NotApplicable(said()),
        ];
        for refusal in refusals {
            let told = refusal.to_string();
            let reply = OrderReply::Refused(OrderRefusal::Gate(refusal));
            let back: OrderReply = from_bytes(&to_bytes(&reply), MAX_SMALL_BYTES).unwrap();
            let OrderReply::Refused(OrderRefusal::Gate(refusal)) = back else {
                panic!("{back:?}");
            };
            assert_eq!(refusal.to_string(), told);
        }
        for fault in MessageFault::ALL {
            let reply = OrderReply::Refused(OrderRefusal::Message(fault));
            assert_eq!(from_bytes(&to_bytes(&reply), MAX_SMALL_BYTES), Ok(reply));
        }
    }
}
