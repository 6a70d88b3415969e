//! Reads and writes a calibration file.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use enact_types::{Reason, text};
use serde::Serialize;
use serde_json::ser::PrettyFormatter;
use serde_json::{Map, Serializer, Value};
use thiserror::Error;

use super::{Calibration, JointCalibration};

/// Advice for an unusable file.
const ANEW: &str = "`enact arm calibrate` makes a new one and keeps this under a number";

/// An error in a calibration file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: {what}", path.display())]
pub struct CalibrationError {
    /// Path of the file.
    pub path: PathBuf,
    /// Description of the error and its remedy.
    #[source]
    pub what: Reason,
}

impl Calibration {
    /// Reads a file.
    ///
    /// # Errors
    /// [`CalibrationError`] if it is missing, is no calibration, or has values that are impossible
    /// for an arm.
    ///
    /// # Examples
    /// ```
    /// use enact_arm::calibration::Calibration;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("my_arm.json");
    /// let text = r#"{"shoulder_pan": {"id": 1, "drive_mode": 0,
    ///     "homing_offset": -709, "range_min": 752, "range_max": 3441}}"#;
    /// std::fs::write(&path, text)?;
    /// let calibration = Calibration::load(&path)?;
    /// assert_eq!(calibration.joint("shoulder_pan").unwrap().homing_offset, -709);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(path: &Path) -> Result<Self, CalibrationError> {
        let wrong = |what| CalibrationError {
            path: path.to_owned(),
            what,
        };
        let text = fs::read(path).and_then(text::decode).map_err(|error| {
            let hint = match error.kind() {
                io::ErrorKind::NotFound => "; calibrate the arm first",
                _ => "",
            };
            wrong(Reason::from_text_and_source(
                format!("cannot be read: {error}{hint}"),
                error,
            ))
        })?;
        Self::parse(&text).map_err(wrong)
    }

    /// Writes a file that LeRobot reads. An existing file with other content is renamed, and its
    /// new path is returned.
    ///
    /// # Errors
    /// [`CalibrationError`] if it cannot be written.
    pub fn save(&self, path: &Path) -> Result<Option<PathBuf>, CalibrationError> {
        let text = self.text();
        if fs::read_to_string(path).is_ok_and(|old| old == text) {
            return Ok(None);
        }
        self.replace(path, &text).map_err(|error| CalibrationError {
            path: path.to_owned(),
            what: Reason::from_text_and_source(format!("cannot be written: {error}"), error),
        })
    }

    fn replace(&self, path: &Path, text: &str) -> io::Result<Option<PathBuf>> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = path.with_added_extension("new");
        let mut file = fs::File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        let kept = if path.exists() {
            let kept = unused(path);
            fs::hard_link(path, &kept).or_else(|_| fs::copy(path, &kept).map(drop))?;
            Some(kept)
        } else {
            None
        };
        fs::rename(&new, path)?;
        Ok(kept)
    }

    fn parse(text: &str) -> Result<Self, Reason> {
        if text.trim().is_empty() {
            return Err(format!("not a calibration: it is empty; {ANEW}").into());
        }
        let joints: Map<String, Value> = serde_json::from_str(text).map_err(|error| {
            Reason::from_text_and_source(format!("not a calibration: {error}; {ANEW}"), error)
        })?;
        if joints.values().any(Value::is_array) {
            return Err(format!(
                "a calibration as LeRobot wrote it in 2024, with lists over all joints, \
                 which says too little; {ANEW}"
            )
            .into());
        }
        let read = |(name, value): (String, Value)| -> Result<(String, JointCalibration), Reason> {
            let joint: JointCalibration = serde_json::from_value(value).map_err(|error| {
                Reason::from_text_and_source(format!("joint `{name}`: {error}"), error)
            })?;
            joint
                .check()
                .map_err(|reason| reason.reworded(|what| format!("joint `{name}`: {what}")))?;
            Ok((name, joint))
        };
        let joints = joints
            .into_iter()
            .map(read)
            .collect::<Result<Vec<_>, _>>()?;
        let mut ids = HashSet::new();
        match joints.iter().find(|(_, joint)| !ids.insert(joint.id)) {
            Some((name, joint)) => {
                Err(format!("joint `{name}`: id {} is another joint's", joint.id).into())
            }
            None => Ok(Self { joints }),
        }
    }

    /// Returns the text of the file, in LeRobot's layout.
    fn text(&self) -> String {
        let joints: Map<String, Value> = self
            .joints
            .iter()
            .map(|(name, joint)| (name.clone(), serde_json::json!(joint)))
            .collect();
        let mut text = Vec::new();
        let formatter = PrettyFormatter::with_indent(b"    ");
        joints
            .serialize(&mut Serializer::with_formatter(&mut text, formatter))
            .expect("numbers and names are always JSON");
        String::from_utf8(text).expect("JSON is UTF-8")
    }
}

