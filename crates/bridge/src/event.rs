//! What happens in a run, for those who watch.

use std::sync::Arc;

use enact_arm::{ArmState, Contact, Execution};
use enact_plan::{Answer, Detection, ObjectView, Outcome, Plan, Situation, Step};
use enact_robot::{HalfSpace, Obstacle, Robot, Trajectory};
use enact_types::Frame;
use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::session::BridgeError;
use crate::turn::Bounds;

/// What a person may ask for outside of any task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Look at the table.
    See,
    /// Move home.
    Home,
}

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// What there is to stay clear of, known without looking; before any task.
    Surrounded {
        /// Fixed bodies and boxes to keep out of.
        obstacles: &'a [Arc<Obstacle>],
        /// The sides of the workspace.
        walls: &'a [HalfSpace],
    },
    /// From now on somebody must agree to each plan before anything moves.
    Supervised,
    /// A task begins.
    Started {
        /// What the person asked for.
        task: &'a str,
        /// Who is to do it.
        robot: &'a Robot,
        /// How far it may go.
        bounds: Bounds,
    },
    /// A person asked for this outside of any task.
    Ordered(Order),
    /// Another turn of the loop begins, counted from 1.
    Turn(u32),
    /// A picture was taken.
    Saw(&'a Frame),
    /// The picture was understood.
    Perceived {
        /// What the perceiver was asked and said.
        answer: &'a Answer<Vec<Detection>>,
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
        answer: &'a Answer<Plan>,
    },
    /// Where the arm would go, up to the first step that would be refused. Nothing moves.
    Rehearsed(&'a [Trajectory]),
    /// Whether somebody agreed to the plan.
    Agreed(bool),
    /// A step begins.
    Step(&'a Step),
    /// An admitted motion begins.
    Moving {
        /// What the motion is for.
        purpose: &'a str,
        /// The whole motion.
        trajectory: &'a Trajectory,
        /// Whether touching something is part of it.
        contact: Contact,
    },
    /// The motion is over; every reading of the arm on the way.
    Moved(&'a Execution),
    /// The arm was read while it stood.
    Read(&'a ArmState),
    /// A step was judged.
    Judged(&'a Outcome),
    /// The robot says something to the person.
    Said(&'a str),
    /// The task is over.
    Ended(&'a Report),
    /// The task was given up because something that the loop rests on broke.
    Broke(&'a BridgeError),
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
