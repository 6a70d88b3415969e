//! Takes an arm from a port to holding its position.
//!
//! Nothing that could move the arm is sent before every servo has been found to be the expected
//! one, calibrated as in the file, without alarms, and at rest at a pose that it reported. Then the
//! goal is set to that pose, and only then are the motors switched on.

use std::time::Duration;

use enact_robot::Robot;

use super::bus_config::{BusConfig, ServoConfig};
use super::feedback::{FeedbackFilter, Reading};
use super::health::{self, HealthLimits};
use super::id_conflict::has_id_conflict;
use super::joint::ServoJoint;
use super::verified_write::write_verified;
use super::{CycleStats, ServoArm, ShutdownMode, firmware};
use crate::bus::{Bus, BusError};
use crate::calibration::Calibration;
use crate::servo::{Register, x_series};
use crate::{ArmError, ArmingFault};

/// Number of pose readings that must agree.
const POSES: usize = 3;
/// Time between the readings.
const APART: Duration = Duration::from_millis(25);
/// Differences between the readings, in steps, that do not count as motion.
const STILL: i64 = 8;
/// Time for an arm to come to rest: one that was just released is still sinking.
const SETTLING: Duration = Duration::from_secs(5);
/// Steps by which an arm may sag when its motors take over.
const SAG: i64 = 40;
/// Time allowed for the takeover.
const TAKEOVER: Duration = Duration::from_millis(100);
/// Steps beyond its calibrated range from which a joint is moved back: a limp arm rests on its end
/// stops, where the range ends, and gears have backlash.
const BEYOND: i64 = 100;
/// Speed of that motion, rad/s.
const SLOW: f64 = 0.2;
/// Ratio of the servos' speed limit to the largest speed of commands.
const SPEED_MARGIN: f64 = 1.5;
/// Bus watchdog of servos that have one, in 20 ms: several times the interval at which an idle arm
/// is polled.
const WATCHDOG: i64 = 25;

/// Options of arming.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArmingOptions {
    /// Shutdown of the arm.
    pub shutdown: ShutdownMode,
}

impl ServoArm {
    /// Arms the servos of a robot at their current positions.
    ///
    /// # Errors
    /// [`ArmError`] with the first reason against it. The motors are then off, or unchanged.
    pub fn arm(
        mut bus: Bus,
        robot: &Robot,
        bus_config: &BusConfig,
        calibration: &Calibration,
        options: ArmingOptions,
    ) -> Result<Self, ArmError> {
        let joints = ServoJoint::joints_of_robot(robot, bus_config, calibration)?;
        for joint in &joints {
            identify(&mut bus, joint)?;
        }
        let firmware = firmware::log_versions(&mut bus, &joints)?;
        check_calibration(&mut bus, &joints)?;
        for joint in &joints {
            check_offset(&mut bus, joint)?;
        }
        let mut limits = Vec::new();
        for joint in &joints {
            limits.push(check_health(&mut bus, joint)?);
        }
        let tracks = check_pose(&mut bus, &joints)?;
        // A limp arm may be slightly outside its range, where the servo accepts no goal.
        let goals: Vec<i64> = joints
            .iter()
            .zip(&tracks)
            .map(|(joint, track)| joint.clamp_steps(track.reading.steps))
            .collect();
        let positions = joints
            .iter()
            .zip(&goals)
            .map(|(joint, goal)| joint.position_from_steps(*goal));
        let mut arm = Self {
            commanded: positions.collect(),
            ids: joints.iter().map(|joint| joint.servo.id).collect(),
            bus,
            joints,
            period: robot.control_period(),
            tracks,
            firmware,
            limits,
            goals,
            goals_verified: false,
            alarm: None,
            refusal: None,
            fault: None,
            due: None,
            shutdown: Some(options.shutdown),
            timing: CycleStats::default(),
        };
        match arm.take_over() {
            Ok(()) => Ok(arm),
            Err(error) => {
                // A partly armed arm is released.
                arm.shutdown = Some(ShutdownMode::Release);
                Err(error)
            }
        }
    }

