//! Streams commands and monitors the arm.

use enact_robot::{Command, Gate, Robot, Trajectory};
use enact_types::Refusal;

use crate::{Arm, ArmError, ArmState, ContactPolicy, Execution, ExecutionEnd, StopSwitch};

/// Number of consecutive cycles that must show a contact, because a single reading may be wrong.
const CONTACT_CYCLES: u32 = 5;

/// Streams trajectories to one arm.
pub struct Streamer {
    arm: Box<dyn Arm>,
    gate: Gate,
    /// Names of the arm's joints; the gripper's come after them and may always touch.
    joints: Vec<String>,
    stop: StopSwitch,
}

impl Streamer {
    pub fn new(arm: Box<dyn Arm>, robot: &Robot, stop: StopSwitch) -> Self {
        Self {
            arm,
            gate: Gate::new(robot),
            joints: robot
                .arm_joints()
                .iter()
                .map(|joint| joint.name.clone())
                .collect(),
            stop,
        }
    }

    /// Looks after the arm while it does not move.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not reply.
    pub fn maintain_while_idle(&mut self) -> Result<(), ArmError> {
        self.arm.idle()
    }

    /// Returns the current state of the arm.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not reply.
    pub fn state(&mut self) -> Result<ArmState, ArmError> {
        self.arm.state()
    }

    /// Follows `trajectory` to its end, or stops on the way if something is wrong. `watch` is called
    /// with each reading; once it returns false, because the caller no longer waits or may not be
    /// there any more, the arm stops too.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not reply.
    pub fn follow_trajectory(
        &mut self,
        trajectory: &Trajectory,
        contact: ContactPolicy,
        watch: &mut dyn FnMut(&ArmState) -> bool,
    ) -> Result<Execution, ArmError> {
        let mut log = Log::new(self.arm.state()?, trajectory.len(), watch);
        if let Some(end) = self.ended(&log) {
            return Ok(log.finish(end));
        }
        if let Err(refusal) = self.arm.admits(trajectory) {
            return Ok(log.finish(ExecutionEnd::Fault(refusal)));
        }
        let mut loaded = 0;
        for at in 0..trajectory.len() {
            let command = trajectory.command_at(at);
            if let Some(refusal) = self.unfit(&command, log.last()) {
                return Ok(log.finish(ExecutionEnd::Fault(refusal)));
            }
            log.push(self.arm.cycle(&command)?);
            log.followed = at + 1;
            loaded = match self.touching(log.last(), contact) {
                Some(_) => loaded + 1,
                None => 0,
            };
            let end = if let Some(end) = self.ended(&log) {
                end
            } else if let Err(refusal) = self.gate.check_following(&command, &log.last().position) {
                ExecutionEnd::Fault(refusal)
            } else if let Some(contact) = self
                .touching(log.last(), contact)
                .filter(|_| loaded >= CONTACT_CYCLES)
            {
                contact
            } else {
                continue;
            };
            if !matches!(end, ExecutionEnd::Contact { .. }) {
                self.send(&self.gate.stopping_trajectory(trajectory, at), &mut log)?;
                return Ok(log.finish(end));
            }
            let [stop, away] = self.gate.retreat_along_path(trajectory, at);
            self.send(&stop, &mut log)?;
            let cut_short = self.go_back(&away, &mut log)?;
            return Ok(log.finish(cut_short.unwrap_or(end)));
        }
        Ok(log.finish(ExecutionEnd::Finished))
    }

    /// Backs off after a contact; returns what cut that short, if anything did.
    fn go_back(
        &mut self,
        away: &Trajectory,
        log: &mut Log,
    ) -> Result<Option<ExecutionEnd>, ArmError> {
        if let Some(end) = self.ended(log) {
            return Ok(Some(end));
        }
        // The obstacle may hold the arm behind its command when it begins to back off, but not for
        // long.
        let mut caught_up = false;
        for at in 0..away.len() {
            let command = away.command_at(at);
            log.push(self.arm.cycle(&command)?);
            let followed = self.gate.check_following(&command, &log.last().position);
            caught_up |= followed.is_ok() || at >= away.len() / 2;
            let astray = followed
                .err()
                .filter(|_| caught_up)
                .map(ExecutionEnd::Fault);
            if let Some(end) = self.ended(log).or(astray) {
                self.send(&self.gate.stopping_trajectory(away, at), log)?;
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// Returns what ends any motion: a stop or an alarm.
    fn ended(&self, log: &Log) -> Option<ExecutionEnd> {
        if self.stop.is_pressed() || log.is_abandoned {
            return Some(ExecutionEnd::Stopped);
        }
        alarm(log.last()).map(ExecutionEnd::Fault)
    }

    /// Sends the final part of a motion, up to rest, unconditionally.
    fn send(&mut self, motion: &Trajectory, log: &mut Log) -> Result<(), ArmError> {
        for command in motion.commands() {
            log.push(self.arm.cycle(&command)?);
        }
        Ok(())
    }

    /// Returns the reason that a command must not be sent now, after the last one.
    fn unfit(&self, command: &Command, state: &ArmState) -> Option<Refusal> {
        let previous = state.commanded.as_ref()?;
        self.gate.check_command(command, previous).err()
    }

    /// Returns the first arm joint whose effort is above the limit.
    fn touching(&self, state: &ArmState, contact: ContactPolicy) -> Option<ExecutionEnd> {
        let ContactPolicy::Limit(limit) = contact else {
            return None;
        };
        let mut efforts = self.joints.iter().zip(state.effort.iter());
        efforts
            .find(|(_, effort)| effort.abs() > limit)
            .map(|(joint, effort)| ExecutionEnd::Contact {
                joint: joint.clone(),
                effort: *effort,
            })
    }
}

/// Refuses motion of an arm that reports an alarm.
fn alarm(state: &ArmState) -> Option<Refusal> {
    state.alarm.clone().map(Refusal::NotApplicable)
}

/// Readings of the arm during a motion.
struct Log<'a> {
    /// Never empty.
    samples: Vec<ArmState>,
    followed: usize,
    watch: &'a mut dyn FnMut(&ArmState) -> bool,
    /// Whether whoever watches has given the motion up.
    is_abandoned: bool,
}

impl<'a> Log<'a> {
    /// Creates a log that begins with `first` and has room for a reading per command.
    fn new(first: ArmState, commands: usize, watch: &'a mut dyn FnMut(&ArmState) -> bool) -> Self {
        let mut log = Self {
            samples: Vec::with_capacity(commands + 1),
            followed: 0,
            watch,
            is_abandoned: false,
        };
        log.push(first);
        log
    }

    fn push(&mut self, state: ArmState) {
        self.is_abandoned |= !(self.watch)(&state);
        self.samples.push(state);
    }

    fn last(&self) -> &ArmState {
        self.samples.last().expect("a log begins with a reading")
    }

    fn finish(self, end: ExecutionEnd) -> Execution {
        Execution {
            end,
            state: self.last().clone(),
            samples: self.samples,
            followed: self.followed,
        }
    }
}
