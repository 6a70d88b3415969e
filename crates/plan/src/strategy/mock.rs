//! A model for tests of methods: it answers what it was told to, and remembers what it was asked.

use std::collections::VecDeque;

use enact_types::{Frame, Intrinsics, Pose, Stamp};
use image::RgbImage;

use super::critic::{Constitution, Critic, CriticModel};
use super::responsive_mock::ResponsiveModel;
use super::{LayeredPlanner, PlanningModel, Strategy, TextModel, TextReply, TextRequest};
use crate::planner::{ModelResponse, Planner, PlannerError, Usage};
use crate::situation::Situation;
use crate::step::Plan;

/// Answers requests and plans from two lists, the last of each again and again.
#[derive(Clone, Debug, Default)]
pub(crate) struct MockModel {
    replies: VecDeque<String>,
    plans: VecDeque<Plan>,
    takes_several_pictures: bool,
    /// The texts of the requests, oldest first.
    pub(crate) asked: Vec<String>,
    /// The situations that plans were asked for.
    pub(crate) situations: Vec<Situation>,
    /// Whether it plans by rules.
    pub(crate) understands: bool,
}

impl MockModel {
    /// Creates a model that plans like this; each plan is JSON.
    pub(crate) fn planning(plans: &[&str]) -> Self {
        Self {
            plans: plans
                .iter()
                .map(|text| Plan::parse(text).unwrap())
                .collect(),
            ..Self::default()
        }
    }

    /// Returns the model as one that is shown several pictures.
    pub(crate) fn taking_several_pictures(mut self) -> Self {
        self.takes_several_pictures = true;
        self
    }

    /// Returns the model with these answers to other requests.
    pub(crate) fn replying(mut self, replies: &[&str]) -> Self {
        self.replies = replies.iter().map(|text| (*text).to_owned()).collect();
        self
    }
}

/// Takes the first of several, but leaves the last.
fn next<T: Clone>(queue: &mut VecDeque<T>) -> Option<T> {
    match queue.len() {
        0 | 1 => queue.front().cloned(),
        _ => queue.pop_front(),
    }
}

impl Planner for MockModel {
    fn plan(
        &mut self,
        _frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        self.situations.push(situation.clone());
        let plan = next(&mut self.plans).expect("the test says no plan");
        let completion = serde_json::to_string(&plan).unwrap();
        Ok(ModelResponse::from_parsed(completion, plan))
    }

    fn plans_without_model(&mut self, _situation: &Situation) -> bool {
        self.understands
    }
}

impl TextModel for MockModel {
    fn complete(&mut self, request: &TextRequest<'_>) -> Result<TextReply, PlannerError> {
        self.asked.push(request.text.to_owned());
        let text = next(&mut self.replies).expect("the test says no reply");
        Ok(TextReply {
            text,
            usage: Usage {
                requests: 1,
                ..Usage::default()
            },
            ..TextReply::default()
        })
    }

    fn takes_several_pictures(&self) -> bool {
        self.takes_several_pictures
    }
}

/// Returns a critic that vetoes the steps of these words by rule 1, and allows all others.
pub(crate) fn critic_forbidding(forbidden: &'static [&'static str]) -> Critic {
    let judge = move |asked: &str| {
        let steps = asked.split("The plan:\n").nth(1).unwrap().lines();
        let steps = steps.map_while(|line| {
            let (number, words) = line.split_once(". ")?;
            Some((number.parse::<usize>().ok()?, words))
        });
        let verdicts: Vec<String> = steps
            .filter(|(_, words)| *words != "done")
            .map(|(number, words)| {
                let verdict = match forbidden.contains(&words) {
                    true => r#""verdict":"veto","rule":1,"reason":"it is fragile""#,
                    false => r#""verdict":"allow","rule":0,"reason":"""#,
                };
                format!("{{\"step\":{number},{verdict}}}")
            })
            .collect();
        format!(
            "{{\"verdicts\":[{}],\"revision\":\"\"}}",
            verdicts.join(",")
        )
    };
    let model = ResponsiveModel::planning(|_| Plan::default()).replying(judge);
    let rules = Constitution::parse("1. Leave alone what is fragile.\n").unwrap();
    Critic::new(
        CriticModel::from_other_model(model),
        rules,
        Critic::DEFAULT_ROUNDS,
    )
}

/// Asks `planner` for a plan once.
pub(crate) fn ask_for_plan<M: PlanningModel>(
    planner: &mut LayeredPlanner<M>,
    situation: &Situation,
) -> ModelResponse<Plan> {
    planner.plan(&frame(), situation).unwrap()
}

/// Puts one method around a model.
pub(crate) fn planner_with_method<M>(
    model: M,
    strategy: impl Strategy + 'static,
) -> LayeredPlanner<M> {
    LayeredPlanner::new(model, vec![Box::new(strategy)])
}

/// Returns a black picture.
pub(crate) fn frame() -> Frame {
    Frame {
        sequence: 1,
        stamp: Stamp::ZERO,
        rgb: RgbImage::new(32, 24),
        depth: None,
        intrinsics: Intrinsics::from_vertical_fov(32, 24, 0.8),
        base_from_camera: Pose::identity(),
    }
}
