//! `enact arm`: tools for an arm of servos on a serial port.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line of it |
//! | [`hardware`] | a robot's servos, their calibration and their port |
//! | [`choice`] | which arm a launch file chooses |
//! | [`list`] | `list` and `scan` |
//! | [`info`] | `info` |
//! | [`monitor`] | `monitor` |
//! | [`torque`] | `torque` |
//! | [`reboot`] | `reboot` |
//! | [`drive`] | `jog` and `home` |
//! | [`gentle`] | motion beside which somebody stands |
//! | [`set_id`] | `set-id` |
//! | [`calibrate`] | `calibrate` |
//! | [`doctor`] | `doctor` |
//! | [`teleop`] | `teleop` |
//! | [`recording`] | what `teleop` keeps |
//! | [`lines`] | what a person types, without waiting for it |

pub mod args;
pub mod calibrate;
pub mod choice;
mod doctor;
mod drive;
pub mod gentle;
pub mod hardware;
mod info;
pub mod lines;
mod list;
mod monitor;
mod reboot;
pub mod recording;
mod set_id;
pub mod teleop;
mod torque;

use anyhow::Result;

use crate::home::Home;
use args::ArmCommand;
use hardware::Hardware;

/// Does what was asked; `false` if it did not come out well.
pub fn run(home: &Home, command: &ArmCommand) -> Result<bool> {
    let find = |target| Hardware::find(home, target);
    match command {
        ArmCommand::List(target) => list::list(&find(target)?),
        ArmCommand::Scan(target) => list::scan(&find(target)?),
        ArmCommand::Info { target, joint } => info::info(&find(target)?, joint.as_deref()),
        ArmCommand::Monitor(args) => monitor::monitor(&find(&args.target)?, args),
        ArmCommand::Torque { state, target } => torque::torque(&find(target)?, *state),
        ArmCommand::Jog {
            joint,
            by_deg,
            target,
            stop,
        } => drive::jog(&find(target)?, stop, joint, *by_deg),
        ArmCommand::Home { target, stop } => drive::home(&find(target)?, stop),
        ArmCommand::Reboot { joint, target } => reboot::reboot(&find(target)?, joint),
        ArmCommand::SetId { joint, target } => set_id::set_id(&find(target)?, joint),
        ArmCommand::Calibrate { joint, target } => calibrate::calibrate(&find(target)?, joint),
        ArmCommand::Doctor(target) => doctor::doctor(&find(target)?),
        ArmCommand::Teleop(args) => teleop::teleop(home, args),
    }
}
