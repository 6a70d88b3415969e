//! The loop behind a session, for whoever serves it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use enact_plan::{Outcome, Plan};
use enact_serve::{ArmSession, Backend, ServeObserver, SessionOptions};

use super::arm_loop::ArmLoop;
use super::program_backend::ProgramBackend;
use super::robot_info;
use super::steered_agent::{SteeredAgent, Steering};
use super::watched_arm::WatchedArm;
use crate::args::SetupArgs;
use crate::data_dir::DataDir;
use crate::recordings::run_recorder::wall_clock;
use crate::run_observers::RunObservers;
use crate::setup::Setup;
use crate::stop_sources;

/// Interval of looks whether the program is to end.
const POLL_PERIOD: Duration = Duration::from_millis(50);

/// What a loop behind a session is made of.
pub struct LoopArgs<'a> {
    /// The set-up.
    pub setup: &'a SetupArgs,
    /// What the recording is named after.
    pub name: &'static str,
    /// The plan that is followed instead of asking a model.
    pub plan: Option<&'a Path>,
    /// The file in which tasks survive the program; none: they do not.
    pub state: Option<PathBuf>,
    /// Whether the arm is to be shown in rerun's viewer to those who are served.
    pub shows_live: bool,
    /// Folder of the recordings: where this one is kept, unless --record names a file, and those that
    /// are shown.
    pub runs: &'a Path,
}

/// Has `serve` serve a session, and carries out what is asked of it until the program is told to
/// end. What `serve` returns lives as long.
///
/// # Errors
/// If the set-up or the queue cannot be loaded, or arm, model or whoever serves cannot be started.
pub fn run_session_loop<T>(
    data_dir: &DataDir,
    args: &LoopArgs<'_>,
    serve: impl FnOnce(Arc<ArmSession>, Arc<dyn Backend>) -> Result<T>,
) -> Result<bool> {
    let setup = Setup::load(data_dir, args.setup)?;
    let scripted = args.plan.is_some();
    let agent = setup.load_agent(args.plan, None)?;
    let mut observers = RunObservers::open_with_recording_folder(
        args.runs, data_dir, args.setup, &setup, args.name, scripted,
    )?;
    let live = match args.shows_live {
        true => observers.add_live_view(&setup)?,
        false => None,
    };
    let (films, outcomes) = (
        observers.camera_stream_sinks(&setup),
        observers.outcome_recorder(),
    );
    let models = setup.models_of_run(scripted)?;
    let model = models
        .asked_models()
        .next()
        .map(|_| models.main_model_name().to_owned());
    let recording = setup
        .recording
        .get()
        .and_then(|begun| begun.path.file_name());
    let session = ArmSession::open(SessionOptions {
        robot: robot_info::info_of_robot(&setup.robot, model),
        recording: recording.map(|name| name.to_string_lossy().into_owned()),
        stop: setup.stop.clone(),
        state: args.state.clone(),
        lease: SessionOptions::DEFAULT_LEASE,
        run: format!("{:x}", wall_clock()),
        clock: seconds,
    })?;
    let steering = Steering::default();
    let agent = Box::new(SteeredAgent::new(agent.agent, steering.clone()));
    let mut all = observers.observers();
    // After the recording: it holds the loop while the session is paused.
    all.push(Box::new(ServeObserver::new(&session)));
    let readings = Arc::clone(session.latest_arm_reading());
    let robot_session = setup.start_session_wrapping_arm(agent, all, films, |arm| {
        Box::new(WatchedArm::new(arm, readings))
    })?;
    let asked = Arc::clone(&session);
    let robot_session =
        robot_session.with_approver(Box::new(move |plan: &Plan, preview: &[Outcome]| {
            asked.wait_for_approval(plan, preview)
        }));
    let mut backend = ProgramBackend::new(data_dir, &setup, &models, args.runs.to_owned())?;
    if let Some(live) = live {
        backend = backend.with_live_view(live, Arc::clone(session.latest_arm_reading()));
    }
    let serving = serve(Arc::clone(&session), Arc::new(backend))?;
    end_when_told(&session);
    let mut arm_loop = ArmLoop {
        setup: &setup,
        session: &session,
        steering,
        outcomes,
        robot_session,
    };
    arm_loop.carry_out_tasks();
    drop(arm_loop);
    drop(serving);
    observers.record_note("ended", ended_by());
    observers.finish()?;
    Ok(true)
}

/// Ends the session once the program is told to end.
fn end_when_told(session: &Arc<ArmSession>) {
    let session = Arc::downgrade(session);
    thread::spawn(move || {
        while !stop_sources::is_interrupted_or_terminated() {
            thread::sleep(POLL_PERIOD);
        }
        if let Some(session) = session.upgrade() {
            // Whoever waits goes on into a stop.
            session.press_stop("the end of the server");
            session.end_session();
        }
    });
}

/// Says what ended the loop.
fn ended_by() -> &'static str {
    if stop_sources::is_termination_requested() {
        "the program was told to end by a signal: SIGTERM, or the end of its terminal"
    } else if stop_sources::is_interrupted() {
        "the program was ended by Ctrl-C"
    } else {
        "whoever was served left"
    }
}

/// Returns the seconds since 1970.
fn seconds() -> f64 {
    wall_clock() as f64 * 1e-9
}
