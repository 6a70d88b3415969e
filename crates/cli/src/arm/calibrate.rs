//! `enact arm calibrate`: where each joint's zero and ends are, as LeRobot finds it out.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use anyhow::{Result, bail};
use enact_arm::StopSwitch;
use enact_arm::bus::Bus;
use enact_arm::calibration::{Calibration, JointCalibration};
use enact_arm::driver::wiring::Servo;
use enact_arm::servo::{Family, Register};

use super::hardware::Hardware;
use super::lines::Lines;
use super::torque::off_one;
use crate::stops::on_interrupt;

/// A joint that was moved by fewer steps was not moved from end to end.
const SHORTEST_RANGE: i64 = 200;
/// Between two readings a hand moves no joint by so many steps: it went round the end.
const ROUND: i64 = 1500;
/// Pause between two readings.
const PAUSE: Duration = Duration::from_millis(20);

/// Calibrates some joints, or all.
pub fn calibrate(hardware: &Hardware, names: &[String]) -> Result<bool> {
    let chosen: Vec<usize> = if names.is_empty() {
        (0..hardware.wiring.servos.len()).collect()
    } else {
        let indices = names.iter().map(|name| hardware.joint(name));
        indices.collect::<Result<_>>()?
    };
    let path = hardware.calibration_file(false)?;
    let old = if path.is_file() {
        Some(Calibration::load(&path)?)
    } else {
        None
    };
    if old.is_none() && chosen.len() < hardware.wiring.servos.len() {
        bail!(
            "{} is not there yet; calibrate all joints first",
            path.display()
        );
    }
    let lines = Lines::read();
    let stop = StopSwitch::new();
    on_interrupt(stop.clone())?;
    let mut guide = Guide::begin(hardware, &chosen, stop)?;
    let found = guide.ask(&lines)?;
    let calibration = merged(hardware, old, &chosen, found);
    guide.keep(&calibration)?;
    let kept = calibration.save(&path)?;
    guide.done = true;
    if let Some(kept) = kept {
        eprintln!("the old calibration is kept as {}", kept.display());
    }
    println!("{}", path.display());
    Ok(true)
}

/// The old calibration with what was found, in the robot's order.
fn merged(
    hardware: &Hardware,
    old: Option<Calibration>,
    chosen: &[usize],
    found: Vec<JointCalibration>,
) -> Calibration {
    let old = old.unwrap_or_default();
    let joint = |(index, (name, servo)): (usize, (&str, &Servo))| {
        let known = old.joint(name).copied();
        let new = chosen.iter().position(|choice| *choice == index);
        let joint = match (new.map(|at| found[at]), known) {
            (Some(new), known) => JointCalibration {
                drive_mode: known.map_or(0, |known| known.drive_mode),
                ..new
            },
            (None, Some(known)) => known,
            (None, None) => JointCalibration {
                id: servo.id,
                drive_mode: 0,
                homing_offset: 0,
                range_min: 0,
                range_max: servo.model.steps_per_turn - 1,
            },
        };
        (name.to_owned(), joint)
    };
    Calibration {
        joints: hardware.joints().enumerate().map(joint).collect(),
    }
}

/// The joints at hand, and what their servos kept before. Unless all is done in the end, they get
/// that back.
struct Guide<'a> {
    hardware: &'a Hardware,
    stop: StopSwitch,
    bus: Bus,
    joints: Vec<(String, Servo)>,
    before: Vec<(u8, Register, i64)>,
    done: bool,
}

impl Drop for Guide<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.restore();
        }
    }
}

impl<'a> Guide<'a> {
    /// Switches the motors off and remembers what the servos keep.
    fn begin(hardware: &'a Hardware, chosen: &[usize], stop: StopSwitch) -> Result<Self> {
        let mut bus = hardware.bus()?;
        let all: Vec<(&str, &Servo)> = hardware.joints().collect();
        for (name, servo) in &all {
            off_one(&mut bus, servo).map_err(|error| error.context(format!("joint `{name}`")))?;
        }
        let mut guide = Self {
            hardware,
            stop,
            bus,
            joints: Vec::new(),
            before: Vec::new(),
            done: false,
        };
        for index in chosen {
            let (name, servo) = all[*index];
            guide.take_in_hand(name, servo)?;
        }
        Ok(guide)
    }

    fn take_in_hand(&mut self, name: &str, servo: &Servo) -> Result<()> {
        let roles = servo.model.roles;
        for register in [roles.homing_offset, roles.min_position, roles.max_position] {
            let value = register.read(&mut self.bus, servo.id)?;
            self.before.push((servo.id, register, value));
        }
        self.joints.push((name.to_owned(), *servo));
        if let Some(lock) = roles.lock {
            lock.write(&mut self.bus, servo.id, 0)?;
        }
        Ok(())
    }

    /// Whether Enter has been pressed.
    fn goes_on(&self, lines: &Lines) -> Result<bool> {
        if self.stop.is_pressed() {
            bail!("broken off; the servos get their old settings back");
        }
        lines.entered()
    }

