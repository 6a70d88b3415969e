//! The results as one page for a browser that needs nothing else: no server, no network, no scripts.
//!
//! | module | idea |
//! |---|---|
//! | this one | the page |
//! | `bars` | a bar for each kind of task, with its interval |
//! | `episodes` | what happened in each episode that is not right |

mod bars;
mod episodes;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::episode::EpisodeResult;
use crate::outcome::EpisodeOutcome;
use crate::report::{OutcomeCounts, counts_by_kind};

/// Makes a browser refuse to fetch anything from anywhere.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const STYLE: &str = include_str!("style.css");

/// What a page shows.
#[derive(Clone, Copy, Debug)]
pub struct ResultsPage<'a> {
    /// Name of the suite.
    pub suite: &'a str,
    /// What the settings were, in words.
    pub settings: &'a str,
    /// Episodes, by number.
    pub records: &'a [EpisodeResult],
    /// An earlier evaluation to compare with: its name and its episodes.
    pub earlier: Option<(&'a str, &'a [EpisodeResult])>,
    /// Command that shows an episode again when `--episode K` is appended.
    pub command: &'a str,
}

impl ResultsPage<'_> {
    /// Writes the page.
    pub fn html(&self) -> String {
        let title = format!("enact eval {}", self.suite);
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    h1 { (title) }
                    p.settings { (self.settings) }
                    (self.summary())
                    (self.chart())
                    (episodes::list_wrong_and_honest(self))
                }
            }
        };
        page.into_string()
    }

    fn summary(&self) -> Markup {
        let all = total(self.records);
        let before = self.earlier.map(|(_, records)| total(records));
        html! {
            table.summary {
                thead { tr {
                    th { "of " (self.records.len()) " episodes" }
                    th { "now" }
                    @if let Some((name, _)) = self.earlier { th { (name) } }
                } }
                tbody {
                    @for (name, count) in shares() { tr {
                        th { span class={ "dot " (name) } {} (name) }
                        td { (percent(&all, count)) }
                        @if let Some(before) = &before { td { (percent(before, count)) } }
                    } }
                }
            }
            @if !all.faults.is_empty() {
                p { "wrong: " (faults(&all)) }
            }
            @if let Some((_, earlier)) = self.earlier {
                (changes(self.records, earlier))
            }
        }
    }

    fn chart(&self) -> Markup {
        let kinds = counts_by_kind(self.records);
        let earlier = self.earlier.map(|(_, records)| counts_by_kind(records));
        html! {
            h2 { "By kind" }
            p.legend {
                @for (name, _) in shares() { span class={ "dot " (name) } {} (name) " " }
                "; the line is the 95 % interval of right"
                @if earlier.is_some() { "; the thin bar is the earlier evaluation" }
            }
            (bars::chart(&kinds, earlier.as_deref()))
        }
    }
}

/// Counts the episodes of one outcome.
type Share = fn(&OutcomeCounts) -> u64;

