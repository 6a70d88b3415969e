//! Drive command of a servo to its joint, and measurements of its sensors.

use std::time::Duration;

use super::EmulatedServo;
use crate::plant::{JointDrive, JointMeasurement};

/// Speed above which a servo reports that it moves, rad/s.
const MOVING: f64 = 0.03;
/// Current at full output, in the units of an STS3215: 2.7 A of 6.5 mA.
const STALL_CURRENT: f64 = 415.0;

impl EmulatedServo {
    /// Returns the drive command to the joint.
    pub fn drive_command(&self) -> JointDrive {
        let map = self.model.map;
        let on = self.register_value(map.torque_enable) == 1;
        let output = self.register_value(map.output_limit) as f64 / map.output_unlimited as f64;
        let speed = map
            .speed_limit
            .physical_value(self.register_value(map.speed_limit));
        // 0 means as fast as possible.
        let speed = if speed == 0.0 {
            self.model.top_speed
        } else {
            speed
        };
        JointDrive {
            goal: on.then(|| self.joint_at(self.internal_goal())),
            speed: speed.min(self.model.top_speed),
            output: output.min(self.permitted_output_ratio()),
        }
    }

    /// Updates the registers from the sensors.
    pub fn update_sensor_registers(&mut self, motion: &JointMeasurement, now: Duration) {
        let elapsed = now.saturating_sub(self.last_sensed).as_secs_f64();
        self.last_sensed = now;
        let map = self.model.map;
        let (zero, per_radian) = self.mounting;
        let turn = self.model.steps_per_turn;
        self.raw = ((zero + motion.position * per_radian).round() as i64).rem_euclid(turn);
        let offset = self.applied_homing_offset();
        let facts = self.model.family_facts();
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
        if self.register_value(map.torque_enable) == 0 && self.family.goal_follows {
            // Without torque the goal follows, so that switching torque on holds the position.
            self.write_memory(map.goal_position, position);
        }
        let goal = self.internal_goal();
        self.report("internal_goal", goal);
        self.report("position_trajectory", goal);
        self.update_temperature_and_overload(motion, goal - position, elapsed);
        self.trip_watchdog_if_silent(now);
    }

    /// Returns the goal, clamped to the limits.
    fn internal_goal(&self) -> i64 {
        let map = self.model.map;
        let goal = self.register_value(map.goal_position);
        let (min, max) = (
            self.register_value(map.min_position),
            self.register_value(map.max_position),
        );
        if min < max && !self.counts_turns() {
            goal.clamp(min, max)
        } else {
            goal
        }
    }

    /// Returns whether the mode is one in which positions extend beyond one turn and limits are
    /// ignored.
    pub(super) fn counts_turns(&self) -> bool {
        let mode = self.register_value(self.model.map.operating_mode);
        let turns = self.model.family_facts().turns;
        turns.is_some_and(|turns| mode != turns.one_turn_mode)
    }

    /// Returns the part of the homing offset that is applied.
    pub(super) fn applied_homing_offset(&self) -> i64 {
        let offset = self.register_value(self.model.map.homing_offset);
        let turns = self
            .model
            .family_facts()
            .turns
            .filter(|_| !self.counts_turns());
        let ignored = turns.is_some_and(|turns| offset.abs() > turns.largest_offset);
        if ignored { 0 } else { offset }
    }

    /// Returns the joint position at which the servo reports `steps`.
    fn joint_at(&self, steps: i64) -> f64 {
        let offset = self.applied_homing_offset();
        let raw = steps - self.model.family_facts().offset_sign * offset;
        let (zero, per_radian) = self.mounting;
        let turn = self.model.steps_per_turn as f64;
        // The turn nearest to the joint's zero.
        let from_zero = (raw as f64 - zero + turn / 2.0).rem_euclid(turn) - turn / 2.0;
        from_zero / per_radian
    }
}
