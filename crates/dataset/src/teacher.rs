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
        Goal::Ask(question) => vec![Step::ask(question.clone())],
        Goal::Act(deeds) => match impediment(deeds, situation) {
            Some(reason) => vec![say(reason)],
            None => act(deeds, situation),
        },
    };
    Plan { steps }
}

fn say(text: String) -> Step {
    Step::say(text)
}

fn act(deeds: &[Deed], situation: &Situation) -> Vec<Step> {
    let mut open: Vec<&Deed> = (0..deeds.len())
        .filter(|index| !is_done(&deeds[*index], situation))
        .filter(|index| !is_superseded(*index, deeds, situation))
        .map(|index| &deeds[index])
        .collect();
    // What is in the gripper must be put down before anything else is picked up.
    let held = open.iter().position(|deed| puts_held(deed, situation));
    if let Some(held) = held {
        open[..=held].rotate_right(1);
    }
    let mut steps: Vec<Step> = open
        .into_iter()
        .enumerate()
        .flat_map(|(order, deed)| steps_for(deed, order == 0 && held.is_some()))
        .take(Plan::MAX_STEPS - 1)
        .collect();
    steps.push(Step::done());
    steps
}

/// A thing that waits beside something until its place is free has waited enough
/// when it stands free, when its place is free, or when it has arrived.
fn is_superseded(index: usize, deeds: &[Deed], situation: &Situation) -> bool {
    let Deed::Put {
        object, relation, ..
    } = &deeds[index]
    else {
        return false;
    };
    let moves_it = |deed: &Deed| matches!(deed, Deed::Put { object: other, .. } if other == object);
    let Some(later) = (index + 1..deeds.len()).find(|later| moves_it(&deeds[*later])) else {
        return false;
    };
    let between = &deeds[index + 1..later];
    let stands_free = situation
        .objects
        .iter()
        .any(|seen| seen.name == *object && seen.rests.is_none());
    is_done(&deeds[later], situation)
        || (relation.is_beside() && stands_free)
        || between.iter().all(|deed| is_done(deed, situation))
}

fn puts_held(deed: &Deed, situation: &Situation) -> bool {
    matches!(deed, Deed::Put { object, .. } if situation.holding.as_ref() == Some(object))
}

/// `in_hand` says that the object of a `Put` need not be picked up any more.
fn steps_for(deed: &Deed, in_hand: bool) -> Vec<Step> {
    match deed {
        Deed::Put {
            object,
            relation,
            target,
        } => {
            let place = Step::place(object.clone(), *relation, target.clone());
            let pick = Step::pick(object.clone());
            if in_hand {
                vec![place]
            } else {
                vec![pick, place]
            }
        }
        Deed::Pick(object) => vec![Step::pick(object.clone())],
        Deed::Point(object) => vec![Step::point(object.clone())],
        Deed::Push(object, direction) => vec![Step::push(object.clone(), *direction)],
        Deed::Home => vec![Step::home()],
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
            let placed = Step::place(object.clone(), *relation, target.clone());
            tried(&placed, Verdict::Yes, situation) > 0
        }
        Deed::Pick(object) => situation.holding.as_ref() == Some(object),
        Deed::Point(_) | Deed::Push(..) | Deed::Home => steps_for(deed, false)
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
    let step = steps_for(deed, puts_held(deed, situation))
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
    fn two_things_change_places_whatever_was_done_already() {
        let deed = |object: &str, relation, target: &str| Deed::Put {
            object: object.to_owned(),
            relation,
            target: target.to_owned(),
        };
        let goal = Goal::Act(vec![
            deed("red cube", Relation::NextTo, "blue bowl"),
            deed("green ball", Relation::In, "blue bowl"),
            deed("red cube", Relation::In, "pink bowl"),
        ]);
        let mut situation = Situation {
            objects: vec![
                seen("red cube"),
                seen("green ball"),
                seen("blue bowl"),
                seen("pink bowl"),
            ],
            ..Situation::default()
        };
        let lies_in = |bowl: &str| Some((Relation::In, bowl.to_owned()));
        situation.objects[0].rests = lies_in("blue bowl");
        situation.objects[1].rests = lies_in("pink bowl");
        let swap_ball = "pick green ball, then place green ball in blue bowl";
        let bring_cube = "pick red cube, then place red cube in pink bowl, then done";
        let written = |situation: &Situation| plan(&goal, situation).to_string();
        assert_eq!(
            written(&situation),
            format!(
                "pick red cube, then place red cube next to blue bowl, then {swap_ball}, then {bring_cube}"
            )
        );
        let cube = situation.objects.remove(0);
        situation.holding = Some("red cube".to_owned());
        assert_eq!(
            written(&situation),
            format!("place red cube next to blue bowl, then {swap_ball}, then {bring_cube}")
        );
        situation.holding = None;
        situation.objects.push(ObjectView {
            rests: None,
            ..cube
        });
        assert_eq!(
            written(&situation),
            format!("{swap_ball}, then {bring_cube}")
        );
        situation.objects[0].rests = lies_in("blue bowl");
        assert_eq!(written(&situation), bring_cube);
        situation.objects.pop();
        situation.holding = Some("red cube".to_owned());
        assert_eq!(
            written(&situation),
            "place red cube in pink bowl, then done"
        );
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
            step: Step::pick("red cube"),
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