    /// Sets the goal to the pose, switches torque on, then checks that the arm stays. Until then
    /// the servos of joints outside their range are slow.
    fn take_over(&mut self) -> Result<(), ArmError> {
        let excess = |(track, goal): (&FeedbackFilter, &i64)| (track.reading.steps - goal).abs();
        let way = self
            .tracks
            .iter()
            .zip(&self.goals)
            .map(excess)
            .max()
            .unwrap_or(0);
        for (joint, goal) in self.joints.iter().zip(&self.goals) {
            prepare(&mut self.bus, joint)?;
            let speed = speed_number(&mut self.bus, joint, SLOW)?;
            let map = joint.servo.model.map;
            let mut write = |register, value| write_verified(&mut self.bus, joint, register, value);
            write(map.speed_limit, speed)?;
            write(map.goal_position, *goal)?;
            write(map.torque_enable, 1)?;
            // A Dynamixel sets its goal to its position when torque is switched on.
            write(map.goal_position, *goal)?;
            if let Some(watchdog) = trusted_watchdog(&mut self.bus, joint)? {
                write_verified(&mut self.bus, joint, watchdog, WATCHDOG)?;
            }
        }
        self.goals_verified = true;
        let longest = way as f64 * self.joints[0].servo.model.step_size_rad() / SLOW;
        self.watch_takeover(self.bus.now() + TAKEOVER + Duration::from_secs_f64(longest))?;
        for joint in &self.joints {
            let speed = speed_number(&mut self.bus, joint, SPEED_MARGIN * joint.velocity)?;
            write_verified(
                &mut self.bus,
                joint,
                joint.servo.model.map.speed_limit,
                speed,
            )?;
        }
        Ok(())
    }

    /// Waits until the arm is at its goals.
    fn watch_takeover(&mut self, end: Duration) -> Result<(), ArmError> {
        while self.bus.now() < end {
            self.bus.sleep_until(end.min(self.bus.now() + TAKEOVER));
            self.refresh()?;
        }
        let joints = self.joints.iter().zip(&self.tracks).zip(&self.goals);
        for ((joint, track), goal) in joints {
            if (track.reading.steps - goal).abs() > SAG {
                return Err(ArmingFault::Moves(joint.name.clone()).into());
            }
        }
        Ok(())
    }
}

/// Checks that the servo exists, is of the right model, has a unique id, and is in a position mode.
fn identify(bus: &mut Bus, joint: &ServoJoint) -> Result<(), ArmError> {
    let ServoConfig { id, model, .. } = joint.servo;
    let name = || joint.name.clone();
    match bus.ping(id) {
        // Either two servos reply over each other, or the line is bad: the next check tells.
        Ok(_) | Err(BusError::Garbled { .. }) => {}
        Err(BusError::Silent { .. }) => {
            return Err(ArmingFault::Missing { joint: name(), id }.into());
        }
        Err(error) => return Err(error.into()),
    }
    if has_id_conflict(bus, id, model)? {
        return Err(ArmingFault::SharedId { joint: name(), id }.into());
    }
    let found = model.map.model_number.read(bus, id)?;
    if found != i64::from(model.number) {
        let expected = model.number;
        return Err(ArmingFault::OtherModel {
            joint: name(),
            id,
            found,
            expected,
        }
        .into());
    }
    hurry(bus, joint)?;
    let mode = model.map.operating_mode.read(bus, id)?;
    if !model.position_modes.contains(&mode) {
        return Err(ArmingFault::Mode {
            joint: name(),
            mode,
        }
        .into());
    }
    check_drive_mode(bus, joint)
}

