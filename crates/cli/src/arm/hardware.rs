//! A robot's servos, their calibration and their port.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_arm::ShutdownMode;
use enact_arm::bus::{Bus, SerialTransport, ports};
use enact_arm::calibration::{Calibration, folder};
use enact_arm::driver::bus_config::ServoConfig;
use enact_arm::driver::{ArmingOptions, BusConfig, ServoArm};
use enact_arm::servo::Family;
use enact_recording::ServoInfo;
use enact_robot::Robot;

use super::args::{ArmTarget, Protocol};
use crate::data_dir::{DataDir, did_you_mean};

/// An arm that may be connected to a port.
pub struct Hardware {
    /// The robot.
    pub robot: Robot,
    /// Its servos.
    pub bus_config: BusConfig,
    /// True to print JSON.
    pub json: bool,
    port: String,
    calibration: Option<String>,
    /// True if it is moved by hand for another arm to follow.
    leads: bool,
}

impl Hardware {
    /// Loads the robot and the settings of its bus. Nothing is opened yet.
    ///
    /// # Errors
    /// If the robot or the settings of its bus cannot be loaded, or a link of the robot is
    /// unguarded.
    pub fn load(data_dir: &DataDir, target: &ArmTarget) -> Result<Self> {
        let robot = data_dir.load_robot_to_move(&target.robot)?;
        let bus_config = bus_config(data_dir, &robot, &target.robot, target.protocol)?;
        Ok(Self {
            robot,
            bus_config,
            json: target.json,
            port: target.port.clone(),
            calibration: target.calibration.clone(),
            leads: false,
        })
    }

    /// Loads a leader arm, whose calibration LeRobot keeps in another folder.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_leader(data_dir: &DataDir, target: &ArmTarget) -> Result<Self> {
        Ok(Self {
            leads: true,
            ..Self::load(data_dir, target)?
        })
    }

    /// Returns the path of the port.
    ///
    /// # Errors
    /// If the port is to be found and there is none, or more than one.
    pub fn port_path(&self) -> Result<String> {
        Ok(ports::resolve_port(&self.port)?)
    }

    /// Returns the device of the port, with links resolved.
    ///
    /// # Errors
    /// As [`port`](Self::port).
    pub fn device_path(&self) -> Result<PathBuf> {
        let port = self.port_path()?;
        Ok(std::fs::canonicalize(&port).unwrap_or_else(|_| port.into()))
    }

    /// Opens the bus at its configured baud rate.
    ///
    /// # Errors
    /// If the port cannot be found or opened.
    pub fn open_bus(&self) -> Result<Bus> {
        self.open_bus_at_baud_rate(self.bus_config.baud)
    }

    /// Opens the bus at another baud rate.
    ///
    /// # Errors
    /// As [`open_bus`](Self::open_bus).
    pub fn open_bus_at_baud_rate(&self, baud: u32) -> Result<Bus> {
        let line = SerialTransport::open(&self.port_path()?, baud)?;
        Ok(Bus::new(
            Box::new(line),
            self.bus_config.family.codec(),
            baud,
        ))
    }

    /// Returns the arm, armed where it is.
    ///
    /// # Errors
    /// If the calibration or the port cannot be opened, or a check before arming fails.
    pub fn open_armed_arm(&self, shutdown: ShutdownMode) -> Result<ServoArm> {
        let calibration = self.load_calibration()?;
        let bus = self.open_bus()?;
        let options = ArmingOptions { shutdown };
        Ok(ServoArm::arm(
            bus,
            &self.robot,
            &self.bus_config,
            &calibration,
            options,
        )?)
    }

    /// Reads the calibration.
    ///
    /// # Errors
    /// If the file cannot be found, read or understood.
    pub fn load_calibration(&self) -> Result<Calibration> {
        Ok(Calibration::load(&self.calibration_file(true)?)?)
    }

    /// Returns the servos as LeRobot describes them.
    ///
    /// # Errors
    /// If the calibration cannot be read or does not fit the servos.
    pub fn servo_info(&self) -> Result<ServoInfo> {
        let calibration = self.load_calibration()?;
        Ok(ServoInfo::from_calibration(
            &self.robot,
            &self.bus_config,
            &calibration,
        )?)
    }

    /// Returns whether a person named its calibration.
    pub fn has_named_calibration(&self) -> bool {
        self.calibration.is_some()
    }

    /// Returns the file of the calibration: the named one, or else the only one. If there is none
    /// and none is `needed`, returns the file to write.
    ///
    /// # Errors
    /// If one is `needed` and there is none, several could be meant, or there is no folder for it.
    pub fn calibration_file(&self, needed: bool) -> Result<PathBuf> {
        let choice = self.calibration.as_deref();
        if let Some(path) = choice.filter(|choice| is_path(choice)) {
            return Ok(path.into());
        }
        // LeRobot's names have no ending, but people type that of the file.
        let name = choice.map(|choice| choice.strip_suffix(ENDING).unwrap_or(choice));
        let root = folder::root_from_environment().context("neither HOME nor HF_HOME is set")?;
        let folders = self.calibration_folders(&root, name);
        let names = folder::arm_names(&folders);
        let option = match self.leads {
            true => "--leader-calibration",
            false => "--calibration",
        };
        let name = match (name, names.as_slice()) {
            (Some(name), _) => {
                let file = folder::calibration_file(&folders, name);
                if !file.is_some_and(|file| file.is_file()) {
                    match choice.filter(|choice| choice.ends_with(ENDING)) {
                        Some(new) if !needed => return Ok(new.into()),
                        _ if needed => bail!("{}", unknown(name, &names, &root)),
                        _ => {}
                    }
                }
                name
            }
            (None, [only]) => only.as_str(),
            (None, []) if needed => bail!(
                "no calibration in {}\nhint: `enact arm calibrate` makes one, or name one with {option}",
                root.display()
            ),
            (None, []) => self.robot.name(),
            (None, several) => bail!(
                "several arms are calibrated; choose one with {option}: {}",
                several.join(", ")
            ),
        };
        folder::calibration_file(&folders, name)
            .context("the robot's bus.toml names no LeRobot class (`lerobot`)")
    }

    /// Returns the folders in which its calibration may be, called `name` if that is given. A
    /// leader without one of its own may be kept as a follower.
    fn calibration_folders(&self, root: &Path, name: Option<&str>) -> Vec<PathBuf> {
        let followers = folder::follower_folders(root, &self.bus_config.lerobot);
        if !self.leads {
            return followers;
        }
        let leaders = folder::leader_folders(root, &self.bus_config.lerobot);
        let is_known = match name {
            Some(name) => {
                folder::calibration_file(&leaders, name).is_some_and(|file| file.is_file())
            }
            None => !folder::arm_names(&leaders).is_empty(),
        };
        if is_known {
            leaders
        } else {
            [leaders, followers].concat()
        }
    }

    /// Returns joints with their servos.
    pub fn joints(&self) -> impl Iterator<Item = (&str, &ServoConfig)> {
        let names = self.robot.joints().iter().map(|joint| joint.name.as_str());
        names.zip(&self.bus_config.servos)
    }

    /// Returns the index of the joint of this name.
    ///
    /// # Errors
    /// If there is no such joint; names the ones there are.
    pub fn joint_index(&self, name: &str) -> Result<usize> {
        let names: Vec<String> = self.joints().map(|(name, _)| name.to_owned()).collect();
        names
            .iter()
            .position(|joint| joint == name)
            .with_context(|| {
                format!(
                    "{} has no joint `{name}`; there are: {}{}",
                    self.robot.name(),
                    names.join(", "),
                    did_you_mean(name, &names)
                )
            })
    }
}

