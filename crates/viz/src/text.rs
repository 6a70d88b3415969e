//! Prompts, completions, plans and verdicts.

use enact_plan::{Exchange, ModelResponse, ObjectView, Outcome, Verdict};
use enact_runtime::TaskReport;
use rerun::{RecordingStream, RecordingStreamResult, TextDocument, TextLog, TextLogLevel};

/// The run as lines of text, oldest first.
pub(crate) const TEXT_LOG_PATH: &str = "log";

/// What methods said on the way to the latest plan.
pub(crate) const EXCHANGES_PATH: &str = "model/plan/exchanges";

/// The two kinds of question to a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueryKind {
    /// The objects in the picture.
    Perception,
    /// The steps to take.
    Plan,
}

impl QueryKind {
    /// Returns the document with the text that was sent.
    pub(crate) fn prompt_path(self) -> &'static str {
        match self {
            Self::Perception => "model/perception/prompt",
            Self::Plan => "model/plan/prompt",
        }
    }

    /// Returns the document with the text that was received.
    pub(crate) fn completion_path(self) -> &'static str {
        match self {
            Self::Perception => "model/perception/completion",
            Self::Plan => "model/plan/completion",
        }
    }
}

/// Logs a line about normal progress.
pub(crate) fn log_info(
    stream: &RecordingStream,
    topic: &str,
    text: &str,
) -> RecordingStreamResult<()> {
    line(stream, topic, text, TextLogLevel::INFO)
}

/// Logs a line about something unexpected.
pub(crate) fn log_warning(
    stream: &RecordingStream,
    topic: &str,
    text: &str,
) -> RecordingStreamResult<()> {
    line(stream, topic, text, TextLogLevel::WARN)
}

fn line(
    stream: &RecordingStream,
    topic: &str,
    text: &str,
    level: &str,
) -> RecordingStreamResult<()> {
    // All lines share one entity, because the viewer sorts lines of the same time by entity.
    let line = TextLog::new(format!("{topic}: {text}"));
    stream.log(TEXT_LOG_PATH, &line.with_level(level))
}

/// Logs what methods said on the way to a plan, as a conversation.
pub(crate) fn log_exchanges(
    stream: &RecordingStream,
    exchanges: &[Exchange],
) -> RecordingStreamResult<()> {
    if exchanges.is_empty() {
        return Ok(());
    }
    let spoken: Vec<String> = exchanges
        .iter()
        .map(|it| format!("**{}** ({:?})\n{}", it.method, it.kind, verbatim(&it.text)))
        .collect();
    let text = TextDocument::from_markdown(spoken.join("\n"));
    stream.log(EXCHANGES_PATH, &text)?;
    exchanges.iter().try_for_each(|it| {
        let first = it.text.lines().next().unwrap_or_default();
        log_info(stream, &it.method, first)
    })
}

/// Logs the model's prompt and completion verbatim, and the reason if the completion is rejected.
pub(crate) fn log_model_response<T>(
    stream: &RecordingStream,
    question: QueryKind,
    answer: &ModelResponse<T>,
) -> RecordingStreamResult<()> {
    let mut completion = verbatim(&answer.completion);
    if !answer.thinking.is_empty() {
        completion = format!(
            "Thought aloud:\n{}\n{completion}",
            verbatim(&answer.thinking)
        );
    }
    for (path, text) in [
        (question.prompt_path(), verbatim(&answer.prompt)),
        (question.completion_path(), completion),
    ] {
        stream.log(path, &TextDocument::from_markdown(text))?;
    }
    match &answer.parsed {
        Ok(_) => Ok(()),
        Err(rejection) => log_warning(stream, "rejected", &rejection.to_string()),
    }
}

/// Logs the objects on the table and the detections that were dropped.
pub(crate) fn log_perception(
    stream: &RecordingStream,
    objects: &[ObjectView],
    dropped: &[String],
) -> RecordingStreamResult<()> {
    let names: Vec<_> = objects.iter().map(|object| object.name.as_str()).collect();
    let seen = if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    };
    log_info(stream, "seen", &seen)?;
    dropped
        .iter()
        .try_for_each(|reason| log_warning(stream, "dropped", reason))
}

/// Logs the outcome of a step.
pub(crate) fn log_step_outcome(
    stream: &RecordingStream,
    outcome: &Outcome,
) -> RecordingStreamResult<()> {
    let tell = match outcome.verdict {
        Verdict::Yes => log_info,
        Verdict::No | Verdict::Unknown | Verdict::Refused => log_warning,
    };
    tell(stream, "verdict", &outcome.to_string())
}

/// Logs the end of the task.
pub(crate) fn log_task_end(
    stream: &RecordingStream,
    report: &TaskReport,
) -> RecordingStreamResult<()> {
    let tell = if report.reports_success() {
        log_info
    } else {
        log_warning
    };
    let turns = if report.turns == 1 { "turn" } else { "turns" };
    let text = format!(
        "{:?} after {} {turns} and {:.1} s",
        report.ending, report.turns, report.arm_seconds
    );
    tell(stream, "ended", &text)
}

/// Formats `text` as a code block that nothing in it can close.
fn verbatim(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_closes_the_code_block_early() {
        assert_eq!(verbatim("a"), "```text\na\n```\n");
        assert_eq!(verbatim("a\n```\nb"), "````text\na\n```\nb\n````\n");
    }
}
