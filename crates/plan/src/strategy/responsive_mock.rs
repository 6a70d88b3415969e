//! A model for tests whose plans and answers depend on what it is told.

use enact_types::Frame;

use super::{TextModel, TextReply, TextRequest};
use crate::planner::{ModelResponse, Planner, PlannerError, Usage};
use crate::situation::Situation;
use crate::step::Plan;

type Plans = Box<dyn FnMut(&Situation) -> Plan>;
type Replies = Box<dyn FnMut(&str) -> String>;

/// Plans by one function and answers by another.
pub(crate) struct ResponsiveModel {
    plans: Plans,
    replies: Replies,
    /// The situations that plans were asked for.
    pub(crate) situations: Vec<Situation>,
    /// The texts of the requests, oldest first.
    pub(crate) asked: Vec<String>,
}

impl ResponsiveModel {
    /// Creates a model that plans so, and answers nothing.
    pub(crate) fn planning(plans: impl FnMut(&Situation) -> Plan + 'static) -> Self {
        Self {
            plans: Box::new(plans),
            replies: Box::new(|text| panic!("nothing is to be asked: {text}")),
            situations: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// Returns the model with answers to other requests.
    pub(crate) fn replying(mut self, replies: impl FnMut(&str) -> String + 'static) -> Self {
        self.replies = Box::new(replies);
        self
    }
}

impl Planner for ResponsiveModel {
    fn plan(
        &mut self,
        _frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        self.situations.push(situation.clone());
        let plan = (self.plans)(situation);
        let completion = serde_json::to_string(&plan).unwrap();
        let mut response = ModelResponse::from_parsed(completion, plan);
        response.usage.requests = 1;
        Ok(response)
    }
}

impl TextModel for ResponsiveModel {
    fn complete(&mut self, request: &TextRequest<'_>) -> Result<TextReply, PlannerError> {
        self.asked.push(request.text.to_owned());
        Ok(TextReply {
            text: (self.replies)(request.text),
            usage: Usage {
                requests: 1,
                ..Usage::default()
            },
            ..TextReply::default()
        })
    }
}
