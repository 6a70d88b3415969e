//! Message types of Foxglove.

use enact_types::{Distortion, Frame, Pose, Stamp, Vector3};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Seconds and nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// Whole seconds.
    pub sec: u32,
    /// Nanoseconds beyond those.
    pub nsec: u32,
}

impl From<Stamp> for Time {
    fn from(stamp: Stamp) -> Self {
        Self {
            sec: (stamp.nanos() / 1_000_000_000) as u32,
            nsec: (stamp.nanos() % 1_000_000_000) as u32,
        }
    }
}

impl From<Time> for Stamp {
    fn from(time: Time) -> Self {
        Self::from_nanos(u64::from(time.sec) * 1_000_000_000 + u64::from(time.nsec))
    }
}

/// Log levels with Foxglove's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Info = 2,
    Warning = 3,
    Error = 4,
}

/// Frame of the camera's pictures.
pub(crate) const CAMERA_FRAME_ID: &str = "camera";

/// A log line; `name` is its subject in one word.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Log {
    /// Time on the arm's clock.
    pub timestamp: Time,
    /// 2 for information, 3 for a warning, 4 for an error.
    pub level: u8,
    /// Text of the line.
    pub message: String,
    /// Subject of the line.
    pub name: String,
    /// Always empty.
    pub file: String,
    /// Always zero.
    pub line: u32,
}

impl Log {
    pub(crate) fn new(at: Stamp, level: Level, name: &str, message: String) -> Self {
        Self {
            timestamp: at.into(),
            level: level as u8,
            message,
            name: name.to_owned(),
            file: String::new(),
            line: 0,
        }
    }
}

/// Returns the calibration of a camera whose pictures are in the frame `frame_id`.
pub(crate) fn calibration(frame: &Frame, at: Stamp, frame_id: &str) -> Value {
    let camera = &frame.intrinsics;
    let [fx, fy, cx, cy] = [camera.fx, camera.fy, camera.cx, camera.cy];
    let (model, coefficients) = match &camera.distortion {
        Distortion::None => ("", Vec::new()),
        Distortion::BrownConrady(k) => ("plumb_bob", k.to_vec()),
        Distortion::Fisheye(k) => ("kannala_brandt", k.to_vec()),
    };
    json!({
        "timestamp": Time::from(at),
        "frame_id": frame_id,
        "width": camera.width,
        "height": camera.height,
        "distortion_model": model,
        "D": coefficients,
        "K": [fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        "R": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        "P": [fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    })
}

/// Returns `parent_from_child` as an item of a list of transforms.
pub(crate) fn transform(at: Stamp, parent: &str, child: &str, parent_from_child: &Pose) -> Value {
    json!({
        "timestamp": Time::from(at),
        "parent_frame_id": parent,
        "child_frame_id": child,
        "translation": vector(&parent_from_child.translation.vector),
        "rotation": rotation(parent_from_child),
    })
}

/// Returns a sequence of poses.
pub(crate) fn poses(at: Stamp, frame: &str, poses: impl Iterator<Item = Pose>) -> Value {
    let poses: Vec<Value> = poses.map(|it| pose(&it)).collect();
    json!({"timestamp": Time::from(at), "frame_id": frame, "poses": poses})
}

pub(crate) fn pose(pose: &Pose) -> Value {
    json!({"position": vector(&pose.translation.vector), "orientation": rotation(pose)})
}

pub(crate) fn vector(vector: &Vector3) -> Value {
    json!({"x": vector.x, "y": vector.y, "z": vector.z})
}

fn rotation(pose: &Pose) -> Value {
    let turned = pose.rotation.coords;
    json!({"x": turned.x, "y": turned.y, "z": turned.z, "w": turned.w})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_survive() {
        let stamp = Stamp::from_nanos(12_345_678_901);
        let time = Time::from(stamp);
        assert_eq!((time.sec, time.nsec), (12, 345_678_901));
        assert_eq!(Stamp::from(time), stamp);
    }
}
