//! The command line.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use enact_eval::shard::Shard;
use enact_plan::{MeaningMode, Pointing};

use crate::arm::args::{ArmArgs, BusArgs};
use crate::camera::args::CameraArgs;
use crate::camera::lying_sheet::SheetArgs;
use crate::eval::merge::EvalCommand;
use crate::eval::results::ResultArgs;
use crate::examples::ExamplesArgs;
use crate::lessons::LessonsArgs;
use crate::listen::SpokenInstructionArgs;
use crate::mcp::McpArgs;
use crate::methods::{DrawArgs, MethodArgs};
use crate::model_choice::{ModelArgs, ModelRunArgs};
use crate::node::args::NodeArgs;
use crate::optimize::args::OptimizeArgs;
use crate::recordings::args::{ExportArgs, RecordArgs, ReplayArgs, RunsArgs, ViewArgs};
use crate::rerun_view::ViewTarget;
use crate::serve::ServeArgs;
use crate::tend::TendArgs;

/// Turn natural-language instructions into robot arm motion.
#[derive(Debug, Parser)]
#[command(name = "enact", version, about, max_term_width = 100, after_help = MANNERS)]
pub struct Cli {
    /// Locations of meshes.
    #[command(flatten)]
    pub meshes: MeshArgs,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Conventions of every command.
const MANNERS: &str = "\
Results go to standard output, progress and warnings to standard error. With --json, results are
JSON objects, one per line. Set RUST_LOG=info or RUST_LOG=debug for a detailed log.

Exit status: 0 the goal was reached or a question answered; 1 the request was refused or the goal was not reached;
2 the input, a file or a device is faulty.";

/// Locations of robots' meshes, and what to do without them.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Robot meshes")]
pub struct MeshArgs {
    /// Folder of a ROS package that holds a URDF's meshes; repeatable
    #[arg(long, value_name = "NAME=PATH", global = true, value_parser = package)]
    pub package: Vec<(String, PathBuf)>,
    /// Continue without collision checks for links whose meshes cannot be read
    #[arg(long, global = true)]
    pub allow_unguarded_links: bool,
}

/// Returns what a command line of these words says, and of nothing else.
///
/// # Panics
/// If that is no command line: the words are those of the program itself.
pub(crate) fn parse_args_from_words<T: Args>(words: &[&OsStr]) -> T {
    let command = T::augment_args(clap::Command::new("enact").no_binary_name(true));
    command
        .try_get_matches_from(words)
        .and_then(|matches| T::from_arg_matches(&matches))
        .expect("the program's own words are a command line")
}

impl Default for SetupArgs {
    fn default() -> Self {
        parse_args_from_words(&[])
    }
}

fn package(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(path)))
        }
        _ => Err(
            "expected a name and a folder, such as arm_description=/opt/arm_description".to_owned(),
        ),
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Carry out one instruction
    Run(RunArgs),
    /// Carry out instructions interactively, one per line, typed or spoken
    Chat(ChatArgs),
    /// Keep to a goal: the robot makes tasks for it, and carries them out one by one
    Tend(TendArgs),
    /// Serve an arm to browsers and programs: console, HTTP API, stop
    Serve(ServeArgs),
    /// Offer an arm as tools to a program that speaks MCP, on standard input and output
    Mcp(McpArgs),
    /// Ask about a model
    Model {
        /// Query.
        #[command(subcommand)]
        question: ModelCommand,
    },
    /// Validate robot, scene, launch and suite files
    Check {
        /// Files or robot folders to check [default: everything that ships]
        files: Vec<PathBuf>,
        /// Print one JSON object per file
        #[arg(long)]
        json: bool,
    },
    /// Query a robot: kinematics, limits; import a URDF
    Robot {
        /// The query.
        #[command(subcommand)]
        question: RobotCommand,
    },
    /// Show the objects and the task of a scene for a given seed
    Scene {
        /// Scene name in scenes/, or path of a TOML file
        scene: String,
        /// Random seed
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Render a camera image of a scene
    Render(RenderArgs),
    /// Generate training data for a model
    Dataset(DatasetArgs),
    /// Run a suite of tasks in simulation and report the success rate
    Eval(EvalArgs),
    /// Search for a better text of a block of the prompt, by what it makes of a suite
    Optimize(OptimizeArgs),
    /// List recorded runs, or show one of them
    Runs(RunsArgs),
    /// Keep the tasks of successful runs as examples for planners
    Examples(ExamplesArgs),
    /// List or remove what failed runs taught
    Lessons(LessonsArgs),
    /// Replay a recorded run, verify it, or put it to another model
    Replay(ReplayArgs),
    /// Show a recorded run in rerun
    View(ViewArgs),
    /// Export recorded runs as CSV, LeRobot data set or video
    Export(ExportArgs),
    /// Set up, calibrate, monitor and move a real arm
    Arm(ArmArgs),
    /// Emulate a bus of servos
    Bus(BusArgs),
    /// Print calibration boards and calibrate cameras
    Camera(CameraArgs),
    /// Offer an arm or a camera to other machines, over Zenoh or as a robot of ROS 2; list and stop what is offered
    Node(NodeArgs),
    /// Print the blocks of which prompts for plans are made, or write them to a folder to edit
    #[command(after_help = PROMPTS)]
    Prompts {
        /// Folder for one file per block; created if missing
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
        /// Write over blocks that are there
        #[arg(long, requires = "folder")]
        force: bool,
    },
    /// Print a shell completion script
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual pages, or write them to a folder
    #[command(after_help = MANUAL)]
    Man {
        /// Folder for one page per subcommand; created if missing
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// How edited blocks are used.
const PROMPTS: &str = "\
enact prompts prompts                              writes prompts/role.txt, prompts/scene.txt, …
enact run \"…\" --model MODEL --prompts prompts     asks with them
MODEL/prompts/                                     is used without --prompts

Blocks are templates in the language of Jinja. plan.txt includes the others; robot.txt, which tells
what the robot can do, is included by none until you say so.";

/// Locations for shell completions.
const COMPLETIONS: &str = "\
bash: enact completions bash > ~/.local/share/bash-completion/completions/enact
zsh:  enact completions zsh > _enact      in a folder of $fpath
fish: enact completions fish > ~/.config/fish/completions/enact.fish";

/// Locations for manual pages.
const MANUAL: &str = "\
enact man | man -l -
enact man ~/.local/share/man/man1";

/// Robot, scene, arm, camera and model of a run.
#[derive(Clone, Debug, Args)]
pub struct SetupArgs {
    /// Launch file that sets the defaults of the options below: name in launch/, or path
    #[arg(long, value_name = "FILE", default_value = "sim")]
    pub launch: String,
    /// Robot name in robots/, or path of a robot folder or URDF
    #[arg(long, value_name = "NAME")]
    pub robot: Option<String>,
    /// Scene name in scenes/, or path of a TOML file
    #[arg(long, value_name = "NAME")]
    pub scene: Option<String>,
    /// Means of stopping the arm, besides Ctrl-C.
    #[command(flatten)]
    pub stop: StopArgs,
    /// Serial port of the arm; needs a launch file with an arm on a port
    #[arg(long, value_name = "PATH")]
    pub port: Option<String>,
    /// Random seed
    #[arg(long)]
    pub seed: Option<u64>,
    /// Which models see and plan.
    #[command(flatten)]
    pub models: ModelArgs,
    /// Methods by which the model plans better.
    #[command(flatten)]
    pub methods: MethodArgs,
    /// Accept plans in plain words, for servers without grammar-constrained output
    #[arg(long, conflicts_with = "think")]
    pub free_text: bool,
    /// How freely plans are drawn, and how many.
    #[command(flatten)]
    pub draws: DrawArgs,
    /// Draw numbers on everything above the table and ask the model what each is (needs depth)
    #[arg(long)]
    pub marks: bool,
    /// Convention in which the model writes positions in pictures: `yx-1000`, `xy-1000`,
    /// `xy-pixels-qwen`, … (`enact model check` finds out)
    #[arg(long, value_name = "CONVENTION")]
    pub pointing: Option<Pointing>,
    /// Whether instructions are read from their words before the model is asked: `first` or `off`
    /// (default: as the model's enact.toml says)
    #[arg(long, value_name = "MODE")]
    pub meaning: Option<MeaningMode>,
    /// Maximum number of look-plan-act turns
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub turns: Option<u32>,
    /// Source of object detections; `ground-truth` works in the simulator only
    #[arg(long, value_enum)]
    pub perception: Option<PerceptionSource>,
    /// Run the simulator in real time instead of as fast as possible
    #[arg(long)]
    pub realtime: bool,
    /// Show the run in rerun's viewer, in a browser, or save it to a file
    #[arg(long, value_name = "web|FILE.rrd", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub view: Option<ViewTarget>,
    /// Write one line of JSON per event; identical runs give identical files
    #[arg(long, value_name = "FILE", alias = "journal")]
    pub event_log: Option<PathBuf>,
    /// Recording options.
    #[command(flatten)]
    pub recording: RecordArgs,
}

/// Means of stopping the arm, besides Ctrl-C.
#[derive(Clone, Debug, Default, Args)]
pub struct StopArgs {
    /// Stop the arm while FILE exists, or when anything is written to it if it is a named pipe
    #[arg(long, value_name = "FILE")]
    pub stop_file: Option<PathBuf>,
    /// Stop the arm when Enter is pressed or standard input ends
    #[arg(long)]
    pub stop_on_enter: bool,
    /// Stop the arm when a button on this serial port opens the DTR-DSR contact (or the one to
    /// `:cts`, `:cd`); not the arm's own port
    #[arg(long, value_name = "PORT[:PIN]")]
    pub stop_pin: Option<String>,
}

/// Carry out instructions interactively, one per line.
#[derive(Debug, Args)]
pub struct ChatArgs {
    /// The set-up.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Print one JSON object per instruction
    #[arg(long)]
    pub json: bool,
    /// Spoken instructions.
    #[command(flatten)]
    pub listen: SpokenInstructionArgs,
}

/// Carry out one instruction.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Instruction for the robot, such as "put the red cube in the blue bowl"; with or without
    /// quotation marks
    #[arg(required = true, value_name = "INSTRUCTION")]
    pub instruction: Vec<String>,
    /// The set-up.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Follow the plan in this JSON file instead of asking a model
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Print the planned motion and stop before anything moves
    #[arg(long)]
    pub dry_run: bool,
    /// Show a preview of each plan and ask for approval before anything moves
    #[arg(long, conflicts_with_all = ["dry_run", "stop_on_enter"])]
    pub approve: bool,
    /// Print the result as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Source of object detections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PerceptionSource {
    /// The vision-language model
    Model,
    /// Ground truth of the simulator, for tests
    #[value(alias = "truth")]
    GroundTruth,
}

/// Queries about a model.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Find out how a model points: in which convention, how precisely, how fast
    Check(ModelCheckArgs),
}

