//! The loop: see, perceive, ask, ground, act, observe, again.
//!
//! | module | idea |
//! |---|---|
//! | [`session`] | who takes part, and what lasts from task to task |
//! | [`turn`] | one task, turn after turn: the state of the task |
//! | `execute` | one step of a plan: ground, admit, move, look, judge |
//! | `preview` | what would come of a plan, without moving |
//! | `perception` | what is on the table: pictures, what they show, what is remembered |
//! | `gated_arm` | the arm behind the gate |
//! | `observers` | everybody who watches |
//! | [`approval`] | nothing moves before a yes |
//! | `frame_check` | pictures that can be trusted |
//! | `reply_only` | what is said to a sentence that asks for no action |
//! | `retry_policy` | what to do about a step that fails again and again |
//! | `stale_plan` | plans that what they rest on has left behind |
//! | `rank` | the best of several plans |
//! | `slowdown` | the same way at half the speed |
//! | [`event`] | what happens, for those who watch |
//! | [`report`] | how a run went |
//! | [`event_log`] | a run as lines of JSON |
//!
//! Calls go down this table: `session` → `turn` → `execute_step` → {`preview`, `perception`, `gated_arm`} →
//! `observers`; the rest are functions of what they are given.

pub mod approval;
pub mod event;
pub mod event_log;
mod execute;
mod frame_check;
mod gated_arm;
mod observers;
mod perception;
mod preview;
mod rank;
mod reply_only;
pub mod report;
mod retry_policy;
pub mod session;
mod slowdown;
mod stale_plan;
pub mod turn;

pub use approval::Approver;
pub use event::{Event, Observer, UserCommand};
pub use event_log::EventLog;
pub use report::{TaskEnd, TaskReport};
pub use session::{RuntimeError, Session};
pub use turn::TaskOptions;
