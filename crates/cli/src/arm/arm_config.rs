//! The arm that a launch file chooses.

use std::path::PathBuf;

use anyhow::{Result, bail};
use enact_arm::{Arm, ShutdownMode};
use enact_emulator::{EmulatedTransport, PtyBus, make_plausible_calibration};
use enact_recording::ServoInfo;
use enact_robot::Robot;
use enact_sim::Simulator;
use serde::{Deserialize, Serialize};

use super::args::{ArmTarget, Protocol};
use super::hardware::{Hardware, bus_config};
use crate::bus::emulate::{EmulatedArm, read_faults};
use crate::data_dir::DataDir;
use crate::node::config::RemoteArmConfig;

/// Arm of a launch file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "source", rename_all = "snake_case")]
pub enum ArmConfig {
    /// The simulator's own arm.
    #[default]
    Sim,
    /// Servos on a serial port.
    Servos(ServoArmConfig),
    /// Emulated servos on a pty, which turn the arm in the simulator. They hold it at home.
    Emulated(EmulatedArmConfig),
    /// A robot that runs ros2_control.
    Ros2(Ros2ArmConfig),
    /// An arm on another machine, which `enact node arm` offers there.
    Zenoh(RemoteArmConfig),
}

/// Servos on a serial port.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServoArmConfig {
    /// The port: a path, `usb:` and an adapter's serial number, or `auto`.
    pub port: String,
    /// The protocol, where it is not that of the robot's `bus.toml`.
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// Name in LeRobot's calibration folder, or a file.
    #[serde(default)]
    pub calibration: Option<String>,
    /// State in which the arm is left.
    #[serde(alias = "ending", default)]
    pub shutdown: ShutdownMode,
    /// True to request real-time scheduling and locked memory for the thread that drives it.
    #[serde(default)]
    pub realtime: bool,
}

/// Emulated servos, on a pty in real time or without one in a time of their own.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmulatedArmConfig {
    /// The protocol, where it is not that of the robot's `bus.toml`.
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// Faults to inject: a file of rules, relative to the launch file.
    #[serde(default)]
    pub faults: Option<PathBuf>,
    /// True to put them on a pty that the driver opens like any port. Without one, time passes for
    /// them only while the driver waits, so that nothing comes too late, however busy the machine
    /// is.
    #[serde(default = "yes")]
    pub pty: bool,
    /// State in which the arm is left.
    #[serde(alias = "ending", default)]
    pub shutdown: ShutdownMode,
    /// True to request real-time scheduling and locked memory for the thread that drives it, and for
    /// the servos on a pty.
    #[serde(default)]
    pub realtime: bool,
}

/// A robot that runs ros2_control.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ros2ArmConfig {
    /// Name of the trajectory controller, where it is not `arm_controller`.
    pub controller: Option<String>,
    /// Name of the gripper's action, where it is not `gripper_controller/gripper_cmd`; empty if the
    /// trajectory controller moves the gripper too.
    pub gripper_action: Option<String>,
    /// Topic of joint states, where it is not `joint_states`.
    pub joint_states: Option<String>,
}

fn yes() -> bool {
    true
}

/// The arm of a run before arming.
pub enum ArmSource {
    /// The simulator's own.
    Sim,
    /// Servos on a port.
    Servos(Box<Hardware>, ShutdownMode),
    /// Emulated servos, and what they are on.
    Emulated(Box<EmulatedArm>, EmulatedPort, ShutdownMode),
    /// A robot that runs ros2_control.
    #[cfg(feature = "ros2")]
    Ros2(std::sync::Arc<Robot>, Ros2ArmConfig),
    /// An arm on another machine.
    Elsewhere(RemoteArmConfig),
}

/// Connection to emulated servos.
pub enum EmulatedPort {
    /// A pty, in real time.
    Pty(PtyBus),
    /// A line in this process, in its own time.
    Line(EmulatedTransport),
}

impl ArmConfig {
    /// Checks that the robot has the chosen servos.
    ///
    /// # Errors
    /// If there is no valid `bus.toml`, or `bus-*.toml` of the chosen protocol, for the robot.
    pub fn check_bus_config(&self, data_dir: &DataDir, name: &str, robot: &Robot) -> Result<()> {
        let protocol = match self {
            Self::Sim | Self::Ros2(_) | Self::Zenoh(_) => return Ok(()),
            Self::Servos(servos) => servos.protocol,
            Self::Emulated(emulated) => emulated.protocol,
        };
        bus_config(data_dir, robot, name, protocol).map(drop)
    }

