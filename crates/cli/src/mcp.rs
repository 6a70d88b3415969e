//! `enact mcp`: the arm as tools of a language model's program, on standard input and output.
//!
//! Standard output carries the protocol alone.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;
use enact_serve::RequestResources;
use enact_serve::mcp::{PlanApprover, stdio};

use crate::args::SetupArgs;
use crate::data_dir::DataDir;
use crate::serve::session_loop::{self, LoopArgs};

/// Offer an arm as tools to a program that speaks the Model Context Protocol.
#[derive(Debug, Args)]
pub struct McpArgs {
    /// The set-up.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Carry plans out without a person's yes; the client's own question before each call remains
    #[arg(long)]
    pub yes: bool,
    /// Follow the plan in this JSON file instead of asking a model
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Folder of the recordings: where this one is kept, unless --record names a file, and those that
    /// are shown
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
}

/// Serves the client on standard input and output until it is gone, or the program is told to end.
///
/// # Errors
/// If the set-up cannot be loaded, or the arm or the model cannot be started.
pub fn serve(data_dir: &DataDir, args: &McpArgs) -> Result<bool> {
    ensure!(
        !args.setup.stop.stop_on_enter,
        "standard input carries the protocol, so Enter cannot stop the arm\nhint: --stop-file or \
         --stop-pin can, and the tool `stop`"
    );
    let approver = match args.yes {
        true => PlanApprover::Nobody,
        false => PlanApprover::Client,
    };
    let loop_args = LoopArgs {
        setup: &args.setup,
        name: "mcp",
        plan: args.plan.as_deref(),
        // A client that is gone wants nothing more.
        state: None,
        shows_live: false,
        runs: &args.runs,
    };
    session_loop::run_session_loop(data_dir, &loop_args, |session, backend| {
        let serving = stdio::serve(RequestResources::new(session, backend), approver)?;
        errln!("an MCP client is served on standard input and output; Ctrl-C stops the arm");
        Ok(serving)
    })
}
