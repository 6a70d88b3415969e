//! Cameras of launch files, and `enact camera`.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line |
//! | [`config`] | the cameras of a launch file |
//! | [`open`] | opens those that are no part of the simulator |
//! | [`list`] | the webcams that are plugged in |
//! | [`show`] | what a camera sees |
//! | [`board`] | a board to print |
//! | [`calibrate`] | a lens from a folder of pictures |

pub mod args;
pub mod board;
pub mod calibrate;
pub mod config;
pub mod list;
pub mod open;
pub mod show;

use anyhow::Result;

use args::CameraCommand;

use crate::data_dir::DataDir;

/// Carries out the command; `false` where a calibration is refused, or no camera is there.
///
/// # Errors
/// As [`show::show`], [`board::draw`] and [`calibrate::calibrate`].
pub fn run(data_dir: &DataDir, command: &CameraCommand) -> Result<bool> {
    match command {
        CameraCommand::List(args) => Ok(list::list(args)),
        CameraCommand::Show(args) => show::show(data_dir, args).map(|()| true),
        CameraCommand::Board(args) => board::draw(args).map(|()| true),
        CameraCommand::Calibrate(args) => calibrate::calibrate(args),
    }
}
