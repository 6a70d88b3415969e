//! The grip force of the fingers, and the place where the arm met an obstacle.

use enact_arm::{ArmState, ExecutionEnd};
use enact_robot::{Gripper, Robot};
use enact_types::Point3;
use rerun::{Arrows3D, Color, Points3D, RecordingStream, RecordingStreamResult};

use crate::clock::EventTimes;
use crate::convert::point;

const GRIP: &str = "world/contact/grip";
const BUMP: &str = "world/contact/bump";

/// Length of the arrow at the gripper's largest effort, meters.
const LENGTH: f64 = 0.06;
/// Radius of the mark where the arm met an obstacle, meters.
const RADIUS: f32 = 0.01;

/// Draws an arrow at each finger, as long as the gripper's effort. The effort is an estimate from
/// the motor's load, friction included.
pub(crate) fn log_grip_force_arrows(
    stream: &RecordingStream,
    robot: &Robot,
    clock: EventTimes,
    states: &[&ArmState],
) -> RecordingStreamResult<()> {
    let Some(gripper) = robot.gripper() else {
        return Ok(());
    };
    let arrows: Vec<_> = states
        .iter()
        .flat_map(|state| grip(robot, gripper, state))
        .collect();
    let columns = Arrows3D::from_vectors(arrows.iter().map(|(_, vector)| *vector))
        .with_origins(arrows.iter().map(|(origin, _)| *origin))
        .columns(states.iter().map(|_| 2))?;
    stream.send_columns(GRIP, clock.time_columns(states), columns)
}

/// Returns origin and vector of both fingers' arrows.
fn grip(robot: &Robot, gripper: &Gripper, state: &ArmState) -> [([f32; 3], [f32; 3]); 2] {
    let base_from_tool = robot.forward(&state.position);
    let effort = state.effort.get(gripper.joint).copied().unwrap_or(0.0);
    let reach = gripper.opening_axis.into_inner();
    let opening = gripper.fingertip_opening(state.position[gripper.joint]);
    // A gripper with one moving finger opens only along the opening axis.
    let fingers = match gripper.parallel {
        true => [-opening / 2.0, opening / 2.0],
        false => [0.0, opening],
    };
    [(fingers[0], 1.0), (fingers[1], -1.0)].map(|(at, inwards)| {
        let tool_from_finger = gripper.tool_from_grasp + reach * at;
        let push = base_from_tool * (reach * (inwards * effort.abs() * LENGTH));
        let origin = base_from_tool * tool_from_finger - push;
        (point(&origin), point(&Point3::from(push)))
    })
}

/// Styles what [`log_grip_force_arrows`] draws.
pub(crate) fn log_grip_arrow_style(stream: &RecordingStream) -> RecordingStreamResult<()> {
    let style = Arrows3D::update_fields().with_colors([Color::from_rgb(240, 80, 200)]);
    stream.log_static(GRIP, &style)
}

/// Marks the tool's place when the arm met an obstacle; otherwise removes the mark.
pub(crate) fn update_contact_mark(
    stream: &RecordingStream,
    robot: &Robot,
    end: &ExecutionEnd,
    state: &ArmState,
) -> RecordingStreamResult<()> {
    let ExecutionEnd::Contact { joint, effort } = end else {
        return stream.log(BUMP, &Points3D::clear_fields());
    };
    let tool = Point3::from(robot.forward(&state.position).translation.vector);
    let label = format!(
        "`{joint}` met resistance: {:.0} % of its effort",
        100.0 * effort
    );
    let mark = Points3D::new([point(&tool)])
        .with_labels([label])
        .with_colors([Color::from_rgb(240, 80, 200)])
        .with_radii([RADIUS]);
    stream.log(BUMP, &mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::{JointVector, Stamp};
    use std::path::Path;

    #[test]
    fn the_fingers_press_towards_each_other() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots/so101");
        let robot = Robot::load(&folder).unwrap();
        let gripper = robot.gripper().unwrap();
        let mut effort = JointVector::zeros(robot.joints().len());
        effort[gripper.joint] = -0.5;
        let state = ArmState {
            stamp: Stamp::ZERO,
            position: robot.home().clone(),
            velocity: JointVector::zeros(robot.joints().len()),
            effort,
            commanded: None,
            alarm: None,
        };
        let [(a, push_a), (b, push_b)] = grip(&robot, gripper, &state);
        let apart: f32 = (0..3).map(|axis| (b[axis] - a[axis]) * push_a[axis]).sum();
        assert!(apart > 0.0);
        for axis in 0..3 {
            assert!((push_a[axis] + push_b[axis]).abs() < 1e-6);
        }
        let length = push_a.iter().map(|it| it * it).sum::<f32>().sqrt();
        assert!((f64::from(length) - LENGTH / 2.0).abs() < 1e-6);
    }
}
