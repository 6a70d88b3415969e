//! `enact camera`: boards to calibrate with, and lenses fitted to pictures of them.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line |
//! | [`board`] | a board to print |
//! | [`calibrate`] | a lens from a folder of pictures |

pub mod args;
pub mod board;
pub mod calibrate;

use anyhow::Result;

use args::CameraCommand;

/// Carries out the command; `false` where a calibration is refused.
///
/// # Errors
/// As [`board::draw`] and [`calibrate::calibrate`].
pub fn run(command: &CameraCommand) -> Result<bool> {
    match command {
        CameraCommand::Board(args) => board::draw(args).map(|()| true),
        CameraCommand::Calibrate(args) => calibrate::calibrate(args),
    }
}