/// The three shares of an evaluation.
fn shares() -> [(&'static str, Share); 3] {
    [
        ("right", |counts| counts.right),
        ("honest", |counts| counts.honest),
        ("wrong", |counts| counts.wrong),
    ]
}

fn total(records: &[EpisodeResult]) -> OutcomeCounts {
    let mut all = OutcomeCounts::zero_for_kind("all");
    let outcomes = records.iter().filter_map(|record| record.outcome);
    outcomes.for_each(|outcome| all.count_outcome(outcome));
    all
}

fn percent(counts: &OutcomeCounts, count: fn(&OutcomeCounts) -> u64) -> String {
    let share = counts.proportion_of_total(count(counts));
    format!(
        "{:.1} % ({:.1}–{:.1}), {} of {}",
        100.0 * share.value(),
        100.0 * share.low,
        100.0 * share.high,
        share.successes,
        share.of
    )
}

fn faults(counts: &OutcomeCounts) -> String {
    let each = counts.faults.iter();
    let words: Vec<String> = each
        .map(|(fault, count)| format!("{fault} {count}"))
        .collect();
    words.join(", ")
}

/// Says in how many episodes with the same sentence the outcome is another than before.
fn changes(records: &[EpisodeResult], earlier: &[EpisodeResult]) -> Markup {
    let (mut same, mut better, mut worse) = (0, 0, 0);
    for record in records {
        let Some(before) = same_episode(record, earlier) else {
            continue;
        };
        same += 1;
        let rank = |outcome: Option<EpisodeOutcome>| match outcome {
            Some(EpisodeOutcome::Right) => 0,
            Some(EpisodeOutcome::Honest) => 1,
            Some(EpisodeOutcome::Wrong(_)) | None => 2,
        };
        better += usize::from(rank(record.outcome) < rank(before.outcome));
        worse += usize::from(rank(record.outcome) > rank(before.outcome));
    }
    html! {
        p {
            @if same == 0 {
                "No episode has the same number and sentence as in the earlier evaluation."
            } @else {
                "Of " (same) " episodes with the same sentence, " (better) " came out better and "
                (worse) " worse."
            }
        }
    }
}

/// Returns the earlier episode with the same number and sentence.
fn same_episode<'a>(
    record: &EpisodeResult,
    earlier: &'a [EpisodeResult],
) -> Option<&'a EpisodeResult> {
    earlier.iter().find(|before| {
        (before.episode, &before.instruction) == (record.episode, &record.instruction)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshots::Snapshots;
    use serde_json::json;

    fn record(episode: u64, outcome: serde_json::Value) -> EpisodeResult {
        let success = outcome == "right";
        let record = json!({
            "episode": episode, "task": "talk: hello", "instruction": "put <b>it</b> & that in",
            "success": success, "failure": (!success).then_some("spoke"), "outcome": outcome,
            "verdicts": [{"skill": "pick", "object": "red cube", "verdict": "no", "reason": "it slipped"}],
            "table": [{"role": "object", "label": "red cube", "at": [0.2, 0.0], "rests": "pot"},
                {"role": "pot", "label": "blue bowl", "at": [0.2, 0.1]}],
            "moved": ["object"], "within_limits": true, "steps": 1, "admitted": 1, "turns": 1,
            "sim_seconds": 1.0, "wall_seconds": 1.0, "model_seconds": 0.0, "said": ["I <do> not."],
            "asked": [{"prompt": "", "completion": r#"{"steps":[{"skill":"done"}]}"#, "worked": true}],
        });
        let mut record: EpisodeResult = serde_json::from_value(record).unwrap();
        record.pictures = Some(Snapshots {
            first: vec![1, 2, 3],
            last: vec![4, 5, 6],
        });
        record
    }

    fn page(records: &[EpisodeResult], earlier: &[EpisodeResult]) -> String {
        let page = ResultsPage {
            suite: "talk",
            settings: "seed 1",
            records,
            earlier: Some(("before", earlier)),
            command: "enact eval talk --seed 1",
        };
        page.html()
    }

    #[test]
    fn failures_are_told_with_pictures_and_nothing_is_fetched() {
        let records = [
            record(0, json!("right")),
            record(1, json!({"wrong": "moved"})),
            record(2, json!("honest")),
        ];
        let earlier = [
            record(1, json!("right")),
            record(2, json!({"wrong": "moved"})),
        ];
        let html = page(&records, &earlier);
        for part in [
            "put &lt;b&gt;it&lt;/b&gt; &amp; that in",
            "I &lt;do&gt; not.",
            "wrong: moved",
            "red cube in the blue bowl, blue bowl",
            "pick red cube: no",
            "it slipped",
            "enact eval talk --seed 1 --episode 1",
            "33.3 % (6.1–79.2), 1 of 3",
            "1 came out better and 1 worse",
            "data:image/jpeg;base64,AQID",
            "data:image/jpeg;base64,BAUG",
        ] {
            assert!(html.contains(part), "{part} is missing from {html}");
        }
        assert!(
            !html.contains("id=\"episode-0\""),
            "a right episode is no failure"
        );
        for outside in [
            "http:", "https:", "<script", "src=\"/", "url(", "@import", "<link",
        ] {
            assert!(!html.contains(outside), "{outside} in {html}");
        }
    }

    #[test]
    fn a_page_without_episodes_is_a_page() {
        assert!(page(&[], &[]).contains("No episode has the same"));
    }
}
