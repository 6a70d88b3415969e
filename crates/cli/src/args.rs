//! The command line.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::arm::args::{ArmArgs, BusArgs};
use crate::journal::args::{ExportArgs, KeepArgs, ReplayArgs, RunsArgs, ViewArgs};
use crate::view::Shown;

/// Turns words into arm motion.
#[derive(Debug, Parser)]
#[command(name = "enact", version, about, max_term_width = 100, after_help = MANNERS)]
pub struct Cli {
    /// Where meshes are.
    #[command(flatten)]
    pub meshes: MeshArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What all commands have in common.
const MANNERS: &str = "\
Standard output is data, standard error is talk. With --json, data is JSON objects, one a line:
one for one answer, one for each of many.

Exit status: 0 the goal was reached, 1 refused or not reached, 2 something is wrong with the
input, a file or a device.";

/// Where meshes of robots are, and what if they are not.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Meshes of robots")]
pub struct MeshArgs {
    /// Folder of a package that a URDF's meshes are in; may be given several times
    #[arg(long, value_name = "NAME=PATH", global = true, value_parser = package)]
    pub package: Vec<(String, PathBuf)>,
    /// Go on although nothing keeps some links clear, as their meshes cannot be read
    #[arg(long, global = true)]
    pub allow_unguarded_links: bool,
}

/// Returns what a command line of these words says, and of nothing else.
///
/// # Panics
/// If that is no command line: the words are those of the program itself.
pub(crate) fn parsed<T: Args>(words: &[&OsStr]) -> T {
    let command = T::augment_args(clap::Command::new("enact").no_binary_name(true));
    command
        .try_get_matches_from(words)
        .and_then(|matches| T::from_arg_matches(&matches))
        .expect("the program's own words are a command line")
}

impl Default for SetupArgs {
    fn default() -> Self {
        parsed(&[])
    }
}

fn package(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(path)))
        }
        _ => Err("give a name and a folder: arm_description=/opt/arm_description".to_owned()),
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Carry out one instruction
    Run(RunArgs),
    /// Carry out instructions line after line
    Chat(ChatArgs),
    /// Load robots, scenes, launches and suites, and say what is wrong with them
    Check {
        /// Files or robot folders; all that ship if none is given
        files: Vec<PathBuf>,
        /// Print a JSON object for each, a line each
        #[arg(long)]
        json: bool,
    },
    /// Ask about a robot
    Robot {
        /// What about it.
        #[command(subcommand)]
        question: RobotQuestion,
    },
    /// Show what a scene holds for a seed, and the task it poses
    Scene {
        /// Name in scenes/ or path of a TOML file
        scene: String,
        /// What chance decides
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Render a camera picture of a scene
    Render(RenderArgs),
    /// Write data to train a model with
    Dataset(DatasetArgs),
    /// Run a suite of tasks and report how many succeed, by physics
    Eval(EvalArgs),
    /// List the runs that are kept, or tell the story of one
    Runs(RunsArgs),
    /// Replay a kept run in the simulator, verify it, or ask another model about it
    Replay(ReplayArgs),
    /// Show a kept run in rerun
    View(ViewArgs),
    /// Write a kept run as a table, a LeRobot data set or a film
    Export(ExportArgs),
    /// Look after a real arm: find, calibrate, watch, move it
    Arm(ArmArgs),
    /// Emulate a bus of servos
    Bus(BusArgs),
    /// Print what completes a command line in a shell
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// For this shell
        shell: clap_complete::Shell,
    },
    /// Print the manual pages, or write them into a folder
    #[command(after_help = MANUAL)]
    Man {
        /// Folder to write a page per subcommand into; it is made if need be
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// Where completions go.
const COMPLETIONS: &str = "\
bash: enact completions bash > ~/.local/share/bash-completion/completions/enact
zsh:  enact completions zsh > _enact      in a folder of $fpath
fish: enact completions fish > ~/.config/fish/completions/enact.fish";

/// Where manual pages go.
const MANUAL: &str = "\
enact man | man -l -
enact man ~/.local/share/man/man1";

/// Who acts where, and who thinks.
#[derive(Clone, Debug, Args)]
pub struct SetupArgs {
    /// Name in launch/ or path of a TOML file that chooses what follows
    #[arg(long, value_name = "FILE", default_value = "sim")]
    pub launch: String,
    /// Name in robots/, or path of a robot folder or URDF
    #[arg(long, value_name = "NAME")]
    pub robot: Option<String>,
    /// Name in scenes/ or path of a TOML file
    #[arg(long, value_name = "NAME")]
    pub scene: Option<String>,
    /// What stops the arm, besides Ctrl-C.
    #[command(flatten)]
    pub stop: StopArgs,
    /// Serial port of a real arm, where the launch file chooses one
    #[arg(long, value_name = "PATH")]
    pub port: Option<String>,
    /// What chance decides
    #[arg(long)]
    pub seed: Option<u64>,
    /// Model folder, GGUF or UQFF file, hub id, or http address of an OpenAI-compatible server
    #[arg(long, value_name = "PATH|ID")]
    pub model: Option<String>,
    /// Read a plan that is not JSON as steps in words: for servers that know no grammar
    #[arg(long)]
    pub free_text: bool,
    /// Draw this many plans each turn and take the best: likelihood x feasibility x success so far
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=32))]
    pub rank: u32,
    /// Number what rises above the table and let the model name the numbers, rather than point
    #[arg(long)]
    pub marks: bool,
    /// Turns of looking, planning and acting at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub turns: Option<u32>,
    /// Who says what is in the picture; `truth` works in the simulator only
    #[arg(long, value_enum)]
    pub perception: Option<Perception>,
    /// Simulate no faster than real time
    #[arg(long)]
    pub realtime: bool,
    /// Show the run in rerun: in its viewer, in a browser, or as a file
    #[arg(long, value_name = "web|FILE.rrd", num_args = 0..=1, default_missing_value = "")]
    pub view: Option<Shown>,
    /// Write a journal: a line of JSON per event, the same for the same run
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Whether and where it is kept.
    #[command(flatten)]
    pub keep: KeepArgs,
}

