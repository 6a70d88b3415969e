//! Tools of other programs for the planner: `[tools]` of a launch file.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use enact_model::{address_holds_secret, read_key};
use enact_plan::strategy::tools::ForeignTools;
use enact_serve::tool_servers::{ServerKey, ServerPlace, ToolServer, ToolServers};
use enact_types::StopSwitch;
use serde::{Deserialize, Serialize};

/// Longest name of a server and of a variable, characters.
const NAME: usize = 32;
const VARIABLE: usize = 64;
/// Usual and longest wait for an answer, s: the arm stands meanwhile.
const TIME_LIMIT_S: (u64, u64) = (10, 120);

/// `[tools]` of a launch file. What it names is called where tools are switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolsConfig {
    /// Servers that speak the Model Context Protocol, by the names that they have here.
    #[serde(default)]
    pub mcp: BTreeMap<String, McpServerConfig>,
}

/// `[tools.mcp.NAME]` of a launch file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct McpServerConfig {
    /// The program and its arguments, if it is one that is started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// The address, if it is one that is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Variables that the program is given. They may be nobody's business, and are kept with no run.
    #[serde(default, skip_serializing)]
    pub env: BTreeMap<String, String>,
    /// Environment variable that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_env: Option<String>,
    /// The tools that may be called.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Longest wait for an answer, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit_s: Option<u64>,
}

impl ToolsConfig {
    /// Returns whether it is empty.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the first thing that is wrong, if there is one.
    pub fn find_config_fault(&self) -> Option<String> {
        self.mcp.iter().find_map(|(name, server)| {
            let fault = match is_name(name) {
                true => server.fault()?,
                false => format!(
                    "the name is to be of at most {NAME} letters, digits, `_` and `-` (a dot separates it \
                     from those of its tools)"
                ),
            };
            Some(format!("[tools.mcp.{name}] {fault}"))
        })
    }

    /// Takes programs with a relative path to be beside the launch file, which is in this folder.
    pub fn resolve_program_paths(&mut self, folder: &Path) {
        for server in self.mcp.values_mut() {
            if let Some(program) = server.command.first_mut()
                && Path::new(program.as_str()).components().count() > 1
            {
                *program = folder.join(&*program).display().to_string();
            }
        }
    }

    /// Connects to the servers; `None` if there are none. Those that do not answer are told once
    /// tools are called, and left out.
    ///
    /// # Errors
    /// If a key that is named is not there, or there are no threads.
    pub fn connect(&self, stop: &StopSwitch) -> Result<Option<Box<dyn ForeignTools>>> {
        let servers = self.mcp.iter().map(|(name, server)| server.found(name));
        let servers: Vec<ToolServer> = servers.collect::<Result<_>>()?;
        if servers.is_empty() {
            return Ok(None);
        }
        let connected = ToolServers::connect(servers, stop);
        let connected = connected.context("cannot call tools of other programs")?;
        Ok(Some(Box::new(connected)))
    }
}

impl McpServerConfig {
    fn fault(&self) -> Option<String> {
        let is_command = !self.command.is_empty();
        if is_command == self.url.is_some() {
            return Some(
                "either `command` or `url` says where it is, such as command = [\"uvx\", \"mcp-server-time\"] \
                 or url = \"http://127.0.0.1:8000/mcp\""
                    .to_owned(),
            );
        }
        if self
            .command
            .first()
            .is_some_and(|word| word.trim().is_empty())
        {
            return Some("`command` begins with the name of a program".to_owned());
        }
        if let Some(url) = &self.url {
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Some("`url` begins with http:// or https://".to_owned());
            }
            if address_holds_secret(url) {
                return Some(
                    "`url` holds a secret, which would be kept with every run; put the key into a variable \
                     and name that with `key_env`"
                        .to_owned(),
                );
            }
            if !self.env.is_empty() {
                return Some("`env` is for a `command`".to_owned());
            }
        }
        let mut variables = self.env.keys().chain(&self.key_env);
        if !variables.all(|name| is_variable(name)) {
            // It may be the key itself.
            return Some(
                "`env` and `key_env` want names of variables, such as TIME_ZONE".to_owned(),
            );
        }
        if self.allow.is_empty() {
            return Some(
                "`allow` names the tools that may be called, such as allow = [\"get_current_time\"]"
                    .to_owned(),
            );
        }
        let limit = self.time_limit_s.unwrap_or(TIME_LIMIT_S.0);
        let is_within = (1..=TIME_LIMIT_S.1).contains(&limit);
        (!is_within).then(|| format!("`time_limit_s` must be from 1 to {}", TIME_LIMIT_S.1))
    }

    /// Returns the server that is meant, with its key.
    fn found(&self, name: &str) -> Result<ToolServer> {
        let key = self.key_env.as_ref().map(|variable| {
            let value = read_key(variable).with_context(|| format!("[tools.mcp.{name}]"))?;
            Ok::<_, anyhow::Error>(ServerKey {
                variable: variable.clone(),
                value,
            })
        });
        let place = match &self.url {
            Some(url) => ServerPlace::Address(url.clone()),
            None => ServerPlace::Command {
                words: self.command.clone(),
                env: self.env.clone(),
            },
        };
        Ok(ToolServer {
            name: name.to_owned(),
            place,
            key: key.transpose()?,
            allow: self.allow.clone(),
            time_limit: Duration::from_secs(self.time_limit_s.unwrap_or(TIME_LIMIT_S.0)),
        })
    }
}

