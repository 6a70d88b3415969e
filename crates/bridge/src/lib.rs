//! The loop: see, perceive, ask, ground, act, observe, again.
//!
//! | module | idea |
//! |---|---|
//! | [`session`] | who takes part, and what lasts from task to task |
//! | [`turn`] | one task, turn after turn |
//! | [`act`] | one step of a plan: ground, admit, move, judge |
//! | [`event`] | what happens, for those who watch |
//! | [`report`] | how a run went |
//! | [`journal`] | a run as lines of JSON |

pub mod act;
pub mod event;
pub mod journal;
pub mod report;
pub mod session;
pub mod turn;

pub use event::{Event, Observer, Order};
pub use journal::Journal;
pub use report::{Ending, Report};
pub use session::{BridgeError, Session};
pub use turn::Bounds;
