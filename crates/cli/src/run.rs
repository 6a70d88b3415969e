//! `enact run`: one instruction.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use enact_arm::StopSwitch;
use enact_plan::{Outcome, Plan, Usage, Verdict};
use enact_runtime::{Approver, TaskEnd, TaskOptions, TaskReport};
use enact_types::text::BYTE_ORDER_MARK;
use serde_json::{Value, json};

use crate::args::RunArgs;
use crate::arm::stdin_lines::StdinLines;
use crate::data_dir::DataDir;
use crate::out;
use crate::out::error_message_with_sources;
use crate::rerun_view;
use crate::run_observers::RunObservers;
use crate::setup::{RunModels, Setup};
use crate::stop_sources;

/// Carries out the instruction; returns whether the goal was reached, or in a dry run whether it
/// could be.
///
/// # Errors
/// If the instruction is empty, the set-up cannot be loaded, the arm or the model fails, or
/// something asked for cannot be written.
pub fn run(data_dir: &DataDir, args: &RunArgs) -> Result<bool> {
    let started = Instant::now();
    // A shell takes a sentence without quotation marks apart.
    let instruction = args.instruction.join(" ");
    let instruction = checked_instruction(&instruction)?;
    let setup = Setup::load(data_dir, &args.setup)?;
    match carry_out(data_dir, args, &setup, instruction, started) {
        Err(error) if stop_sources::is_stop_error(&error) => {
            let times = Times {
                wall: started.elapsed(),
                load: Duration::ZERO,
            };
            tell(args, &never_begun(), false, &setup, &times)?;
            Ok(false)
        }
        result => result,
    }
}

fn carry_out(
    data_dir: &DataDir,
    args: &RunArgs,
    setup: &Setup,
    instruction: &str,
    started: Instant,
) -> Result<bool> {
    let agent = setup.load_agent(args.plan.as_deref(), Some(instruction))?;
    let scripted = args.plan.is_some();
    let mut observers = RunObservers::open(data_dir, &args.setup, setup, instruction, scripted)?;
    let films = observers.camera_stream_sinks(setup);
    let mut session = setup.start_session(agent.agent, observers.observers(), films)?;
    if args.approve {
        session = session.with_approver(terminal_approver(setup.stop.clone()));
    }
    let report = session.run_task(
        instruction,
        TaskOptions {
            turns: setup.launch.turns,
            dry_run: args.dry_run,
            choice: setup.choice,
            marks: setup.marks,
        },
    )?;
    drop(session);
    let reached = is_goal_reached(setup, instruction, &report);
    let success = reached == Some(true);
    // Who only shows what would be done reaches nothing, and fails at nothing.
    if let Some(reached) = reached.filter(|_| report.ending != TaskEnd::DryRun) {
        observers.record_goal_reached(reached);
    }
    // What a watcher cannot write must not cost the result.
    let page = observers.finish();

    let times = Times {
        wall: started.elapsed(),
        load: agent.load_time,
    };
    tell(args, &report, success, setup, &times)?;
    // A result that a full disk does not take is told at least.
    if out::check_stdout().is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        errln!("{}", outcome_sentence(&report, success));
    }
    let page = match page {
        // Whoever stops a run does not wait for a viewer either.
        Err(error) if report.ending == TaskEnd::Stopped => {
            errln!("enact: {}", error_message_with_sources(&error));
            None
        }
        page => page?,
    };
    if let Some(page) = page.filter(|_| !stop_sources::is_termination_requested()) {
        stop_sources::release_stop_switch(&setup.stop);
        rerun_view::keep_page_open(page);
    }
    Ok(success || is_feasible(&report))
}

/// Trims an instruction.
///
/// # Errors
/// If it has none: whoever says nothing wants nothing done.
pub fn checked_instruction(instruction: &str) -> Result<&str> {
    const EXAMPLE: &str =
        "say what the robot is to do, as in: enact run \"put the red cube in the blue bowl\"";
    let around = |letter: char| letter.is_whitespace() || letter == BYTE_ORDER_MARK;
    let words = instruction.trim_matches(around);
    if words.is_empty() {
        bail!("the instruction is empty; {EXAMPLE}");
    }
    if !words.contains(char::is_alphanumeric) {
        bail!("the instruction `{words}` has no words; {EXAMPLE}");
    }
    Ok(words)
}

fn tell(
    args: &RunArgs,
    report: &TaskReport,
    success: bool,
    setup: &Setup,
    times: &Times,
) -> Result<()> {
    if args.json {
        let models = setup.models_of_run(args.plan.is_some())?;
        outln!("{}", summary(report, success, setup, &models, times));
    } else {
        outln!("{}", outcome_sentence(report, success));
    }
    Ok(())
}

/// Returns the report of a run that was stopped before it began.
fn never_begun() -> TaskReport {
    TaskReport {
        ending: TaskEnd::Stopped,
        turns: 0,
        steps: Vec::new(),
        refusals: Vec::new(),
        said: Vec::new(),
        arm_seconds: 0.0,
        usage: Usage::default(),
    }
}

/// Shows a plan and waits for an answer on stdin; silence and a stop are a no.
pub fn terminal_approver(stop: StopSwitch) -> Approver<'static> {
    let mut lines = None;
    Box::new(move |plan: &Plan, preview: &[Outcome]| {
        let mut preview = preview.iter();
        for step in &plan.steps {
            match step.moves_arm().then(|| preview.next()).flatten() {
                Some(outcome) => errln!("  {outcome}"),
                None => errln!("  {step}"),
            }
        }
        out::print_to_stderr("carry this out? [y/N] ");
        let answer = lines
            .get_or_insert_with(StdinLines::start_reading)
            .wait_for_answer(&stop);
        if answer.is_none() {
            errln!("");
        }
        let answer = answer.unwrap_or_default();
        matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    })
}

