//! `enact serve`: the loop behind a server.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line |
//! | [`arm_loop`] | carries out what the session takes up |
//! | [`steered_agent`] | an agent that is given a plan for a while |
//! | [`watched_arm`] | an arm whose joints can be seen while it stands |
//! | [`program_backend`] | pictures, runs, models and configurations |
//! | [`robot_info`] | the robot as the server tells it |

pub mod args;
pub mod arm_loop;
pub mod program_backend;
pub mod robot_info;
pub mod steered_agent;
pub mod watched_arm;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use enact_plan::{Outcome, Plan, ScriptedPlanner, Step};
use enact_serve::access::secret_file::read_secret;
use enact_serve::api::{Server, router};
use enact_serve::{ArmSession, Hosts, ServeObserver, ServerOptions, SessionOptions, Tls, Tokens};
use enact_types::text;

pub use args::ServeArgs;

use crate::data_dir::DataDir;
use crate::recordings::run_recorder::wall_clock;
use crate::run_observers::RunObservers;
use crate::setup::Setup;
use crate::stop_sources;
use arm_loop::ArmLoop;
use program_backend::ProgramBackend;
use steered_agent::{SteeredAgent, Steering};
use watched_arm::WatchedArm;

/// Interval of looks whether the program is to end.
const PERIOD: Duration = Duration::from_millis(50);

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
    };
    let (listener, address) = options.bind()?;
    let setup = Setup::load(data_dir, &args.setup)?;
    let scripted = args.plan.is_some();
    let agent = setup.agent(args.plan.as_deref(), None)?;
    let mut observers =
        RunObservers::open_in(&args.runs, data_dir, &args.setup, &setup, "serve", scripted)?;
    let (films, outcomes) = (observers.films(&setup), observers.outcomes());
    let models = setup.run_models(scripted)?;
    let model = models.asked().next().map(|_| models.name().to_owned());
    let recording = setup
        .recording
        .get()
        .and_then(|begun| begun.path.file_name());
    let session = ArmSession::open(SessionOptions {
        robot: robot_info::of(&setup.robot, model),
        recording: recording.map(|name| name.to_string_lossy().into_owned()),
        stop: setup.stop.clone(),
        state: Some(state_file(args)?),
        lease: SessionOptions::LEASE,
        run: format!("{:x}", wall_clock()),
        clock: seconds,
    })?;
    let steering = Steering::default();
    let agent = Box::new(SteeredAgent::new(agent.agent, steering.clone()));
    let mut all = observers.observers();
    // After the recording: it holds the loop while the session is paused.
    all.push(Box::new(ServeObserver::new(&session)));
    let readings = Arc::clone(session.readings());
    let robot_session = setup.session_with(agent, all, films, |arm| {
        Box::new(WatchedArm::new(arm, readings))
    })?;
    let asked = Arc::clone(&session);
    let robot_session =
        robot_session.approved_by(Box::new(move |plan: &Plan, preview: &[Outcome]| {
            asked.ask(plan, preview)
        }));
    let backend = ProgramBackend::new(data_dir, &setup, &models, args.runs.clone())?;
    let (tokens, link) = match known {
        Some(known) => (known, String::new()),
        None => {
            let token = random_token();
            (Tokens::single(&token), format!("?token={token}"))
        }
    };
    let scheme = if options.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let server = Server::new(
        Arc::clone(&session),
        Arc::new(backend),
        tokens,
        Hosts::new(address, &args.host),
        options.tls.is_some(),
    );
    let listening = options.serve(listener, router(server))?;
    outln!("{scheme}://{address}/{link}");
    errln!("Ctrl-C stops the arm and ends the server");
    end_when_told(&session);
    let mut arm_loop = ArmLoop {
        setup: &setup,
        session: &session,
        steering,
        outcomes,
        robot_session,
    };
    arm_loop.carry_out();
    drop(arm_loop);
    drop(listening);
    observers.note("ended", ended_by());
    observers.finish()?;
    Ok(true)
}

/// Ends the session once the program is told to end.
fn end_when_told(session: &Arc<ArmSession>) {
    let session = Arc::downgrade(session);
    thread::spawn(move || {
        while !stop_sources::is_interrupted() && !stop_sources::is_terminated() {
            thread::sleep(PERIOD);
        }
        if let Some(session) = session.upgrade() {
            // Whoever waits goes on into a stop.
            session.press("the end of the server");
            session.end();
        }
    });
}

/// Says what ended the server.
fn ended_by() -> &'static str {
    match stop_sources::is_terminated() {
        true => "the server was told to end by a signal: SIGTERM, or the end of its terminal",
        false => "the server was ended by Ctrl-C",
    }
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

/// Returns the seconds since 1970.
fn seconds() -> f64 {
    wall_clock() as f64 * 1e-9
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
        steps: vec![step.clone(), Step::done()],
    })
}
