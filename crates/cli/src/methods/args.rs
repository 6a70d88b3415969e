//! Flags of methods.

use clap::Args;

use crate::methods::config::MethodsConfig;

/// Methods by which the model plans better.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Planning methods")]
pub struct MethodArgs {
    /// Have the model outline the task, and plan for one part at a time
    #[arg(long)]
    pub decompose: bool,
    /// Have the model write what shall be true at the end, and find the steps by search
    #[arg(long)]
    pub goal_first: bool,
}

impl MethodArgs {
    /// Returns `config` with what the command line says instead.
    pub fn over(&self, config: MethodsConfig) -> MethodsConfig {
        MethodsConfig {
            decompose: self.decompose || config.decompose,
            goal_first: self.goal_first || config.goal_first,
        }
    }
}
