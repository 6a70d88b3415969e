//! `geometry_msgs` and `tf2_msgs`.

use enact_types::Pose;
use serde::{Deserialize, Serialize};

use super::std_msgs::Header;

/// `geometry_msgs/Vector3`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vector3 {
    /// Along `x`.
    pub x: f64,
    /// Along `y`.
    pub y: f64,
    /// Along `z`.
    pub z: f64,
}

/// `geometry_msgs/Quaternion`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quaternion {
    /// Imaginary part along `x`.
    pub x: f64,
    /// Imaginary part along `y`.
    pub y: f64,
    /// Imaginary part along `z`.
    pub z: f64,
    /// Real part.
    pub w: f64,
}

/// `geometry_msgs/Transform`: meters and a unit quaternion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transform {
    /// Translation, meters.
    pub translation: Vector3,
    /// Rotation.
    pub rotation: Quaternion,
}

impl From<&Pose> for Transform {
    fn from(pose: &Pose) -> Self {
        let (at, turn) = (pose.translation.vector, pose.rotation.coords);
        Self {
            translation: Vector3 {
                x: at.x,
                y: at.y,
                z: at.z,
            },
            rotation: Quaternion {
                x: turn.x,
                y: turn.y,
                z: turn.z,
                w: turn.w,
            },
        }
    }
}

/// `geometry_msgs/TransformStamped`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransformStamped {
    /// Time, and the parent frame.
    pub header: Header,
    /// The child frame.
    pub child_frame_id: String,
    /// `parent_from_child`.
    pub transform: Transform,
}

/// `geometry_msgs/Twist`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Twist {
    /// Linear part, m/s.
    pub linear: Vector3,
    /// Angular part, rad/s.
    pub angular: Vector3,
}

/// `tf2_msgs/TFMessage`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TfMessage {
    /// The transforms.
    pub transforms: Vec<TransformStamped>,
}

super::messages!(
    Vector3,
    Quaternion,
    Transform,
    TransformStamped,
    Twist,
    TfMessage
);
