//! `enact arm monitor`: a live table, or a recording.

use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use enact_arm::StopSwitch;
use enact_arm::bus::{Bus, BusError};
use enact_arm::driver::feedback::Reading;
use enact_arm::driver::joint::ServoJoint;
use enact_arm::protocol::Status;
use serde_json::{Value, json};

use super::args::MonitorArgs;
use super::hardware::Hardware;
use crate::out::error_message_with_sources;
use crate::out::{self, Stdout};
use crate::stop_sources::stop_on_interrupt;

/// Largest age of a joint's last reading at the end at which the joint counts as heard.
const RECENT: Duration = Duration::from_millis(500);
/// Interval between redraws of the table, seconds.
const REDRAW: f64 = 0.2;

/// Watches the arm until told to stop; whether every joint was heard.
pub fn monitor(hardware: &Hardware, args: &MonitorArgs) -> Result<bool> {
    let stop = StopSwitch::new();
    stop_on_interrupt(stop.clone())?;
    let mut watch = ArmStatus::new(hardware)?;
    let period = if args.rate > 0.0 {
        Duration::from_secs_f64(1.0 / args.rate)
    } else {
        Duration::ZERO
    };
    let begun = watch.bus.now();
    let over = |now: Duration| {
        let seconds = (now - begun).as_secs_f64();
        stop.is_pressed() || args.seconds.is_some_and(|limit| seconds >= limit)
    };
    let live = out::is_terminal() && !hardware.json;
    let mut drawn: Option<Duration> = None;
    let mut due = begun;
    while !over(watch.bus.now()) {
        watch.look()?;
        let now = watch.bus.now();
        if hardware.json {
            outln!("{}", watch.line((now - begun).as_secs_f64()));
            out::check_stdout()?;
        }
        let stale = drawn.is_none_or(|at| (now - at).as_secs_f64() > REDRAW);
        if live && stale {
            watch.draw(drawn.is_some())?;
            drawn = Some(now);
        }
        due += period;
        if due > now {
            stop.sleep_unless_pressed(due - now);
        } else {
            // What is missed is not made up for.
            due = now;
        }
    }
    if !hardware.json {
        watch.draw(live && drawn.is_some())?;
    }
    errln!("{}", watch.rate());
    Ok(watch.heard_all())
}

/// Returns the joints by their calibration. An arm without one can be monitored all the same, but
/// an explicitly chosen calibration must fit.
fn calibrated(hardware: &Hardware) -> Result<Option<Vec<ServoJoint>>> {
    let joints = hardware.load_calibration().and_then(|calibration| {
        let (robot, bus_config) = (&hardware.robot, &hardware.bus_config);
        Ok(ServoJoint::joints_of_robot(
            robot,
            bus_config,
            &calibration,
        )?)
    });
    match joints {
        Err(error) if !hardware.has_named_calibration() => {
            errln!(
                "positions are in steps of the servos: {}",
                error_message_with_sources(&error)
            );
            Ok(None)
        }
        joints => joints.map(Some),
    }
}

/// State of the arm.
struct ArmStatus<'a> {
    hardware: &'a Hardware,
    bus: Bus,
    ids: Vec<u8>,
    /// Conversion from steps to degrees, if the arm is calibrated.
    joints: Option<Vec<ServoJoint>>,
    readings: Vec<Option<Reading>>,
    /// Time of each joint's last reading.
    heard: Vec<Option<Duration>>,
    /// Times of the readings, on the bus's clock.
    looks: Vec<Duration>,
}

impl<'a> ArmStatus<'a> {
    fn new(hardware: &'a Hardware) -> Result<Self> {
        let joints = calibrated(hardware)?;
        let ids: Vec<u8> = hardware.joints().map(|(_, servo)| servo.id).collect();
        Ok(Self {
            bus: hardware.open_bus()?,
            readings: vec![None; ids.len()],
            heard: vec![None; ids.len()],
            ids,
            joints,
            hardware,
            looks: Vec::new(),
        })
    }

