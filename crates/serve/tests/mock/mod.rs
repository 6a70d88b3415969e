//! A session of an arm that is not there, and a loop that does what a test says.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod server;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use enact_plan::{ModelResponse, Outcome, Plan, Situation, Step, Usage, Verdict};
use enact_runtime::{Event, Observer, TaskEnd, TaskReport};
use enact_serve::session::status::{JointInfo, RobotInfo, Status};
use enact_serve::{ArmSession, Client, JobEnd, Role, ServeObserver, SessionOptions, Work};
use enact_types::StopSwitch;

/// Everything that is waited for comes within a second on a calm machine.
pub const TEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A session, and the switch of its arm.
pub struct Mock {
    pub session: Arc<ArmSession>,
    pub stop: StopSwitch,
}

impl Mock {
    pub fn new() -> Self {
        Self::with(None, TEST_TIMEOUT)
    }

    /// A session with a queue in this file, and a lease that lasts so long.
    pub fn with(state: Option<&Path>, lease: Duration) -> Self {
        Self::timed(state, lease, StopSwitch::new(), || 1.0)
    }

    /// A session with this switch, by this clock.
    pub fn timed(
        state: Option<&Path>,
        lease: Duration,
        stop: StopSwitch,
        clock: fn() -> f64,
    ) -> Self {
        let session = ArmSession::open(SessionOptions {
            robot: robot(),
            recording: None,
            stop: stop.clone(),
            state: state.map(PathBuf::from),
            lease,
            run: "test".to_owned(),
            clock,
        });
        let session = session.unwrap_or_else(|error| panic!("{error}"));
        Self { session, stop }
    }

    /// Queues an instruction that needs no yes.
    pub fn ask(&self, client: &Client, instruction: &str, approve: bool) -> u64 {
        let accepted = self
            .session
            .submit_work(client, instruct(instruction), approve, None);
        accepted.unwrap_or_else(|problem| panic!("{problem}")).id
    }

    pub fn status(&self) -> Status {
        self.session.status(&client("watcher", Role::Watch))
    }

    /// Waits until the status is so.
    pub fn wait_until(&self, is_it: impl Fn(&Status) -> bool) -> Status {
        let begun = Instant::now();
        loop {
            let status = self.status();
            if is_it(&status) {
                return status;
            }
            assert!(begun.elapsed() < TEST_TIMEOUT, "{status:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

pub fn client(name: &str, role: Role) -> Client {
    Client {
        name: name.to_owned(),
        role,
    }
}

pub fn instruct(instruction: &str) -> Work {
    Work::Instruction {
        instruction: instruction.to_owned(),
    }
}

fn robot() -> RobotInfo {
    let joint = |name: &str| JointInfo {
        name: name.to_owned(),
        kind: "revolute",
        lower: -1.0,
        upper: 1.0,
        unit: "rad",
        velocity: 1.0,
    };
    RobotInfo {
        name: "mock".to_owned(),
        model: Some("nobody".to_owned()),
        joints: vec![joint("pan"), joint("jaw")],
        gripper: Some("jaw".to_owned()),
        home: vec![0.0, 0.0],
        skills: Vec::new(),
    }
}

/// The end of a task that came out well, or not.
pub fn reported(ending: TaskEnd) -> JobEnd {
    JobEnd::Reported {
        reached: Some(ending == TaskEnd::Done),
        report: TaskReport {
            ending,
            turns: 1,
            steps: Vec::new(),
            refusals: Vec::new(),
            said: Vec::new(),
            arm_seconds: 0.0,
            usage: Usage::default(),
        },
    }
}

/// A plan of picking these.
pub fn picks(objects: &[&str]) -> Plan {
    Plan {
        steps: objects
            .iter()
            .map(|object| Step::pick_step(*object))
            .collect(),
    }
}

/// A preview in which every step is feasible, except picking this one.
pub fn preview(plan: &Plan, refused: Option<&str>) -> Vec<Outcome> {
    let judged = |step: &Step| {
        let is_refused = refused.is_some_and(|name| step.object_names().any(|it| it == name));
        Outcome {
            step: step.clone(),
            verdict: if is_refused {
                Verdict::Refused
            } else {
                Verdict::Yes
            },
            reason: if is_refused { "too far" } else { "" }.to_owned(),
        }
    };
    plan.steps.iter().map(judged).collect()
}

/// Asks on a thread of the loop whether a plan may be carried out.
pub fn asking(mock: &Mock, plan: &Plan, refused: Option<&'static str>) -> JoinHandle<bool> {
    let (session, plan) = (Arc::clone(&mock.session), plan.clone());
    thread::spawn(move || {
        let mut observer = ServeObserver::new(&session);
        observer.observe(&Event::Planned {
            situation: &Situation::default(),
            answer: &ModelResponse::from_plan(plan.clone()),
        });
        session.wait_for_approval(&plan, &preview(&plan, refused))
    })
}
