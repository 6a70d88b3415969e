//! The plan that most plans agree with, of those that can be done.
//!
//! Plans agree where they come to the same: what a preview says of the table, the hand and the
//! gestures after them, not their text (after the majority vote of self-consistency, Wang et al., “Self-Consistency
//! Improves Chain of Thought Reasoning in Language Models”, 2022).

use enact_plan::{Exchange, ExchangeKind, ModelResponse, Outcome, Plan, Step, StepKind, Verdict};

use crate::preview::PlanPreview;
use crate::rank::{log_likelihood, score};

/// Side of the squares of the table in which an object counts as at the same place, meters.
const SAME_PLACE: f64 = 0.02;

/// What a plan comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PlanEffect {
    /// What each object rests in or on, or else where it is.
    places: Vec<(String, Place)>,
    held: Option<String>,
    /// Steps that leave no trace on the table as it is known, such as to point.
    gestures: Vec<Step>,
    ending: Ending,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Resting(enact_plan::Relation, String),
    /// Square of the table.
    At(i64, i64),
}

/// How a plan ends, as far as it makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Acts,
    Says,
    Asks,
}

impl PlanEffect {
    /// Returns what a plan comes to; `None` if it cannot be done.
    fn of(plan: &Plan, preview: &PlanPreview) -> Option<Self> {
        let is_refused = |outcome: &Outcome| outcome.verdict == Verdict::Refused;
        if preview.outcomes.iter().any(is_refused) {
            return None;
        }
        let mut places: Vec<(String, Place)> = preview
            .memory
            .objects()
            .iter()
            .map(|object| {
                let square = |at: f64| (at / SAME_PLACE).round() as i64;
                let place = match &object.rests {
                    Some((relation, other)) => Place::Resting(*relation, other.clone()),
                    None => Place::At(square(object.solid.x), square(object.solid.y)),
                };
                (object.name.clone(), place)
            })
            .collect();
        // Released objects are listed last, in whichever order they were.
        places.sort_by(|a, b| a.0.cmp(&b.0));
        let mut gestures = preview.gestures.clone();
        // To go home or the like makes no difference to what else was done.
        let acts = preview.outcomes.len() > gestures.len();
        let names_something = |step: &Step| step.object_names().next().is_some();
        if acts || gestures.iter().any(names_something) {
            gestures.retain(names_something);
        }
        Some(Self {
            places,
            held: preview.memory.held_object_name().map(str::to_owned),
            gestures,
            ending: Ending::of(plan),
        })
    }
}

impl Ending {
    fn of(plan: &Plan) -> Self {
        let has =
            |is_it: fn(&StepKind<'_>) -> bool| plan.steps.iter().any(|step| is_it(&step.kind()));
        if has(|kind| matches!(kind, StepKind::Question(_))) {
            Self::Asks
        } else if has(|kind| matches!(kind, StepKind::Statement(_)))
            && !has(|kind| matches!(kind, StepKind::Motion))
        {
            Self::Says
        } else {
            Self::Acts
        }
    }
}

/// Sorts answers, each with the preview of its plan, by how many plans that can be done come to the
/// same, then by how many are the same to the letter, then by likelihood. The best is last, and says
/// how many agree; if no plan can be done, it is that which [`sort_best_last`](crate::rank::sort_best_last) puts
/// last.
pub(crate) fn sort_by_votes(
    answers: Vec<(ModelResponse<Plan>, Option<PlanPreview>)>,
    history: &[Outcome],
) -> Vec<ModelResponse<Plan>> {
    let (answers, previews): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
    let effects: Vec<Option<PlanEffect>> = answers
        .iter()
        .zip(&previews)
        .map(|(answer, preview)| {
            let plan = answer.parsed.as_ref().ok()?;
            PlanEffect::of(plan, preview.as_ref()?)
        })
        .collect();
    let weigh = |index: usize| {
        let (answer, effect) = (&answers[index], &effects[index]);
        let same = |other: &&ModelResponse<Plan>| other.parsed == answer.parsed;
        match effect {
            None => {
                let outcomes = previews[index].as_ref().map(|it| &it.outcomes[..]);
                let score = score(answer, outcomes.unwrap_or_default(), &answers, history);
                (0, 0, score)
            }
            Some(_) => (
                effects.iter().filter(|other| *other == effect).count(),
                answers.iter().filter(same).count(),
                log_likelihood(answer, &answers),
            ),
        }
    };
    let weights: Vec<(usize, usize, f64)> = (0..answers.len()).map(weigh).collect();
    let (drawn, feasible) = (answers.len(), effects.iter().flatten().count());
    let mut elected: Vec<_> = weights.into_iter().zip(answers).collect();
    // The sort is stable, so sorting the result again keeps its order.
    elected.sort_by(|(a, _), (b, _)| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    if let Some(((votes, _, _), best)) = elected.last_mut() {
        let text = match feasible {
            0 => format!("none of the {drawn} plans can be done"),
            _ => {
                format!("{votes} of the {drawn} plans come to the same, and {feasible} can be done")
            }
        };
        let decision = Exchange {
            method: "vote".to_owned(),
            kind: ExchangeKind::Decision,
            text,
        };
        // A recorded vote that is held again has its decision.
        if !best.exchanges.contains(&decision) {
            best.exchanges.push(decision);
        }
    }
    elected.into_iter().map(|(_, answer)| answer).collect()
}
