//! The steps that can be done next, one by one, and how things stand after one.
//!
//! For planners that choose instead of writing, as in *Do As I Can, Not As I Say* (Ahn et al., 2022).

use enact_types::{NormalizedPoint, Point3};

use crate::outcome::{Outcome, Verdict};
use crate::situation::{ObjectView, Situation};
use crate::skills::{Skill, Step};
use crate::spatial_relations::Relation;

/// A step that can be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The step in plain words.
    pub words: String,
    /// The step.
    pub step: Step,
}

/// Returns what can be done next with these skills: each step that the situation affords, that may
/// answer the sentence, and for which the gripper holds what it must, each once.
pub fn next_candidates(situation: &Situation, skills: &[Skill]) -> Vec<Candidate> {
    let speech_act = situation.speech_act();
    let mut candidates: Vec<Candidate> = Vec::new();
    let permitted = skills.iter().filter(|skill| speech_act.permits(**skill));
    for (words, mut step) in permitted.flat_map(|skill| (skill.definition().phrases)(situation)) {
        // What its words leave open must be in the person's.
        let is_whole = step.fields_mut().fill_in_from_text(&situation.instruction);
        let is_new = candidates.iter().all(|other| other.step != step);
        if is_whole && is_new && fits_gripper(&step, situation.holding.as_deref()) {
            candidates.push(Candidate { words, step });
        }
    }
    candidates
}

/// Whether the gripper holds what it must for a step: the thing that is put somewhere; nothing where
/// another thing is handled.
fn fits_gripper(step: &Step, holding: Option<&str>) -> bool {
    match (step.held_before(), holding) {
        (Some(needed), held) => held == Some(needed),
        (None, None) => true,
        (None, Some(_)) => step.object_names().next().is_none(),
    }
}

/// How things stand when a step has been done as meant.
#[must_use]
pub fn situation_after(mut situation: Situation, step: &Step) -> Situation {
    if let Some(held) = step.held_after() {
        situation.holding = Some(held.to_owned());
    } else if step.held_before().is_some() {
        situation.holding = None;
    }
    situation.history.push(Outcome {
        step: step.clone(),
        verdict: Verdict::Yes,
        reason: String::new(),
    });
    situation
}

/// The words for a step, whatever the situation; `None` for one that has none, as a sentence.
pub fn words_for_step(step: &Step) -> Option<String> {
    let thing = |name: &str| ObjectView {
        name: name.to_owned(),
        point: NormalizedPoint { y: 0, x: 0 },
        position: Point3::origin(),
        size: 0.0,
        reachable: true,
        rests: None,
        affords: Skill::ALL.to_vec(),
        receives: Relation::ALL_RELATIONS.to_vec(),
    };
    let situation = Situation {
        objects: step.object_names().map(thing).collect(),
        ..Situation::default()
    };
    let phrases = (step.skill().definition().phrases)(&situation);
    let found = phrases.into_iter().find(|(_, other)| other == step);
    found.map(|(words, _)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn situation() -> Situation {
        let all = [Skill::Pick, Skill::Push, Skill::Point];
        Situation {
            instruction: "put the red cube in the blue bowl".to_owned(),
            objects: vec![
                ObjectView::affording("red cube", &all, &[Relation::On]),
                ObjectView::affording("blue bowl", &all[1..], &[Relation::In]),
            ],
            ..Situation::default()
        }
    }

    #[test]
    fn what_comes_next_depends_on_the_gripper() {
        let free = situation();
        let steps = |situation: &Situation| -> Vec<Step> {
            let next = next_candidates(situation, &Skill::ALL);
            next.into_iter().map(|candidate| candidate.step).collect()
        };
        let pick = Step::pick_step("red cube");
        let place = Step::place_step("red cube", Relation::In, "blue bowl");
        let now = steps(&free);
        assert!(now.contains(&pick) && now.contains(&Step::done_step()));
        assert!(!now.contains(&place) && !now.contains(&Step::pick_step("blue bowl")));
        let holding = situation_after(free, &pick);
        assert_eq!(holding.holding.as_deref(), Some("red cube"));
        let now = steps(&holding);
        assert!(now.contains(&place) && !now.contains(&pick));
        let put = situation_after(holding, &place);
        assert_eq!((put.holding.as_deref(), put.history.len()), (None, 2));
    }

    #[test]
    fn nothing_that_moves_answers_a_question() {
        let asked = Situation {
            instruction: "what is in the blue bowl?".to_owned(),
            ..situation()
        };
        let next = next_candidates(&asked, &Skill::ALL);
        assert!(next.iter().all(|it| !it.step.moves_arm()), "{next:?}");
    }

    #[test]
    fn an_angle_is_the_persons() {
        let turned = Situation {
            instruction: "turn the red cube by 90 degrees".to_owned(),
            ..situation()
        };
        let next = next_candidates(&turned, &Skill::ALL);
        let turn = next.iter().find(|it| it.step.skill() == Skill::Rotate);
        assert_eq!(turn.unwrap().step, Step::rotate_step("red cube", 90));
        let none = super::next_candidates(&situation(), &Skill::ALL);
        assert!(none.iter().all(|it| it.step.skill() != Skill::Rotate));
    }

    #[test]
    fn worked_examples_have_words() {
        for example in crate::examples::most_similar_shipped("put the cube in the bowl", 9) {
            for step in &example.plan.steps {
                let speaks = matches!(step.skill(), Skill::Say | Skill::Ask);
                assert_eq!(words_for_step(step).is_none(), speaks, "{step}");
            }
        }
        let put = Step::place_step("mug", Relation::LeftOf, "red box");
        assert_eq!(
            words_for_step(&put).unwrap(),
            "put the mug left of the red box"
        );
    }
}
