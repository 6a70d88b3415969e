//! An image topic as a camera: any `sensor_msgs/Image` or `sensor_msgs/CompressedImage`.
//!
//! | module | idea |
//! |---|---|
//! | [`pixels`] | what the bytes of an image mean |
//! | [`camera_info`] | `sensor_msgs/CameraInfo` and enact's intrinsics |

pub mod camera_info;
pub mod pixels;

use std::time::{Duration, Instant};

use enact_camera::source::{Feed, FeedOutcome, Picture, Pixels, Source};
use enact_types::{Intrinsics, Reason};
use ros2_client::Subscription;
use ros2_client::builtin_interfaces::Time;

use crate::messages::sensor::{CameraInfo, CompressedImage, Image};
use crate::settings::Ros2Settings;
use crate::{Connection, Ros2Error, qos};

/// Time between two looks at what came.
const POLL: Duration = Duration::from_millis(5);

/// An image topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageTopic {
    /// Name of the topic, such as `/camera/image_raw`.
    pub name: String,
    /// Whether it carries `sensor_msgs/CompressedImage`.
    pub compressed: bool,
}

impl ImageTopic {
    /// Creates a topic; names that end in `/compressed` carry compressed pictures, as
    /// `image_transport` names them.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            compressed: name.ends_with("/compressed"),
        }
    }

    /// Returns the topic of the camera's `sensor_msgs/CameraInfo`, as `image_transport` names it: the
    /// sibling `camera_info`.
    pub fn camera_info_topic(&self) -> String {
        let name = self.name.strip_suffix("/compressed").unwrap_or(&self.name);
        match name.rsplit_once('/') {
            Some((namespace, _)) => format!("{namespace}/camera_info"),
            None => "camera_info".to_owned(),
        }
    }
}

/// An image topic that can be opened as a camera.
#[derive(Clone, Debug)]
pub struct ImageSource {
    settings: Ros2Settings,
    topic: ImageTopic,
}

impl ImageSource {
    /// Creates a source that joins the network as `settings` say once it is opened.
    pub fn new(settings: Ros2Settings, topic: ImageTopic) -> Self {
        Self { settings, topic }
    }

    /// Waits for the camera's intrinsics.
    ///
    /// # Errors
    /// [`Ros2Error`] if none come within `patience`, or they are none.
    pub fn wait_for_intrinsics(&self, patience: Duration) -> Result<Intrinsics, Ros2Error> {
        let mut connection = Connection::open(&self.settings)?;
        let topic = self.topic.camera_info_topic();
        let kind = ("sensor_msgs", "CameraInfo");
        let infos = connection.create_subscription::<CameraInfo>(
            &topic,
            kind,
            &qos::best_effort_subscription(),
        )?;
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some((info, _)) = crate::action_server::read_or_log("a CameraInfo", infos.take())
            {
                return camera_info::intrinsics(&info)
                    .map_err(|why| Ros2Error::Silent(format!("{topic}: {why}")));
            }
            std::thread::sleep(POLL);
        }
        Err(Ros2Error::Silent(format!(
            "nobody published {topic} within {:.0} s: is the camera running, and ROS_DOMAIN_ID the same?",
            patience.as_secs_f64()
        )))
    }
}

impl Source for ImageSource {
    fn place(&self) -> String {
        format!("ROS 2 topic {}", self.topic.name)
    }

    fn open(&mut self) -> Result<Box<dyn Feed>, Reason> {
        let mut connection = Connection::open(&self.settings).map_err(|why| why.to_string())?;
        let (name, quality) = (&self.topic.name, qos::best_effort_subscription());
        let images = match self.topic.compressed {
            true => connection
                .create_subscription(name, ("sensor_msgs", "CompressedImage"), &quality)
                .map(Images::Compressed),
            false => connection
                .create_subscription(name, ("sensor_msgs", "Image"), &quality)
                .map(Images::Raw),
        };
        Ok(Box::new(ImageFeed {
            images: images.map_err(|why| why.to_string())?,
            _connection: connection,
        }))
    }
}

/// A topic that is listened to.
struct ImageFeed {
    images: Images,
    /// After what it created.
    _connection: Connection,
}

enum Images {
    Raw(Subscription<Image>),
    Compressed(Subscription<CompressedImage>),
}

impl Feed for ImageFeed {
    fn next(&mut self, patience: Duration) -> Result<FeedOutcome, Reason> {
        let deadline = Instant::now() + patience;
        loop {
            let begun = Instant::now();
            if let Some((stamp, pixels)) = self.images.take() {
                return Ok(match pixels {
                    Ok(pixels) => FeedOutcome::Picture(Picture {
                        pixels,
                        begun,
                        stamp: (stamp != Time::ZERO).then(|| stamp.to_nanos() as f64 / 1e9),
                    }),
                    Err(why) => FeedOutcome::Damaged(why.into()),
                });
            }
            if Instant::now() >= deadline {
                return Ok(FeedOutcome::Nothing);
            }
            std::thread::sleep(POLL.min(patience));
        }
    }
}

impl Images {
    /// Returns the newest picture that came, with its time.
    fn take(&self) -> Option<(Time, Result<Pixels, String>)> {
        match self {
            Self::Raw(images) => {
                let image = newest(images)?;
                let stamp = image.header.stamp;
                Some((stamp, pixels::decode_rgb(image).map(Pixels::Rgb)))
            }
            Self::Compressed(images) => {
                let image = newest(images)?;
                Some((image.header.stamp, Ok(Pixels::File(image.data))))
            }
        }
    }
}

fn newest<M: ros2_client::Message + 'static>(subscription: &Subscription<M>) -> Option<M> {
    let mut newest = None;
    while let Some((message, _)) =
        crate::action_server::read_or_log("a picture", subscription.take())
    {
        newest = Some(message);
    }
    newest
}
