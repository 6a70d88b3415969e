//! `enact arm`: tools for an arm of servos on a serial port.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | its command line |
//! | [`hardware`] | a robot's servos, their calibration and their port |
//! | [`arm_config`] | the arm that a launch file chooses |
//! | `list` | `list` and `scan` |
//! | `info` | `info` |
//! | `monitor` | `monitor` |
//! | `torque` | `torque` |
//! | `reboot` | `reboot` |
//! | `jog` | `jog` and `home` |
//! | [`slow_motion`] | slow motion, for an arm that somebody stands beside |
//! | `set_id` | `set-id` |
//! | [`calibrate`] | `calibrate` |
//! | `doctor` | `doctor` |
//! | [`teleop`] | `teleop` |
//! | [`guided_recording`] | recordings of `teleop` |
//! | [`stdin_lines`] | lines from standard input, without waiting for them |

pub mod args;
pub mod arm_config;
pub mod calibrate;
mod doctor;
pub mod guided_recording;
pub mod hardware;
mod info;
mod jog;
mod list;
mod monitor;
mod reboot;
mod set_id;
pub mod slow_motion;
pub mod stdin_lines;
pub mod teleop;
mod torque;

use anyhow::Result;

use crate::data_dir::DataDir;
use args::ArmCommand;
use hardware::Hardware;

/// Carries out the command; returns `false` if the result is not good.
///
/// # Errors
/// If the command's files or port cannot be opened, or the servos do not answer.
pub fn run(data_dir: &DataDir, command: &ArmCommand) -> Result<bool> {
    let find = |target| Hardware::load(data_dir, target);
    match command {
        ArmCommand::List(target) => list::list_ports_and_servos(&find(target)?),
        ArmCommand::Scan(target) => list::scan_baud_rates(&find(target)?),
        ArmCommand::Info { target, joint } => {
            info::print_registers(&find(target)?, joint.as_deref())
        }
        ArmCommand::Monitor(args) => monitor::monitor(&find(&args.target)?, args),
        ArmCommand::Torque { state, target } => torque::set_torque(&find(target)?, *state),
        ArmCommand::Jog {
            joint,
            by_deg,
            target,
            stop,
        } => jog::jog(&find(target)?, stop, joint, *by_deg),
        ArmCommand::Home { target, stop } => jog::move_home(&find(target)?, stop),
        ArmCommand::Reboot { joint, target } => reboot::reboot(&find(target)?, joint),
        ArmCommand::SetId { joint, target } => set_id::set_id_and_baud_rate(&find(target)?, joint),
        ArmCommand::Calibrate { joint, target } => calibrate::calibrate(&find(target)?, joint),
        ArmCommand::Doctor(target) => doctor::doctor(&find(target)?),
        ArmCommand::Teleop(args) => teleop::teleop(data_dir, args),
    }
}
