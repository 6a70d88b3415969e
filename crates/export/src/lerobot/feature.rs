//! Features of a sample.

use serde_json::{Map, Value, json};

use super::depth;
use super::video::VideoCodec;
use crate::units::{JointColumns, Units};

/// Command in force until the next sample.
pub const ACTION: &str = "action";
/// Measured joint positions.
pub const STATE: &str = "observation.state";
/// Whether the goal was reached with this sample: true at most for the last of an episode.
pub const SUCCESS: &str = "next.success";
/// Bookkeeping features of every LeRobot data set, with their types.
pub const BOOKKEEPING: [(&str, &str); 5] = [
    ("timestamp", "float32"),
    ("frame_index", "int64"),
    ("episode_index", "int64"),
    ("index", "int64"),
    ("task_index", "int64"),
];

/// Specification of a data set.
#[derive(Clone, Debug)]
pub struct DatasetSpec {
    /// Meaning of the numbers of a state and an action.
    pub columns: JointColumns,
    /// Samples per second.
    pub fps: u32,
    /// Cameras whose pictures or depth it includes.
    pub cameras: Vec<CameraFeature>,
    /// Whether samples record the outcome.
    pub outcome: bool,
}

/// Pictures or depth of a camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraFeature {
    /// The camera's name.
    pub name: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Whether it is depth.
    pub depth: bool,
    /// Video codec; `None` for picture files within the table.
    pub codec: Option<VideoCodec>,
}

impl CameraFeature {
    /// Returns the name of the feature; depth has its own next to the pictures'.
    pub fn key(&self) -> String {
        let end = if self.depth { "_depth" } else { "" };
        format!("observation.images.{}{end}", self.name)
    }

    /// Returns the number of channels: three colors, or one for depth.
    pub fn channels(&self) -> usize {
        if self.depth { 1 } else { 3 }
    }

    fn feature(&self, fps: u32) -> Value {
        let mut feature = json!({
            "dtype": if self.codec.is_some() { "video" } else { "image" },
            "shape": [self.height, self.width, self.channels()],
            "names": ["height", "width", "channels"],
        });
        let mut info = Map::new();
        if self.depth {
            info.insert("is_depth_map".to_owned(), json!(true));
            info.insert("depth_unit".to_owned(), json!("m"));
        }
        if let Some(codec) = self.codec {
            info.insert("video.height".to_owned(), json!(self.height));
            info.insert("video.width".to_owned(), json!(self.width));
            info.insert("video.fps".to_owned(), json!(fps));
            info.insert("video.channels".to_owned(), json!(self.channels()));
            info.insert("has_audio".to_owned(), json!(false));
            info.extend(codec.info_json_entry());
            if self.depth {
                info.extend(depth::depth_decoding_info());
            }
            info.entry("is_depth_map").or_insert(json!(false));
        }
        if !info.is_empty() {
            feature["info"] = Value::Object(info);
        }
        feature
    }
}

impl DatasetSpec {
    /// Returns the features in the form of `meta/info.json`.
    pub fn features(&self) -> Map<String, Value> {
        let names = &self.columns.names;
        let mut vector = json!({"dtype": "float32", "shape": [names.len()], "names": names});
        if self.columns.units == Units::Radians {
            // LeRobot has no field for units; its own units need none.
            vector["info"] = json!({"units": "rad (m for joints that slide)"});
        }
        let scalar = |kind: &str| json!({"dtype": kind, "shape": [1], "names": null});
        let mut features = Map::new();
        features.insert(ACTION.to_owned(), vector.clone());
        features.insert(STATE.to_owned(), vector);
        for camera in &self.cameras {
            features.insert(camera.key(), camera.feature(self.fps));
        }
        if self.outcome {
            features.insert(SUCCESS.to_owned(), scalar("bool"));
        }
        for (name, kind) in BOOKKEEPING {
            features.insert(name.to_owned(), scalar(kind));
        }
        features
    }
}
