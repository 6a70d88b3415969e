//! The table of suites and methods: what each method is worth, and what it costs.

use std::fmt::Write;

use serde::Serialize;

use crate::episode::EpisodeResult;
use crate::outcome::EpisodeOutcome;
use crate::paired::PairedTest;
use crate::wilson::Proportion;

/// A suite done with some methods.
#[derive(Clone, Debug, Serialize)]
pub struct AblationRow {
    /// Name of the suite.
    pub suite: String,
    /// The methods, as they were named.
    pub methods: String,
    /// Share of successful episodes with its interval.
    pub success: Proportion,
    /// Share of wrong episodes: neither right nor honest.
    pub wrong: Proportion,
    /// How it differs from the first row of its suite in the same episodes; none for that row.
    pub against_first: Option<PairedTest>,
    /// Mean cost of an episode.
    pub cost: MeanCost,
}

/// Mean cost of an episode.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct MeanCost {
    /// Requests to the model.
    pub requests: f64,
    /// Tokens that it read, pictures included.
    pub prompt_tokens: f64,
    /// Tokens that it wrote.
    pub completion_tokens: f64,
    /// Wall time that it took, seconds.
    pub model_seconds: f64,
    /// All wall time, seconds.
    pub seconds: f64,
}

impl AblationRow {
    /// Summarizes the episodes of a suite; `first` are those of the suite's first row.
    pub fn new(
        suite: &str,
        methods: &str,
        records: &[EpisodeResult],
        first: Option<&[EpisodeResult]>,
    ) -> Self {
        let of = records.len() as u64;
        let count = |fits: fn(&EpisodeResult) -> bool| {
            Proportion::new(records.iter().filter(|it| fits(it)).count() as u64, of)
        };
        let mean = |of: fn(&EpisodeResult) -> f64| {
            records.iter().map(of).sum::<f64>() / records.len().max(1) as f64
        };
        let successes = |records: &[EpisodeResult]| -> Vec<(u64, bool)> {
            let success = |it: &EpisodeResult| (it.episode, it.success);
            records.iter().map(success).collect()
        };
        Self {
            suite: suite.to_owned(),
            methods: methods.to_owned(),
            success: count(|it| it.success),
            wrong: count(|it| matches!(it.outcome, Some(EpisodeOutcome::Wrong(_)))),
            against_first: first.map(|first| PairedTest::new(successes(records), successes(first))),
            cost: MeanCost {
                requests: mean(|it| f64::from(it.usage.requests)),
                prompt_tokens: mean(|it| f64::from(it.usage.prompt_tokens)),
                completion_tokens: mean(|it| f64::from(it.usage.completion_tokens)),
                model_seconds: mean(|it| it.model_seconds),
                seconds: mean(|it| it.wall_seconds),
            },
        }
    }
}

/// Formats rows as Markdown. Costs are means of an episode.
pub fn markdown(rows: &[AblationRow]) -> String {
    let mut text = String::from(
        "| suite | methods | success | 95 % interval | against the first | wrong | requests | tokens read | tokens written | model | all |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let AblationRow {
            suite,
            methods,
            success,
            wrong,
            against_first,
            cost,
        } = row;
        let _ = writeln!(
            text,
            "| {suite} | {methods} | {:.1} % | {:.1}–{:.1} % | {} | {} of {} | {:.1} | {:.0} | {:.0} | {:.2} s | {:.2} s |",
            100.0 * success.value(),
            100.0 * success.low,
            100.0 * success.high,
            against_first
                .as_ref()
                .map_or_else(|| "–".to_owned(), difference),
            wrong.successes,
            wrong.of,
            cost.requests,
            cost.prompt_tokens,
            cost.completion_tokens,
            cost.model_seconds,
            cost.seconds,
        );
    }
    text
}

/// Returns what a comparison says, with the episodes won and lost.
fn difference(test: &PairedTest) -> String {
    let verdict = if test.is_significantly_better() {
        "better"
    } else if test.is_significantly_worse() {
        "worse"
    } else {
        "no difference shown"
    };
    format!(
        "{verdict} (+{} −{}, p {:.2})",
        test.won, test.lost, test.p_value
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    /// Returns episodes of which the first `successes` succeed.
    fn records(of: u64, successes: u64) -> Vec<EpisodeResult> {
        let record = |number: u64| {
            let success = number < successes;
            let mut record: EpisodeResult = serde_json::from_value(json!({
                "episode": number, "task": "t", "instruction": "i", "success": success,
                "failure": null, "outcome": if success { json!("right") } else { json!({"wrong": "moved"}) },
                "within_limits": true, "steps": 0, "admitted": 0, "turns": 1,
                "sim_seconds": 0.0, "wall_seconds": 2.0, "model_seconds": 0.5, "said": [],
            }))
            .unwrap();
            record.usage.requests = 3;
            record.usage.prompt_tokens = 100;
            record.usage.decode_time = Duration::from_secs(1);
            record
        };
        (0..of).map(record).collect()
    }

    #[test]
    fn a_row_says_what_a_method_gives_and_costs() {
        let first = records(20, 8);
        let rows = [
            AblationRow::new("core", "none", &first, None),
            AblationRow::new("core", "think=64", &records(20, 16), Some(&first)),
            AblationRow::new("core", "tools", &records(20, 9), Some(&first)),
            AblationRow::new("core", "vote=5", &records(20, 0), Some(&first)),
        ];
        let table = markdown(&rows);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines[0],
            "| core | none | 40.0 % | 21.9–61.3 % | – | 12 of 20 | 3.0 | 100 | 0 | 0.50 s | 2.00 s |"
        );
        assert!(lines[1].contains("| better (+8 −0, p 0.01) |"), "{table}");
        assert!(
            lines[2].contains("| no difference shown (+1 −0, p 1.00) |"),
            "{table}"
        );
        assert!(lines[3].contains("| worse (+0 −8, p 0.01) |"), "{table}");
    }
}
