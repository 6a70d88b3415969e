//! A run kept in a file: written while it happens, read back, and lived through again.
//!
//! The file is an MCAP with JSON messages: joints, pictures, calibration, transforms, paths,
//! what there is in space and lines of talk in Foxglove's schemas, the URDF as ROS gives it,
//! everything else in schemas of our own. Log times are the arm's clock, so the same run gives
//! the same messages; the wall clock stands in publish times and in the topics of
//! [`Topic::is_of_wall_clock`] alone. Cameras that film have channels under `/streams/`.
//!
//! | module | idea |
//! |---|---|
//! | [`topic`] | what a recording has channels for |
//! | `schema` | what stands in a message of each, as JSON schema |
//! | [`message`] | our own messages |
//! | `joints` | readings of all joints, as a message |
//! | [`collision_world`] | what there is to stay clear of, as a message |
//! | `foxglove` | Foxglove's messages |
//! | `scene` | what viewers draw in space, as a message |
//! | `picture` | pictures and depth as text |
//! | [`encode`] | an event as entries of a recording |
//! | `queue` | entries on their way to the writer's thread, so many bytes at most |
//! | `file` | entries into MCAP, on a thread of their own |
//! | [`writer`] | the observer that keeps a run |
//! | [`stream`] | cameras that film a run while it is kept |
//! | `messages` | messages one by one, and how much of a file can be read |
//! | [`reader`] | a recording read back, as far as it is whole |
//! | [`scan`] | a recording read from disk message by message |
//! | [`servos`] | the servos of an arm, as far as LeRobot's numbers rest on them |
//! | `outline` | what a file says of itself at its end, without the rest being read |
//! | [`motion`] | the motions of a recording |
//! | [`wall`] | the wall clock of a recorded run, event by event |
//! | [`playback`] | arm, camera and agent that repeat what a recording holds |
//! | [`verify`] | the loop again on recorded input: is everything as before? |
//! | [`replay`] | recorded commands through the gate to another arm |

pub mod collision_world;
pub mod encode;
mod error;
mod file;
mod foxglove;
mod joints;
pub mod message;
mod messages;
pub mod motion;
mod outline;
mod picture;
pub mod playback;
mod queue;
pub mod reader;
pub mod replay;
pub mod scan;
mod scene;
mod schema;
pub mod servos;
pub mod stream;
pub mod topic;
pub mod verify;
pub mod wall;
pub mod writer;

pub use collision_world::CollisionWorldMessage;
pub use encode::{EncodedMessage, Encoder};
pub use error::RecordingError;
pub use foxglove::{Log, Time};
pub use message::{ModelInfo, RobotInfo, RunInfo, SceneInfo};
pub use motion::RecordedMotion;
pub use playback::Playback;
pub use reader::{Message, Recording, RunEnd, StreamPicture};
pub use replay::{Deviation, Replay};
pub use scan::MessageScanner;
pub use servos::{JointServo, ServoInfo};
pub use stream::{ArmClock, CameraStream, StreamThread};
pub use topic::Topic;
pub use verify::{MessageMismatch, Verification, verify};
pub use wall::RecordedWall;
pub use writer::{Outcomes, Recorder, RecordingSummary};
