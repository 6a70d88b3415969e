//! The parts of the program `enact`, for programs in Rust: launch files, the set-up that they
//! describe, means of stopping an arm, calibration, teleoperation and replay.
//!
//! The options of a command line are structs of [`args`], with the defaults of a command line without
//! options. Errors are [`anyhow::Error`]s with one sentence for a person. Only [`program`] and the
//! functions named after subcommands print data on standard output; progress goes to standard
//! error.
//!
//! A run in the simulator that asks the plan of a file instead of a model:
//!
//! ```no_run
//! use enact::args::{PerceptionSource, SetupArgs};
//! use enact::data_dir::DataDir;
//! use enact::setup::Setup;
//! use enact_runtime::TaskOptions;
//! use enact_types::StopSwitch;
//!
//! # fn main() -> anyhow::Result<()> {
//! let stop = StopSwitch::new();
//! let args = SetupArgs {
//!     perception: Some(PerceptionSource::GroundTruth),
//!     ..SetupArgs::default()
//! };
//! let setup = Setup::load_with_stop_switch(&DataDir::find()?, &args, stop.clone())?;
//! let agent = setup.load_agent(Some("plan.json".as_ref()), None)?;
//! let mut session = setup.start_session(agent.agent, Vec::new(), Vec::new())?;
//! // From another thread, `stop.press()` would end it.
//! let report = session.run_task("put the red cube in the blue bowl", TaskOptions::from_max_turns(4))?;
//! println!("{:?} in {} turns", report.ending, report.turns);
//! # Ok(())
//! # }
//! ```
//!
//! A recording once more, in a simulator of its own:
//!
//! ```no_run
//! use enact::data_dir::DataDir;
//! use enact::recordings::args::ReplayArgs;
//! use enact::recordings::replay::Player;
//! use enact_types::StopSwitch;
//!
//! # fn main() -> anyhow::Result<()> {
//! let args = ReplayArgs::for_whole_recording("runs/put-the-red-cube.mcap".as_ref());
//! let player = Player::open(&DataDir::find()?, &args, StopSwitch::new())?;
//! let outcome = player.play(|_, _| true, |motion, deviation| {
//!     println!("turn {}: {} mm off", motion.turn, 1e3 * deviation.tool);
//! })?;
//! println!("as recorded: {}", outcome.is_as_recorded());
//! # Ok(())
//! # }
//! ```
//!
//! | module | idea |
//! |---|---|
//! | [`program`] | a command line in, an exit status out |
//! | [`args`] | the command line |
//! | `optional_values` | flags whose value may be left out |
//! | [`config_hint`] | finds the key of `robot.toml` behind a refusal |
//! | `out` | everything that is printed |
//! | [`embedded`] | the robots, scenes, launch files and suites inside the program |
//! | [`data_dir`] | locations of robots, scenes, launch files and models |
//! | [`methods`] | methods by which a model plans better |
//! | `json_lines` | files with one JSON object a line |
//! | [`file_kind`] | recognizes the kind of a file by its content |
//! | `renamed` | renamed keys and flags |
//! | `replaced_file` | files that are replaced whole |
//! | [`launch`] | launch files |
//! | [`model_choice`] | which model sees and which plans |
//! | [`model_server_config`] | how models behind servers are asked |
//! | [`local_model_config`] | how models in this process are run |
//! | [`setup`] | robot, world, camera, model and observers put together |
//! | [`camera_stream`] | a run that is filmed while it is kept |
//! | [`stop_sources`] | what stops an arm |
//! | [`run_observers`] | who watches a run |
//! | [`rerun_view`] | where a run is shown: in rerun's viewer, in a browser, or as a file |
//! | `unguarded_links` | links that nothing keeps clear of things are refused |
//! | [`log`] | log messages on standard error |
//! | [`terminal_observer`] | narrates a run on stderr |
//! | [`line_editor`] | lines that a person edits |
//! | [`listen`] | lines that are spoken |
//! | [`progress`] | progress of long work, on the terminal alone |
//! | [`run`] | `enact run` |
//! | [`chat`] | `enact chat` |
//! | [`tend`] | `enact tend` |
//! | [`serve`] | `enact serve` |
//! | [`mcp`] | `enact mcp` |
//! | [`check`] | `enact check` |
//! | [`prompts`] | `enact prompts`, and the folder of edited blocks of the prompt |
//! | [`model`] | `enact model` |
//! | [`robot`] | `enact robot` |
//! | [`scene`] | `enact scene` |
//! | [`render`] | `enact render` |
//! | [`dataset`] | `enact dataset` |
//! | [`eval`] | `enact eval` |
//! | [`examples`] | `enact examples` |
//! | [`lessons`] | `enact lessons` |
//! | [`optimize`] | `enact optimize` |
//! | [`recordings`] | recorded runs: `enact runs`, `replay`, `view`, `export` |
//! | [`arm`] | `enact arm` |
//! | [`bus`] | `enact bus` |
//! | [`ros2`] | `enact node ros2`, and arms and cameras of ROS 2 |
//! | [`camera`] | `enact camera` |
//! | [`node`] | `enact node`, and arms and cameras on other machines |
//! | [`shell`] | `enact completions` and `enact man` |

#[macro_use]
mod out;

pub mod args;
pub mod arm;
pub mod bus;
pub mod camera;
pub mod camera_stream;
pub mod chat;
pub mod check;
pub mod config_hint;
pub mod data_dir;
pub mod dataset;
pub mod embedded;
pub mod eval;
pub mod examples;
pub mod file_kind;
pub mod import;
mod json_lines;
pub mod launch;
pub mod lessons;
pub mod line_editor;
pub mod listen;
pub mod local_model_config;
pub mod log;
pub mod mcp;
pub mod methods;
pub mod model;
pub mod model_choice;
pub mod model_server_config;
pub mod node;
pub mod optimize;
mod optional_values;
mod processor;
pub mod program;
pub mod progress;
pub mod prompts;
pub mod recordings;
mod renamed;
pub mod render;
mod replaced_file;
pub mod rerun_view;
pub mod robot;
pub mod ros2;
pub mod run;
pub mod run_observers;
pub mod scene;
pub mod serve;
pub mod setup;
pub mod shell;
pub mod stop_sources;
pub mod tend;
pub mod terminal_observer;
mod unguarded_links;
