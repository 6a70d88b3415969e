//! The control cycle: sends goals and reads the state at the control rate.

use std::time::Duration;

use enact_robot::{Command, Trajectory};
use enact_types::{JointVector, Refusal};
use thiserror::Error;

use super::ServoArm;
use super::feedback::{FeedbackFilter, Reading};
use super::joint::ServoJoint;
use crate::bus::BusError;
use crate::{Arm, ArmError, ArmState};

/// A joint whose servo has not sent a plausible reply for longer than this is lost.
const SILENCE: Duration = Duration::from_millis(100);
/// If goals are later than this in mid-motion, the arm has already come to rest.
const STALE: Duration = Duration::from_millis(100);
/// After a longer pause a bus watchdog may have tripped.
const PAUSE: Duration = Duration::from_millis(250);

impl Arm for ServoArm {
    /// Returns the current state. Goals that were lost in transmission are sent again.
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.check_fault()?;
        let result = self.look();
        self.latch(result)?;
        Ok(self.report())
    }

    /// Checks that every joint stays in its calibrated range.
    fn admits(&self, trajectory: &Trajectory) -> Result<(), Refusal> {
        for positions in trajectory.positions() {
            self.goals(positions)
                .map_err(|outside| Refusal::NotApplicable(outside.to_string()))?;
        }
        Ok(())
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        self.check_fault()?;
        let result = self.step(command);
        self.latch(result)?;
        Ok(self.report())
    }

    fn idle(&mut self) -> Result<(), ArmError> {
        self.check_fault()?;
        let result = self.look();
        self.latch(result)
    }
}

impl ServoArm {
    /// Reads every joint, and makes sure that the servos have their goals.
    fn look(&mut self) -> Result<(), ArmError> {
        self.due = None;
        self.refusal = None;
        self.check_watchdogs()?;
        self.refresh()?;
        self.verify_and_resend_goals()?;
        self.examine()
    }

    fn step(&mut self, command: &Command) -> Result<(), ArmError> {
        self.check_watchdogs()?;
        // Send no goals to an arm while one of its servos does not reply.
        if !self.hears_all() {
            self.refresh()?;
            // Time spent waiting for replies is not a pause of the program.
            self.due = self.due.map(|_| self.bus.now());
        }
        self.pace()?;
        self.aim(command);
        if self.refusal.is_none() {
            self.queue_goals()?;
        }
        self.forget();
        let (question, asked) = (self.bus.next_question_number(), self.bus.now());
        self.read(question, asked)?;
        if !self.hears_all() {
            self.read(question, asked)?;
        }
        self.examine()?;
        self.timing.cycles += 1;
        Ok(())
    }

    /// Checks after a long pause that no servo has stopped in the meantime.
    fn check_watchdogs(&mut self) -> Result<(), ArmError> {
        let heard = self.tracks.iter().map(|track| track.at).max();
        if self.bus.now().saturating_sub(heard.unwrap_or_default()) < PAUSE {
            return Ok(());
        }
        for joint in &self.joints {
            if let Some(watchdog) = joint.servo.model.map.watchdog
                && watchdog.read(&mut self.bus, joint.servo.id)? < 0
            {
                return Err(ArmError::WatchdogTripped(joint.name.clone()));
            }
        }
        Ok(())
    }

    /// Sets the goals to the command, unless it is outside a calibrated range.
    fn aim(&mut self, command: &Command) {
        match self.goals(command.positions()) {
            Ok(goals) => {
                self.goals = goals;
                self.commanded = command.positions().clone();
            }
            Err(outside) => self.refusal = Some(outside.to_string()),
        }
    }

    /// Returns the servo goals for these positions, or the joint that is outside its range.
    fn goals(&self, positions: &JointVector) -> Result<Vec<i64>, OutsideRange> {
        let goal = |(joint, position): (&ServoJoint, &f64)| {
            let goal = joint.goal_steps_if_in_range(*position);
            goal.ok_or_else(|| OutsideRange::of(joint, *position))
        };
        self.joints.iter().zip(positions.iter()).map(goal).collect()
    }

