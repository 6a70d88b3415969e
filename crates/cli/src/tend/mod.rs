//! `enact tend`: a goal that stands, and the robot's own list of tasks for it.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line |
//! | [`store`] | the list as a file that survives the program |
//! | [`maker`] | makes the list and revises it |
//! | [`bounds`] | when to end, and how it ended |

pub mod args;
pub mod bounds;
pub mod maker;
pub mod store;

use std::time::{Duration, Instant};

use anyhow::Result;
use enact_plan::{TaskState, Usage};
use enact_runtime::{Session, TaskEnd, TaskOptions, TaskReport};
use serde_json::{Value, json};

pub use args::TendArgs;

use crate::data_dir::DataDir;
use crate::out::error_message_with_sources;
use crate::run::{
    Times, checked_instruction, is_goal_reached, model_usage_json, summary, terminal_approver,
};
use crate::run_observers::RunObservers;
use crate::setup::{RunModels, Setup};
use crate::stop_sources;
use bounds::{TendBudget, TendEnd};
use maker::TaskListOutcome;
use store::TaskFile;

/// Carries out tasks of the robot's own for a goal until nothing is left; returns whether the goal
/// is reached, as far as the robot can tell.
///
/// # Errors
/// If there is no goal, the set-up cannot be loaded, the list cannot be read or written, or the arm
/// or the model fails.
pub fn tend_to_goal(data_dir: &DataDir, args: &TendArgs) -> Result<bool> {
    let words = args.goal.join(" ");
    let goal = match args.resume {
        true => None,
        false => Some(checked_instruction(&words)?),
    };
    let file = TaskFile::open(args.tasks.as_deref(), goal, args.anew)?;
    let bounds = TendBudget::new(args);
    let setup = Setup::load(data_dir, &args.setup)?;
    let goal = file.task_list().goal.clone();
    let agent = setup.load_agent(None, Some(&goal))?;
    let mut observers = RunObservers::open(data_dir, &args.setup, &setup, &goal, false)?;
    let (films, outcomes) = (
        observers.camera_stream_sinks(&setup),
        observers.outcome_recorder(),
    );
    let mut session = setup.start_session(agent.agent, observers.observers(), films)?;
    if args.approve {
        session = session.with_approver(terminal_approver(setup.stop.clone()));
    }
    let models = setup.models_of_run(false)?;
    let mut tending = Tending {
        args,
        setup: &setup,
        models: &models,
        file,
        bounds,
        making: Usage::default(),
    };
    let ended = tending.carry_out(&mut session, &|instruction, report| {
        let reached = is_goal_reached(&setup, instruction, report);
        if let Some((outcomes, reached)) = outcomes.as_ref().zip(reached) {
            outcomes.record_outcome(reached);
        }
    });
    let mut usage = session.model_usage();
    usage += tending.making;
    drop(session);
    let ending = match ended {
        Err(error) if stop_sources::is_stop_error(&error) => TendEnd::Stopped,
        ended => ended?,
    };
    tending.tell(&ending, &model_usage_json(&models, &usage, agent.load_time));
    match observers.finish() {
        // Whoever stops a run does not wait for a viewer either.
        Err(error) if ending == TendEnd::Stopped => {
            errln!("enact: {}", error_message_with_sources(&error))
        }
        finished => {
            finished?;
        }
    }
    Ok(ending == TendEnd::NothingLeft)
}

/// A list that is being worked on.
struct Tending<'a> {
    args: &'a TendArgs,
    setup: &'a Setup,
    models: &'a RunModels,
    file: TaskFile,
    bounds: TendBudget,
    /// Cost of making the list.
    making: Usage,
}

