//! The loop: see, perceive, ask, ground, act, observe, again.
//!
//! | module | idea |
//! |---|---|
//! | [`session`] | who takes part, and what lasts from task to task |
//! | [`turn`] | one task, turn after turn: the state of the task |
//! | `act` | one step of a plan: ground, admit, move, look, judge |
//! | `preview` | what would come of a plan, without moving |
//! | `perception` | what is on the table: pictures, what they show, what is remembered |
//! | `gated_arm` | the arm behind the gate |
//! | `observers` | everybody who watches |
//! | [`approve`] | nothing moves before a yes |
//! | `gaze` | pictures that can be trusted |
//! | `respond` | what is said to a sentence that asks for no deed |
//! | `persistence` | what to do about a step that fails again and again |
//! | `overtaken` | plans that what they rest on has left behind |
//! | `rank` | the best of several plans |
//! | `pace` | the same way at half the speed |
//! | [`event`] | what happens, for those who watch |
//! | [`report`] | how a run went |
//! | [`journal`] | a run as lines of JSON |
//!
//! Calls go down this table: `session` → `turn` → `act` → {`preview`, `perception`, `gated_arm`} →
//! `observers`; the rest are functions of what they are given.

mod act;
pub mod approve;
pub mod event;
mod gated_arm;
mod gaze;
pub mod journal;
mod observers;
mod overtaken;
mod pace;
mod perception;
mod persistence;
mod preview;
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
