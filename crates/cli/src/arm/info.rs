//! `enact arm info`: every register of the servos.

use anyhow::Result;
use enact_arm::bus::Bus;
use enact_arm::driver::bus_config::ServoConfig;
use enact_arm::servo::Register;
use serde_json::{Value, json};

use super::hardware::Hardware;

/// Prints the registers of one joint's servo, or of all.
pub fn print_registers(hardware: &Hardware, joint: Option<&str>) -> Result<bool> {
    let only = joint.map(|name| hardware.joint_index(name)).transpose()?;
    let mut bus = hardware.open_bus()?;
    let mut all_answer = true;
    for (index, (name, servo)) in hardware.joints().enumerate() {
        if only.is_some_and(|only| only != index) {
            continue;
        }
        let ServoConfig { id, model, .. } = *servo;
        if hardware.json {
            let facts = facts(&mut bus, name, servo);
            all_answer &= facts["error"].is_null();
            outln!("{facts}");
            continue;
        }
        outln!("{name}: servo {id}, {}", model.name);
        if let Err(error) = registers(&mut bus, servo) {
            outln!("    {error}");
            all_answer = false;
        }
    }
    Ok(all_answer)
}

/// Returns the registers of a servo, for a program.
fn facts(bus: &mut Bus, joint: &str, servo: &ServoConfig) -> Value {
    let error = bus.ping(servo.id).err().map(|error| error.to_string());
    let mut registers = Vec::new();
    for register in servo.model.registers {
        if error.is_some() {
            break;
        }
        let read = register.read(bus, servo.id);
        registers.push(json!({
            "name": register.name,
            "address": register.address,
            "number": read.as_ref().ok(),
            "value": read.as_ref().ok().map(|number| register.physical_value(*number)),
            "unit": register.unit.symbol,
            "error": read.as_ref().err().map(ToString::to_string),
        }));
    }
    json!({
        "joint": joint,
        "servo": servo.id,
        "model": servo.model.name,
        "registers": registers,
        "error": error,
    })
}

fn registers(bus: &mut Bus, servo: &ServoConfig) -> Result<()> {
    bus.ping(servo.id)?;
    for register in servo.model.registers {
        match register.read(bus, servo.id) {
            Ok(number) => outln!("    {}", line(register, number)),
            Err(error) => outln!("    {:<24} {error}", register.name),
        }
    }
    Ok(())
}

fn line(register: &Register, number: i64) -> String {
    let Register {
        name,
        address,
        unit,
        ..
    } = register;
    let mut text = format!("{address:>3} {name:<24} {number:>8}");
    if unit.scale != 1.0 || !unit.symbol.is_empty() {
        text += &format!(
            "  {} {}",
            human(register.physical_value(number)),
            unit.symbol
        );
    }
    text
}

/// Formats a number with its significant digits.
fn human(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
