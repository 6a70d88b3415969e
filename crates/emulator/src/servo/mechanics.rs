//! What a servo does to its joint, and what its sensors say.

use std::time::Duration;

use super::EmulatedServo;
use crate::plant::{DriveCommand, JointFeedback};

/// A tripped watchdog's register.
const TRIPPED: i64 = -1;
/// Unit of a watchdog's time-out.
const WATCHDOG_UNIT: Duration = Duration::from_millis(20);
/// A servo that turns faster than this says that it moves, rad/s.
const MOVING: f64 = 0.03;
/// Current at full output, in the units of an STS3215: 2.7 A of 6.5 mA.
const STALL_CURRENT: f64 = 415.0;

impl EmulatedServo {
    /// What it does to its joint.
    pub fn drive(&self) -> DriveCommand {
        let map = self.model.map;
        let on = self.get(map.torque_enable) == 1;
        let output = self.get(map.output_limit) as f64 / map.output_unlimited as f64;
        let speed = map.speed_limit.value(self.get(map.speed_limit));
        // 0 means: as fast as can be.
        let speed = if speed == 0.0 {
            self.model.top_speed
        } else {
            speed
        };
        DriveCommand {
            goal: on.then(|| self.joint_at(self.internal_goal())),
            speed: speed.min(self.model.top_speed),
            output: output.min(self.spared_output()),
        }
    }

    /// Takes what the sensors say, and what follows from it.
    pub fn sense(&mut self, motion: &JointFeedback, now: Duration) {
        let elapsed = now.saturating_sub(self.last_sensed).as_secs_f64();
        self.last_sensed = now;
        let map = self.model.map;
        let (zero, per_radian) = self.mounting;
        let turn = self.model.steps_per_turn;
        self.raw = ((zero + motion.position * per_radian).round() as i64).rem_euclid(turn);
        let offset = self.offset();
        let facts = self.model.facts();
        let position = self.raw + facts.offset_sign * offset;
        let position = match facts.turns {
            None => position.rem_euclid(turn),
            Some(_) => position,
        };
        let direction = per_radian.signum();
        let velocity = direction * motion.velocity / map.velocity.unit.scale;
        let load = direction * motion.effort * self.model.full_load;
        self.write_memory(map.position, position);
        self.write_memory(map.velocity, velocity.round() as i64);
        self.write_memory(map.load, load.round() as i64);
        self.report("moving", i64::from(motion.velocity.abs() > MOVING));
        self.report(
            "present_current",
            (motion.effort.abs() * STALL_CURRENT) as i64,
        );
        self.report("realtime_tick", now.as_millis() as i64 % 0x8000);
        if self.get(map.torque_enable) == 0 && self.manner.goal_follows {
            // Without torque the goal follows, so that bare torque holds in place.
            self.write_memory(map.goal_position, position);
        }
        let goal = self.internal_goal();
        self.report("internal_goal", goal);
        self.report("position_trajectory", goal);
        self.overheat(motion, goal - position, elapsed);
        self.watch(now);
    }

    /// Where the servo goes: its goal, no farther than its limits.
    fn internal_goal(&self) -> i64 {
        let map = self.model.map;
        let goal = self.get(map.goal_position);
        let (min, max) = (self.get(map.min_position), self.get(map.max_position));
        if min < max && !self.counts_turns() {
            goal.clamp(min, max)
        } else {
            goal
        }
    }

    /// Whether it is in a mode in which positions go beyond one turn, and limits count for nothing.
    pub(super) fn counts_turns(&self) -> bool {
        let mode = self.get(self.model.map.operating_mode);
        let turns = self.model.facts().turns;
        turns.is_some_and(|turns| mode != turns.one_turn_mode)
    }

    /// The homing offset as far as it is heeded.
    fn offset(&self) -> i64 {
        let offset = self.get(self.model.map.homing_offset);
        let turns = self.model.facts().turns.filter(|_| !self.counts_turns());
        let ignored = turns.is_some_and(|turns| offset.abs() > turns.largest_offset);
        if ignored { 0 } else { offset }
    }

    /// The joint's position where the servo reports `steps`.
    fn joint_at(&self, steps: i64) -> f64 {
        let offset = self.offset();
        let raw = steps - self.model.facts().offset_sign * offset;
        let (zero, per_radian) = self.mounting;
        let turn = self.model.steps_per_turn as f64;
        // Of all turns the one that is nearest to the joint's zero.
        let from_zero = (raw as f64 - zero + turn / 2.0).rem_euclid(turn) - turn / 2.0;
        from_zero / per_radian
    }

    fn watch(&mut self, now: Duration) {
        let Some(watchdog) = self.model.map.watchdog else {
            return;
        };
        let units = self.get(watchdog);
        let torque = self.get(self.model.map.torque_enable) == 1;
        if units > 0 && torque && now > self.last_heard + WATCHDOG_UNIT * units as u32 {
            self.write_memory(watchdog, TRIPPED);
            // It stays where it is, whatever it is told; unless it counts turns: then the
            // firmware forgets the offset, and the servo moves.
            let map = self.model.map;
            let forgotten = if self.counts_turns() {
                self.offset()
            } else {
                0
            };
            self.write_memory(map.goal_position, self.get(map.position) - forgotten);
        }
    }

    /// Whether its watchdog has stopped it.
    pub(super) fn has_tripped(&self) -> bool {
        let watchdog = self.model.map.watchdog;
        watchdog.is_some_and(|watchdog| self.get(watchdog) == TRIPPED)
    }
}
