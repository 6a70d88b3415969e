//! The cameras of a launch file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use enact_camera::{DepthFolder, StreamLimits};
use enact_sim::CameraPlace;
use enact_types::Point3;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::node::config::RemoteCameraConfig;

/// Name of the camera that the model sees through.
pub const MAIN_CAMERA_NAME: &str = "main";

/// The cameras: one is called `main`.
#[derive(Clone, Debug)]
pub struct Cameras(Vec<CameraConfig>);

/// A camera.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "CameraTable", into = "CameraTable")]
pub struct CameraConfig {
    /// Its name in messages, recordings and viewers.
    pub name: String,
    /// Where its pictures come from.
    pub source: CameraSource,
    /// Where it is.
    pub place: PlaceConfig,
}

/// Where pictures come from.
#[derive(Clone, Debug, PartialEq)]
pub enum CameraSource {
    /// The simulator renders them.
    Sim,
    /// Pictures from disk.
    Folder {
        /// Folder with PNG or JPEG files, relative to the launch file.
        path: PathBuf,
        /// True if a camera's program is writing there, so that the newest picture counts;
        /// otherwise pictures come one after another.
        live: bool,
        /// Folder with the depth of each picture, and meters to the unit.
        depth: Option<(PathBuf, f64)>,
    },
    /// MJPEG, or stills, over HTTP.
    Mjpeg {
        /// Address of the stream.
        url: String,
        /// Stills asked for each second, if the camera sends them one by one.
        fps: Option<u32>,
        /// What the stream may do.
        limits: StreamLimitsConfig,
    },
    /// A webcam.
    Usb {
        /// Its device file.
        device: PathBuf,
        /// Wanted width and height, pixels, and pictures a second.
        mode: (u32, u32, u32),
        /// What the stream may do.
        limits: StreamLimitsConfig,
    },
    /// An image topic of ROS 2.
    Ros2 {
        /// Name of the topic; one that ends in `/compressed` carries compressed pictures.
        topic: String,
        /// What the stream may do.
        limits: StreamLimitsConfig,
    },
    /// A camera on another machine, which `enact node camera` offers there.
    Zenoh {
        /// Its node.
        node: RemoteCameraConfig,
        /// Pictures asked for each second at most; as many as the link takes if nothing is said.
        fps: Option<u32>,
        /// What the stream may do.
        limits: StreamLimitsConfig,
    },
    /// The pictures that a model saw in a recorded run.
    Recording {
        /// The recording, relative to the launch file.
        path: PathBuf,
    },
}

impl CameraSource {
    /// Returns whether it shows what happens now, rather than pictures one after another or the
    /// simulator's.
    pub fn is_live(&self) -> bool {
        match self {
            Self::Folder { live, .. } => *live,
            Self::Mjpeg { .. } | Self::Usb { .. } | Self::Ros2 { .. } | Self::Zenoh { .. } => true,
            Self::Sim | Self::Recording { .. } => false,
        }
    }
}

/// What a stream may do, seconds; the defaults where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StreamLimitsConfig {
    /// Greatest age of a picture when it arrives.
    pub max_age: Option<f64>,
    /// Age of every picture when it arrives.
    pub latency: Option<f64>,
}

impl StreamLimitsConfig {
    /// Returns the limits.
    pub fn stream_limits(&self) -> StreamLimits {
        let usual = StreamLimits::default();
        let seconds = |value: Option<f64>, usual| value.map_or(usual, Duration::from_secs_f64);
        StreamLimits {
            max_age: seconds(self.max_age, usual.max_age),
            latency: seconds(self.latency, usual.latency),
            ..usual
        }
    }
}

