//! `enact arm set-id`: assigns a new servo to a joint.

use anyhow::{Result, bail};
use enact_arm::bus::{Bus, BusError};
use enact_arm::driver::bus_config::ServoConfig;
use enact_arm::driver::id_conflict::has_id_conflict;
use enact_arm::servo::Register;
use serde_json::json;

use super::hardware::Hardware;

/// Advice if there are several servos.
const ALONE: &str = "connect the servo of one joint alone, so that no other changes its id";

/// Gives the only servo on the bus a joint's id and the bus's baud rate.
pub fn set_id_and_baud_rate(hardware: &Hardware, joint: &str) -> Result<bool> {
    let servo = hardware.bus_config.servos[hardware.joint_index(joint)?];
    let (baud, id) = only_one(hardware)?;
    let mut bus = hardware.open_bus_at_baud_rate(baud)?;
    if has_id_conflict(&mut bus, id, servo.model)? {
        bail!("several servos with id {id} answer at once; {ALONE}");
    }
    let map = servo.model.map;
    let number = map.model_number.read(&mut bus, id)?;
    if number != i64::from(servo.model.number) {
        bail!(
            "the servo is of model {number}; joint `{joint}` needs {} ({})",
            servo.model.name,
            servo.model.number
        );
    }
    map.torque_enable.write(&mut bus, id, 0)?;
    if let Some(lock) = map.lock {
        lock.write(&mut bus, id, 0)?;
    }
    tell(&mut bus, id, map.id, servo.id.into())?;
    let rates = servo.model.family.baud_rates();
    if let Some(index) = rates
        .iter()
        .position(|rate| *rate == hardware.bus_config.baud)
    {
        tell(&mut bus, servo.id, map.baud, index as i64)?;
    }
    drop(bus);
    confirm(hardware, &servo)?;
    if hardware.json {
        outln!(
            "{}",
            json!({
                "joint": joint,
                "servo": servo.id,
                "baud": hardware.bus_config.baud,
                "was": {"servo": id, "baud": baud},
            })
        );
        return Ok(true);
    }
    outln!(
        "joint `{joint}`: servo {id} at {baud} baud is servo {} at {} baud now",
        servo.id,
        hardware.bus_config.baud
    );
    Ok(true)
}

/// Returns the baud rate and the id of the only servo that answers at any rate.
fn only_one(hardware: &Hardware) -> Result<(u32, u8)> {
    let mut found = Vec::new();
    let mut broken = 0;
    for baud in hardware.bus_config.family.baud_rates() {
        let Ok(mut bus) = hardware.open_bus_at_baud_rate(*baud) else {
            continue;
        };
        found.extend(bus.ping_all()?.iter().map(|status| (*baud, status.id)));
        broken += bus.counters().corrupt;
    }
    match found.as_slice() {
        [only] => Ok(*only),
        [] if broken > 0 => bail!("all replies are corrupt: several servos with one id? {ALONE}"),
        [] => {
            // Says why the port cannot be opened, if that is the reason.
            hardware.open_bus()?;
            bail!("no servo answers; is it powered, and does it speak this protocol?")
        }
        several => bail!("{} servos answer; {ALONE}", several.len()),
    }
}

/// Writes what changes how the servo can be spoken to, so that its answer may not be heard.
fn tell(bus: &mut Bus, id: u8, register: Register, value: i64) -> Result<()> {
    match register.write(bus, id, value) {
        Ok(()) | Err(BusError::Silent { .. } | BusError::Garbled { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Checks that the servo answers as it should now, and keeps its settings.
fn confirm(hardware: &Hardware, servo: &ServoConfig) -> Result<()> {
    let mut bus = hardware.open_bus()?;
    let map = servo.model.map;
    let found = map.id.read(&mut bus, servo.id)?;
    if let Some(lock) = map.lock {
        lock.write(&mut bus, servo.id, 1)?;
    }
    if found != i64::from(servo.id) {
        bail!("the servo says that its id is {found}, not {}", servo.id);
    }
    Ok(())
}
