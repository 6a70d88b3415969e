//! Flags of methods.

use std::path::PathBuf;

use clap::Args;

use crate::methods::config::MethodsConfig;

/// Methods by which the model plans better.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Planning methods")]
pub struct MethodArgs {
    /// Let the model call tools before it plans, N times at most: measure, can_reach, look through
    /// another camera, recall earlier runs
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "6",
        value_parser = clap::value_parser!(u32).range(1..=32))]
    pub tools: Option<u32>,
    /// Give the model a picture, such as a photo of the goal, or a text with the instruction;
    /// repeatable
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<PathBuf>,
    /// Have the model think before each plan, in about N tokens at most; thoughts are shown and
    /// recorded, and never executed
    #[arg(long, value_name = "TOKENS", conflicts_with_all = ["free_text", "score_steps"], value_parser = clap::value_parser!(u32).range(8..=4096))]
    pub think: Option<u32>,
    /// Folder of edited blocks of the prompt for plans; `enact prompts DIR` writes the built-in ones
    #[arg(long, value_name = "DIR")]
    pub prompts: Option<PathBuf>,
}

impl MethodArgs {
    /// Returns `config` with what the command line says instead.
    pub fn over(&self, mut config: MethodsConfig) -> MethodsConfig {
        config.attach.extend(self.attach.iter().cloned());
        MethodsConfig {
            tools: self.tools.or(config.tools),
            attach: config.attach,
            think: self.think.or(config.think),
            prompts: self.prompts.clone().or(config.prompts),
        }
    }
}
