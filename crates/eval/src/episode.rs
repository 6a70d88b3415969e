//! Runs one episode from start to verdict.

use std::sync::Arc;
use std::time::Instant;

use enact_arm::ArmThread;
use enact_dataset::ground_truth::GroundTruth;
use enact_plan::{Agent, CompositeAgent, Planner, Verdict};
use enact_robot::Robot;
use enact_runtime::{Observer, RuntimeError, Session, TaskEnd, TaskOptions, TaskReport};
use enact_sim::Simulator;
use serde::{Deserialize, Serialize};

use crate::disturb::Disturber;
use crate::disturb::camera::EpisodeCamera;
use crate::episode_log::{EpisodeLog, PlannerQuery};
use crate::episode_setup::EpisodeSetup;
use crate::failure::{EpisodeEvidence, Failure, kind};
use crate::oracle::Oracle;
use crate::outcome::{EpisodeOutcome, Fault, OutcomeEvidence, outcome};
use crate::suite::ExpectedReply;

/// Result of an episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpisodeResult {
    /// Number of the episode in the suite.
    pub episode: u64,
    /// Name of the task.
    pub task: String,
    /// Instruction of the person.
    pub instruction: String,
    /// Whether the goal was reached.
    pub success: bool,
    /// Kind of failure, if the episode failed.
    pub failure: Option<Failure>,
    /// Right, honest or wrong; missing in records of before.
    #[serde(default)]
    pub outcome: Option<EpisodeOutcome>,
    /// What was moved, by role.
    #[serde(default)]
    pub moved: Vec<String>,
    /// What is on the table: the label of each role.
    #[serde(default)]
    pub table: Vec<(String, String)>,
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
    /// Sentences that the robot said.
    pub said: Vec<String>,
    /// Questions to the planner and its answers.
    #[serde(default)]
    pub asked: Vec<PlannerQuery>,
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
    pub fn for_episode(agent: Option<&mut Self>) -> EpisodeAgent<'_> {
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
    let mut log = EpisodeLog::new(robot, &simulator, setup.task.pointed.as_deref());
    let mut disturber = Disturber::new(setup, &simulator);
    let report = {
        let mut observers: Vec<Box<dyn Observer + '_>> =
            vec![Box::new(&mut log), Box::new(&mut disturber)];
        for observer in more {
            observers.push(observer);
        }
        attempt(setup, robot, &simulator, options, agent, observers)
    };
    let wall_seconds = started.elapsed().as_secs_f64();
    let within_limits = log.within_limits;
    let mut record = EpisodeResult {
        episode: number,
        task: setup.task.name.clone(),
        instruction: setup.instruction.clone(),
        success: false,
        failure: Some(Failure::Broken),
        outcome: Some(EpisodeOutcome::Wrong(Fault::Broken)),
        moved: moved(setup, &simulator),
        table: setup
            .layout
            .objects
            .iter()
            .map(|item| (item.name.clone(), item.label()))
            .collect(),
        within_limits,
        hardest_bump: simulator.with_world(|world| world.hardest_bump()),
        steps: 0,
        admitted: 0,
        turns: 0,
        sim_seconds: 0.0,
        wall_seconds,
        model_seconds: 0.0,
        said: Vec::new(),
        asked: log.asked,
    };
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            record.said = vec![error.to_string()];
            return record;
        }
    };
    record.success = within_limits && is_reached(setup, &simulator, &report, log.pointed);
    record.failure = (!record.success).then(|| {
        if !within_limits {
            return Failure::OutOfLimits;
        }
        kind(&EpisodeEvidence {
            involved: &involved(setup),
            first_seen: log.first_seen.as_deref().unwrap_or_default(),
            wants_answer: setup.task.answer.is_some(),
            report: &report,
        })
    });
    record.outcome = Some(if within_limits {
        judged(setup, &record, &report)
    } else {
        EpisodeOutcome::Wrong(Fault::Broken)
    });
    let moves = report.steps.iter().filter(|outcome| outcome.step.moves());
    record.steps = moves.clone().count() as u64;
    record.admitted = moves
        .filter(|outcome| outcome.verdict != Verdict::Refused)
        .count() as u64;
    record.turns = report.turns;
    record.sim_seconds = report.arm_seconds;
    record.model_seconds = (report.usage.prompt_time + report.usage.decode_time).as_secs_f64();
    record.said = report.said;
    record
}