    /// Returns whether the thread that drives it requests real-time scheduling.
    pub fn wants_realtime(&self) -> bool {
        match self {
            Self::Sim | Self::Ros2(_) | Self::Zenoh(_) => false,
            Self::Servos(servos) => servos.realtime,
            Self::Emulated(emulated) => emulated.realtime,
        }
    }

    /// Finds the servos, or starts to emulate them. Nothing moves yet.
    ///
    /// # Errors
    /// If the files of the servos or of their faults are missing or invalid, or no pty can be
    /// opened.
    pub fn find_or_emulate_arm(
        &self,
        data_dir: &DataDir,
        name: &str,
        robot: &Robot,
        simulator: &Simulator,
    ) -> Result<ArmSource> {
        Ok(match self {
            Self::Sim => ArmSource::Sim,
            Self::Zenoh(remote) => ArmSource::Elsewhere(remote.clone()),
            Self::Servos(servos) => {
                let target = ArmTarget {
                    port: servos.port.clone(),
                    robot: name.to_owned(),
                    protocol: servos.protocol,
                    calibration: servos.calibration.clone(),
                    json: false,
                };
                let hardware = Hardware::load(data_dir, &target)?;
                ArmSource::Servos(Box::new(hardware), servos.shutdown)
            }
            Self::Emulated(emulated) => {
                let servos = bus_config(data_dir, robot, name, emulated.protocol)?;
                let bench = EmulatedArm::new(robot, servos, simulator.clone());
                let faults = read_faults(emulated.faults.as_deref())?;
                let mut emulated_bus = bench.emulated_bus(faults)?;
                emulated_bus.hold_joints();
                let port = match emulated.pty {
                    true => {
                        let served = PtyBus::serve(emulated_bus, None)?;
                        if emulated.realtime {
                            served.request_realtime();
                        }
                        EmulatedPort::Pty(served)
                    }
                    false => EmulatedPort::Line(EmulatedTransport::new(emulated_bus)),
                };
                ArmSource::Emulated(Box::new(bench), port, emulated.shutdown)
            }
            #[cfg(feature = "ros2")]
            Self::Ros2(ros2) => ArmSource::Ros2(std::sync::Arc::new(robot.clone()), ros2.clone()),
            #[cfg(not(feature = "ros2"))]
            Self::Ros2(_) => anyhow::bail!(crate::ros2::ROS2_ABSENT_MESSAGE),
        })
    }
}

impl ArmSource {
    /// Returns the arm, armed where it is.
    ///
    /// # Errors
    /// If the calibration or the port cannot be opened, or a check before arming fails.
    pub fn open_armed_arm(&self, simulator: &Simulator) -> Result<Box<dyn Arm>> {
        Ok(match self {
            Self::Sim => Box::new(simulator.arm()),
            Self::Servos(hardware, shutdown) => Box::new(hardware.open_armed_arm(*shutdown)?),
            Self::Emulated(bench, port, shutdown) => {
                Box::new(bench.open_armed_arm(port, *shutdown)?)
            }
            #[cfg(feature = "ros2")]
            Self::Ros2(robot, ros2) => crate::ros2::remote::find_ros2_control_arm(robot, ros2)?,
            Self::Elsewhere(remote) => bail!(
                "the arm `{}` is on another machine, which takes whole motions of a run only; do this there",
                remote.node
            ),
        })
    }

    /// Returns the servos as LeRobot describes them. The simulator's own arm has the servos that an
    /// arm of its kind could have; `None` if there are none.
    ///
    /// # Errors
    /// If the calibration cannot be read or does not fit the servos.
    pub fn servo_info(
        &self,
        data_dir: &DataDir,
        name: &str,
        robot: &Robot,
    ) -> Result<Option<ServoInfo>> {
        Ok(match self {
            Self::Servos(hardware, _) => Some(hardware.servo_info()?),
            Self::Emulated(bench, ..) => Some(bench.servo_info()?),
            Self::Sim => nominal_servo_info(data_dir, name, robot),
            #[cfg(feature = "ros2")]
            Self::Ros2(..) => None,
            Self::Elsewhere(_) => None,
        })
    }

    /// Returns whether the arm is in the simulator's world.
    pub fn is_simulated(&self) -> bool {
        matches!(self, Self::Sim | Self::Emulated(..))
    }
}

/// Returns plausible servos and a plausible calibration for an arm of this kind.
pub fn nominal_servo_info(data_dir: &DataDir, name: &str, robot: &Robot) -> Option<ServoInfo> {
    let servos = bus_config(data_dir, robot, name, None).ok()?;
    ServoInfo::from_calibration(robot, &servos, &make_plausible_calibration(robot, &servos)).ok()
}
