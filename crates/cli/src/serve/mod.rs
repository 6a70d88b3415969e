//! `enact serve`: the loop behind a server.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line |
//! | [`session_loop`] | the loop behind a session, for whoever serves it |
//! | [`arm_loop`] | carries out what the session takes up |
//! | [`steered_agent`] | an agent that is given a plan for a while |
//! | [`watched_arm`] | an arm whose joints can be seen while it stands |
//! | [`program_backend`] | pictures, runs, models and configurations |
//! | [`robot_info`] | the robot as the server tells it |

pub mod args;
pub mod arm_loop;
pub mod program_backend;
pub mod robot_info;
pub mod session_loop;
pub mod steered_agent;
pub mod watched_arm;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use enact_arm::realtime::{self, BackgroundPriority};
use enact_plan::{Plan, ScriptedPlanner, Step};
use enact_serve::access::secret_file::read_secret;
use enact_serve::api::{ApiState, router};
use enact_serve::{AllowedHosts, ServerOptions, Tls, Tokens};
use enact_types::text;

pub use args::ServeArgs;

use crate::data_dir::DataDir;
use crate::listen;
use session_loop::LoopArgs;

/// Serves the arm until the program is told to end.
///
/// # Errors
/// If the set-up, the tokens or the queue cannot be loaded, the address cannot be had, or the arm or
/// the model cannot be started.
pub fn serve(data_dir: &DataDir, args: &ServeArgs) -> Result<bool> {
    // What is quick to find out is found out before a model is loaded.
    let known = args.tokens.as_deref().map(read_tokens).transpose()?;
    let tls = args.tls_cert.as_deref().zip(args.tls_key.as_deref());
    let tls = tls.map(|(certificate, key)| Tls::load(certificate, key));
    let options = ServerOptions {
        address: args.listen,
        tls: tls.transpose()?,
        has_tokens: known.is_some(),
        on_thread_start: || realtime::lower_thread_priority(BackgroundPriority::Answering),
    };
    let transcriber = listen::transcriber(&args.speech)?;
    let (listener, address) = options.bind()?;
    let loop_args = LoopArgs {
        setup: &args.setup,
        name: "serve",
        plan: args.plan.as_deref(),
        state: Some(state_file(args)?),
        shows_live: true,
        runs: &args.runs,
    };
    session_loop::run_session_loop(data_dir, &loop_args, |session, backend| {
        let (tokens, link) = match known {
            Some(known) => (known, String::new()),
            None => {
                let token = random_token();
                (Tokens::from_single_token(&token), format!("?token={token}"))
            }
        };
        let scheme = if options.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let mut server = ApiState::new(
            session,
            backend,
            tokens,
            AllowedHosts::new(address, &args.host),
            options.tls.is_some(),
        );
        if let Some(transcriber) = transcriber {
            server = server.with_transcriber(transcriber);
        }
        let listening = options.serve(listener, router(server))?;
        outln!("{scheme}://{address}/{link}");
        errln!("Ctrl-C stops the arm and ends the server");
        Ok(listening)
    })
}

/// Reads a file of tokens, which nobody else may read.
fn read_tokens(path: &Path) -> Result<Tokens> {
    let shown = path.display();
    let bytes = read_secret(path).context("the tokens")?;
    let text = text::decode(bytes).with_context(|| format!("cannot read the tokens {shown}"))?;
    Tokens::parse(&text).with_context(|| format!("the tokens {shown}"))
}

fn state_file(args: &ServeArgs) -> Result<PathBuf> {
    if let Some(file) = &args.state {
        return Ok(file.clone());
    }
    let folder = dirs::state_dir()
        .or_else(dirs::data_dir)
        .context("there is no folder for the queue\nhint: name a file with --state")?;
    Ok(folder.join("enact/queue.json"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a secret must not come from a seed"
)]
fn random_token() -> String {
    let bytes: [u8; 24] = rand::random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a planner that carries out this step and nothing else.
pub(crate) fn step_planner(step: &Step) -> ScriptedPlanner {
    ScriptedPlanner::new(Plan {
        steps: vec![step.clone(), Step::done_step()],
    })
}
