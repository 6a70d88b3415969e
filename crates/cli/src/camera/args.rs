//! The command line of `enact camera`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use enact_calibration::Board;

/// Print calibration boards and calibrate cameras.
#[derive(Debug, Args)]
pub struct CameraArgs {
    /// The command.
    #[command(subcommand)]
    pub command: CameraCommand,
}

/// The commands of `enact camera`.
#[derive(Debug, Subcommand)]
pub enum CameraCommand {
    /// Draw a calibration board at true scale, with a ruler to check the printer by
    #[command(after_help = BOARDS)]
    Board(BoardArgs),
    /// Find a camera's intrinsics from pictures of a board, or say why they cannot be trusted
    #[command(after_help = BOARDS)]
    Calibrate(CalibrateArgs),
}

/// How boards are written.
const BOARDS: &str = "\
Boards, with lengths in meters:
  chessboard:9x6:0.025                       inner corners, side of a square
  charuco:7x5:0.03:0.022:DICT_4X4_50         squares, sides of a square and of a marker, markers;
                                             :legacy for boards drawn by OpenCV before 4.6";

/// Draw a calibration board.
#[derive(Debug, Args)]
pub struct BoardArgs {
    /// The board
    #[arg(
        long,
        value_name = "BOARD",
        default_value = "charuco:7x5:0.03:0.022:DICT_4X4_50"
    )]
    pub board: Board,
    /// File to write: .pdf, .svg or .png
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Resolution of a PNG
    #[arg(long, value_name = "DPI", default_value_t = 300, value_parser = clap::value_parser!(u32).range(30..=1200))]
    pub dpi: u32,
}

/// Find a camera's intrinsics.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// Folder of pictures of the board, all of one camera
    #[arg(long, value_name = "DIR")]
    pub images: PathBuf,
    /// The board in the pictures
    #[arg(long, value_name = "BOARD")]
    pub board: Board,
    /// Fit a fisheye lens (Kannala-Brandt) instead of Brown-Conrady distortion
    #[arg(long)]
    pub fisheye: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
