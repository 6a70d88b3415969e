//! The part of the command line that is about kept runs.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::StopArgs;
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
    /// Print a JSON line per run
    #[arg(long)]
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
    /// Write a LeRobot data set (version 3) into a new folder
    #[arg(long, value_name = "DIR")]
    pub lerobot: Option<PathBuf>,
    /// Write a film; needs ffmpeg
    #[arg(long, value_name = "FILE.mp4")]
    pub mp4: Option<PathBuf>,
    /// Samples or pictures per second
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub fps: u32,
    /// Take the pictures that were taken, each until the next, instead of rendering one per
    /// sample by replaying a simulated run
    #[arg(long)]
    pub as_taken: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if (0.01..=1000.0).contains(&factor) {
        Ok(factor)
    } else {
        Err("it must be between 0.01 and 1000".to_owned())
    }
}
