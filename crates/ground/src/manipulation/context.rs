//! The context in which a skill plans.

use enact_robot::description::Gripper;
use enact_robot::{CollisionWorld, PostureCheck, Robot};
use enact_types::{JointVector, Pose, Refusal};

use crate::motion::HandDirections;
use crate::motion::cartesian_path::join_arm_and_gripper;
use crate::motion::end_effector::{other_postures_at_pose, solve, solve_without_miss_distance};
use crate::motion::robot_shapes::held_object_as_body;
use crate::motion::transit::PathSearchBudget;
use crate::scene::{SceneMemory, SceneObject};

/// Tilts of the hand from straight down to try, radians, in order.
pub const HAND_TILTS_RAD: [f64; 8] = [0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.1];

/// The reason why some arms can only point and push.
pub const NO_GRIPPER_REASON: &str = "the arm has no gripper";

/// The context in which a skill plans.
#[derive(Clone, Copy)]
pub struct SkillContext<'a> {
    /// Robot to plan for.
    pub robot: &'a Robot,
    /// Gripper of the robot, or its bare tool as a gripper that never opens.
    pub gripper: &'a Gripper,
    /// Directions in which the hand can point.
    pub end_effector: &'a HandDirections,
    /// Obstacles for free motion with an empty gripper.
    pub around: &'a CollisionWorld,
    /// Remaining budget of path searches around obstacles.
    pub searches: &'a PathSearchBudget,
    /// Number of failed attempts, which were made in other ways.
    pub attempt: usize,
    /// Memory of the table.
    pub scene: &'a SceneMemory,
    /// Current positions of all joints: the last command, or the measurement before the first.
    pub joints: &'a JointVector,
    /// Whether refusals measure how far an unreachable pose is. That takes most of the time of those
    /// who only ask whether something can be done.
    pub measures_misses: bool,
}

impl<'a> SkillContext<'a> {
    /// Returns the object of this name on the table.
    ///
    /// # Errors
    /// If no such object is known, with the names of those that are.
    pub fn find_object(&self, name: &str) -> Result<&'a SceneObject, Refusal> {
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

    /// Returns the obstacles for free motion with the held object, if any.
    pub fn collision_world_with_held_object(&self) -> CollisionWorld {
        let held = self.scene.held_object();
        self.around
            .with_held_object(held.map(|held| held_object_as_body(self.robot, held)))
    }

    /// Returns all obstacles but the object being handled, at a small distance.
    pub fn obstacles_except(&self, name: &str) -> CollisionWorld {
        let beside = self.robot.clearance().beside;
        self.around
            .without_perceived_obstacle(name)
            .with_capped_margins(beside)
    }

    /// Returns only the object being handled, which must not be touched.
    pub fn handled_object_as_obstacle(&self, name: &str) -> CollisionWorld {
        self.around
            .without_other_obstacles(name)
            .with_capped_margins(0.0)
    }

    /// Solves for the arm's joints at a tool pose, near `seed`.
    ///
    /// # Errors
    /// If the pose is unreachable; the refusal calls it `what`.
    pub fn solve_arm_joints(
        &self,
        pose: &Pose,
        seed: &[f64],
        what: &str,
    ) -> Result<JointVector, Refusal> {
        let solve = if self.measures_misses {
            solve
        } else {
            solve_without_miss_distance
        };
        solve(self.robot, pose, seed, what)
    }

    /// Returns the postures of the arm at a tool pose other than the known one, nearest to the
    /// current posture first.
    pub fn other_postures(&self, base_from_tool: &Pose, known: &[f64]) -> Vec<JointVector> {
        other_postures_at_pose(self.robot, base_from_tool, self.joints, known)
    }

    /// Returns a check of postures among these obstacles, for [`check_posture`](Self::check_posture).
    pub fn posture_check_among<'b>(&'b self, around: &'b CollisionWorld) -> PostureCheck<'b> {
        self.robot.collider().posture_check(around)
    }

    /// Checks a posture of the arm with its gripper at `gripper`.
    ///
    /// # Errors
    /// If an obstacle is too close.
    pub fn check_posture(
        &self,
        arm: &[f64],
        gripper: f64,
        around: &PostureCheck<'_>,
    ) -> Result<(), Refusal> {
        around.check(&self.joints_with_gripper_at(arm, self.joints, gripper))
    }

    /// Returns all joints from a posture of the arm and the position of its gripper, if it has one;
    /// any further joints are as in `like`.
    pub fn joints_with_gripper_at(
        &self,
        arm: &[f64],
        like: &JointVector,
        position: f64,
    ) -> JointVector {
        let mut joints = join_arm_and_gripper(arm, like);
        if let Some(joint) = joints.get_mut(self.gripper.joint) {
            *joint = position;
        }
        joints
    }

    /// Checks that the arm has a gripper.
    ///
    /// # Errors
    /// If it has none.
    pub fn require_gripper(&self) -> Result<(), Refusal> {
        match self.robot.gripper() {
            Some(_) => Ok(()),
            None => Err(Refusal::NotApplicable(NO_GRIPPER_REASON.to_owned())),
        }
    }

    /// Checks that the gripper is empty.
    ///
    /// # Errors
    /// If it holds an object.
    pub fn require_empty_gripper(&self) -> Result<(), Refusal> {
        match self.scene.held_object_name() {
            None => Ok(()),
            Some(held) => Err(Refusal::NotApplicable(format!(
                "the gripper already holds the {held}"
            ))),
        }
    }
}
