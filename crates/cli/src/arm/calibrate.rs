//! `enact arm calibrate`: finds each joint's zero and ends as LeRobot does.

use std::collections::HashSet;
use std::io::{IsTerminal, Write, stderr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use enact_arm::StopSwitch;
use enact_arm::bus::BusError;
use enact_arm::calibration::{Calibration, CalibrationServos, JointCalibration};
use enact_arm::driver::bus_config::ServoConfig;
use serde_json::json;

use super::hardware::Hardware;
use super::stdin_lines::StdinLines;
use crate::stop_sources::stop_on_interrupt;

/// Shortest range of a joint that was moved from end to end, steps.
const MIN_RANGE_STEPS: i64 = 200;
/// Jump between two readings that means a wrap past the end of the turn, steps: a hand is never
/// that fast.
const ROUND: i64 = 1500;
/// Longest silence in which a hand cannot turn a joint past its end unnoticed.
const MAX_SILENCE: Duration = Duration::from_secs(2);
/// Pause between two readings.
const PAUSE: Duration = Duration::from_millis(20);

/// Calibrates some joints, or all; a person at standard input moves them. Ctrl-C breaks it off.
///
/// # Errors
/// As [`calibrate_with_stop`].
pub fn calibrate(hardware: &Hardware, names: &[String]) -> Result<bool> {
    let (path, kept, calibration) = run(hardware, names, || {
        let stop = StopSwitch::new();
        stop_on_interrupt(stop.clone())?;
        Ok(stop)
    })?;
    if hardware.json {
        outln!(
            "{}",
            json!({"calibration": path, "old": kept, "joints": calibration.joints})
        );
    } else {
        outln!("{}", path.display());
    }
    Ok(true)
}

/// Calibrates the joints of these names, or all if there are none; a person at standard input
/// moves them, and pressing `stop` breaks it off. Returns the file that was written.
///
/// # Errors
/// If a joint is not known, the servos do not answer, somebody broke it off, or the file cannot be
/// written. The servos have their old settings then.
pub fn calibrate_with_stop(
    hardware: &Hardware,
    names: &[String],
    stop: StopSwitch,
) -> Result<(PathBuf, Calibration)> {
    let (path, _, calibration) = run(hardware, names, || Ok(stop))?;
    Ok((path, calibration))
}

/// Calibrates: the file, where the one before is kept, and what is in the new one.
fn run(
    hardware: &Hardware,
    names: &[String],
    stop: impl FnOnce() -> Result<StopSwitch>,
) -> Result<(PathBuf, Option<PathBuf>, Calibration)> {
    let chosen: Vec<usize> = if names.is_empty() {
        (0..hardware.bus_config.servos.len()).collect()
    } else {
        let indices = names.iter().map(|name| hardware.joint_index(name));
        indices.collect::<Result<_>>()?
    };
    let path = hardware.calibration_file(false)?;
    let all = (0..hardware.bus_config.servos.len()).all(|index| chosen.contains(&index));
    let old = old_calibration(&path, all)?;
    let lines = StdinLines::start_reading();
    let stop = stop()?;
    let mut guide = Guide::begin(hardware, &chosen, &stop).map_err(|error| told(&stop, error))?;
    let calibrated = guide.calibrate(&lines, &chosen, old, &path);
    let (calibration, kept) = calibrated.map_err(|error| told(&stop, error))?;
    guide.session = None;
    if let Some(kept) = &kept {
        errln!("the old calibration is kept as {}", kept.display());
    }
    Ok((path, kept, calibration))
}

/// Reads the calibration at `path`, if there is one. An unusable one does not matter if all joints
/// are calibrated, since it is kept under another name.
fn old_calibration(path: &Path, all: bool) -> Result<Option<Calibration>> {
    if path.is_dir() {
        bail!("{} is a folder; a calibration is a file", path.display());
    }
    if path.symlink_metadata().is_err() {
        if !all {
            bail!(
                "{} is not there yet; calibrate all joints first",
                path.display()
            );
        }
        return Ok(None);
    }
    match Calibration::load(path) {
        Ok(old) => Ok(Some(old)),
        Err(error) if all => {
            errln!("the old calibration is unusable and will be kept under a number: {error}");
            Ok(None)
        }
        Err(error) => Err(error).context("some joints cannot be calibrated alone: calibrate all"),
    }
}

/// Converts any error after an interruption to that of the interruption.
fn told(stop: &StopSwitch, error: anyhow::Error) -> anyhow::Error {
    if stop.is_pressed() {
        return anyhow::anyhow!("broken off; the servos get their old settings back");
    }
    error
}

/// Merges new ranges into the old calibration, in the robot's order.
fn merged(
    hardware: &Hardware,
    old: Option<Calibration>,
    chosen: &[usize],
    found: Vec<JointCalibration>,
) -> Calibration {
    let old = old.unwrap_or_default();
    let joint = |(index, (name, servo)): (usize, (&str, &ServoConfig))| {
        let known = old.joint(name).copied();
        let new = chosen.iter().position(|choice| *choice == index);
        let joint = match (new.map(|at| found[at]), known) {
            (Some(new), Some(known)) => JointCalibration {
                drive_mode: known.drive_mode,
                ..new
            },
            (Some(new), None) => new,
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

/// The joints being calibrated. Unless calibration completes, their servos get their old settings
/// back.
struct Guide<'a> {
    hardware: &'a Hardware,
    stop: &'a StopSwitch,
    /// `None` once all is done.
    session: Option<CalibrationServos<'a>>,
}

impl Drop for Guide<'_> {
    fn drop(&mut self) {
        let session = self.session.take();
        for complaint in session
            .map(CalibrationServos::restore_servos)
            .into_iter()
            .flatten()
        {
            errln!("{complaint}");
        }
    }
}

impl<'a> Guide<'a> {
    /// Switches the motors off and remembers the servos' settings.
    fn begin(hardware: &'a Hardware, chosen: &[usize], stop: &'a StopSwitch) -> Result<Self> {
        let all = hardware.joints();
        let all = all.map(|(name, servo)| (name.to_owned(), *servo)).collect();
        let mut known = HashSet::new();
        let notice = move |joint: &str, error: &BusError| {
            if known.insert(joint.to_owned()) {
                errln!("joint `{joint}`: {error}; asking again");
            }
            !stop.is_pressed()
        };
        let session =
            CalibrationServos::begin(hardware.open_bus()?, all, chosen, Box::new(notice))?;
        Ok(Self {
            hardware,
            stop,
            session: Some(session),
        })
    }

    fn session(&mut self) -> &mut CalibrationServos<'a> {
        self.session
            .as_mut()
            .expect("it is there until all is done")
    }

    /// Calibrates the joints; returns the new calibration and the file to which the old one was
    /// moved.
    fn calibrate(
        &mut self,
        lines: &StdinLines,
        chosen: &[usize],
        old: Option<Calibration>,
        path: &Path,
    ) -> Result<(Calibration, Option<PathBuf>)> {
        let found = self.ask(lines)?;
        let calibration = merged(self.hardware, old, chosen, found);
        self.session().write_calibration(&calibration)?;
        let kept = calibration.save(path)?;
        Ok((calibration, kept))
    }

    /// Returns whether Enter has been pressed.
    fn goes_on(&self, lines: &StdinLines) -> Result<bool> {
        if self.stop.is_pressed() {
            bail!("broken off");
        }
        lines.was_enter_pressed()
    }

    /// Asks a person for the middle and the ends.
    fn ask(&mut self, lines: &StdinLines) -> Result<Vec<JointCalibration>> {
        errln!(
            "The motors are off. Put each joint into the middle of its range, then press Enter."
        );
        while !self.goes_on(lines)? {
            std::thread::sleep(PAUSE);
        }
        let offsets = self.session().set_middles()?;
        errln!("Move each joint from end to end, then press Enter.");
        let ranges = self.follow(lines)?;
        let joints = self.session().joints().to_vec();
        let mut found = Vec::new();
        for (index, (name, servo)) in joints.iter().enumerate() {
            let (min, max) = ranges[index];
            let (range_min, range_max) = if self.is_full_turn(name) {
                (0, servo.model.steps_per_turn - 1)
            } else {
                (min, max)
            };
            if range_max - range_min < MIN_RANGE_STEPS {
                bail!(
                    "joint `{name}` was moved by {} steps only; nothing is changed, try again",
                    max - min
                );
            }
            found.push(JointCalibration {
                id: servo.id,
                drive_mode: self.session().drive_mode(index)?.unwrap_or_default(),
                homing_offset: offsets[index],
                range_min,
                range_max,
            });
        }
        Ok(found)
    }

    fn is_full_turn(&self, joint: &str) -> bool {
        let mut full = self.hardware.bus_config.full_turn.iter();
        full.any(|name| name == joint)
    }

    /// Follows the joints until Enter is pressed; lowest and highest position of each.
    fn follow(&mut self, lines: &StdinLines) -> Result<Vec<(i64, i64)>> {
        let names: Vec<String> = {
            let joints = self.session().joints().iter();
            joints.map(|(name, _)| name.clone()).collect()
        };
        let mut ways: Vec<JointTravel> = Vec::new();
        ways.resize_with(names.len(), JointTravel::default);
        let live = stderr().is_terminal();
        loop {
            let positions = self.session().positions()?;
            let now = self.session().now();
            for ((travel, at), name) in ways.iter_mut().zip(positions).zip(&names) {
                let told = travel.take(at, now, self.is_full_turn(name));
                if let Some(what) = told.map_err(|what| anyhow::anyhow!("joint `{name}` {what}"))? {
                    errln!("joint `{name}` {what}\x1b[K");
                }
            }
            if live {
                show(&names, &ways)?;
            }
            if self.goes_on(lines)? {
                let range = |(travel, name): (&JointTravel, &String)| {
                    travel
                        .range()
                        .with_context(|| format!("joint `{name}`: its servo does not answer"))
                };
                return ways.iter().zip(&names).map(range).collect();
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// Travel of a joint that somebody moves.
#[derive(Default)]
struct JointTravel {
    /// Lowest and highest position.
    range: Option<(i64, i64)>,
    /// Its last position and the time of that reading.
    last: Option<(i64, Duration)>,
    silent: bool,
}

impl JointTravel {
    /// Takes a reading, or that there is none; what a person must know.
    ///
    /// # Errors
    /// If the joint went round the end of its turn, in words.
    fn take(
        &mut self,
        at: Option<i64>,
        now: Duration,
        full_turn: bool,
    ) -> Result<Option<&'static str>, &'static str> {
        let Some(at) = at else {
            let begins = !std::mem::replace(&mut self.silent, true);
            return Ok(begins.then_some("does not answer: check its plug; still asking"));
        };
        let mut told = std::mem::take(&mut self.silent).then_some("answers again");
        if let Some((last, heard)) = self.last {
            let round = !full_turn && (at - last).abs() > ROUND;
            let silence = now.saturating_sub(heard) > MAX_SILENCE;
            if told.is_some() && !full_turn && (round || silence) {
                told = Some("answers again: move it from end to end once more");
                self.range = None;
            } else if round {
                return Err("passed the end of its turn; start nearer its middle");
            }
        }
        let (min, max) = self.range.unwrap_or((at, at));
        self.range = Some((min.min(at), max.max(at)));
        self.last = Some((at, now));
        Ok(told)
    }

    /// Returns its ends, if it was heard.
    fn range(&self) -> Option<(i64, i64)> {
        self.range.filter(|_| !self.silent)
    }
}

fn show(names: &[String], ways: &[JointTravel]) -> Result<()> {
    let mut out = stderr().lock();
    for (name, travel) in names.iter().zip(ways) {
        match (travel.range, travel.last) {
            (Some((min, max)), Some((at, _))) if !travel.silent => {
                writeln!(out, "{name:<16} {min:>5} … {at:>5} … {max:>5}\x1b[K")?;
            }
            _ => writeln!(out, "{name:<16} does not answer\x1b[K")?,
        }
    }
    write!(out, "\x1b[{}A", names.len())?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_way_is_followed_from_end_to_end_through_a_short_silence() {
        let mut travel = JointTravel::default();
        for (at, time) in [(2000, 0), (1400, 400), (900, 800)] {
            assert_eq!(travel.take(Some(at), ms(time), false), Ok(None));
        }
        assert!(travel.take(None, ms(900), false).unwrap().is_some());
        assert_eq!(
            travel.take(None, ms(1000), false),
            Ok(None),
            "it is told once"
        );
        assert_eq!(travel.range(), None);
        assert_eq!(
            travel.take(Some(1500), ms(2000), false),
            Ok(Some("answers again"))
        );
        assert_eq!(travel.take(Some(2600), ms(2400), false), Ok(None));
        assert_eq!(travel.range(), Some((900, 2600)));
    }

    #[test]
    fn nobody_knows_where_a_joint_has_been_in_a_long_silence() {
        for (at, time) in [(1000, 2500), (2700, 1500)] {
            let mut travel = JointTravel::default();
            travel.take(Some(900), ms(0), false).unwrap();
            travel.take(None, ms(100), false).unwrap();
            let told = travel.take(Some(at), ms(time), false).unwrap().unwrap();
            assert!(told.contains("once more"), "{told}");
            assert_eq!(travel.range(), Some((at, at)));
        }
    }

    #[test]
    fn a_joint_that_goes_round_the_end_of_its_turn_is_told() {
        let mut travel = JointTravel::default();
        travel.take(Some(4000), ms(0), false).unwrap();
        assert!(travel.take(Some(60), ms(20), false).is_err());
        let mut roll = JointTravel::default();
        roll.take(Some(4000), ms(0), true).unwrap();
        assert_eq!(roll.take(Some(60), ms(20), true), Ok(None));
    }
}
