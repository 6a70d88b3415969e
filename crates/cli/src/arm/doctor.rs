//! `enact arm doctor`: problems and their remedies.

use std::fmt;
use std::path::Path;

use anyhow::Result;
use enact_arm::bus::{Bus, BusError, ports};
use enact_arm::driver::bus_config::ServoConfig;
use enact_arm::driver::feedback::Reading;
use enact_arm::driver::firmware;
use enact_arm::driver::health::{self, HealthLimits};
use enact_arm::driver::id_conflict::has_id_conflict;
use enact_arm::servo::AlarmReset;
use serde_json::json;

use super::hardware::Hardware;
use crate::out::error_message_with_sources;

/// Largest latency of an adapter that does not slow the arm, ms.
const LATENCY_MS: u32 = 1;

/// Severity of a finding.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Well,
    Odd,
    Bad,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Well => "ok",
            Self::Odd => "odd",
            Self::Bad => "bad",
        })
    }
}

/// Findings, printed as they are made.
struct Findings {
    bad: usize,
    as_json: bool,
}

impl Findings {
    fn tell(&mut self, level: Level, what: impl fmt::Display) {
        self.bad += usize::from(level == Level::Bad);
        if self.as_json {
            let (level, what) = (level.to_string(), what.to_string());
            outln!("{}", json!({"level": level, "what": what}));
        } else {
            outln!("{level:<4} {what}");
        }
    }

    /// Tells an error; what succeeded goes on.
    fn check<T, E: fmt::Display>(&mut self, result: Result<T, E>) -> Option<T> {
        result
            .map_err(|error| self.tell(Level::Bad, format!("{error:#}")))
            .ok()
    }
}

/// Looks at everything from the port to the calibration; `false` if something is wrong.
pub fn doctor(hardware: &Hardware) -> Result<bool> {
    let mut findings = Findings {
        bad: 0,
        as_json: hardware.json,
    };
    examine(hardware, &mut findings);
    if findings.bad == 0 && !hardware.json {
        outln!("nothing is wrong");
    }
    Ok(findings.bad == 0)
}

fn examine(hardware: &Hardware, findings: &mut Findings) {
    let Some(port) = findings.check(hardware.port_path()) else {
        return;
    };
    let Some(mut bus) = findings.check(hardware.open_bus()) else {
        return;
    };
    let baud = hardware.bus_config.baud;
    findings.tell(Level::Well, format!("{port} opens at {baud} baud"));
    if let Some(device) = findings.check(hardware.device_path()) {
        adapter(&port, &device, findings);
    }
    let Some(found) = findings.check(bus.ping_all()) else {
        return;
    };
    let ids: Vec<u8> = found.iter().map(|status| status.id).collect();
    for id in &ids {
        if !hardware.joints().any(|(_, servo)| servo.id == *id) {
            findings.tell(Level::Odd, format!("servo {id} belongs to no joint"));
        }
    }
    let mut missing = 0;
    for (name, servo) in hardware.joints() {
        match examine_servo(&mut bus, servo) {
            Ok(complaints) if complaints.is_empty() => {
                findings.tell(
                    Level::Well,
                    format!("joint `{name}`: servo {} is fine", servo.id),
                );
            }
            Ok(complaints) => {
                for (level, what) in complaints {
                    findings.tell(level, format!("joint `{name}`: {what}"));
                }
            }
            Err(error) => {
                missing += 1;
                findings.tell(
                    Level::Bad,
                    format!("joint `{name}`: {}", error_message_with_sources(&error)),
                );
            }
        }
    }
    compare_firmware(hardware, &mut bus, findings);
    let counters = bus.counters();
    if counters.corrupt > 0 && missing == 0 {
        let what = format!(
            "{} corrupt replies: check the plugs, and keep the bus away from motor cables",
            counters.corrupt
        );
        findings.tell(Level::Odd, what);
    }
    if missing > 0 {
        drop(bus);
        look_elsewhere(hardware, findings);
    } else {
        calibration(hardware, &mut bus, findings);
    }
}

/// Reports servos with other firmware than their neighbors; those that do not answer were reported
/// before.
fn compare_firmware(hardware: &Hardware, bus: &mut Bus, findings: &mut Findings) {
    let versions: Vec<(&str, ServoConfig, String)> = hardware
        .joints()
        .filter_map(|(name, servo)| Some((name, *servo, firmware::version(bus, servo).ok()?)))
        .collect();
    let servos: Vec<(&str, ServoConfig, &str)> = versions
        .iter()
        .map(|(name, servo, version)| (*name, *servo, version.as_str()))
        .collect();
    if let Some(difference) = firmware::describe_version_differences(&servos) {
        findings.tell(Level::Odd, difference);
    }
}

