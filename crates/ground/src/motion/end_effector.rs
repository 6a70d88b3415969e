//! Tool poses by approach and opening direction.

use enact_robot::{Gripper, IkSolution, IkTarget, Robot};
use enact_types::{JointVector, Point3, Pose, Refusal, Vector3};
use nalgebra::{Matrix3, Rotation3, Unit, UnitQuaternion};

/// Number of iterations for heading and position of the tool, which depend on each other.
const ROUNDS: usize = 6;
/// Margin of postures to the joints' limits, rad or m, because a motion planned through them bends
/// a little beyond them.
pub const JOINT_LIMIT_MARGIN: f64 = 2e-3;
/// Largest joint difference between postures that count as equal, rad or m.
const OTHER: f64 = 0.05;

/// Roll of the hand about its approach direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Roll {
    /// Direction in which the fingers part about the base's `z`, radians.
    Yaw(f64),
    /// Direction in which the fingers part, relative to the heading of the hand, radians.
    FromHeading(f64),
}

/// The directions in which the hand can point.
///
/// A hand pose is determined by the tilt of its approach from straight down, the heading into which
/// it tilts, and its roll. The hand tilts outwards, away from the base. An arm of fewer than six
/// joints can only tilt in the vertical plane that its first joint turns, so its heading follows
/// from the hand's position.
#[derive(Clone, Debug)]
pub struct HandDirections {
    approach: Unit<Vector3>,
    opening: Unit<Vector3>,
    pan: [f64; 2],
    plane: Option<ArmPlane>,
    shoulder: Point3,
    reach: f64,
}

/// The vertical plane of an arm whose joints after the first move in it.
#[derive(Clone, Debug)]
struct ArmPlane {
    /// A point of the last joint's axis, in the tool frame.
    axis_in_tool: Point3,
    /// Distance of that axis to the left of the first joint's axis, meters.
    lateral: f64,
}

impl HandDirections {
    /// Creates the hand of a robot; `gripper` is its [`gripper_or_bare_tool`](Robot::gripper_or_bare_tool). Returns
    /// `None` without an arm.
    pub fn new(robot: &Robot, gripper: &Gripper) -> Option<Self> {
        let links = robot.link_poses(robot.home());
        let pan = axis(robot, &links, 0)?.0;
        let shoulder = axis(robot, &links, 1)?.0;
        let plane = (robot.arm_joints().len() < 6).then(|| arm_plane(robot, &links, &pan));
        Some(Self {
            approach: gripper.approach_axis,
            opening: gripper.opening_axis,
            pan: [pan.x, pan.y],
            plane: plane.flatten(),
            shoulder,
            reach: reach(robot, gripper.tool_from_grasp.coords.norm()),
        })
    }

    /// Returns the distance of a place beyond the stretched arm, meters, if it is beyond.
    pub fn distance_out_of_reach(&self, target: &Point3) -> Option<f64> {
        let beyond = (target - self.shoulder).norm() - self.reach;
        (beyond > 0.0).then_some(beyond)
    }

    /// Returns the distance from the base's `z` up to which the stretched arm reaches on the table,
    /// meters.
    pub fn reach_on_table(&self) -> f64 {
        let Point3 { coords: shoulder } = self.shoulder;
        let level = (self.reach.powi(2) - shoulder.z.powi(2)).max(0.0).sqrt();
        shoulder.x.hypot(shoulder.y) + level
    }

    /// Returns the tool pose that brings `tool_point` (tool frame) to `target` (base frame).
    pub fn tool_pose_for_target(
        &self,
        tool_point: &Point3,
        target: &Point3,
        tilt: f64,
        roll: Roll,
    ) -> Pose {
        let mut heading = self.heading_to_target(target);
        let mut pose = Pose::identity();
        let hand_from_tool = frame(&self.opening, &self.approach).transpose();
        for _ in 0..ROUNDS {
            let rotation = rotation(heading, tilt, roll, &hand_from_tool);
            let origin = target - rotation * tool_point.coords;
            pose = Pose::from_parts(origin.coords.into(), rotation);
            let next = self.tilt_heading(&pose, target);
            if next.to_bits() == heading.to_bits() {
                // Nothing changes any more.
                break;
            }
            heading = next;
        }
        pose
    }

    /// Returns the direction in which the hand approaches, in the base frame.
    pub fn approach_direction(&self, base_from_tool: &Pose) -> Vector3 {
        base_from_tool.rotation * self.approach.into_inner()
    }

    /// Returns the direction in which the fingers part, in the base frame.
    pub fn opening_direction(&self, base_from_tool: &Pose) -> Vector3 {
        base_from_tool.rotation * self.opening.into_inner()
    }

    /// Returns the heading of a target as seen from the first joint, radians.
    pub fn heading_to_target(&self, target: &Point3) -> f64 {
        (target.y - self.pan[1]).atan2(target.x - self.pan[0])
    }

    /// Returns the heading into which a hand at this pose would tilt when working at `target`,
    /// radians.
    pub fn tilt_heading(&self, base_from_tool: &Pose, target: &Point3) -> f64 {
        let Some(plane) = &self.plane else {
            return self.heading_to_target(target);
        };
        let point = base_from_tool * plane.axis_in_tool;
        let (x, y) = (point.x - self.pan[0], point.y - self.pan[1]);
        let distance = x.hypot(y).max(plane.lateral.abs());
        y.atan2(x) - (plane.lateral / distance.max(f64::MIN_POSITIVE)).asin()
    }
}