/// Extension of calibration files.
const ENDING: &str = ".json";

/// Returns whether a calibration is given by its path: it looks like one, or exists. A text that
/// only ends like a file name may be a name.
fn is_path(choice: &str) -> bool {
    choice.contains(std::path::is_separator)
        || choice.ends_with(ENDING) && Path::new(choice).is_file()
}

fn unknown(name: &str, names: &[String], root: &Path) -> String {
    if names.is_empty() {
        return format!(
            "no arm called `{name}` is calibrated, nor any other, in {}\nhint: `enact arm calibrate` makes a calibration",
            root.display()
        );
    }
    format!(
        "no arm called `{name}` is calibrated; there are: {}{}",
        names.join(", "),
        did_you_mean(name, names)
    )
}

/// Reads the servos of a robot: its `bus.toml`, or the first `bus-*.toml` of the chosen protocol.
///
/// # Errors
/// If a file cannot be read or is invalid, or none has servos of the protocol.
pub fn bus_config(
    data_dir: &DataDir,
    robot: &Robot,
    name: &str,
    protocol: Option<Protocol>,
) -> Result<BusConfig> {
    let direct = Path::new(name);
    let folder = if direct.is_dir() {
        direct.to_owned()
    } else {
        data_dir.robots_folder().join(name)
    };
    let family = protocol.map(|protocol| match protocol {
        Protocol::Feetech => Family::Sts,
        Protocol::Dynamixel => Family::X,
    });
    let fits = |bus_config: &BusConfig| family.is_none_or(|family| bus_config.family == family);
    let own = BusConfig::load(&folder.join("bus.toml"), robot)?;
    if fits(&own) {
        return Ok(own);
    }
    for name in crate::data_dir::toml_names_in(&folder) {
        if name.starts_with("bus-") {
            let other = BusConfig::load(&folder.join(format!("{name}.toml")), robot)?;
            if fits(&other) {
                return Ok(other);
            }
        }
    }
    bail!(
        "{} has no bus.toml or bus-*.toml with servos of this protocol",
        folder.display()
    )
}
