//! The program: a command line in, an exit status out.

use std::io::stdin;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::args::{Cli, Command};
use crate::data_dir::DataDir;
use crate::out::{self, Stdout};
use crate::{
    arm, bus, camera, chat, check, dataset, eval, examples, lessons, log, mcp, model, node,
    optimize, optional_values, processor, prompts, recordings, render, robot, run, scene, serve,
    shell, stop_sources, tend,
};

/// Reads the command line and does what it asks for; the exit status says how it came out.
pub fn main() -> ExitCode {
    if let Err(error) = processor::check_processor_features() {
        return out::print_error_and_get_exit_code(Err(error));
    }
    let words = optional_values::join_values_to_flags(std::env::args_os());
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => return out::print_usage_or_help(&error),
    };
    log::init();
    crate::renamed::warn_of_flags(std::env::args().skip(1));
    match dispatch(&cli) {
        Err(error) if stop_sources::is_stop_error(&error) => {
            errln!("stopped");
            ExitCode::from(1)
        }
        result => out::print_error_and_get_exit_code(result),
    }
}

/// Carries out the command; returns `false` if the goal was not reached.
fn dispatch(cli: &Cli) -> Result<bool> {
    // What the program says of itself, it says anywhere.
    match &cli.command {
        Command::Completions { shell } => {
            return shell::write_completions(*shell, &mut Stdout).map(|()| true);
        }
        Command::Man { folder } => {
            return shell::write_man_pages(folder.as_deref(), &mut Stdout).map(|()| true);
        }
        Command::Prompts { folder, force } => {
            return prompts::print_or_write_blocks(folder.as_deref(), *force).map(|()| true);
        }
        _ => {}
    }
    let data_dir = DataDir::find()?.with_mesh_args(&cli.meshes);
    match &cli.command {
        Command::Model { question } => model::run_model_command(&data_dir, question),
        Command::Run(args) => run::run(&data_dir, args),
        Command::Chat(args) => chat::chat(&data_dir, args),
        Command::Tend(args) => tend::tend_to_goal(&data_dir, args),
        Command::Serve(args) => serve::serve(&data_dir, args),
        Command::Mcp(args) => mcp::serve(&data_dir, args),
        Command::Check { files, json } => check_all(&data_dir, files, *json),
        Command::Robot { question } => {
            robot::run_robot_command(&data_dir, question, stdin().lock(), Stdout).map(|()| true)
        }
        Command::Scene { scene, seed, json } => {
            scene::show(&data_dir, scene, *seed, *json, &mut Stdout).map(|()| true)
        }
        Command::Render(args) => render::render(&data_dir, args).map(|()| true),
        Command::Dataset(args) => dataset::write(&data_dir, args).map(|()| true),
        Command::Eval(args) => eval::eval(&data_dir, args),
        Command::Optimize(args) => optimize::optimize(&data_dir, args),
        Command::Runs(args) => {
            recordings::runs::list_or_describe_runs(args, &mut Stdout).map(|()| true)
        }
        Command::Examples(args) => examples::run_examples_command(args, &mut Stdout),
        Command::Lessons(args) => lessons::run_lessons_command(args, &mut Stdout).map(|()| true),
        Command::Replay(args) => recordings::replay::replay(&data_dir, args),
        Command::View(args) => recordings::view::view(args).map(|()| true),
        #[cfg(feature = "export")]
        Command::Export(args) => recordings::export::export(&data_dir, args).map(|()| true),
        #[cfg(not(feature = "export"))]
        Command::Export(_) => anyhow::bail!(
            "this program was built without `enact export`: build it with `--features export`"
        ),
        Command::Arm(args) => arm::run(&data_dir, &args.command),
        Command::Bus(args) => bus::run(&data_dir, &args.command),
        Command::Camera(args) => camera::run(&data_dir, &args.command),
        Command::Node(args) => node::run(&data_dir, &args.command),
        Command::Completions { .. } | Command::Man { .. } | Command::Prompts { .. } => Ok(true),
    }
}

/// Checks files; an error in a file is an error of the input, not a missed goal.
fn check_all(data_dir: &DataDir, files: &[PathBuf], as_json: bool) -> Result<bool> {
    if check::check_files(data_dir, files, as_json)? {
        return Ok(true);
    }
    anyhow::bail!("not everything is sound")
}
