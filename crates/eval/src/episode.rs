//! One episode from start to verdict.

use std::sync::Arc;
use std::time::Instant;

use enact_arm::ArmThread;
use enact_bridge::{Bounds, BridgeError, Ending, Observer, Report, Session};
use enact_dataset::truth::Truth;
use enact_plan::{Mind, Pair, Verdict};
use enact_robot::Robot;
use enact_sim::Simulator;
use serde::{Deserialize, Serialize};

use crate::disturb::Disturber;
use crate::disturb::camera::EpisodeCamera;
use crate::draw::Drawn;
use crate::failure::{Case, Failure, kind};
use crate::oracle::Oracle;
use crate::suite::Answer;
use crate::watch::{Asked, Notes};

/// What came of an episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its number in the suite.
    pub episode: u64,
    /// Name of its task.
    pub task: String,
    /// What the person said.
    pub instruction: String,
    /// Whether the goal was reached.
    pub success: bool,
    /// Why not.
    pub failure: Option<Failure>,
    /// Whether every joint was measured within its limits.
    pub within_limits: bool,
    /// Largest force on what the arm is never to touch: see
    /// [`World::hardest_bump`](enact_sim::World::hardest_bump), newtons.
    #[serde(default)]
    pub hardest_bump: f64,
    /// Steps that move the arm: those tried.
    pub steps: u64,
    /// Those of them that the gate admitted.
    pub admitted: u64,
    /// Turns of the loop.
    pub turns: u32,
    /// Simulated time, seconds.
    pub sim_seconds: f64,
    /// Wall time, seconds.
    pub wall_seconds: f64,
    /// Of these, the model's.
    pub model_seconds: f64,
    /// What the robot said.
    pub said: Vec<String>,
    /// What the planner was asked and said.
    #[serde(default)]
    pub asked: Vec<Asked>,
}

/// Who thinks.
pub enum Thinker<'a> {
    /// A model, or whatever a mind is made of.
    Mind(&'a mut (dyn Mind + 'static)),
    /// Perfect perception and a planner that knows the goal.
    Oracle,
}

/// Runs an episode; `more` watch it, too.
pub fn run<'a>(
    number: u64,
    drawn: &Drawn<'_>,
    robot: &Arc<Robot>,
    turns: u32,
    thinker: Thinker<'a>,
    more: Vec<Box<dyn Observer + 'a>>,
) -> Record {
    let started = Instant::now();
    let simulator = Simulator::new(robot, &drawn.layout, false);
    let mut notes = Notes::new(robot, &simulator, drawn.task.pointed.as_deref());
    let mut disturber = Disturber::new(drawn, &simulator);
    let report = {
        let mut observers: Vec<Box<dyn Observer + '_>> =
            vec![Box::new(&mut notes), Box::new(&mut disturber)];
        for observer in more {
            observers.push(observer);
        }
        attempt(drawn, robot, &simulator, turns, thinker, observers)
    };
    let wall_seconds = started.elapsed().as_secs_f64();
    let within_limits = notes.within_limits;
    let mut record = Record {
        episode: number,
        task: drawn.task.name.clone(),
        instruction: drawn.instruction.clone(),
        success: false,
        failure: Some(Failure::Broken),
        within_limits,
        hardest_bump: simulator.with_world(|world| world.hardest_bump()),
        steps: 0,
        admitted: 0,
        turns: 0,
        sim_seconds: 0.0,
        wall_seconds,
        model_seconds: 0.0,
        said: Vec::new(),
        asked: notes.asked,
    };
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            record.said = vec![error.to_string()];
            return record;
        }
    };
    record.success = within_limits && is_reached(drawn, &simulator, &report, notes.pointed);
    record.failure = (!record.success).then(|| {
        if !within_limits {
            return Failure::OutOfLimits;
        }
        kind(&Case {
            involved: &involved(drawn),
            first_seen: notes.first_seen.as_deref().unwrap_or_default(),
            wants_answer: drawn.task.answer.is_some(),
            report: &report,
        })
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

fn attempt<'a>(
    drawn: &Drawn<'_>,
    robot: &Arc<Robot>,
    simulator: &Simulator,
    turns: u32,
    thinker: Thinker<'a>,
    observers: Vec<Box<dyn Observer + 'a>>,
) -> Result<Report, BridgeError> {
    let mind: Box<dyn Mind + 'a> = match thinker {
        Thinker::Mind(mind) => Box::new(mind),
        Thinker::Oracle => Box::new(Pair {
            perceiver: Truth::new(simulator, &drawn.layout),
            planner: Oracle::new(drawn.task, &drawn.layout),
        }),
    };
    let camera = Box::new(EpisodeCamera::new(drawn, simulator));
    let arm = ArmThread::start(Box::new(simulator.arm()), robot);
    let mut session = Session::new(Arc::clone(robot), arm, camera, mind, observers)
        .expect("a robot that is evaluated has a gripper")
        .among(
            drawn.layout.obstacles(),
            drawn.layout.walls(robot.clearance().table),
        );
    session.run(&drawn.instruction, Bounds::of_turns(turns))
}