    /// Asks a person for the middle and the ends.
    fn ask(&mut self, lines: &Lines) -> Result<Vec<JointCalibration>> {
        eprintln!(
            "The motors are off. Put each joint into the middle of its range, then press Enter."
        );
        while !self.goes_on(lines)? {
            std::thread::sleep(PAUSE);
        }
        let offsets = self.set_middles()?;
        eprintln!("Move each joint from end to end, then press Enter.");
        let ranges = self.follow(lines)?;
        let mut found = Vec::new();
        for (index, (name, servo)) in self.joints.iter().enumerate() {
            let (min, max) = ranges[index];
            let full = self.hardware.wiring.full_turn.contains(name);
            let (range_min, range_max) = if full {
                (0, servo.model.steps_per_turn - 1)
            } else {
                (min, max)
            };
            if range_max - range_min < SHORTEST_RANGE {
                bail!(
                    "joint `{name}` was moved by {} steps only; nothing is changed, try again",
                    max - min
                );
            }
            found.push(JointCalibration {
                id: servo.id,
                drive_mode: 0,
                homing_offset: offsets[index],
                range_min,
                range_max,
            });
        }
        Ok(found)
    }

    /// Makes where the joints are read as half a turn; the offsets.
    fn set_middles(&mut self) -> Result<Vec<i64>> {
        let mut offsets = Vec::new();
        for (_, servo) in &self.joints {
            let Servo { id, model, .. } = *servo;
            let roles = model.roles;
            let mut write = |register: Register, value| register.write(&mut self.bus, id, value);
            write(roles.homing_offset, 0)?;
            write(roles.min_position, 0)?;
            write(roles.max_position, model.steps_per_turn - 1)?;
            let raw = roles.position.read(&mut self.bus, id)?;
            let middle = (model.steps_per_turn - 1) / 2;
            let offset = match model.family {
                Family::Sts => raw - middle,
                Family::X => middle - raw,
            };
            let offset = offset.clamp(-model.largest_offset, model.largest_offset);
            roles.homing_offset.write(&mut self.bus, id, offset)?;
            offsets.push(offset);
        }
        Ok(offsets)
    }

    /// Follows the joints until Enter is pressed; lowest and highest position of each.
    fn follow(&mut self, lines: &Lines) -> Result<Vec<(i64, i64)>> {
        let first = self.positions()?;
        let mut last = first.clone();
        let mut ranges: Vec<(i64, i64)> = first.iter().map(|at| (*at, *at)).collect();
        let live = stderr().is_terminal();
        loop {
            let now = self.positions()?;
            for (index, at) in now.iter().enumerate() {
                let (name, _) = &self.joints[index];
                let full = self.hardware.wiring.full_turn.contains(name);
                if !full && (at - last[index]).abs() > ROUND {
                    bail!("joint `{name}` went round the end of its turn; begin nearer its middle");
                }
                let (min, max) = &mut ranges[index];
                (*min, *max) = ((*min).min(*at), (*max).max(*at));
            }
            if live {
                self.show(&now, &ranges)?;
            }
            last = now;
            if self.goes_on(lines)? {
                return Ok(ranges);
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn show(&self, now: &[i64], ranges: &[(i64, i64)]) -> Result<()> {
        let mut out = stderr().lock();
        for (index, (name, _)) in self.joints.iter().enumerate() {
            let (min, max) = ranges[index];
            writeln!(
                out,
                "{name:<16} {min:>5} … {:>5} … {max:>5}\x1b[K",
                now[index]
            )?;
        }
        write!(out, "\x1b[{}A", self.joints.len())?;
        Ok(out.flush()?)
    }

    fn positions(&mut self) -> Result<Vec<i64>> {
        let mut positions = Vec::new();
        for (_, servo) in &self.joints {
            let register = servo.model.roles.position;
            positions.push(register.read(&mut self.bus, servo.id)?);
        }
        Ok(positions)
    }

    /// Lets the servos keep the ends too.
    fn keep(&mut self, calibration: &Calibration) -> Result<()> {
        for (name, servo) in &self.joints {
            if let Some(joint) = calibration.joint(name) {
                for (register, value) in joint.registers(servo.model) {
                    register.write(&mut self.bus, servo.id, value)?;
                }
            }
            if let Some(lock) = servo.model.roles.lock {
                lock.write(&mut self.bus, servo.id, 1)?;
            }
        }
        Ok(())
    }

    /// Puts back what the servos kept before.
    fn restore(&mut self) {
        // Those that were kept already are locked again.
        self.lock_all(0);
        for (id, register, value) in &self.before {
            if let Err(error) = register.write(&mut self.bus, *id, *value) {
                eprintln!("servo {id}: {} is not put back: {error}", register.name);
            }
        }
        self.lock_all(1);
    }

    fn lock_all(&mut self, value: i64) {
        for (_, servo) in &self.joints {
            if let Some(lock) = servo.model.roles.lock
                && let Err(error) = lock.write(&mut self.bus, servo.id, value)
            {
                eprintln!(
                    "servo {}: its lock is not set to {value}: {error}",
                    servo.id
                );
            }
        }
    }
}
