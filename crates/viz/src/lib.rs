//! Shows a run in rerun: in its viewer while it happens, or afterwards from a file.
//!
//! | module | idea |
//! |---|---|
//! | [`observer`] | the observer, which shows each event |
//! | [`error`] | reasons why a run cannot be shown |
//! | `viewer` | a rerun viewer on this machine, started if there is none |
//! | [`live_feed`] | a run that goes on, for viewers that come and go |
//! | `lossy` | a sink that never blocks the run |
//! | [`web`] | the viewer as a page for a browser on this machine |
//! | `clock` | the timelines `turn`, `arm_time` and `wall_time` |
//! | `camera` | the picture, its depth, the objects found in it, and its points in 3-D |
//! | `arm` | the arm in 3-D as it moves, with its paths and a ghost at its target |
//! | `contact` | the grip force of the fingers, and the place where the arm met an obstacle |
//! | `collision_world` | the obstacles |
//! | `shapes` | the primitives that links and fixtures are made of |
//! | `objects` | objects on the table, in 3-D |
//! | `confidence` | confidence of a model in the objects it named |
//! | `curves` | position, velocity and load of each joint, with their limits |
//! | `conversation` | the run as a conversation |
//! | `text` | prompts, completions, plans and verdicts, line by line |
//! | `timings` | duration of each stage of the loop |
//! | `blueprint` | arrangement of the views |
//! | `convert` | conversions of poses and colors to rerun's types |

mod arm;
mod blueprint;
mod camera;
mod clock;
mod collision_world;
mod confidence;
mod contact;
mod conversation;
mod convert;
mod curves;
pub mod error;
pub mod live_feed;
mod lossy;
mod objects;
pub mod observer;
mod shapes;
mod text;
mod timings;
mod viewer;
pub mod web;

pub use clock::WallClock;
pub use error::VizError;
pub use live_feed::LiveFeed;
pub use observer::{Backpressure, CameraFeed, RerunObserver};
pub use web::Page;