/// `enact model check`.
#[derive(Debug, Args)]
pub struct ModelCheckArgs {
    /// Model folder, Hugging Face id, or address of an OpenAI-compatible server
    #[arg(value_name = "PATH|ID|ADDRESS")]
    pub model: String,
    /// Ask only in this convention
    #[arg(long, value_name = "CONVENTION")]
    pub pointing: Option<Pointing>,
    /// How it is run.
    #[command(flatten)]
    pub run: ModelRunArgs,
    /// Save the picture that the model is shown
    #[arg(long, value_name = "PNG")]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Queries about a robot.
#[derive(Debug, Subcommand)]
pub enum RobotCommand {
    /// Forward kinematics: reads one JSON object of joints per line, prints the tool's pose
    Fk {
        /// Robot name in robots/, or path of a robot folder or URDF
        name: String,
        /// Report the pose of this link instead of the tool
        #[arg(long, value_name = "LINK")]
        frame: Option<String>,
        /// Accepted for consistency; the output is always JSON
        #[arg(long)]
        json: bool,
    },
    /// Inverse kinematics: reads one JSON target per line, prints joints or a refusal
    Ik {
        /// Robot name in robots/, or path of a robot folder or URDF
        name: String,
        /// Accepted for consistency; the output is always JSON
        #[arg(long)]
        json: bool,
    },
    /// Show joints, limits, gripper and home position
    Show {
        /// Robot name in robots/, or path of a robot folder or URDF
        name: String,
        /// Print one JSON object in rad, m and s
        #[arg(long)]
        json: bool,
    },
    /// Create a robot folder from a URDF; every guess is written down for you to edit
    Import(ImportArgs),
}

/// `enact robot import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// URDF file
    pub urdf: PathBuf,
    /// Name of the robot folder [default: from the file name]
    #[arg(long, value_name = "N")]
    pub name: Option<String>,
    /// Fixed link that carries the arm [default: root link]
    #[arg(long, value_name = "LINK")]
    pub base: Option<String>,
    /// Last link of the arm, before the gripper; needed if there are several arms
    #[arg(long, value_name = "LINK")]
    pub tip: Option<String>,
    /// Link to use as the tool frame
    #[arg(long, value_name = "LINK")]
    pub tool: Option<String>,
    /// Joint that drives the gripper
    #[arg(long, value_name = "JOINT")]
    pub gripper: Option<String>,
    /// Fix a joint at a position in rad or m, such as `torso_lift_joint=0.1`; repeatable
    #[arg(long, value_name = "JOINT=VALUE", value_parser = joint_value)]
    pub fix: Vec<(String, f64)>,
    /// Overwrite robot.urdf and robot.toml if the folder exists
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
        _ => Err("expected a joint and a number, such as `lift=0.1`".to_owned()),
    }
}

