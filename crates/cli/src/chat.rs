//! `enact chat`: instructions, one per line, typed or spoken.

use std::time::{Duration, Instant};

use anyhow::Result;
use enact_runtime::{RuntimeError, Session, TaskOptions, TaskReport};
use enact_types::text::strip_byte_order_mark;

use crate::args::ChatArgs;
use crate::data_dir::DataDir;
use crate::line_editor::LineEditor;
use crate::listen::{self, SpokenOrTypedInput};
use crate::run::{Times, checked_instruction, is_goal_reached, outcome_sentence, summary};
use crate::run_observers::RunObservers;
use crate::setup::Setup;
use crate::stop_sources::{self, release_stop_switch};

const HELP: &str = "\
say what the robot is to do, or:
  /see    look at the table
  /home   move home
  /stop   stop the arm until the next instruction (Ctrl-C while it moves or thinks)
  /quit   leave";

/// Carries out lines until `/quit`, the end of input, or until the program is told to end.
///
/// # Errors
/// If the set-up cannot be loaded, the arm or the model fails, or something asked for cannot be
/// written.
pub fn chat(data_dir: &DataDir, args: &ChatArgs) -> Result<bool> {
    // What is quick to find out is found out before a model is loaded.
    let hearing = listen::prepare_listening(&args.listen)?;
    let setup = Setup::load(data_dir, &args.setup)?;
    let agent = setup.load_agent(None, None)?;
    let mut observers = RunObservers::open(data_dir, &args.setup, &setup, "chat", false)?;
    let (films, outcomes) = (
        observers.camera_stream_sinks(&setup),
        observers.outcome_recorder(),
    );
    let mut session = setup.start_session(agent.agent, observers.observers(), films)?;
    let options = TaskOptions {
        turns: setup.launch.turns,
        dry_run: false,
        choice: setup.choice,
        marks: setup.marks,
    };
    let models = setup.models_of_run(false)?;
    let tell = |instruction: &str, report: &TaskReport, wall: Duration| {
        let reached = is_goal_reached(&setup, instruction, report);
        if let Some((outcomes, reached)) = outcomes.as_ref().zip(reached) {
            outcomes.record_outcome(reached);
        }
        let success = report.reports_success();
        if args.json {
            let load = Duration::ZERO;
            outln!(
                "{}",
                summary(report, success, &setup, &models, &Times { wall, load })
            );
        } else {
            outln!("{}", outcome_sentence(report, success));
        }
    };
    errln!("{HELP}");
    let prompt = LineEditor::open("enact> ");
    let stop = session.stop_switch();
    let mut ears = hearing
        .map(|hearing| hearing.start_listening(stop))
        .transpose()?;
    let next = |ears: &mut Option<SpokenOrTypedInput>| match ears {
        Some(ears) => ears.next_spoken_or_typed_line(&prompt),
        None => prompt.read_line(),
    };
    while let Some(line) = next(&mut ears)? {
        let line = strip_byte_order_mark(&line).trim();
        if line.is_empty() {
            continue;
        }
        let obeyed = obey(&mut session, line, options, &tell);
        stop_sources::forget_interrupt();
        if let Some(ears) = &mut ears {
            ears.forget_pending_speech();
        }
        match obeyed {
            Ok(true) => {}
            Ok(false) => break,
            // The arm holds itself up; the next picture or answer may be better.
            Err(error) if error.is_caused_by_stop() => errln!("stopped"),
            Err(RuntimeError::Camera(error)) => errln!("enact: {error}"),
            Err(RuntimeError::Planner(error)) => errln!("enact: {error}"),
            Err(RuntimeError::Pointing(doubt)) => errln!("enact: {doubt}"),
            Err(error) => return Err(error.into()),
        }
    }
    drop(session);
    observers.finish()?;
    Ok(true)
}

/// Carries out a line and prints how it went; returns `false` if the line says to leave.
fn obey(
    session: &mut Session<'_>,
    line: &str,
    options: TaskOptions,
    tell: &dyn Fn(&str, &TaskReport, Duration),
) -> Result<bool, RuntimeError> {
    match line {
        "/quit" => return Ok(false),
        "/stop" => {
            session.stop_switch().press();
            errln!("stopped");
        }
        "/see" => {
            release_stop_switch(&session.stop_switch());
            session.look_at_table()?;
        }
        "/home" => {
            release_stop_switch(&session.stop_switch());
            if let Some(why) = session.move_home()? {
                errln!("the arm did not get home: {why}");
            }
        }
        _ if line.starts_with('/') => errln!("no command {line}\n{HELP}"),
        line => match checked_instruction(line) {
            Ok(instruction) => {
                release_stop_switch(&session.stop_switch());
                let started = Instant::now();
                let report = session.run_task(instruction, options)?;
                tell(instruction, &report, started.elapsed());
            }
            Err(error) => errln!("enact: {error}"),
        },
    }
    Ok(true)
}
