//! The loop: see, perceive, ask, ground, act, observe, again.
//!
//! | module | idea |
//! |---|---|
//! | [`session`] | who takes part, and what lasts from task to task |
//! | [`turn`] | one task, turn after turn |
//! | `gaze` | pictures that can be trusted |
//! | [`act`] | one step of a plan: ground, admit, move, judge |
//! | [`approve`] | nothing moves before a yes |
//! | `respond` | what is said to a sentence that asks for no deed |
//! | `persistence` | what to do about a step that fails again and again |
//! | `pace` | the same way at half the speed |
//! | `rank` | the best of several plans |
//! | `overtaken` | plans that what they rest on has left behind |
//! | [`event`] | what happens, for those who watch |
//! | [`report`] | how a run went |
//! | [`journal`] | a run as lines of JSON |

pub mod act;
pub mod approve;
pub mod event;
mod gaze;
pub mod journal;
mod overtaken;
mod pace;
mod persistence;
mod rank;
pub mod report;
mod respond;
pub mod session;
pub mod turn;

pub use approve::Approver;
pub use event::{Event, Observer, Order};
pub use journal::Journal;
pub use report::{Ending, Report};
pub use session::{BridgeError, Session};
pub use turn::Bounds;
