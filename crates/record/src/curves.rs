//! Position, velocity and effort of each joint.

use enact_arm::ArmState;
use enact_robot::{Joint, Robot};
use rerun::{
    Color, EntityPath, RecordingStream, RecordingStreamResult, Scalars, SeriesLines, entity_path,
};

use crate::clock::Clock;

/// Velocities of all joints, rad/s or m/s.
pub(crate) const VELOCITY: &str = "joints/velocity";
/// Efforts of all joints, as a fraction of each joint's maximum.
pub(crate) const EFFORT: &str = "joints/effort";

/// Positions of a joint, rad or m: measured, and below it commanded and limits.
pub(crate) fn position_path(joint: &Joint) -> EntityPath {
    entity_path!["joints", "position", joint.name.as_str()]
}

/// Names and colours of the curves.
pub(crate) fn describe(stream: &RecordingStream, robot: &Robot) -> RecordingStreamResult<()> {
    for joint in robot.joints() {
        let position = position_path(joint);
        let curves = [
            (position.clone(), "measured", Color::from_rgb(90, 170, 255)),
            (
                below(&position, "commanded"),
                "commanded",
                Color::from_rgb(255, 190, 60),
            ),
            (
                below(&position, "min"),
                "lowest",
                Color::from_rgb(235, 80, 70),
            ),
            (
                below(&position, "max"),
                "highest",
                Color::from_rgb(235, 80, 70),
            ),
        ];
        for (path, name, colour) in curves {
            let style = SeriesLines::new().with_names([name]).with_colors([colour]);
            stream.log_static(path, &style)?;
        }
        for quantity in [VELOCITY, EFFORT] {
            let style = SeriesLines::new().with_names([joint.name.as_str()]);
            stream.log_static(below(&quantity.into(), &joint.name), &style)?;
        }
    }
    Ok(())
}

/// Draws the curves of `states`.
pub(crate) fn moved(
    stream: &RecordingStream,
    robot: &Robot,
    clock: Clock,
    states: &[&ArmState],
) -> RecordingStreamResult<()> {
    let draw = |path: EntityPath, states: &[&ArmState], value: &dyn Fn(&ArmState) -> f64| {
        let values = Scalars::new(states.iter().map(|state| value(state)));
        stream.send_columns(
            path,
            clock.columns(states),
            values.columns_of_unit_batches()?,
        )
    };
    // A limit is a straight line, so its ends are enough.
    let ends: Vec<_> = states
        .first()
        .into_iter()
        .chain(states.last())
        .copied()
        .collect();
    for (index, joint) in robot.joints().iter().enumerate() {
        let position = position_path(joint);
        draw(position.clone(), states, &|state| {
            at(&state.position, index)
        })?;
        draw(below(&position, "commanded"), states, &|state| {
            state
                .commanded
                .as_ref()
                .map_or(f64::NAN, |commanded| at(commanded, index))
        })?;
        draw(below(&position, "min"), &ends, &|_| joint.limits.min)?;
        draw(below(&position, "max"), &ends, &|_| joint.limits.max)?;
        draw(below(&VELOCITY.into(), &joint.name), states, &|state| {
            at(&state.velocity, index)
        })?;
        draw(below(&EFFORT.into(), &joint.name), states, &|state| {
            at(&state.effort, index)
        })?;
    }
    Ok(())
}

/// A gap in the curve where there is no reading.
fn at(values: &[f64], index: usize) -> f64 {
    values.get(index).copied().unwrap_or(f64::NAN)
}

fn below(path: &EntityPath, name: &str) -> EntityPath {
    path.join(&entity_path![name])
}
