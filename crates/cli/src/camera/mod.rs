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
//! | [`calibrate`] | a lens from pictures of a board |
//! | [`lying_sheet`] | a sheet on the table before an arm |
//! | `live_views` | views of a board from a camera that films it |
//! | [`locate`] | where a camera stands, from a board and the arm |
//! | [`verify`] | whether a camera still stands where it was located |
//! | [`fingertip`] | the fingertip, by the arm's kinematics |
//! | [`file`] | what was measured of a camera |
//! | [`pictures`] | pictures from a folder, or from a launch file's camera |
//! | `throttled` | pictures that take no time from the arm |
//! | [`arm_pose`] | what an arm says of its joints while somebody moves it |

pub mod args;
pub mod arm_pose;
pub mod board;
pub mod calibrate;
pub mod config;
pub mod file;
pub mod fingertip;
pub mod list;
mod live_views;
pub mod locate;
pub mod lying_sheet;
pub mod open;
pub mod pictures;
pub mod show;
pub(crate) mod throttled;
pub mod verify;

use anyhow::Result;

use crate::data_dir::DataDir;
use args::CameraCommand;

/// Carries out the command; `false` where what is measured cannot be trusted, or no camera is there.
///
/// # Errors
/// As the function of the command.
pub fn run(data_dir: &DataDir, command: &CameraCommand) -> Result<bool> {
    match command {
        CameraCommand::List(args) => Ok(list::list(args)),
        CameraCommand::Show(args) => show::show_picture_and_quality(data_dir, args).map(|()| true),
        CameraCommand::Board(args) => board::draw(args).map(|()| true),
        CameraCommand::Calibrate(args) => calibrate::calibrate(data_dir, args),
        CameraCommand::Verify(args) => verify::verify(data_dir, args),
        CameraCommand::Locate(args) => locate::locate(data_dir, args),
    }
}
