//! The command line of `enact camera`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use enact_calibration::Board;

use crate::rerun_view::ViewTarget;

/// Find, look through and calibrate cameras.
#[derive(Debug, Args)]
pub struct CameraArgs {
    /// The command.
    #[command(subcommand)]
    pub command: CameraCommand,
}

/// The commands of `enact camera`.
#[derive(Debug, Subcommand)]
pub enum CameraCommand {
    /// List the webcams that are plugged in, and what they can do
    List(ListArgs),
    /// Show what a camera sees: sharpness, exposure, rate and age, and live or as a PNG
    Show(ShowArgs),
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

/// List the webcams that are plugged in.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Print one JSON object per webcam
    #[arg(long)]
    pub json: bool,
}

/// Show what a camera sees.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Name of a camera in the launch file, a device such as /dev/video0, or the address of a stream
    #[arg(value_name = "NAME", default_value = "main")]
    pub camera: String,
    /// Launch file with the camera: name in launch/, or path
    #[arg(long, value_name = "NAME|FILE", default_value = "sim")]
    pub launch: String,
    /// Write the last picture to this PNG file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Show it live in rerun's viewer or in a browser until Ctrl-C, or save it to a file
    #[arg(long, value_name = "web|FILE.rrd", num_args = 0..=1, default_missing_value = "")]
    pub view: Option<ViewTarget>,
    /// Seconds to look
    #[arg(long, value_name = "S", default_value_t = 2.0, value_parser = seconds)]
    pub seconds: f64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    match value {
        0.0..=3600.0 => Ok(value),
        _ => Err("expected 0 to 3600 seconds".to_owned()),
    }
}

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
