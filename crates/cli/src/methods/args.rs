//! Flags of methods.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;

use crate::methods::config::MethodsConfig;

/// Methods by which the model plans better.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Planning methods")]
pub struct MethodArgs {
    /// Have a critic judge each plan by the robot's constitution.md before anything moves: the model
    /// that plans (`self`) or another one
    #[arg(long, value_name = "self|MODEL")]
    pub critic: Option<String>,
    /// How often a plan goes back to the planner before it is rejected [default: 2]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub critic_rounds: Option<u32>,
    /// Environment variable that holds the key of the critic's server, if it is another one
    #[arg(long, value_name = "NAME")]
    pub critic_key_env: Option<String>,
    /// Have planner and critic exchange up to N messages about a draft before the planner decides
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub dialogue: Option<NonZeroU32>,
    /// Write down in FILE what failed and corrected runs teach, and tell it in similar tasks
    #[arg(long, value_name = "FILE")]
    pub lessons: Option<PathBuf>,
    /// Show the planner the K solved tasks most similar in task and scene
    #[arg(long, value_name = "K", allow_negative_numbers = true)]
    pub examples: Option<NonZeroU32>,
    /// Most tokens that the examples take together, estimated [default: 600]
    #[arg(long, value_name = "TOKENS", allow_negative_numbers = true)]
    pub example_tokens: Option<u32>,
    /// Solved tasks besides those that ship [default: those of `enact examples add`]
    #[arg(long, value_name = "FILE")]
    pub example_library: Option<PathBuf>,
    /// Let the model call tools before it plans, N times at most: measure, can_reach, look through
    /// another camera, recall earlier runs, and those of [tools.mcp] in the launch file
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "6",
        value_parser = clap::value_parser!(u32).range(1..=32))]
    pub tools: Option<u32>,
    /// Give the model a picture, such as a photo of the goal, or a text with the instruction;
    /// repeatable
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<PathBuf>,
    /// Have the model think before each plan, in about N tokens at most; thoughts are shown and
    /// recorded, and never executed
    #[arg(long, value_name = "TOKENS", allow_negative_numbers = true, conflicts_with = "score_steps", value_parser = clap::value_parser!(u32).range(8..=4096))]
    pub think: Option<u32>,
    /// Folder of edited blocks of the prompt for plans; `enact prompts DIR` writes the built-in ones
    #[arg(long, value_name = "DIR")]
    pub prompts: Option<PathBuf>,
    /// Have the model outline the task, and plan for one part at a time
    #[arg(long)]
    pub decompose: bool,
    /// Have the model write what shall be true at the end, and find the steps by search
    #[arg(long)]
    pub goal_first: bool,
}

impl MethodArgs {
    /// Returns `config` with what the command line says instead.
    pub fn override_config(&self, mut config: MethodsConfig) -> MethodsConfig {
        let args = self.clone();
        config.attach.extend(args.attach);
        MethodsConfig {
            critic: args.critic.or(config.critic),
            critic_rounds: args.critic_rounds.or(config.critic_rounds),
            critic_key_env: args.critic_key_env.or(config.critic_key_env),
            dialogue: args.dialogue.or(config.dialogue),
            lessons: args.lessons.or(config.lessons),
            examples: args.examples.or(config.examples),
            example_tokens: args.example_tokens.or(config.example_tokens),
            example_library: args.example_library.or(config.example_library),
            attach: config.attach,
            tools: args.tools.or(config.tools),
            think: args.think.or(config.think),
            prompts: args.prompts.or(config.prompts),
            decompose: args.decompose || config.decompose,
            goal_first: args.goal_first || config.goal_first,
        }
    }

    /// Returns what is wrong with the first flag that is idle.
    pub fn describe_first_ineffective_flag(&self, config: &MethodsConfig) -> Option<String> {
        self.describe_ineffective_flags(config).into_iter().next()
    }

    /// Returns what is wrong with each flag that has no effect on `config`, the methods that these flags
    /// and whatever is beside them switch on: it sets a method that is off.
    pub fn describe_ineffective_flags(&self, config: &MethodsConfig) -> Vec<String> {
        let criticizes = config.critic.is_some() || config.dialogue.is_some();
        let other_critic = config.critic.as_deref().is_some_and(|it| it != "self");
        let shows_examples = config.examples.is_some();
        let flags = [
            (
                "--critic-rounds",
                self.critic_rounds.is_some() && !criticizes,
                "--critic self, --critic MODEL or --dialogue N",
            ),
            (
                "--critic-key-env",
                self.critic_key_env.is_some() && !other_critic,
                "--critic MODEL",
            ),
            (
                "--example-tokens",
                self.example_tokens.is_some() && !shows_examples,
                "--examples K",
            ),
            (
                "--example-library",
                self.example_library.is_some() && !shows_examples,
                "--examples K",
            ),
        ];
        let idle = flags.into_iter().filter(|(_, is_idle, _)| *is_idle);
        idle.map(|(flag, _, with)| {
            format!("{flag} has no effect without {with}: add that, or leave {flag} out")
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;
    use crate::args::{EvalArgs, parse_args_from_words};

    #[test]
    fn a_flag_that_sets_a_method_which_is_off_is_told() {
        let fault = |words: &[&str], config: MethodsConfig| {
            let words: Vec<&OsStr> = words.iter().map(AsRef::as_ref).collect();
            let args: EvalArgs = parse_args_from_words(&words);
            args.methods
                .describe_first_ineffective_flag(&args.methods.override_config(config))
        };
        let none = MethodsConfig::default;
        for (flag, on) in [
            ("--critic-rounds=1", "--critic=self"),
            ("--critic-rounds=1", "--dialogue=2"),
            ("--critic-key-env=KEY", "--critic=127.0.0.1:9#m"),
            ("--example-tokens=100", "--examples=2"),
            ("--example-library=a.jsonl", "--examples=2"),
        ] {
            let told = fault(&[flag], none()).expect(flag);
            let name = flag.split_once('=').unwrap().0;
            assert!(told.starts_with(&format!("{name} has no effect")), "{told}");
            assert_eq!(fault(&[flag, on], none()), None);
        }
        // The key is of another server than that of the model that plans.
        assert!(fault(&["--critic-key-env=KEY", "--critic=self"], none()).is_some());
        // What a launch file has for later is not asked about, and what it switches on counts.
        let kept = MethodsConfig {
            critic_rounds: Some(3),
            ..none()
        };
        assert_eq!(fault(&[], kept.clone()), None);
        let critical = MethodsConfig {
            critic: Some("self".to_owned()),
            ..kept
        };
        assert_eq!(fault(&["--critic-rounds=1"], critical), None);
    }
}
