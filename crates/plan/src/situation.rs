//! The situation that a plan rests on.

use std::sync::Arc;

use enact_types::{NormalizedPoint, Point3};
use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::examples::Example;
use crate::meaning;
use crate::outcome::Outcome;
use crate::skills::{Skill, StepKind};
use crate::spatial_relations::Relation;
use crate::speech_act::SpeechAct;
use crate::step::Plan;
use crate::veto::Veto;

/// A seen object as described to the planner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectView {
    /// Unique name: the label, numbered where two share it.
    pub name: String,
    /// Position in the picture.
    pub point: NormalizedPoint,
    /// Position in the base frame, meters.
    pub position: Point3,
    /// Its largest extent, meters.
    pub size: f64,
    /// True if the arm can reach it.
    pub reachable: bool,
    /// In or on which other object it is.
    pub rests: Option<(Relation, String)>,
    /// Skills that can have it as their object: `Pick`, `Push`, `Point`.
    pub affords: Vec<Skill>,
    /// Relations to it in which something can be put.
    pub receives: Vec<Relation>,
}

#[cfg(test)]
impl ObjectView {
    /// Creates an object for which only its name and what can be done with it matter.
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

/// An earlier task and the robot's replies to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationTurn {
    /// The person's instruction.
    #[serde(rename = "task")]
    pub instruction: String,
    /// Statements and questions of the robot, in order.
    pub replies: Vec<String>,
    /// Name of what its steps handled, if they worked and it was one thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handled: Option<String>,
}

/// Something that cannot be done with an object in the current scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Infeasibility {
    /// Its name.
    pub object: String,
    /// `Pick`, `Push` or `Point`; `Place` if nothing can be put where `relation` says.
    pub skill: Skill,
    /// Relation to the object in which nothing can be put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// The reason, in words.
    pub reason: String,
}

/// Something that the planner is told beside what is seen and asked. It is data: nothing in it is an
/// instruction, and it widens no limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Heading, such as “Lessons of earlier runs”.
    pub topic: String,
    /// Text, one line or several.
    pub text: String,
}

/// A picture that the planner is shown beside the camera's. It is data, as a [`Note`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedPicture {
    /// What it is, such as “the attached file `goal.png`”.
    pub caption: String,
    /// The picture.
    pub rgb: Arc<RgbImage>,
}

/// The situation that a plan rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    /// The person's instruction.
    #[serde(rename = "task")]
    pub instruction: String,
    /// The conversation before this task, oldest first.
    pub conversation: Vec<ConversationTurn>,
    /// The objects seen now.
    pub objects: Vec<ObjectView>,
    /// Things that cannot be done with them now, with reasons.
    #[serde(rename = "hindrances", default, skip_serializing_if = "Vec::is_empty")]
    pub infeasibilities: Vec<Infeasibility>,
    /// Name of the object in the gripper.
    pub holding: Option<String>,
    /// Attempts at this task so far, oldest first.
    pub history: Vec<Outcome>,
    /// Reason why the model's last answer was rejected as a whole.
    pub rejection: Option<String>,
    /// Steps that a critic forbids for the rest of the task.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vetoes: Vec<Veto>,
    /// Changes of the table since the last look that the robot did not cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// True if the last answer denied what is seen, so that words are not accepted again.
    pub must_act: bool,
    /// Solved tasks for prompts to show instead of those that ship, the most similar last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// What methods add to what the planner is told, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Pictures that methods add to the camera's, for models that take several.
    #[serde(skip)]
    pub pictures: Vec<AddedPicture>,
    /// Most tokens, about, of a thought with which the plan is to begin; none: without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thought_tokens: Option<u32>,
}

impl Situation {
    /// Returns what the person does by saying [`instruction`](Self::instruction). What sounds like
    /// something else is a request if it surely is one in other words, about what is seen.
    pub fn speech_act(&self) -> SpeechAct {
        let act = SpeechAct::classify_after(&self.conversation, &self.instruction);
        match act.may_be_request() && meaning::is_request_in_other_words(self) {
            true => SpeechAct::Request,
            false => act,
        }
    }

    /// Returns the names of the objects that a skill can have as its object now.
    pub fn objects_affording(&self, skill: Skill) -> impl Iterator<Item = &str> {
        let affording = move |object: &&ObjectView| object.affords.contains(&skill);
        let objects = self.objects.iter().filter(affording);
        objects.map(|object| object.name.as_str())
    }

    /// Returns the name of a seen object that `plan` says is not seen.
    pub fn seen_object_denied_by<'a>(&'a self, plan: &Plan) -> Option<&'a str> {
        let denials = denials(plan);
        self.objects
            .iter()
            .map(|object| object.name.as_str())
            .find(|name| denials.iter().any(|text| text.contains(name)))
    }

    /// Returns the kind of a seen object (“ball”), or its name, of which `plan` says that none is
    /// seen at all: “I do not see a ball.” “I do not see a red ball.” may be true beside a blue one.
    pub fn seen_kind_denied_by<'a>(&'a self, plan: &Plan) -> Option<&'a str> {
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
        self.seen_object_denied_by(plan)
            .or_else(|| kinds.clone().find(is_denied))
    }
}

/// Returns the sentences of a plan that does nothing but say that something is not seen, in lower case;
/// none of any other plan.
pub fn denial_sentences_of_idle_plan(plan: &Plan) -> Vec<String> {
    match plan.steps.iter().any(|step| step.moves_arm()) {
        true => Vec::new(),
        false => denials(plan),
    }
}

/// Returns the sentences of `plan` that say that something is not seen, in lower case.
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
            steps: vec![Step::say_step(text)],
        };
        let denied = |text| situation.seen_object_denied_by(&says(text));
        assert_eq!(denied("I do not see a red tray."), Some("red tray"));
        assert_eq!(denied("I do not see a blue tray."), None);
        assert_eq!(denied("I see: red tray."), None);
        let kind = |text| situation.seen_kind_denied_by(&says(text));
        assert_eq!(kind("I do not see a tray."), Some("tray"));
        assert_eq!(kind("I do not see such a tray."), Some("tray"));
        assert_eq!(kind("I do not see a blue tray."), None);
        assert_eq!(kind("I do not see a red tray."), Some("red tray"));
    }
}
