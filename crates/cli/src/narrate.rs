//! Tells on stderr what the robot saw, planned, did and observed.

use std::io::Write;

use enact_bridge::{Event, Observer};
use enact_plan::{ObjectView, Verdict};

/// Tells a run as it goes.
#[derive(Debug)]
pub struct Narrator<W> {
    sink: W,
}

impl<W: Write> Narrator<W> {
    /// A narrator into `sink`.
    pub fn new(sink: W) -> Self {
        Self { sink }
    }

    fn say(&mut self, what: &str, text: &str) {
        // Talk that nobody can hear is no reason to stop the robot.
        let _ = writeln!(self.sink, "{what:>9}  {text}");
    }
}

impl<W: Write> Observer for Narrator<W> {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { task, robot, .. } => {
                self.say("task", &format!("{task}  ({})", robot.name()));
            }
            Event::Turn(turn) => self.say("turn", &turn.to_string()),
            Event::Perceived {
                objects,
                dropped,
                answer,
            } => {
                if let Err(rejection) = &answer.meaning {
                    self.say("rejected", &rejection.to_string());
                }
                self.say("saw", &list(objects));
                for reason in *dropped {
                    self.say("dropped", reason);
                }
            }
            Event::Planned { answer, .. } => match &answer.meaning {
                Ok(plan) => self.say("planned", &plan.to_string()),
                Err(rejection) => self.say("rejected", &rejection.to_string()),
            },
            Event::Step(step) => self.say("doing", &step.to_string()),
            Event::Judged(outcome) => {
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
            Event::Broke(error) => self.say("broke", &error.to_string()),
            Event::Surrounded { .. }
            | Event::Supervised
            | Event::Agreed(_)
            | Event::Rehearsed(_)
            | Event::Saw(_)
            | Event::Ordered(_)
            | Event::Moving { .. }
            | Event::Moved(_)
            | Event::Read(_)
            | Event::Ended(_) => {}
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
