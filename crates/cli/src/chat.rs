//! `enact chat`: instructions line after line.

use anyhow::Result;
use enact_bridge::{Bounds, BridgeError, Session};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::args::SetupArgs;
use crate::home::Home;
use crate::setup::Setup;
use crate::stops::release;
use crate::watch::Watchers;

const HELP: &str = "\
say what the robot is to do, or:
  /see    look at the table
  /home   move home
  /stop   stop the arm until the next instruction (Ctrl-C while it moves)
  /quit   leave";

/// Carries out lines until `/quit` or the end of input.
pub fn chat(home: &Home, args: &SetupArgs) -> Result<bool> {
    let setup = Setup::load(home, args)?;
    let thinker = setup.thinker(None)?;
    let mut watchers = Watchers::open(home, args, &setup, "chat", false)?;
    let mut session = setup.session(thinker.mind, watchers.observers())?;
    let bounds = Bounds {
        turns: setup.launch.turns,
        dry_run: false,
        rank: setup.rank,
        marks: setup.marks,
    };
    eprintln!("{HELP}");
    let mut editor = DefaultEditor::new()?;
    loop {
        match editor.readline("enact> ") {
            Ok(line) => {
                let line = line.trim();
                if line.is_empty() {
                    continue;
                }
                editor.add_history_entry(line)?;
                match obey(&mut session, line, bounds) {
                    Ok(true) => {}
                    Ok(false) => break,
                    // The arm holds itself up; the next picture or answer may be better.
                    Err(BridgeError::Camera(error)) => eprintln!("enact: {error}"),
                    Err(BridgeError::Planner(error)) => eprintln!("enact: {error}"),
                    Err(error) => return Err(error.into()),
                }
            }
            Err(ReadlineError::Interrupted | ReadlineError::Eof) => break,
            Err(error) => return Err(error.into()),
        }
    }
    drop(session);
    watchers.finish()?;
    Ok(true)
}

/// Does what a line says; `false` if it says to leave.
fn obey(session: &mut Session<'_>, line: &str, bounds: Bounds) -> Result<bool, BridgeError> {
    match line {
        "/quit" => return Ok(false),
        "/stop" => {
            session.stop_switch().press();
            eprintln!("stopped");
        }
        "/see" => {
            session.see()?;
        }
        "/home" => {
            release(&session.stop_switch());
            if let Some(why) = session.home()? {
                eprintln!("the arm did not get home: {why}");
            }
        }
        _ if line.starts_with('/') => eprintln!("no command {line}\n{HELP}"),
        instruction => {
            release(&session.stop_switch());
            let report = session.run(instruction, bounds)?;
            println!(
                "{}",
                crate::run::sentence(&report, report.believes_success())
            );
        }
    }
    Ok(true)
}
