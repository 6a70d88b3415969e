//! Recording of a run to a file: written while it happens, read back, and played back through the
//! loop.
//!
//! The file is an MCAP with JSON messages. Joints, pictures, calibration, transforms, paths, scene
//! entities and log lines use Foxglove's schemas, the URDF is published as in ROS, and everything
//! else has schemas of our own. Log times are on the arm's clock, so the same run gives the same
//! messages; the wall clock appears only in publish times and in the topics of
//! [`Topic::holds_wall_time`]. Streaming cameras have channels under `/streams/`.
//!
//! | module | idea |
//! |---|---|
//! | [`topic`] | the topics of a recording |
//! | `schema` | the JSON schema of each topic |
//! | [`message`] | our own messages |
//! | `joints` | readings of all joints, as a message |
//! | [`collision_world`] | the known collision world, as a message |
//! | `foxglove` | message types of Foxglove |
//! | `scene` | what viewers draw in space, as a message |
//! | `picture` | pictures and depth as text |
//! | [`encode`] | encodes an event as messages of a recording |
//! | `queue` | bounded queue of messages to the writer's thread |
//! | `chunk` | the records of one chunk, as far as they are what was written |
//! | `run_digest` | what tells the outcome of a run, once more at the end of its file |
//! | `mcap_writer` | writes messages to MCAP, on a thread of its own |
//! | [`recorder`] | the observer that records a run |
//! | [`stream`] | cameras that film a run while it is recorded |
//! | `message_reader` | messages one by one, and how much of a file can be read |
//! | [`reader`] | reads a recording, as far as it is intact |
//! | [`scan`] | reads a recording from disk message by message |
//! | [`servos`] | the servos of an arm, as far as LeRobot's units depend on them |
//! | `summary` | reads what came of a run only |
//! | [`motion`] | the motions of a recording |
//! | [`wall_time`] | wall times of messages: interpolated on writing, repeated in a playback |
//! | [`playback`] | arm, camera and agent that play back a recording |
//! | [`playback_check`] | runs the loop again on recorded input and compares |
//! | [`replay`] | sends recorded commands through the gate to another arm |

mod chunk;
pub mod collision_world;
pub mod encode;
mod error;
mod foxglove;
mod joints;
mod mcap_writer;
pub mod message;
mod message_reader;
pub mod motion;
mod picture;
pub mod playback;
pub mod playback_check;
mod queue;
pub mod reader;
pub mod recorder;
pub mod replay;
mod run_digest;
pub mod scan;
mod scene;
mod schema;
pub mod servos;
pub mod stream;
mod summary;
pub mod topic;
pub mod wall_time;

pub use collision_world::CollisionWorldMessage;
pub use encode::{EncodedMessage, Encoder};
pub use error::RecordingError;
pub use foxglove::{Log, Time};
pub use message::{ModelInfo, PlannerInfo, RobotInfo, RunInfo, SceneInfo};
pub use motion::RecordedMotion;
pub use playback::Playback;
pub use playback_check::{MessageMismatch, Verification, verify_by_playback};
pub use reader::{Message, RecordedPicture, Recording, RunEnd};
pub use recorder::{OutcomeRecorder, Recorder, RecordingSummary};
pub use replay::{Deviation, Replay};
pub use scan::MessageScanner;
pub use servos::{JointServo, ServoInfo};
pub use stream::{ArmClock, CameraStream, StreamThread};
pub use topic::Topic;
pub use wall_time::PlaybackWallClock;
