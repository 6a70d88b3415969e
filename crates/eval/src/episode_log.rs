//! What a run shows on the way.

use enact_plan::{Skill, Verdict};
use enact_robot::Robot;
use enact_runtime::{Event, Observer};
use enact_sim::Simulator;
use enact_types::JointVector;
use serde::{Deserialize, Serialize};

/// A joint may be measured this far beyond its limit: play and overshoot of the servo, rad.
const PLAY: f64 = 0.02;

/// Fingertips this near to the middle of an object, seen from above, point at it, meters.
const OVER: f64 = 0.03;

/// What the planner was asked and said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannerQuery {
    /// As it was asked.
    pub prompt: String,
    /// As it answered.
    pub completion: String,
    /// Whether every step of it that was tried worked.
    pub worked: bool,
}

/// Notes of a run.
pub struct EpisodeLog<'a> {
    robot: &'a Robot,
    simulator: &'a Simulator,
    /// The role that is to be pointed at.
    target: Option<&'a str>,
    pointing: bool,
    /// Whether the fingertips were truly held above that, at the end of a motion of pointing.
    pub pointed: bool,
    /// What was listed at the first look.
    pub first_seen: Option<Vec<String>>,
    /// Whether every joint was measured within its limits.
    pub within_limits: bool,
    /// Every question to the planner.
    pub asked: Vec<PlannerQuery>,
}

impl<'a> EpisodeLog<'a> {
    /// Empty notes on a run of `robot`, in which it may have to point at `target`.
    pub fn new(robot: &'a Robot, simulator: &'a Simulator, target: Option<&'a str>) -> Self {
        Self {
            robot,
            simulator,
            target,
            pointing: false,
            pointed: false,
            first_seen: None,
            within_limits: true,
            asked: Vec::new(),
        }
    }

    /// Whether the fingertips are above the target, whatever the robot takes it for.
    fn is_above(&self, joints: &JointVector) -> bool {
        let tips = self.robot.working_point(joints);
        let target = self
            .target
            .and_then(|name| self.simulator.with_world(|world| world.object(name)));
        target.is_some_and(|object| {
            let off = tips.coords - object.pose.translation.vector;
            off.xy().norm() < OVER && off.z > object.size[2] / 2.0
        })
    }
}

impl Observer for EpisodeLog<'_> {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::Perceived { objects, .. } if self.first_seen.is_none() => {
                let names = objects.iter().map(|object| object.name.clone());
                self.first_seen = Some(names.collect());
            }
            Event::StepStarted(step) => self.pointing = step.skill() == Skill::Point,
            Event::MotionEnded(execution) => {
                self.pointed |= self.pointing && self.is_above(&execution.state.position);
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
            Event::Planned { answer, .. } => self.asked.push(PlannerQuery {
                prompt: answer.prompt.clone(),
                completion: answer.completion.clone(),
                worked: answer.parsed.is_ok(),
            }),
            Event::StepVerified(outcome) => {
                if let Some(asked) = self.asked.last_mut() {
                    asked.worked &= outcome.verdict == Verdict::Yes;
                }
            }
            _ => {}
        }
    }
}
