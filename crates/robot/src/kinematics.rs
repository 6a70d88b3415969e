//! Forward kinematics: where the links are.

use enact_types::Pose;

use crate::chain::displacement;
use crate::description::{Mount, Robot};

impl Mount {
    /// Pose of the link in its parent at these positions of all joints.
    pub fn parent_from_link(&self, joints: &[f64]) -> Pose {
        match &self.motion {
            None => self.parent_from_joint,
            Some(motion) => {
                let position = motion.multiplier * joints[motion.joint] + motion.offset;
                self.parent_from_joint * displacement(&motion.axis, motion.prismatic, position)
            }
        }
    }
}

impl Robot {
    /// `base_from_tool`. Only the arm's joints matter; those after them may follow.
    ///
    /// # Panics
    /// If there are fewer numbers than arm joints.
    pub fn forward(&self, joints: &[f64]) -> Pose {
        self.chain.forward(&joints[..self.arm_joints])
    }

    /// `base_from_link` of every link, in the order of [`links`](Self::links). Joints
    /// that are not given stand as they do at home.
    pub fn link_poses(&self, joints: &[f64]) -> Vec<Pose> {
        let joints = self.completed(joints);
        let mut poses: Vec<Pose> = Vec::with_capacity(self.links.len());
        for link in &self.links {
            poses.push(match &link.mount {
                None => Pose::identity(),
                Some(mount) => poses[mount.parent] * mount.parent_from_link(&joints),
            });
        }
        poses
    }

    /// `base_from_link` of the link of this name, if there is one. Joints that are not
    /// given stand as they do at home.
    pub fn frame_pose(&self, link: &str, joints: &[f64]) -> Option<Pose> {
        let joints = self.completed(joints);
        let mut at = self.links.iter().position(|candidate| candidate.name == link)?;
        let mut at_from_frame = Pose::identity();
        while let Some(mount) = &self.links[at].mount {
            at_from_frame = mount.parent_from_link(&joints) * at_from_frame;
            at = mount.parent;
        }
        Some(at_from_frame)
    }

    fn completed(&self, joints: &[f64]) -> Vec<f64> {
        let given = joints.iter().take(self.joints.len());
        given.chain(self.home.iter().skip(joints.len())).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::so101;
    use enact_types::Vector3;

    /// Tool positions of the published SO-101 model.
    const SO101: [([f64; 5], [f64; 3]); 7] = [
        ([0.0, 0.0, 0.0, 0.0, 0.0], [0.39136, 0.0, 0.22647]),
        ([0.5, 0.0, 0.0, 0.0, 0.0], [0.34820, -0.16902, 0.22647]),
        ([0.0, 0.5, 0.0, 0.0, 0.0], [0.40460, 0.0, 0.05858]),
        ([0.0, 0.0, 0.5, 0.0, 0.0], [0.35406, 0.0, 0.08579]),
        ([0.0, 0.0, 0.0, 0.5, 0.0], [0.36808, 0.0, 0.15110]),
        ([0.0, 0.0, 0.0, 0.0, 0.5], [0.39136, -0.00382, 0.22736]),
        ([0.3, -0.6, 0.7, 0.4, -0.5], [0.28942, -0.07358, 0.13467]),
    ];

    fn assert_near(actual: Vector3, expected: [f64; 3], what: &str) {
        let error = (actual - Vector3::from(expected)).norm();
        assert!(error < 1.5e-5, "{what}: {actual} is {error} m from {expected:?}");
    }

    #[test]
    fn the_so101_tool_is_where_its_model_says() {
        for (joints, position) in SO101 {
            let tool = so101().forward(&joints);
            assert_near(tool.translation.vector, position, &format!("{joints:?}"));
        }
    }
}
