//! `enact arm torque on|off`.

use anyhow::{Result, bail};
use enact_arm::bus::Bus;
use enact_arm::driver::bus_config::ServoConfig;
use enact_arm::{ShutdownMode, StopSwitch};
use serde_json::json;

use super::args::OnOff;
use super::hardware::Hardware;
use crate::stop_sources::stop_on_interrupt;

/// Number of attempts before a servo is given up.
const ATTEMPTS: usize = 3;

/// Holds the arm where it is, or lets it fall.
pub fn set_torque(hardware: &Hardware, state: OnOff) -> Result<bool> {
    match state {
        OnOff::On => on(hardware)?,
        OnOff::Off => switch_motors_off(hardware)?,
    }
    let what = match state {
        OnOff::On => "the arm holds itself where it is",
        OnOff::Off => "the motors are off",
    };
    if hardware.json {
        outln!("{}", json!({"torque": state == OnOff::On}));
    } else {
        errln!("{what}");
    }
    Ok(true)
}

/// Arms the arm and leaves it holding itself.
fn on(hardware: &Hardware) -> Result<()> {
    // A first Ctrl-C must not leave half of its motors on.
    stop_on_interrupt(StopSwitch::new())?;
    Ok(hardware.open_armed_arm(ShutdownMode::Hold)?.shut_down()?)
}

/// Switches off every motor that can be reached, without checks of calibration or health.
pub fn switch_motors_off(hardware: &Hardware) -> Result<()> {
    let mut bus = hardware.open_bus()?;
    let mut failures = Vec::new();
    for (name, servo) in hardware.joints() {
        if let Err(error) = switch_motor_off(&mut bus, servo) {
            failures.push(format!("joint `{name}`: {error}"));
        }
    }
    if !failures.is_empty() {
        bail!("some motors may still be on:\n  {}", failures.join("\n  "));
    }
    Ok(())
}

/// Switches one motor off and verifies it.
pub fn switch_motor_off(bus: &mut Bus, servo: &ServoConfig) -> Result<()> {
    let register = servo.model.map.torque_enable;
    let mut last = None;
    for _ in 0..ATTEMPTS {
        let written = register.write(bus, servo.id, 0);
        match written.and_then(|()| register.read(bus, servo.id)) {
            Ok(0) => return Ok(()),
            Ok(found) => last = Some(anyhow::anyhow!("its torque stays {found}")),
            Err(error) => last = Some(error.into()),
        }
    }
    Err(last.unwrap_or_else(|| anyhow::anyhow!("it was not told")))
}
