//! Forward kinematics.

use enact_types::{Point3, Pose};

use crate::chain::joint_transform;
use crate::description::{Link, LinkMount, Robot};

impl LinkMount {
    /// Returns the pose of the link in its parent at these positions of all joints.
    pub fn parent_from_link(&self, joints: &[f64]) -> Pose {
        match &self.motion {
            None => self.parent_from_joint,
            Some(motion) => {
                let position = motion.multiplier * joints[motion.joint] + motion.offset;
                self.parent_from_joint * joint_transform(&motion.axis, motion.prismatic, position)
            }
        }
    }
}

/// Returns `base_from_link` of every link at these positions of all joints.
pub fn link_poses(links: &[Link], joints: &[f64]) -> Vec<Pose> {
    let mut poses: Vec<Pose> = Vec::with_capacity(links.len());
    for link in links {
        poses.push(match &link.mount {
            None => Pose::identity(),
            Some(mount) => poses[mount.parent] * mount.parent_from_link(joints),
        });
    }
    poses
}

impl Robot {
    /// Returns `base_from_tool`. Only the arm's joints are used; others may follow them.
    ///
    /// # Panics
    /// If there are fewer numbers than arm joints.
    ///
    /// # Examples
    /// ```
    /// # use std::path::Path;
    /// use enact_robot::Robot;
    ///
    /// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
    /// let robot = Robot::load(Path::new(folder))?;
    /// let mut joints = robot.home().clone();
    /// let before = robot.forward(&joints).translation;
    /// joints[0] += 0.5;
    /// let after = robot.forward(&joints).translation;
    /// // The first joint turns the arm about the vertical.
    /// assert!((after.z - before.z).abs() < 1e-4);
    /// assert!((after.y - before.y).abs() > 0.01);
    /// # Ok::<(), enact_robot::LoadError>(())
    /// ```
    pub fn forward(&self, joints: &[f64]) -> Pose {
        self.chain.forward(&joints[..self.arm_joints])
    }

    /// Returns the gripper's working point, or the origin of the tool frame, in the base frame,
    /// meters.
    ///
    /// # Panics
    /// If there are fewer numbers than arm joints.
    pub fn working_point(&self, joints: &[f64]) -> Point3 {
        let in_tool = self.gripper.as_ref().map(|gripper| gripper.tool_from_grasp);
        self.forward(joints) * in_tool.unwrap_or_default()
    }

    /// Returns `base_from_link` of every link, in the order of [`links`](Self::links). Joints that
    /// are not given are taken at home.
    pub fn link_poses(&self, joints: &[f64]) -> Vec<Pose> {
        link_poses(&self.links, &self.completed(joints))
    }

    /// Returns `base_from_link` of the link of this name, if there is one. Joints that are not
    /// given are taken at home.
    pub fn frame_pose(&self, link: &str, joints: &[f64]) -> Option<Pose> {
        let joints = self.completed(joints);
        let mut at = self
            .links
            .iter()
            .position(|candidate| candidate.name == link)?;
        let mut at_from_frame = Pose::identity();
        while let Some(mount) = &self.links[at].mount {
            at_from_frame = mount.parent_from_link(&joints) * at_from_frame;
            at = mount.parent;
        }
        Some(at_from_frame)
    }

    fn completed(&self, joints: &[f64]) -> Vec<f64> {
        let given = joints.iter().take(self.joints.len());
        given
            .chain(self.home.iter().skip(joints.len()))
            .copied()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};
    use std::time::Instant;

    use crate::testing::{load_shipped_robot, so101};
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

    /// Link origins of the same model with all joints at zero.
    const SO101_LINKS: [(&str, [f64; 3]); 5] = [
        ("shoulder_link", [0.03884, 0.0, 0.06240]),
        ("upper_arm_link", [0.06923, -0.01828, 0.11660]),
        ("lower_arm_link", [0.09723, -0.01828, 0.22917]),
        ("wrist_link", [0.23213, -0.01828, 0.23437]),
        ("gripper_link", [0.29323, -0.00018, 0.23437]),
    ];

    fn assert_near(actual: Vector3, expected: [f64; 3], what: &str) {
        let error = (actual - Vector3::from(expected)).amax();
        assert!(
            error < 1e-5,
            "{what}: {actual} is {error} from {expected:?}"
        );
    }

    /// Compares directions; the model's angles are rounded to six digits.
    fn assert_along(actual: Vector3, expected: [f64; 3], what: &str) {
        assert_near(actual / 2.0, expected.map(|value| value / 2.0), what);
    }

