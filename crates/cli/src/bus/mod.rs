//! `enact bus`: servos that are not there.
//!
//! | module | idea |
//! |---|---|
//! | [`emulate`] | an arm of servos on a pty, with physics behind it |
//! | [`console`] | what a person types to let things go wrong |
//! | [`packet_log`] | a log of what arrived |
//! | [`picture_folder_writer`] | the scene's camera, as a folder |

mod console;
pub mod emulate;
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
