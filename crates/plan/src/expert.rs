//! The expert's plan for a situation.

use crate::intent::{Action, Intent};
use crate::outcome::Verdict;
use crate::replies::{self, Language};
use crate::situation::Situation;
use crate::skills::Step;
use crate::step::Plan;

/// Number of refusals after which a step is given up.
const REFUSALS_BEFORE_GIVING_UP: usize = 2;

/// Returns the expert's plan for `situation` if the task means `goal`.
pub fn plan(goal: &Intent, situation: &Situation) -> Plan {
    let steps = match goal {
        Intent::Say(text) => vec![say(text.clone())],
        Intent::Ask(question) => vec![Step::ask_step(question.clone())],
        Intent::Act(actions) => match impediment(actions, situation) {
            Some(reason) => vec![say(reason)],
            None => act(actions, situation),
        },
    };
    Plan { steps }
}

fn say(text: String) -> Step {
    Step::say_step(text)
}

fn act(actions: &[Action], situation: &Situation) -> Vec<Step> {
    let mut open: Vec<&Action> = (0..actions.len())
        .filter(|index| !is_action_done(&actions[*index], situation))
        .filter(|index| !is_superseded(*index, actions, situation))
        .map(|index| &actions[index])
        .collect();
    // The held object must be put down before another is picked up.
    let held = open.iter().position(|action| puts_held(action, situation));
    if let Some(held) = held {
        open[..=held].rotate_right(1);
    }
    let mut steps: Vec<Step> = open
        .into_iter()
        .enumerate()
        .flat_map(|(order, action)| steps_for(action, order == 0 && held.is_some()))
        .take(Plan::MAX_STEPS - 1)
        .collect();
    steps.push(Step::done_step());
    steps
}

/// Returns whether a wait is over: an object that waits beside something until its place is free
/// has waited enough when it stands free, when its place is free, or when it has arrived.
fn is_superseded(index: usize, actions: &[Action], situation: &Situation) -> bool {
    let Action::Put {
        object, relation, ..
    } = &actions[index]
    else {
        return false;
    };
    let moves_it =
        |action: &Action| matches!(action, Action::Put { object: other, .. } if other == object);
    let Some(later) = (index + 1..actions.len()).find(|later| moves_it(&actions[*later])) else {
        return false;
    };
    let between = &actions[index + 1..later];
    // “In the bowl, and out again”: nothing waits, so the first is to be done, too.
    if between.is_empty() && !relation.is_beside() {
        return steps_for(&actions[index], true)
            .iter()
            .all(|step| tried(step, Verdict::Yes, situation) > 0);
    }
    let stands_free = situation
        .objects
        .iter()
        .any(|seen| seen.name == *object && seen.rests.is_none());
    is_action_done(&actions[later], situation)
        || (relation.is_beside() && stands_free)
        || between
            .iter()
            .all(|action| is_action_done(action, situation))
}

fn puts_held(action: &Action, situation: &Situation) -> bool {
    matches!(action, Action::Put { object, .. } if situation.holding.as_ref() == Some(object))
}

/// Returns the steps of an action; with `in_hand` the object of a `Put` is already picked up.
fn steps_for(action: &Action, in_hand: bool) -> Vec<Step> {
    match action {
        Action::Put {
            object,
            relation,
            target,
        } => {
            let place = Step::place_step(object.clone(), *relation, target.clone());
            let pick = Step::pick_step(object.clone());
            if in_hand {
                vec![place]
            } else {
                vec![pick, place]
            }
        }
        Action::Pick(object) => vec![Step::pick_step(object.clone())],
        Action::Point(object) => vec![Step::point_step(object.clone())],
        Action::Push(object, direction) => vec![Step::push_step(object.clone(), *direction)],
        Action::Rotate(object, degrees) => vec![Step::rotate_step(object.clone(), *degrees)],
        Action::Home => vec![Step::home_step()],
    }
}

/// Returns whether the picture, the gripper or the history shows that the action is done.
pub fn is_action_done(action: &Action, situation: &Situation) -> bool {
    match action {
        Action::Put {
            object,
            relation,
            target,
        } if !relation.is_beside() => situation.objects.iter().any(|seen| {
            // How deep a container is decides whether something is seen in or on it.
            let rests_there = seen.rests.as_ref().is_some_and(|(_, host)| host == target);
            seen.name == *object && rests_there
        }),
        Action::Put { object, .. } if situation.holding.as_ref() == Some(object) => false,
        Action::Put {
            object,
            relation,
            target,
        } => {
            let placed = Step::place_step(object.clone(), *relation, target.clone());
            tried(&placed, Verdict::Yes, situation) > 0
        }
        Action::Pick(object) => situation.holding.as_ref() == Some(object),
        Action::Point(_) | Action::Push(..) | Action::Rotate(..) | Action::Home => {
            steps_for(action, false)
                .iter()
                .all(|step| tried(step, Verdict::Yes, situation) > 0)
        }
    }
}

/// Returns why the task is infeasible, in the robot's words.
fn impediment(actions: &[Action], situation: &Situation) -> Option<String> {
    actions
        .iter()
        .filter(|action| !is_action_done(action, situation))
        .find_map(|action| missing(action, situation).or_else(|| given_up(action, situation)))
}

fn missing(action: &Action, situation: &Situation) -> Option<String> {
    let language = Language::detect_language(&situation.instruction);
    action.required_objects().into_iter().find_map(|name| {
        if situation.holding.as_deref() == Some(name) {
            return None;
        }
        match situation.objects.iter().find(|seen| seen.name == name) {
            None => Some(replies::not_seen(language, name)),
            Some(seen) if !seen.reachable => Some(replies::out_of_reach(language, name)),
            Some(_) => None,
        }
    })
}

fn given_up(action: &Action, situation: &Situation) -> Option<String> {
    let step = steps_for(action, puts_held(action, situation))
        .into_iter()
        .find(|step| tried(step, Verdict::Refused, situation) >= REFUSALS_BEFORE_GIVING_UP)?;
    let language = Language::detect_language(&situation.instruction);
    Some(replies::cannot(
        language,
        step.skill(),
        action.required_objects().first().copied(),
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
    use crate::{ObjectView, Outcome, Relation};
    use enact_types::{NormalizedPoint, Point3};

    fn seen(name: &str) -> ObjectView {
        ObjectView {
            name: name.to_owned(),
            point: NormalizedPoint { y: 1, x: 1 },
            position: Point3::origin(),
            size: 0.03,
            reachable: true,
            rests: None,
            affords: Vec::new(),
            receives: Vec::new(),
        }
    }

    fn put() -> Intent {
        Intent::Act(vec![Action::Put {
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
        let action = |object: &str, relation, target: &str| Action::Put {
            object: object.to_owned(),
            relation,
            target: target.to_owned(),
        };
        let goal = Intent::Act(vec![
            action("red cube", Relation::NextTo, "blue bowl"),
            action("green ball", Relation::In, "blue bowl"),
            action("red cube", Relation::In, "pink bowl"),
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
    fn what_was_turned_is_not_turned_again() {
        let turn = Intent::Act(vec![Action::Rotate("red cube".to_owned(), 45)]);
        let mut situation = table();
        let written = plan(&turn, &situation).to_string();
        assert_eq!(written, "rotate red cube by 45 degrees, then done");
        situation.history.push(Outcome {
            step: Step::rotate_step("red cube", 45),
            verdict: Verdict::Yes,
            reason: String::new(),
        });
        assert_eq!(plan(&turn, &situation).to_string(), "done");
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
            step: Step::pick_step("red cube"),
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
