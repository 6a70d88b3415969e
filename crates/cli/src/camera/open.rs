//! Opens the cameras of a launch file that are no part of the simulator.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use enact_camera::source::Source;
use enact_camera::source::http::{DEFAULT_STILLS_PER_S, HttpSource};
use enact_camera::{
    Camera, CameraError, DepthFolder, FolderCamera, LiveFolder, PictureStream, PlacedCamera,
    StreamLimits,
};
use enact_recording::Recording;
use enact_recording::stream::JointTrack;
use enact_robot::Robot;
use enact_sim::CameraPlace;
use enact_sim::render::pose_looking_at;
use enact_types::{Frame, Pose, Reason, Stamp, StopSwitch};

use super::config::{CameraConfig, CameraSource, PlaceConfig};
use super::file::CameraFile;
use crate::node::remote;

/// The streams of a set-up: whoever wants pictures of a camera shares its connection.
#[derive(Debug, Default)]
pub struct OpenCameras {
    streams: Mutex<BTreeMap<String, PictureStream>>,
}

impl OpenCameras {
    /// Opens a camera at a place; waiting for a picture ends once `stop` is pressed.
    ///
    /// # Errors
    /// If it cannot be opened. A stream that does not begin is an error of its first picture.
    pub fn open_camera(
        &self,
        camera: &CameraConfig,
        place: &CameraPlace,
        stop: &StopSwitch,
    ) -> Result<Box<dyn Camera>> {
        let (fov, pose) = (
            place.vertical_fov,
            pose_looking_at(&place.eye, &place.target),
        );
        Ok(match &camera.source {
            CameraSource::Sim => bail!("the simulator renders the camera `{}`", camera.name),
            CameraSource::Folder { path, live, depth } => {
                let depth = depth.as_ref();
                let depth = depth.map(|(path, scale)| DepthFolder::new(path, *scale));
                folder(path, *live, depth, fov, pose, stop)?
            }
            CameraSource::Recording { path } => Box::new(RecordedPictures::open(path)?),
            CameraSource::Mjpeg { .. } | CameraSource::Usb { .. } | CameraSource::Zenoh { .. } => {
                Box::new(self.picture_stream(camera)?.create_camera(fov, pose, stop))
            }
            CameraSource::Ros2 { topic, .. } => {
                let shown = self.picture_stream(camera)?.create_camera(fov, pose, stop);
                // What is measured of the camera here counts before what it says itself.
                let is_known =
                    camera.place.calibration.is_some() || camera.place.vertical_fov_deg.is_some();
                let camera: Box<dyn Camera> = if is_known {
                    Box::new(shown)
                } else {
                    let intrinsics = ros2_intrinsics(topic)?;
                    let placed = PlacedCamera::from_standing_camera(Box::new(shown), pose);
                    Box::new(placed.with_intrinsics(intrinsics))
                };
                camera
            }
        })
    }

    /// Returns the stream of a camera that has one.
    ///
    /// # Errors
    /// If the camera has none, or its address is none.
    pub fn picture_stream(&self, camera: &CameraConfig) -> Result<PictureStream> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stream) = streams.get(&camera.name) {
            return Ok(stream.clone());
        }
        let (source, limits) =
            source(&camera.source).with_context(|| format!("camera `{}`", camera.name))?;
        let stream = PictureStream::start(&camera.name, source, limits)?;
        streams.insert(camera.name.clone(), stream.clone());
        Ok(stream)
    }
}

fn source(source: &CameraSource) -> Result<(Box<dyn Source>, StreamLimits)> {
    Ok(match source {
        CameraSource::Mjpeg { url, fps, limits } => {
            let source = HttpSource::new(url, fps.unwrap_or(DEFAULT_STILLS_PER_S))?;
            (Box::new(source), limits.stream_limits())
        }
        CameraSource::Usb {
            device,
            mode: (width, height, fps),
            limits,
        } => (
            webcam(device, *width, *height, *fps)?,
            limits.stream_limits(),
        ),
        CameraSource::Ros2 { topic, limits } => (ros2_source(topic)?, limits.stream_limits()),
        CameraSource::Zenoh { node, fps, limits } => (
            remote::open_remote_camera(node, *fps)?,
            limits.stream_limits(),
        ),
        CameraSource::Sim | CameraSource::Folder { .. } | CameraSource::Recording { .. } => {
            bail!("it has no stream")
        }
    })
}

#[cfg(feature = "ros2")]
use crate::ros2::remote::{
    image_topic_source as ros2_source, wait_for_intrinsics as ros2_intrinsics,
};

