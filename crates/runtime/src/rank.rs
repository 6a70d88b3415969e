//! The best of several plans: likelihood × feasibility × success so far.
//!
//! After SayCan (Ahn et al., "Do As I Can, Not As I Say", 2022). Its learned value functions are
//! replaced by a preview: each plan is checked with inverse kinematics, collision checks and the
//! gate before one is chosen.

use enact_plan::{ModelResponse, Outcome, Plan, Step, Verdict};

/// Feasibility of a plan that fails at its first step: below that of any other plan, but above that
/// of no plan.
const HOPELESS: f64 = 1e-6;

/// Sorts answers, each with the preview of its plan after this `history`. The best is last.
pub(crate) fn sort_best_last(
    answers: Vec<(ModelResponse<Plan>, Vec<Outcome>)>,
    history: &[Outcome],
) -> Vec<ModelResponse<Plan>> {
    let (answers, outlooks): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
    let scores: Vec<f64> = answers
        .iter()
        .zip(&outlooks)
        .map(|(answer, preview)| score(answer, preview, &answers, history))
        .collect();
    let mut ranked: Vec<_> = scores.into_iter().zip(answers).collect();
    // The sort is stable, so sorting the result again keeps its order.
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    ranked.into_iter().map(|(_, answer)| answer).collect()
}

/// Returns the logarithm of likelihood × feasibility × success so far of an answer among `all`.
pub(crate) fn score(
    answer: &ModelResponse<Plan>,
    preview: &[Outcome],
    all: &[ModelResponse<Plan>],
    history: &[Outcome],
) -> f64 {
    match &answer.parsed {
        Ok(plan) => {
            log_likelihood(answer, all)
                + feasibility(plan, preview).ln()
                + success_so_far(plan, history).ln()
        }
        Err(_) => f64::NEG_INFINITY,
    }
}

/// Returns the logarithm of the probability that the model gives an answer; where it is not
/// reported, of the share of answers with the same plan.
pub(crate) fn log_likelihood(answer: &ModelResponse<Plan>, all: &[ModelResponse<Plan>]) -> f64 {
    let told: Option<f64> = answer
        .tokens
        .iter()
        .map(|token| token.log_probability)
        .sum();
    let same = |other: &&ModelResponse<Plan>| other.parsed == answer.parsed;
    match told {
        Some(told) if !answer.tokens.is_empty() => told,
        _ => (all.iter().filter(same).count() as f64 / all.len() as f64).ln(),
    }
}

/// Returns the share of a plan's motions that the preview completes before one is refused.
fn feasibility(plan: &Plan, preview: &[Outcome]) -> f64 {
    let motions = plan.steps.iter().filter(|step| step.moves_arm()).count();
    if motions == 0 {
        return 1.0;
    }
    let refused = |outcome: &Outcome| outcome.verdict == Verdict::Refused;
    let done = preview
        .iter()
        .take_while(|outcome| !refused(outcome))
        .count();
    (done as f64 / motions as f64).max(HOPELESS)
}

/// Returns, for each step that was tried before, `(times it worked + 1) / (times it was tried +
/// 1)`.
fn success_so_far(plan: &Plan, history: &[Outcome]) -> f64 {
    let of = |step: &Step| {
        let tried = history.iter().filter(|outcome| outcome.step == *step);
        let worked = tried
            .clone()
            .filter(|outcome| outcome.verdict == Verdict::Yes);
        (worked.count() as f64 + 1.0) / (tried.count() as f64 + 1.0)
    };
    plan.steps.iter().map(of).product()
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::{Token, Usage};

    fn pick(object: &str) -> Step {
        Step::pick_step(object)
    }

    fn plan(steps: &[Step]) -> Plan {
        Plan {
            steps: steps.to_vec(),
        }
    }

    fn answer(steps: &[Step], tokens: &[f64]) -> ModelResponse<Plan> {
        let token = |log_probability: &f64| Token {
            text: String::new(),
            log_probability: Some(*log_probability),
        };
        ModelResponse {
            tokens: tokens.iter().map(token).collect(),
            usage: Usage::default(),
            ..ModelResponse::from_parsed(String::new(), plan(steps))
        }
    }

    fn outcome(step: Step, verdict: Verdict) -> Outcome {
        Outcome {
            step,
            verdict,
            reason: String::new(),
        }
    }

    #[test]
    fn likelihood_is_what_the_model_tells_or_how_often_it_says_so() {
        let told = [answer(&[pick("a")], &[-0.5, -0.25])];
        assert_eq!(log_likelihood(&told[0], &told), -0.75);
        let mute = ["a", "b", "a", "a"].map(|name| answer(&[pick(name)], &[]));
        assert_eq!(log_likelihood(&mute[0], &mute), 0.75_f64.ln());
        assert_eq!(log_likelihood(&mute[1], &mute), 0.25_f64.ln());
    }

    #[test]
    fn what_a_rehearsal_gets_through_is_feasible() {
        let both = plan(&[pick("a"), Step::home_step(), Step::done_step()]);
        let (fine, refused) = (
            outcome(pick("a"), Verdict::Unknown),
            outcome(Step::home_step(), Verdict::Refused),
        );
        assert_eq!(feasibility(&both, &[fine.clone(), fine.clone()]), 1.0);
        assert_eq!(feasibility(&both, &[fine, refused.clone()]), 0.5);
        assert_eq!(feasibility(&both, &[refused]), HOPELESS);
        assert_eq!(feasibility(&plan(&[Step::done_step()]), &[]), 1.0);
    }

    #[test]
    fn what_failed_before_counts_for_less() {
        let history = [
            outcome(pick("a"), Verdict::No),
            outcome(pick("a"), Verdict::Refused),
            outcome(pick("b"), Verdict::Yes),
        ];
        let count = |name| success_so_far(&plan(&[pick(name)]), &history);
        assert_eq!((count("a"), count("b"), count("c")), (1.0 / 3.0, 1.0, 1.0));
    }
}
