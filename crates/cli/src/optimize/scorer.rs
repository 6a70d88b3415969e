//! What a text of a block is worth, by episodes of a suite.

use std::sync::Arc;

use enact_eval::episode::EpisodeResult;
use enact_eval::optimize::{Half, Scorer, TrialResult};
use enact_eval::suite::Suite;
use enact_plan::PromptTemplates;
use enact_types::Reason;

use crate::args::EvalArgs;
use crate::data_dir::DataDir;
use crate::eval::job::Job;
use crate::progress;

/// Runs a suite with a text in place of a block of the prompt.
pub(super) struct SuiteScorer<'a> {
    /// Where robots and models are.
    pub data_dir: &'a DataDir,
    /// How episodes are run.
    pub args: EvalArgs,
    /// The suite, and who is evaluated on it.
    pub job: Job,
    /// The suite with all its wordings.
    pub suite: Suite,
    /// The prompt around the block.
    pub templates: PromptTemplates,
    /// Name of the block.
    pub block: String,
    /// Number of episodes that judge.
    pub held_out: u64,
}

impl SuiteScorer<'_> {
    fn with_text(&self, text: &str) -> PromptTemplates {
        let file = format!("a text for {}", self.block);
        self.templates.clone().with_block(&self.block, text, &file)
    }
}

impl Scorer for SuiteScorer<'_> {
    fn check(&self, text: &str) -> Result<(), Reason> {
        self.with_text(text).check().map_err(Reason::from_error)
    }

    fn score(&mut self, text: &str, half: Half) -> Result<Vec<TrialResult>, Reason> {
        self.job.prompts = Some(Arc::new(self.with_text(text)));
        self.job.suite = half.suite(&self.suite);
        let args = EvalArgs {
            seed: half.seed(self.args.seed),
            episodes: match half {
                Half::Training => self.args.episodes,
                Half::HeldOut => self.held_out,
            },
            ..self.args.clone()
        };
        let bar = progress::bar(args.episodes, "episodes");
        let records = self
            .job
            .run(self.data_dir, &args, None, &mut |_| bar.inc(1));
        bar.finish_and_clear();
        let records = records.map_err(|error| Reason::from(format!("{error:#}")))?;
        Ok(records.iter().map(trial).collect())
    }
}

fn trial(record: &EpisodeResult) -> TrialResult {
    TrialResult {
        number: record.episode,
        success: record.success,
        refusals: record.steps - record.admitted,
    }
}
