//! Shows a run in rerun: in its viewer while it happens, or afterwards from a file.
//!
//! | module | idea |
//! |---|---|
//! | [`recorder`] | the observer: one event in, what can be seen of it out |
//! | [`error`] | why a run cannot be shown |
//! | `viewer` | a rerun viewer on this machine, started if there is none |
//! | `clock` | the timelines `turn` and `arm_time` |
//! | `camera` | the picture, its depth, and the points found in it |
//! | `arm` | the arm in 3-D, moving, with its planned and travelled paths |
//! | `shapes` | the primitives that a link is made of |
//! | `objects` | what is on the table, in 3-D |
//! | `curves` | position, velocity and effort of each joint |
//! | `text` | what was asked, said, planned and judged |
//! | `timings` | how long each question to the model took |
//! | `layout` | which view goes where |
//! | `convert` | our poses and colours in rerun's types |

mod arm;
mod camera;
mod clock;
mod convert;
mod curves;
pub mod error;
mod layout;
mod objects;
pub mod recorder;
mod shapes;
mod text;
mod timings;
mod viewer;

pub use error::RecordError;
pub use recorder::Recorder;
