//! From free text to steps, for models that are served without a grammar.

use crate::nearest::Nearest;
use crate::planner::Rejection;
use crate::situation::Situation;
use crate::space::Direction;
use crate::step::{Plan, Skill, Step};

/// A line less alike than this to every admissible step means none of them.
const ALIKE: f64 = 0.3;

/// Reads a plan in free text, a step a line or sentence, as the admissible steps nearest to
/// it. Only steps that the situation affords can come of it.
///
/// # Errors
/// A rejection that names the line that is like no step, for the next prompt.
pub fn translate(text: &str, situation: &Situation) -> Result<Plan, Rejection> {
    let steps = admissible(situation);
    let nearest = Nearest::new(steps.iter().map(|(words, _)| words.as_str()));
    let mut plan = Plan::default();
    for line in lines(text).take(Plan::MAX_STEPS) {
        match nearest.find(line) {
            Some((found, alike)) if alike >= ALIKE => plan.steps.push(steps[found].1.clone()),
            _ => {
                let like = nearest.find(line).map_or(String::new(), |(found, _)| {
                    format!("; the nearest is “{}”", steps[found].0)
                });
                return Err(Rejection(format!(
                    "“{line}” is nothing that can be done here{like}"
                )));
            }
        }
    }
    if plan.steps.is_empty() {
        return Err(Rejection("the plan has no steps".to_owned()));
    }
    Ok(plan)
}

/// Steps that make sense now, each in words.
fn admissible(situation: &Situation) -> Vec<(String, Step)> {
    let mut steps = vec![
        ("go home".to_owned(), Step::Home {}),
        ("done".to_owned(), Step::Done {}),
    ];
    for object in &situation.objects {
        let name = &object.name;
        for skill in &object.affords {
            match skill {
                Skill::Pick => steps.push((
                    format!("pick up the {name}"),
                    Step::Pick {
                        object: name.clone(),
                    },
                )),
                Skill::Push => steps.extend(Direction::ALL.map(|direction| {
                    let words = format!("push the {name} {}", direction.name());
                    let object = name.clone();
                    (words, Step::Push { object, direction })
                })),
                Skill::Point => steps.push((
                    format!("point to the {name}"),
                    Step::Point {
                        object: name.clone(),
                    },
                )),
                _ => {}
            }
        }
    }
    steps.extend(placements(situation));
    steps
}

/// Whatever is or will be held, to wherever something can go.
fn placements(situation: &Situation) -> Vec<(String, Step)> {
    let graspable = |object: &&crate::ObjectView| object.affords.contains(&Skill::Pick);
    let pickable = situation.objects.iter().filter(graspable);
    let movable: Vec<&String> = situation
        .holding
        .iter()
        .chain(pickable.map(|object| &object.name))
        .collect();
    let mut steps = Vec::new();
    for target in &situation.objects {
        for relation in &target.receives {
            for object in movable.iter().filter(|object| ***object != target.name) {
                let words = format!("put the {object} {} the {}", relation.name(), target.name);
                let step = Step::Place {
                    object: (*object).clone(),
                    relation: *relation,
                    target: target.name.clone(),
                };
                steps.push((words, step));
            }
        }
    }
    steps
}

/// Lines and sentences without their numbers and dashes.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', ';', '.'])
        .map(|line| {
            line.trim_start_matches(|c: char| !c.is_alphabetic())
                .trim_start_matches("Step")
                .trim_matches(|c: char| !c.is_alphabetic())
        })
        .filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectView, Relation};

    fn situation() -> Situation {
        let all = [Skill::Pick, Skill::Push, Skill::Point];
        Situation {
            objects: vec![
                ObjectView::affording("red cube", &all, &[Relation::On, Relation::LeftOf]),
                ObjectView::affording("blue bowl", &all[1..], &[Relation::In, Relation::LeftOf]),
            ],
            ..Situation::default()
        }
    }

    #[test]
    fn free_text_becomes_the_steps_that_it_means() {
        let text = "1. First, grab and pick the red cube up\n2. Then place the red cube in the blue bwol\n3. We are done!";
        let plan = translate(text, &situation()).unwrap();
        let cube = || "red cube".to_owned();
        assert_eq!(
            plan.steps,
            [
                Step::Pick { object: cube() },
                Step::Place {
                    object: cube(),
                    relation: Relation::In,
                    target: "blue bowl".to_owned()
                },
                Step::Done {},
            ]
        );
    }

    #[test]
    fn what_is_like_no_step_is_asked_back() {
        let rejection = translate("open the window", &situation()).unwrap_err();
        assert!(
            rejection.to_string().contains("open the window"),
            "{rejection}"
        );
        assert!(translate(" \n", &situation()).is_err());
    }

    #[test]
    fn only_what_is_afforded_can_come_of_it() {
        let plan = translate("pick up the blue bowl", &situation());
        if let Ok(plan) = plan {
            let bowl = |step: &Step| matches!(step, Step::Pick { object } if object == "blue bowl");
            assert!(!plan.steps.iter().any(bowl));
        }
    }
}
