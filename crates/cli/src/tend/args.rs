//! The command line of `enact tend`.

use std::path::PathBuf;

use clap::Args;

use crate::args::SetupArgs;

/// Keep to a goal: the robot makes tasks for it, and carries them out one by one.
#[derive(Debug, Args)]
pub struct TendArgs {
    /// Goal for the robot, such as "tidy up" or "keep the blue bowl empty"
    #[arg(
        value_name = "GOAL",
        required_unless_present = "resume",
        conflicts_with = "resume"
    )]
    pub goal: Vec<String>,
    /// The set-up.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Go on with the list of tasks that was interrupted
    #[arg(long)]
    pub resume: bool,
    /// Give up a list that was interrupted, and begin a new one
    #[arg(long, conflicts_with = "resume")]
    pub anew: bool,
    /// File of the list of tasks [default: enact/tasks.json in the user's state folder]
    #[arg(long, value_name = "FILE")]
    pub tasks: Option<PathBuf>,
    /// Begin no task after so many minutes
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    pub minutes: Option<f64>,
    /// Maximum number of look-plan-act turns of all tasks together; --turns bounds each of them
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub total_turns: u32,
    /// Show a preview of each plan and ask for approval before anything moves
    #[arg(long, conflicts_with = "stop_on_enter")]
    pub approve: bool,
    /// Print one JSON object per task, and one at the end
    #[arg(long)]
    pub json: bool,
}

fn minutes(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        // A year and more is no bound.
        Ok(minutes) if minutes > 0.0 && minutes <= 1e6 => Ok(minutes),
        _ => Err("expected a number of minutes greater than 0, such as 15 or 0.5".to_owned()),
    }
}
