//! What every skill rests on.

use enact_robot::Robot;
use enact_robot::description::Gripper;
use enact_types::{JointVector, Refusal};

use crate::motion::{Body, Hand, Obstacles};
use crate::scene::{SceneMemory, SceneObject};

/// Tilts of the hand away from straight down to try, radians, in order.
pub const TILTS: [f64; 8] = [0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.1];
/// Distance to objects while moving freely, metres.
const MARGIN: f64 = 0.005;
/// Distance to objects beside the one that is worked on, metres.
const CLOSE_MARGIN: f64 = 0.0015;
/// Distance to the table, metres.
const TABLE_MARGIN: f64 = 0.003;

/// What every skill rests on.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The robot.
    pub robot: &'a Robot,
    /// Its gripper.
    pub gripper: &'a Gripper,
    /// Where its hand can point.
    pub hand: &'a Hand,
    /// Its shapes, with an empty gripper.
    pub body: &'a Body,
    /// What is on the table.
    pub scene: &'a SceneMemory,
    /// All joints now: the last command, or the measurement before the first.
    pub joints: &'a JointVector,
}

impl<'a> Context<'a> {
    /// The object of this name on the table.
    pub fn find(&self, name: &str) -> Result<&'a SceneObject, Refusal> {
        self.scene.find(name).ok_or_else(|| Refusal::NotSeen {
            name: name.to_owned(),
            seen: self
                .scene
                .objects()
                .iter()
                .map(|object| object.name.clone())
                .collect(),
        })
    }

    /// Everything on the table, at the distance of free motion.
    pub fn obstacles(&self) -> Obstacles {
        let solids = self.scene.objects().iter();
        Obstacles {
            solids: solids
                .map(|object| (object.name.clone(), object.solid.clone()))
                .collect(),
            margin: MARGIN,
            table_margin: TABLE_MARGIN,
            held_may_touch: false,
        }
    }

    /// Everything but the object that is worked on, at a small distance.
    pub fn neighbours(&self, name: &str) -> Obstacles {
        self.obstacles().without(&[name]).with_margin(CLOSE_MARGIN)
    }

    /// Only the object that is worked on, not to be touched.
    pub fn only(&self, name: &str) -> Obstacles {
        let mut only = self.obstacles().with_margin(0.0);
        only.solids.retain(|(other, _)| other == name);
        only
    }

    /// Refuses what needs an empty gripper while it holds something.
    pub fn require_empty(&self) -> Result<(), Refusal> {
        match self.scene.holding() {
            None => Ok(()),
            Some(held) => Err(Refusal::NotApplicable(format!(
                "the gripper already holds the {held}"
            ))),
        }
    }
}
