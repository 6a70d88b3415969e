//! Command after command, watching what the arm does.

use enact_robot::{Command, Gate, Robot, Trajectory};
use enact_types::Refusal;

use crate::{Arm, ArmError, ArmState, ContactPolicy, Execution, ExecutionEnd, StopSwitch};

/// So many cycles in a row must show a contact: one alone may be a reading that went wrong.
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

    pub fn idle(&mut self) -> Result<(), ArmError> {
        self.arm.idle()
    }

    pub fn state(&mut self) -> Result<ArmState, ArmError> {
        self.arm.state()
    }

    /// Follows `trajectory` to its end, or stops on the way if something is wrong or
    /// `abandoned` says that nobody waits any more.
    pub fn follow(
        &mut self,
        trajectory: &Trajectory,
        contact: ContactPolicy,
        abandoned: &dyn Fn() -> bool,
    ) -> Result<Execution, ArmError> {
        let mut log = Log::new(self.arm.state()?, trajectory.len());
        if self.stop.is_pressed() {
            return Ok(log.finish(ExecutionEnd::Stopped));
        }
        if let Some(refusal) = alarm(log.last()) {
            return Ok(log.finish(ExecutionEnd::Fault(refusal)));
        }
        if let Err(refusal) = self.arm.admits(trajectory) {
            return Ok(log.finish(ExecutionEnd::Fault(refusal)));
        }
        let mut loaded = 0;
        for at in 0..trajectory.len() {
            let command = trajectory.command(at);
            if let Some(refusal) = self.unfit(&command, log.last()) {
                return Ok(log.finish(ExecutionEnd::Fault(refusal)));
            }
            log.samples.push(self.arm.cycle(&command)?);
            log.followed = at + 1;
            loaded = match self.touching(log.last(), contact) {
                Some(_) => loaded + 1,
                None => 0,
            };
            let end = if let Some(end) = self.ended(log.last(), abandoned) {
                end
            } else if let Err(refusal) = self.gate.following(&command, &log.last().position) {
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
                self.send(&self.gate.stop(trajectory, at), &mut log)?;
                return Ok(log.finish(end));
            }
            let [stop, away] = self.gate.back_off(trajectory, at);
            self.send(&stop, &mut log)?;
            let cut_short = self.go_back(&away, &mut log, abandoned)?;
            return Ok(log.finish(cut_short.unwrap_or(end)));
        }
        Ok(log.finish(ExecutionEnd::Finished))
    }

    /// Goes back after a contact; what cut that short, if anything did.
    fn go_back(
        &mut self,
        away: &Trajectory,
        log: &mut Log,
        abandoned: &dyn Fn() -> bool,
    ) -> Result<Option<ExecutionEnd>, ArmError> {
        if let Some(end) = self.ended(log.last(), abandoned) {
            return Ok(Some(end));
        }
        // What was met may hold the arm behind its command when it begins to go back, not for long.
        let mut caught_up = false;
        for at in 0..away.len() {
            let command = away.command(at);
            log.samples.push(self.arm.cycle(&command)?);
            let followed = self.gate.following(&command, &log.last().position);
            caught_up |= followed.is_ok() || at >= away.len() / 2;
            let astray = followed
                .err()
                .filter(|_| caught_up)
                .map(ExecutionEnd::Fault);
            if let Some(end) = self.ended(log.last(), abandoned).or(astray) {
                self.send(&self.gate.stop(away, at), log)?;
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// What ends any motion: a stop, or an alarm.
    fn ended(&self, state: &ArmState, abandoned: &dyn Fn() -> bool) -> Option<ExecutionEnd> {
        if self.stop.is_pressed() || abandoned() {
            return Some(ExecutionEnd::Stopped);
        }
        alarm(state).map(ExecutionEnd::Fault)
    }

    /// Sends the end of a motion, where it comes to rest, whatever comes.
    fn send(&mut self, motion: &Trajectory, log: &mut Log) -> Result<(), ArmError> {
        for command in motion.commands() {
            log.samples.push(self.arm.cycle(&command)?);
        }
        Ok(())
    }

    /// What is wrong with sending a command now, after the last one.
    fn unfit(&self, command: &Command, state: &ArmState) -> Option<Refusal> {
        let previous = state.commanded.as_ref()?;
        self.gate.pass(command, previous).err()
    }

    /// The first arm joint whose effort is above the limit.
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

/// An arm that reports an alarm takes no motion.
fn alarm(state: &ArmState) -> Option<Refusal> {
    state.alarm.clone().map(Refusal::NotApplicable)
}

/// What the arm reported on the way.
struct Log {
    /// Never empty.
    samples: Vec<ArmState>,
    followed: usize,
}

impl Log {
    /// A log that begins with `first` and has room for a reading per command.
    fn new(first: ArmState, commands: usize) -> Self {
        let mut samples = Vec::with_capacity(commands + 1);
        samples.push(first);
        Self {
            samples,
            followed: 0,
        }
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
