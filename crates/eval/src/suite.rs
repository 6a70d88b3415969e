//! A suite as TOML.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use enact_sim::Goal;
use serde::Deserialize;
use thiserror::Error;

/// Tasks that are evaluated together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// What it is about, in a sentence.
    pub about: String,
    /// The scene whose table, camera and area the tasks use, a name in `scenes/`.
    pub scene: String,
    /// Turns of the loop at most.
    pub turns: u32,
    /// What is done.
    pub tasks: Vec<Task>,
}

/// A task, of which each episode is an instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// What the table of results calls it.
    pub name: String,
    /// Ways to say it. `{role}` stands for what the object of that role is called,
    /// `{variable}` for a word drawn, `{absent}` for something that is not there.
    pub instructions: Vec<String>,
    /// Objects as in a scene file, each with a `role`.
    #[serde(default)]
    pub objects: Vec<toml::Table>,
    /// More objects, as in a scene file.
    pub random: Option<toml::Table>,
    /// Words drawn for each episode, no two alike; objects may use them as `"$variable"`.
    #[serde(default)]
    pub draw: BTreeMap<String, Vec<String>>,
    /// Shapes of which one is named that is not there.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Objects that lie in or on another at the start, role by role.
    #[serde(default)]
    pub rests: BTreeMap<String, String>,
    /// What the start must look like.
    #[serde(default)]
    pub requires: Vec<Requirement>,
    /// For the planner that knows the goal: what must first be put beside what.
    pub aside: Option<(String, String)>,
    /// What the end must look like; names are roles.
    pub goal: Option<Goal>,
    /// Roles that must stay where they are. So must, in any case, whatever neither `goal` nor
    /// `rests` nor `disturb` names.
    #[serde(default)]
    pub untouched: Vec<String>,
    /// The role that must be pointed at.
    pub pointed: Option<String>,
    /// What the robot is to do instead of acting.
    pub answer: Option<Answer>,
    /// What happens behind the robot's back.
    #[serde(default)]
    pub disturb: Disturbance,
    /// Texts of which one is written on a card in view.
    #[serde(default)]
    pub card: Vec<String>,
}

/// An answer without a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It says something.
    Said,
    /// It asks.
    Asked,
    /// Either.
    Any,
}

/// What the start must look like; names are roles.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Requirement {
    /// Distances.
    Space(Space),
    /// What could be a goal, too.
    State(Goal),
}

/// Distances; a difference below 2 cm does not count.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Space {
    /// The first is nearer to the arm's base than the second.
    NearerToArm(String, String),
    /// The first is nearer to the third than the second is.
    Nearer(String, String, String),
    /// The first is farther left in the picture than the second.
    Lefter(String, String),
    /// The first is nearer to the bottom of the picture than the second.
    Lower(String, String),
    /// The first is near the line between the others; the fourth, if any, is not.
    Between(String, String, String),
    /// The first is not near the line between the others.
    NotBetween(String, String, String),
}

/// What happens behind the robot's back.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disturbance {
    /// The role that is moved.
    pub moves: Option<String>,
    /// How far from where it stood at the start, metres.
    #[serde(default)]
    pub by: f64,
    /// The role of an object that is out of sight until the moment.
    pub appears: Option<String>,
    /// When.
    #[serde(default)]
    pub when: Moment,
    /// What becomes of light, table top and camera noise.
    #[serde(default)]
    pub light: Light,
    /// Pictures that do not arrive after the first.
    #[serde(default)]
    pub lost_frames: u32,
}

/// A moment of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// The plan is made, nothing has moved.
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
pub enum Light {
    /// As everywhere.
    #[default]
    Usual,
    /// Left to chance.
    Other,
    /// Usual at the first look, left to chance afterwards.
    Changes,
}

/// A suite that cannot be used.
#[derive(Debug, Error)]
#[error("{file}: {what}")]
pub struct SuiteError {
    /// Which file.
    pub file: PathBuf,
    /// What is wrong.
    pub what: String,
}

impl Suite {
    /// Reads a suite; the error names file, line and what is wrong.
    pub fn load(path: &Path) -> Result<Self, SuiteError> {
        let fault = |what: String| SuiteError {
            file: path.to_owned(),
            what,
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| fault(format!("cannot be read: {error}")))?;
        let suite: Self = toml::from_str(&text).map_err(|error| fault(error.to_string()))?;
        suite.check().map_err(fault)?;
        Ok(suite)
    }

    fn check(&self) -> Result<(), String> {
        if self.tasks.is_empty() {
            return Err("a suite needs at least one [[tasks]]".to_owned());
        }
        for task in &self.tasks {
            let fault = |what: &str| Err(format!("task `{}`: {what}", task.name));
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
            let roles = task.roles();
            let names = task.goal.iter().flat_map(Goal::names);
            let named = names
                .chain(task.untouched.iter().map(String::as_str))
                .chain(task.pointed.as_deref())
                .chain(task.disturb.moves.as_deref())
                .chain(task.disturb.appears.as_deref());
            for name in named {
                if !roles.contains(&name) {
                    return fault(&format!("no object has the role `{name}`"));
                }
            }
        }
        Ok(())
    }
}

impl Task {
    /// The roles of its objects.
    pub fn roles(&self) -> Vec<&str> {
        self.objects
            .iter()
            .filter_map(|object| object.get("role")?.as_str())
            .collect()
    }
}
