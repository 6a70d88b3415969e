//! The gripper as `robot.toml` describes it.

use enact_types::{Point3, Vector3};
use nalgebra::Unit;

use crate::config::{GripperConfig, Located};
use crate::description::{Gripper, Robot};
use crate::error::LoadError;
use crate::source_text::SourceText;

/// Keys that must be given together.
const RANGE: &str = "closed, open, openings";

/// Reads `[gripper]`. `joint` is the index of its joint among the robot's joints; missing keys are
/// taken from `guessed`.
///
/// # Errors
/// [`LoadError`] if a value is invalid, or if a key is missing and there is no guess for it.
pub fn from_settings(
    robot: &Robot,
    joint: usize,
    settings: &Located<GripperConfig>,
    toml: &SourceText,
    guessed: Option<Gripper>,
) -> Result<Gripper, LoadError> {
    let wrong =
        |what: &str| toml.error_at_offset(settings.span().start, format!("gripper: {what}"));
    let given = settings.get_ref();
    let missing = given.missing_keys();
    let guess = |key: &str| match &guessed {
        Some(guess) => Ok(guess.clone()),
        None => Err(wrong(&format!(
            "{key} must be given: by the kinematics its fingers neither part nor meet"
        ))),
    };
    let (closed, open, openings) = if missing.contains(&RANGE) && !has_range(given) {
        let guess = guess(RANGE)?;
        (guess.closed, guess.open, guess.openings)
    } else {
        range(robot, joint, given).ok_or_else(|| {
            let suffix = if robot.joints[joint].prismatic {
                ""
            } else {
                "_deg"
            };
            wrong(&format!(
                "closed{suffix}, open{suffix} and openings{suffix} are needed"
            ))
        })?
    };
    let unit = |axis: [f64; 3], name: &str| {
        Unit::try_new(Vector3::from(axis), 1e-6)
            .filter(|axis| axis.iter().all(|value| value.is_finite()))
            .ok_or_else(|| wrong(&format!("{name} has no direction")))
    };
    let axis = |given: Option<[f64; 3]>, name: &str, of: fn(Gripper) -> Unit<Vector3>| match given {
        Some(axis) => unit(axis, name),
        None => guess(name).map(of),
    };
    let tool_from_grasp = match (given.tool_from_grasp, given.approach_axis) {
        (Some(point), _) => Point3::from(point),
        (None, Some(_)) => Point3::origin(),
        (None, None) => guess("tool_from_grasp")?.tool_from_grasp,
    };
    let mut gripper = Gripper {
        joint,
        closed,
        open,
        openings,
        tool_from_grasp,
        opening_axis: axis(given.opening_axis, "opening_axis", |it| it.opening_axis)?,
        parallel: match given.parallel {
            Some(parallel) => parallel,
            None => guess("parallel")?.parallel,
        },
        approach_axis: axis(given.approach_axis, "approach_axis", |it| it.approach_axis)?,
        fingertip_reach: match given.fingertip_reach {
            Some(reach) => reach,
            None => guess("fingertip_reach")?.fingertip_reach,
        },
    };
    if let Some(what) = fault(robot, &gripper) {
        return Err(wrong(what));
    }
    let limits = &robot.joints[joint].limits;
    gripper.closed = gripper.closed.clamp(limits.min, limits.max);
    gripper.open = gripper.open.clamp(limits.min, limits.max);
    Ok(gripper)
}

/// Returns whether any key of the range is given, in meters or degrees.
fn has_range(given: &GripperConfig) -> bool {
    let numbers = [given.closed, given.closed_deg, given.open, given.open_deg];
    let tables = [&given.openings, &given.openings_deg];
    numbers.iter().any(Option::is_some) || tables.iter().any(|table| table.is_some())
}

/// Closed and open positions, and rows of position and opening; rad or m.
type Range = (f64, f64, Vec<(f64, f64)>);

/// Returns the closed and open positions and the openings as given, in rad or m.
fn range(robot: &Robot, joint: usize, given: &GripperConfig) -> Option<Range> {
    if robot.joints[joint].prismatic {
        return Some((given.closed?, given.open?, given.openings.clone()?));
    }
    let radians = |row: &(f64, f64)| (row.0.to_radians(), row.1);
    let rows = given.openings_deg.as_ref()?.iter().map(radians).collect();
    Some((
        given.closed_deg?.to_radians(),
        given.open_deg?.to_radians(),
        rows,
    ))
}

fn fault(robot: &Robot, gripper: &Gripper) -> Option<&'static str> {
    let limits = &robot.joints[gripper.joint].limits;
    // Degrees in a file rarely convert to exactly the radians of the URDF.
    let inside = |position: f64| limits.min - 1e-6 <= position && position <= limits.max + 1e-6;
    let rising = |pair: &[(f64, f64)]| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1;
    let falling = |pair: &[(f64, f64)]| pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1;
    let rows = || gripper.openings.windows(2);
    let is_monotonic = rows().all(rising) || rows().all(falling);
    let finite = gripper
        .openings
        .iter()
        .all(|row| row.0.is_finite() && row.1.is_finite());
    if !(inside(gripper.closed) && inside(gripper.open)) {
        Some("closed or open is outside the joint's limits")
    } else if gripper.openings.len() < 2 || !finite || !is_monotonic {
        Some(
            "openings must be at least two rows that rise in the first column and all rise, or \
             all fall, in the second",
        )
    } else if gripper.fingertip_opening(gripper.open) <= gripper.fingertip_opening(gripper.closed) {
        Some("by its openings it is no wider open than closed")
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