    fn look(&mut self) -> Result<(), BusError> {
        let map = self.hardware.bus_config.servos[0].model.map;
        let answers = self
            .bus
            .sync_read(&self.ids, map.feedback, map.feedback_length)?;
        let read =
            |(answer, servo): (&Option<Status>, &enact_arm::driver::bus_config::ServoConfig)| {
                Reading::new(servo.model, answer.as_ref()?)
            };
        self.readings = answers
            .iter()
            .zip(&self.hardware.bus_config.servos)
            .map(read)
            .collect();
        let now = self.bus.now();
        for (heard, reading) in self.heard.iter_mut().zip(&self.readings) {
            *heard = reading.map(|_| now).or(*heard);
        }
        self.looks.push(now);
        Ok(())
    }

    fn heard_all(&self) -> bool {
        let now = self.bus.now();
        let mut heard = self.heard.iter();
        heard.all(|heard| heard.is_some_and(|at| now.saturating_sub(at) <= RECENT))
    }

    /// Returns a joint's position, in degrees if calibrated, and its unit.
    fn position(&self, joint: usize, reading: &Reading) -> (f64, &'static str) {
        match &self.joints {
            Some(joints) => (
                joints[joint]
                    .position_from_steps(reading.steps)
                    .to_degrees(),
                "°",
            ),
            None => (reading.steps as f64, " "),
        }
    }

    fn line(&self, seconds: f64) -> Value {
        let mut joints = serde_json::Map::new();
        for (index, (name, servo)) in self.hardware.joints().enumerate() {
            let value = self.readings[index].map_or(Value::Null, |reading| {
                let map = servo.model.map;
                json!({
                    "steps": reading.steps,
                    "position": self.joints.as_ref().map(|all| all[index].position_from_steps(reading.steps)),
                    "load": reading.load as f64 / servo.model.full_load,
                    "temperature": reading.temperature,
                    "voltage": map.voltage.physical_value(reading.voltage),
                    "error": reading.error,
                })
            });
            joints.insert(name.to_owned(), value);
        }
        json!({"t": seconds, "joints": joints})
    }

    /// Prints the table, over the one before if there is one.
    fn draw(&self, again: bool) -> Result<()> {
        let mut out = Stdout;
        let end = if out::is_terminal() { "\x1b[K" } else { "" };
        if again {
            write!(out, "\x1b[{}A", self.ids.len() + 1)?;
        }
        writeln!(
            out,
            "{:<16} {:>10} {:>7} {:>6} {:>7}  state{end}",
            "joint", "position", "load", "temp", "supply"
        )?;
        for (index, (name, servo)) in self.hardware.joints().enumerate() {
            let Some(reading) = &self.readings[index] else {
                writeln!(out, "{name:<16} servo {} does not answer{end}", servo.id)?;
                continue;
            };
            let (position, unit) = self.position(index, reading);
            let load = 100.0 * reading.load as f64 / servo.model.full_load;
            let volts = servo.model.map.voltage.physical_value(reading.voltage);
            writeln!(
                out,
                "{name:<16} {position:>9.1}{unit} {load:>6.0}% {:>4}°C {volts:>6.1}V  {}{end}",
                reading.temperature,
                self.state(reading)
            )?;
        }
        Ok(())
    }

    fn state(&self, reading: &Reading) -> String {
        if reading.error == 0 {
            return "well".to_owned();
        }
        match self.bus.codec().alarms(reading.error) {
            Some(alarms) if !alarms.is_empty() => {
                let names: Vec<String> = alarms.iter().map(ToString::to_string).collect();
                names.join(", ")
            }
            _ => format!("error {:#04x}", reading.error),
        }
    }

    /// Returns the rate and jitter of the readings, and the errors.
    fn rate(&self) -> String {
        let mut pauses: Vec<f64> = self
            .looks
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).as_secs_f64() * 1e3)
            .collect();
        pauses.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let index = (share * pauses.len() as f64) as usize;
            pauses
                .get(index.min(pauses.len().saturating_sub(1)))
                .copied()
        };
        let mean = pauses.iter().sum::<f64>() / pauses.len().max(1) as f64;
        let counters = self.bus.counters();
        format!(
            "{} readings, {:.1} a second; pauses: median {:.2} ms, 99.9 % {:.2} ms; missing {}, corrupt {}, strays {}",
            self.looks.len(),
            if mean > 0.0 { 1e3 / mean } else { 0.0 },
            at(0.5).unwrap_or_default(),
            at(0.999).unwrap_or_default(),
            counters.missing,
            counters.corrupt,
            counters.strays,
        )
    }
}
