//! Sends recorded commands through the gate to another arm.

use enact_arm::{ArmError, ArmState, ArmThread, ContactPolicy};
use enact_robot::{CollisionWorld, Gate, Robot, Trajectory};
use enact_types::Refusal;

use crate::message::MotionEndMessage;
use crate::motion::RecordedMotion;

/// Sends recorded motions to an arm.
pub struct Replay<'a> {
    robot: &'a Robot,
    gate: Gate,
    arm: &'a ArmThread,
    /// Collision world for the replay, if it differs from the recorded one.
    around: Option<CollisionWorld>,
}

/// Deviation of a replayed motion from the recorded one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deviation {
    /// The joint with the largest deviation, of arm and gripper, and the deviation, rad or m.
    pub joint: Option<(String, f64)>,
    /// Largest distance between the recorded and the replayed tool positions, meters.
    pub tool: f64,
    /// Number of readings compared.
    pub readings: usize,
    /// The ends in the recording and in the replay, if they differ.
    pub end: Option<(String, String)>,
    /// Reason that the gate did not admit it.
    pub refused: Option<Refusal>,
}

impl Deviation {
    /// Returns whether everything is as recorded, bit for bit.
    pub fn is_exact_match(&self) -> bool {
        self.joint.is_none() && self.end.is_none() && self.refused.is_none()
    }
}

impl<'a> Replay<'a> {
    /// Creates a replay by `arm`, an arm of type `robot`.
    pub fn new(robot: &'a Robot, arm: &'a ArmThread) -> Self {
        Self {
            robot,
            gate: Gate::new(robot),
            arm,
            around: None,
        }
    }

    /// Replays with an arm that may stand elsewhere than the recorded one: it touches nothing of
    /// `around`, and stops at contact in free motion.
    pub fn with_obstacles(mut self, around: CollisionWorld) -> Self {
        self.around = Some(around);
        self
    }

    /// Sends the commands of a motion and compares the arm's readings.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not reply. A motion that the gate does not admit is a
    /// deviation.
    pub fn replay_motion(&self, motion: &RecordedMotion) -> Result<Deviation, ArmError> {
        let (trajectory, contact) = match self.admit(motion)? {
            Ok(admitted) => admitted,
            Err(refusal) => {
                return Ok(Deviation {
                    refused: Some(refusal),
                    ..Deviation::default()
                });
            }
        };
        let execution = self.arm.execute(trajectory, contact)?;
        let mut deviation = self.compare(&motion.readings, &execution.samples);
        let now = MotionEndMessage::from(&execution);
        let was_cut_short = |end: &MotionEndMessage| end.followed < motion.planned.positions.len();
        deviation.end = match &motion.end {
            // What cut it short in the recording is part of its commands now.
            Some(then) if was_cut_short(then) && now.end == MotionEndMessage::FINISHED => None,
            Some(then) if then.end != now.end => Some((then.end.clone(), now.end)),
            _ => None,
        };
        Ok(deviation)
    }

    fn admit(
        &self,
        motion: &RecordedMotion,
    ) -> Result<Result<(Trajectory, ContactPolicy), Refusal>, ArmError> {
        let state = self.arm.state()?;
        let start = state.as_start_state();
        let (commands, contact) = motion.commands();
        let (around, contact) = match &self.around {
            Some(around) => (around.clone(), motion.planned.contact_policy()),
            None => (CollisionWorld::default(), contact),
        };
        let admitted = self.gate.admit_among_obstacles(commands, &start, &around);
        Ok(admitted.map(|trajectory| (trajectory, contact)))
    }

    fn compare(&self, then: &[ArmState], now: &[ArmState]) -> Deviation {
        let mut deviation = Deviation::default();
        for (then, now) in then.iter().zip(now) {
            deviation.readings += 1;
            if then.position == now.position {
                continue;
            }
            let pairs = then.position.iter().zip(now.position.iter());
            for (joint, (then, now)) in self.robot.joints().iter().zip(pairs) {
                let off = (then - now).abs();
                if deviation.joint.as_ref().is_none_or(|(_, most)| off > *most) {
                    deviation.joint = Some((joint.name.clone(), off));
                }
            }
            let tool = |state: &ArmState| self.robot.forward(&state.position).translation.vector;
            deviation.tool = deviation.tool.max((tool(then) - tool(now)).norm());
        }
        deviation
    }
}
