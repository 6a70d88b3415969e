//! `enact camera`: boards to calibrate with, and lenses fitted to pictures of them.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line |
//! | [`board`] | a board to print |
//! | [`calibrate`] | a lens from pictures of a board |
//! | [`lying_sheet`] | a sheet on the table before an arm |
//! | `live_views` | views of a board from a camera that films it |
//! | [`locate`] | where a camera stands, from a board and the arm |
//! | [`verify`] | whether a camera still stands where it was located |
//! | [`fingertip`] | the fingertip, by the arm's kinematics |
//! | [`file`] | what was measured of a camera |
//! | [`pictures`] | pictures from a folder, or from a launch file's camera |
//! | [`arm_pose`] | what an arm says of its joints while somebody moves it |

pub mod args;
pub mod arm_pose;
pub mod board;
pub mod calibrate;
pub mod file;
pub mod fingertip;
mod live_views;
pub mod locate;
pub mod lying_sheet;
pub mod pictures;
pub mod verify;

use anyhow::Result;

use crate::data_dir::DataDir;
use args::CameraCommand;

/// Carries out the command; `false` where what is measured cannot be trusted.
///
/// # Errors
/// As [`board::draw`], [`calibrate::calibrate`] and [`locate::locate`].
pub fn run(data_dir: &DataDir, command: &CameraCommand) -> Result<bool> {
    match command {
        CameraCommand::Board(args) => board::draw(args).map(|()| true),
        CameraCommand::Calibrate(args) => calibrate::calibrate(data_dir, args),
        CameraCommand::Verify(args) => verify::verify(data_dir, args),
        CameraCommand::Locate(args) => locate::locate(data_dir, args),
    }
}