fn adapter(port: &str, device: &Path, findings: &mut Findings) {
    if let Some(latency) = ports::latency_ms(port)
        && latency > LATENCY_MS
    {
        findings.tell(Level::Odd, slow(latency, device));
    }
    let known = ports::list_ports();
    let known = known.iter().find(|info| Path::new(&info.path) == device);
    if let Some(path) = known.and_then(|info| info.by_id.as_deref())
        && path != Path::new(port)
    {
        let what = format!("{} is the same port and keeps its name", path.display());
        findings.tell(Level::Well, what);
    }
}

/// Returns advice on a slow adapter. The system knows an adapter by the name of its device, not by
/// links to it.
fn slow(latency: u32, device: &Path) -> String {
    let name = device.file_name().unwrap_or(device.as_os_str()).display();
    format!(
        "the adapter holds bytes back for {latency} ms: echo 1 | sudo tee /sys/bus/usb-serial/devices/{name}/latency_timer"
    )
}

/// Returns the problems of one servo.
fn examine_servo(bus: &mut Bus, servo: &ServoConfig) -> Result<Vec<(Level, String)>> {
    let ServoConfig { id, model, .. } = *servo;
    let map = model.map;
    let mut complaints = Vec::new();
    match bus.ping(id) {
        // Two servos that speak over each other, or a bad line: the census tells.
        Ok(_) | Err(BusError::Garbled { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    if has_id_conflict(bus, id, model)? {
        let what = format!(
            "two servos have id {id}, or its line is bad; connect one alone and use `enact arm set-id`"
        );
        // What else they say is of nobody.
        return Ok(vec![(Level::Bad, what)]);
    }
    let number = map.model_number.read(bus, id)?;
    if number != i64::from(model.number) {
        let what = format!("servo {id} is of model {number}, not {}", model.number);
        complaints.push((Level::Bad, what));
        return Ok(complaints);
    }
    let mode = map.operating_mode.read(bus, id)?;
    if !model.position_modes.contains(&mode) {
        let what = format!("operating mode {mode} does not hold positions");
        complaints.push((Level::Bad, what));
    }
    if map.return_delay.read(bus, id)? > 0 {
        let what = "it replies late; arming the arm fixes that".to_owned();
        complaints.push((Level::Odd, what));
    }
    let limits = HealthLimits::read_limits(bus, id, model)?;
    let status = bus.read_registers(id, map.feedback, map.feedback_length)?;
    let alarms = health::alarms(bus, id, model, status.error)?;
    for alarm in alarms {
        let then = match model.family_facts().restart {
            AlarmReset::Power => "switch the arm off and on",
            AlarmReset::Reboot => "restart it with `enact arm reboot`",
        };
        let what = format!("{alarm}; let it cool, free it, then {then}");
        complaints.push((Level::Bad, what));
    }
    if let Some(reading) = Reading::new(model, &status) {
        if limits.is_hot(reading.temperature) {
            let what = format!("{} °C is too hot; let it cool", reading.temperature);
            complaints.push((Level::Bad, what));
        }
        if !limits.is_voltage_within_limits(reading.voltage) {
            let volts = map.voltage.physical_value(reading.voltage);
            let what = format!("{volts:.1} V is not what it needs; is it the right power supply?");
            complaints.push((Level::Bad, what));
        }
    }
    Ok(complaints)
}

/// Looks for missing servos at other baud rates.
fn look_elsewhere(hardware: &Hardware, findings: &mut Findings) {
    for baud in hardware.bus_config.family.baud_rates() {
        if *baud == hardware.bus_config.baud {
            continue;
        }
        let Ok(mut bus) = hardware.open_bus_at_baud_rate(*baud) else {
            continue;
        };
        for status in bus.ping_all().unwrap_or_default() {
            let what = format!(
                "servo {} listens at {baud} baud; connect it alone and use `enact arm set-id`",
                status.id
            );
            findings.tell(Level::Bad, what);
        }
    }
}

fn calibration(hardware: &Hardware, bus: &mut Bus, findings: &mut Findings) {
    let Some(calibration) = findings.check(hardware.load_calibration()) else {
        return;
    };
    let mut same = true;
    for (name, servo) in hardware.joints() {
        let Some(joint) = calibration.joint(name) else {
            same = false;
            findings.tell(
                Level::Bad,
                format!("joint `{name}` is not in the calibration file"),
            );
            continue;
        };
        match findings.check(joint.find_mismatches(name, servo.model, bus)) {
            Some(differences) => {
                same &= differences.is_empty();
                for difference in differences {
                    findings.tell(Level::Bad, format!("{difference}; is it this arm's file?"));
                }
            }
            None => same = false,
        }
    }
    if same {
        findings.tell(
            Level::Well,
            "the servos keep the calibration that the file says",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_is_told_by_the_name_of_its_device() {
        let told = slow(16, Path::new("/dev/ttyUSB0"));
        assert!(told.contains("devices/ttyUSB0/latency_timer"), "{told}");
    }
}