/// What stops the arm, besides Ctrl-C.
#[derive(Clone, Debug, Default, Args)]
pub struct StopArgs {
    /// Stop the arm as long as this file is there, or when somebody writes to this pipe
    #[arg(long, value_name = "FILE")]
    pub stop_file: Option<PathBuf>,
    /// Stop the arm when Enter is pressed, or standard input ends
    #[arg(long)]
    pub stop_on_enter: bool,
    /// Stop the arm when a button opens the contact from DTR to DSR (or `:cts`, `:cd`) of this
    /// port, which is not the arm's
    #[arg(long, value_name = "PORT[:PIN]")]
    pub stop_pin: Option<String>,
}

/// Carry out instructions line after line.
#[derive(Debug, Args)]
pub struct ChatArgs {
    /// Where and with what.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Print a JSON object for each instruction, a line each
    #[arg(long)]
    pub json: bool,
}

/// Carry out one instruction.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// What the robot is to do, in words
    pub instruction: String,
    /// Where and with what.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Follow the plan in this JSON file instead of asking a model
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Stop before the first motion and print what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Show each plan with what would come of it, and ask before anything moves
    #[arg(long, conflicts_with_all = ["dry_run", "stop_on_enter"])]
    pub approve: bool,
    /// Print one JSON object as the only thing on stdout
    #[arg(long)]
    pub json: bool,
}

/// Who says what is in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Perception {
    /// The vision-language model
    Model,
    /// The simulator itself: for tests
    Truth,
}

/// What about a robot.
#[derive(Debug, Subcommand)]
pub enum RobotQuestion {
    /// Forward kinematics: a JSON line per pose in, the tool's pose out
    Fk {
        /// Name in robots/, or path of a robot folder or URDF
        name: String,
        /// Answer for this link instead of the tool
        #[arg(long, value_name = "LINK")]
        frame: Option<String>,
        /// Changes nothing: answers are JSON lines always
        #[arg(long)]
        json: bool,
    },
    /// Inverse kinematics: a JSON line per target in, joints or a refusal out
    Ik {
        /// Name in robots/, or path of a robot folder or URDF
        name: String,
        /// Changes nothing: answers are JSON lines always
        #[arg(long)]
        json: bool,
    },
    /// Joints, limits, gripper, home
    Show {
        /// Name in robots/, or path of a robot folder or URDF
        name: String,
        /// Print one JSON object, in rad, m and s
        #[arg(long)]
        json: bool,
    },
    /// Make a folder of robots/ from a URDF, with every guess written down to be changed
    Import(ImportArgs),
}

/// `enact robot import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A URDF of any maker
    pub urdf: PathBuf,
    /// Name of the folder; the file's own if none is given
    #[arg(long, value_name = "N")]
    pub name: Option<String>,
    /// Link that stands still and bears the arm, where that is not the URDF's root
    #[arg(long, value_name = "LINK")]
    pub base: Option<String>,
    /// Link at the arm's end, before the hand, where there are several arms
    #[arg(long, value_name = "LINK")]
    pub tip: Option<String>,
    /// Link that is the tool frame
    #[arg(long, value_name = "LINK")]
    pub tool: Option<String>,
    /// Joint that drives the gripper
    #[arg(long, value_name = "JOINT")]
    pub gripper: Option<String>,
    /// Hold a joint still, rad or m: `torso_lift_joint=0.1`
    #[arg(long, value_name = "JOINT=VALUE", value_parser = joint_value)]
    pub fix: Vec<(String, f64)>,
    /// Write over robot.urdf and robot.toml of a folder that is there already
    #[arg(long)]
    pub force: bool,
}

