//! Predicted outcomes of a plan, without moving.

use enact_ground::{Effect, Grounder, SceneMemory, StepMotion};
use enact_plan::{Outcome, Plan, Step, Verdict};
use enact_robot::{Gate, Robot, StartState, Trajectory};
use enact_types::{JointVector, Refusal};

use crate::retry_policy::{RetryDecision, retry_decision};

/// What is predicted of a plan.
pub(crate) struct PlanPreview {
    /// The outcome of each step that moves the arm, up to the first that would be refused.
    pub(crate) outcomes: Vec<Outcome>,
    /// The motions of the arm.
    pub(crate) path: Vec<Trajectory>,
    /// The table after it, as far as its effects are known.
    pub(crate) memory: SceneMemory,
    /// The steps whose effect is not in the memory: those that put nothing anywhere, or turn it.
    pub(crate) gestures: Vec<Step>,
}

/// A simulated arm and memory of the table to which steps are applied.
pub(crate) struct PlanPreviewer<'p> {
    robot: &'p Robot,
    gate: &'p Gate,
    grounder: &'p Grounder,
    memory: SceneMemory,
    at: JointVector,
    path: Vec<Trajectory>,
    gestures: Vec<Step>,
}

impl<'p> PlanPreviewer<'p> {
    /// Starts from rest at `at`, with the table as in this `memory`.
    pub(crate) fn new(
        robot: &'p Robot,
        gate: &'p Gate,
        grounder: &'p Grounder,
        memory: &SceneMemory,
        at: JointVector,
    ) -> Self {
        Self {
            robot,
            gate,
            grounder,
            memory: memory.clone(),
            at,
            path: Vec::new(),
            gestures: Vec::new(),
        }
    }

    /// Predicts what comes of a plan, with the attempts that this `history` calls for.
    pub(crate) fn predict(mut self, plan: &Plan, history: &[Outcome]) -> PlanPreview {
        let mut outcomes = Vec::new();
        for step in plan.steps.iter().filter(|step| step.moves_arm()) {
            let approach = match retry_decision(history, step) {
                RetryDecision::Try(approach) => approach,
                RetryDecision::Ask(_) => 0,
            };
            let (verdict, reason) = match self.step(step, approach) {
                Ok(reason) => (Verdict::Unknown, reason),
                Err(refusal) => (Verdict::Refused, refusal.to_string()),
            };
            outcomes.push(Outcome {
                step: step.clone(),
                verdict,
                reason,
            });
            if verdict == Verdict::Refused {
                break;
            }
        }
        PlanPreview {
            outcomes,
            path: self.path,
            memory: self.memory,
            gestures: self.gestures,
        }
    }

    /// Grounds a step, and updates the state as if it had worked.
    fn step(&mut self, step: &Step, approach: usize) -> Result<String, Refusal> {
        let motion = self
            .grounder
            .ground_attempt(step, &self.memory, &self.at, approach)?;
        for segment in &motion.segments {
            let start = StartState {
                measured: &self.at,
                commanded: Some(&self.at),
            };
            let samples = segment.samples.clone();
            let trajectory = self
                .gate
                .admit_among_obstacles(samples, &start, &segment.around)?;
            self.at = trajectory.end_positions().clone();
            self.path.push(trajectory);
        }
        if !is_told_by_memory(&motion) {
            self.gestures.push(step.clone());
        }
        self.apply_effect(&motion);
        Ok(format!("not moved: dry run of {}", summary(&motion)))
    }

    /// Updates the memory as if a motion had worked.
    fn apply_effect(&mut self, motion: &StepMotion) {
        for segment in &motion.segments {
            if let (Some(effect), Some(end)) = (&segment.effect, segment.end()) {
                self.memory.apply_effect(effect, &self.robot.forward(end));
            }
        }
    }
}

/// Returns whether a motion takes or puts something, and does not turn it.
fn is_told_by_memory(motion: &StepMotion) -> bool {
    let mut effects = motion
        .segments
        .iter()
        .filter_map(|segment| segment.effect.as_ref())
        .peekable();
    effects.peek().is_some() && !effects.any(|it| matches!(it, Effect::Release { yaw: Some(_) }))
}

fn summary(motion: &StepMotion) -> String {
    let purposes: Vec<&str> = motion
        .segments
        .iter()
        .map(|segment| segment.purpose.name())
        .collect();
    purposes.join(", ")
}
