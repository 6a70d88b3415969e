//! Methods by their flags, for the table that compares them: `think=64+vote=5`.

use std::fmt;
use std::str::FromStr;

use anyhow::{Result, bail};
use clap::{Args, Command, FromArgMatches};

use crate::args::EvalArgs;
use crate::methods::{DrawArgs, MethodArgs, MethodsConfig};

/// No method.
const NONE: &str = "none";

/// Each method alone, as it is compared unless others are named.
const ALONE: [&str; 11] = [
    "rank=4",
    "vote=5",
    "free-text",
    "score-steps",
    "examples=3",
    "think=64",
    "tools=6",
    "decompose",
    "goal-first",
    "critic=self",
    "dialogue=4",
];

/// Methods that are switched on together.
#[derive(Clone, Debug)]
pub struct MethodSetting {
    /// As it was written.
    pub name: String,
    flags: Flags,
}

/// The words of a setting are flags of the program.
#[derive(Clone, Debug, Default, Args)]
struct Flags {
    #[command(flatten)]
    methods: MethodArgs,
    #[command(flatten)]
    draws: DrawArgs,
    #[arg(long, conflicts_with = "think")]
    free_text: bool,
    #[arg(long)]
    score_steps: bool,
}

impl MethodSetting {
    /// Returns no method, and each alone.
    pub fn none_and_each_alone() -> Vec<Self> {
        let all = std::iter::once(NONE).chain(ALONE);
        all.map(|name| name.parse().expect("the program's own words are methods"))
            .collect()
    }

    /// Reads settings.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, and which methods there are.
    pub fn parse_settings(texts: &[String]) -> Result<Vec<Self>> {
        let (mut settings, mut faults) = (Vec::new(), Vec::new());
        for text in texts {
            match text.parse::<Self>() {
                Ok(setting) => settings.push(setting),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            bail!(
                "--methods: {}\nhint: the methods are {NONE}, {}",
                faults.join("; "),
                names().join(", ")
            );
        }
        Ok(settings)
    }

    /// Returns what is wrong with a flag of the setting that has no effect on `config`, the methods that
    /// it is applied to.
    pub fn describe_first_ineffective_flag(&self, config: &MethodsConfig) -> Option<String> {
        self.flags.methods.describe_first_ineffective_flag(config)
    }

    /// Returns an evaluation with these methods beside its own, and what both switch on.
    pub fn apply_to_eval_args(&self, args: &EvalArgs) -> (EvalArgs, MethodsConfig) {
        let Flags {
            methods,
            draws,
            free_text,
            score_steps,
        } = &self.flags;
        let mut row = args.clone();
        row.draws = draws.override_others(args.draws);
        row.free_text |= free_text;
        row.models.score_steps |= score_steps;
        let config = args.methods.override_config(MethodsConfig::default());
        (row, methods.override_config(config))
    }

    /// Returns whether it is no method.
    pub fn is_none(&self) -> bool {
        self.name == NONE
    }

    /// Returns a name for a folder.
    pub fn folder_name(&self) -> String {
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
        // Two dashes alone mean something else.
        if words.iter().any(|word| word == "--") {
            return Err(format!("`{text}`: a method is missing"));
        }
        let read = command().try_get_matches_from(words);
        let read = read.and_then(|matches| Flags::from_arg_matches(&matches));
        let flags = read.map_err(|error| {
            let message = error.to_string();
            let first = message.lines().next().unwrap_or_default();
            format!("`{text}`: {}", first.trim_start_matches("error: "))
        })?;
        Ok(Self {
            name: text.to_owned(),
            flags,
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
fn names() -> Vec<String> {
    let command = command();
    let flags = command.get_arguments();
    flags
        .filter_map(|flag| flag.get_long().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use enact_runtime::PlanChoice;

    use super::*;

    /// What a person gives, and what goes with other methods.
    const NO_METHOD: [&str; 12] = [
        "attach",
        "critic-key-env",
        "critic-rounds",
        "example-library",
        "example-tokens",
        "lessons",
        "prompts",
        "temperature",
        "top-p",
        "top-k",
        "min-p",
        "repetition-penalty",
    ];

    fn evaluation() -> EvalArgs {
        crate::args::parse_args_from_words(&["--rank", "3", "--tools=9"].map(std::ffi::OsStr::new))
    }

    #[test]
    fn a_setting_is_read_as_flags_are() {
        let setting: MethodSetting = "tools=3+vote=5+score-steps".parse().unwrap();
        assert_eq!(setting.folder_name(), "tools=3+vote=5+score-steps");
        let (row, methods) = setting.apply_to_eval_args(&evaluation());
        assert_eq!(methods.tools, Some(3));
        assert_eq!(row.draws.plan_choice(), PlanChoice::Vote(5));
        assert!(row.models.score_steps && !row.free_text);
        let none: MethodSetting = "none".parse().unwrap();
        let (row, methods) = none.apply_to_eval_args(&evaluation());
        assert_eq!(methods.tools, Some(9));
        assert_eq!(row.draws.plan_choice(), PlanChoice::Best(3));
        for (text, part) in [
            ("fly", "--fly"),
            ("tools=many", "many"),
            ("tools=3+", "is missing"),
            ("", "is missing"),
            ("rank=0", "0"),
        ] {
            let error = text.parse::<MethodSetting>().unwrap_err();
            assert!(error.contains(part) && error.contains(text), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn everything_that_is_wrong_with_settings_is_told_at_once() {
        let read = |texts: &str| {
            let texts: Vec<String> = texts.split(',').map(str::to_owned).collect();
            MethodSetting::parse_settings(&texts)
        };
        let settings = read("none,tools=3, rank=4+think=64").unwrap();
        let names: Vec<String> = settings.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["none", "tools=3", "rank=4+think=64"]);
        let told = read("fly,tools=3,think=no").unwrap_err().to_string();
        for part in [
            "`fly`",
            "`think=no`",
            "the methods are none, critic",
            "goal-first",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(!told.contains("tools=3"), "{told}");
    }

    #[test]
    fn a_setting_of_a_method_that_is_off_is_told() {
        let fault = |text: &str| {
            let setting: MethodSetting = text.parse().unwrap();
            setting.describe_first_ineffective_flag(&setting.apply_to_eval_args(&evaluation()).1)
        };
        assert!(fault("critic-rounds=1").unwrap().contains("--critic"));
        assert_eq!(fault("critic-rounds=1+critic=self"), None);
    }

    #[test]
    fn each_method_is_compared() {
        let alone: Vec<&str> = ALONE.map(|it| it.split(['=', '+']).next().unwrap()).into();
        for flag in names() {
            assert!(
                alone.contains(&flag.as_str()) || NO_METHOD.contains(&flag.as_str()),
                "add `{flag}` to the methods that are compared"
            );
        }
        assert_eq!(MethodSetting::none_and_each_alone().len(), 1 + ALONE.len());
    }
}
