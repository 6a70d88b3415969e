//! The command line of `enact camera`.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use enact_calibration::Board;

use super::lying_sheet::SheetArgs;
use crate::rerun_view::ViewTarget;

/// Find, look through, calibrate and locate cameras.
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
    /// Find out where a camera stands, from a sheet or a board and the arm, or say why it is not known
    #[command(after_help = LOCATE)]
    Locate(LocateArgs),
    /// Say whether a camera still stands where it was located, by the sheet against the arm's base
    Verify(VerifyArgs),
}

/// How boards are written.
const BOARDS: &str = "\
Boards, with lengths in meters:
  chessboard:9x6:0.025                       inner corners, side of a square
  charuco:7x5:0.03:0.022:DICT_4X4_50         squares, sides of a square and of a marker, markers;
                                             :legacy for boards drawn by OpenCV before 4.6
  tags:5x3:0.036:0.052:DICT_APRILTAG_36h11   markers, side of one, from one to the next, markers";

/// The ways to locate a camera.
const LOCATE: &str = "\
Three ways:
  --by sheet      the sheet of `enact camera board --board tags:…` lies with its marked edge against the front of the arm's base
  --by touch      the sheet lies anywhere on the table; the closed fingertip is led to four or more of its numbered marks
  --by hand-eye   a board is firm in the gripper, which is held before the camera in twelve or more postures; with --on-gripper
                  the camera is on the gripper and the board on the table

What a live session saw is kept by --save DIR, and read again by --images DIR --poses DIR/poses.jsonl. A line of such a file:
  {\"image\":\"0001.png\",\"joints_deg\":{\"shoulder_pan\":10.5, …}}     or \"mark\":3 in place of \"image\"";

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
    #[arg(long, value_name = "web|FILE.rrd", num_args = 0..=1, require_equals = true, default_missing_value = "")]
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
    /// Name of the camera; its lens is written to NAME.camera.toml beside the arm's calibration
    #[arg(required_unless_present = "images")]
    pub name: Option<String>,
    /// Folder of pictures of the board, all of one camera; without it, the launch file's camera films the board
    #[arg(long, value_name = "DIR")]
    pub images: Option<PathBuf>,
    /// Launch file of arm and camera
    #[arg(long, value_name = "FILE", default_value = "so101")]
    pub launch: String,
    /// The camera's file, if it is another one
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Keep the pictures that are taken
    #[arg(long, value_name = "DIR", conflicts_with = "images")]
    pub save: Option<PathBuf>,
    /// Take at most N pictures
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10_000,
        conflicts_with = "images"
    )]
    pub pictures: u32,
    /// The board in the pictures
    #[arg(
        long,
        value_name = "BOARD",
        default_value = "charuco:7x5:0.03:0.022:DICT_4X4_50"
    )]
    pub board: Board,
    /// Fit a fisheye lens (Kannala-Brandt) instead of Brown-Conrady distortion
    #[arg(long)]
    pub fisheye: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// A camera beside an arm, and the sheet or board that it sees.
#[derive(Debug, Args)]
pub struct CameraTargetArgs {
    /// Name of the camera; what is measured of it is in NAME.camera.toml beside the arm's calibration
    pub name: String,
    /// Launch file of arm and camera
    #[arg(long, value_name = "FILE", default_value = "so101")]
    pub launch: String,
    /// The camera's file, if it is another one
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The sheet, or the board
    #[arg(
        long,
        value_name = "BOARD",
        default_value = "tags:5x3:0.036:0.052:DICT_APRILTAG_36h11"
    )]
    pub board: Board,
    /// Where the tick of the sheet's marked edge lies in the arm's base, in meters, and how the sheet is turned, in degrees;
    /// before the middle of the base if left out
    #[arg(
        long,
        value_name = "X,Y[,DEG]",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub edge: Vec<f64>,
}

/// Find out where a camera stands.
#[derive(Debug, Args)]
pub struct LocateArgs {
    /// The camera, and what lies before it.
    #[command(flatten)]
    pub target: CameraTargetArgs,
    /// How it is measured
    #[arg(long, value_enum)]
    pub by: LocateBy,
    /// The camera is on the gripper, and the board on the table
    #[arg(long)]
    pub on_gripper: bool,
    /// Pictures that were taken before
    #[arg(long, value_name = "DIR", conflicts_with = "save")]
    pub images: Option<PathBuf>,
    /// Where the arm was, one JSON object a line
    #[arg(long, value_name = "FILE", conflicts_with = "save")]
    pub poses: Option<PathBuf>,
    /// Keep the pictures that are taken, and where the arm was
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
    /// How exactly a joint goes where it says (1 standard deviation)
    #[arg(long, value_name = "DEG", default_value_t = 0.5)]
    pub joint_error_deg: f64,
    /// How far a joint's zero may be off (1 standard deviation)
    #[arg(long, value_name = "DEG", default_value_t = 2.0)]
    pub joint_offset_deg: f64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Say whether a camera still stands where it was located.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The camera, and what lies before it.
    #[command(flatten)]
    pub target: CameraTargetArgs,
    /// The sheet in a simulated world.
    #[command(flatten)]
    pub sheet: SheetArgs,
    /// How far marks may be seen from where they lie
    #[arg(long, value_name = "MM", default_value_t = 5.0)]
    pub limit_mm: f64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// How a camera is located.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LocateBy {
    /// A sheet against the arm's base.
    Sheet,
    /// Marks of a sheet that the fingertip touches.
    Touch,
    /// A board in the gripper, or a camera on it.
    HandEye,
}

impl fmt::Display for LocateBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sheet => "sheet",
            Self::Touch => "touch",
            Self::HandEye => "hand-eye",
        })
    }
}
