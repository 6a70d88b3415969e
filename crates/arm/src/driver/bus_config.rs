//! The servo of each joint: `bus.toml` beside `robot.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use enact_robot::Robot;
use enact_types::{Reason, text, toml_text};
use serde::Deserialize;
use thiserror::Error;

use crate::servo::{Family, ServoModel};

/// Servos of a robot.
#[derive(Debug)]
pub struct BusConfig {
    /// Bit rate of the bus, bits per second.
    pub baud: u32,
    /// LeRobot's names for the robot type, newest first, under which it keeps calibrations.
    pub lerobot: Vec<String>,
    /// Family of all servos.
    pub family: Family,
    /// Names of the joints that can turn endlessly and thus have no range to calibrate.
    pub full_turn: Vec<String>,
    /// Servo of each joint, in the robot's order.
    pub servos: Vec<ServoConfig>,
}

/// A servo on the bus.
#[derive(Clone, Copy, Debug)]
pub struct ServoConfig {
    /// Bus id.
    pub id: u8,
    /// Servo model.
    pub model: &'static ServoModel,
    /// Share of its largest output that the servo may use.
    pub output: f64,
}

/// An error in a `bus.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: {what}", path.display())]
pub struct BusConfigError {
    /// Path of the file.
    pub path: PathBuf,
    /// Description of the error.
    #[source]
    pub what: Reason,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    model: String,
    baud: u32,
    lerobot: Vec<String>,
    #[serde(default)]
    full_turn: Vec<String>,
    #[serde(default)]
    models: BTreeMap<String, String>,
    #[serde(default)]
    output: BTreeMap<String, f64>,
}

impl BusConfig {
    /// Reads the file for this robot; the ids are those of `robot.toml`.
    ///
    /// # Errors
    /// [`BusConfigError`] if it is missing or malformed, a joint has no servo, a model is unknown,
    /// or models of two protocols are mixed.
    pub fn load(path: &Path, robot: &Robot) -> Result<Self, BusConfigError> {
        let text = fs::read(path).and_then(text::decode).map_err(|error| {
            Reason::from_text_and_source(format!("cannot be read: {error}"), error)
        });
        text.and_then(|text| Self::parse(&text, robot))
            .map_err(|what| BusConfigError {
                path: path.to_owned(),
                what,
            })
    }

    fn parse(text: &str, robot: &Robot) -> Result<Self, Reason> {
        let file: File = toml_text::parse(text).map_err(Reason::from_error)?;
        if file.baud == 0 {
            return Err("baud must not be 0".into());
        }
        let names = || robot.joints().iter().map(|joint| joint.name.as_str());
        let mut used = file
            .models
            .keys()
            .chain(file.output.keys())
            .chain(&file.full_turn);
        if let Some(unknown) = used.find(|name| !names().any(|joint| joint == *name)) {
            let joints: Vec<&str> = names().collect();
            let list = joints.join(", ");
            return Err(format!("there is no joint `{unknown}`; there are {list}").into());
        }
        let mut servos = Vec::new();
        for joint in robot.joints() {
            let name = &joint.name;
            let id = joint
                .servo
                .ok_or_else(|| {
                    format!("joint `{name}` has no servo id; robot.toml gives it one: [joints] {name} = {{ servo = ID }}")
                })?;
            if joint.prismatic {
                return Err(format!("joint `{name}` slides; servos turn").into());
            }
            let model = known(file.models.get(name).unwrap_or(&file.model))?;
            let output = file.output.get(name).copied().unwrap_or(1.0);
            if !(0.0 < output && output <= 1.0) {
                return Err(format!("joint `{name}`: output {output} is not within 0 to 1").into());
            }
            servos.push(ServoConfig { id, model, output });
        }
        let family = servos
            .first()
            .ok_or("the robot has no joints")?
            .model
            .family;
        if let Some(other) = servos.iter().find(|servo| servo.model.family != family) {
            return Err(format!(
                "`{}` speaks another protocol than the others",
                other.model.name
            )
            .into());
        }
        Ok(Self {
            baud: file.baud,
            lerobot: file.lerobot,
            full_turn: file.full_turn,
            family,
            servos,
        })
    }
}

fn known(name: &str) -> Result<&'static ServoModel, Reason> {
    ServoModel::find_by_name(name).ok_or_else(|| {
        let names = ServoModel::ALL_MODELS.map(|model| model.name).join(", ");
        format!("no servo model is called `{name}`; there are {names}").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::so101;

    const TEXT: &str = "model = \"sts3215\"\nbaud = 1_000_000\nlerobot = [\"so_follower\"]\n";

    #[test]
    fn the_wiring_that_ships_loads() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101/bus.toml");
        let bus_config = BusConfig::load(path.as_ref(), &so101()).unwrap();
        let ids: Vec<u8> = bus_config.servos.iter().map(|servo| servo.id).collect();
        assert_eq!(ids, [1, 2, 3, 4, 5, 6]);
        assert_eq!(
            (bus_config.family, bus_config.baud),
            (Family::Sts, 1_000_000)
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, why) in [
            (
                TEXT.replace("sts3215", "sts"),
                "no servo model is called `sts`; there are sts3215",
            ),
            (TEXT.replace("1_000_000", "0"), "baud must not be 0"),
            (
                format!("{TEXT}models = {{ elbow = \"sts3215\" }}"),
                "there is no joint `elbow`",
            ),
            (
                format!("{TEXT}models = {{ gripper = \"xl330-m288\" }}"),
                "another protocol",
            ),
            (
                format!("{TEXT}output = {{ gripper = 1.5 }}"),
                "output 1.5 is not within 0 to 1",
            ),
            (
                format!("{TEXT}output = {{ gripper = nan }}"),
                "output NaN is not within 0 to 1",
            ),
            (format!("{TEXT}speed = 3"), "unknown field `speed`"),
        ] {
            let error = BusConfig::parse(&text, &so101()).unwrap_err();
            assert!(error.text().contains(why), "{error}");
        }
    }
}
