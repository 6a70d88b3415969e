//! The control loop: see, perceive, ask, ground, act, observe, repeat.
//!
//! | module | idea |
//! |---|---|
//! | [`session`] | the participants, and state that persists across tasks |
//! | [`turn`] | one task, turn after turn: the state of the task |
//! | `execute` | one step of a plan: ground, admit, move, look, judge |
//! | `preview` | predicted outcomes of a plan, without moving |
//! | `perception` | objects on the table: pictures, detections and memory |
//! | `gated_arm` | the arm behind the gate |
//! | `observers` | all observers of a run |
//! | [`approval`] | nothing moves before a yes |
//! | `frame_check` | rejects missing, frozen and black pictures |
//! | `reply_only` | replies to instructions that ask for no action |
//! | `retry_policy` | retries of a step that fails repeatedly |
//! | `stale_plan` | plans whose premises have changed |
//! | [`plan_choice`] | how many plans are drawn, and which of them is carried out |
//! | `rank` | the best of several plans |
//! | `vote` | the one that most of them agree with |
//! | `slowdown` | the same path at half the speed |
//! | [`event`] | events of a run, for its observers |
//! | [`report`] | the result of a run |
//! | [`event_log`] | a run as lines of JSON |
//!
//! Calls go down this table: `session` → `turn` → `execute_step` → {`preview`, `perception`,
//! `gated_arm`} → `observers`; the other modules are functions of their arguments.

pub mod approval;
pub mod event;
pub mod event_log;
mod execute;
mod frame_check;
mod gated_arm;
mod observers;
mod perception;
pub mod plan_choice;
mod preview;
mod rank;
mod reply_only;
pub mod report;
mod retry_policy;
pub mod session;
mod slowdown;
mod stale_plan;
pub mod turn;
mod vote;

pub use approval::Approver;
pub use event::{Event, Observer, UserCommand};
pub use event_log::EventLog;
pub use plan_choice::PlanChoice;
pub use report::{TaskEnd, TaskReport};
pub use session::{RuntimeError, Session};
pub use turn::TaskOptions;
