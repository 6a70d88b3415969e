//! `enact arm` and `enact bus` on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::args::{StopArgs, parse_args_from_words};
use crate::camera::lying_sheet::SheetArgs;

impl Default for ArmTarget {
    fn default() -> Self {
        parse_args_from_words(&[])
    }
}

impl TeleopArgs {
    /// Creates the arguments for an arm that follows the one on the port `leader`.
    pub fn from_leader_port(leader: &str) -> Self {
        parse_args_from_words(&["--leader".as_ref(), leader.as_ref()])
    }
}

/// Protocol of a servo bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Feetech STS and SMS series
    Feetech,
    /// Dynamixel protocol 2.0
    Dynamixel,
}

/// The arm and the port it is on.
#[derive(Clone, Debug, Args)]
pub struct ArmTarget {
    /// Serial port; `usb:NUMBER` selects an adapter by serial number, `auto` the only one there is
    #[arg(long, value_name = "PATH", default_value = "auto")]
    pub port: String,
    /// Robot name in robots/, or path of a robot folder or URDF
    #[arg(long, value_name = "NAME", default_value = "so101")]
    pub robot: String,
    /// Protocol of the servos [default: as in the robot's bus.toml]
    #[arg(long, value_enum)]
    pub protocol: Option<Protocol>,
    /// Calibration: a name in LeRobot's calibration folder, or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub calibration: Option<String>,
    /// Print JSON objects, one per line, in rad, s and V; with `monitor`, one per reading, which
    /// records an arm guided by hand
    #[arg(long)]
    pub json: bool,
}

/// Set up, calibrate, monitor and move a real arm.
#[derive(Debug, Args)]
pub struct ArmArgs {
    /// The command.
    #[command(subcommand)]
    pub command: ArmCommand,
}

/// Commands for an arm.
#[derive(Debug, Subcommand)]
pub enum ArmCommand {
    /// List serial ports and the servos on them
    List(ArmTarget),
    /// Search for servos at every baud rate
    Scan(ArmTarget),
    /// Show every register of the servos, in physical units
    Info {
        /// The arm.
        #[command(flatten)]
        target: ArmTarget,
        /// Show only the servo of this joint
        #[arg(long)]
        joint: Option<String>,
    },
    /// Show joint positions, loads, temperatures, voltages, faults and the update rate
    Monitor(MonitorArgs),
    /// Switch the motors on at the current pose, or off
    Torque {
        /// `on` holds the current pose; `off` lets the arm fall
        #[arg(value_enum)]
        state: OnOff,
        /// The arm.
        #[command(flatten)]
        target: ArmTarget,
    },
    /// Reboot a Dynamixel servo that shut down after an alarm; its joint goes limp
    Reboot {
        /// Joint name
        joint: String,
        /// The arm.
        #[command(flatten)]
        target: ArmTarget,
    },
    /// Move one joint by a few degrees
    Jog {
        /// Joint name
        joint: String,
        /// Relative angle, degrees
        #[arg(allow_negative_numbers = true, value_parser = degrees)]
        by_deg: f64,
        /// The arm.
        #[command(flatten)]
        target: ArmTarget,
        /// Means of stopping the arm, besides Ctrl-C.
        #[command(flatten)]
        stop: StopArgs,
    },
    /// Move to the home position, all joints at once; keep clear
    Home {
        /// The arm.
        #[command(flatten)]
        target: ArmTarget,
        /// Means of stopping the arm, besides Ctrl-C.
        #[command(flatten)]
        stop: StopArgs,
    },
    /// Assign a joint's id and the bus's baud rate to the only servo connected
    SetId {
        /// Joint name
        joint: String,
        /// The arm.
        #[command(flatten)]
        target: ArmTarget,
    },
    /// Calibrate zero and range of each joint, step by step
    Calibrate {
        /// Calibrate only this joint; repeatable
        #[arg(long, value_name = "NAME")]
        joint: Vec<String>,
        /// The arm.
        #[command(flatten)]
        target: ArmTarget,
    },
    /// Diagnose problems and suggest fixes
    Doctor(ArmTarget),
    /// Teleoperate: the arm follows a leader arm that is moved by hand
    Teleop(TeleopArgs),
}

/// Monitor an arm.
#[derive(Debug, Args)]
pub struct MonitorArgs {
    /// The arm.
    #[command(flatten)]
    pub target: ArmTarget,
    /// Stop after S seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub seconds: Option<f64>,
    /// Readings per second; 0 for as fast as the bus allows
    #[arg(long, value_name = "HZ", default_value_t = 50.0, value_parser = rate)]
    pub rate: f64,
}

