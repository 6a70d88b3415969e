//! `[planning.methods]` of a launch file.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Methods by which the model plans better; all are off unless switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MethodsConfig {
    /// Who judges plans by the robot's constitution: `self`, or another model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critic: Option<String>,
    /// How often a plan goes back to the planner before it is rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critic_rounds: Option<u32>,
    /// Environment variable that holds the key of the critic's server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critic_key_env: Option<String>,
    /// Most messages between planner and critic about a draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<NonZeroU32>,
    /// File of lessons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lessons: Option<PathBuf>,
    /// Number of solved tasks that are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examples: Option<NonZeroU32>,
    /// Most tokens that they take together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example_tokens: Option<u32>,
    /// File of solved tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example_library: Option<PathBuf>,
    /// Most calls of tools before a plan; none: there are no tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<u32>,
    /// Files that the model is given with each instruction.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attach: Vec<PathBuf>,
    /// Most tokens, about, of a thought before each plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub think: Option<u32>,
    /// Folder of edited blocks of the prompt for plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompts: Option<PathBuf>,
    /// Whether the model outlines a task, and plans for one part at a time.
    pub decompose: bool,
    /// Whether the model writes what shall be true, and a search finds the steps.
    pub goal_first: bool,
}

impl MethodsConfig {
    /// Returns the flag of a method that has the model that plans read or write something else than it
    /// does for a plan, if one is switched on.
    pub fn flag_with_extra_planner_prompts(&self) -> Option<&'static str> {
        let criticizes_itself = self.critic.as_deref().is_none_or(|it| it == "self");
        [
            (self.critic.is_some() && criticizes_itself, "critic self"),
            (self.dialogue.is_some(), "dialogue"),
            (self.lessons.is_some(), "lessons"),
            (!self.attach.is_empty(), "attach"),
            (self.tools.is_some(), "tools"),
            (self.decompose, "decompose"),
            (self.goal_first, "goal-first"),
        ]
        .into_iter()
        .find_map(|(is_on, flag)| is_on.then_some(flag))
    }

    /// Returns whether nothing is switched on.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Makes paths relative to the folder of the launch file absolute.
    pub fn resolve_paths(&mut self, folder: &Path) {
        for file in &mut self.attach {
            *file = folder.join(&*file);
        }
    }

    /// Returns what is switched on as it is written on a command line, with a space before each
    /// flag: a key is the flag of that name.
    pub fn to_command_line_flags(&self) -> String {
        let value = |config: &Self| serde_json::to_value(config).unwrap_or_default();
        let (config, usual) = (value(self), value(&Self::default()));
        let mut words = String::new();
        for (key, value) in config.as_object().into_iter().flatten() {
            if usual.get(key) == Some(value) {
                continue;
            }
            let flag = key.replace('_', "-");
            let values = match value {
                Value::Array(values) => values.as_slice(),
                value => std::slice::from_ref(value),
            };
            for value in values {
                words += &match value {
                    Value::Bool(true) => format!(" --{flag}"),
                    Value::String(text) => format!(" --{flag}={text}"),
                    value => format!(" --{flag}={value}"),
                };
            }
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_switched_on_is_written_as_flags() {
        assert_eq!(MethodsConfig::default().to_command_line_flags(), "");
        let config = MethodsConfig {
            tools: Some(4),
            attach: vec!["a.txt".into(), "b.png".into()],
            ..MethodsConfig::default()
        };
        assert_eq!(
            config.to_command_line_flags(),
            " --tools=4 --attach=a.txt --attach=b.png"
        );
    }
}
