//! The plan that suits a situation.

use enact_plan::{Plan, Situation, Step, Verdict};

use crate::goal::{Deed, Goal};
use crate::speech;
use crate::wording::Language;

/// A step refused this often is given up.
const REFUSALS_BEFORE_GIVING_UP: usize = 2;

/// The plan that suits `situation` if the task means `goal`.
pub fn plan(goal: &Goal, situation: &Situation) -> Plan {
    let steps = match goal {
        Goal::Say(text) => vec![say(text.clone())],
        Goal::Ask(question) => vec![Step::Ask {
            question: question.clone(),
        }],
        Goal::Act(deeds) => match impediment(deeds, situation) {
            Some(reason) => vec![say(reason)],
            None => act(deeds, situation),
        },
    };
    Plan { steps }
}

fn say(text: String) -> Step {
    Step::Say { text }
}

fn act(deeds: &[Deed], situation: &Situation) -> Vec<Step> {
    let mut open: Vec<&Deed> = deeds
        .iter()
        .filter(|deed| !is_done(deed, situation))
        .collect();
    // What is in the gripper must be put down before anything else is picked up.
    open.sort_by_key(|deed| !puts_held(deed, situation));
    let mut steps: Vec<Step> = open
        .into_iter()
        .flat_map(|deed| steps_for(deed, situation))
        .take(Plan::MAX_STEPS - 1)
        .collect();
    steps.push(Step::Done {});
    steps
}

fn puts_held(deed: &Deed, situation: &Situation) -> bool {
    matches!(deed, Deed::Put { object, .. } if situation.holding.as_ref() == Some(object))
}

fn steps_for(deed: &Deed, situation: &Situation) -> Vec<Step> {
    match deed {
        Deed::Put {
            object,
            relation,
            target,
        } => {
            let place = Step::Place {
                object: object.clone(),
                relation: *relation,
                target: target.clone(),
            };
            let pick = Step::Pick {
                object: object.clone(),
            };
            if puts_held(deed, situation) {
                vec![place]
            } else {
                vec![pick, place]
            }
        }
        Deed::Pick(object) => vec![Step::Pick {
            object: object.clone(),
        }],
        Deed::Point(object) => vec![Step::Point {
            object: object.clone(),
        }],
        Deed::Push(object, direction) => vec![Step::Push {
            object: object.clone(),
            direction: *direction,
        }],
        Deed::Home => vec![Step::Home {}],
    }
}

/// Whether the picture, the gripper or the history shows the deed done.
pub fn is_done(deed: &Deed, situation: &Situation) -> bool {
    match deed {
        Deed::Put {
            object,
            relation,
            target,
        } if !relation.is_beside() => situation.objects.iter().any(|seen| {
            seen.name == *object && seen.rests.as_ref() == Some(&(*relation, target.clone()))
        }),
        Deed::Put { object, .. } if situation.holding.as_ref() == Some(object) => false,
        Deed::Put {
            object,
            relation,
            target,
        } => {
            let placed = Step::Place {
                object: object.clone(),
                relation: *relation,
                target: target.clone(),
            };
            tried(&placed, Verdict::Yes, situation) > 0
        }
        Deed::Pick(object) => situation.holding.as_ref() == Some(object),
        Deed::Point(_) | Deed::Push(..) | Deed::Home => steps_for(deed, situation)
            .iter()
            .all(|step| tried(step, Verdict::Yes, situation) > 0),
    }
}

/// Why the task cannot be done, as the robot would say it.
fn impediment(deeds: &[Deed], situation: &Situation) -> Option<String> {
    deeds
        .iter()
        .filter(|deed| !is_done(deed, situation))
        .find_map(|deed| missing(deed, situation).or_else(|| given_up(deed, situation)))
}

fn missing(deed: &Deed, situation: &Situation) -> Option<String> {
    let language = Language::of(&situation.task);
    deed.objects().into_iter().find_map(|name| {
        if situation.holding.as_deref() == Some(name) {
            return None;
        }
        match situation.objects.iter().find(|seen| seen.name == name) {
            None => Some(speech::not_seen(language, name)),
            Some(seen) if !seen.reachable => Some(speech::out_of_reach(language, name)),
            Some(_) => None,
        }
    })
}

fn given_up(deed: &Deed, situation: &Situation) -> Option<String> {
    let step = steps_for(deed, situation)
        .into_iter()
        .find(|step| tried(step, Verdict::Refused, situation) >= REFUSALS_BEFORE_GIVING_UP)?;
    let language = Language::of(&situation.task);
    Some(speech::cannot(
        language,
        step.skill(),
        deed.objects().first().copied(),
    ))
}

fn tried(step: &Step, verdict: Verdict, situation: &Situation) -> usize {
    situation
        .history
        .iter()
        .filter(|outcome| outcome.step == *step && outcome.verdict == verdict)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::{ObjectView, Outcome, Relation};
    use enact_types::{NormalisedPoint, Point3};

    fn seen(name: &str) -> ObjectView {
        ObjectView {
            name: name.to_owned(),
            point: NormalisedPoint { y: 1, x: 1 },
            position: Point3::origin(),
            size: 0.03,
            reachable: true,
            rests: None,
            affords: Vec::new(),
            receives: Vec::new(),
        }
    }

    fn put() -> Goal {
        Goal::Act(vec![Deed::Put {
            object: "red cube".to_owned(),
            relation: Relation::In,
            target: "blue bowl".to_owned(),
        }])
    }

    fn table() -> Situation {
        Situation {
            objects: vec![seen("red cube"), seen("blue bowl")],
            ..Situation::default()
        }
    }

    #[test]
    fn the_plan_follows_the_state_of_the_table() {
        let mut situation = table();
        let full = "pick red cube, then place red cube in blue bowl, then done";
        assert_eq!(plan(&put(), &situation).to_string(), full);
        situation.holding = Some("red cube".to_owned());
        assert_eq!(
            plan(&put(), &situation).to_string(),
            "place red cube in blue bowl, then done"
        );
        situation.holding = None;
        situation.objects[0].rests = Some((Relation::In, "blue bowl".to_owned()));
        assert_eq!(plan(&put(), &situation).to_string(), "done");
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let mut situation = table();
        situation.objects[0].reachable = false;
        assert_eq!(
            plan(&put(), &situation).to_string(),
            "say “I cannot reach the red cube.”"
        );
        situation.objects.remove(0);
        assert_eq!(
            plan(&put(), &situation).to_string(),
            "say “I do not see a red cube.”"
        );
    }

    #[test]
    fn a_step_refused_twice_is_given_up() {
        let mut situation = table();
        let refused = Outcome {
            step: Step::Pick {
                object: "red cube".to_owned(),
            },
            verdict: Verdict::Refused,
            reason: String::new(),
        };
        situation.history = vec![refused.clone()];
        assert_eq!(plan(&put(), &situation).steps.len(), 3);
        situation.history.push(refused);
        assert_eq!(
            plan(&put(), &situation).to_string(),
            "say “I cannot pick up the red cube.”"
        );
    }
}
