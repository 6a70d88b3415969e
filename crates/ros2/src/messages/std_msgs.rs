//! `std_msgs` and `std_srvs`.

use serde::{Deserialize, Serialize};

use super::Time;

/// `std_msgs/Header`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Time of what is told.
    pub stamp: Time,
    /// Frame of coordinates.
    pub frame_id: String,
}

impl Header {
    /// Creates a header.
    pub fn new(stamp: Time, frame_id: &str) -> Self {
        Self {
            stamp,
            frame_id: frame_id.to_owned(),
        }
    }

    /// Creates a header without a time, which means now or never.
    pub fn untimed(frame_id: &str) -> Self {
        Self::new(Time::ZERO, frame_id)
    }
}

/// `std_msgs/String`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The text.
    pub data: String,
}

impl From<String> for Text {
    fn from(data: String) -> Self {
        Self { data }
    }
}

/// Request of `std_srvs/Trigger`. A struct without fields has one byte on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerRequest {
    /// Filling, always 0.
    pub structure_needs_at_least_one_member: u8,
}

/// Response of `std_srvs/Trigger`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerResponse {
    /// Whether it was done.
    pub success: bool,
    /// What there is to say about it.
    pub message: String,
}

super::messages!(Header, Text, TriggerRequest, TriggerResponse);
