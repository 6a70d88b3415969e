//! The run as a conversation, from the instruction to its end.

use std::collections::VecDeque;

use enact_plan::{ObjectView, Plan, Step, Verdict};
use enact_runtime::Event;
use rerun::{RecordingStream, RecordingStreamResult, TextDocument};

/// The document.
pub(crate) const CONVERSATION_PATH: &str = "conversation";

/// Number of paragraphs kept; older ones are dropped.
const MAX_PARAGRAPHS: usize = 200;

/// The conversation so far, by paragraphs.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    paragraphs: VecDeque<String>,
}

impl Conversation {
    /// Adds the words of an event, if it has any.
    pub(crate) fn log_event(
        &mut self,
        stream: &RecordingStream,
        event: &Event<'_>,
    ) -> RecordingStreamResult<()> {
        let more = paragraphs(event);
        if more.is_empty() {
            return Ok(());
        }
        self.paragraphs.extend(more);
        let excess = self.paragraphs.len().saturating_sub(MAX_PARAGRAPHS);
        self.paragraphs.drain(..excess);
        let text = self.paragraphs.make_contiguous().join("\n\n");
        stream.log(CONVERSATION_PATH, &TextDocument::from_markdown(text))
    }
}

fn paragraphs(event: &Event<'_>) -> Vec<String> {
    let say = |who: &str, what: &str| vec![format!("**{who}** {}", plain(what))];
    match event {
        Event::TaskStarted { instruction, .. } => vec![format!("### {}", plain(instruction))],
        Event::TurnStarted(turn) => vec![format!("*Turn {turn}*")],
        Event::Perceived {
            answer,
            objects,
            dropped,
        } => {
            let mut said = match &answer.parsed {
                Ok(_) => say("Seen", &names(objects)),
                Err(rejection) => say("Not understood", &rejection.to_string()),
            };
            said.extend(dropped.iter().flat_map(|reason| say("Not taken", reason)));
            said
        }
        Event::Planned { answer, .. } => match &answer.parsed {
            Ok(plan) => vec![format!("**Plan**\n\n{}", list(plan))],
            Err(rejection) => say("Plan rejected", &rejection.to_string()),
        },
        Event::Approved(true) => say("Person", "agrees"),
        Event::Approved(false) => say("Person", "does not agree"),
        Event::StepVerified(outcome) => {
            let verdict = match outcome.verdict {
                Verdict::Yes => "Worked",
                Verdict::No => "Failed",
                Verdict::Unknown => "Unclear",
                Verdict::Refused => "Refused",
            };
            let why = match outcome.reason.as_str() {
                "" => String::new(),
                reason => format!(": {reason}"),
            };
            say(verdict, &format!("{}{why}", outcome.step))
        }
        Event::Said(words) => say("Robot", words),
        Event::TaskEnded(report) => say("Ended", &format!("{:?}", report.ending)),
        Event::TaskFailed(error) => say("Broke", &error.to_string()),
        Event::CollisionWorld { .. }
        | Event::ApprovalRequired
        | Event::UserCommand(_)
        | Event::FrameCaptured(_)
        | Event::Previewed(_)
        | Event::StepStarted(_)
        | Event::MotionStarted { .. }
        | Event::MotionEnded(_)
        | Event::StateRead(_) => Vec::new(),
    }
}

fn list(plan: &Plan) -> String {
    let line =
        |(index, step): (usize, &Step)| format!("{}. {}", index + 1, plain(&step.to_string()));
    let lines: Vec<String> = plan.steps.iter().enumerate().map(line).collect();
    lines.join("\n")
}

fn names(objects: &[ObjectView]) -> String {
    if objects.is_empty() {
        return "nothing".to_owned();
    }
    let name = |object: &ObjectView| match object.reachable {
        true => object.name.clone(),
        false => format!("{} (out of reach)", object.name),
    };
    objects.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Escapes `text` for Markdown, so that words from a picture or a model are shown as they are.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => plain.push(' '),
            _ if letter.is_ascii_punctuation() && !",.:;()'-%/".contains(letter) => {
                plain.push('\\');
                plain.push(letter);
            }
            _ => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::Outcome;

    #[test]
    fn words_cannot_format_themselves() {
        assert_eq!(plain("put it, please"), "put it, please");
        assert_eq!(
            plain("# [x](http://y)\n<b>*!"),
            r"\# \[x\](http://y) \<b\>\*\!"
        );
    }

    #[test]
    fn a_verdict_is_said_once() {
        let outcome = |reason: &str| Outcome {
            step: Step::home_step(),
            verdict: Verdict::Refused,
            reason: reason.to_owned(),
        };
        let said = |reason| paragraphs(&Event::StepVerified(&outcome(reason)));
        assert_eq!(said(""), ["**Refused** home"]);
        assert_eq!(said("too far"), ["**Refused** home: too far"]);
    }

    #[test]
    fn a_plan_is_a_list() {
        let plan = Plan {
            steps: vec![Step::pick_step("red_cube"), Step::done_step()],
        };
        assert_eq!(list(&plan), "1. pick red\\_cube\n2. done");
    }
}
