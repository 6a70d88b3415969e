//! The program: a command line in, an exit status out.

use std::io::stdin;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::args::{Cli, Command};
use crate::home::Home;
use crate::out::{self, Stdout};
use crate::{
    arm, bus, chat, check, dataset, eval, journal, log, render, robot, run, scene, shell, stops,
};

/// Reads the command line and does what it asks for; the exit status says how it came out.
pub fn main() -> ExitCode {
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
fn check_all(home: &Home, files: &[PathBuf], as_json: bool) -> Result<bool> {
    if check::check(home, files, as_json)? {
        return Ok(true);
    }
    anyhow::bail!("not everything is sound")
}