fn is_name(text: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    !text.is_empty() && text.len() <= NAME && text.chars().all(is_part)
}

fn is_variable(text: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    !text.is_empty() && text.len() <= VARIABLE && text.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> ToolsConfig {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn what_is_wrong_with_a_server_is_named() {
        let sound = "[mcp.clock]\ncommand = [\"clock\"]\nallow = [\"now\"]\nkey_env = \"KEY\"\n";
        assert_eq!(config(sound).find_config_fault(), None);
        assert_eq!(config("").find_config_fault(), None);
        let with = |more: &str| format!("{sound}{more}");
        let called = |url: &str| format!("[mcp.clock]\nurl = \"{url}\"\nallow = [\"now\"]\n");
        assert_eq!(
            config(&called("http://127.0.0.1:1/mcp")).find_config_fault(),
            None
        );
        for (text, part) in [
            (
                "[mcp.clock]\nallow = [\"now\"]".to_owned(),
                "either `command` or `url`",
            ),
            (with("url = \"http://a/mcp\""), "either `command` or `url`"),
            (
                "[mcp.clock]\ncommand = [\" \"]".to_owned(),
                "name of a program",
            ),
            (called("ftp://a"), "`url` begins with"),
            (called("https://a/mcp?api_key=1234"), "`key_env`"),
            (
                called("http://a/mcp") + "env = { A = \"b\" }",
                "`env` is for a `command`",
            ),
            (with("env = { \"A=B\" = \"c\" }"), "names of variables"),
            (
                "[mcp.clock]\ncommand = [\"clock\"]".to_owned(),
                "`allow` names",
            ),
            (with("time_limit_s = 0"), "from 1 to 120"),
            (with("time_limit_s = 121"), "from 1 to 120"),
            (
                sound.replace("\"KEY\"", "\"sk-1234\""),
                "names of variables",
            ),
            (
                sound.replace("mcp.clock", "mcp.\"a.b\""),
                "[tools.mcp.a.b] the name",
            ),
        ] {
            let fault = config(&text)
                .find_config_fault()
                .unwrap_or_else(|| panic!("{text}"));
            assert!(
                fault.starts_with("[tools.mcp.") && fault.contains(part),
                "{fault}"
            );
            assert!(!fault.contains("1234"), "{fault}");
        }
    }

    #[test]
    fn a_key_that_is_not_there_is_an_error_and_no_server_is_none() {
        let stop = StopSwitch::new();
        assert!(config("").connect(&stop).unwrap().is_none());
        let text = "[mcp.clock]\ncommand = [\"clock\"]\nallow = [\"now\"]\nkey_env = \"ENACT_NO_SUCH_KEY\"";
        let error = config(text).connect(&stop).err().unwrap();
        let told = format!("{error:#}");
        assert!(
            told.contains("[tools.mcp.clock]") && told.contains("`ENACT_NO_SUCH_KEY` is not set"),
            "{told}"
        );
    }

    #[test]
    fn variables_are_kept_with_no_run_and_programs_beside_the_file_are_found() {
        let text = "[mcp.clock]\ncommand = [\"./clock.py\", \"./data\"]\nallow = [\"now\"]\n\
                    env = { PASSWORD = \"hidden\" }\n[mcp.other]\ncommand = [\"uvx\"]\n";
        let mut config = config(text);
        config.resolve_program_paths(Path::new("folder"));
        assert_eq!(config.mcp["clock"].command, ["folder/./clock.py", "./data"]);
        assert_eq!(config.mcp["other"].command, ["uvx"]);
        let kept = serde_json::to_string(&config).unwrap();
        assert!(
            kept.contains("clock.py") && !kept.contains("hidden"),
            "{kept}"
        );
    }
}
