//! `enact chat`: instructions line after line.

use anyhow::Result;
use enact_bridge::{Bounds, BridgeError, Report, Session};

use crate::args::SetupArgs;
use crate::home::Home;
use crate::prompt::Prompt;
use crate::run::is_reached;
use crate::setup::Setup;
use crate::stops::{self, release};
use crate::watch::Watchers;

const HELP: &str = "\
say what the robot is to do, or:
  /see    look at the table
  /home   move home
  /stop   stop the arm until the next instruction (Ctrl-C while it moves or thinks)
  /quit   leave";

/// Carries out lines until `/quit`, the end of input, or until the program is told to end.
pub fn chat(home: &Home, args: &SetupArgs) -> Result<bool> {
    let setup = Setup::load(home, args)?;
    let thinker = setup.thinker(None)?;
    let mut watchers = Watchers::open(home, args, &setup, "chat", false)?;
    let (film, outcomes) = (watchers.film(&setup), watchers.outcomes());
    let mut session = setup.session(thinker.mind, watchers.observers(), film)?;
    let note = |instruction: &str, report: &Report| {
        if let Some(outcomes) = &outcomes {
            outcomes.note(is_reached(&setup, instruction, report));
        }
    };
    let bounds = Bounds {
        turns: setup.launch.turns,
        dry_run: false,
        rank: setup.rank,
        marks: setup.marks,
    };
    eprintln!("{HELP}");
    let prompt = Prompt::open("enact> ");
    while let Some(line) = prompt.line()? {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let obeyed = obey(&mut session, line, bounds, &note);
        stops::settle();
        match obeyed {
            Ok(true) => {}
            Ok(false) => break,
            // The arm holds itself up; the next picture or answer may be better.
            Err(error) if error.is_stop() => eprintln!("stopped"),
            Err(BridgeError::Camera(error)) => eprintln!("enact: {error}"),
            Err(BridgeError::Planner(error)) => eprintln!("enact: {error}"),
            Err(error) => return Err(error.into()),
        }
    }
    drop(session);
    watchers.finish()?;
    Ok(true)
}

/// Does what a line says; `false` if it says to leave. `note` is told how a task came out.
fn obey(
    session: &mut Session<'_>,
    line: &str,
    bounds: Bounds,
    note: &dyn Fn(&str, &Report),
) -> Result<bool, BridgeError> {
    match line {
        "/quit" => return Ok(false),
        "/stop" => {
            session.stop_switch().press();
            eprintln!("stopped");
        }
        "/see" => {
            release(&session.stop_switch());
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
            note(instruction, &report);
            println!(
                "{}",
                crate::run::sentence(&report, report.believes_success())
            );
        }
    }
    Ok(true)
}
