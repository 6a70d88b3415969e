//! Everything a plan rests on.

use enact_types::{NormalisedPoint, Point3};
use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;
use crate::step::{Relation, Skill};

/// A seen object, as the planner is told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectView {
    /// Unique name: the label, numbered where two share it.
    pub name: String,
    /// Where the picture shows it.
    pub point: NormalisedPoint,
    /// Where it is in the base frame, metres.
    pub position: Point3,
    /// Whether the arm can get to it.
    pub reachable: bool,
    /// In or on which other object it is.
    pub rests: Option<(Relation, String)>,
    /// Skills that can apply to it: `Pick`, `Push`, `Point` as their object, `Place` as the target.
    pub affords: Vec<Skill>,
}

/// An earlier task and what the robot said to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// What the person asked for.
    pub task: String,
    /// What the robot said or asked, in order.
    pub replies: Vec<String>,
}

/// Everything a plan rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    /// What the person asked for.
    pub task: String,
    /// What was said before this task, oldest first.
    pub conversation: Vec<Exchange>,
    /// What is seen now.
    pub objects: Vec<ObjectView>,
    /// Name of the object in the gripper.
    pub holding: Option<String>,
    /// What was tried for this task so far, oldest first.
    pub history: Vec<Outcome>,
    /// Why the last answer of the model was rejected whole.
    pub rejection: Option<String>,
}
