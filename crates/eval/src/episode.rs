//! Runs one episode from start to verdict.

use std::sync::Arc;
use std::time::Instant;

use enact_arm::ArmThread;
use enact_dataset::ground_truth::GroundTruth;
use enact_plan::{Agent, CompositeAgent, Outcome, Planner, Usage, Verdict};
use enact_robot::Robot;
use enact_runtime::{Observer, RuntimeError, Session, TaskEnd, TaskOptions, TaskReport};
use enact_sim::{PlacedObject, Simulator};
use serde::{Deserialize, Serialize};

use crate::disturb::Disturber;
use crate::disturb::camera::EpisodeCamera;
use crate::episode_log::{EpisodeLog, PlannerQuery};
use crate::episode_setup::EpisodeSetup;
use crate::failure::{EpisodeEvidence, Failure, classify_failure};
use crate::judge::{Judge, roles_of_moved_objects};
use crate::oracle::Oracle;
use crate::outcome::{EpisodeOutcome, Fault};
use crate::snapshots::Snapshots;

/// Result of an episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpisodeResult {
    /// Number of the episode in the suite.
    pub episode: u64,
    /// Name of the task.
    pub task: String,
    /// Wording of the instruction, with its placeholders.
    #[serde(default)]
    pub wording: String,
    /// Instruction of the person.
    pub instruction: String,
    /// Whether the goal was reached.
    pub success: bool,
    /// Kind of failure, if the episode failed.
    pub failure: Option<Failure>,
    /// Right, honest or wrong; missing in records of before.
    #[serde(default)]
    pub outcome: Option<EpisodeOutcome>,
    /// What was said that is not so, and why.
    #[serde(default)]
    pub false_words: Option<String>,
    /// How the run ended; missing if it broke.
    #[serde(default)]
    pub ending: Option<TaskEnd>,
    /// Every attempted step and how it was judged by the robot.
    #[serde(default)]
    pub verdicts: Vec<Outcome>,
    /// What is not as it was, by role.
    #[serde(default)]
    pub moved: Vec<String>,
    /// What was really pointed at, by role, for each step that pointed.
    #[serde(default)]
    pub pointed: Vec<Vec<String>>,
    /// What is on the table.
    #[serde(default)]
    pub table: Vec<TrueObject>,
    /// Whether every joint was measured within its limits.
    pub within_limits: bool,
    /// Largest force on anything the arm must never touch, newtons: see
    /// [`World::hardest_bump`](enact_sim::World::hardest_bump).
    #[serde(default)]
    pub hardest_bump: f64,
    /// Number of attempted steps that move the arm.
    pub steps: u64,
    /// Number of those steps that the gate admitted.
    pub admitted: u64,
    /// Turns of the task.
    pub turns: u32,
    /// Simulated time, seconds.
    pub sim_seconds: f64,
    /// Wall time, seconds.
    pub wall_seconds: f64,
    /// Part of the wall time that the model took, seconds.
    pub model_seconds: f64,
    /// What the model was asked and answered; nothing in records of before.
    #[serde(default)]
    pub usage: Usage,
    /// Sentences that the robot said.
    pub said: Vec<String>,
    /// Questions to the planner and its answers.
    #[serde(default)]
    pub asked: Vec<PlannerQuery>,
    /// The first and the last picture, unless the episode is right.
    #[serde(skip)]
    pub pictures: Option<Snapshots>,
}

/// An object on the table at the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrueObject {
    /// Its role, or its label if it has none.
    pub role: String,
    /// Color and shape in words.
    pub label: String,
    /// Its place, x and y in meters.
    pub at: [f64; 2],
    /// Role of what it lies in or on, if that is not the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests: Option<String>,
}

/// The agent of an episode.
pub enum EpisodeAgent<'a> {
    /// A model, or any other agent.
    Model(&'a mut (dyn Agent + 'static)),
    /// Perfect perception and any planner.
    Planner(&'a mut (dyn Planner + 'static)),
    /// Perfect perception and a planner that knows the goal.
    Oracle,
}

/// The agent of a worker, which runs episode after episode.
pub enum WorkerAgent {
    /// Sees and plans.
    Agent(Box<dyn Agent>),
    /// Plans; perception is perfect.
    Planner(Box<dyn Planner>),
}

impl WorkerAgent {
    /// Returns the agent of an episode; without one, the oracle.
    pub fn episode_agent(agent: Option<&mut Self>) -> EpisodeAgent<'_> {
        match agent {
            Some(Self::Agent(agent)) => EpisodeAgent::Model(&mut **agent),
            Some(Self::Planner(planner)) => EpisodeAgent::Planner(&mut **planner),
            None => EpisodeAgent::Oracle,
        }
    }
}