/// Roles of what is not where it was.
fn moved(setup: &EpisodeSetup<'_>, simulator: &Simulator) -> Vec<String> {
    let stayed = |role: &str| {
        let goal = enact_sim::Goal::Untouched(role.to_owned());
        simulator.with_world(|world| goal.holds(world))
    };
    let roles = setup.layout.objects.iter().map(|item| item.name.clone());
    roles.filter(|role| !stayed(role)).collect()
}

fn judged(setup: &EpisodeSetup<'_>, record: &EpisodeResult, report: &TaskReport) -> EpisodeOutcome {
    let labels: Vec<String> = record
        .table
        .iter()
        .map(|(_, label)| label.clone())
        .collect();
    let concerned = concerned(setup);
    let is_other =
        |role: &String| setup.task.untouched.contains(role) || !concerned.contains(&role.as_str());
    outcome(&OutcomeEvidence {
        success: record.success,
        wants_action: setup.task.goal.is_some(),
        labels: &labels,
        moved_other: record.moved.iter().any(is_other),
        moved: !record.moved.is_empty(),
        never_says: setup.task.never_says.as_ref().map(|pattern| &pattern.0),
        report,
    })
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
            setup.layout.obstacles(),
            setup.layout.walls(robot.clearance().table),
        );
    session.run(&setup.instruction, options)
}

fn is_reached(
    setup: &EpisodeSetup<'_>,
    simulator: &Simulator,
    report: &TaskReport,
    pointed: bool,
) -> bool {
    let untouched = |role: &str| {
        let goal = enact_sim::Goal::Untouched(role.to_owned());
        simulator.with_world(|world| goal.holds(world))
    };
    if !setup.task.untouched.iter().all(|role| untouched(role)) {
        return false;
    }
    let concerned = concerned(setup);
    let mut bystanders = setup.layout.objects.iter().map(|item| item.name.as_str());
    if !bystanders.all(|name| concerned.contains(&name) || untouched(name)) {
        return false;
    }
    if let Some(goal) = &setup.task.goal {
        return simulator.with_world(|world| goal.holds(world));
    }
    if setup.task.pointed.is_some() {
        return pointed;
    }
    let says =
        |pattern: &crate::suite::Pattern| report.said.iter().any(|text| pattern.0.is_match(text));
    let task = setup.task;
    if task.never_says.as_ref().is_some_and(says) || !task.says.as_ref().is_none_or(says) {
        return false;
    }
    match setup.task.answer {
        Some(ExpectedReply::Nothing) => report.steps.iter().all(|outcome| !outcome.step.moves()),
        Some(ExpectedReply::Said) => {
            matches!(report.ending, TaskEnd::Said | TaskEnd::Answered)
                && names_what_is_missing(setup, report)
        }
        // A question caused by a failure is not the expected one.
        Some(ExpectedReply::Asked) => report.ending == TaskEnd::Asked && report.steps.is_empty(),
        Some(ExpectedReply::Any) | None => matches!(
            report.ending,
            TaskEnd::Said | TaskEnd::Answered | TaskEnd::Asked
        ),
    }
}

/// Returns whether the reply names the missing object, if the person asked for one.
fn names_what_is_missing(setup: &EpisodeSetup<'_>, report: &TaskReport) -> bool {
    let says = |name: &String| report.said.iter().any(|text| text.contains(name.as_str()));
    setup
        .absent
        .as_ref()
        .is_none_or(|names| names.iter().any(says))
}

/// Returns the objects that the task or its disturbance may move.
fn concerned<'a>(setup: &'a EpisodeSetup<'_>) -> Vec<&'a str> {
    let task = setup.task;
    let goal = task.goal.iter().flat_map(enact_sim::Goal::names);
    let resting = task.rests.iter().flat_map(|(upper, lower)| [upper, lower]);
    let resting = resting.map(String::as_str).filter(|_| task.goal.is_some());
    let disturbed = task.disturb.moves.iter().chain(&task.disturb.appears);
    goal.chain(resting)
        .chain(disturbed.map(String::as_str))
        .collect()
}

fn label(setup: &EpisodeSetup<'_>, role: &str) -> String {
    let item = setup.layout.objects.iter().find(|item| item.name == role);
    item.map_or_else(|| role.to_owned(), enact_sim::PlacedObject::label)
}

/// Returns the names that the robot should use for the objects of the task.
fn involved(setup: &EpisodeSetup<'_>) -> Vec<String> {
    let roles = setup.task.goal.iter().flat_map(enact_sim::Goal::names);
    roles
        .chain(setup.task.pointed.as_deref())
        .map(|role| label(setup, role))
        .collect()
}
