//! Notes that the judge takes during a run.

use enact_plan::{Skill, Verdict};
use enact_robot::Robot;
use enact_runtime::{Event, Observer};
use enact_sim::Simulator;
use enact_types::JointVector;
use serde::{Deserialize, Serialize};

/// Tolerated excess of a measured joint over its limit, from play and overshoot of the servo, rad.
const PLAY: f64 = 0.02;

/// Largest horizontal distance from fingertips to an object's center that counts as pointing at it,
/// meters.
const OVER: f64 = 0.03;

/// A question to the planner and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannerQuery {
    /// Prompt as it was sent.
    pub prompt: String,
    /// Completion as it was received.
    pub completion: String,
    /// Whether every attempted step of the plan worked.
    pub worked: bool,
}

/// Notes of a run.
pub struct EpisodeLog<'a> {
    robot: &'a Robot,
    simulator: &'a Simulator,
    /// Role of the object to point at.
    target: Option<&'a str>,
    pointing: bool,
    /// Whether the fingertips were really above the target at the end of a pointing motion.
    pub pointed: bool,
    /// Objects listed at the first look.
    pub first_seen: Option<Vec<String>>,
    /// Whether every joint was measured within its limits.
    pub within_limits: bool,
    /// Every question to the planner.
    pub asked: Vec<PlannerQuery>,
}

impl<'a> EpisodeLog<'a> {
    /// Creates empty notes on a run of `robot`, in which it may have to point at `target`.
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

    /// Returns whether the fingertips are above the target, whatever the robot takes it for.
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
