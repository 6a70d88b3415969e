//! The command line of `enact optimize`.

use std::path::PathBuf;

use clap::Args;
use enact_plan::{MeaningMode, Pointing};

use crate::args::{EvalArgs, PerceptionSource, SHIPPED_ROBOT, parse_args_from_words};
use crate::methods::MethodArgs;
use crate::model_choice::ModelArgs;

/// `enact optimize`.
#[derive(Clone, Debug, Args)]
pub struct OptimizeArgs {
    /// Suite name in suites/, or path of a TOML file
    #[arg(default_value = "core")]
    pub suite: String,
    /// Block of the prompt to improve, a file that --prompts knows
    #[arg(long, value_name = "NAME", default_value = "role")]
    pub block: String,
    /// Number of times that texts are proposed
    #[arg(long, value_name = "R", default_value_t = 8)]
    pub rounds: u32,
    /// Number of texts that are proposed each time
    #[arg(long, value_name = "K", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub candidates: u16,
    /// Number of episodes by which each text is scored
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u64).range(1..))]
    pub episodes: u64,
    /// Number of other episodes, of other wordings, by which the best text is judged
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    pub held_out: u64,
    /// Random seed
    #[arg(long, default_value_t = 80_001)]
    pub seed: u64,
    /// Number of episodes to run in parallel, each with its own copy of the model [default: 1, or one for
    /// each server that runs it]
    #[arg(long, value_name = "J", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Which models see and plan [default: models/tabletop].
    #[command(flatten)]
    pub models: ModelArgs,
    /// Model that proposes texts [default: the one that plans]
    #[arg(long, value_name = "MODEL")]
    pub proposer: Option<String>,
    /// Methods by which the model plans better.
    #[command(flatten)]
    pub methods: MethodArgs,
    /// How the model writes positions in pictures, if its files and name do not tell
    #[arg(long, value_name = "CONVENTION")]
    pub pointing: Option<Pointing>,
    /// Whether instructions are read from their words before the model is asked: `first` or `off`
    /// (default: as the model's enact.toml says)
    #[arg(long, value_name = "MODE")]
    pub meaning: Option<MeaningMode>,
    /// Accept plans in plain words
    #[arg(long, conflicts_with = "think")]
    pub free_text: bool,
    /// Source of object detections
    #[arg(long, value_enum, default_value_t = PerceptionSource::Model)]
    pub perception: PerceptionSource,
    /// Robot name in robots/, or path of a robot folder or URDF
    #[arg(long, value_name = "NAME", default_value = SHIPPED_ROBOT)]
    pub robot: String,
    /// Folder for the search and for the text that it finds; run the same command again to resume
    #[arg(long, value_name = "DIR", default_value = "prompts")]
    pub out: PathBuf,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

impl OptimizeArgs {
    /// Returns the evaluation of a text.
    pub(super) fn evaluation(&self) -> EvalArgs {
        EvalArgs {
            suite: self.suite.clone(),
            episodes: self.episodes,
            seed: self.seed,
            jobs: self.jobs,
            models: self.models.clone(),
            methods: self.methods.clone(),
            pointing: self.pointing,
            meaning: self.meaning,
            perception: self.perception,
            free_text: self.free_text,
            robot: self.robot.clone(),
            ..parse_args_from_words(&[])
        }
    }
}
