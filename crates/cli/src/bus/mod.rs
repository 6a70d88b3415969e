//! `enact bus`: emulated servos.
//!
//! | module | idea |
//! |---|---|
//! | [`emulate`] | an arm of servos on a pty, with physics behind it |
//! | `fault_commands` | commands that a person types to inject faults |
//! | `packet_log` | a log of received packets |
//! | `picture_folder_writer` | writes the camera's newest picture to a folder |

pub mod emulate;
mod fault_commands;
mod packet_log;
mod picture_folder_writer;

use anyhow::Result;

use crate::arm::args::BusCommand;
use crate::data_dir::DataDir;

/// Carries out the command.
///
/// # Errors
/// As [`emulate`](emulate::emulate).
pub fn run(data_dir: &DataDir, command: &BusCommand) -> Result<bool> {
    match command {
        BusCommand::Emulate(args) => emulate::emulate(data_dir, args),
    }
}
