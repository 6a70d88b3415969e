//! How the gripper opens: as `robot.toml` says, else guessed from the kinematics.

use enact_types::{Point3, Vector3};
use nalgebra::Unit;

use crate::description::{Gripper, Robot};
use crate::error::LoadError;
use crate::settings::{At, GripperSettings};
use crate::source::Source;

/// Fingertips beyond a guessed grasp point, metres.
const GUESSED_REACH: f64 = 0.01;
/// Points in a guessed table of openings.
const GUESSED_ROWS: usize = 9;

/// Reads `[gripper]`. `joint` is the index of its joint among the robot's.
pub fn from_settings(
    robot: &Robot,
    joint: usize,
    settings: &At<GripperSettings>,
    toml: &Source,
) -> Result<Gripper, LoadError> {
    let wrong = |what: &str| toml.error_at(settings.span().start, format!("gripper: {what}"));
    let given = settings.get_ref();
    let prismatic = robot.joints[joint].prismatic;
    let (closed, open, openings) = if prismatic {
        (given.closed, given.open, given.openings.clone())
    } else {
        let radians = |row: &(f64, f64)| (row.0.to_radians(), row.1);
        let rows = given.openings_deg.as_ref();
        (
            given.closed_deg.map(f64::to_radians),
            given.open_deg.map(f64::to_radians),
            rows.map(|rows| rows.iter().map(radians).collect()),
        )
    };
    let (Some(closed), Some(open), Some(openings)) = (closed, open, openings) else {
        let suffix = if prismatic { "" } else { "_deg" };
        return Err(wrong(&format!(
            "closed{suffix}, open{suffix} and openings{suffix} are needed"
        )));
    };
    let unit = |axis: [f64; 3], name: &str| {
        Unit::try_new(Vector3::from(axis), 1e-6)
            .filter(|axis| axis.iter().all(|value| value.is_finite()))
            .ok_or_else(|| wrong(&format!("{name} has no direction")))
    };
    let mut gripper = Gripper {
        joint,
        closed,
        open,
        openings,
        tool_from_grasp: Point3::from(given.tool_from_grasp),
        opening_axis: unit(given.opening_axis, "opening_axis")?,
        parallel: given.parallel,
        approach_axis: unit(given.approach_axis, "approach_axis")?,
        fingertip_reach: given.fingertip_reach,
    };
    if let Some(what) = fault(robot, &gripper) {
        return Err(wrong(what));
    }
    let limits = &robot.joints[joint].limits;
    gripper.closed = gripper.closed.clamp(limits.min, limits.max);
    gripper.open = gripper.open.clamp(limits.min, limits.max);
    Ok(gripper)
}

fn fault(robot: &Robot, gripper: &Gripper) -> Option<&'static str> {
    let limits = &robot.joints[gripper.joint].limits;
    // Degrees in a file rarely round to the very radians of the URDF.
    let inside = |position: f64| limits.min - 1e-6 <= position && position <= limits.max + 1e-6;
    let rising = |pair: &[(f64, f64)]| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1;
    let finite = gripper
        .openings
        .iter()
        .all(|row| row.0.is_finite() && row.1.is_finite());
    if !(inside(gripper.closed) && inside(gripper.open)) {
        Some("closed or open is outside the joint's limits")
    } else if gripper.openings.len() < 2 || !finite || !gripper.openings.windows(2).all(rising) {
        Some("openings must be at least two rows that rise in both columns")
    } else if !(gripper
        .tool_from_grasp
        .iter()
        .all(|value| value.is_finite())
        && 0.0 <= gripper.fingertip_reach
        && gripper.fingertip_reach.is_finite())
    {
        Some("tool_from_grasp or fingertip_reach is not a sensible length")
    } else if gripper.opening_axis.dot(&gripper.approach_axis).abs() > 1e-3 {
        Some("opening_axis and approach_axis are not at right angles")
    } else {
        None
    }
}

/// Takes the joint's range for shut to open, and the motion of its fingers at the
/// tool for the opening.
pub fn guess(robot: &Robot, joint: usize) -> Option<Gripper> {
    let limits = robot.joints[joint].limits;
    let poses = robot.link_poses(&robot.home);
    let tool = poses[robot.tool_link];
    let fingers: Vec<Finger> = robot
        .links
        .iter()
        .filter_map(|link| link.mount.as_ref())
        .filter_map(|mount| {
            let motion = mount
                .motion
                .as_ref()
                .filter(|motion| motion.joint == joint)?;
            let hinge = poses[mount.parent] * mount.parent_from_joint;
            let axis = hinge.rotation * motion.axis.into_inner() * motion.multiplier;
            let lever = tool.translation.vector - hinge.translation.vector;
            let rate = if motion.prismatic {
                axis
            } else {
                axis.cross(&lever)
            };
            Some(Finger {
                rate: tool.rotation.inverse() * rate,
                prismatic: motion.prismatic,
            })
        })
        .collect();
    let approach_axis = Vector3::z_axis();
    let rate = fingers.first()?.rate;
    let opening_axis = Unit::try_new(rate - approach_axis.into_inner() * rate.z, 1e-6)?;
    let opening = |position: f64| -> f64 {
        let travel = position - limits.min;
        let each = fingers.iter().map(|finger| finger.opening(travel));
        each.sum()
    };
    let row = |index: usize| {
        let share = index as f64 / (GUESSED_ROWS - 1) as f64;
        let position = limits.min + share * (limits.max - limits.min);
        (position, opening(position))
    };
    let mut openings: Vec<(f64, f64)> = (0..GUESSED_ROWS).map(row).collect();
    openings.dedup_by(|later, earlier| later.1 <= earlier.1);
    Some(Gripper {
        joint,
        closed: limits.min,
        open: limits.max,
        openings,
        tool_from_grasp: Point3::origin(),
        opening_axis,
        parallel: fingers.len() > 1,
        approach_axis,
        fingertip_reach: GUESSED_REACH,
    })
}

/// A finger by the velocity of its tip in the tool frame per unit of the joint.
struct Finger {
    rate: Vector3,
    prismatic: bool,
}

impl Finger {
    /// Distance of the tip from where it was `travel` ago: a chord if it turns.
    fn opening(&self, travel: f64) -> f64 {
        let angle = travel.min(std::f64::consts::PI);
        let chord = if self.prismatic {
            travel
        } else {
            2.0 * (angle / 2.0).sin()
        };
        chord * self.rate.norm()
    }
}