/// Judges by physics if the arm is in a simulated scene that knows the goal of the instruction, or
/// else by what the robot observed; `None` if a stop left that open.
pub fn is_goal_reached(setup: &Setup, instruction: &str, report: &TaskReport) -> Option<bool> {
    if report.ending == TaskEnd::DryRun {
        return Some(false);
    }
    if is_outcome_unknown_after_stop(report) {
        return None;
    }
    let goal = setup.scene.goal_for_instruction(instruction, &setup.layout);
    Some(match goal.filter(|_| setup.is_simulated()) {
        Some(goal) => setup.simulator.with_world(|world| goal.is_satisfied(world)),
        None => report.reports_success(),
    })
}

/// Returns whether a stop came before anybody looked what the last step had come to.
pub fn is_outcome_unknown_after_stop(report: &TaskReport) -> bool {
    let last = report.steps.last();
    report.ending == TaskEnd::Stopped && last.is_some_and(|last| last.verdict != Verdict::Yes)
}

/// Returns whether a dry run planned something, and all of it would be admitted.
fn is_feasible(report: &TaskReport) -> bool {
    report.ending == TaskEnd::DryRun && report.refusals.is_empty() && !report.steps.is_empty()
}

/// Wall times of a run.
pub struct Times {
    /// All of it.
    pub wall: Duration,
    /// To load the model.
    pub load: Duration,
}

/// How a run went, for a program.
pub fn summary(
    report: &TaskReport,
    success: bool,
    setup: &Setup,
    models: &RunModels,
    times: &Times,
) -> Value {
    let is_dry = report.ending == TaskEnd::DryRun;
    let mut summary = json!({
        // Nobody tried, or nobody knows.
        "success": (!is_dry && !is_outcome_unknown_after_stop(report)).then_some(success),
        "ending": report.ending,
        "turns": report.turns,
        "steps": report.steps.iter().map(step).collect::<Vec<_>>(),
        "refusals": report.refusals,
        "said": report.said,
        "sim_seconds": report.arm_seconds,
        "wall_seconds": times.wall.as_secs_f64(),
        "model": model_usage_json(models, &report.usage, times.load),
        "seed": setup.launch.seed,
    });
    if is_dry {
        summary["feasible"] = json!(is_feasible(report));
    }
    summary
}

fn step(outcome: &Outcome) -> Value {
    let mut arguments = json!(outcome.step);
    if let Value::Object(fields) = &mut arguments {
        fields.shift_remove("skill");
    }
    json!({
        "skill": outcome.step.skill(),
        "arguments": arguments,
        "verdict": outcome.verdict,
        "reason": outcome.reason,
    })
}

/// Returns which models were asked, and what that cost, for a program.
pub fn model_usage_json(models: &RunModels, usage: &Usage, load: Duration) -> Value {
    let mut model = json!({
        "name": models.main_model_name(),
        "load_seconds": load.as_secs_f64(),
        "prompt_seconds": usage.prompt_time.as_secs_f64(),
        "decode_seconds": usage.decode_time.as_secs_f64(),
        "requests": usage.requests,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
    });
    if let Some(planner) = models.separate_planner_name() {
        model["planner"] = json!(planner);
    }
    model
}

/// Summarizes a run in a sentence.
pub fn outcome_sentence(report: &TaskReport, success: bool) -> String {
    let how = match report.ending {
        TaskEnd::DryRun => {
            let mut lines: Vec<String> = report.steps.iter().map(Outcome::to_string).collect();
            lines.extend(report.said.iter().cloned());
            return lines.join("\n");
        }
        TaskEnd::Done if success => "done",
        TaskEnd::Done => "the robot thinks it is done, but the goal is not reached",
        TaskEnd::OutOfTurns if success => "the goal is reached, though the robot was not sure",
        TaskEnd::OutOfTurns => "not reached: no turns left",
        TaskEnd::Answered => "answered",
        TaskEnd::Said => "the robot did nothing more than say so",
        TaskEnd::Asked => "the robot waits for an answer",
        TaskEnd::Stopped => "stopped",
    };
    format!(
        "{how} ({} turn{}, {:.1} s on the arm's clock)",
        report.turns,
        if report.turns == 1 { "" } else { "s" },
        report.arm_seconds
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_has_words() {
        for empty in ["", " ", "\t\r\n", "\u{3000}", "\u{feff}", "\u{feff} \u{a0}"] {
            let error = checked_instruction(empty).unwrap_err().to_string();
            assert!(error.contains("is empty"), "{empty:?}: {error}");
        }
        for mute in [".", "?!", "—", "\"\"", "🤖", "。。。", "\u{200b}"] {
            let error = checked_instruction(mute).unwrap_err().to_string();
            assert!(error.contains("no words"), "{mute:?}: {error}");
        }
        assert_eq!(
            checked_instruction("\u{feff} push it!\r\n").unwrap(),
            "push it!"
        );
        assert_eq!(
            checked_instruction("把红色方块放进碗里").unwrap(),
            "把红色方块放进碗里"
        );
        assert_eq!(checked_instruction("2").unwrap(), "2");
    }
}
