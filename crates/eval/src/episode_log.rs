//! Notes that the judge takes during a run.

use enact_plan::{ObjectView, Skill, Verdict};
use enact_robot::Robot;
use enact_runtime::{Event, Observer};
use enact_sim::Simulator;
use enact_types::JointVector;
use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::suite::SuiteTask;

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
    task: &'a SuiteTask,
    /// Roles of what was first below the fingertips, while a pointing step is carried out.
    below: Option<Vec<String>>,
    /// For each step that pointed, the roles of what was really below the fingertips.
    pub pointed: Vec<Vec<String>>,
    /// How many of the states that must come about have come about.
    pub states_seen: usize,
    /// Whether a state came about that never must.
    pub is_spoilt: bool,
    /// Objects listed at the first look.
    pub first_seen: Option<Vec<ObjectView>>,
    /// The first picture.
    pub first_picture: Option<RgbImage>,
    /// Whether every joint was measured within its limits.
    pub within_limits: bool,
    /// Every question to the planner.
    pub asked: Vec<PlannerQuery>,
}

impl<'a> EpisodeLog<'a> {
    /// Creates empty notes on a run of `robot` at a task.
    pub fn new(robot: &'a Robot, simulator: &'a Simulator, task: &'a SuiteTask) -> Self {
        Self {
            robot,
            simulator,
            task,
            below: None,
            pointed: Vec::new(),
            states_seen: 0,
            is_spoilt: false,
            first_seen: None,
            first_picture: None,
            within_limits: true,
            asked: Vec::new(),
        }
    }

    /// Returns the roles of what is below the fingertips, whatever the robot takes it for.
    fn below(&self, joints: &JointVector) -> Vec<String> {
        let tips = self.robot.working_point(joints);
        let objects = self.simulator.with_world(|world| world.objects());
        let is_below = |object: &enact_sim::ObjectState| {
            let off = tips.coords - object.pose.translation.vector;
            off.xy().norm() < OVER && off.z > object.size[2] / 2.0
        };
        let below = objects.into_iter().filter(is_below);
        below.map(|object| object.name).collect()
    }

    /// Notes the states of the table that the task asks about.
    fn look(&mut self) {
        let (next, never) = (self.task.during.get(self.states_seen), &self.task.never);
        let (has_come, is_spoilt) = self.simulator.with_world(|world| {
            let has_come = next.is_some_and(|goal| goal.is_satisfied(world));
            (has_come, never.iter().any(|goal| goal.is_satisfied(world)))
        });
        self.states_seen += usize::from(has_come);
        self.is_spoilt |= is_spoilt;
    }
}

impl Observer for EpisodeLog<'_> {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::FrameCaptured(frame) if self.first_picture.is_none() => {
                self.first_picture = Some(frame.rgb.clone());
            }
            Event::Perceived { objects, .. } if self.first_seen.is_none() => {
                self.first_seen = Some(objects.to_vec());
            }
            Event::StepStarted(step) => {
                self.below = (step.skill() == Skill::Point).then(Vec::new);
            }
            Event::MotionEnded(execution) => {
                // After it has pointed, the arm goes out of its own view.
                if self.below.as_ref().is_some_and(Vec::is_empty) {
                    self.below = Some(self.below(&execution.state.position));
                }
                self.look();
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
                if let Some(below) = self.below.take()
                    && outcome.verdict == Verdict::Yes
                {
                    self.pointed.push(below);
                }
                if let Some(asked) = self.asked.last_mut() {
                    asked.worked &= outcome.verdict == Verdict::Yes;
                }
            }
            _ => {}
        }
    }
}
