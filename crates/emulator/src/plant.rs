//! The joints that the servos turn.

use std::time::Duration;

/// Drive command of a servo to its joint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JointDrive {
    /// Target position, rad; `None` if the motor is off.
    pub goal: Option<f64>,
    /// Largest speed towards the target, rad/s.
    pub speed: f64,
    /// Share of its largest output that the motor may use.
    pub output: f64,
}

/// Measurements of a joint by its servo's sensors.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct JointMeasurement {
    /// Position, rad.
    pub position: f64,
    /// Velocity, rad/s.
    pub velocity: f64,
    /// Output of the motor as a share of its largest, -1..=1.
    pub effort: f64,
}

/// Joints that move while time passes.
pub trait Plant: Send {
    /// Advances by `time` under these drive commands.
    fn advance(&mut self, time: Duration, drives: &[JointDrive]);

    /// Returns the current motion of a joint.
    fn joint_measurement(&self, joint: usize) -> JointMeasurement;

    /// Moves a joint by hand to a position, rad, against its motor; `None` lets go.
    fn guide(&mut self, joint: usize, to: Option<f64>);
}

/// Speed of a joint guided by hand, rad/s.
pub const GUIDED_SPEED_RAD_PER_S: f64 = 2.0;

/// Independent joints without inertia. Without their motors they sink to where they started.
#[derive(Clone, Debug)]
pub struct FreeJoints {
    motions: Vec<JointMeasurement>,
    rest: Vec<f64>,
    hands: Vec<Option<f64>>,
}

/// Speed of a sinking joint, rad/s.
const SINKING: f64 = 0.5;
/// Share of a servo's output that holds a joint up.
const LOAD: f64 = 0.1;

impl FreeJoints {
    /// Creates joints at rest at these positions.
    pub fn from_positions(positions: &[f64]) -> Self {
        let motion = |position: &f64| JointMeasurement {
            position: *position,
            ..JointMeasurement::default()
        };
        Self {
            motions: positions.iter().map(motion).collect(),
            rest: positions.to_vec(),
            hands: vec![None; positions.len()],
        }
    }
}

impl Plant for FreeJoints {
    fn advance(&mut self, time: Duration, drives: &[JointDrive]) {
        let seconds = time.as_secs_f64();
        if seconds == 0.0 {
            return;
        }
        for (index, drive) in drives.iter().enumerate() {
            let motion = &mut self.motions[index];
            let held = drive.goal.filter(|_| drive.output > LOAD);
            let sinks = (self.rest[index], SINKING);
            let own = held.map_or(sinks, |goal| (goal, drive.speed));
            let (to, speed) = self.hands[index].map_or(own, |hand| (hand, GUIDED_SPEED_RAD_PER_S));
            let reach = speed * seconds;
            let way = (to - motion.position).clamp(-reach, reach);
            motion.position += way;
            motion.velocity = way / seconds;
            motion.effort = if held.is_some() { LOAD } else { 0.0 };
        }
    }

    fn joint_measurement(&self, joint: usize) -> JointMeasurement {
        self.motions[joint]
    }

    fn guide(&mut self, joint: usize, to: Option<f64>) {
        self.hands[joint] = to;
    }
}
