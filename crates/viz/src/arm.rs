//! The arm in 3-D as it moves, with its planned and traveled paths and a ghost at its target.

use enact_arm::ArmState;
use enact_robot::{Robot, Trajectory};
use enact_types::Pose;
use rerun::components::FillMode;
use rerun::{
    Color, EntityPath, LineStrips3D, RecordingStream, RecordingStreamResult, Transform3D,
    ViewCoordinates, entity_path,
};

use crate::clock::EventTimes;
use crate::convert::{color, rotation, transform, translation};
use crate::shapes::{self, ShapeStyle};

/// The base frame; everything in 3-D is below it.
pub(crate) const WORLD_PATH: &str = "world";

const PLANNED: &str = "world/path/planned";
const TRAVELLED: &str = "world/path/travelled";

/// The arm, and its ghost at the end of the motion.
const ARM: &str = "robot";
const GHOST: &str = "ghost";

/// Number of path points per second.
const PATH_RATE: f64 = 50.0;

/// Returns the color of planned paths.
fn planned_color() -> Color {
    Color::from_rgb(255, 190, 60)
}

/// Builds the arm and its ghost from the shapes of its links.
pub(crate) fn log_arm_shapes(stream: &RecordingStream, robot: &Robot) -> RecordingStreamResult<()> {
    stream.log_static(WORLD_PATH, &ViewCoordinates::RIGHT_HAND_Z_UP())?;
    for link in robot.links() {
        for (index, shape) in link.shapes.iter().enumerate() {
            for figure in [ARM, GHOST] {
                let look = match figure {
                    ARM => ShapeStyle {
                        color: color(shape.color),
                        fill: FillMode::Solid,
                    },
                    _ => ShapeStyle {
                        color: planned_color(),
                        fill: FillMode::MajorWireframe,
                    },
                };
                let path = link_path(figure, &link.name).join(&entity_path![index.to_string()]);
                let (shape, link_from_shape) = (&shape.shape, &shape.link_from_shape);
                shapes::log_shape(stream, &path, shape, link_from_shape, look)?;
            }
        }
    }
    Ok(())
}

/// Shows the arm with its joints at `positions`, which cover all of the robot's joints.
pub(crate) fn log_arm_pose(
    stream: &RecordingStream,
    robot: &Robot,
    positions: &[f64],
) -> RecordingStreamResult<()> {
    place(stream, robot, ARM, positions)
}

fn place(
    stream: &RecordingStream,
    robot: &Robot,
    figure: &str,
    positions: &[f64],
) -> RecordingStreamResult<()> {
    for (link, base_from_link) in robot.links().iter().zip(robot.link_poses(positions)) {
        stream.log(link_path(figure, &link.name), &transform(&base_from_link))?;
    }
    Ok(())
}

/// Draws the path that the tool is about to take, and the arm at its end.
pub(crate) fn log_planned_motion(
    stream: &RecordingStream,
    robot: &Robot,
    purpose: &str,
    trajectory: &Trajectory,
) -> RecordingStreamResult<()> {
    planned(stream, robot, purpose, std::slice::from_ref(trajectory))
}

/// Draws the path that the tool would take, and the arm at its end.
pub(crate) fn log_previewed_motion(
    stream: &RecordingStream,
    robot: &Robot,
    tool_path: &[Trajectory],
) -> RecordingStreamResult<()> {
    planned(stream, robot, "plan", tool_path)
}

fn planned(
    stream: &RecordingStream,
    robot: &Robot,
    label: &str,
    tool_path: &[Trajectory],
) -> RecordingStreamResult<()> {
    let Some(last) = tool_path.last() else {
        return Ok(());
    };
    let period = last.sample_period().as_secs_f64();
    let stride = (1.0 / (PATH_RATE * period)).round().max(1.0) as usize;
    let points = tool_path
        .iter()
        .flat_map(|part| part.positions().iter().step_by(stride))
        .chain([last.end_positions()])
        .map(|positions| translation(&robot.forward(positions)));
    let path = strip(points, planned_color()).with_labels([label]);
    stream.log(PLANNED, &path)?;
    place(stream, robot, GHOST, last.end_positions())
}

/// Plays `states` back, and draws the path that the tool took.
pub(crate) fn log_executed_motion(
    stream: &RecordingStream,
    robot: &Robot,
    clock: EventTimes,
    states: &[&ArmState],
) -> RecordingStreamResult<()> {
    let poses: Vec<Vec<Pose>> = states
        .iter()
        .map(|state| robot.link_poses(&state.position))
        .collect();
    for (index, link) in robot.links().iter().enumerate() {
        let track = poses.iter().map(|links| &links[index]);
        let columns = Transform3D::new()
            .with_many_translation(track.clone().map(translation))
            .with_many_quaternion(track.map(rotation))
            .columns_of_unit_batches()?;
        stream.send_columns(
            link_path(ARM, &link.name),
            clock.time_columns(states),
            columns,
        )?;
    }
    let tool = poses
        .iter()
        .map(|links| translation(&links[robot.tool_link_index()]));
    stream.log(TRAVELLED, &strip(tool, Color::from_rgb(90, 170, 255)))
}

fn link_path(figure: &str, link: &str) -> EntityPath {
    entity_path!["world", figure, link]
}

fn strip(points: impl Iterator<Item = [f32; 3]>, color: Color) -> LineStrips3D {
    LineStrips3D::new([points.collect::<Vec<_>>()]).with_colors([color])
}
