//! Self-collision and collision with the environment.
//!
//! | module | idea |
//! |---|---|
//! | `convex` | convex bodies in space and the distance between them |
//! | `body` | the robot's collision bodies, and how far a joint can move each of them |
//! | `pairs` | which parts of a robot can meet |
//! | [`clearance`] | minimum distances between bodies |
//! | [`collision_world`] | everything that a robot may collide with |
//! | `path_check` | collision checks of a motion at its samples and between them |
//! | `posture_check` | collision checks of many postures in one environment |

mod body;
pub mod clearance;
pub mod collision_world;
mod convex;
mod pairs;
mod path_check;
mod posture_check;

use enact_types::{JointVector, Pose, Refusal};

use crate::description::{Link, Robot};
pub use body::CollisionBody;
pub use clearance::{Clearance, PairClearance};
pub use collision_world::{CollisionWorld, HalfSpace, Obstacle, TABLE_NAME};
use pairs::{CollisionPair, PairSearchInput, find_collision_pairs};
use path_check::PathCheck;
pub use posture_check::PostureCheck;

/// The robot's collision bodies and the pairs that must be kept apart. Immutable after loading.
#[derive(Clone, Debug)]
pub struct Collider {
    links: Vec<Link>,
    arm_joints: usize,
    tool_link: usize,
    clearance: Clearance,
    parts: Vec<CollisionBody>,
    pairs: Vec<CollisionPair>,
}

impl Collider {
    /// Finds the pairs of bodies that can meet.
    pub(crate) fn new(robot: &Robot, clearance: Clearance) -> Self {
        let parts = CollisionBody::all(robot.links(), robot.joints());
        let question = PairSearchInput {
            links: robot.links(),
            joints: robot.joints(),
            arm_joints: robot.arm_joints().len(),
            home: robot.home(),
            poses: &|joints| robot.link_poses(joints),
        };
        let pairs = find_collision_pairs(&question, &parts, &clearance);
        Self {
            links: robot.links().to_vec(),
            arm_joints: robot.arm_joints().len(),
            tool_link: robot.tool_link_index(),
            clearance,
            parts,
            pairs,
        }
    }

    /// Returns all collision bodies of the robot.
    pub fn collision_bodies(&self) -> &[CollisionBody] {
        &self.parts
    }

    /// Returns the pairs of link names that are checked against each other, each pair once.
    pub fn checked_link_pairs(&self) -> Vec<(&str, &str)> {
        let name = |part: usize| self.parts[part].name.as_str();
        let mut names: Vec<_> = self
            .pairs
            .iter()
            .map(|pair| (name(pair.first), name(pair.second)))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Checks that no part is too close to another part or to the environment.
    ///
    /// # Errors
    /// [`Refusal::Collision`] with both names, the distance and the margin.
    ///
    /// # Examples
    /// ```
    /// # use std::path::Path;
    /// use std::sync::Arc;
    ///
    /// use enact_robot::{CollisionWorld, Obstacle, Robot, Shape};
    ///
    /// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
    /// let robot = Robot::load(Path::new(folder))?;
    /// let mut around = CollisionWorld::with_table_only(&robot);
    /// robot.collider().check_posture(robot.home(), &around)?;
    ///
    /// // A ball where the tool is, to be kept 5 mm clear of.
    /// let base_from_tool = robot.forward(robot.home());
    /// let ball = Obstacle::new("ball", [(Shape::Sphere { radius: 0.03 }, base_from_tool)]);
    /// around.obstacles.push((Arc::new(ball), 0.005));
    /// let refusal = robot.collider().check_posture(robot.home(), &around).unwrap_err();
    /// assert!(refusal.to_string().contains("ball"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_posture(&self, joints: &[f64], around: &CollisionWorld) -> Result<(), Refusal> {
        self.posture_check(around).check(joints)
    }

    /// Returns a check of postures in this environment, for whoever has many of them.
    pub fn posture_check<'a>(&'a self, around: &'a CollisionWorld) -> PostureCheck<'a> {
        PostureCheck::new(self, around)
    }

    /// Checks a motion at its samples and between them, the joints moving linearly from one sample
    /// to the next. A pair that is already too close at the start must be no closer at the end. At
    /// the end, the distance to an object or a fixed body may be as small as the `beside` clearance.
    ///
    /// # Errors
    /// As [`check_posture`](Self::check_posture).
    pub fn check_path(
        &self,
        samples: &[JointVector],
        around: &CollisionWorld,
    ) -> Result<(), Refusal> {
        PathCheck::new(self, around).check_path(samples)
    }

    fn link_poses(&self, joints: &[f64]) -> Vec<Pose> {
        crate::kinematics::link_poses(&self.links, joints)
    }

    /// Returns whether a link belongs to the hand, that is, no arm joint moves it relative to the
    /// tool.
    fn is_hand(&self, link: usize) -> bool {
        let arm_joint_above = |mut link: usize| {
            while let Some(mount) = &self.links[link].mount {
                match &mount.motion {
                    Some(motion) if motion.joint < self.arm_joints => return Some(motion.joint),
                    _ => link = mount.parent,
                }
            }
            None
        };
        arm_joint_above(link) == arm_joint_above(self.tool_link)
    }
}

#[cfg(test)]
mod tests;
