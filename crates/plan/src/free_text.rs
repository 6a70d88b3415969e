//! Parses free text into steps, for models that are served without a grammar.

use crate::planner::Rejection;
use crate::similarity::{BySpelling, TextSimilarity};
use crate::situation::Situation;
use crate::skills::{Skill, Step};
use crate::step::Plan;

/// Reads a plan in free text, a step a line or sentence, as the nearest of the admissible steps
/// of these `skills`. Only steps that the situation affords can come of it.
///
/// # Errors
/// A rejection that names the line that is like no step, or that leaves something open, for the
/// next prompt.
pub fn read_plan(text: &str, situation: &Situation, skills: &[Skill]) -> Result<Plan, Rejection> {
    read_plan_with_similarity(&BySpelling, text, situation, skills)
}

/// The same with another measure of how alike texts are.
///
/// # Errors
/// As [`read_plan`].
pub fn read_plan_with_similarity(
    similarity: &dyn TextSimilarity,
    text: &str,
    situation: &Situation,
    skills: &[Skill],
) -> Result<Plan, Rejection> {
    let phrases = |skill: &Skill| (skill.definition().phrases)(situation);
    let steps: Vec<(String, Step)> = skills.iter().flat_map(phrases).collect();
    let words: Vec<&str> = steps.iter().map(|(words, _)| words.as_str()).collect();
    let mut plan = Plan::default();
    for line in lines(text).take(Plan::MAX_STEPS) {
        let found = similarity.find(&words, line);
        let near = found.filter(|(_, alike)| *alike >= similarity.threshold());
        let mut step = near.map(|(found, _)| steps[found].1.clone());
        if let Some(step) = step.take_if(|step| step.fields_mut().fill_in_from_text(line)) {
            plan.steps.push(step);
            continue;
        }
        let like = found.map_or(String::new(), |(found, _)| {
            format!("; the nearest is “{}”", steps[found].0)
        });
        return Err(Rejection(format!(
            "“{line}” is nothing that can be done here{like}"
        )));
    }
    if plan.steps.is_empty() {
        return Err(Rejection("the plan has no steps".to_owned()));
    }
    Ok(plan)
}

/// Returns the lines and sentences without their numbers and dashes.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', ';', '.'])
        .map(|line| {
            line.trim_start_matches(|c: char| !c.is_alphabetic())
                .trim_start_matches("Step")
                .trim_start_matches(|c: char| !c.is_alphabetic())
                .trim_end_matches(|c: char| !c.is_alphanumeric())
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
        let plan = read_plan(text, &situation(), &Skill::ALL).unwrap();
        assert_eq!(
            plan.steps,
            [
                Step::pick_step("red cube"),
                Step::place_step("red cube", Relation::In, "blue bowl"),
                Step::done_step(),
            ]
        );
    }

    #[test]
    fn what_is_like_no_step_is_asked_back() {
        let rejection = read_plan("open the window", &situation(), &Skill::ALL).unwrap_err();
        assert!(
            rejection.to_string().contains("open the window"),
            "{rejection}"
        );
        assert!(read_plan(" \n", &situation(), &Skill::ALL).is_err());
    }

    #[test]
    fn only_what_is_afforded_can_come_of_it() {
        let plan = read_plan("pick up the blue bowl", &situation(), &Skill::ALL);
        if let Ok(plan) = plan {
            assert!(!plan.steps.contains(&Step::pick_step("blue bowl")));
        }
    }
}
