//! The TOML format of a suite.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use enact_sim::Goal;
use enact_types::{Reason, text, toml_text};
use regex::Regex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use thiserror::Error;

use crate::suite_camera::SuiteCamera;

/// Tasks that are evaluated together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Subject of the suite, in a sentence.
    pub about: String,
    /// Scene whose table, camera and area the tasks use, a name in `scenes/`.
    pub scene: String,
    /// Largest number of turns.
    pub turns: u32,
    /// Light, table top and camera noise of all tasks.
    #[serde(default)]
    pub light: Lighting,
    /// The camera, where it is not the scene's.
    pub camera: Option<SuiteCamera>,
    /// Tasks of the suite.
    pub tasks: Vec<SuiteTask>,
}

/// A task; each episode is an instance of one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteTask {
    /// Name in the table of results.
    pub name: String,
    /// Ways to phrase the task. `{role}` stands for the name of the object with that role,
    /// `{variable}` for a drawn word, `{absent}` for a missing object.
    pub instructions: Vec<String>,
    /// Objects as in a scene file, each with a `role`.
    #[serde(default)]
    pub objects: Vec<toml::Table>,
    /// Further objects, as in a scene file.
    pub random: Option<toml::Table>,
    /// Words drawn for each episode, no two alike; objects refer to them as `"$variable"`.
    #[serde(default)]
    pub draw: BTreeMap<String, Vec<String>>,
    /// Shapes of the missing object to name.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Objects that lie in or on another at the start, by role.
    #[serde(default)]
    pub rests: BTreeMap<String, String>,
    /// Requirements on the start.
    #[serde(default)]
    pub requires: Vec<Requirement>,
    /// Hint for the oracle: the object to put beside another first, and that other.
    pub aside: Option<(String, String)>,
    /// Goal of the task; names are roles.
    pub goal: Option<Goal>,
    /// Roles that must stay in place. Any object that neither `goal` nor `rests` nor `disturb`
    /// names must do so in any case.
    #[serde(default)]
    pub untouched: Vec<String>,
    /// Role that must be pointed at.
    pub pointed: Option<String>,
    /// Expected reply in place of an action.
    pub answer: Option<ExpectedReply>,
    /// Regular expression that something said must match, where a reply is expected.
    pub says: Option<Pattern>,
    /// Regular expression that nothing said may match: it would be false.
    pub never_says: Option<Pattern>,
    /// Disturbance during the run.
    #[serde(default)]
    pub disturb: Disturbance,
    /// Texts, one of which is written on a card in view.
    #[serde(default)]
    pub card: Vec<String>,
}

/// A reply without an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedReply {
    /// The robot says something.
    Said,
    /// The robot asks.
    Asked,
    /// Either.
    Any,
    /// Nothing moves, whatever is said, if anything.
    Nothing,
}

/// A regular expression in a suite.
#[derive(Clone, Debug)]
pub struct Pattern(pub Regex);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Regex::new(&text).map(Self).map_err(D::Error::custom)
    }
}

/// A requirement on the start; names are roles.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Requirement {
    /// A requirement on distances.
    Space(SpatialRequirement),
    /// A state that could be a goal, too.
    State(Goal),
}

/// A requirement on distances; a difference below 2 cm does not count.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SpatialRequirement {
    /// The first is nearer to the arm's base than the second.
    NearerToArm(String, String),
    /// The first is nearer to the third than the second is.
    Nearer(String, String, String),
    /// The first is farther left in the picture than the second.
    Lefter(String, String),
    /// The first is nearer to the bottom of the picture than the second.
    Lower(String, String),
    /// The first is near the line between the others.
    Between(String, String, String),
    /// The first is not near the line between the others.
    NotBetween(String, String, String),
}

impl Requirement {
    fn names(&self) -> Vec<&str> {
        match self {
            Self::State(goal) => goal.names(),
            Self::Space(space) => space.names(),
        }
    }
}

impl SpatialRequirement {
    fn names(&self) -> Vec<&str> {
        match self {
            Self::NearerToArm(a, b) | Self::Lefter(a, b) | Self::Lower(a, b) => vec![a, b],
            Self::Nearer(a, b, c) | Self::Between(a, b, c) | Self::NotBetween(a, b, c) => {
                vec![a, b, c]
            }
        }
    }
}

/// A disturbance during the run, unknown to the robot.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disturbance {
    /// Role of the object that is moved.
    pub moves: Option<String>,
    /// Distance from the object's initial place, meters.
    #[serde(default)]
    pub by: f64,
    /// Role of an object that is out of sight until the trigger.
    pub appears: Option<String>,
    /// Moment of the disturbance.
    #[serde(default)]
    pub when: Trigger,
    /// Change of light, table top and camera noise.
    #[serde(default)]
    pub light: Lighting,
    /// Number of pictures lost after the first.
    #[serde(default)]
    pub lost_frames: u32,
}

/// A moment of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The plan is made and nothing has moved.
    #[default]
    Planned,
    /// The arm is on its way to the object.
    OnTheWay,
    /// The object is in the hand, and the arm sets out to place it.
    Lifted,
}

/// Light, table top and camera noise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lighting {
    /// The default look.
    #[default]
    Usual,
    /// Random.
    Other,
    /// The default at the first look, random afterwards.
    Changes,
}