fn joint_value(text: &str) -> Result<(String, f64), String> {
    let parts = text.rsplit_once('=');
    let value = parts.and_then(|(joint, value)| Some((joint.trim(), value.trim().parse().ok()?)));
    match value {
        Some((joint, value)) if !joint.is_empty() && f64::is_finite(value) => {
            Ok((joint.to_owned(), value))
        }
        _ => Err("give a joint and a number, as in `lift=0.1`".to_owned()),
    }
}

/// Render a camera picture of a scene.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// Name in scenes/ or path of a TOML file
    pub scene: String,
    /// What chance decides
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Colour picture to write
    #[arg(long, value_name = "PNG")]
    pub out: PathBuf,
    /// Depth picture to write: 16 bit, millimetres
    #[arg(long, value_name = "PNG")]
    pub depth: Option<PathBuf>,
    /// Name in robots/, or path of a robot folder or URDF
    #[arg(long, default_value = "so101")]
    pub robot: String,
    /// Print one JSON object: the files, and where the camera is
    #[arg(long)]
    pub json: bool,
}

/// Write data to train a model with.
#[derive(Debug, Args)]
pub struct DatasetArgs {
    /// Folder to write
    #[arg(long)]
    pub out: PathBuf,
    /// Pictures
    #[arg(long, default_value_t = 1000)]
    pub frames: u64,
    /// Situations with the plan that suits them
    #[arg(long, default_value_t = 10_000)]
    pub plans: u64,
    /// What chance decides; different seeds share no scene
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Ask in the words that are kept from training
    #[arg(long)]
    pub held_out_wordings: bool,
    /// Name in scenes/ or path of a TOML file to draw from
    #[arg(long, default_value = "mixed")]
    pub scene: String,
    /// Print one JSON object: what was written, and where
    #[arg(long)]
    pub json: bool,
}

/// Who plans in an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Planning {
    /// The model sees and plans
    Model,
    /// Perfect perception and a planner that knows the goal
    Scripted,
}

/// The arm that suites are run with where nothing else is said.
pub const SHIPPED_ROBOT: &str = "so101";

/// `enact eval`.
#[derive(Clone, Debug, Args)]
pub struct EvalArgs {
    /// Name in suites/ or path of a TOML file
    #[arg(default_value = "core")]
    pub suite: String,
    /// Episodes; the suite's tasks take turns
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub episodes: u64,
    /// What chance decides. Training never sees what suites are made of
    #[arg(long, default_value_t = 70_001)]
    pub seed: u64,
    /// Episodes at once, each with a model of its own
    #[arg(long, value_name = "J", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Model folder, GGUF or UQFF file, hub id, or http address of an OpenAI-compatible server
    #[arg(long, value_name = "PATH|ID", default_value = "models/tabletop")]
    pub model: String,
    /// Who acts: a name in robots/, or path of a robot folder or URDF
    #[arg(long, value_name = "NAME", default_value = SHIPPED_ROBOT)]
    pub robot: String,
    /// Who sees and plans
    #[arg(long, value_enum, default_value_t = Planning::Model)]
    pub planner: Planning,
    /// Change a setting of the suite: `turns=5`, `scene=tabletop`
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Show one episode, told step by step
    #[arg(long, value_name = "K")]
    pub episode: Option<u64>,
    /// Print one JSON object instead of the table, or of how the one episode went
    #[arg(long)]
    pub json: bool,
    /// Print the table alone, as Markdown
    #[arg(long, conflicts_with_all = ["json", "episode"])]
    pub md: bool,
    /// Folder that keeps what is done; the same command goes on from there
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Draw plans instead of taking the most probable, 1 as freely as the model weighs
    #[arg(long, value_name = "T", default_value_t = 0.0, value_parser = temperature)]
    pub temperature: f64,
    /// Exit with 1 if fewer than this share of episodes succeed, percent
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0, value_parser = percent)]
    pub floor: f64,
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=100.0).contains(&value) => Ok(value),
        _ => Err("give a number from 0 to 100".to_owned()),
    }
}

fn temperature(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=2.0).contains(&value) => Ok(value),
        _ => Err("give a number from 0 to 2".to_owned()),
    }
}
