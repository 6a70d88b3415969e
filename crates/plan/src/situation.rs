//! Everything a plan rests on.

use enact_types::{NormalizedPoint, Point3};
use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;
use crate::skills::{Skill, StepKind};
use crate::space::Relation;
use crate::speech_act::SpeechAct;
use crate::step::Plan;

/// A seen object, as the planner is told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectView {
    /// Unique name: the label, numbered where two share it.
    pub name: String,
    /// Where the picture shows it.
    pub point: NormalizedPoint,
    /// Where it is in the base frame, meters.
    pub position: Point3,
    /// Its largest extent, meters.
    pub size: f64,
    /// Whether the arm can get to it.
    pub reachable: bool,
    /// In or on which other object it is.
    pub rests: Option<(Relation, String)>,
    /// Skills that can have it as their object: `Pick`, `Push`, `Point`.
    pub affords: Vec<Skill>,
    /// Where something can be put with respect to it.
    pub receives: Vec<Relation>,
}

#[cfg(test)]
impl ObjectView {
    /// An object of which only its name and what can be done with it matter.
    pub(crate) fn affording(name: &str, affords: &[Skill], receives: &[Relation]) -> Self {
        Self {
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
}

/// An earlier task and what the robot said to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationTurn {
    /// What the person asked for.
    #[serde(rename = "task")]
    pub instruction: String,
    /// What the robot said or asked, in order.
    pub replies: Vec<String>,
}

/// What cannot be done with an object as things stand now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Infeasibility {
    /// Its name.
    pub object: String,
    /// `Pick`, `Push` or `Point`; `Place` if nothing can be put where `relation` says.
    pub skill: Skill,
    /// Where nothing can be put with respect to the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Why, in words.
    pub reason: String,
}

/// Everything a plan rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    /// What the person asked for.
    #[serde(rename = "task")]
    pub instruction: String,
    /// What was said before this task, oldest first.
    pub conversation: Vec<ConversationTurn>,
    /// What is seen now.
    pub objects: Vec<ObjectView>,
    /// What cannot be done with them now, and why.
    #[serde(rename = "hindrances", default, skip_serializing_if = "Vec::is_empty")]
    pub infeasibilities: Vec<Infeasibility>,
    /// Name of the object in the gripper.
    pub holding: Option<String>,
    /// What was tried for this task so far, oldest first.
    pub history: Vec<Outcome>,
    /// Why the last answer of the model was rejected whole.
    pub rejection: Option<String>,
    /// What changed on the table since the last look though the robot did not do it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// Whether the last answer denied what is seen: words are not taken again.
    pub must_act: bool,
}

impl Situation {
    /// Returns what the person does by saying [`instruction`](Self::instruction).
    pub fn speech_act(&self) -> SpeechAct {
        SpeechAct::of(&self.instruction)
    }

    /// Returns the names of the objects that a skill can have as its object now.
    pub fn affording(&self, skill: Skill) -> impl Iterator<Item = &str> {
        let affording = move |object: &&ObjectView| object.affords.contains(&skill);
        let objects = self.objects.iter().filter(affording);
        objects.map(|object| object.name.as_str())
    }

    /// The name of a seen object that `plan` says is not seen.
    pub fn denied_by<'a>(&'a self, plan: &Plan) -> Option<&'a str> {
        let denials = denials(plan);
        self.objects
            .iter()
            .map(|object| object.name.as_str())
            .find(|name| denials.iter().any(|text| text.contains(name)))
    }

    /// Returns the kind of a seen object (“ball”), or its name, of which `plan` says that none is
    /// seen at all: “I do not see a ball.” “I do not see a red ball.” may be true beside a blue one.
    pub fn kind_denied_by<'a>(&'a self, plan: &Plan) -> Option<&'a str> {
        let denials = denials(plan);
        let kinds = self
            .objects
            .iter()
            .filter_map(|object| object.name.split(' ').next_back());
        let is_denied = |kind: &&str| {
            ["a", "an", "any", "such a", "such an"]
                .iter()
                .any(|article| {
                    let denial = format!("see {article} {kind}");
                    denials.iter().any(|text| text.contains(&denial))
                })
        };
        self.denied_by(plan)
            .or_else(|| kinds.clone().find(is_denied))
    }
}

/// Sentences of `plan` that say that something is not seen, in lower case.
fn denials(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .filter_map(|step| match step.kind() {
            StepKind::Statement(text) => Some(text.to_lowercase()),
            _ => None,
        })
        .filter(|text| text.contains("not see"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skills::Step;

    #[test]
    fn denying_what_is_seen_is_noticed() {
        let situation = Situation {
            objects: vec![ObjectView {
                name: "red tray".to_owned(),
                point: NormalizedPoint { y: 1, x: 2 },
                position: Point3::origin(),
                size: 0.15,
                reachable: true,
                rests: None,
                affords: Vec::new(),
                receives: Vec::new(),
            }],
            ..Situation::default()
        };
        let says = |text: &str| Plan {
            steps: vec![Step::say(text)],
        };
        let denied = |text| situation.denied_by(&says(text));
        assert_eq!(denied("I do not see a red tray."), Some("red tray"));
        assert_eq!(denied("I do not see a blue tray."), None);
        assert_eq!(denied("I see: red tray."), None);
        let kind = |text| situation.kind_denied_by(&says(text));
        assert_eq!(kind("I do not see a tray."), Some("tray"));
        assert_eq!(kind("I do not see such a tray."), Some("tray"));
        assert_eq!(kind("I do not see a blue tray."), None);
        assert_eq!(kind("I do not see a red tray."), Some("red tray"));
    }
}
