//! Prints to stderr what the robot saw, planned, did and observed.

use std::io::Write;

use enact_plan::{Exchange, ExchangeKind, ObjectView, Verdict};
use enact_runtime::{Event, Observer};

/// Maximum length of printed reasoning, characters.
const MAX_THOUGHT_CHARS: usize = 200;

/// Narrates a run as it proceeds.
#[derive(Debug)]
pub struct TerminalObserver<W> {
    sink: W,
}

impl<W: Write> TerminalObserver<W> {
    /// Creates an observer that writes to `sink`.
    pub fn new(sink: W) -> Self {
        Self { sink }
    }

    fn say(&mut self, what: &str, text: &str) {
        // Talk that nobody can hear is no reason to stop the robot.
        let _ = writeln!(self.sink, "{what:>9}  {text}");
    }

    /// Prints the beginning of a model's reasoning; all of it is in the recording.
    fn tell_thought(&mut self, thinking: &str) {
        let words: Vec<&str> = thinking.split_whitespace().collect();
        let line = words.join(" ").replace(char::is_control, "");
        if line.is_empty() {
            return;
        }
        let mut shown: String = line.chars().take(MAX_THOUGHT_CHARS).collect();
        if shown.len() < line.len() {
            shown.push('…');
        }
        self.say("thought", &shown);
    }

    /// Prints what a method did, except what it added to the prompt: that is in the recording.
    fn tell_exchange(&mut self, exchange: &Exchange) {
        if exchange.kind == ExchangeKind::Information {
            return;
        }
        if exchange.kind == ExchangeKind::Thought {
            return self.tell_thought(&exchange.text);
        }
        let words: Vec<&str> = exchange.text.split_whitespace().collect();
        let line = words.join(" ").replace(char::is_control, "");
        self.say(&exchange.method, &line);
    }
}

impl<W: Write> Observer for TerminalObserver<W> {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::TaskStarted {
                instruction, robot, ..
            } => {
                self.say("task", &format!("{instruction}  ({})", robot.name()));
            }
            Event::TurnStarted(turn) => self.say("turn", &turn.to_string()),
            Event::Perceived {
                objects,
                dropped,
                answer,
            } => {
                self.tell_thought(&answer.thinking);
                match &answer.parsed {
                    Err(rejection) => self.say("rejected", &rejection.to_string()),
                    Ok(_) => self.say("saw", &list(objects)),
                }
                for reason in *dropped {
                    self.say("dropped", reason);
                }
            }
            Event::Planned { answer, .. } => {
                for exchange in &answer.exchanges {
                    self.tell_exchange(exchange);
                }
                self.tell_thought(&answer.thinking);
                match &answer.parsed {
                    Ok(plan) => self.say("planned", &plan.to_string()),
                    Err(rejection) => self.say("rejected", &rejection.to_string()),
                }
            }
            Event::StepStarted(step) => self.say("doing", &step.to_string()),
            Event::StepVerified(outcome) => {
                let what = match outcome.verdict {
                    Verdict::Yes => "worked",
                    Verdict::No => "failed",
                    Verdict::Unknown => "unclear",
                    Verdict::Refused => "refused",
                };
                let reason = if outcome.reason.is_empty() {
                    outcome.step.to_string()
                } else {
                    format!("{}: {}", outcome.step, outcome.reason)
                };
                self.say(what, &reason);
            }
            Event::Said(text) => self.say("says", text),
            Event::TaskFailed(error) => self.say("broke", &error.to_string()),
            Event::CollisionWorld { .. }
            | Event::ApprovalRequired
            | Event::Approved(_)
            | Event::Previewed(_)
            | Event::FrameCaptured(_)
            | Event::UserCommand(_)
            | Event::MotionStarted { .. }
            | Event::MotionEnded(_)
            | Event::StateRead(_)
            | Event::TaskEnded(_) => {}
        }
    }
}

fn list(objects: &[ObjectView]) -> String {
    if objects.is_empty() {
        return "nothing".to_owned();
    }
    let one = |object: &ObjectView| {
        let mut text = format!(
            "{} at ({:.3}, {:.3})",
            object.name, object.position.x, object.position.y
        );
        if let Some((relation, other)) = &object.rests {
            text += &format!(" {} {other}", relation.name());
        }
        if !object.reachable {
            text += ", out of reach";
        }
        text
    };
    objects.iter().map(one).collect::<Vec<_>>().join("; ")
}
