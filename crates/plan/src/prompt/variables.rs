//! What a template can show: the situation, as text where text has a form of its own.

use serde::Serialize;

use super::robot_card::{RobotCard, ShownCard};
use super::{one_line, recent, rests};
use crate::examples::{self, Example};
use crate::outcome::Outcome;
use crate::situation::{Infeasibility, ObjectView, Situation};
use crate::skills::Skill;
use crate::spatial_order;

/// Number of worked examples in a full prompt.
const SHOWN_EXAMPLES: usize = 2;
/// Tokens that a word takes, about, for the length of a thought.
const TOKENS_PER_WORD: f64 = 1.4;

/// The variables of a template.
#[derive(Debug, Serialize)]
pub(super) struct Variables {
    /// Most words of the thought that the plan is to begin with, if it is.
    thought_words: Option<u32>,
    /// What the robot can do; none where nobody knows.
    robot: Option<ShownCard>,
    skills: Vec<ShownSkill>,
    examples: Vec<ShownExample>,
    /// Whether they were chosen from a library.
    are_examples_chosen: bool,
    objects: Vec<ShownObject>,
    /// Lines that say how objects lie to each other, where the task speaks of that.
    order: Vec<String>,
    holding: Option<String>,
    conversation: Vec<ShownTurn>,
    /// The newest outcomes, oldest first.
    history: Vec<String>,
    changes: Vec<String>,
    rejection: Option<String>,
    notes: Vec<ShownNote>,
    task: String,
    /// Whether the task asks for a deed.
    is_request: bool,
}

impl Variables {
    /// Names of the variables.
    pub(super) const NAMES: [&str; 15] = [
        "thought_words",
        "robot",
        "skills",
        "examples",
        "are_examples_chosen",
        "objects",
        "order",
        "holding",
        "conversation",
        "history",
        "changes",
        "rejection",
        "notes",
        "task",
        "is_request",
    ];

    pub(super) fn new(situation: &Situation, skills: &[Skill], robot: Option<&RobotCard>) -> Self {
        let skill = |skill: &Skill| ShownSkill {
            name: skill.name(),
            description: skill.definition().description,
        };
        let chosen = &situation.examples;
        let examples: Vec<ShownExample> = match chosen.as_slice() {
            [] => examples::most_similar_shipped(&situation.instruction, SHOWN_EXAMPLES)
                .into_iter()
                .map(|example| ShownExample {
                    table: None,
                    ..ShownExample::from(example)
                })
                .collect(),
            chosen => chosen.iter().map(ShownExample::from).collect(),
        };
        let objects = situation.objects.iter();
        let words = |tokens: u32| (f64::from(tokens) / TOKENS_PER_WORD).max(1.0) as u32;
        Self {
            thought_words: situation.thought_tokens.map(words),
            robot: robot.map(ShownCard::from),
            skills: skills.iter().map(skill).collect(),
            examples,
            are_examples_chosen: !chosen.is_empty(),
            objects: objects
                .map(|object| ShownObject::new(object, &situation.infeasibilities))
                .collect(),
            order: spatial_order::describe_spatial_order(
                &situation.instruction,
                &situation.objects,
            ),
            holding: situation.holding.clone(),
            conversation: situation
                .conversation
                .iter()
                .map(|turn| ShownTurn {
                    task: one_line(&turn.instruction),
                    replies: turn.replies.iter().map(|reply| one_line(reply)).collect(),
                })
                .collect(),
            history: recent(&situation.history)
                .iter()
                .map(Outcome::to_string)
                .collect(),
            changes: situation.changes.clone(),
            rejection: situation.rejection.clone(),
            notes: situation
                .notes
                .iter()
                .map(|note| ShownNote {
                    topic: one_line(&note.topic),
                    lines: note.text.lines().map(one_line).collect(),
                })
                .collect(),
            task: one_line(&situation.instruction),
            is_request: situation.speech_act().is_request(),
        }
    }
}

#[derive(Debug, Serialize)]
struct ShownSkill {
    name: &'static str,
    description: &'static str,
}

#[derive(Debug, Serialize)]
struct ShownExample {
    /// What lay on the table; none where it is not told.
    table: Option<String>,
    task: String,
    plan: String,
}

impl From<&Example> for ShownExample {
    fn from(example: &Example) -> Self {
        Self {
            table: example.table_line(),
            task: one_line(&example.instruction),
            plan: example.plan_json(),
        }
    }
}

#[derive(Debug, Serialize)]
struct ShownObject {
    name: String,
    /// Meters, as text.
    position: String,
    size_cm: String,
    /// In the picture, `y, x`.
    point: String,
    is_reachable: bool,
    /// As in “in blue bowl”; empty on the table.
    rests: String,
    cannot: Vec<ShownInfeasibility>,
}

impl ShownObject {
    fn new(object: &ObjectView, infeasibilities: &[Infeasibility]) -> Self {
        let position = object.position;
        let of_it = infeasibilities.iter().filter(|it| it.object == object.name);
        Self {
            name: object.name.clone(),
            position: format!("{:.2}, {:.2}, {:.2}", position.x, position.y, position.z),
            size_cm: format!("{:.1}", 100.0 * object.size),
            point: format!("{}, {}", object.point.y, object.point.x),
            is_reachable: object.reachable,
            rests: rests(object).trim_start().to_owned(),
            cannot: of_it
                .map(|it| ShownInfeasibility {
                    what: infeasible(it),
                    reason: it.reason.clone(),
                })
                .collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct ShownInfeasibility {
    what: String,
    reason: String,
}

fn infeasible(infeasibility: &Infeasibility) -> String {
    match infeasibility.skill.definition().infeasible {
        Some(words) => words(infeasibility.relation),
        None => "cannot be handled".to_owned(),
    }
}

#[derive(Debug, Serialize)]
struct ShownTurn {
    task: String,
    replies: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ShownNote {
    topic: String,
    lines: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_named() {
        let all = serde_json::to_value(Variables::new(&Situation::default(), &[], None)).unwrap();
        let names: Vec<&str> = all
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(names, Variables::NAMES);
    }
}
