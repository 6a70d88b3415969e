//! One episode from start to verdict.

use std::sync::Arc;
use std::time::Instant;

use enact_arm::ArmThread;
use enact_bridge::{Bounds, BridgeError, Ending, Observer, Report, Session};
use enact_dataset::truth::Truth;
use enact_plan::{Mind, Pair, Step, Verdict};
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
    let mut notes = Notes::new(robot);
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
    record.success = is_reached(drawn, &simulator, &report);
    record.failure = (!record.success).then(|| {
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

fn is_reached(drawn: &Drawn<'_>, simulator: &Simulator, report: &Report) -> bool {
    let untouched = |role: &str| {
        let goal = enact_sim::Goal::Untouched(role.to_owned());
        simulator.with_world(|world| goal.holds(world))
    };
    if !drawn.task.untouched.iter().all(|role| untouched(role)) {
        return false;
    }
    if let Some(goal) = &drawn.task.goal {
        return simulator.with_world(|world| goal.holds(world));
    }
    let nothing_moved = drawn
        .layout
        .objects
        .iter()
        .all(|item| untouched(&item.name));
    if let Some(role) = &drawn.task.pointed {
        let label = label(drawn, role);
        let pointed = report.steps.iter().any(|outcome| {
            outcome.verdict == Verdict::Yes
                && matches!(&outcome.step, Step::Point { object } if *object == label)
        });
        return pointed && nothing_moved;
    }
    let answered = match drawn.task.answer {
        Some(Answer::Said) => report.ending == Ending::Said,
        Some(Answer::Asked) => report.ending == Ending::Asked,
        Some(Answer::Any) | None => matches!(report.ending, Ending::Said | Ending::Asked),
    };
    answered && nothing_moved
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