/// Where a camera is, and how wide it sees; what is left out is as in the scene.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlaceConfig {
    /// Link of the arm that carries it; places are then in that link's frame.
    pub mount: Option<String>,
    /// Where it is, meters.
    pub eye: Option<[f64; 3]>,
    /// Where it looks, meters.
    pub target: Option<[f64; 3]>,
    /// How much it sees from top to bottom, degrees.
    pub vertical_fov_deg: Option<f64>,
    /// Size of rendered pictures, pixels.
    pub size: Option<(u32, u32)>,
    /// What `enact camera calibrate` and `enact camera locate` measured, relative to the launch
    /// file; it counts before all the rest.
    pub calibration: Option<PathBuf>,
}

impl PlaceConfig {
    /// Returns the place of the camera, where the scene's camera is at `scene`.
    pub fn place_with_scene_defaults(&self, scene: &CameraPlace) -> CameraPlace {
        let (width, height) = self.size.unwrap_or((scene.width, scene.height));
        CameraPlace {
            eye: self.eye.map_or(scene.eye, Point3::from),
            target: self.target.map_or(scene.target, Point3::from),
            vertical_fov: self
                .vertical_fov_deg
                .map_or(scene.vertical_fov, f64::to_radians),
            width,
            height,
            depth: scene.depth && self.mount.is_none(),
            distortion: scene.distortion,
        }
    }
}

impl Default for Cameras {
    fn default() -> Self {
        Self(vec![CameraConfig {
            name: MAIN_CAMERA_NAME.to_owned(),
            source: CameraSource::Sim,
            place: PlaceConfig::default(),
        }])
    }
}

impl Cameras {
    /// Returns all of them, the main one first.
    pub fn all(&self) -> impl Iterator<Item = &CameraConfig> {
        std::iter::once(self.main_camera()).chain(self.other_cameras())
    }

    /// Returns the camera that the model sees through.
    pub fn main_camera(&self) -> &CameraConfig {
        let main = self.0.iter().find(|camera| camera.name == MAIN_CAMERA_NAME);
        main.expect("it is checked when the cameras are read")
    }

    /// Returns the camera of this name, else the main one.
    pub fn camera_named_or_main(&self, name: &str) -> &CameraConfig {
        let named = self.0.iter().find(|camera| camera.name == name);
        named.unwrap_or_else(|| self.main_camera())
    }

    /// Returns the others.
    pub fn other_cameras(&self) -> impl Iterator<Item = &CameraConfig> {
        self.0
            .iter()
            .filter(|camera| camera.name != MAIN_CAMERA_NAME)
    }

    /// Makes paths relative to the folder of the launch file absolute.
    pub fn resolve_paths(&mut self, folder: &Path) {
        for camera in &mut self.0 {
            if let Some(file) = &mut camera.place.calibration {
                *file = folder.join(&*file);
            }
            match &mut camera.source {
                CameraSource::Folder { path, depth, .. } => {
                    *path = folder.join(&*path);
                    if let Some((path, _)) = depth {
                        *path = folder.join(&*path);
                    }
                }
                CameraSource::Recording { path } => *path = folder.join(&*path),
                CameraSource::Zenoh { node, .. } => node.resolve_path(folder),
                CameraSource::Sim
                | CameraSource::Mjpeg { .. }
                | CameraSource::Usb { .. }
                | CameraSource::Ros2 { .. } => {}
            }
        }
    }

    fn checked(cameras: Vec<CameraConfig>) -> Result<Self, String> {
        let names: Vec<&str> = cameras.iter().map(|camera| camera.name.as_str()).collect();
        for (index, name) in names.iter().enumerate() {
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
            if name.is_empty() || !name.chars().all(is_plain) {
                return Err(format!(
                    "`{name}` is no name for a camera: use letters, digits, _ and -"
                ));
            }
            if names[..index].contains(name) {
                return Err(format!("two cameras are called `{name}`"));
            }
            if *name == enact_recording::stream::DEFAULT_CAMERA_NAME {
                return Err(format!(
                    "`{name}` is what recordings call the main camera; call this one differently"
                ));
            }
        }
        if !names.contains(&MAIN_CAMERA_NAME) {
            let names = names.join("`, `");
            return Err(format!(
                "one camera must be called `{MAIN_CAMERA_NAME}`: the one that the model sees through; there is `{names}`"
            ));
        }
        let cameras = Self(cameras);
        let main = cameras.main_camera();
        if main.place.mount.is_some() {
            return Err(format!(
                "the camera `{MAIN_CAMERA_NAME}` must stand still; the one on the arm is a second one, with another name"
            ));
        }
        for other in cameras.other_cameras() {
            let PlaceConfig {
                eye,
                target,
                calibration,
                ..
            } = &other.place;
            if calibration.is_none() && (eye.is_none() || target.is_none()) {
                return Err(format!(
                    "the camera `{}` needs `calibration`, or `eye` and `target`: where it is, and where it looks, in meters",
                    other.name
                ));
            }
        }
        Ok(cameras)
    }
}