#[cfg(not(feature = "ros2"))]
fn ros2_source(_: &str) -> Result<Box<dyn Source>> {
    bail!(crate::ros2::ROS2_ABSENT_MESSAGE)
}

#[cfg(not(feature = "ros2"))]
fn ros2_intrinsics(_: &str) -> Result<enact_types::Intrinsics> {
    bail!(crate::ros2::ROS2_ABSENT_MESSAGE)
}

#[cfg(target_os = "linux")]
fn webcam(device: &Path, width: u32, height: u32, fps: u32) -> Result<Box<dyn Source>> {
    use enact_camera::source::usb::{UsbSource, WantedMode};
    let mode = WantedMode { width, height, fps };
    Ok(Box::new(UsbSource::new(device, mode)))
}

#[cfg(not(target_os = "linux"))]
fn webcam(_: &Path, _: u32, _: u32, _: u32) -> Result<Box<dyn Source>> {
    bail!(
        "webcams are read on Linux only; have ffmpeg serve it as MJPEG, as docs/your-arm.md shows"
    )
}

fn folder(
    path: &Path,
    live: bool,
    depth: Option<DepthFolder>,
    fov: f64,
    pose: Pose,
    stop: &StopSwitch,
) -> Result<Box<dyn Camera>> {
    if live {
        let camera = LiveFolder::open(path, fov, pose)?.with_stop_switch(stop.clone());
        return Ok(match depth {
            Some(depth) => Box::new(camera.with_depth(depth)),
            None => Box::new(camera),
        });
    }
    let camera = FolderCamera::open(path, fov, pose)?;
    Ok(match depth {
        Some(depth) => Box::new(camera.with_depth(depth)),
        None => Box::new(camera),
    })
}

/// Returns a camera with the lens and at the place that its entry gives: those that were measured, or
/// on the link that carries it. `place` is in the frame of the base or of that link.
///
/// # Errors
/// If what was measured cannot be read, or was measured on something else.
pub fn with_measured_lens_and_place(
    camera: Box<dyn Camera>,
    config: &PlaceConfig,
    place: &CameraPlace,
    robot: &Arc<Robot>,
    track: &JointTrack,
) -> Result<Box<dyn Camera>> {
    let measured = match &config.calibration {
        Some(path) => Some((CameraFile::load(path)?, path)),
        None => None,
    };
    let base = &robot.links()[0].name;
    let frame = config.mount.as_ref().unwrap_or(base);
    let pose = match &measured {
        Some((file, path)) => file
            .pose_on_link(frame)
            .with_context(|| path.display().to_string())?,
        None => pose_looking_at(&place.eye, &place.target),
    };
    let placed = match &config.mount {
        None if measured.is_none() => return Ok(camera),
        None => PlacedCamera::from_standing_camera(camera, pose),
        Some(link) => on_link(camera, pose, Arc::clone(robot), link, track),
    };
    match measured {
        Some((file, _)) => file.apply_lens(placed),
        None => Ok(Box::new(placed)),
    }
}

fn on_link(
    camera: Box<dyn Camera>,
    link_from_camera: Pose,
    robot: Arc<Robot>,
    link: &str,
    track: &JointTrack,
) -> PlacedCamera {
    let (link, track) = (link.to_owned(), track.clone());
    let pose = move |taken: Instant| {
        let joints = track
            .position_at(taken)
            .ok_or_else(|| Reason::from("the arm has not said yet where it is"))?;
        let base_from_link = robot
            .frame_pose(&link, &joints)
            .ok_or_else(|| Reason::from("the arm says too little about where it is"))?;
        Ok(base_from_link * link_from_camera)
    };
    PlacedCamera::from_moving_camera(camera, Box::new(pose))
}

/// Shows the pictures that a model saw in a recorded run, then the last one repeatedly, from where
/// they were taken.
struct RecordedPictures {
    frames: Vec<Frame>,
    sequence: u64,
}

impl RecordedPictures {
    fn open(path: &Path) -> Result<Self> {
        let recording = Recording::open(path);
        let recording = recording.with_context(|| format!("cannot read {}", path.display()))?;
        let frames = recording.frames()?;
        if frames.is_empty() {
            bail!("{}: no picture was kept in it", path.display());
        }
        Ok(Self {
            frames,
            sequence: 0,
        })
    }
}

impl Camera for RecordedPictures {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        let index = (self.sequence as usize).min(self.frames.len() - 1);
        let frame = Frame {
            sequence: self.sequence,
            stamp: Stamp::from_nanos(self.sequence),
            ..self.frames[index].clone()
        };
        self.sequence += 1;
        Ok(frame)
    }
}
