//! An agent that is given a plan for a while, instead of being asked for one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use enact_plan::{
    Agent, Detection, EndedTask, ModelResponse, Perceiver, Plan, Planner, PlannerError, Rejection,
    ScriptedPlanner, Situation, TextModel,
};
use enact_types::{Frame, NormalizedPoint};

/// What is done instead of asking.
pub enum PlanOverride {
    /// This plan is followed once; whatever comes after it is asked for.
    Once(Plan),
    /// This planner is asked instead, throughout the task.
    Throughout(ScriptedPlanner),
}

/// The plan that an agent is given. Clones share it.
#[derive(Clone, Default)]
pub struct Steering(Arc<Mutex<Option<PlanOverride>>>);

impl Steering {
    /// Gives the agent a plan.
    pub fn set_override(&self, steered: PlanOverride) {
        *self.lock() = Some(steered);
    }

    /// Lets the agent plan by itself again.
    pub fn clear_override(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<PlanOverride>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An agent with a plan that it may be given.
pub struct SteeredAgent {
    agent: Box<dyn Agent>,
    steering: Steering,
}

impl SteeredAgent {
    /// Creates an agent that perceives as `agent` does, and plans as it does unless it is steered.
    pub fn new(agent: Box<dyn Agent>, steering: Steering) -> Self {
        Self { agent, steering }
    }
}

impl Perceiver for SteeredAgent {
    fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.agent.perceive(frame)
    }

    fn perceive_marked(
        &mut self,
        frame: &Frame,
        marks: &[NormalizedPoint],
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.agent.perceive_marked(frame, marks)
    }

    fn perceive_again(
        &mut self,
        frame: &Frame,
        marks: &[NormalizedPoint],
        reason: &Rejection,
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.agent.perceive_again(frame, marks, reason)
    }
}

impl Planner for SteeredAgent {
    fn plan(
        &mut self,
        frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        let mut steered = self.steering.lock();
        match steered.take() {
            Some(PlanOverride::Once(plan)) => Ok(ModelResponse::from_plan(plan)),
            Some(PlanOverride::Throughout(mut planner)) => {
                let answer = planner.plan(frame, situation);
                *steered = Some(PlanOverride::Throughout(planner));
                answer
            }
            None => {
                drop(steered);
                self.agent.plan(frame, situation)
            }
        }
    }

    fn reply_if_not_understood(&self, instruction: &str) -> Option<String> {
        match *self.steering.lock() {
            Some(_) => None,
            None => self.agent.reply_if_not_understood(instruction),
        }
    }

    fn plans_without_model(&mut self, situation: &Situation) -> bool {
        let is_steered = self.steering.lock().is_some();
        is_steered || self.agent.plans_without_model(situation)
    }

    fn text_model(&mut self) -> Option<&mut dyn TextModel> {
        self.agent.text_model()
    }

    /// Has the agent learn from what it planned itself only.
    fn task_ended(&mut self, task: &EndedTask<'_>) -> Result<(), PlannerError> {
        if matches!(*self.steering.lock(), Some(PlanOverride::Throughout(_))) {
            return Ok(());
        }
        self.agent.task_ended(task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::{CompositeAgent, Step};
    use enact_types::{Intrinsics, Pose, Stamp};
    use image::RgbImage;

    /// Sees nothing, and asks a model for each plan.
    struct Asking;

    impl Perceiver for Asking {
        fn perceive(&mut self, _: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
            Ok(ModelResponse::from_parsed(String::new(), Vec::new()))
        }
    }

    impl Planner for Asking {
        fn plan(&mut self, _: &Frame, _: &Situation) -> Result<ModelResponse<Plan>, PlannerError> {
            Ok(ModelResponse::from_plan(Plan { steps: Vec::new() }))
        }
    }

    #[test]
    fn a_plan_that_is_given_is_settled_until_it_is_taken() {
        let steering = Steering::default();
        let agent = CompositeAgent {
            perceiver: Asking,
            planner: Asking,
        };
        let mut agent = SteeredAgent::new(Box::new(agent), steering.clone());
        let situation = Situation::default();
        assert!(!agent.plans_without_model(&situation));
        let given = Plan {
            steps: vec![Step::home_step()],
        };
        steering.set_override(PlanOverride::Once(given.clone()));
        assert!(agent.plans_without_model(&situation));
        let frame = Frame {
            sequence: 1,
            stamp: Stamp::default(),
            rgb: RgbImage::new(4, 3),
            depth: None,
            intrinsics: Intrinsics::from_vertical_fov(4, 3, 0.7),
            base_from_camera: Pose::identity(),
        };
        let taken = agent.plan(&frame, &situation).unwrap();
        assert_eq!(taken.parsed, Ok(given));
        assert!(!agent.plans_without_model(&situation));
    }
}
