//! Collision checks of many postures in one environment.

use enact_types::Refusal;

use super::path_check::PathCheck;
use super::{Collider, CollisionWorld};

/// Checks postures in one environment, whose pairs of bodies are collected only once.
///
/// # Examples
/// ```
/// # use std::path::Path;
/// use enact_robot::{CollisionWorld, Robot};
///
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
/// let robot = Robot::load(Path::new(folder))?;
/// let around = CollisionWorld::with_table_only(&robot);
/// let check = robot.collider().posture_check(&around);
/// check.check(robot.home())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PostureCheck<'a> {
    pairs: PathCheck<'a>,
}

impl<'a> PostureCheck<'a> {
    pub(super) fn new(collider: &'a Collider, around: &'a CollisionWorld) -> Self {
        Self {
            pairs: PathCheck::new(collider, around),
        }
    }

    /// Adds the obstacles of another environment, which are checked after everything else. Whatever
    /// else is in it does not count.
    pub fn with_obstacles(mut self, obstacles: &'a CollisionWorld) -> Self {
        self.pairs.add_obstacles(obstacles);
        self
    }

    /// Checks a posture as [`Collider::check_posture`] does.
    ///
    /// # Errors
    /// [`Refusal::Collision`] for the first pair that is too close.
    pub fn check(&self, joints: &[f64]) -> Result<(), Refusal> {
        self.pairs.check_posture(joints)
    }
}
