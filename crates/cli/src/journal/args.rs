//! The part of the command line that is about kept runs.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use crate::args::{StopArgs, parsed};
use crate::view::Shown;

/// Whether and where a run is kept.
#[derive(Clone, Debug, Default, Args)]
pub struct KeepArgs {
    /// Keep the run in this MCAP file [default: runs/TIME-TASK.mcap]
    #[arg(long, value_name = "FILE.mcap", conflicts_with = "no_record")]
    pub record: Option<PathBuf>,
    /// Do not keep the run
    #[arg(long)]
    pub no_record: bool,
    /// Film with the camera so many times a second while the arm moves, 0 for not at all [default:
    /// what the launch file says, else 30 on servos and 0 in the simulator]
    #[arg(long, value_name = "N", conflicts_with = "no_record", value_parser = clap::value_parser!(u32).range(0..=200))]
    pub record_fps: Option<u32>,
    /// Film depth too, where the camera measures it
    #[arg(long, conflicts_with = "no_record")]
    pub record_depth: bool,
}

/// `enact runs`.
#[derive(Debug, Args)]
pub struct RunsArgs {
    /// What about them.
    #[command(subcommand)]
    pub question: Option<RunsQuestion>,
    /// Folder to look into
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub dir: PathBuf,
    /// Print a JSON object for each run, a line each; of `show`, one
    #[arg(long, global = true)]
    pub json: bool,
}

/// What about kept runs.
#[derive(Debug, Subcommand)]
pub enum RunsQuestion {
    /// Tell the story of a run
    Show {
        /// The recording
        file: PathBuf,
    },
}

/// `enact replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The recording
    pub file: PathBuf,
    /// Move the arm that this launch file chooses instead of the simulator's [without a
    /// name: so101]
    #[arg(long, value_name = "LAUNCH", num_args = 0..=1, default_missing_value = "so101")]
    pub arm: Option<String>,
    /// Serial port of the arm
    #[arg(long, value_name = "PATH", requires = "arm")]
    pub port: Option<String>,
    /// So many times as fast as reality; if left out, as fast as possible in the simulator,
    /// and at a quarter of it on an arm
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    pub speed: Option<f64>,
    /// Begin with this turn; what was before it is done at once in the simulator, and left
    /// out on an arm
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub from_turn: u32,
    /// End with this turn
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub until: Option<u32>,
    /// What stops the arm, besides Ctrl-C.
    #[command(flatten)]
    pub stop: StopArgs,
    /// Wait for Enter before each motion
    #[arg(long, conflicts_with = "stop_on_enter")]
    pub step: bool,
    /// Run the whole loop again on recorded pictures, answers and readings: is everything
    /// the same, byte for byte?
    #[arg(long, conflicts_with_all = ["speed", "from_turn", "until", "step", "reask", "arm"])]
    pub verify: bool,
    /// Show the recorded pictures to a model again and compare its plans; nothing moves
    #[arg(long, conflicts_with_all = ["speed", "from_turn", "until", "step", "arm"])]
    pub reask: bool,
    /// Ask this model instead of the recorded one
    #[arg(long, value_name = "PATH|ID", requires = "reask")]
    pub model: Option<String>,
    /// Ask for this instead of the recorded task
    #[arg(long, value_name = "TEXT", requires = "reask")]
    pub prompt: Option<String>,
    /// Print one JSON object as the only thing on stdout
    #[arg(long)]
    pub json: bool,
}

impl ReplayArgs {
    /// The whole recording in a simulator of its own, as fast as possible.
    pub fn of(file: &Path) -> Self {
        // What begins with a hyphen is a file here.
        parsed(&["--".as_ref(), file.as_ref()])
    }
}

/// `enact view`.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// The recording
    pub file: PathBuf,
    /// Show it in a browser, or write it as a file, instead of showing it in rerun's viewer
    #[arg(
        long = "view",
        value_name = "web|FILE.rrd",
        default_value = "",
        hide_default_value = true
    )]
    pub shown: Shown,
}

/// `enact export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Recordings; of one robot for --lerobot, one alone for --csv and --mp4
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Write every reading of the arm as a line
    #[arg(long, value_name = "FILE.csv")]
    pub csv: Option<PathBuf>,
    /// Write a LeRobot data set (version 3): an episode for each task in which the arm moved
    #[arg(long, value_name = "DIR")]
    pub lerobot: Option<PathBuf>,
    /// Write a film; needs ffmpeg
    #[arg(long, value_name = "FILE.mp4")]
    pub mp4: Option<PathBuf>,
    /// Samples or pictures per second
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub fps: u32,
    /// Take the pictures that were taken, each until the next, instead of rendering one per
    /// sample by replaying a simulated run
    #[arg(long)]
    pub as_taken: bool,
    /// Count the time too in which the arm stands and waits for a plan
    #[arg(long)]
    pub keep_pauses: bool,
    /// What becomes of the data set.
    #[command(flatten)]
    pub set: SetArgs,
}

/// What becomes of a data set.
#[derive(Clone, Debug, Args)]
pub struct SetArgs {
    /// Add to the data set that is in the folder already
    #[arg(long, requires = "lerobot")]
    pub append: bool,
    /// Take these tasks only
    #[arg(long, requires = "lerobot")]
    pub only: Option<Only>,
    /// In what joints are told [default: as LeRobot's class for that arm does; rad for an arm
    /// that it has no class for]
    #[arg(long, value_name = "UNITS", requires = "lerobot")]
    pub units: Option<UnitsChoice>,
    /// Take the pictures of these cameras only
    #[arg(
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        requires = "lerobot"
    )]
    pub cameras: Option<Vec<String>>,
    /// Take depth too, as LeRobot 0.6 keeps it; older ones cannot read it
    #[arg(long, requires = "lerobot")]
    pub depth: bool,
    /// Keep pictures as files within the table, as is done without ffmpeg, not as video
    #[arg(long, requires = "lerobot")]
    pub images: bool,
    /// Leave out `next.success`, as data sets that LeRobot records do
    #[arg(long, requires = "lerobot")]
    pub without_outcome: bool,
    /// Calibration of the arm where a recording does not say it: a file in LeRobot's form
    #[arg(long, value_name = "FILE.json", requires = "lerobot")]
    pub calibration: Option<PathBuf>,
}

/// Which tasks are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// Those whose goal was reached.
    Reached,
}

/// In what joints are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UnitsChoice {
    /// Degrees from the middle of the calibrated range, gripper 0 to 100
    Degrees,
    /// -100 to 100 over the calibrated range, gripper 0 to 100
    Normalized,
    /// Radians, metres for joints that slide
    Rad,
}

fn speed(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if (0.01..=1000.0).contains(&factor) {
        Ok(factor)
    } else {
        Err("it must be between 0.01 and 1000".to_owned())
    }
}
