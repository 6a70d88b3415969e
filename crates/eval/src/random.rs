//! A planner that draws admissible steps: the lower bound that grammar and affordances set.

use enact_plan::candidates::{next_candidates, situation_after};
use enact_plan::{ModelResponse, Plan, Planner, PlannerError, Situation, Skill, Step};
use enact_types::Frame;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Draws each step from those that can be done next, all alike, until it draws `done`.
pub struct RandomPlanner {
    rng: ChaCha8Rng,
}

impl RandomPlanner {
    /// Creates a planner whose plans follow from a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    fn draw(&mut self, mut situation: Situation) -> Plan {
        let mut plan = Plan::default();
        while plan.steps.len() < Plan::MAX_STEPS && plan.steps.last() != Some(&Step::done_step()) {
            let mut candidates = next_candidates(&situation, &Skill::ALL);
            let drawn = self.rng.random_range(0..candidates.len());
            let step = candidates.swap_remove(drawn).step;
            situation = situation_after(situation, &step);
            plan.steps.push(step);
        }
        plan
    }
}

impl Planner for RandomPlanner {
    fn plan(
        &mut self,
        _frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        let plan = self.draw(situation.clone());
        let written = serde_json::to_string(&plan).expect("a plan is plain data");
        Ok(ModelResponse::from_parsed(written, plan))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_follow_from_the_seed_and_end() {
        let situation = Situation {
            instruction: "go home".to_owned(),
            ..Situation::default()
        };
        let plans = |seed| -> Vec<Plan> {
            let mut planner = RandomPlanner::new(seed);
            (0..20).map(|_| planner.draw(situation.clone())).collect()
        };
        let drawn = plans(1);
        assert_eq!(drawn, plans(1));
        assert_ne!(drawn, plans(2));
        for plan in drawn {
            assert!(
                plan.steps.len() == Plan::MAX_STEPS
                    || plan.steps.last() == Some(&Step::done_step())
            );
        }
    }
}