impl Tending<'_> {
    /// Takes task after task until there is a reason to end.
    fn carry_out(
        &mut self,
        session: &mut Session<'_>,
        note: &dyn Fn(&str, &TaskReport),
    ) -> Result<TendEnd> {
        // A list that was interrupted goes on as it is.
        let mut is_current = self.file.task_list().next_task_index().is_some();
        loop {
            if self.setup.stop.is_pressed() {
                return Ok(TendEnd::Stopped);
            }
            if let Some(ending) = self.bounds.reason_to_end(self.file.task_list()) {
                return Ok(ending);
            }
            if !is_current && let Some(ending) = self.revise(session)? {
                return Ok(ending);
            }
            let Some(next) = self.file.task_list().next_task_index() else {
                return self.over();
            };
            self.attempt(session, next, note)?;
            is_current = false;
        }
    }

    /// Makes the list anew from what is seen and what came of the tasks so far.
    fn revise(&mut self, session: &mut Session<'_>) -> Result<Option<TendEnd>> {
        let made =
            maker::find_remaining_tasks(self.file.task_list_mut(), session, &mut self.making)?;
        let tasks = match made {
            TaskListOutcome::Tasks(tasks) => tasks,
            TaskListOutcome::AsBefore(why) => {
                errln!("{:>9}  the list stays as it is: {why}", "tend");
                // Nobody knows whether anything is left.
                let is_known = self.file.task_list().next_task_index().is_some();
                return Ok((!is_known).then_some(TendEnd::Unclear(why)));
            }
            TaskListOutcome::Unclear(text) => return Ok(Some(TendEnd::Unclear(text))),
            TaskListOutcome::Stuck(text) => return Ok(Some(TendEnd::Stuck(text))),
        };
        for dropped in self.file.task_list_mut().replace_open_tasks(tasks) {
            errln!(
                "{:>9}  not taken: {} ({})",
                "tend",
                dropped.instruction,
                dropped.reason
            );
        }
        self.file.save()?;
        let open: Vec<&str> = self
            .file
            .task_list()
            .tasks_in_state(TaskState::Open)
            .map(|task| task.instruction.as_str())
            .collect();
        if !open.is_empty() {
            errln!("{:>9}  {}", "list", open.join("; "));
        }
        Ok(None)
    }

    /// Carries out one task. Before it begins and after it ends, the file says so.
    fn attempt(
        &mut self,
        session: &mut Session<'_>,
        index: usize,
        note: &dyn Fn(&str, &TaskReport),
    ) -> Result<()> {
        self.file.task_list_mut().mark_begun(index);
        self.file.save()?;
        let instruction = self.file.task_list().tasks[index].instruction.clone();
        let options = TaskOptions {
            turns: self
                .bounds
                .turns_for_next_task(self.file.task_list(), self.setup.launch.turns),
            dry_run: false,
            choice: self.setup.choice,
            marks: self.setup.marks,
        };
        let started = Instant::now();
        let report = match session.run_task(&instruction, options) {
            Ok(report) => report,
            Err(error) => {
                self.file.task_list_mut().mark_interrupted(index);
                self.file.save()?;
                return Err(error.into());
            }
        };
        note(&instruction, &report);
        self.file.task_list_mut().turns += report.turns;
        let success = report.reports_success();
        if success {
            self.file.task_list_mut().mark_done(index);
        } else if report.ending == TaskEnd::Stopped && self.setup.stop.is_pressed() {
            self.file.task_list_mut().mark_interrupted(index);
        } else if report.ending == TaskEnd::Stopped {
            self.file.task_list_mut().set_aside(index, "you said no");
        } else {
            let why = bounds::describe_failure(&report);
            if self.file.task_list_mut().mark_failed(index, &why) {
                errln!("{:>9}  {instruction}: it failed twice, {why}", "set aside");
            }
        }
        self.file.save()?;
        self.tell_task(&instruction, &report, success, started.elapsed());
        Ok(())
    }

    fn tell_task(&self, instruction: &str, report: &TaskReport, success: bool, wall: Duration) {
        if !self.args.json {
            let how = match success {
                true => "done".to_owned(),
                false if report.ending == TaskEnd::Stopped => "stopped".to_owned(),
                false => format!("not done: {}", bounds::describe_failure(report)),
            };
            outln!("{instruction}: {how}");
            return;
        }
        let load = Duration::ZERO;
        let times = Times { wall, load };
        let mut told = summary(report, success, self.setup, self.models, &times);
        told["task"] = json!(instruction);
        outln!("{told}");
    }

    /// Ends a list in which nothing is open.
    fn over(&mut self) -> Result<TendEnd> {
        self.file.task_list_mut().is_over = true;
        self.file.save()?;
        let aside = self.file.task_list().tasks_in_state(TaskState::SetAside);
        let aside: Vec<String> = aside.map(bounds::describe_set_aside_task).collect();
        Ok(match aside.is_empty() {
            true => TendEnd::NothingLeft,
            false => TendEnd::SetAside(aside.join("; ")),
        })
    }

    /// Tells how it ended, and for programs what everything cost.
    fn tell(&self, ending: &TendEnd, cost: &Value) {
        let list = self.file.task_list();
        if self.args.json {
            outln!(
                "{}",
                json!({
                    "goal": list.goal,
                    "ending": ending.name(),
                    "said": ending.to_string(),
                    "turns": list.turns,
                    "tasks": list.tasks,
                    "model": cost,
                    "file": self.file.path(),
                })
            );
            return;
        }
        outln!("{ending}");
        if list.next_task_index().is_some() {
            errln!(
                "hint: `enact tend --resume` goes on with the list in {}",
                self.file.path().display()
            );
        }
    }
}
