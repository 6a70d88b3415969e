//! A plan that is chosen step by step among those that can be done, each by how likely the model
//! holds it: *Do As I Can, Not As I Say* (Ahn et al., 2022). Nothing is written by the model, so
//! even a very small one plans nothing that cannot be done.

use std::time::Instant;

use enact_plan::candidates::{self, Candidate};
use enact_plan::{
    ModelResponse, Plan, PlannerError, Situation, Skill, Step, Token, Usage, Verdict, stepwise,
};

use crate::control_tokens::SpecialTokens;
use crate::likelihood::{Likelihood, LikelihoodQuery};

/// Candidates of each step that a person is shown.
const SHOWN_CANDIDATES: usize = 3;

/// Judges texts: how likely each ending is, the best one exactly, and what it cost.
pub(crate) type Judge<'a> =
    &'a mut dyn FnMut(LikelihoodQuery) -> Result<(Vec<Likelihood>, Usage), PlannerError>;

/// Chooses a plan.
pub(crate) fn plan(
    judge: Judge<'_>,
    special: &SpecialTokens,
    situation: &Situation,
    skills: &[Skill],
) -> Result<ModelResponse<Plan>, PlannerError> {
    let started = Instant::now();
    let dialogue = stepwise::dialogue(situation);
    let dialogue: Vec<String> = dialogue.iter().map(|text| special.strip(text)).collect();
    let mut now = situation.clone();
    let mut plan = Plan::default();
    let mut chosen = Vec::new();
    let mut tokens = Vec::new();
    let mut thinking = String::new();
    let mut usage = Usage::default();
    while plan.steps.len() < Plan::MAX_STEPS && plan.steps.last() != Some(&Step::done_step()) {
        let mut next = candidates::next_candidates(&now, skills);
        next.retain(|candidate| !plan.steps.contains(&candidate.step));
        let ending = |candidate: &Candidate| {
            let weight = affordance(situation, &candidate.step).ln();
            (stepwise::next_step_suffix(&candidate.words), weight)
        };
        let (likelihoods, cost) = judge(LikelihoodQuery {
            dialogue: dialogue.clone(),
            begun: stepwise::answer_prefix(&chosen),
            endings: next.iter().map(ending).collect(),
        })?;
        usage += cost;
        let mut scored: Vec<(Likelihood, Candidate)> = likelihoods.into_iter().zip(next).collect();
        // The first of equals, so that the same answers give the same plan.
        scored.sort_by(|a, b| b.0.score.total_cmp(&a.0.score));
        thinking += &told(plan.steps.len() + 1, &scored);
        let Some((
            Likelihood {
                score: best_score, ..
            },
            best,
        )) = scored.into_iter().next()
        else {
            break;
        };
        tokens.push(Token {
            text: best.words.clone(),
            log_probability: Some(best_score).filter(|score| score.is_finite()),
        });
        now = candidates::situation_after(now, &best.step);
        chosen.push(best.words);
        plan.steps.push(best.step);
    }
    usage.decode_time = started.elapsed().saturating_sub(usage.prompt_time);
    let completion = serde_json::to_string(&plan).expect("a plan is plain data");
    Ok(ModelResponse {
        prompt: dialogue.join("\n\n"),
        thinking,
        usage,
        tokens,
        ..ModelResponse::from_parsed(completion, plan)
    })
}

/// How probably a step succeeds: all can be done as things stand, but what failed may fail again.
fn affordance(situation: &Situation, step: &Step) -> f64 {
    let failed = situation
        .history
        .iter()
        .filter(|outcome| outcome.step == *step && outcome.verdict != Verdict::Yes);
    1.0 / (1.0 + failed.count() as f64)
}

/// The best candidates of a step with their scores, on one line.
fn told(number: usize, scored: &[(Likelihood, Candidate)]) -> String {
    let best = scored.iter().take(SHOWN_CANDIDATES);
    let best: Vec<String> = best
        .map(|(likelihood, candidate)| {
            let bound = if likelihood.is_exact { "" } else { "below " };
            format!("{} {bound}{:.2}", candidate.words, likelihood.score)
        })
        .collect();
    let rest = scored.len().saturating_sub(SHOWN_CANDIDATES);
    let rest = match rest {
        0 => String::new(),
        rest => format!("; {rest} less likely"),
    };
    format!("{number}. {}{rest}\n", best.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::{ObjectView, Outcome, Relation};
    use enact_types::{NormalizedPoint, Point3};

    fn thing(name: &str, affords: &[Skill], receives: &[Relation]) -> ObjectView {
        ObjectView {
            name: name.to_owned(),
            point: NormalizedPoint { y: 1, x: 2 },
            position: Point3::origin(),
            size: 0.03,
            reachable: true,
            rests: None,
            affords: affords.to_vec(),
            receives: receives.to_vec(),
        }
    }

    fn situation() -> Situation {
        Situation {
            instruction: "put the red cube in the blue bowl".to_owned(),
            objects: vec![
                thing("red cube", &[Skill::Pick, Skill::Push], &[Relation::On]),
                thing("blue bowl", &[Skill::Push], &[Relation::In]),
            ],
            ..Situation::default()
        }
    }

    /// Judges by how many letters an ending shares with what it would like best.
    fn liking(
        favorite: [&'static str; 3],
    ) -> impl FnMut(LikelihoodQuery) -> Result<(Vec<Likelihood>, Usage), PlannerError> {
        move |query| {
            let line = query.begun.lines().count() - 1;
            let judged = query.endings.iter().map(|(ending, weight)| {
                let is_liked = ending.trim() == favorite[line.min(2)];
                Likelihood {
                    score: weight + if is_liked { -0.1 } else { -2.0 },
                    is_exact: true,
                }
            });
            Ok((judged.collect(), Usage::default()))
        }
    }

    #[test]
    fn the_likeliest_step_is_taken_until_it_is_done() {
        let favorite = [
            "pick up the red cube",
            "put the red cube in the blue bowl",
            "done",
        ];
        let special = SpecialTokens::of_common_chat_formats();
        let answer = plan(&mut liking(favorite), &special, &situation(), &Skill::ALL).unwrap();
        let steps = answer.parsed.unwrap().steps;
        let expected = [
            Step::pick_step("red cube"),
            Step::place_step("red cube", Relation::In, "blue bowl"),
            Step::done_step(),
        ];
        assert_eq!(steps, expected);
        assert_eq!(answer.tokens.len(), 3);
        assert!(
            answer
                .thinking
                .starts_with("1. pick up the red cube -0.10; ")
        );
        assert_eq!(Plan::parse(&answer.completion).unwrap().steps, expected);
    }

    #[test]
    fn what_failed_before_must_be_that_much_likelier() {
        let mut before = situation();
        let favorite = ["pick up the red cube"; 3];
        let special = SpecialTokens::of_common_chat_formats();
        let first = |situation: &Situation| {
            let answer = plan(&mut liking(favorite), &special, situation, &Skill::ALL).unwrap();
            answer.parsed.unwrap().steps[0].clone()
        };
        assert_eq!(first(&before), Step::pick_step("red cube"));
        for _ in 0..9 {
            before.history.push(Outcome {
                step: Step::pick_step("red cube"),
                verdict: Verdict::No,
                reason: "the gripper closed on nothing".to_owned(),
            });
        }
        assert_ne!(first(&before), Step::pick_step("red cube"));
    }
}
