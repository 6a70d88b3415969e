//! Position, velocity and load of each joint, with their limits.

use enact_arm::ArmState;
use enact_robot::{Joint, Robot};
use rerun::{
    Color, EntityPath, RecordingStream, RecordingStreamResult, Scalars, SeriesLines, entity_path,
};

use crate::clock::EventTimes;

/// A quantity plotted for every joint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JointQuantity {
    /// Position, rad or m: measured, commanded, limits.
    Position,
    /// Velocity, rad/s or m/s: measured, limits.
    Velocity,
    /// Effort as a fraction of the joint's largest: measured, limits.
    Load,
}

impl JointQuantity {
    /// Every quantity, in display order.
    pub(crate) const ALL: [Self; 3] = [Self::Position, Self::Velocity, Self::Load];

    /// Returns the name of the quantity.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Velocity => "velocity",
            Self::Load => "load",
        }
    }

    /// Returns the unit of the quantity for a joint.
    pub(crate) fn unit(self, joint: &Joint) -> &'static str {
        match (self, joint.prismatic) {
            (Self::Position, false) => "rad",
            (Self::Position, true) => "m",
            (Self::Velocity, false) => "rad/s",
            (Self::Velocity, true) => "m/s",
            (Self::Load, _) => "of largest",
        }
    }

    /// Returns the entity of its curves for a joint: measured, and below it commanded and limits.
    pub(crate) fn path(self, joint: &Joint) -> EntityPath {
        entity_path!["joints", self.name(), joint.name.as_str()]
    }

    fn limits(self, joint: &Joint) -> [f64; 2] {
        match self {
            Self::Position => [joint.limits.min, joint.limits.max],
            Self::Velocity => [-joint.limits.velocity, joint.limits.velocity],
            Self::Load => [-1.0, 1.0],
        }
    }

    /// Returns the measured value; NaN, a gap in the curve, where there is no reading.
    fn measured(self, state: &ArmState, joint: usize) -> f64 {
        let values = match self {
            Self::Position => &state.position,
            Self::Velocity => &state.velocity,
            Self::Load => &state.effort,
        };
        values.get(joint).copied().unwrap_or(f64::NAN)
    }
}

/// Sets names and colors of the curves.
pub(crate) fn log_curve_styles(
    stream: &RecordingStream,
    robot: &Robot,
) -> RecordingStreamResult<()> {
    let limit = Color::from_rgb(235, 80, 70);
    let style = |path: EntityPath, name: &str, color: Color| {
        let style = SeriesLines::new().with_names([name]).with_colors([color]);
        stream.log_static(path, &style)
    };
    for joint in robot.joints() {
        for quantity in JointQuantity::ALL {
            let path = quantity.path(joint);
            style(path.clone(), "is", Color::from_rgb(90, 170, 255))?;
            style(below(&path, "min"), "min", limit)?;
            style(below(&path, "max"), "max", limit)?;
        }
        let commanded = below(&JointQuantity::Position.path(joint), "commanded");
        style(commanded, "goal", Color::from_rgb(255, 190, 60))?;
    }
    Ok(())
}

/// Draws the curves of `states`.
pub(crate) fn log_joint_curves(
    stream: &RecordingStream,
    robot: &Robot,
    clock: EventTimes,
    states: &[&ArmState],
) -> RecordingStreamResult<()> {
    let draw = |path: EntityPath, states: &[&ArmState], value: &dyn Fn(&ArmState) -> f64| {
        let values = Scalars::new(states.iter().map(|state| value(state)));
        stream.send_columns(
            path,
            clock.time_columns(states),
            values.columns_of_unit_batches()?,
        )
    };
    // A limit is a straight line, so its ends suffice.
    let ends: Vec<_> = states
        .first()
        .into_iter()
        .chain(states.last())
        .copied()
        .collect();
    for (index, joint) in robot.joints().iter().enumerate() {
        for quantity in JointQuantity::ALL {
            let path = quantity.path(joint);
            let [min, max] = quantity.limits(joint);
            draw(below(&path, "min"), &ends, &|_| min)?;
            draw(below(&path, "max"), &ends, &|_| max)?;
            draw(path, states, &|state| quantity.measured(state, index))?;
        }
        let commanded = below(&JointQuantity::Position.path(joint), "commanded");
        draw(commanded, states, &|state| {
            let commanded = state.commanded.as_ref();
            commanded
                .and_then(|it| it.get(index))
                .copied()
                .unwrap_or(f64::NAN)
        })?;
    }
    Ok(())
}

fn below(path: &EntityPath, name: &str) -> EntityPath {
    path.join(&entity_path![name])
}
