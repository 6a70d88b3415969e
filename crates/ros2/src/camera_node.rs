//! A camera as `image_raw` and `camera_info`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use enact_camera::Camera;
use enact_types::Frame;
use ros2_client::builtin_interfaces::Time;

use crate::image_source::camera_info;
use crate::messages::sensor::{CameraInfo, Image};
use crate::messages::std_msgs::Header;
use crate::settings::Ros2Settings;
use crate::{Connection, Ros2Error, qos};

/// Pause after a picture that could not be taken.
const PAUSE: Duration = Duration::from_millis(200);

/// How a camera appears in ROS 2.
#[derive(Clone, Debug)]
pub struct CameraNodeOptions {
    /// Prefix of the topics `image_raw` and `camera_info`; empty for none.
    pub name: String,
    /// Name of the optical frame.
    pub frame: String,
    /// Pictures a second at most.
    pub rate: f64,
}

impl Default for CameraNodeOptions {
    fn default() -> Self {
        Self {
            name: String::new(),
            frame: "camera_optical_frame".to_owned(),
            rate: 10.0,
        }
    }
}

/// A camera on a ROS 2 network. Dropping it waits for the picture that is being taken.
#[derive(Debug)]
pub struct Ros2CameraNode {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ros2CameraNode {
    /// Joins the network and publishes what the camera takes.
    ///
    /// # Errors
    /// [`Ros2Error`] if the rate is none or something cannot be created.
    pub fn start(
        settings: &Ros2Settings,
        mut camera: Box<dyn Camera>,
        options: CameraNodeOptions,
    ) -> Result<Self, Ros2Error> {
        if !(0.01..=1000.0).contains(&options.rate) {
            let why = format!("a rate of {} Hz is not between 0.01 and 1000", options.rate);
            return Err(Ros2Error::cannot_create("publisher of pictures", why));
        }
        let mut connection = Connection::open(settings)?;
        let prefix = match options.name.trim_matches('/') {
            "" => String::new(),
            name => format!("{name}/"),
        };
        let images = connection.create_publisher::<Image>(
            &format!("{prefix}image_raw"),
            ("sensor_msgs", "Image"),
            &qos::pictures(),
        )?;
        let infos = connection.create_publisher::<CameraInfo>(
            &format!("{prefix}camera_info"),
            ("sensor_msgs", "CameraInfo"),
            &qos::pictures(),
        )?;
        let ended = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&ended);
        let period = Duration::from_secs_f64(1.0 / options.rate);
        let thread = std::thread::Builder::new()
            .name("ros2 camera".to_owned())
            .spawn(move || {
                let _connection = connection;
                let mut complaint = None;
                while !until.load(Ordering::SeqCst) {
                    let due = Instant::now() + period;
                    match camera.capture_timed() {
                        Ok((frame, taken)) => {
                            complaint = None;
                            let age = i64::try_from(taken.elapsed().as_nanos()).unwrap_or(0);
                            let stamp = Time::from_nanos(Time::now().to_nanos() - age);
                            let header = Header::new(stamp, &options.frame);
                            let info = camera_info::camera_info(header.clone(), &frame.intrinsics);
                            // A reader that is behind misses some.
                            drop(images.publish(image(header, frame)));
                            drop(infos.publish(info));
                        }
                        Err(error) => {
                            let told = error.to_string();
                            if complaint.as_ref() != Some(&told) {
                                tracing::warn!("{told}");
                                complaint = Some(told);
                            }
                            std::thread::sleep(PAUSE);
                        }
                    }
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                }
            })
            .map_err(|why| Ros2Error::cannot_create("thread of the camera's node", why))?;
        Ok(Self {
            ended,
            thread: Some(thread),
        })
    }
}

impl Drop for Ros2CameraNode {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the camera's ROS 2 node panicked");
        }
    }
}

/// Returns a picture as `sensor_msgs/Image`.
fn image(header: Header, frame: Frame) -> Image {
    let (width, height) = frame.rgb.dimensions();
    Image {
        header,
        height,
        width,
        encoding: "rgb8".to_owned(),
        is_bigendian: 0,
        step: 3 * width,
        data: frame.rgb.into_raw(),
    }
}
