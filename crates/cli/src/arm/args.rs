//! `enact arm` and `enact bus` on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::args::{StopArgs, parsed};

impl Default for Target {
    fn default() -> Self {
        parsed(&[])
    }
}

impl TeleopArgs {
    /// An arm that follows the one on the port `leader`.
    pub fn of(leader: &str) -> Self {
        parsed(&["--leader".as_ref(), leader.as_ref()])
    }
}

/// Which language servos speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Feetech's STS and SMS series
    Feetech,
    /// Dynamixel protocol 2.0
    Dynamixel,
}

/// Which arm, where.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// Serial port; `usb:NUMBER` by its adapter's serial number, `auto` if only one is there
    #[arg(long, value_name = "PATH", default_value = "auto")]
    pub port: String,
    /// Name in robots/, or path of a robot folder or URDF
    #[arg(long, value_name = "NAME", default_value = "so101")]
    pub robot: String,
    /// Its servos speak another protocol than its bus.toml says
    #[arg(long, value_enum)]
    pub protocol: Option<Protocol>,
    /// Its name in LeRobot's calibration folder, or a calibration file
    #[arg(long, value_name = "NAME|FILE")]
    pub calibration: Option<String>,
    /// Print JSON objects, a line each, in rad, s and V; of `monitor`, one per reading: a
    /// recording of an arm that is guided by hand
    #[arg(long)]
    pub json: bool,
}

/// Look after a real arm.
#[derive(Debug, Args)]
pub struct ArmArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ArmCommand,
}

/// What to do with an arm.
#[derive(Debug, Subcommand)]
pub enum ArmCommand {
    /// Show serial ports and what hangs on them
    List(Target),
    /// Find servos at every baud rate
    Scan(Target),
    /// Show every register of the servos, in units that people use
    Info {
        /// Which arm.
        #[command(flatten)]
        target: Target,
        /// Only the servo of this joint
        #[arg(long)]
        joint: Option<String>,
    },
    /// Watch joints, loads, temperatures, voltages, faults and the rate
    Monitor(MonitorArgs),
    /// Switch the motors on where the arm is, or off
    Torque {
        /// `on` holds the arm where it is; `off` lets it fall
        #[arg(value_enum)]
        state: OnOff,
        /// Which arm.
        #[command(flatten)]
        target: Target,
    },
    /// Start the Dynamixel of a joint anew that shut down after an alarm; it lets go of the joint
    Reboot {
        /// The joint
        joint: String,
        /// Which arm.
        #[command(flatten)]
        target: Target,
    },
    /// Turn one joint a little
    Jog {
        /// The joint
        joint: String,
        /// By so many degrees
        #[arg(allow_negative_numbers = true, value_parser = degrees)]
        by_deg: f64,
        /// Which arm.
        #[command(flatten)]
        target: Target,
        /// What stops the arm, besides Ctrl-C.
        #[command(flatten)]
        stop: StopArgs,
    },
    /// Move home, joint by joint at once; keep the way free
    Home {
        /// Which arm.
        #[command(flatten)]
        target: Target,
        /// What stops the arm, besides Ctrl-C.
        #[command(flatten)]
        stop: StopArgs,
    },
    /// Give the only servo on the bus the id of a joint, and the bus's baud rate
    SetId {
        /// The joint
        joint: String,
        /// Which arm.
        #[command(flatten)]
        target: Target,
    },
    /// Find out where each joint's zero and ends are, guided
    Calibrate {
        /// Only these joints
        #[arg(long, value_name = "NAME")]
        joint: Vec<String>,
        /// Which arm.
        #[command(flatten)]
        target: Target,
    },
    /// Say what is wrong, and what to do
    Doctor(Target),
    /// Let an arm do what another, moved by hand, does
    Teleop(TeleopArgs),
}

/// Watch an arm.
#[derive(Debug, Args)]
pub struct MonitorArgs {
    /// Which arm.
    #[command(flatten)]
    pub target: Target,
    /// Stop after so many seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub seconds: Option<f64>,
    /// Readings a second; 0 for as many as the wire lets through
    #[arg(long, value_name = "HZ", default_value_t = 50.0, value_parser = rate)]
    pub rate: f64,
}

