//! Assumed effort limit of a joint for which no file gives one.

use crate::tree::Tree;

/// Standard gravity, m/s².
const GRAVITY: f64 = 9.81;
/// Assumed ratio of a motor's effort to the effort that holds the outstretched arm.
const RESERVE: f64 = 3.0;
/// Smallest assumed torque of a motor, N·m.
const MIN_TORQUE: f64 = 2.0;
/// Smallest assumed force of a motor, N.
const MIN_FORCE: f64 = 20.0;

/// Returns the torque or force of a joint (URDF index) that holds everything beyond it,
/// outstretched, with a reserve, N·m or N.
pub fn assumed_effort_limit(tree: &Tree, joint: usize) -> f64 {
    let Some(own) = tree.tree_link_moved_by(joint) else {
        return MIN_TORQUE;
    };
    let slides = tree.urdf.joints[joint].joint_type == urdf_rs::JointType::Prismatic;
    let mut load = 0.0;
    let mut reaches = vec![None; tree.branches.len()];
    reaches[own] = Some(0.0);
    for branch in own..tree.branches.len() {
        if let Some(stem) = tree.branches[branch].stem.filter(|_| branch != own) {
            let step = norm(&tree.urdf.joints[stem.joint].origin);
            reaches[branch] = reaches[stem.parent].map(|reach: f64| reach + step);
        }
        let inertial = &tree.urdf.links[tree.branches[branch].link].inertial;
        let mass = inertial.mass.value;
        if let Some(reach) = reaches[branch].filter(|_| 0.0 < mass && mass.is_finite()) {
            let arm = if slides {
                1.0
            } else {
                reach + norm(&inertial.origin)
            };
            load += mass * GRAVITY * arm;
        }
    }
    let least = if slides { MIN_FORCE } else { MIN_TORQUE };
    let effort = (RESERVE * load).max(least);
    if effort.is_finite() { effort } else { least }
}

fn norm(origin: &urdf_rs::Pose) -> f64 {
    nalgebra::Vector3::from(origin.xyz.0).norm()
}
