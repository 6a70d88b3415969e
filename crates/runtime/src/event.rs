//! What happens in a run, for those who watch.

use std::sync::Arc;

use enact_arm::{ArmState, ContactPolicy, Execution};
use enact_plan::{Detection, ModelResponse, ObjectView, Outcome, Plan, Situation, Step};
use enact_robot::{HalfSpace, Obstacle, Robot, Trajectory};
use enact_types::Frame;
use serde::{Deserialize, Serialize};

use crate::report::TaskReport;
use crate::session::RuntimeError;
use crate::turn::TaskOptions;

/// What a person may ask for outside of any task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserCommand {
    /// Look at the table.
    See,
    /// Move home.
    Home,
}

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// What there is to stay clear of, known without looking; before any task.
    CollisionWorld {
        /// Fixed bodies and boxes to keep out of.
        obstacles: &'a [Arc<Obstacle>],
        /// The sides of the workspace.
        walls: &'a [HalfSpace],
    },
    /// From now on somebody must agree to each plan before anything moves.
    ApprovalRequired,
    /// A task begins.
    TaskStarted {
        /// What the person asked for.
        instruction: &'a str,
        /// Who is to do it.
        robot: &'a Robot,
        /// How far it may go.
        options: TaskOptions,
    },
    /// A person asked for this outside of any task.
    UserCommand(UserCommand),
    /// Another turn of the loop begins, counted from 1.
    TurnStarted(u32),
    /// A picture was taken.
    FrameCaptured(&'a Frame),
    /// The picture was understood.
    Perceived {
        /// What the perceiver was asked and said.
        answer: &'a ModelResponse<Vec<Detection>>,
        /// What there is now, memory included.
        objects: &'a [ObjectView],
        /// Detections that were not taken, and why.
        dropped: &'a [String],
    },
    /// The planner was asked.
    Planned {
        /// What the plan rests on.
        situation: &'a Situation,
        /// What the planner was asked and said.
        answer: &'a ModelResponse<Plan>,
    },
    /// Where the arm would go, up to the first step that would be refused. Nothing moves.
    Previewed(&'a [Trajectory]),
    /// Whether somebody agreed to the plan.
    Approved(bool),
    /// A step begins.
    StepStarted(&'a Step),
    /// An admitted motion begins.
    MotionStarted {
        /// What the motion is for.
        purpose: &'a str,
        /// The whole motion.
        trajectory: &'a Trajectory,
        /// Whether touching something is part of it.
        contact: ContactPolicy,
    },
    /// The motion is over; every reading of the arm on the way.
    MotionEnded(&'a Execution),
    /// The arm was read while it stood.
    StateRead(&'a ArmState),
    /// A step was judged.
    StepVerified(&'a Outcome),
    /// The robot says something to the person.
    Said(&'a str),
    /// The task is over.
    TaskEnded(&'a TaskReport),
    /// The task was given up because something that the loop rests on broke.
    TaskFailed(&'a RuntimeError),
}

/// Someone who watches a run. Observers never change it.
pub trait Observer {
    /// Takes note of `event`.
    fn observe(&mut self, event: &Event<'_>);
}

impl<T: Observer + ?Sized> Observer for &mut T {
    fn observe(&mut self, event: &Event<'_>) {
        (**self).observe(event);
    }
}
