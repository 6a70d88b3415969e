//! Every key expression, in one place.
//!
//! ```text
//! enact/v1/arm/NAME/alive      liveliness token of the node
//! enact/v1/arm/NAME/status     what the node tells of itself: asked for, and told five times a second
//! enact/v1/arm/NAME/clock      the node's clocks, asked for
//! enact/v1/arm/NAME/lease      the right to drive, asked for
//! enact/v1/arm/NAME/order      orders of the driver, signed; asked, so that each is answered
//! enact/v1/arm/NAME/heartbeat  signs of life of the driver, signed
//! enact/v1/arm/NAME/outcome    what came of a motion: asked for, and told when it ends
//! enact/v1/arm/NAME/state      the arm's state: asked for, and told once per control period
//! enact/v1/arm/NAME/stop       stops the arm, whatever the message says; asked, so that it is answered
//! enact/v1/camera/NAME/alive   liveliness token of the node
//! enact/v1/camera/NAME/clock   the node's clocks, asked for
//! enact/v1/camera/NAME/picture the next picture, asked for
//! ```
//!
//! The version in the keys keeps programs apart that could not read each other's messages.

use crate::error::NetworkError;

/// Beginning of all keys.
const ROOT: &str = "enact/v1";
/// All nodes that are there.
pub const ANY_NODE_ALIVE_KEY: &str = "enact/v1/*/*/alive";

/// The keys of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeKeys {
    prefix: String,
    name: String,
}

impl NodeKeys {
    /// Returns the keys of an arm's node.
    ///
    /// # Errors
    /// [`NetworkError::Name`] for a name that cannot be part of a key.
    pub fn of_arm(name: &str) -> Result<Self, NetworkError> {
        Self::new("arm", name)
    }

    /// Returns the keys of a camera's node.
    ///
    /// # Errors
    /// [`NetworkError::Name`] for a name that cannot be part of a key.
    pub fn of_camera(name: &str) -> Result<Self, NetworkError> {
        Self::new("camera", name)
    }

    fn new(kind: &str, name: &str) -> Result<Self, NetworkError> {
        /// Longest name.
        const MAX_NAME_BYTES: usize = 64;
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.chars().all(fits) {
            return Err(NetworkError::Name(name.to_owned()));
        }
        Ok(Self {
            prefix: format!("{ROOT}/{kind}/{name}"),
            name: name.to_owned(),
        })
    }

    /// Returns the name of the node.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the key of its liveliness token.
    pub fn alive_key(&self) -> String {
        self.key("alive")
    }

    /// Returns the key of what it tells of itself.
    pub fn status_key(&self) -> String {
        self.key("status")
    }

    /// Returns the key of its clocks.
    pub fn clock_key(&self) -> String {
        self.key("clock")
    }

    /// Returns the key of the right to drive.
    pub fn lease_key(&self) -> String {
        self.key("lease")
    }

    /// Returns the key of orders.
    pub fn order_key(&self) -> String {
        self.key("order")
    }

    /// Returns the key of heartbeats.
    pub fn heartbeat_key(&self) -> String {
        self.key("heartbeat")
    }

    /// Returns the key of what came of motions.
    pub fn outcome_key(&self) -> String {
        self.key("outcome")
    }

    /// Returns the key of the arm's state.
    pub fn state_key(&self) -> String {
        self.key("state")
    }

    /// Returns the key of stops.
    pub fn stop_key(&self) -> String {
        self.key("stop")
    }

    /// Returns the key of pictures.
    pub fn picture_key(&self) -> String {
        self.key("picture")
    }

    fn key(&self, what: &str) -> String {
        format!("{}/{what}", self.prefix)
    }
}

/// Returns kind and name of the node whose liveliness token has this key.
pub fn parse_alive_key(alive: &str) -> Option<(&str, &str)> {
    let rest = alive.strip_prefix(ROOT)?.strip_prefix('/')?;
    let (kind, rest) = rest.split_once('/')?;
    let name = rest.strip_suffix("/alive")?;
    Some((kind, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_reach_another_key() {
        let keys = NodeKeys::of_arm("bench-2").unwrap();
        assert_eq!(keys.order_key(), "enact/v1/arm/bench-2/order");
        assert_eq!(parse_alive_key(&keys.alive_key()), Some(("arm", "bench-2")));
        for name in ["", "a/b", "*", "**", "a$*", "a?b", "a#", "a b", "ä"] {
            assert!(NodeKeys::of_arm(name).is_err(), "{name}");
        }
    }
}
