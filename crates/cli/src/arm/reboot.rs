//! `enact arm reboot`: restarts a Dynamixel that has shut down.

use std::time::Duration;

use anyhow::{Result, bail};
use enact_arm::bus::{Bus, BusError};
use enact_arm::driver::bus_config::ServoConfig;
use enact_arm::driver::health;
use enact_arm::servo::AlarmReset;
use serde_json::json;

use super::hardware::Hardware;

/// Longest time until a rebooted servo answers again.
const STARTING: Duration = Duration::from_secs(2);
/// Pause between two checks whether it does.
const PAUSE: Duration = Duration::from_millis(50);

/// Reboots the servo of a joint; returns `false` if its alarms persist.
pub fn reboot(hardware: &Hardware, joint: &str) -> Result<bool> {
    let servo = hardware.bus_config.servos[hardware.joint_index(joint)?];
    if servo.model.family_facts().restart == AlarmReset::Power {
        bail!(
            "joint `{joint}`: a Feetech servo must not be told to reboot, which starts its boot loader; free the joint, let it cool, then switch the arm's power off and on"
        );
    }
    let mut bus = hardware.open_bus()?;
    let before = alarms(&mut bus, &servo)?;
    start_anew(&mut bus, servo.id)?;
    let after = alarms(&mut bus, &servo)?;
    let id = servo.id;
    if hardware.json {
        outln!(
            "{}",
            json!({"joint": joint, "servo": id, "before": before, "after": after})
        );
        return Ok(after.is_empty());
    }
    if !after.is_empty() {
        outln!("joint `{joint}`: servo {id} was rebooted, and still reports: {after}");
        return Ok(false);
    }
    let was = if before.is_empty() {
        "nothing"
    } else {
        &before
    };
    outln!(
        "joint `{joint}`: servo {id} was rebooted (it reported: {was}); it has no torque until the arm is armed"
    );
    Ok(true)
}

/// Reboots the servo and waits until it answers.
fn start_anew(bus: &mut Bus, id: u8) -> Result<()> {
    match bus.reboot(id) {
        // It may have begun before it answered.
        Ok(_) | Err(BusError::Silent { .. } | BusError::Garbled { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let end = bus.now() + STARTING;
    loop {
        bus.sleep_until(bus.now() + PAUSE);
        match bus.ping(id) {
            Ok(_) => return Ok(()),
            Err(BusError::Silent { .. } | BusError::Garbled { .. }) if bus.now() < end => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Describes the alarms that the servo reports.
fn alarms(bus: &mut Bus, servo: &ServoConfig) -> Result<String> {
    let error = bus.ping(servo.id)?.error;
    let alarms = health::alarms(bus, servo.id, servo.model, error)?;
    let names: Vec<String> = alarms.iter().map(ToString::to_string).collect();
    Ok(names.join(", "))
}