/// A suite that cannot be used.
#[derive(Debug, Error)]
#[error("{file}: {what}")]
pub struct SuiteError {
    /// File of the suite.
    pub file: PathBuf,
    /// The problem.
    #[source]
    pub what: Reason,
}

impl Suite {
    /// Reads a suite.
    ///
    /// # Errors
    /// The first problem in the file, with file and line.
    pub fn load(path: &Path) -> Result<Self, SuiteError> {
        let fault = |what: Reason| SuiteError {
            file: path.to_owned(),
            what,
        };
        let text = std::fs::read(path)
            .and_then(text::decode)
            .map_err(|error| fault(Reason::new(format!("cannot be read: {error}"), error)))?;
        let suite: Self = toml_text::parse(&text).map_err(|error| fault(Reason::of(error)))?;
        suite.check().map_err(fault)?;
        Ok(suite)
    }

    fn check(&self) -> Result<(), Reason> {
        if self.tasks.is_empty() {
            return Err("a suite needs at least one [[tasks]]".into());
        }
        if let Some(fault) = self.camera.as_ref().and_then(SuiteCamera::fault) {
            return Err(fault);
        }
        for task in &self.tasks {
            let fault = |what: &str| Err(format!("task `{}`: {what}", task.name).into());
            if task.instructions.is_empty() {
                return fault("it needs at least one of `instructions`");
            }
            let ends = [
                task.goal.is_some(),
                task.pointed.is_some(),
                task.answer.is_some(),
            ];
            if ends.iter().filter(|is_given| **is_given).count() != 1 {
                return fault("it needs one of `goal`, `pointed` and `answer`");
            }
            if task.says.is_some() && task.answer.is_none() {
                return fault("`says` needs `answer`");
            }
            let roles = task.roles();
            if let Some(word) = task.misspelt(&roles) {
                return fault(&format!(
                    "an instruction names `{{{word}}}`, which is no role and no drawn word"
                ));
            }
            if let Some(name) = task.named().find(|name| !roles.contains(name)) {
                return fault(&format!("no object has the role `{name}`"));
            }
        }
        Ok(())
    }
}

impl SuiteTask {
    /// Returns the roles that the task mentions.
    fn named(&self) -> impl Iterator<Item = &str> {
        let goal = self.goal.iter().flat_map(Goal::names);
        let start = self.requires.iter().flat_map(Requirement::names);
        let rests = self.rests.iter().flat_map(|(object, host)| [object, host]);
        let aside = self
            .aside
            .iter()
            .flat_map(|(object, other)| [object, other]);
        goal.chain(start)
            .chain(
                rests
                    .chain(aside)
                    .chain(&self.untouched)
                    .map(String::as_str),
            )
            .chain(self.pointed.as_deref())
            .chain(self.disturb.moves.as_deref())
            .chain(self.disturb.appears.as_deref())
    }

    /// A placeholder of an instruction that nothing fills in.
    fn misspelt(&self, roles: &[&str]) -> Option<&str> {
        let placeholders = self
            .instructions
            .iter()
            .flat_map(|text| text.split('{').skip(1));
        placeholders
            .filter_map(|rest| Some(rest.split_once('}')?.0))
            .find(|word| {
                let is_absent = *word == "absent" && !self.absent.is_empty();
                !roles.contains(word) && !self.draw.contains_key(*word) && !is_absent
            })
    }

    /// Returns the roles of the task's objects.
    pub fn roles(&self) -> Vec<&str> {
        self.objects
            .iter()
            .filter_map(|object| object.get("role")?.as_str())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str = r#"
        about = "one task"
        scene = "mixed"
        turns = 1
        [[tasks]]
        name = "put"
        instructions = ["put the {object} in the {target}"]
        objects = [{ role = "object", shape = "cube" }, { role = "target", shape = "bowl" }]
        goal = { inside = ["object", "target"] }
    "#;

    #[test]
    fn a_placeholder_that_nothing_fills_is_named() {
        let text = TASK.replace("{target}", "{targt}");
        let fault = toml::from_str::<Suite>(&text).unwrap().check().unwrap_err();
        assert!(fault.text().contains("`{targt}`"), "{fault}");
        let text = TASK.replace(
            r#"goal = { inside = ["object", "target"] }"#,
            "answer = \"said\"\nsays = \"(\"",
        );
        assert!(toml::from_str::<Suite>(&text).is_err());
    }

    #[test]
    fn a_role_that_no_object_has_is_named_wherever_it_stands() {
        let fault = |line: &str| {
            toml::from_str::<Suite>(&format!("{TASK}{line}"))
                .unwrap()
                .check()
        };
        assert_eq!(fault(""), Ok(()));
        for line in [
            r#"requires = [{ lefter = ["object", "tree"] }]"#,
            r#"requires = [{ between = ["object", "target", "tree"] }]"#,
            r#"requires = [{ not = { inside = ["tree", "target"] } }]"#,
            r#"rests = { object = "tree" }"#,
            r#"rests = { tree = "target" }"#,
            r#"aside = ["object", "tree"]"#,
            r#"untouched = ["tree"]"#,
            r#"disturb = { moves = "tree", by = 0.03 }"#,
        ] {
            let expected = "task `put`: no object has the role `tree`";
            assert_eq!(fault(line), Err(expected.into()), "{line}");
        }
    }
}