/// Runs an episode; the observers `more` watch it too.
pub fn run<'a>(
    number: u64,
    setup: &EpisodeSetup<'_>,
    robot: &Arc<Robot>,
    options: TaskOptions,
    agent: EpisodeAgent<'a>,
    more: Vec<Box<dyn Observer + 'a>>,
) -> EpisodeResult {
    let started = Instant::now();
    let simulator = Simulator::new(robot, &setup.layout, false);
    let mut log = EpisodeLog::new(robot, &simulator, setup.task);
    let mut disturber = Disturber::new(setup, &simulator);
    let report = {
        let mut observers: Vec<Box<dyn Observer + '_>> =
            vec![Box::new(&mut log), Box::new(&mut disturber)];
        for observer in more {
            observers.push(observer);
        }
        attempt(setup, robot, &simulator, options, agent, observers)
    };
    let mut record = EpisodeResult {
        episode: number,
        task: setup.task.name.clone(),
        wording: setup.wording.to_owned(),
        instruction: setup.instruction.clone(),
        success: false,
        failure: Some(Failure::Broken),
        outcome: Some(EpisodeOutcome::Wrong(Fault::Broken)),
        false_words: None,
        ending: None,
        verdicts: Vec::new(),
        moved: roles_of_moved_objects(setup, &simulator),
        pointed: log.pointed.clone(),
        table: table(setup),
        within_limits: log.within_limits,
        hardest_bump: simulator.with_world(|world| world.largest_collision_force_so_far()),
        steps: 0,
        admitted: 0,
        turns: 0,
        sim_seconds: 0.0,
        wall_seconds: started.elapsed().as_secs_f64(),
        model_seconds: 0.0,
        usage: Usage::default(),
        said: Vec::new(),
        asked: log.asked.clone(),
        pictures: None,
    };
    match report {
        Ok(report) => judge(setup, &simulator, &log, report, &mut record),
        Err(error) => record.said = vec![error.to_string()],
    }
    if record.outcome != Some(EpisodeOutcome::Right) {
        record.pictures = log
            .first_picture
            .as_ref()
            .and_then(|first| Snapshots::take(first, &simulator, setup.seed));
    }
    record
}

/// Fills in what a report tells, and the verdict.
fn judge(
    setup: &EpisodeSetup<'_>,
    simulator: &Simulator,
    log: &EpisodeLog<'_>,
    report: TaskReport,
    record: &mut EpisodeResult,
) {
    let verdict = Judge::new(setup, &report, log, simulator);
    record.success = log.within_limits && verdict.is_success();
    record.false_words = verdict.first_false_statement();
    if log.within_limits {
        record.outcome = Some(verdict.outcome());
    }
    record.failure = (!record.success).then(|| {
        if !log.within_limits {
            return Failure::OutOfLimits;
        }
        classify_failure(&EpisodeEvidence {
            involved: &involved(setup),
            first_seen: log.first_seen.as_deref().unwrap_or_default(),
            wants_answer: !setup.task.wants_action(),
            report: &report,
        })
    });
    let moves = report
        .steps
        .iter()
        .filter(|outcome| outcome.step.moves_arm());
    record.steps = moves.clone().count() as u64;
    record.admitted = moves
        .filter(|outcome| outcome.verdict != Verdict::Refused)
        .count() as u64;
    record.turns = report.turns;
    record.sim_seconds = report.arm_seconds;
    record.usage = report.usage;
    record.model_seconds = (report.usage.prompt_time + report.usage.decode_time).as_secs_f64();
    record.ending = Some(report.ending);
    record.verdicts = report.steps;
    record.said = report.said;
}

/// Returns what is on the table at the start.
fn table(setup: &EpisodeSetup<'_>) -> Vec<TrueObject> {
    let objects = setup.layout.objects.iter();
    let entry = |item: &PlacedObject| TrueObject {
        role: item.name.clone(),
        label: item.color_and_shape_label(),
        at: item.base_from_object.translation.vector.xy().into(),
        rests: setup.task.rests.get(&item.name).cloned(),
    };
    objects.map(entry).collect()
}

fn attempt<'a>(
    setup: &EpisodeSetup<'_>,
    robot: &Arc<Robot>,
    simulator: &Simulator,
    options: TaskOptions,
    agent: EpisodeAgent<'a>,
    observers: Vec<Box<dyn Observer + 'a>>,
) -> Result<TaskReport, RuntimeError> {
    let agent: Box<dyn Agent + 'a> = match agent {
        EpisodeAgent::Model(agent) => Box::new(agent),
        EpisodeAgent::Planner(planner) => Box::new(CompositeAgent {
            perceiver: GroundTruth::new(simulator, &setup.layout),
            planner,
        }),
        EpisodeAgent::Oracle => Box::new(CompositeAgent {
            perceiver: GroundTruth::new(simulator, &setup.layout),
            planner: Oracle::new(setup.task, &setup.layout),
        }),
    };
    let camera = Box::new(EpisodeCamera::new(setup, simulator));
    let arm = ArmThread::start(Box::new(simulator.arm()), robot);
    let mut session = Session::new(Arc::clone(robot), arm, camera, agent, observers)
        .expect("a robot that is evaluated has a gripper")
        .with_obstacles(
            setup.layout.fixture_obstacles(),
            setup.layout.workspace_walls(robot.clearance().table),
        );
    session.run_task(&setup.instruction, options)
}

/// Returns the names that the robot should use for the objects of the task.
fn involved(setup: &EpisodeSetup<'_>) -> Vec<String> {
    let task = setup.task;
    let wanted = task.goal.iter().chain(&task.during);
    let roles = wanted
        .flat_map(enact_sim::Goal::names_and_placeholders)
        .chain(task.pointed.iter().map(String::as_str));
    let label = |role: &str| {
        let item = setup.layout.objects.iter().find(|item| item.name == role);
        item.map_or_else(|| role.to_owned(), PlacedObject::color_and_shape_label)
    };
    roles.map(label).collect()
}
