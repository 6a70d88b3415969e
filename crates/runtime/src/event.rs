//! Events of a run, for its observers.

use std::sync::Arc;

use enact_arm::{ArmState, ContactPolicy, Execution};
use enact_plan::{Detection, ModelResponse, ObjectView, Outcome, Plan, Situation, Step};
use enact_robot::{HalfSpace, Obstacle, Robot, Trajectory};
use enact_types::Frame;
use serde::{Deserialize, Serialize};

use crate::report::TaskReport;
use crate::session::RuntimeError;
use crate::turn::TaskOptions;

/// A request of a person to look, move home or jog a joint, outside of any task.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserCommand {
    /// Look at the table.
    See,
    /// Move home.
    Home,
    /// Turn one joint.
    Jog {
        /// Its index among the robot's joints.
        joint: usize,
        /// By how much, rad or m.
        by: f64,
    },
}

/// An event of a run.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Obstacles known without looking; sent before any task.
    CollisionWorld {
        /// Fixed bodies and keep-out boxes.
        obstacles: &'a [Arc<Obstacle>],
        /// Sides of the workspace.
        walls: &'a [HalfSpace],
    },
    /// From now on an approver must agree to each plan before anything moves.
    ApprovalRequired,
    /// A task begins.
    TaskStarted {
        /// Instruction of the person.
        instruction: &'a str,
        /// The robot that acts.
        robot: &'a Robot,
        /// Bounds of the task.
        options: TaskOptions,
    },
    /// A person made this request outside of any task.
    UserCommand(UserCommand),
    /// Another turn begins, counted from 1.
    TurnStarted(u32),
    /// A picture was taken.
    FrameCaptured(&'a Frame),
    /// The perceiver interpreted the picture.
    Perceived {
        /// Prompt and completion of the perceiver.
        answer: &'a ModelResponse<Vec<Detection>>,
        /// All objects known now, including memory.
        objects: &'a [ObjectView],
        /// Rejected detections, with reasons.
        dropped: &'a [String],
    },
    /// The planner was asked.
    Planned {
        /// Situation on which the plan is based.
        situation: &'a Situation,
        /// Prompt and completion of the planner.
        answer: &'a ModelResponse<Plan>,
    },
    /// Predicted motions, up to the first step that would be refused. Nothing moves.
    Previewed(&'a [Trajectory]),
    /// Whether the approver agreed to the plan.
    Approved(bool),
    /// A step begins.
    StepStarted(&'a Step),
    /// An admitted motion begins.
    MotionStarted {
        /// Purpose of the motion.
        purpose: &'a str,
        /// The whole motion.
        trajectory: &'a Trajectory,
        /// Whether contact is part of the motion.
        contact: ContactPolicy,
    },
    /// The motion is over; includes every reading of the arm during it.
    MotionEnded(&'a Execution),
    /// The arm was read while it stood.
    StateRead(&'a ArmState),
    /// The outcome of a step was judged.
    StepVerified(&'a Outcome),
    /// The robot says something to the person.
    Said(&'a str),
    /// The task is over.
    TaskEnded(&'a TaskReport),
    /// The task was given up because a part that the runtime depends on failed.
    TaskFailed(&'a RuntimeError),
}

/// An observer of a run. Observers never change the run.
///
/// # Examples
/// ```
/// use enact_runtime::{Event, Observer};
///
/// /// Keeps what the robot says.
/// #[derive(Default)]
/// struct Transcript(Vec<String>);
///
/// impl Observer for Transcript {
///     fn observe(&mut self, event: &Event<'_>) {
///         if let Event::Said(text) = event {
///             self.0.push((*text).to_owned());
///         }
///     }
/// }
///
/// let mut transcript = Transcript::default();
/// // A session that is given `Box::new(&mut transcript)` does this.
/// transcript.observe(&Event::Said("I see no bowl."));
/// assert_eq!(transcript.0, ["I see no bowl."]);
/// ```
pub trait Observer {
    /// Handles `event`.
    fn observe(&mut self, event: &Event<'_>);
}

impl<T: Observer + ?Sized> Observer for &mut T {
    fn observe(&mut self, event: &Event<'_>) {
        (**self).observe(event);
    }
}
