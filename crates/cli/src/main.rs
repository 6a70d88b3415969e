//! `enact`: words to arm motion, from the command line.
//!
//! | module | idea |
//! |---|---|
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

mod args;
mod arm;
mod bus;
mod chat;
mod check;
mod dataset;
mod embedded;
mod eval;
mod film;
mod home;
mod import;
mod journal;
mod kind;
mod launch;
mod log;
mod narrate;
mod prompt;
mod remedy;
mod render;
mod robot;
mod run;
mod scene;
mod setup;
mod shell;
mod stops;
mod view;
mod watch;

use std::io::stdin;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use args::{Cli, Command};
use home::Home;
use out::Stdout;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return out::usage(&error),
    };
    log::init();
    match dispatch(&cli) {
        Err(error) if stops::is_stop(&error) => {
            errln!("stopped");
            ExitCode::from(1)
        }
        result => out::exit_code(result),
    }
}

/// Does what was asked; `false` if the goal was not reached.
fn dispatch(cli: &Cli) -> Result<bool> {
    // What the program says of itself, it says anywhere.
    match &cli.command {
        Command::Completions { shell } => {
            return shell::completions(*shell, &mut Stdout).map(|()| true);
        }
        Command::Man { folder } => {
            return shell::man(folder.as_deref(), &mut Stdout).map(|()| true);
        }
        _ => {}
    }
    let home = Home::find()?.with(&cli.meshes);
    match &cli.command {
        Command::Run(args) => run::run(&home, args),
        Command::Chat(args) => chat::chat(&home, args),
        Command::Check { files, json } => check_all(&home, files, *json),
        Command::Robot { question } => {
            robot::answer(&home, question, stdin().lock(), Stdout).map(|()| true)
        }
        Command::Scene { scene, seed, json } => {
            scene::show(&home, scene, *seed, *json, &mut Stdout).map(|()| true)
        }
        Command::Render(args) => render::render(&home, args).map(|()| true),
        Command::Dataset(args) => dataset::write(&home, args).map(|()| true),
        Command::Eval(args) => eval::eval(&home, args),
        Command::Runs(args) => journal::runs::runs(args, &mut Stdout).map(|()| true),
        Command::Replay(args) => journal::replay::replay(&home, args),
        Command::View(args) => journal::show::view(args).map(|()| true),
        Command::Export(args) => journal::export::export(&home, args).map(|()| true),
        Command::Arm(args) => arm::run(&home, &args.command),
        Command::Bus(args) => bus::run(&home, &args.command),
        Command::Completions { .. } | Command::Man { .. } => Ok(true),
    }
}

/// What is wrong with a file is an error of the input, not an unreached goal.
fn check_all(home: &Home, files: &[std::path::PathBuf], as_json: bool) -> Result<bool> {
    if check::check(home, files, as_json)? {
        return Ok(true);
    }
    anyhow::bail!("not everything is sound")
}

/// A TOML error as one message with file and line.
fn toml_error(path: &Path, text: &str, error: &toml::de::Error) -> anyhow::Error {
    let line = error.span().map_or(1, |span| {
        text[..span.start.min(text.len())].matches('\n').count() + 1
    });
    anyhow::anyhow!("{}, line {line}: {}", path.display(), error.message())
}