impl<'de> Deserialize<'de> for Cameras {
    /// Reads one table `[camera]`, or several `[[camera]]`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Vec<CameraConfig>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table [camera], or several [[camera]]")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                CameraConfig::deserialize(MapAccessDeserializer::new(map)).map(|one| vec![one])
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq))
            }
        }
        let cameras = deserializer.deserialize_any(OneOrMore)?;
        Self::checked(cameras).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Cameras {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

/// A camera as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CameraTable {
    #[serde(default = "main", skip_serializing_if = "is_main")]
    name: String,
    source: SourceName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    live: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    depth_path: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    depth_scale: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    node: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    connect: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zenoh_config: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fps: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latency_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mount: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    eye: Option<[f64; 3]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<[f64; 3]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vertical_fov_deg: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calibration: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SourceName {
    Sim,
    Folder,
    #[serde(alias = "http")]
    Mjpeg,
    Usb,
    Ros2,
    Zenoh,
    Recording,
    Rtsp,
}

fn main() -> String {
    MAIN_CAMERA_NAME.to_owned()
}

fn is_main(name: &str) -> bool {
    name == MAIN_CAMERA_NAME
}

impl CameraTable {
    /// Returns the keys that are set and belong to some sources only.
    fn keys(&self) -> impl Iterator<Item = &'static str> {
        [
            ("path", self.path.is_some()),
            ("live", self.live.is_some()),
            ("depth_path", self.depth_path.is_some()),
            ("depth_scale", self.depth_scale.is_some()),
            ("url", self.url.is_some()),
            ("device", self.device.is_some()),
            ("topic", self.topic.is_some()),
            ("node", self.node.is_some()),
            ("connect", self.connect.is_some()),
            ("zenoh_config", self.zenoh_config.is_some()),
            ("fps", self.fps.is_some()),
            ("max_age_s", self.max_age_s.is_some()),
            ("latency_s", self.latency_s.is_some()),
            ("width", self.width.is_some()),
            ("height", self.height.is_some()),
        ]
        .into_iter()
        .filter_map(|(key, is_set)| is_set.then_some(key))
    }

    fn source(&self) -> Result<CameraSource, String> {
        let (name, allowed): (&str, &[&str]) = match self.source {
            SourceName::Sim => ("sim", &["width", "height"]),
            SourceName::Folder => ("folder", &["path", "live", "depth_path", "depth_scale"]),
            SourceName::Mjpeg => ("mjpeg", &["url", "fps", "max_age_s", "latency_s"]),
            SourceName::Usb => (
                "usb",
                &["device", "fps", "max_age_s", "latency_s", "width", "height"],
            ),
            SourceName::Ros2 => ("ros2", &["topic", "max_age_s", "latency_s"]),
            SourceName::Zenoh => (
                "zenoh",
                &[
                    "node",
                    "connect",
                    "zenoh_config",
                    "fps",
                    "max_age_s",
                    "latency_s",
                ],
            ),
            SourceName::Recording => ("recording", &["path"]),
            SourceName::Rtsp => {
                return Err(
                    "enact does not read RTSP; have ffmpeg turn it into MJPEG, as docs/your-arm.md shows, and choose \
                     source = \"mjpeg\""
                        .to_owned(),
                );
            }
        };
        if let Some(key) = self.keys().find(|key| !allowed.contains(key)) {
            return Err(format!("`{key}` does not go with source = \"{name}\""));
        }
        let needs = |key: &str, what: &str| format!("source = \"{name}\" needs `{key}`: {what}");
        let limits = StreamLimitsConfig {
            max_age: seconds("max_age_s", self.max_age_s)?,
            latency: seconds("latency_s", self.latency_s)?,
        };
        if self.fps.is_some_and(|fps| !(1..=240).contains(&fps)) {
            return Err("`fps` must be 1 to 240".to_owned());
        }
        Ok(match self.source {
            SourceName::Sim => CameraSource::Sim,
            SourceName::Folder => CameraSource::Folder {
                path: self
                    .path
                    .clone()
                    .ok_or_else(|| needs("path", "the folder"))?,
                live: self.live.unwrap_or(false),
                depth: self.depth()?,
            },
            SourceName::Mjpeg => CameraSource::Mjpeg {
                url: self
                    .url
                    .clone()
                    .ok_or_else(|| needs("url", "the address of the stream"))?,
                fps: self.fps,
                limits,
            },
            SourceName::Usb => CameraSource::Usb {
                device: self
                    .device
                    .clone()
                    .ok_or_else(|| needs("device", "as `enact camera list` names it"))?,
                mode: (
                    self.width.unwrap_or(640),
                    self.height.unwrap_or(480),
                    self.fps.unwrap_or(30),
                ),
                limits,
            },
            SourceName::Ros2 => CameraSource::Ros2 {
                topic: self
                    .topic
                    .clone()
                    .ok_or_else(|| needs("topic", "such as /camera/image_raw"))?,
                limits,
            },
            SourceName::Zenoh => CameraSource::Zenoh {
                node: RemoteCameraConfig {
                    name: self
                        .node
                        .clone()
                        .ok_or_else(|| needs("node", "the camera's name in the network"))?,
                    connect: self.connect.clone().unwrap_or_default(),
                    zenoh_config: self.zenoh_config.clone(),
                },
                fps: self.fps,
                limits,
            },
            SourceName::Recording => CameraSource::Recording {
                path: self
                    .path
                    .clone()
                    .ok_or_else(|| needs("path", "the recording"))?,
            },
            SourceName::Rtsp => unreachable!("it was refused above"),
        })
    }

    fn depth(&self) -> Result<Option<(PathBuf, f64)>, String> {
        let scale = self.depth_scale.unwrap_or(DepthFolder::MILLIMETER_SCALE);
        if !(1e-7..=1.0).contains(&scale) {
            return Err("`depth_scale` is meters to the unit, such as 0.001".to_owned());
        }
        match &self.depth_path {
            Some(path) => Ok(Some((path.clone(), scale))),
            None if self.depth_scale.is_some() => {
                Err("`depth_scale` needs `depth_path`: the folder of 16-bit PNG files".to_owned())
            }
            None => Ok(None),
        }
    }

    fn place(&self) -> Result<PlaceConfig, String> {
        let finite = |values: &[f64; 3]| values.iter().all(|value| value.abs() < 100.0);
        let ends = [("eye", &self.eye), ("target", &self.target)];
        for (key, value) in ends {
            if value.as_ref().is_some_and(|value| !finite(value)) {
                return Err(format!("`{key}` must be three numbers in meters"));
            }
        }
        if let (Some(eye), Some(target)) = (self.eye, self.target)
            && Point3::from(eye) == Point3::from(target)
        {
            return Err("`eye` and `target` are the same point".to_owned());
        }
        if self
            .vertical_fov_deg
            .is_some_and(|degrees| !(1.0..=170.0).contains(&degrees))
        {
            return Err("`vertical_fov_deg` must be 1 to 170".to_owned());
        }
        let sides = [self.width, self.height];
        if sides
            .into_iter()
            .flatten()
            .any(|side| !(8..=8192).contains(&side))
        {
            return Err("`width` and `height` must be 8 to 8192".to_owned());
        }
        let size = match sides {
            [Some(width), Some(height)] => Some((width, height)),
            [None, None] => None,
            _ => return Err("`width` and `height` go together".to_owned()),
        };
        Ok(PlaceConfig {
            mount: self.mount.clone(),
            eye: self.eye,
            target: self.target,
            vertical_fov_deg: self.vertical_fov_deg,
            size,
            calibration: self.calibration.clone(),
        })
    }
}

