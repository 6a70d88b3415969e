//! `enact eval merge`: the table of an evaluation that several machines ran.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use enact_eval::merge;

use super::results::{ResultArgs, ResultSink, Results};

/// What else there is to do with evaluations.
#[derive(Clone, Debug, Subcommand)]
pub enum EvalCommand {
    /// Put the shards of an evaluation together: the same results as if one machine had run it
    Merge(MergeArgs),
}

/// `enact eval merge`.
#[derive(Clone, Debug, Args)]
pub struct MergeArgs {
    /// The folders of --out of all shards, in any order
    #[arg(value_name = "DIR", required = true)]
    pub shards: Vec<PathBuf>,
    /// Folder for all episodes, as an evaluation in one would leave it
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How results are shown.
    #[command(flatten)]
    pub results: ResultArgs,
}

/// Prints the results of all shards; returns whether they are good enough.
///
/// # Errors
/// If the folders are not all the shards of one evaluation, each once and complete, or the results cannot
/// be kept or shown.
pub(super) fn merge(args: &MergeArgs) -> Result<bool> {
    let sink = ResultSink::open(&args.results)?;
    let merged = merge::merge(&args.shards, env!("CARGO_PKG_VERSION"))?;
    if let Some(folder) = &args.out {
        merged.save_episodes(folder)?;
    }
    sink.show_and_check_thresholds(&Results {
        suite: &merged.first.suite,
        seed: merged.first.seed,
        settings: &merged.first.settings,
        command: &merged.first.command,
        records: &merged.records,
    })
}
