//! The arm must follow: measured positions near the commanded ones.

use enact_types::{JointVector, Refusal};

use super::{Command, Gate};

impl Gate {
    /// Checks that the arm follows: each arm joint is close enough to its command. The gripper is
    /// exempt, because it holds objects by force.
    ///
    /// # Errors
    /// [`Refusal::FollowingError`], or [`Refusal::NotFinite`] for a broken measurement.
    pub fn check_following(
        &self,
        command: &Command,
        measured: &JointVector,
    ) -> Result<(), Refusal> {
        self.check_vector(measured, "the measured position")?;
        self.check_distances(command.positions(), measured)
    }

    /// Checks the distance of each arm joint from its command.
    pub(super) fn check_distances(
        &self,
        command: &JointVector,
        measured: &JointVector,
    ) -> Result<(), Refusal> {
        let limit = self.following_error;
        for (index, joint) in self.joints[..self.arm_joints].iter().enumerate() {
            let distance = (command[index] - measured[index]).abs();
            if distance <= limit {
                continue;
            }
            return Err(Refusal::FollowingError {
                joint: joint.name.clone(),
                distance,
                limit,
            });
        }
        Ok(())
    }
}
