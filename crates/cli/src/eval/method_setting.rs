//! Methods by their flags, for the table that compares them: `think=64+vote=5`.

use std::fmt;
use std::str::FromStr;

use clap::{Args, Command, FromArgMatches};

use crate::methods::MethodArgs;

/// No method.
const NONE: &str = "none";

/// Each method alone, as it is compared unless others are named.
const ALONE: [&str; 2] = ["rank=4", "tools=6"];

/// Methods that are switched on together.
#[derive(Clone, Debug)]
pub struct MethodSetting {
    /// As it was written.
    pub name: String,
    /// The methods.
    pub methods: MethodArgs,
    /// Number of plans drawn each turn, if it is said.
    pub rank: Option<u32>,
}

/// The words of a setting are flags of the program.
#[derive(Clone, Debug, Default, Args)]
struct Flags {
    #[command(flatten)]
    methods: MethodArgs,
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=32))]
    rank: Option<u32>,
}

impl MethodSetting {
    /// Returns no method, and each alone.
    pub fn each() -> Vec<Self> {
        let all = std::iter::once(NONE).chain(ALONE);
        all.map(|name| name.parse().expect("the program's own words are methods"))
            .collect()
    }

    /// Returns a name for a folder.
    pub fn folder(&self) -> String {
        let letter = |letter: char| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '+' | '=' | '-' | '_' | '.' => letter,
            _ => '-',
        };
        self.name.chars().map(letter).collect()
    }
}

impl FromStr for MethodSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let words = match text {
            NONE => Vec::new(),
            text => text.split('+').map(|word| format!("--{word}")).collect(),
        };
        let read = command().try_get_matches_from(words);
        let read = read.and_then(|matches| Flags::from_arg_matches(&matches));
        let Flags { methods, rank } = read.map_err(|error| {
            let message = error.to_string();
            let first = message.lines().next().unwrap_or_default();
            let first = first.trim_start_matches("error: ");
            format!("{first}; the methods are {NONE}, {}", flags().join(", "))
        })?;
        Ok(Self {
            name: text.to_owned(),
            methods,
            rank,
        })
    }
}

impl fmt::Display for MethodSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn command() -> Command {
    let command = Command::new("methods").no_binary_name(true);
    Flags::augment_args(command.disable_help_flag(true))
}

/// Returns the names of the flags.
fn flags() -> Vec<String> {
    let command = command();
    let flags = command.get_arguments();
    flags
        .filter_map(|flag| flag.get_long().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::MethodsConfig;

    /// What a person gives with an instruction is nothing to compare.
    const NO_METHOD: [&str; 1] = ["attach"];

    #[test]
    fn a_setting_is_read_as_flags_are() {
        let setting: MethodSetting = "tools=3+rank=2".parse().unwrap();
        assert_eq!((setting.methods.tools, setting.rank), (Some(3), Some(2)));
        let config = setting.methods.over(MethodsConfig::default());
        assert_eq!(config.tools, Some(3));
        assert_eq!(setting.folder(), "tools=3+rank=2");
        let none: MethodSetting = "none".parse().unwrap();
        assert!(none.methods.over(MethodsConfig::default()).is_empty() && none.rank.is_none());
        for (text, part) in [
            ("fly", "--fly"),
            ("tools=many", "many"),
            ("tools=3+", "methods are none"),
            ("", "methods are none"),
            ("rank=0", "0"),
        ] {
            let error = text.parse::<MethodSetting>().unwrap_err();
            assert!(error.contains(part) && error.contains("tools"), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn each_method_is_compared() {
        let alone: Vec<&str> = ALONE.map(|it| it.split(['=', '+']).next().unwrap()).into();
        for flag in flags() {
            assert!(
                alone.contains(&flag.as_str()) || NO_METHOD.contains(&flag.as_str()),
                "add `{flag}` to the methods that are compared"
            );
        }
        assert_eq!(MethodSetting::each().len(), 1 + ALONE.len());
    }
}
