//! How layers work together.

use super::mock::{self, MockModel};
use super::*;
use crate::situation::Note;

const DONE: &str = r#"{"steps":[{"skill":"done"}]}"#;

/// Adds a note, asks the model something, and passes on.
struct Adviser(&'static str);

impl Strategy for Adviser {
    fn name(&self) -> &'static str {
        self.0
    }

    fn plan(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        rest: &mut LayersBelow<'_>,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        let reply = turn.ask_model(&TextRequest::request_for_words("What now?", 8))?;
        turn.situation.notes.push(Note {
            topic: self.0.to_owned(),
            text: reply.text,
        });
        turn.add_exchange(self.0, ExchangeKind::Information, "told");
        rest.plan_below(turn)
    }
}

#[test]
fn layers_are_asked_from_the_outermost_and_pay_for_what_they_ask() {
    let model = MockModel::planning(&[DONE]).replying(&["left", "right"]);
    let strategies: Vec<Box<dyn Strategy>> = vec![Box::new(Adviser("a")), Box::new(Adviser("b"))];
    let mut planner = LayeredPlanner::new(model, strategies);
    assert_eq!(planner.methods(), ["a", "b"]);
    let response = mock::ask_for_plan(&mut planner, &Situation::default());
    assert_eq!(response.usage.requests, 2);
    let methods: Vec<&str> = response
        .exchanges
        .iter()
        .map(|it| it.method.as_str())
        .collect();
    assert_eq!(methods, ["a", "b"]);
    let notes = &planner.model().situations[0].notes;
    let notes: Vec<(&str, &str)> = notes
        .iter()
        .map(|note| (note.topic.as_str(), note.text.as_str()))
        .collect();
    assert_eq!(notes, [("a", "left"), ("b", "right")]);
}

#[test]
fn without_layers_the_model_is_asked_as_ever() {
    let mut planner = LayeredPlanner::new(MockModel::planning(&[DONE]), Vec::new());
    let response = mock::ask_for_plan(&mut planner, &Situation::default());
    assert_eq!(response.parsed.unwrap().to_string(), "done");
    assert!(response.exchanges.is_empty() && planner.model().situations[0].notes.is_empty());
}