/// Render a camera image of a scene.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// Scene name in scenes/, or path of a TOML file
    pub scene: String,
    /// Random seed
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Color image to write
    #[arg(long, value_name = "PNG")]
    pub out: PathBuf,
    /// Depth image to write: 16 bit, millimeters
    #[arg(long, value_name = "PNG")]
    pub depth: Option<PathBuf>,
    /// Robot name in robots/, or path of a robot folder or URDF
    #[arg(long, default_value = "so101")]
    pub robot: String,
    /// A printed sheet on the table.
    #[command(flatten)]
    pub sheet: SheetArgs,
    /// Print one JSON object with the files and the camera pose
    #[arg(long)]
    pub json: bool,
}

/// Generate training data for a model.
#[derive(Debug, Args)]
pub struct DatasetArgs {
    /// Output folder
    #[arg(long)]
    pub out: PathBuf,
    /// Number of images
    #[arg(long, default_value_t = 1000)]
    pub frames: u64,
    /// Number of planning examples
    #[arg(long, default_value_t = 10_000)]
    pub plans: u64,
    /// Random seed; different seeds share no scene
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Use only the phrasings that are held out from training
    #[arg(long)]
    pub held_out_wordings: bool,
    /// Look of the images
    #[arg(long, value_enum, default_value_t = DatasetLookArg::Simulator)]
    pub look: DatasetLookArg,
    /// Scene to sample from: name in scenes/, or path of a TOML file; `--look wild` needs none
    #[arg(long, default_value = "mixed")]
    pub scene: String,
    /// Print one JSON object that lists what was written
    #[arg(long)]
    pub json: bool,
}