    /// Queues the goals of all servos ahead of the next reading; they are not confirmed.
    pub(super) fn queue_goals(&mut self) -> Result<(), ArmError> {
        let goal = self.joints[0].servo.model.map.goal_position;
        let mut items = Vec::with_capacity(8 * self.ids.len());
        for (id, steps) in self.ids.iter().zip(&self.goals) {
            items.push(*id);
            items.extend(goal.encode(*steps).map_err(BusError::from)?);
        }
        self.goals_verified = false;
        Ok(self
            .bus
            .queue_sync_write(goal.address, goal.width.into(), &items)?)
    }

    /// Waits for the end of the control period that began with the last goals. Missed periods are
    /// not made up for, and no clock makes it wait longer than one period.
    ///
    /// # Errors
    /// [`ArmError`] if the period is over for so long that the motion must not continue: the servos
    /// hold the last goals.
    fn pace(&mut self) -> Result<(), ArmError> {
        let now = self.bus.now();
        let due = self.due.map_or(now, |due| due.min(now) + self.period);
        if now > due + self.period / 2 {
            self.timing.overruns += 1;
            self.due = Some(now);
        } else {
            self.bus.sleep_until(due);
            self.due = Some(due);
        }
        // Checked last: the program may have been paused while it slept.
        match self.bus.now().saturating_sub(due) {
            late if late > STALE => Err(ArmError::Stale(late.as_millis())),
            _ => Ok(()),
        }
    }

    /// Reads every joint, retrying those that do not reply for as long as their silence is
    /// tolerated.
    pub(super) fn refresh(&mut self) -> Result<(), ArmError> {
        let begun = self.bus.now();
        let question = self.bus.next_question_number();
        self.forget();
        while !self.hears_all() {
            self.read(question, begun)?;
            if self.bus.now() > begun + SILENCE {
                break;
            }
        }
        let mut joints = self.joints.iter().zip(&self.tracks);
        match joints.find(|(_, track)| !track.fresh) {
            None => Ok(()),
            Some((joint, _)) => {
                let (name, id) = (&joint.name, joint.servo.id);
                Err(ArmError::Silent(format!(
                    "joint `{name}`, servo {id}, has been silent too long"
                )))
            }
        }
    }

    /// Reads once every joint that has not replied since `forget`, for a question first asked at
    /// `asked`: no reply is older.
    fn read(&mut self, question: u64, asked: Duration) -> Result<(), ArmError> {
        let map = self.joints[0].servo.model.map;
        let silent = |(id, track): (&u8, &FeedbackFilter)| (!track.fresh).then_some(*id);
        let ids: Vec<u8> = self
            .ids
            .iter()
            .zip(&self.tracks)
            .filter_map(silent)
            .collect();
        let answers =
            self.bus
                .sync_read_again(question, &ids, map.feedback, map.feedback_length)?;
        let mut answers = answers.into_iter();
        for (joint, track) in self.joints.iter().zip(&mut self.tracks) {
            if track.fresh {
                continue;
            }
            let answer = answers.next().flatten();
            let reading = answer.and_then(|status| Reading::new(joint.servo.model, &status));
            if let Some(reading) = reading
                && !track.accept_if_plausible(joint, reading, asked)
            {
                self.timing.outliers += 1;
            }
        }
        Ok(())
    }

    /// Marks all readings as old.
    fn forget(&mut self) {
        for track in &mut self.tracks {
            track.fresh = false;
        }
    }

    fn hears_all(&self) -> bool {
        self.tracks.iter().all(|track| track.fresh)
    }
}

/// A position that is outside the calibrated range of a servo.
#[derive(Debug, Error)]
#[error(
    "joint `{joint}`: {position:.4} rad is outside its calibrated range [{min:.4}, {max:.4}] rad; calibrate it again if it reaches farther"
)]
struct OutsideRange {
    joint: String,
    position: f64,
    min: f64,
    max: f64,
}

impl OutsideRange {
    fn of(joint: &ServoJoint, position: f64) -> Self {
        let (min, max) = joint.range();
        Self {
            joint: joint.name.clone(),
            position,
            min,
            max,
        }
    }
}
