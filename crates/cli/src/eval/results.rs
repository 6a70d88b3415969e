//! The results of an evaluation, printed and judged by thresholds.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use enact_eval::episode::EpisodeResult;
use enact_eval::page::ResultsPage;
use enact_eval::report::SuiteReport;
use enact_eval::store;

use crate::out;

/// How results are shown, and which are good enough.
#[derive(Clone, Debug, Args)]
pub struct ResultArgs {
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
    /// Print only the table, as Markdown
    #[arg(long, conflicts_with = "json")]
    pub md: bool,
    /// Write a page for a browser to this folder: results by kind, and each failure with pictures
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Folder of an earlier --out with which the page compares
    #[arg(long, value_name = "DIR", requires = "report")]
    pub compare: Option<PathBuf>,
    /// Exit with status 1 if the success rate is below this percentage
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0, value_parser = percent)]
    pub floor: f64,
    /// Exit with status 1 if more than this percentage of the episodes are wrong
    #[arg(long, value_name = "PERCENT", default_value_t = 100.0, value_parser = percent)]
    pub most_wrong: f64,
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=100.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 100".to_owned()),
    }
}

/// What came of a suite.
pub(super) struct Results<'a> {
    /// Name of the suite.
    pub suite: &'a str,
    /// Its seed.
    pub seed: u64,
    /// What else the episodes depend on.
    pub settings: &'a str,
    /// Command that shows an episode again, without its number.
    pub command: &'a str,
    /// The episodes by number.
    pub records: &'a [EpisodeResult],
}

/// Where results go.
pub(super) struct ResultSink<'a> {
    args: &'a ResultArgs,
    earlier: Option<Vec<EpisodeResult>>,
}

impl<'a> ResultSink<'a> {
    /// Reads and makes what is needed to show results, so that what cannot be is told before anything
    /// is run.
    ///
    /// # Errors
    /// If the earlier evaluation cannot be read, or the folder of the page cannot be made.
    pub(super) fn open(args: &'a ResultArgs) -> Result<Self> {
        let earlier = args.compare.as_deref().map(store::load).transpose()?;
        if let Some(folder) = &args.report {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        Ok(Self { args, earlier })
    }

    /// Prints the results, and writes the page; returns whether they are good enough.
    ///
    /// # Errors
    /// If the page cannot be written.
    pub(super) fn show_and_check_thresholds(&self, results: &Results<'_>) -> Result<bool> {
        let Results {
            suite,
            seed,
            settings,
            command,
            records,
        } = *results;
        let report = SuiteReport::new(suite, seed, records, command);
        if let Some(folder) = &self.args.report {
            let compared = self.args.compare.as_ref();
            let compared = compared.map(|folder| folder.display().to_string());
            let page = ResultsPage {
                suite,
                settings,
                records,
                earlier: compared.as_deref().zip(self.earlier.as_deref()),
                command,
            };
            let path = folder.join("index.html");
            std::fs::write(&path, page.html())
                .with_context(|| format!("cannot write {}", path.display()))?;
            errln!("enact: {} shows the results", path.display());
        }
        if self.args.json {
            outln!("{}", serde_json::to_string(&report)?);
        } else if self.args.md {
            out::print_to_stdout(&report.markdown());
        } else {
            out::print_to_stdout(&report.table());
            let seconds = &report.seconds;
            errln!(
                "{:>9}  {:.2} s an episode, {:.2} s of them the model's",
                "wall time",
                seconds.wall,
                seconds.model
            );
        }
        let wrong = report
            .outcomes
            .last()
            .map_or(0.0, |all| all.proportion_of_total(all.wrong).value());
        Ok(
            100.0 * report.share.value() >= self.args.floor
                && 100.0 * wrong <= self.args.most_wrong,
        )
    }
}
