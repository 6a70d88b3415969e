//! What the program `enact` is made of, for programs in Rust: launch files and what they put
//! together, what stops an arm, calibration, teleoperation, replay.
//!
//! Everything that a command line chooses stands in a struct of [`args`], whose default is what a
//! command line without options says. What goes wrong is an [`anyhow::Error`] with one sentence for
//! a person. Nothing but [`program`] and the functions named after subcommands prints data on
//! standard output; what is worth knowing meanwhile is said on standard error.
//!
//! A run in the simulator that asks the plan of a file instead of a model:
//!
//! ```no_run
//! use enact::args::{Perception, SetupArgs};
//! use enact::home::Home;
//! use enact::setup::Setup;
//! use enact_bridge::Bounds;
//! use enact_types::StopSwitch;
//!
//! # fn main() -> anyhow::Result<()> {
//! let stop = StopSwitch::new();
//! let args = SetupArgs {
//!     perception: Some(Perception::Truth),
//!     ..SetupArgs::default()
//! };
//! let setup = Setup::load_with(&Home::find()?, &args, stop.clone())?;
//! let thinker = setup.thinker(Some("plan.json".as_ref()), None)?;
//! let mut session = setup.session(thinker.mind, Vec::new(), None)?;
//! // From another thread, `stop.press()` would end it.
//! let report = session.run("put the red cube in the blue bowl", Bounds::of_turns(4))?;
//! println!("{:?} in {} turns", report.ending, report.turns);
//! # Ok(())
//! # }
//! ```
//!
//! A recording once more, in a simulator of its own:
//!
//! ```no_run
//! use enact::home::Home;
//! use enact::journal::args::ReplayArgs;
//! use enact::journal::replay::Player;
//! use enact_types::StopSwitch;
//!
//! # fn main() -> anyhow::Result<()> {
//! let args = ReplayArgs::of("runs/put-the-red-cube.mcap".as_ref());
//! let player = Player::open(&Home::find()?, &args, StopSwitch::new())?;
//! let outcome = player.play(|_, _| true, |motion, departure| {
//!     println!("turn {}: {} mm off", motion.turn, 1e3 * departure.tool);
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
//! | [`remedy`] | which key of `robot.toml` a refusal rests on |
//! | [`out`] | everything that is printed |
//! | [`embedded`] | the robots, scenes, launch files and suites inside the program |
//! | [`home`] | where robots, scenes, launches and models are |
//! | [`kind`] | what a file is, from what it says |
//! | [`launch`] | launch files |
//! | [`setup`] | robot, world, camera, model and observers put together |
//! | [`film`] | a run that is filmed while it is kept |
//! | [`stops`] | what stops an arm |
//! | [`watch`] | who watches a run |
//! | [`view`] | where a run is shown: in rerun's viewer, in a browser, or as a file |
//! | [`log`] | log messages on standard error |
//! | [`narrate`] | the run told on stderr |
//! | [`prompt`] | lines that a person edits |
//! | [`run`] | `enact run` |
//! | [`chat`] | `enact chat` |
//! | [`check`] | `enact check` |
//! | [`robot`] | `enact robot` |
//! | [`scene`] | `enact scene` |
//! | [`render`] | `enact render` |
//! | [`dataset`] | `enact dataset` |
//! | [`eval`] | `enact eval` |
//! | [`journal`] | kept runs: `enact runs`, `replay`, `view`, `export` |
//! | [`arm`] | `enact arm` |
//! | [`bus`] | `enact bus` |
//! | [`shell`] | `enact completions` and `enact man` |

#[macro_use]
mod out;

pub mod args;
pub mod arm;
pub mod bus;
pub mod chat;
pub mod check;
pub mod dataset;
pub mod embedded;
pub mod eval;
pub mod film;
pub mod home;
pub mod import;
pub mod journal;
pub mod kind;
pub mod launch;
pub mod log;
pub mod narrate;
pub mod program;
pub mod prompt;
pub mod remedy;
pub mod render;
pub mod robot;
pub mod run;
pub mod scene;
pub mod setup;
pub mod shell;
pub mod stops;
pub mod view;
pub mod watch;
