//! Shows a run in rerun: in its viewer while it happens, or afterwards from a file.
//!
//! | module | idea |
//! |---|---|
//! | [`observer`] | the observer: one event in, what can be seen of it out |
//! | [`error`] | why a run cannot be shown |
//! | `viewer` | a rerun viewer on this machine, started if there is none |
//! | `lossy` | a sink that a run never waits for |
//! | [`web`] | the viewer as a page for a browser of this machine |
//! | `clock` | the timelines `turn`, `arm_time` and `wall_time` |
//! | `camera` | the picture, its depth, what is found in it, and its points in 3-D |
//! | `arm` | the arm in 3-D, moving, with its paths and a ghost where it will be |
//! | `contact` | what the fingers press with, and where the arm met something |
//! | `collision_world` | what there is to stay clear of |
//! | `shapes` | the primitives that links and fixtures are made of |
//! | `objects` | what is on the table, in 3-D |
//! | `confidence` | how sure a model was of what it named |
//! | `curves` | position, velocity and load of each joint, with their limits |
//! | `conversation` | the run as a conversation |
//! | `text` | what was asked, said, planned and judged, line by line |
//! | `timings` | how long each stage of the loop took |
//! | `layout` | which view goes where |
//! | `convert` | our poses and colors in rerun's types |

mod arm;
mod camera;
mod clock;
mod collision_world;
mod confidence;
mod contact;
mod conversation;
mod convert;
mod curves;
pub mod error;
mod layout;
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
pub use observer::{Backpressure, RerunObserver};
pub use web::Page;
