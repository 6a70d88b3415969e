//! Instructions from ROS 2: the loop on the main thread, the node beside it.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use enact_ros2::task_node::TaskOutcome;
use enact_ros2::{Ros2TaskNode, TaskRunner};
use enact_runtime::event_log::EventLog;
use enact_runtime::{RuntimeError, Session, TaskOptions};
use enact_types::{StopSwitch, reason};

use super::{Ros2Args, node};
use crate::args::SetupArgs;
use crate::data_dir::DataDir;
use crate::run::{checked_instruction, outcome_sentence};
use crate::run_observers::RunObservers;
use crate::setup::Setup;
use crate::stop_sources;

/// Interval of looks at switches.
const POLL_PERIOD: Duration = Duration::from_millis(50);

/// What happens in a task.
enum Told {
    Line(String),
    Ended(TaskOutcome),
}

/// A task for the loop.
struct Job {
    instruction: String,
    teller: Sender<Told>,
    cancel: StopSwitch,
}

/// Serves until the program is told to end.
///
/// # Errors
/// If the model cannot be loaded, the arm cannot be armed, or the network cannot be joined.
pub fn serve(
    data_dir: &DataDir,
    args: &Ros2Args,
    setup_args: &SetupArgs,
    setup: &Setup,
) -> Result<()> {
    let scripted = args.plan.is_some();
    let agent = setup.load_agent(args.plan.as_deref(), None)?;
    let mut observers = RunObservers::open(data_dir, setup_args, setup, "ros2", scripted)?;
    let films = observers.camera_stream_sinks(setup);
    let lines = LineSink::default();
    let mut all = observers.observers();
    all.push(Box::new(EventLog::new(lines.clone())));
    let mut session = setup.start_session(agent.agent, all, films)?;
    let (jobs, inbox) = channel();
    let runner = LoopRunner {
        jobs,
        stop: setup.stop.clone(),
    };
    let settings = node::settings(args, "enact_tasks")?;
    let tasks = Ros2TaskNode::start(&settings, Box::new(runner))?;
    errln!(
        "instructions are taken on /enact/instruction; Ctrl-C stops the arm and ends the program"
    );
    carry_out(setup, &mut session, &inbox, &lines)?;
    setup.stop.press();
    // The runner waits for the loop, which has ended.
    drop(inbox);
    drop(tasks);
    drop(session);
    observers.finish()?;
    Ok(())
}

fn carry_out(
    setup: &Setup,
    session: &mut Session<'_>,
    inbox: &Receiver<Job>,
    lines: &LineSink,
) -> Result<()> {
    loop {
        if stop_sources::is_interrupted_or_terminated() {
            return Ok(());
        }
        let job = match inbox.recv_timeout(POLL_PERIOD) {
            Ok(job) => job,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        lines.tell_to(Some(job.teller.clone()));
        let ended = run(setup, session, &job.instruction);
        lines.tell_to(None);
        // A task that was called off does not stop the next one; any other stop does.
        if job.cancel.is_pressed() && !stop_sources::is_interrupted() {
            setup.stop.release();
        }
        let outcome = match ended {
            Ok(outcome) => outcome,
            Err(error @ RuntimeError::Arm(_)) => return Err(error.into()),
            Err(error) => TaskOutcome {
                success: false,
                message: reason::join_error_messages(&error),
            },
        };
        // Nobody may wait any more.
        drop(job.teller.send(Told::Ended(outcome)));
    }
}

fn run(
    setup: &Setup,
    session: &mut Session<'_>,
    instruction: &str,
) -> Result<TaskOutcome, RuntimeError> {
    let instruction = match checked_instruction(instruction) {
        Ok(instruction) => instruction,
        Err(error) => {
            return Ok(TaskOutcome {
                success: false,
                message: error.to_string(),
            });
        }
    };
    let options = TaskOptions {
        turns: setup.launch.turns,
        dry_run: false,
        choice: setup.choice,
        marks: setup.marks,
    };
    let report = session.run_task(instruction, options)?;
    let success = report.reports_success();
    Ok(TaskOutcome {
        success,
        message: outcome_sentence(&report, success),
    })
}

/// Hands instructions to the loop on the main thread.
struct LoopRunner {
    jobs: Sender<Job>,
    stop: StopSwitch,
}

impl TaskRunner for LoopRunner {
    fn run(
        &mut self,
        instruction: &str,
        events: &mut dyn FnMut(String),
        cancel: &StopSwitch,
    ) -> TaskOutcome {
        let gone = || TaskOutcome {
            success: false,
            message: "the program ends".to_owned(),
        };
        let (teller, told) = channel();
        let job = Job {
            instruction: instruction.to_owned(),
            teller,
            cancel: cancel.clone(),
        };
        if self.jobs.send(job).is_err() {
            return gone();
        }
        loop {
            match told.recv_timeout(POLL_PERIOD) {
                Ok(Told::Line(line)) => events(line),
                Ok(Told::Ended(outcome)) => return outcome,
                Err(RecvTimeoutError::Timeout) if cancel.is_pressed() => self.stop.press(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return gone(),
            }
        }
    }
}

/// Tells whole lines to whoever waits for the task that runs.
#[derive(Clone, Default)]
struct LineSink(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    begun: Vec<u8>,
    teller: Option<Sender<Told>>,
}

impl LineSink {
    fn tell_to(&self, teller: Option<Sender<Told>>) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.teller = teller;
    }
}

impl Write for LineSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for byte in bytes {
            if *byte != b'\n' {
                lines.begun.push(*byte);
                continue;
            }
            let line = std::mem::take(&mut lines.begun);
            if let Some(teller) = &lines.teller {
                let line = String::from_utf8_lossy(&line).into_owned();
                // Nobody may wait any more.
                drop(teller.send(Told::Line(line)));
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
