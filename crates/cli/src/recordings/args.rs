//! Command-line arguments for recorded runs.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use crate::args::{StopArgs, parse_args_from_words};
use crate::methods::MethodArgs;
use crate::model_choice::ModelArgs;
use crate::rerun_view::ViewTarget;

/// Options of recording.
#[derive(Clone, Debug, Default, Args)]
pub struct RecordArgs {
    /// Record the run to this MCAP file [default: runs/TIME-TASK.mcap]
    #[arg(long, value_name = "FILE.mcap", conflicts_with = "no_record")]
    pub record: Option<PathBuf>,
    /// Do not record the run
    #[arg(long)]
    pub no_record: bool,
    /// Camera frames to record per second while the arm moves, 0 for none [default: launch file,
    /// else 30 on servos and 0 in the simulator]
    #[arg(long, value_name = "N", conflicts_with = "no_record", value_parser = clap::value_parser!(u32).range(0..=200))]
    pub record_fps: Option<u32>,
    /// Record depth images too, if the camera has depth
    #[arg(long, conflicts_with = "no_record")]
    pub record_depth: bool,
}

/// `enact runs`.
#[derive(Debug, Args)]
pub struct RunsArgs {
    /// The query.
    #[command(subcommand)]
    pub question: Option<RunsCommand>,
    /// Folder with the recordings
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub dir: PathBuf,
    /// Print one JSON object per run
    #[arg(long, global = true)]
    pub json: bool,
}

/// Queries about recorded runs.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// Show what happened in a run
    Show {
        /// Recording to read
        file: PathBuf,
    },
}

/// `enact replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Recording to read
    pub file: PathBuf,
    /// Replay on the arm of this launch file instead of in the simulator [so101 if no name is
    /// given]
    #[arg(long, value_name = "LAUNCH", num_args = 0..=1, require_equals = true, default_missing_value = "so101")]
    pub arm: Option<String>,
    /// Serial port of the arm
    #[arg(long, value_name = "PATH", requires = "arm")]
    pub port: Option<String>,
    /// Replay speed relative to real time [default: as fast as possible in the simulator, 0.25
    /// on an arm]
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    pub speed: Option<f64>,
    /// First turn to replay; the simulator jumps over earlier ones, an arm skips them
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub from_turn: u32,
    /// Last turn to replay
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub until: Option<u32>,
    /// Means of stopping the arm, besides Ctrl-C.
    #[command(flatten)]
    pub stop: StopArgs,
    /// Wait for Enter before each motion
    #[arg(long, conflicts_with = "stop_on_enter")]
    pub step: bool,
    /// Run the whole loop again on the recorded images, model responses and readings, and check
    /// that the result is identical byte for byte
    #[arg(long, conflicts_with_all = ["speed", "from_turn", "until", "step", "reask", "arm"])]
    pub verify: bool,
    /// Send the recorded images to a model again and compare its plans; nothing moves
    #[arg(long, conflicts_with_all = ["speed", "from_turn", "until", "step", "arm"])]
    pub reask: bool,
    /// Which models to ask [default: the recorded ones].
    #[command(flatten)]
    pub models: ModelArgs,
    /// Methods by which the model that plans is asked.
    #[command(flatten)]
    pub methods: MethodArgs,
    /// Instruction to give [default: the recorded one]
    #[arg(long, value_name = "TEXT", alias = "prompt", requires = "reask")]
    pub instruction: Option<String>,
    /// Print the result as one JSON object
    #[arg(long)]
    pub json: bool,
}

impl ReplayArgs {
    /// Replays the whole recording in a simulator of its own, as fast as possible.
    pub fn for_whole_recording(file: &Path) -> Self {
        // What begins with a hyphen is a file here.
        parse_args_from_words(&["--".as_ref(), file.as_ref()])
    }
}

/// `enact view`.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// Recording to read
    pub file: PathBuf,
    /// Show it in a browser, or save it to a file [default: rerun's viewer]
    #[arg(
        long = "view",
        value_name = "web|FILE.rrd",
        default_value = "",
        hide_default_value = true
    )]
    pub shown: ViewTarget,
}

/// `enact export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Recordings to export: several of one robot for --lerobot, a single one for --csv and --mp4
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Write a CSV file with one line per arm reading
    #[arg(long, value_name = "FILE.csv")]
    pub csv: Option<PathBuf>,
    /// Write a LeRobot data set (version 3) with one episode per task in which the arm moved
    #[arg(long, value_name = "DIR")]
    pub lerobot: Option<PathBuf>,
    /// Write a video; needs ffmpeg
    #[arg(long, value_name = "FILE.mp4")]
    pub mp4: Option<PathBuf>,
    /// Samples or video frames per second
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub fps: u32,
    /// Use the images that the model saw, each until the next, instead of rendering one per
    /// sample by replaying a simulated run
    #[arg(long)]
    pub as_taken: bool,
    /// Keep the time during which the arm stands still and waits for a plan
    #[arg(long)]
    pub keep_pauses: bool,
    /// Print what was written as one JSON object
    #[arg(long)]
    pub json: bool,
    /// LeRobot options.
    #[command(flatten)]
    pub set: DatasetExportArgs,
}

/// Options of a LeRobot data set.
#[derive(Clone, Debug, Args)]
pub struct DatasetExportArgs {
    /// Append to the data set in the folder
    #[arg(long, requires = "lerobot")]
    pub append: bool,
    /// Export only some tasks
    #[arg(long, requires = "lerobot")]
    pub only: Option<TaskFilter>,
    /// Units of joint values [default: those of LeRobot's class for that arm; rad for an arm
    /// without such a class]
    #[arg(long, value_name = "UNITS", requires = "lerobot")]
    pub units: Option<UnitsArg>,
    /// Export only these cameras
    #[arg(
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        requires = "lerobot"
    )]
    pub cameras: Option<Vec<String>>,
    /// Export depth too, in the format of LeRobot 0.6; older versions cannot read it
    #[arg(long, requires = "lerobot")]
    pub depth: bool,
    /// Store images in the table instead of as video [default without ffmpeg]
    #[arg(long, requires = "lerobot")]
    pub images: bool,
    /// Omit `next.success`, as LeRobot's own recordings do
    #[arg(long, requires = "lerobot")]
    pub without_outcome: bool,
    /// Calibration of the arm, in LeRobot's format, for recordings without one
    #[arg(long, value_name = "FILE.json", requires = "lerobot")]
    pub calibration: Option<PathBuf>,
}

/// Tasks to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TaskFilter {
    /// Tasks whose goal was reached
    Reached,
}

/// Units of joint values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UnitsArg {
    /// Degrees from the middle of the calibrated range, gripper 0 to 100
    Degrees,
    /// -100 to 100 over the calibrated range, gripper 0 to 100
    Normalized,
    /// Radians; meters for prismatic joints
    Rad,
}

fn speed(text: &str) -> Result<f64, String> {
    let factor: f64 = text
        .parse()
        .map_err(|_| format!("`{text}` is not a number"))?;
    if (0.01..=1000.0).contains(&factor) {
        Ok(factor)
    } else {
        Err("expected a number from 0.01 to 1000".to_owned())
    }
}
