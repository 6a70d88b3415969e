//! A planner that follows a file.

use enact_types::Frame;

use crate::outcome::Verdict;
use crate::planner::{ModelResponse, Planner, PlannerError};
use crate::situation::Situation;
use crate::skills::Step;
use crate::step::Plan;

/// Follows the steps of one plan. After a failure it continues from the step that failed, or from
/// the pick before it if the object is no longer held.
#[derive(Clone, Debug)]
pub struct ScriptedPlanner {
    plan: Plan,
}

impl ScriptedPlanner {
    /// Creates a planner that returns this plan.
    pub fn new(plan: Plan) -> Self {
        Self { plan }
    }

    fn remaining(&self, situation: &Situation) -> Vec<Step> {
        let steps = &self.plan.steps;
        let done = situation.history.iter().fold(0, |next, outcome| {
            match steps[next..].iter().position(|step| *step == outcome.step) {
                Some(offset) if outcome.verdict == Verdict::Yes => next + offset + 1,
                _ => next,
            }
        });
        let needed = steps.get(done).and_then(Step::held_before);
        let resume = match needed {
            Some(object) if situation.holding.as_deref() != Some(object) => steps[..done]
                .iter()
                .rposition(|step| step.held_after() == Some(object))
                .unwrap_or(done),
            _ => done,
        };
        let mut rest = steps[resume..].to_vec();
        if rest.is_empty() {
            rest.push(Step::done_step());
        }
        rest
    }
}

impl Planner for ScriptedPlanner {
    fn plan(
        &mut self,
        _frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        let plan = Plan {
            steps: self.remaining(situation),
        };
        let text = serde_json::to_string(&plan).expect("a plan is always valid JSON");
        Ok(ModelResponse::from_parsed(text, plan))
    }

    fn plans_without_model(&mut self, _situation: &Situation) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;
    use crate::spatial_relations::Relation;

    fn pick() -> Step {
        Step::pick_step("red cube")
    }

    fn place() -> Step {
        Step::place_step("red cube", Relation::In, "blue bowl")
    }

    fn after(history: &[(Step, Verdict)], holding: Option<&str>) -> Vec<Step> {
        let situation = Situation {
            holding: holding.map(str::to_owned),
            history: history
                .iter()
                .map(|(step, verdict)| Outcome {
                    step: step.clone(),
                    verdict: *verdict,
                    reason: String::new(),
                })
                .collect(),
            ..Situation::default()
        };
        let plan = Plan {
            steps: vec![pick(), place(), Step::done_step()],
        };
        ScriptedPlanner::new(plan).remaining(&situation)
    }

    #[test]
    fn a_failed_step_is_tried_again() {
        assert_eq!(after(&[(pick(), Verdict::No)], None).len(), 3);
        let held = after(
            &[(pick(), Verdict::Yes), (place(), Verdict::Refused)],
            Some("red cube"),
        );
        assert_eq!(held, vec![place(), Step::done_step()]);
    }

    #[test]
    fn a_dropped_object_is_picked_again() {
        let steps = after(&[(pick(), Verdict::Yes), (place(), Verdict::No)], None);
        assert_eq!(steps[0], pick());
        let twice = after(
            &[
                (pick(), Verdict::Yes),
                (place(), Verdict::No),
                (pick(), Verdict::Yes),
                (place(), Verdict::Yes),
            ],
            None,
        );
        assert_eq!(twice, vec![Step::done_step()]);
    }
}