/// Compares the counting direction of the servo with the calibration; other bits of its drive mode
/// would make it move differently than commanded.
fn check_drive_mode(bus: &mut Bus, joint: &ServoJoint) -> Result<(), ArmError> {
    let ServoConfig { id, model, .. } = joint.servo;
    let Some(register) = model.map.drive_mode else {
        return Ok(());
    };
    let drive_mode = register.read(bus, id)?;
    if drive_mode & !x_series::DRIVE_MODE_REVERSE_BIT == 0 {
        return Ok(());
    }
    Err(ArmingFault::DriveMode {
        joint: joint.name.clone(),
        drive_mode,
    }
    .into())
}

/// Removes the servo's return delay, if it accepts the setting now.
fn hurry(bus: &mut Bus, joint: &ServoJoint) -> Result<(), ArmError> {
    let ServoConfig { id, model, .. } = joint.servo;
    let (delay, torque) = (model.map.return_delay, model.map.torque_enable);
    let settled = model.family_facts().settings_need_torque_off && torque.read(bus, id)? != 0;
    if delay.read(bus, id)? == 0 {
        return Ok(());
    }
    if settled {
        tracing::warn!(
            "joint `{}`: its servo answers late until its torque was off once",
            joint.name
        );
        return Ok(());
    }
    write_verified(bus, joint, delay, 0)
}

fn check_calibration(bus: &mut Bus, joints: &[ServoJoint]) -> Result<(), ArmError> {
    let differences = ServoJoint::find_mismatches(joints, bus)?;
    if differences.is_empty() {
        Ok(())
    } else {
        Err(ArmingFault::OtherCalibration(differences).into())
    }
}

/// Checks that the servo applies its homing offset in its current mode.
fn check_offset(bus: &mut Bus, joint: &ServoJoint) -> Result<(), ArmError> {
    let offset = joint.calibration.homing_offset;
    let Some(turns) = joint.servo.model.family_facts().turns else {
        return Ok(());
    };
    let heeded = turns.largest_offset;
    if counts_turns(bus, joint)? || (-heeded..=heeded).contains(&offset) {
        return Ok(());
    }
    Err(ArmingFault::Offset {
        joint: joint.name.clone(),
        offset,
        heeded,
    }
    .into())
}

/// Returns whether a servo is in a mode in which its positions extend beyond one turn.
fn counts_turns(bus: &mut Bus, joint: &ServoJoint) -> Result<bool, ArmError> {
    let ServoConfig { id, model, .. } = joint.servo;
    Ok(match model.family_facts().turns {
        Some(turns) => model.map.operating_mode.read(bus, id)? != turns.one_turn_mode,
        None => false,
    })
}

/// Returns the servo's watchdog register, unless the watchdog may move the servo rather than stop
/// it: with an offset, one that trips in a multi-turn mode takes another position for the current
/// one.
fn trusted_watchdog(bus: &mut Bus, joint: &ServoJoint) -> Result<Option<Register>, ArmError> {
    let Some(watchdog) = joint.servo.model.map.watchdog else {
        return Ok(None);
    };
    let trusted = joint.calibration.homing_offset == 0 || !counts_turns(bus, joint)?;
    Ok(trusted.then_some(watchdog))
}

fn check_health(bus: &mut Bus, joint: &ServoJoint) -> Result<HealthLimits, ArmError> {
    let ServoConfig { id, model, .. } = joint.servo;
    let map = model.map;
    let name = || joint.name.clone();
    let limits = HealthLimits::read_limits(bus, id, model)?;
    let status = bus.read_registers(id, map.feedback, map.feedback_length)?;
    let reading = Reading::new(model, &status).ok_or(BusError::Garbled { id })?;
    let alarms = health::alarms(bus, id, model, reading.error)?;
    if !alarms.is_empty() {
        return Err(ArmingFault::Alarm {
            joint: name(),
            alarms,
        }
        .into());
    }
    if limits.is_hot(reading.temperature) {
        let (celsius, limit) = (reading.temperature, limits.max_temperature);
        return Err(ArmingFault::Hot {
            joint: name(),
            celsius,
            limit,
        }
        .into());
    }
    if !limits.is_voltage_within_limits(reading.voltage) {
        return Err(ArmingFault::Voltage {
            joint: name(),
            volts: map.voltage.physical_value(reading.voltage),
            min: map.min_voltage.physical_value(limits.min_voltage),
            max: map.max_voltage.physical_value(limits.max_voltage),
        }
        .into());
    }
    Ok(limits)
}