/// Mirror a leader arm.
#[derive(Debug, Args)]
pub struct TeleopArgs {
    /// Port of the arm that is moved by hand
    #[arg(long, value_name = "PATH")]
    pub leader: String,
    /// Its name in LeRobot's calibration folder, or a calibration file
    #[arg(long, value_name = "NAME|FILE")]
    pub leader_calibration: Option<String>,
    /// Which arm follows.
    #[command(flatten)]
    pub target: Target,
    /// Stop after so many seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub seconds: Option<f64>,
    /// Keep it in this MCAP file, with what the camera sees, for `enact export`; as lines of JSON
    /// if its name ends in .jsonl
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// What the arm is to do, in words, for the recording
    #[arg(long, value_name = "TEXT", requires = "record", value_parser = words)]
    pub task: Option<String>,
    /// Launch file whose camera films [default: that of the robot's name]
    #[arg(long, value_name = "FILE", requires = "record")]
    pub launch: Option<String>,
    /// Film so many times a second, 0 for not at all [default: what the launch file says, else 30]
    #[arg(long, value_name = "N", requires = "record", value_parser = clap::value_parser!(u32).range(0..=200))]
    pub record_fps: Option<u32>,
    /// Film depth too, where the camera measures it
    #[arg(long, requires = "record")]
    pub record_depth: bool,
    /// What stops the arm that follows, besides Ctrl-C.
    #[command(flatten)]
    pub stop: StopArgs,
}

/// A task must have words.
fn words(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say what the arm is to do".to_owned()),
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

/// Buses of servos that are not there.
#[derive(Debug, Args)]
pub struct BusArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: BusCommand,
}

/// What to do with a bus.
#[derive(Debug, Subcommand)]
pub enum BusCommand {
    /// Serve an arm of servos on a pty, with the simulator's physics behind it
    Emulate(EmulateArgs),
}

/// Serve an arm of servos on a pty.
#[derive(Clone, Debug, Args)]
pub struct EmulateArgs {
    /// Name in robots/, or path of a robot folder or URDF
    #[arg(long, value_name = "NAME", default_value = "so101")]
    pub robot: String,
    /// Which language the servos speak; what the robot's bus.toml says if not given
    #[arg(long, value_enum)]
    pub protocol: Option<Protocol>,
    /// Name in scenes/ or path of a TOML file: what the arm stands in
    #[arg(long, value_name = "NAME", default_value = "tabletop")]
    pub scene: String,
    /// What chance decides
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// What goes wrong: a TOML file of rules
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// A path that leads to the port, whatever name the system gives it
    #[arg(long, value_name = "PATH")]
    pub link: Option<PathBuf>,
    /// The arm's calibration: a file that is there is read, one that is not is written
    #[arg(long, value_name = "FILE")]
    pub calibration: Option<PathBuf>,
    /// Servos as the factory made them: ids and baud rate set, nothing calibrated
    #[arg(long)]
    pub uncalibrated: bool,
    /// Servos without torque, as after power-on, so that the arm sinks; else they hold it at home
    #[arg(long)]
    pub limp: bool,
    /// Bytes pass in no time, and servos answer at once
    #[arg(long)]
    pub untimed: bool,
    /// Keep the newest picture of the scene's camera in this folder
    #[arg(long, value_name = "DIR")]
    pub pictures: Option<PathBuf>,
    /// Take so many of them a second
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub picture_fps: u32,
    /// Write a line of JSON for each packet that arrives
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Print one JSON object: the port, and the joints with their servos
    #[arg(long)]
    pub json: bool,
}

/// No joint turns farther, degrees.
const DEGREES: f64 = 720.0;
/// A month, seconds.
const LONGEST: f64 = 2_678_400.0;

fn degrees(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(degrees) if (-DEGREES..=DEGREES).contains(&degrees) => Ok(degrees),
        _ => Err(format!("give a number from -{DEGREES} to {DEGREES}")),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=LONGEST).contains(&seconds) => Ok(seconds),
        _ => Err(format!("give a number from 0 to {LONGEST}")),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate == 0.0 || (0.001..=10_000.0).contains(&rate) => Ok(rate),
        _ => Err("give a number from 0.001 to 10000, or 0".to_owned()),
    }
}
