//! Flags of methods.

use clap::Args;

use crate::methods::config::MethodsConfig;

/// Methods by which the model plans better.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Planning methods")]
pub struct MethodArgs {}

impl MethodArgs {
    /// Returns `config` with what the command line says instead.
    pub fn over(&self, config: MethodsConfig) -> MethodsConfig {
        config
    }
}
