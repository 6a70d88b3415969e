//! What a run shows on the way.

use enact_bridge::{Event, Observer};
use enact_plan::Verdict;
use enact_robot::Robot;
use serde::{Deserialize, Serialize};

/// A joint may be measured this far beyond its limit: play and overshoot of the servo, rad.
const PLAY: f64 = 0.02;

/// What the planner was asked and said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// As it was asked.
    pub prompt: String,
    /// As it answered.
    pub completion: String,
    /// Whether every step of it that was tried worked.
    pub worked: bool,
}

/// Notes of a run.
pub struct Notes<'a> {
    robot: &'a Robot,
    /// What was listed at the first look.
    pub first_seen: Option<Vec<String>>,
    /// Whether every joint was measured within its limits.
    pub within_limits: bool,
    /// Every question to the planner.
    pub asked: Vec<Asked>,
}

impl<'a> Notes<'a> {
    /// Empty notes on a run of `robot`.
    pub fn new(robot: &'a Robot) -> Self {
        Self {
            robot,
            first_seen: None,
            within_limits: true,
            asked: Vec::new(),
        }
    }
}

impl Observer for Notes<'_> {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::Perceived { objects, .. } if self.first_seen.is_none() => {
                let names = objects.iter().map(|object| object.name.clone());
                self.first_seen = Some(names.collect());
            }
            Event::Moved(execution) => {
                self.within_limits &= execution.samples.iter().all(|state| {
                    self.robot
                        .joints()
                        .iter()
                        .zip(state.position.iter())
                        .all(|(joint, at)| {
                            joint.limits.min - PLAY <= *at && *at <= joint.limits.max + PLAY
                        })
                });
            }
            Event::Planned { answer, .. } => self.asked.push(Asked {
                prompt: answer.prompt.clone(),
                completion: answer.completion.clone(),
                worked: answer.meaning.is_ok(),
            }),
            Event::Judged(outcome) => {
                if let Some(asked) = self.asked.last_mut() {
                    asked.worked &= outcome.verdict == Verdict::Yes;
                }
            }
            _ => {}
        }
    }
}