impl JointCalibration {
    /// Checks for values that are impossible for any joint. The limits of its servo are checked
    /// with the servo.
    fn check(&self) -> Result<(), Reason> {
        let Self {
            id,
            drive_mode,
            range_min,
            range_max,
            ..
        } = *self;
        if id > 252 {
            return Err(format!("no servo has id {id}").into());
        }
        if drive_mode > 1 {
            return Err(format!("drive_mode is 0 or 1, not {drive_mode}").into());
        }
        if range_min >= range_max {
            return Err(format!("range_min {range_min} is not below range_max {range_max}").into());
        }
        Ok(())
    }
}

/// Returns the first of `name.1.json`, `name.2.json`, … that does not exist.
fn unused(path: &Path) -> PathBuf {
    let name = match path.extension() {
        Some(extension) if extension == "json" => path.with_extension(""),
        _ => path.to_owned(),
    };
    (1u32..)
        .map(|number| name.with_added_extension(format!("{number}.json")))
        .find(|path| path.symlink_metadata().is_err())
        .expect("numbers do not end")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
    "shoulder_pan": {
        "id": 1,
        "drive_mode": 0,
        "homing_offset": -709,
        "range_min": 752,
        "range_max": 3441
    },
    "gripper": {
        "id": 6,
        "drive_mode": 0,
        "homing_offset": 1407,
        "range_min": 2031,
        "range_max": 3476
    }
}"#;

    #[test]
    fn a_file_of_lerobot_comes_back_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("robots/so_follower/mine.json");
        let calibration = Calibration::parse(TEXT).unwrap();
        assert_eq!(
            calibration.joint("shoulder_pan").unwrap().homing_offset,
            -709
        );
        assert_eq!(calibration.save(&path).unwrap(), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
        assert_eq!(Calibration::load(&path).unwrap(), calibration);
    }

    #[test]
    fn an_old_file_is_never_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.json");
        let mut calibration = Calibration::parse(TEXT).unwrap();
        calibration.save(&path).unwrap();
        assert_eq!(calibration.save(&path).unwrap(), None, "nothing changed");
        for offset in [5, 6] {
            let before = fs::read_to_string(&path).unwrap();
            calibration.joints[0].1.homing_offset = offset;
            let kept = calibration.save(&path).unwrap().unwrap();
            assert_eq!(fs::read_to_string(kept).unwrap(), before);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn an_old_file_is_kept_beside_the_new_one_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let calibration = Calibration::parse(TEXT).unwrap();
        for (name, kept) in [
            ("lab2.left.json", "lab2.left.1.json"),
            ("lab2.left", "lab2.left.1.json"),
            ("emulated.cal", "emulated.cal.1.json"),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, b"\xff not even text").unwrap();
            let kept = folder.path().join(kept);
            assert_eq!(calibration.save(&path).unwrap(), Some(kept.clone()));
            assert_eq!(fs::read(&kept).unwrap(), b"\xff not even text");
            fs::remove_file(kept).unwrap();
            assert_eq!(Calibration::load(&path).unwrap(), calibration);
        }
    }

    #[test]
    fn a_file_of_no_use_says_so_and_what_to_do() {
        let old = r#"{"homing_offset": [-2050, 3060], "drive_mode": [0, 1],
            "start_pos": [1, 2], "calib_mode": ["DEGREE", "LINEAR"], "motor_names": ["a", "b"]}"#;
        for (text, why) in [
            ("", "it is empty"),
            (" \n", "it is empty"),
            (&TEXT[..200], "EOF while parsing"),
            ("[]", "not a calibration"),
            (old, "in 2024"),
        ] {
            let error = Calibration::parse(text).unwrap_err();
            assert!(
                error.text().contains(why) && error.text().contains("arm calibrate"),
                "{error}"
            );
        }
    }

    /// Fault 21.
    #[test]
    fn what_no_arm_can_have_is_refused_with_joint_and_reason() {
        for (from, to, why) in [
            (
                "752",
                "3441",
                "joint `shoulder_pan`: range_min 3441 is not below range_max 3441",
            ),
            (
                "\"id\": 6",
                "\"id\": 1",
                "joint `gripper`: id 1 is another joint's",
            ),
            (
                "\"id\": 6",
                "\"id\": 253",
                "joint `gripper`: no servo has id 253",
            ),
            (
                "\"drive_mode\": 0,\n        \"homing_offset\": 1407",
                "\"drive_mode\": 2, \"homing_offset\": 1407",
                "drive_mode is 0 or 1",
            ),
            ("-709", "\"-709\"", "joint `shoulder_pan`: invalid type"),
            ("-709", "NaN", "not a calibration"),
            (
                "\"range_max\": 3476",
                "\"range\": 3476",
                "missing field `range_max`",
            ),
            ("-709,", "-709", "not a calibration"),
        ] {
            let text = TEXT.replacen(from, to, 1);
            assert_ne!(text, TEXT);
            let error = Calibration::parse(&text).unwrap_err();
            assert!(error.text().contains(why), "{error}");
        }
        let error = Calibration::load(Path::new("/no/such/file.json")).unwrap_err();
        assert!(
            error.to_string().contains("calibrate the arm first"),
            "{error}"
        );
    }
}