/// Solves for the arm's joints at a tool pose.
///
/// # Errors
/// If the pose is unreachable; the refusal calls it `what`.
pub fn solve(robot: &Robot, pose: &Pose, seed: &[f64], what: &str) -> Result<JointVector, Refusal> {
    let seed = &seed[..robot.arm_joints().len()];
    named(
        robot.inverse_with_limit_margin(&IkTarget::Pose(*pose), seed, JOINT_LIMIT_MARGIN),
        what,
    )
}

/// Solves as [`solve`] does, in less time where the pose is unreachable.
///
/// # Errors
/// If the pose is unreachable; the refusal does not tell by how much.
pub fn solve_without_miss_distance(
    robot: &Robot,
    pose: &Pose,
    seed: &[f64],
    what: &str,
) -> Result<JointVector, Refusal> {
    let seed = &seed[..robot.arm_joints().len()];
    named(
        robot.inverse_without_miss_distance(&IkTarget::Pose(*pose), seed, JOINT_LIMIT_MARGIN),
        what,
    )
}

fn named(found: Result<IkSolution, Refusal>, what: &str) -> Result<JointVector, Refusal> {
    match found {
        Ok(solution) => Ok(solution.joints.into()),
        Err(Refusal::Unreachable {
            x, y, z, distance, ..
        }) => Err(Refusal::Unreachable {
            what: what.to_owned(),
            x,
            y,
            z,
            distance,
        }),
        Err(other) => Err(other),
    }
}

/// Returns the arm's postures at a pose other than `known`, nearest to `seed` first: with the elbow
/// or the wrist on another side, or with redundant joints in other positions.
pub fn other_postures_at_pose(
    robot: &Robot,
    pose: &Pose,
    seed: &[f64],
    known: &[f64],
) -> Vec<JointVector> {
    robot
        .inverse_all(pose, &seed[..robot.arm_joints().len()], JOINT_LIMIT_MARGIN)
        .into_iter()
        .map(|solution| JointVector::from(solution.joints))
        .filter(|joints| joints.iter().zip(known).any(|(a, b)| (a - b).abs() > OTHER))
        .collect()
}

/// Returns a pose translated in the base frame.
pub fn translated_pose(pose: &Pose, by: Vector3) -> Pose {
    Pose::from_parts((pose.translation.vector + by).into(), pose.rotation)
}

/// Returns the distance from the second joint, or from its mirror image across the first, beyond
/// which no posture brings the grasp point, meters.
fn reach(robot: &Robot, tool_to_grasp: f64) -> f64 {
    let links = robot.links();
    let mut reach = tool_to_grasp;
    let mut next = links[robot.tool_link_index()].mount.as_ref();
    while let Some(mount) = next {
        let joint = mount.motion.as_ref().map(|motion| motion.joint);
        let offset = mount.parent_from_joint.translation.vector.norm();
        match joint {
            Some(0) => return reach,
            // The second joint turns about the first, so its own offset counts twice.
            Some(1) => reach += 2.0 * offset,
            _ => reach += offset,
        }
        next = links[mount.parent].mount.as_ref();
    }
    reach
}

/// Returns the rotation of the tool whose hand has this heading, tilt and roll.
fn rotation(
    heading: f64,
    tilt: f64,
    roll: Roll,
    hand_from_tool: &Matrix3<f64>,
) -> UnitQuaternion<f64> {
    let yaw = match roll {
        Roll::Yaw(yaw) => yaw,
        Roll::FromHeading(yaw) => heading + yaw,
    };
    let outwards = Vector3::new(heading.cos(), heading.sin(), 0.0);
    let approach = outwards * tilt.sin() - Vector3::z() * tilt.cos();
    let along = Vector3::new(yaw.cos(), yaw.sin(), 0.0);
    let opening = (along - approach * approach.dot(&along)).normalize();
    let base_from_hand = frame(&opening, &approach);
    UnitQuaternion::from_rotation_matrix(&Rotation3::from_matrix_unchecked(
        base_from_hand * hand_from_tool,
    ))
}

/// Returns the orthonormal axes opening, approach × opening, approach as columns.
fn frame(opening: &Vector3, approach: &Vector3) -> Matrix3<f64> {
    let opening = (opening - approach * approach.dot(opening)).normalize();
    Matrix3::from_columns(&[opening, approach.cross(&opening), *approach])
}

/// Returns the origin and direction of a joint's axis in the base frame.
fn axis(robot: &Robot, links: &[Pose], joint: usize) -> Option<(Point3, Vector3)> {
    robot.links().iter().enumerate().find_map(|(index, link)| {
        let motion = link.mount.as_ref()?.motion.as_ref()?;
        (motion.joint == joint).then(|| {
            let direction = links[index].rotation * motion.axis.into_inner();
            (Point3::from(links[index].translation.vector), direction)
        })
    })
}

fn arm_plane(robot: &Robot, links: &[Pose], pan: &Point3) -> Option<ArmPlane> {
    let last = robot.arm_joints().len().checked_sub(1)?;
    let (origin, _) = axis(robot, links, last)?;
    let (_, normal) = axis(robot, links, last.checked_sub(1)?)?;
    let tool = links[robot.tool_link_index()];
    let outwards = Point3::from(tool.translation.vector) - pan;
    let left = Vector3::z().cross(&outwards);
    let normal = if normal.dot(&left) < 0.0 {
        -normal
    } else {
        normal
    };
    Some(ArmPlane {
        axis_in_tool: tool.inverse_transform_point(&origin),
        lateral: (origin - pan).dot(&normal),
    })
}