fn seconds(key: &str, value: Option<f64>) -> Result<Option<f64>, String> {
    match value {
        Some(value) if !(0.0..=60.0).contains(&value) => {
            Err(format!("`{key}` must be 0 to 60 seconds"))
        }
        value => Ok(value),
    }
}

impl TryFrom<CameraTable> for CameraConfig {
    type Error = String;

    fn try_from(table: CameraTable) -> Result<Self, String> {
        let told = |error| format!("camera `{}`: {error}", table.name);
        Ok(Self {
            source: table.source().map_err(told)?,
            place: table.place().map_err(told)?,
            name: table.name,
        })
    }
}

impl From<CameraConfig> for CameraTable {
    /// Writes a camera; a password in its address stays where it was.
    fn from(camera: CameraConfig) -> Self {
        let PlaceConfig {
            mount,
            eye,
            target,
            vertical_fov_deg,
            size,
            calibration,
        } = camera.place;
        let mut table = Self {
            name: camera.name,
            source: SourceName::Sim,
            path: None,
            live: None,
            depth_path: None,
            depth_scale: None,
            url: None,
            device: None,
            topic: None,
            node: None,
            connect: None,
            zenoh_config: None,
            fps: None,
            max_age_s: None,
            latency_s: None,
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
            mount,
            eye,
            target,
            vertical_fov_deg,
            calibration,
        };
        match camera.source {
            CameraSource::Sim => {}
            CameraSource::Folder { path, live, depth } => {
                table.source = SourceName::Folder;
                (table.path, table.live) = (Some(path), live.then_some(true));
                (table.depth_path, table.depth_scale) = depth.unzip();
            }
            CameraSource::Mjpeg { url, fps, limits } => {
                table.source = SourceName::Mjpeg;
                (table.url, table.fps) = (Some(without_password(&url)), fps);
                (table.max_age_s, table.latency_s) = (limits.max_age, limits.latency);
            }
            CameraSource::Usb {
                device,
                mode: (width, height, fps),
                limits,
            } => {
                table.source = SourceName::Usb;
                (table.device, table.fps) = (Some(device), Some(fps));
                (table.width, table.height) = (Some(width), Some(height));
                (table.max_age_s, table.latency_s) = (limits.max_age, limits.latency);
            }
            CameraSource::Ros2 { topic, limits } => {
                table.source = SourceName::Ros2;
                table.topic = Some(topic);
                (table.max_age_s, table.latency_s) = (limits.max_age, limits.latency);
            }
            CameraSource::Zenoh { node, fps, limits } => {
                table.source = SourceName::Zenoh;
                (table.node, table.fps) = (Some(node.name), fps);
                table.connect = (!node.connect.is_empty()).then_some(node.connect);
                table.zenoh_config = node.zenoh_config;
                (table.max_age_s, table.latency_s) = (limits.max_age, limits.latency);
            }
            CameraSource::Recording { path } => {
                table.source = SourceName::Recording;
                table.path = Some(path);
            }
        }
        table
    }
}

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use enact_types::toml_text;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct File {
        #[serde(default)]
        camera: Cameras,
    }

    fn read(text: &str) -> Result<Cameras, String> {
        let file = toml_text::parse::<File>(text);
        file.map(|file| file.camera)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn one_camera_or_several_are_read() {
        assert_eq!(read("").unwrap().main_camera().source, CameraSource::Sim);
        let one = read("[camera]\nsource = \"folder\"\npath = \"p\"\nlive = true").unwrap();
        let folder = CameraSource::Folder {
            path: "p".into(),
            live: true,
            depth: None,
        };
        assert_eq!(one.main_camera().source, folder);
        let several = "
            [[camera]]
            name = \"wrist\"
            source = \"usb\"
            device = \"/dev/video2\"
            mount = \"gripper_link\"
            eye = [0.0, 0.0, 0.05]
            target = [0.0, 0.0, 0.2]
            vertical_fov_deg = 60
            [[camera]]
            name = \"main\"
            source = \"mjpeg\"
            url = \"http://me:secret@cam/stream\"
            latency_s = 0.2";
        let cameras = read(several).unwrap();
        let names: Vec<&str> = cameras.all().map(|camera| camera.name.as_str()).collect();
        assert_eq!(names, ["main", "wrist"]);
        let CameraSource::Mjpeg { url, limits, .. } = &cameras.main_camera().source else {
            panic!("{cameras:?}");
        };
        assert_eq!(url, "http://me:secret@cam/stream");
        assert_eq!(limits.stream_limits().latency, Duration::from_millis(200));
        // What is recorded of it has no password, and is read again.
        let written = serde_json::to_value(&cameras).unwrap();
        assert_eq!(written[1]["url"], "http://cam/stream");
        assert_eq!(written[0]["mount"], "gripper_link");
        let again: Cameras = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(serde_json::to_value(again).unwrap(), written);
        let one = serde_json::to_value(Cameras::default()).unwrap();
        assert_eq!(one, json!({"source": "sim"}));
    }

    #[test]
    fn what_does_not_go_together_is_refused_with_the_reason() {
        let side = "[[camera]]\nsource = \"sim\"\n[[camera]]\nname = \"side\"\nsource = \"sim\"\n";
        let cases = [
            ("[camera]\nsource = \"folder\"", "needs `path`"),
            ("[camera]\nsource = \"mjpeg\"", "needs `url`"),
            ("[camera]\nsource = \"usb\"", "enact camera list"),
            ("[camera]\nsource = \"ros2\"", "needs `topic`"),
            (
                "[camera]\nsource = \"ros2\"\ntopic = \"/image_raw\"\nfps = 10",
                "`fps` does not go with source = \"ros2\"",
            ),
            ("[camera]\nsource = \"rtsp\"\nurl = \"rtsp://x\"", "ffmpeg"),
            (
                "[camera]\nsource = \"sim\"\npath = \"p\"",
                "`path` does not go with source = \"sim\"",
            ),
            (
                "[camera]\nsource = \"sim\"\nname = \"a\"",
                "must be called `main`",
            ),
            (
                "[camera]\nsource = \"sim\"\nmount = \"l\"",
                "must stand still",
            ),
            ("[camera]\nsource = \"sim\"\npaht = \"p\"", "paht"),
            (
                "[camera]\nsource = \"sim\"\nvertical_fov_deg = 0",
                "1 to 170",
            ),
            (
                "[camera]\nsource = \"sim\"\neye = [0, 0, nan]",
                "three numbers",
            ),
            ("[camera]\nsource = \"sim\"\nwidth = 320", "go together"),
            (
                "[camera]\nsource = \"mjpeg\"\nurl = \"http://x\"\nlatency_s = -1",
                "0 to 60",
            ),
            (
                "[camera]\nsource = \"folder\"\npath = \"p\"\ndepth_scale = 0.001",
                "needs `depth_path`",
            ),
            ("camera = 3", "[[camera]]"),
            (side, "`side` needs `calibration`, or `eye` and `target`"),
            (
                &side.replace("side", "main"),
                "two cameras are called `main`",
            ),
            (&side.replace("side", "a/b"), "no name for a camera"),
            (&side.replace("side", "front"), "what recordings call"),
        ];
        for (text, expected) in cases {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
            assert!(error.contains("line"), "{error}");
        }
    }
}
