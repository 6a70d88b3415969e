//! The table.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use crate::episode::EpisodeResult;
use crate::failure::Failure;
use crate::wilson::Proportion;

/// A harder push against what the arm is never to touch is a bump, newtons.
const GENTLE: f64 = 0.5;

/// What came of a suite.
#[derive(Clone, Debug, Serialize)]
pub struct SuiteReport {
    /// Which.
    pub suite: String,
    /// What chance decided.
    pub seed: u64,
    /// Episodes.
    pub episodes: u64,
    /// Those that succeeded.
    pub successes: u64,
    /// The same with its interval.
    pub share: Proportion,
    /// By task, in the order of the suite.
    pub by_task: Vec<(String, Proportion)>,
    /// Those that failed.
    pub failures: Vec<FailedEpisode>,
    /// Steps that the gate admitted, of those tried.
    pub executable: Proportion,
    /// Episodes in which every joint was measured within its limits.
    pub within_limits: Proportion,
    /// Episodes in which nothing pushed harder than half a newton against what the arm is never
    /// to touch.
    pub gentle: Proportion,
    /// Turns of the loop, mean.
    pub turns: f64,
    /// Time of an episode, means.
    pub seconds: Seconds,
}

/// Seconds an episode, mean.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Seconds {
    /// Simulated.
    pub simulated: f64,
    /// On the wall.
    pub wall: f64,
    /// The model's part of that.
    pub model: f64,
}

/// A failed episode.
#[derive(Clone, Debug, Serialize)]
pub struct FailedEpisode {
    /// Why.
    pub kind: Failure,
    /// Its number.
    pub episode: u64,
    /// The suite's seed.
    pub seed: u64,
    /// Name of its task.
    pub task: String,
    /// What the person said.
    pub instruction: String,
    /// What shows it again.
    pub command: String,
}

impl SuiteReport {
    /// Sums up the records; `command` is what shows an episode again but for its number.
    pub fn new(suite: &str, seed: u64, records: &[EpisodeResult], command: &str) -> Self {
        let mut by_task: Vec<(String, u64, u64)> = Vec::new();
        for record in records {
            let index = by_task
                .iter()
                .position(|(name, ..)| *name == record.task)
                .unwrap_or_else(|| {
                    by_task.push((record.task.clone(), 0, 0));
                    by_task.len() - 1
                });
            by_task[index].1 += u64::from(record.success);
            by_task[index].2 += 1;
        }
        let count =
            |fits: fn(&EpisodeResult) -> bool| records.iter().filter(|r| fits(r)).count() as u64;
        let sum = |of: fn(&EpisodeResult) -> u64| records.iter().map(of).sum::<u64>();
        let mean = |of: fn(&EpisodeResult) -> f64| {
            records.iter().map(of).sum::<f64>() / records.len().max(1) as f64
        };
        let episodes = records.len() as u64;
        let successes = count(|record| record.success);
        Self {
            suite: suite.to_owned(),
            seed,
            episodes,
            successes,
            share: Proportion::new(successes, episodes),
            by_task: by_task
                .into_iter()
                .map(|(name, successes, of)| (name, Proportion::new(successes, of)))
                .collect(),
            failures: failures(seed, records, command),
            executable: Proportion::new(sum(|r| r.admitted), sum(|r| r.steps)),
            within_limits: Proportion::new(count(|record| record.within_limits), episodes),
            gentle: Proportion::new(count(|record| record.hardest_bump <= GENTLE), episodes),
            turns: mean(|record| f64::from(record.turns)),
            seconds: Seconds {
                simulated: mean(|record| record.sim_seconds),
                wall: mean(|record| record.wall_seconds),
                model: mean(|record| record.model_seconds),
            },
        }
    }

    /// As text for a terminal: the table, the rest of the figures, every failure.
    pub fn table(&self) -> String {
        let mut text = self.markdown();
        let _ = writeln!(
            text,
            "\nsteps admitted {:.1} %, within limits {} of {}, without a bump {} of {}, {:.2} turns, {:.1} s simulated, {:.2} s wall, {:.2} s model",
            100.0 * self.executable.value(),
            self.within_limits.successes,
            self.within_limits.of,
            self.gentle.successes,
            self.gentle.of,
            self.turns,
            self.seconds.simulated,
            self.seconds.wall,
            self.seconds.model
        );
        text + &self.failure_list()
    }

    /// Success by task, as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "| {} | success | 95 % interval | episodes |\n|---|---|---|---|\n",
            self.suite
        );
        let mut row = |name: &str, share: &Proportion| {
            let _ = writeln!(
                text,
                "| {name} | {:.1} % | {:.1}–{:.1} % | {} |",
                100.0 * share.value(),
                100.0 * share.low,
                100.0 * share.high,
                share.of
            );
        };
        for (name, share) in &self.by_task {
            row(name, share);
        }
        row("**all**", &self.share);
        text
    }

    fn failure_list(&self) -> String {
        let mut kinds: BTreeMap<Failure, Vec<&FailedEpisode>> = BTreeMap::new();
        for failure in &self.failures {
            kinds.entry(failure.kind).or_default().push(failure);
        }
        let mut text = String::new();
        for (kind, episodes) in kinds {
            let _ = writeln!(text, "\n{kind}: {}", episodes.len());
            for failed in episodes {
                let _ = writeln!(
                    text,
                    "- {}: “{}”  `{}`",
                    failed.task, failed.instruction, failed.command
                );
            }
        }
        text
    }
}

fn failures(seed: u64, records: &[EpisodeResult], command: &str) -> Vec<FailedEpisode> {
    records
        .iter()
        .filter_map(|record| {
            Some(FailedEpisode {
                kind: record.failure?,
                episode: record.episode,
                seed,
                task: record.task.clone(),
                instruction: record.instruction.clone(),
                command: format!("{command} --episode {}", record.episode),
            })
        })
        .collect()
}