    #[test]
    fn the_so101_is_where_its_model_says() {
        for (joints, position) in SO101 {
            let tool = so101().forward(&joints);
            assert_near(tool.translation.vector, position, &format!("{joints:?}"));
        }
        for (link, position) in SO101_LINKS {
            let pose = so101().frame_pose(link, &[0.0; 5]).unwrap();
            assert_near(pose.translation.vector, position, link);
        }
        let tool = so101().forward(&SO101[0].0).rotation;
        assert_along(tool * Vector3::x(), [0.0, 0.04866, -0.99882], "tool x");
        assert_along(tool * Vector3::y(), [0.0, 0.99882, 0.04866], "tool y");
        assert_along(tool * Vector3::z(), [1.0, 0.0, 0.0], "tool z");
        let tilted = so101().forward(&SO101[6].0).rotation * Vector3::z();
        assert_along(tilted, [0.83839, -0.25934, -0.47942], "tool z");
    }

    #[test]
    fn the_panda_is_where_its_maker_says() {
        let panda = load_shipped_robot("panda");
        let flange = |joints: &[f64]| panda.frame_pose("panda_link8", joints).unwrap();
        let zero = flange(&[0.0; 7]);
        assert_near(zero.translation.vector, [0.088, 0.0, 0.926], "zero");
        assert_along(zero.rotation * Vector3::z(), [0.0, 0.0, -1.0], "zero z");
        let ready = [
            0.0,
            -FRAC_PI_4,
            0.0,
            -3.0 * FRAC_PI_4,
            0.0,
            FRAC_PI_2,
            FRAC_PI_4,
        ];
        assert_near(
            flange(&ready).translation.vector,
            [0.30689, 0.0, 0.59028],
            "ready",
        );
        let tool = panda.forward(&ready).translation.vector;
        assert_near(tool, [0.30689, 0.0, 0.59028 - 0.1034], "tool");
    }

    #[test]
    fn the_ur5e_is_where_its_maker_says() {
        let ur5e = load_shipped_robot("ur5e");
        let zero = ur5e.forward(&[0.0; 6]).translation.vector;
        assert_near(zero, [0.81720, 0.23290, 0.06280], "zero");
        let elbow_up = [0.0, -FRAC_PI_2, FRAC_PI_2, -FRAC_PI_2, -FRAC_PI_2, 0.0];
        let tool = ur5e.forward(&elbow_up);
        assert_near(
            tool.translation.vector,
            [0.49190, 0.13330, 0.48790],
            "elbow up",
        );
        assert_along(tool.rotation * Vector3::z(), [0.0, 0.0, -1.0], "elbow up z");
    }

    #[test]
    fn every_way_to_ask_gives_the_same_answer() {
        for name in ["so101", "panda", "ur5e"] {
            let robot = load_shipped_robot(name);
            let joints: Vec<f64> = robot.home().iter().map(|home| home * 0.9).collect();
            let tool = &robot.links()[robot.tool_link_index()].name;
            let all = robot.link_poses(&joints)[robot.tool_link_index()];
            let one = robot.frame_pose(tool, &joints).unwrap();
            let forward = robot.forward(&joints);
            assert!((all.to_homogeneous() - forward.to_homogeneous()).amax() < 1e-12);
            assert!((one.to_homogeneous() - forward.to_homogeneous()).amax() < 1e-12);
            assert!(robot.frame_pose("nowhere", &joints).is_none());
        }
    }

    #[test]
    fn both_fingers_of_a_parallel_hand_move() {
        for name in ["panda", "ur5e"] {
            let robot = load_shipped_robot(name);
            let gripper = robot.gripper().unwrap();
            let fingers: Vec<usize> = (0..robot.links().len())
                .filter(|link| {
                    let mount = robot.links()[*link].mount.as_ref();
                    mount
                        .and_then(|mount| mount.motion.as_ref())
                        .is_some_and(|m| m.joint == gripper.joint)
                })
                .collect();
            let mut joints = robot.home().clone();
            joints[gripper.joint] = gripper.open;
            let poses = robot.link_poses(&joints);
            let apart = poses[fingers[0]].translation.vector - poses[fingers[1]].translation.vector;
            let tool = poses[robot.tool_link_index()].rotation;
            let opening = (tool.inverse() * apart).dot(&gripper.opening_axis);
            assert!(
                (opening - gripper.max_opening()).abs() < 1e-9,
                "{name}: {opening}"
            );
        }
    }

    #[test]
    #[ignore = "a measurement of time"]
    fn forward_kinematics_is_quick() {
        let robot = load_shipped_robot("ur5e");
        let mut joints = vec![0.1; 6];
        let mut sum = 0.0;
        // The best of many short runs, because other programs may occupy the processor.
        let best = (0..200)
            .map(|_| {
                let begin = Instant::now();
                for index in 0..10_000 {
                    joints[index % 6] += 1e-6;
                    sum += robot.forward(&joints).translation.x;
                }
                begin.elapsed().as_secs_f64() * 1e9 / 1e4
            })
            .fold(f64::INFINITY, f64::min);
        assert!(sum.is_finite() && best < 300.0, "{best:.0} ns");
    }
}