/// Waits until every joint is at rest, then checks that each is in its calibrated range.
fn check_pose(bus: &mut Bus, joints: &[ServoJoint]) -> Result<Vec<FeedbackFilter>, ArmError> {
    let end = bus.now() + SETTLING;
    let pose = loop {
        match pose_over_time(bus, joints)? {
            Pose::Still(pose) => break pose,
            Pose::Moving(joint) if bus.now() > end => return Err(ArmingFault::Moves(joint).into()),
            Pose::Moving(_) => {}
        }
    };
    let now = bus.now();
    let mut tracks = Vec::new();
    for (joint, reading) in joints.iter().zip(pose) {
        if (reading.steps - joint.clamp_steps(reading.steps)).abs() > BEYOND {
            return Err(ArmingFault::OutsideRange {
                joint: joint.name.clone(),
                steps: reading.steps,
                min: joint.calibration.range_min,
                max: joint.calibration.range_max,
            }
            .into());
        }
        tracks.push(FeedbackFilter::new(reading, now));
    }
    Ok(tracks)
}

/// Pose of the arm over a while.
enum Pose {
    Still(Vec<Reading>),
    /// A joint moves; its name.
    Moving(String),
}

fn pose_over_time(bus: &mut Bus, joints: &[ServoJoint]) -> Result<Pose, ArmError> {
    let first = pose(bus, joints)?;
    let mut last = first.clone();
    for _ in 1..POSES {
        bus.sleep_until(bus.now() + APART);
        last = pose(bus, joints)?;
        for ((joint, before), after) in joints.iter().zip(&first).zip(&last) {
            if (after.steps - before.steps).abs() > STILL {
                return Ok(Pose::Moving(joint.name.clone()));
            }
        }
    }
    Ok(Pose::Still(last))
}

fn pose(bus: &mut Bus, joints: &[ServoJoint]) -> Result<Vec<Reading>, ArmError> {
    let read = |joint: &ServoJoint| {
        let ServoConfig { id, model, .. } = joint.servo;
        let status = bus.read_registers(id, model.map.feedback, model.map.feedback_length)?;
        Ok(Reading::new(model, &status).ok_or(BusError::Garbled { id })?)
    };
    joints.iter().map(read).collect()
}

/// Clears what another program may have left: a tripped watchdog, speed and output limits.
fn prepare(bus: &mut Bus, joint: &ServoJoint) -> Result<(), ArmError> {
    let ServoConfig { id, model, output } = joint.servo;
    let map = model.map;
    let ceiling = map.output_ceiling.read(bus, id)?;
    let mut write = |register, value| write_verified(bus, joint, register, value);
    if let Some(watchdog) = map.watchdog {
        write(watchdog, 0)?;
    }
    write(map.acceleration, 0)?;
    write(
        map.output_limit,
        ceiling.min((output * map.output_unlimited as f64) as i64),
    )
}

/// Converts a speed limit in rad/s to the servo's register; never 0, which has another meaning.
fn speed_number(bus: &mut Bus, joint: &ServoJoint, speed: f64) -> Result<i64, ArmError> {
    let ServoConfig { id, model, .. } = joint.servo;
    let mut unit = model.map.speed_limit.unit.scale;
    if let Some(fine) = model.family_facts().fine_speed
        && fine.register.read(bus, id)? & fine.bit == 0
    {
        unit *= fine.coarse;
    }
    Ok(((speed.min(model.top_speed) / unit).ceil() as i64).max(1))
}