fn is_reached(drawn: &Drawn<'_>, simulator: &Simulator, report: &Report, pointed: bool) -> bool {
    let untouched = |role: &str| {
        let goal = enact_sim::Goal::Untouched(role.to_owned());
        simulator.with_world(|world| goal.holds(world))
    };
    if !drawn.task.untouched.iter().all(|role| untouched(role)) {
        return false;
    }
    let concerned = concerned(drawn);
    let mut bystanders = drawn.layout.objects.iter().map(|item| item.name.as_str());
    if !bystanders.all(|name| concerned.contains(&name) || untouched(name)) {
        return false;
    }
    if let Some(goal) = &drawn.task.goal {
        return simulator.with_world(|world| goal.holds(world));
    }
    if drawn.task.pointed.is_some() {
        return pointed;
    }
    match drawn.task.answer {
        Some(Answer::Said) => report.ending == Ending::Said && names_what_is_missing(drawn, report),
        // A question that comes of failing is not the one that was wanted.
        Some(Answer::Asked) => report.ending == Ending::Asked && report.steps.is_empty(),
        Some(Answer::Any) | None => matches!(report.ending, Ending::Said | Ending::Asked),
    }
}

/// Whether what was said is about what is not there, if the person asked for such a thing.
fn names_what_is_missing(drawn: &Drawn<'_>, report: &Report) -> bool {
    let says = |name: &String| report.said.iter().any(|text| text.contains(name.as_str()));
    drawn
        .absent
        .as_ref()
        .is_none_or(|names| names.iter().any(says))
}

/// Objects that the task, or what happens behind the robot's back, may move.
fn concerned<'a>(drawn: &'a Drawn<'_>) -> Vec<&'a str> {
    let task = drawn.task;
    let goal = task.goal.iter().flat_map(enact_sim::Goal::names);
    let resting = task.rests.iter().flat_map(|(upper, lower)| [upper, lower]);
    let resting = resting.map(String::as_str).filter(|_| task.goal.is_some());
    let disturbed = task.disturb.moves.iter().chain(&task.disturb.appears);
    goal.chain(resting)
        .chain(disturbed.map(String::as_str))
        .collect()
}

fn label(drawn: &Drawn<'_>, role: &str) -> String {
    let item = drawn.layout.objects.iter().find(|item| item.name == role);
    item.map_or_else(|| role.to_owned(), enact_sim::Item::label)
}

/// Names that the robot should use for the objects of the task.
fn involved(drawn: &Drawn<'_>) -> Vec<String> {
    let roles = drawn.task.goal.iter().flat_map(enact_sim::Goal::names);
    roles
        .chain(drawn.task.pointed.as_deref())
        .map(|role| label(drawn, role))
        .collect()
}
