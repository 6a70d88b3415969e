//! A thought before the plan: the model writes a bounded text first, in the same answer and under
//! the same grammar. It is shown and recorded, and never executed.

use crate::planner::{ModelResponse, PlannerError};
use crate::step::Plan;

use super::exchange::{Exchange, ExchangeKind};
use super::{LayersBelow, PlanningTurn, Strategy};

/// Has the model think before it plans.
#[derive(Clone, Copy, Debug)]
pub struct Think {
    tokens: u32,
}

impl Think {
    /// Its name, as its flag has it.
    pub const NAME: &str = "think";

    /// Creates the method for thoughts of about this many tokens at most.
    pub fn new(tokens: u32) -> Self {
        Self { tokens }
    }
}

impl Strategy for Think {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn plan(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        rest: &mut LayersBelow<'_>,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        let before = turn.situation.thought_tokens.replace(self.tokens);
        let planned = rest.plan_below(turn);
        turn.situation.thought_tokens = before;
        let mut response = planned?;
        // What is said of a plan that no model was asked for is no thought.
        let is_thought = !response.prompt.is_empty() && !response.thinking.trim().is_empty();
        if is_thought {
            let thought = Exchange {
                method: Self::NAME.to_owned(),
                kind: ExchangeKind::Thought,
                text: std::mem::take(&mut response.thinking),
            };
            response.exchanges.insert(0, thought);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::LayeredPlanner;
    use crate::strategy::mock::{self, MockModel};
    use crate::{Planner, Situation, TextModel, TextReply, TextRequest};
    use enact_types::Frame;

    /// Says as its thought how long that may be; of a plan that it is not asked for, a remark.
    struct Thinker {
        is_asked: bool,
    }

    impl Planner for Thinker {
        fn plan(
            &mut self,
            _: &Frame,
            situation: &Situation,
        ) -> Result<ModelResponse<Plan>, PlannerError> {
            let completion = r#"{"steps":[{"skill":"done"}]}"#;
            let tokens = situation.thought_tokens;
            Ok(ModelResponse {
                prompt: if self.is_asked { "plan" } else { "" }.to_owned(),
                thinking: format!("{tokens:?}: {{\"steps\":[{{\"skill\":\"home\"}}]}}"),
                ..ModelResponse::from_parsed(
                    completion.to_owned(),
                    Plan::parse(completion).unwrap(),
                )
            })
        }
    }

    impl TextModel for Thinker {
        fn complete(&mut self, _: &TextRequest<'_>) -> Result<TextReply, PlannerError> {
            unreachable!("nothing else is asked")
        }
    }

    fn planned(is_asked: bool) -> ModelResponse<Plan> {
        let model = Thinker { is_asked };
        let mut planner = LayeredPlanner::new(model, vec![Box::new(Think::new(48))]);
        planner.plan(&mock::frame(), &Situation::default()).unwrap()
    }

    #[test]
    fn the_thought_is_told_and_not_executed() {
        let response = planned(true);
        assert_eq!(response.parsed.unwrap().to_string(), "done");
        let [thought] = &response.exchanges[..] else {
            panic!("{:?}", response.exchanges);
        };
        assert_eq!(thought.kind, ExchangeKind::Thought);
        assert!(thought.text.starts_with("Some(48): "), "{}", thought.text);
        assert!(response.thinking.is_empty(), "it would be shown twice");
    }

    #[test]
    fn what_no_model_was_asked_for_has_no_thought() {
        let response = planned(false);
        assert!(response.exchanges.is_empty() && !response.thinking.is_empty());
    }

    #[test]
    fn a_model_that_does_not_think_is_left_at_that() {
        let model = MockModel::planning(&[r#"{"steps":[{"skill":"done"}]}"#]);
        let mut planner = mock::planner_with_method(model, Think::new(48));
        assert!(
            mock::ask_for_plan(&mut planner, &Situation::default())
                .exchanges
                .is_empty()
        );
        assert_eq!(planner.model().situations[0].thought_tokens, Some(48));
    }
}
