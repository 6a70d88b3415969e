//! Shutdown of an arm.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ServoArm;
use super::bus_config::ServoConfig;
use super::joint::ServoJoint;
use super::verified_write::write_verified;
use crate::ArmError;
use crate::bus::{Bus, BusError};

/// Final state of an arm when it is no longer driven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShutdownMode {
    /// It holds its position with the motors on.
    Hold,
    /// Its motors yield gradually, so that it sinks, and are then switched off.
    #[default]
    Lower,
    /// Its motors are switched off at once, so that it falls.
    Release,
}

/// Number of steps in which the motors yield.
const STAIRS: i64 = 40;
/// Time between them.
const STAIR: Duration = Duration::from_millis(50);
/// Number of attempts to switch a servo off before giving up.
const ATTEMPTS: usize = 5;

impl ServoArm {
    /// Shuts the arm down as chosen when it was armed.
    ///
    /// # Errors
    /// [`ArmError`] if a servo does not confirm it.
    pub fn shut_down(mut self) -> Result<(), ArmError> {
        self.leave()
    }

    fn leave(&mut self) -> Result<(), ArmError> {
        let shutdown = self.shutdown.take();
        tracing::info!(timing = ?self.timing, counters = ?self.bus.counters(), ?shutdown, "leaving the arm");
        if matches!(self.fault, Some(ArmError::Bus(BusError::Lost(_)))) {
            // No servo receives anything. The servos hold the last goal, which is near.
            return Ok(());
        }
        match shutdown {
            None => Ok(()),
            Some(ShutdownMode::Hold) => self.stop_watchdogs(),
            Some(ShutdownMode::Lower) => self.give_way().and(self.switch_off()),
            Some(ShutdownMode::Release) => self.switch_off(),
        }
    }

    /// Stops the watchdogs, which would release the arm soon after we stop sending.
    fn stop_watchdogs(&mut self) -> Result<(), ArmError> {
        let mut result = Ok(());
        for joint in &self.joints {
            if let Err(error) = stop_watchdog(&mut self.bus, joint) {
                tracing::error!(
                    "joint `{}`: its watchdog may still stop it: {error}",
                    joint.name
                );
                result = Err(error);
            }
        }
        result
    }

    fn give_way(&mut self) -> Result<(), ArmError> {
        let limit = self.joints[0].servo.model.map.output_limit;
        for left in (0..STAIRS).rev() {
            let mut items = Vec::new();
            for joint in &self.joints {
                let full = joint.servo.model.map.output_unlimited as f64 * joint.servo.output;
                items.push(joint.servo.id);
                let share = (full * left as f64 / STAIRS as f64) as i64;
                items.extend(limit.encode(share).map_err(BusError::from)?);
            }
            self.bus
                .sync_write(limit.address, limit.width.into(), &items)?;
            self.bus.sleep_until(self.bus.now() + STAIR);
        }
        Ok(())
    }

    /// Switches every motor off and verifies it, whatever alarms there are.
    fn switch_off(&mut self) -> Result<(), ArmError> {
        let torque = self.joints[0].servo.model.map.torque_enable;
        let items: Vec<u8> = self.ids.iter().flat_map(|id| [*id, 0]).collect();
        self.bus
            .sync_write(torque.address, torque.width.into(), &items)?;
        let mut result = Ok(());
        let mut limp = Vec::new();
        for joint in &self.joints {
            match switch_one_off(&mut self.bus, joint) {
                Ok(()) => limp.push(joint),
                Err(error) => {
                    tracing::error!("joint `{}` may still have torque: {error}", joint.name);
                    result = Err(error);
                }
            }
        }
        // Not those of a motor that may still have torque: it would pull again.
        for joint in limp {
            if let Err(error) = lift_bounds(&mut self.bus, joint) {
                tracing::warn!(
                    "joint `{}` keeps bounds until it is switched off and on: {error}",
                    joint.name
                );
            }
        }
        result
    }
}

fn switch_one_off(bus: &mut Bus, joint: &ServoJoint) -> Result<(), ArmError> {
    let torque = joint.servo.model.map.torque_enable;
    let mut result = Ok(());
    for _ in 0..ATTEMPTS {
        result = write_verified(bus, joint, torque, 0);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// Resets output and speed limits to their power-up values: with our limits another program would
/// get torque without force. Every register is tried, even if others fail.
fn lift_bounds(bus: &mut Bus, joint: &ServoJoint) -> Result<(), ArmError> {
    let ServoConfig { id, model, .. } = joint.servo;
    let map = model.map;
    // First, because a tripped watchdog write-protects the output limit.
    let watchdog = stop_watchdog(bus, joint);
    let output = match map.output_ceiling.read(bus, id) {
        Ok(ceiling) => write_verified(bus, joint, map.output_limit, ceiling),
        Err(error) => Err(error.into()),
    };
    let speed = write_verified(bus, joint, map.speed_limit, 0);
    watchdog.and(output).and(speed)
}

fn stop_watchdog(bus: &mut Bus, joint: &ServoJoint) -> Result<(), ArmError> {
    match joint.servo.model.map.watchdog {
        Some(watchdog) => write_verified(bus, joint, watchdog, 0),
        None => Ok(()),
    }
}

impl Drop for ServoArm {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            tracing::error!("the arm could not be left as it should: {error}");
        }
    }
}