/// Follow a leader arm.
#[derive(Debug, Args)]
pub struct TeleopArgs {
    /// Serial port of the leader arm
    #[arg(long, value_name = "PATH")]
    pub leader: String,
    /// Calibration: a name in LeRobot's calibration folder, or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub leader_calibration: Option<String>,
    /// The follower arm.
    #[command(flatten)]
    pub target: ArmTarget,
    /// Stop after S seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub seconds: Option<f64>,
    /// Record to this MCAP file, camera included, for `enact export`; to JSON lines if the name
    /// ends in .jsonl
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Task description to store in the recording
    #[arg(long, value_name = "TEXT", alias = "task", requires = "record", value_parser = words)]
    pub instruction: Option<String>,
    /// Launch file with the camera to record [default: the one named like the robot]
    #[arg(long, value_name = "FILE", requires = "record")]
    pub launch: Option<String>,
    /// Camera frames to record per second, 0 for none [default: launch file, else 30]
    #[arg(long, value_name = "N", requires = "record", value_parser = clap::value_parser!(u32).range(0..=200))]
    pub record_fps: Option<u32>,
    /// Record depth images too, if the camera has depth
    #[arg(long, requires = "record")]
    pub record_depth: bool,
    /// Means of stopping the follower, besides Ctrl-C.
    #[command(flatten)]
    pub stop: StopArgs,
}

/// Checks that a task has words.
fn words(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("the description must not be empty".to_owned()),
        words => Ok(words.to_owned()),
    }
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// On
    On,
    /// Off
    Off,
}

/// Emulate a servo bus.
#[derive(Debug, Args)]
pub struct BusArgs {
    /// The command.
    #[command(subcommand)]
    pub command: BusCommand,
}

/// Commands for a servo bus.
#[derive(Debug, Subcommand)]
pub enum BusCommand {
    /// Serve an emulated arm on a pseudo-terminal, backed by the physics simulator
    Emulate(EmulateArgs),
}

/// Serve an emulated arm on a pseudo-terminal.
#[derive(Clone, Debug, Args)]
pub struct EmulateArgs {
    /// Robot name in robots/, or path of a robot folder or URDF
    #[arg(long, value_name = "NAME", default_value = "so101")]
    pub robot: String,
    /// Protocol of the servos [default: as in the robot's bus.toml]
    #[arg(long, value_enum)]
    pub protocol: Option<Protocol>,
    /// Scene around the arm: name in scenes/, or path of a TOML file
    #[arg(long, value_name = "NAME", default_value = "tabletop")]
    pub scene: String,
    /// Random seed
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Faults to inject: a TOML file of rules
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Create a symbolic link to the port at this path
    #[arg(long, value_name = "PATH")]
    pub link: Option<PathBuf>,
    /// Calibration file of the arm; read if it exists, written otherwise
    #[arg(long, value_name = "FILE")]
    pub calibration: Option<PathBuf>,
    /// Start with uncalibrated servos; only ids and baud rate are set
    #[arg(long)]
    pub uncalibrated: bool,
    /// Start with torque off, as after power-on, so that the arm sinks [default: held at home]
    #[arg(long)]
    pub limp: bool,
    /// Ignore the time that bytes and replies take on the wire
    #[arg(long)]
    pub untimed: bool,
    /// Write the latest camera image to this folder
    #[arg(long, value_name = "DIR")]
    pub pictures: Option<PathBuf>,
    /// Camera images per second
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub picture_fps: u32,
    /// A printed sheet on the table.
    #[command(flatten)]
    pub sheet: SheetArgs,
    /// Log every received packet as a line of JSON
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Print one JSON object with the port and the servo of each joint
    #[arg(long)]
    pub json: bool,
}

/// Largest jog, degrees.
const DEGREES: f64 = 720.0;
/// Longest duration, seconds: a month.
const MAX_DURATION_S: f64 = 2_678_400.0;

fn degrees(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(degrees) if (-DEGREES..=DEGREES).contains(&degrees) => Ok(degrees),
        _ => Err(format!("expected a number from -{DEGREES} to {DEGREES}")),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=MAX_DURATION_S).contains(&seconds) => Ok(seconds),
        _ => Err(format!("expected a number from 0 to {MAX_DURATION_S}")),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate == 0.0 || (0.001..=10_000.0).contains(&rate) => Ok(rate),
        _ => Err("expected a number from 0.001 to 10000, or 0".to_owned()),
    }
}
