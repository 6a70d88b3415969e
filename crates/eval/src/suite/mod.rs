//! The TOML format of a suite.
//!
//! | module | idea |
//! |---|---|
//! | this one | a suite and its tasks |
//! | `check` | mistakes that TOML does not show |
//! | [`draw`] | words that are drawn for each episode |
//! | [`placeholder`] | `{…}` in sentences and patterns |
//! | `count_words` | words and figures for a number of things |
//! | [`expected_reply`] | what is to be said |
//! | [`requirement`] | what must be so at the start |
//! | [`disturbance`] | what happens to the table during a run |
//! | `list` | values that may be written alone or as a list |

mod check;
mod count_words;
pub mod disturbance;
pub mod draw;
pub mod expected_reply;
mod list;
pub mod placeholder;
pub mod requirement;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use enact_sim::Goal;
use enact_types::{Reason, text, toml_text};
use serde::Deserialize;
use thiserror::Error;

use crate::suite_camera::SuiteCamera;

pub use disturbance::{Disturbance, Lighting, Trigger};
pub use draw::WordChoices;
pub use expected_reply::{ExpectedReply, WantedReply};
pub use requirement::{SpatialRequirement, StartRequirement};

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
    /// Ways to phrase the task, with [placeholders](placeholder).
    pub instructions: Vec<String>,
    /// Objects as in a scene file, each with a `role`.
    #[serde(default)]
    pub objects: Vec<toml::Table>,
    /// Further objects, as in a scene file.
    pub random: Option<toml::Table>,
    /// Words drawn for each episode; objects refer to them as `"$word"`.
    #[serde(default)]
    pub draw: WordChoices,
    /// Pairs of drawn words that must differ; if this is missing, no two may be alike.
    pub differ: Option<Vec<[String; 2]>>,
    /// Shapes of the missing object to name.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Objects that lie in or on another at the start, by role.
    #[serde(default)]
    pub rests: BTreeMap<String, String>,
    /// Requirements on the start.
    #[serde(default)]
    pub requires: Vec<StartRequirement>,
    /// Hint for the oracle: the object to put beside another first, and that other.
    pub aside: Option<(String, String)>,
    /// Goal of the task; names are roles.
    pub goal: Option<Goal>,
    /// States that must come about one after the other during the run.
    #[serde(default)]
    pub during: Vec<Goal>,
    /// States that must never come about during the run.
    #[serde(default)]
    pub never: Vec<Goal>,
    /// Roles that must stay in place. Any object that neither `goal` nor `during` nor `rests` nor
    /// `disturb` names must do so in any case.
    #[serde(default)]
    pub untouched: Vec<String>,
    /// Roles that must be pointed at, and no others.
    #[serde(default, deserialize_with = "list::deserialize_one_or_many")]
    pub pointed: Vec<String>,
    /// Roles that may be pointed at, in answer to a question, without harm.
    #[serde(default, deserialize_with = "list::deserialize_one_or_many")]
    pub may_point: Vec<String>,
    /// Expected reply in place of an action; beside `goal` or `pointed`, it will do as well.
    pub answer: Option<ExpectedReply>,
    /// Kinds of which a reply must be.
    #[serde(default)]
    pub reply: Vec<WantedReply>,
    /// Patterns, each of which something said must match.
    #[serde(default, deserialize_with = "list::deserialize_one_or_many")]
    pub says: Vec<String>,
    /// Patterns that nothing said may match: it would be false.
    #[serde(default, deserialize_with = "list::deserialize_one_or_many")]
    pub never_says: Vec<String>,
    /// Disturbance during the run.
    #[serde(default)]
    pub disturb: Disturbance,
    /// Texts, one of which is written on a card in view.
    #[serde(default)]
    pub card: Vec<String>,
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
            .map_err(|error| {
                fault(Reason::from_text_and_source(
                    format!("cannot be read: {error}"),
                    error,
                ))
            })?;
        Self::parse(&text).map_err(fault)
    }

    /// Reads a suite from text.
    ///
    /// # Errors
    /// The first problem, with its line.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let suite: Self = toml_text::parse(text).map_err(Reason::from_error)?;
        check::check(&suite)?;
        Ok(suite)
    }
}

impl SuiteTask {
    /// Returns the roles of the task's objects.
    pub fn object_roles(&self) -> Vec<&str> {
        self.objects
            .iter()
            .filter_map(|object| object.get("role")?.as_str())
            .collect()
    }

    /// Returns whether it is to do something rather than to say something.
    pub fn wants_action(&self) -> bool {
        self.goal.is_some() || !self.pointed.is_empty()
    }

    /// Returns the objects that the task or its disturbance may move.
    pub fn objects_allowed_to_move(&self) -> Vec<&str> {
        let wanted = self
            .goal
            .iter()
            .chain(&self.during)
            .flat_map(Goal::names_and_placeholders);
        let resting = self.rests.iter().flat_map(|(upper, lower)| [upper, lower]);
        let resting = resting.map(String::as_str).filter(|_| self.goal.is_some());
        let disturbed = self.disturb.moves.iter().chain(&self.disturb.appears);
        wanted
            .chain(resting)
            .chain(disturbed.map(String::as_str))
            .collect()
    }

    /// Returns the part of the name before a colon.
    pub fn task_kind(&self) -> &str {
        kind_of_task_name(&self.name)
    }
}

/// Returns the kind of a task: the part of its name before a colon.
pub fn kind_of_task_name(name: &str) -> &str {
    name.split(':').next().unwrap_or(name)
}
