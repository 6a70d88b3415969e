//! What every skill rests on.

use enact_robot::description::Gripper;
use enact_robot::{CollisionWorld, Robot};
use enact_types::{JointVector, Pose, Refusal};

use crate::motion::EndEffector;
use crate::motion::cartesian_path::with_gripper;
use crate::motion::end_effector::others;
use crate::motion::robot_shapes::in_hand;
use crate::motion::transit::SearchBudget;
use crate::scene::{SceneMemory, SceneObject};

/// Tilts of the hand away from straight down to try, radians, in order.
pub const TILTS: [f64; 8] = [0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.1];

/// Why some arms can only point and push.
pub const NO_GRIPPER: &str = "the arm has no gripper";

/// What every skill rests on.
#[derive(Clone, Copy)]
pub struct SkillContext<'a> {
    /// The robot.
    pub robot: &'a Robot,
    /// Its gripper, or its bare tool as a gripper that never opens.
    pub gripper: &'a Gripper,
    /// Where its hand can point.
    pub end_effector: &'a EndEffector,
    /// Everything to stay clear of while moving freely with an empty gripper.
    pub around: &'a CollisionWorld,
    /// Ways around obstacles that may still be searched for.
    pub searches: &'a SearchBudget,
    /// How many ways to go about it have been tried in vain.
    pub attempt: usize,
    /// What is on the table.
    pub scene: &'a SceneMemory,
    /// All joints now: the last command, or the measurement before the first.
    pub joints: &'a JointVector,
}

impl<'a> SkillContext<'a> {
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

    /// Everything to stay clear of while moving freely, with what is held, if anything.
    pub fn carrying(&self) -> CollisionWorld {
        let held = self.scene.held();
        self.around
            .holding(held.map(|held| in_hand(self.robot, held)))
    }

    /// Everything but the object that is worked on, at a small distance.
    pub fn neighbors(&self, name: &str) -> CollisionWorld {
        let beside = self.robot.clearance().beside;
        self.around.without(name).within(beside)
    }

    /// Only the object that is worked on, not to be touched.
    pub fn only(&self, name: &str) -> CollisionWorld {
        self.around.only(name).within(0.0)
    }

    /// Postures of the arm at a pose of the tool other than the one that is known, nearest to
    /// where it is now first.
    pub fn others(&self, base_from_tool: &Pose, known: &[f64]) -> Vec<JointVector> {
        others(self.robot, base_from_tool, self.joints, known)
    }

    /// Refuses a posture of the arm, its gripper at `gripper`, in which something is too close.
    pub fn check(&self, arm: &[f64], gripper: f64, around: &CollisionWorld) -> Result<(), Refusal> {
        let joints = self.with_gripper_at(arm, self.joints, gripper);
        self.robot.collider().check_posture(&joints, around)
    }

    /// Posture of the arm and position of its gripper, if it has one, as all joints; what is
    /// beyond is as in `like`.
    pub fn with_gripper_at(&self, arm: &[f64], like: &JointVector, position: f64) -> JointVector {
        let mut joints = with_gripper(arm, like);
        if let Some(joint) = joints.get_mut(self.gripper.joint) {
            *joint = position;
        }
        joints
    }

    /// Refuses what an arm without a gripper cannot do.
    pub fn require_gripper(&self) -> Result<(), Refusal> {
        match self.robot.gripper() {
            Some(_) => Ok(()),
            None => Err(Refusal::NotApplicable(NO_GRIPPER.to_owned())),
        }
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
