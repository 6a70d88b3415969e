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
//! | [`topic`] | what a journal has channels for |
//! | `schema` | what stands in a message of each, as JSON schema |
//! | [`message`] | our own messages |
//! | `joints` | readings of all joints, as a message |
//! | [`surroundings`] | what there is to stay clear of, as a message |
//! | `foxglove` | Foxglove's messages |
//! | `scene` | what viewers draw in space, as a message |
//! | `picture` | pictures and depth as text |
//! | [`encode`] | an event as entries of a journal |
//! | `queue` | entries on their way to the writer's thread, so many bytes at most |
//! | `file` | entries into MCAP, on a thread of their own |
//! | [`writer`] | the observer that keeps a run |
//! | [`film`] | cameras that film a run while it is kept |
//! | `messages` | messages one by one, and how much of a file can be read |
//! | [`reader`] | a journal read back, as far as it is whole |
//! | [`scan`] | a journal read from disk message by message |
//! | [`servos`] | the servos of an arm, as far as LeRobot's numbers rest on them |
//! | `outline` | what a file says of itself at its end, without the rest being read |
//! | [`motion`] | the motions of a journal |
//! | [`wall`] | the wall clock of a recorded run, event by event |
//! | [`playback`] | arm, camera and mind that repeat what a journal holds |
//! | [`verify`] | the loop again on recorded input: is everything as before? |
//! | [`replay`] | recorded commands through the gate to another arm |

pub mod encode;
mod error;
mod file;
pub mod film;
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
pub mod surroundings;
pub mod topic;
pub mod verify;
pub mod wall;
pub mod writer;

pub use encode::{Encoder, Entry};
pub use error::JournalError;
pub use film::{ArmClock, Film, Filming};
pub use foxglove::{Log, Time};
pub use message::{ModelInfo, RobotInfo, RunInfo, SceneInfo};
pub use motion::RecordedMotion;
pub use playback::Playback;
pub use reader::{End, Journal, Record, StreamPicture};
pub use replay::{Departure, Replay};
pub use scan::Scan;
pub use servos::{JointServo, ServoInfo};
pub use surroundings::Surroundings;
pub use topic::Topic;
pub use verify::{Difference, Verification, verify};
pub use wall::RecordedWall;
pub use writer::{JournalWriter, Kept, Outcomes};