/// Look of the images of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DatasetLookArg {
    /// As the simulator shows the scene
    Simulator,
    /// Any table, camera, lens and light, with things around that are not listed
    Wild,
}

/// The planner of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlannerKind {
    /// The model perceives and plans
    Model,
    /// Ground-truth perception and a planner that knows the goal: the upper bound
    Scripted,
    /// Ground-truth perception and admissible steps at random: the lower bound
    Random,
}

/// The default robot of an evaluation.
pub const SHIPPED_ROBOT: &str = "so101";

/// `enact eval`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct EvalArgs {
    /// What to do instead of running a suite.
    #[command(subcommand)]
    pub command: Option<EvalCommand>,
    /// Suite name in suites/, or path of a TOML file; with --ablate also several, separated by commas
    #[arg(default_value = "core")]
    pub suite: String,
    /// Number of episodes; they cycle through the suite's tasks
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub episodes: u64,
    /// Random seed; training data never uses these
    #[arg(long, default_value_t = 70_001)]
    pub seed: u64,
    /// Number of episodes to run in parallel, each with its own copy of the model [default: 1, or one for
    /// each server that runs it]
    #[arg(long, value_name = "J", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Which models see and plan [default: models/tabletop].
    #[command(flatten)]
    pub models: ModelArgs,
    /// How the model writes positions in pictures, if its files and name do not tell
    #[arg(long, value_name = "CONVENTION")]
    pub pointing: Option<Pointing>,
    /// Whether instructions are read from their words before the model is asked: `first` or `off`
    /// (default: as the model's enact.toml says)
    #[arg(long, value_name = "MODE")]
    pub meaning: Option<MeaningMode>,
    /// Source of object detections
    #[arg(long, value_enum, default_value_t = PerceptionSource::Model)]
    pub perception: PerceptionSource,
    /// Methods by which the model plans better.
    #[command(flatten)]
    pub methods: MethodArgs,
    /// Run the same episodes with each of several methods, and print what each gives and costs
    #[arg(long, conflicts_with_all = ["episode", "report", "compare", "floor", "most_wrong"])]
    pub ablate: bool,
    /// Methods to compare, by their flags: `none,tools,tools=9+rank=4` [default: none, and each alone]
    #[arg(
        long = "methods",
        value_name = "A,B+C",
        value_delimiter = ',',
        requires = "ablate"
    )]
    pub settings: Vec<String>,
    /// Accept plans in plain words
    #[arg(long, conflicts_with = "think")]
    pub free_text: bool,
    /// Robot name in robots/, or path of a robot folder or URDF
    #[arg(long, value_name = "NAME", default_value = SHIPPED_ROBOT)]
    pub robot: String,
    /// Perception and planner
    #[arg(long, value_enum, default_value_t = PlannerKind::Model)]
    pub planner: PlannerKind,
    /// Draw numbers on everything above the table and ask what each is (needs depth)
    #[arg(long)]
    pub marks: bool,
    /// Override a setting of the suite: `turns=5`, `scene=tabletop`; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Run only episode K and narrate it
    #[arg(long, value_name = "K", conflicts_with_all = ["md", "report"])]
    pub episode: Option<u64>,
    /// Folder for results; run the same command again to resume
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Run only part I of N of the episodes, for one of N machines; `enact eval merge` puts them together
    #[arg(long, value_name = "I/N", requires = "out", conflicts_with_all = [
        "episode", "ablate", "photos", "report", "floor", "most_wrong",
    ])]
    pub shard: Option<Shard>,
    /// How freely plans are drawn, and how many.
    #[command(flatten)]
    pub draws: DrawArgs,
    /// Instead of a suite: score what the model sees on labeled pictures, which lie beside this file
    #[arg(long, value_name = "LABELS.json", conflicts_with_all = [
        "suite", "episodes", "seed", "jobs", "set", "episode", "report", "floor", "most_wrong", "perception", "planner", "marks", "robot",
        "ablate",
    ])]
    pub photos: Option<PathBuf>,
    /// Kind of the labeled pictures to score
    #[arg(long, value_name = "KIND", default_value = "A", requires = "photos")]
    pub kind: String,
    /// How results are shown.
    #[command(flatten)]
    pub results: ResultArgs,
}
