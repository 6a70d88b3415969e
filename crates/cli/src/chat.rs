//! `enact chat`: instructions line after line.

use std::time::{Duration, Instant};

use anyhow::Result;
use enact_bridge::{Bounds, BridgeError, Report, Session};
use enact_types::text::unmarked;

use crate::args::ChatArgs;
use crate::home::Home;
use crate::prompt::Prompt;
use crate::run::{Times, is_reached, sentence, summary, words};
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
pub fn chat(home: &Home, args: &ChatArgs) -> Result<bool> {
    let setup = Setup::load(home, &args.setup)?;
    let thinker = setup.thinker(None, None)?;
    let mut watchers = Watchers::open(home, &args.setup, &setup, "chat", false)?;
    let (film, outcomes) = (watchers.film(&setup), watchers.outcomes());
    let mut session = setup.session(thinker.mind, watchers.observers(), film)?;
    let bounds = Bounds {
        turns: setup.launch.turns,
        dry_run: false,
        rank: setup.rank,
        marks: setup.marks,
    };
    let tell = |instruction: &str, report: &Report, wall: Duration| {
        if let Some(outcomes) = &outcomes {
            outcomes.note(is_reached(&setup, instruction, report));
        }
        let success = report.believes_success();
        if args.json {
            let load = Duration::ZERO;
            outln!(
                "{}",
                summary(report, success, &setup, &Times { wall, load })
            );
        } else {
            outln!("{}", sentence(report, success));
        }
    };
    errln!("{HELP}");
    let prompt = Prompt::open("enact> ");
    while let Some(line) = prompt.line()? {
        let line = unmarked(&line).trim();
        if line.is_empty() {
            continue;
        }
        let obeyed = obey(&mut session, line, bounds, &tell);
        stops::settle();
        match obeyed {
            Ok(true) => {}
            Ok(false) => break,
            // The arm holds itself up; the next picture or answer may be better.
            Err(error) if error.is_stop() => errln!("stopped"),
            Err(BridgeError::Camera(error)) => errln!("enact: {error}"),
            Err(BridgeError::Planner(error)) => errln!("enact: {error}"),
            Err(error) => return Err(error.into()),
        }
    }
    drop(session);
    watchers.finish()?;
    Ok(true)
}

/// Does what a line says and tells how it went; `false` if it says to leave.
fn obey(
    session: &mut Session<'_>,
    line: &str,
    bounds: Bounds,
    tell: &dyn Fn(&str, &Report, Duration),
) -> Result<bool, BridgeError> {
    match line {
        "/quit" => return Ok(false),
        "/stop" => {
            session.stop_switch().press();
            errln!("stopped");
        }
        "/see" => {
            release(&session.stop_switch());
            session.see()?;
        }
        "/home" => {
            release(&session.stop_switch());
            if let Some(why) = session.home()? {
                errln!("the arm did not get home: {why}");
            }
        }
        _ if line.starts_with('/') => errln!("no command {line}\n{HELP}"),
        line => match words(line) {
            Ok(instruction) => {
                release(&session.stop_switch());
                let started = Instant::now();
                let report = session.run(instruction, bounds)?;
                tell(instruction, &report, started.elapsed());
            }
            Err(error) => errln!("enact: {error}"),
        },
    }
    Ok(true)
}
