//! Playback of recorded runs.

mod common;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use common::{ABSENT, BOUNDS, PUT_CUBE_PLAN, Stage, record, record_on};
use enact_arm::{Arm, ArmError, ArmState, ArmThread, StopSwitch};
use enact_plan::{
    Agent, Detection, ModelResponse, Perceiver, Plan, Planner, PlannerError, Situation,
};
use enact_recording::{Playback, PlaybackWallClock, Recording, Replay, Topic, verify_by_playback};
use enact_robot::Command;
use enact_runtime::{Event, Observer, PlanChoice, TaskEnd, TaskOptions};
use enact_sim::{Layout, SimArm, Simulator};
use enact_types::Frame;

fn is_the_same(path: &Path) -> usize {
    let verification = verify_by_playback(&Recording::open(path).unwrap()).unwrap();
    if let Some(difference) = &verification.difference {
        panic!("{:?}", difference.excerpt(300));
    }
    verification.same
}

#[test]
fn the_loop_does_the_same_on_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 1..=20 {
        let path = folder.path().join(format!("{seed}.mcap"));
        let plan = if seed % 4 == 0 { ABSENT } else { PUT_CUBE_PLAN };
        record(&path, seed, plan, 0);
        assert!(is_the_same(&path) > 10, "seed {seed}");
    }
}

/// Some of them are refused because of the fixtures.
#[test]
fn it_does_the_same_among_fixtures() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let mut refused = 0;
    for scene in ["wall", "shelf", "rail"] {
        for seed in 1..=5 {
            let stage = Stage::in_scene(scene, seed);
            let report = record_on(&stage, &path, PUT_CUBE_PLAN, 0);
            refused += report.refusals.len();
            assert!(is_the_same(&path) > 10, "{scene}, seed {seed}");
        }
    }
    assert!(refused > 0);
}

#[test]
fn what_a_person_agreed_to_is_answered_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    for agrees in [true, false] {
        let stage = Stage::new(2);
        let mut recording = stage.recording(&path, 0);
        let session = stage.session(PUT_CUBE_PLAN, vec![Box::new(&mut recording)]);
        let mut session = session.with_approver(Box::new(move |_, _| agrees));
        let report = session.run_task("put it", BOUNDS).unwrap();
        drop(session);
        recording.record_outcome(report.reports_success());
        recording.finish().unwrap();
        assert_eq!(report.reports_success(), agrees);
        assert!(is_the_same(&path) > 4);
    }
}

#[test]
fn jogs_and_tasks_of_one_session_come_to_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let stage = Stage::new(2);
    let mut recording = stage.recording(&path, 0);
    let session = stage.session(PUT_CUBE_PLAN, vec![Box::new(&mut recording)]);
    let mut answers = [true, false].into_iter();
    let mut session = session.with_approver(Box::new(move |_, _| answers.next() == Some(true)));
    assert_eq!(session.move_home().unwrap(), None);
    session.run_task("put it", BOUNDS).unwrap();
    assert_eq!(session.jog_joint(0, 0.1 + 0.2).unwrap(), None);
    session.run_task("put it", BOUNDS).unwrap();
    drop(session);
    recording.finish().unwrap();
    assert!(is_the_same(&path) > 4);
}

/// An agent whose plans are those of a model, as far as the loop can tell.
struct Guessing<A>(A);

impl<A: Perceiver> Perceiver for Guessing<A> {
    fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.0.perceive(frame)
    }
}

impl<A: Planner> Planner for Guessing<A> {
    fn plan(
        &mut self,
        frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        self.0.plan(frame, situation)
    }
}

#[test]
fn as_many_plans_are_drawn_again_as_were_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let options = TaskOptions {
        choice: PlanChoice::Vote(3),
        ..BOUNDS
    };
    let (mut settled, mut guessed) = (0, 0);
    for (is_settled, drawn) in [(true, &mut settled), (false, &mut guessed)] {
        let stage = Stage::new(2);
        let mut recording = stage.recording(&path, 0);
        let agent: Box<dyn Agent> = match is_settled {
            true => Box::new(stage.agent(PUT_CUBE_PLAN)),
            false => Box::new(Guessing(stage.agent(PUT_CUBE_PLAN))),
        };
        let arm = Box::new(stage.simulator.arm());
        let mut session = stage.session_with(arm, agent, vec![Box::new(&mut recording)]);
        session.run_task("put it", options).unwrap();
        drop(session);
        recording.finish().unwrap();
        assert!(is_the_same(&path) > 4);
        let recording = Recording::open(&path).unwrap();
        *drawn = recording.messages_of_topic(Topic::Plan).count();
    }
    assert!(settled > 0, "{settled}");
    assert_eq!(guessed, 3 * settled);
}

#[test]
fn the_wall_clock_is_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    record(&path, 1, PUT_CUBE_PLAN, 1000);
    let recording = Recording::open(&path).unwrap();
    let playback = Playback::new(&recording).unwrap();
    let mut wall = PlaybackWallClock::new(&recording, playback.robot());
    let now = wall.newest_wall_time_ns();
    let mut seen = Vec::new();
    let mut look = Look(|event: &Event<'_>| {
        if let Event::StepVerified(_) = event {
            seen.push(now.load(Ordering::Relaxed));
        }
    });
    playback
        .play(vec![Box::new(&mut wall), Box::new(&mut look)])
        .unwrap();
    // The clock of the recording counts messages, and a verdict is followed by its line of talk.
    let mut records = recording.messages().iter();
    let mut verdicts = Vec::new();
    while records.any(|record| record.topic == Topic::Verdict) {
        verdicts.push(records.next().unwrap().wall);
    }
    assert!(!verdicts.is_empty());
    assert_eq!(seen, verdicts);
}

struct Look<F>(F);

impl<F: FnMut(&Event<'_>)> Observer for Look<F> {
    fn observe(&mut self, event: &Event<'_>) {
        (self.0)(event);
    }
}

/// Has its stop switch pressed after a number of calls.
struct Stopped {
    arm: SimArm,
    stop: Arc<OnceLock<StopSwitch>>,
    calls: usize,
}

impl Stopped {
    fn count(&mut self) {
        if self.calls == 0 {
            self.stop.get().unwrap().press();
        }
        self.calls = self.calls.wrapping_sub(1);
    }
}

impl Arm for Stopped {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.count();
        self.arm.state()
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        self.count();
        self.arm.cycle(command)
    }
}

#[test]
fn a_run_that_was_stopped_is_the_same_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let mut stopped = 0;
    // Before, between and within motions.
    for calls in (0..12).chain([300, 567, 1001]) {
        let stage = Stage::new(5);
        let stop = Arc::new(OnceLock::new());
        let arm = Stopped {
            arm: stage.simulator.arm(),
            stop: Arc::clone(&stop),
            calls,
        };
        let mut recording = stage.recording(&path, 0);
        let mut session =
            stage.session_of(Box::new(arm), PUT_CUBE_PLAN, vec![Box::new(&mut recording)]);
        stop.set(session.stop_switch()).unwrap();
        let report = session.run_task("put it", BOUNDS).unwrap();
        drop(session);
        recording.finish().unwrap();
        stopped += usize::from(report.ending == TaskEnd::Stopped);
        is_the_same(&path);
    }
    assert!(stopped > 10, "{stopped}");
}

/// An agent that is stopped as it is asked for the nth time.
struct Hushed<M> {
    agent: M,
    asks: usize,
    stop: Arc<OnceLock<StopSwitch>>,
}

impl<M> Hushed<M> {
    fn ask(&mut self) -> Result<&mut M, PlannerError> {
        let stop = self.stop.get().unwrap();
        if self.asks == 0 {
            stop.press();
        }
        self.asks = self.asks.wrapping_sub(1);
        if stop.is_pressed() {
            return Err(PlannerError::Stopped);
        }
        Ok(&mut self.agent)
    }
}

impl<M: Perceiver> Perceiver for Hushed<M> {
    fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.ask()?.perceive(frame)
    }
}

impl<M: Planner> Planner for Hushed<M> {
    fn plan(
        &mut self,
        frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        self.ask()?.plan(frame, situation)
    }
}

#[test]
fn what_a_mind_was_not_waited_for_is_not_said_again_either() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let mut stopped = 0;
    for asks in 0..10 {
        let stage = Stage::new(5);
        let stop = Arc::new(OnceLock::new());
        let agent = Hushed {
            agent: stage.agent(PUT_CUBE_PLAN),
            asks,
            stop: Arc::clone(&stop),
        };
        let mut recording = stage.recording(&path, 0);
        let arm = Box::new(stage.simulator.arm());
        let mut session = stage.session_with(arm, Box::new(agent), vec![Box::new(&mut recording)]);
        stop.set(session.stop_switch()).unwrap();
        // Whichever of them is stopped, the ones that follow are played back unchanged.
        let looked = session.look_at_table();
        stopped += usize::from(looked.is_err_and(|error| error.is_caused_by_stop()));
        for task in ["put it", "put it again"] {
            session.stop_switch().release();
            let report = session.run_task(task, BOUNDS).unwrap();
            stopped += usize::from(report.ending == TaskEnd::Stopped);
        }
        drop(session);
        recording.finish().unwrap();
        is_the_same(&path);
    }
    assert!(stopped > 5, "{stopped}");
}

#[test]
fn orders_and_several_tasks_are_lived_through_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let stage = Stage::new(6);
    let mut recording = stage.recording(&path, 0);
    let mut session = stage.session(PUT_CUBE_PLAN, vec![Box::new(&mut recording)]);
    session.look_at_table().unwrap();
    session.move_home().unwrap();
    session.run_task("put it", BOUNDS).unwrap();
    session.move_home().unwrap();
    session.run_task("once more", BOUNDS).unwrap();
    drop(session);
    recording.finish().unwrap();
    is_the_same(&path);
}

#[test]
fn the_first_difference_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let mut stage = Stage::new(1);
    // The recording says that the robot is slower than it was.
    let toml = stage.info.robot.toml.as_mut().unwrap();
    *toml = toml.replace("velocity = 2.5", "velocity = 2.0");
    let mut recording = stage.recording(&path, 0);
    let mut session = stage.session(PUT_CUBE_PLAN, vec![Box::new(&mut recording)]);
    session.run_task("put it", BOUNDS).unwrap();
    drop(session);
    recording.finish().unwrap();
    let difference = verify_by_playback(&Recording::open(&path).unwrap())
        .unwrap()
        .difference
        .unwrap();
    assert_eq!(difference.topic, Topic::Motion);
    let (recorded, again) = difference.excerpt(60);
    assert_ne!(recorded, again);
}

#[test]
fn a_cut_journal_is_verified_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    record(&path, 1, PUT_CUBE_PLAN, 0);
    let bytes = std::fs::read(&path).unwrap();
    let mut compared = Vec::new();
    for part in 1..4 {
        let recording = Recording::parse(&bytes[..bytes.len() * part / 4]).unwrap();
        let verification = verify_by_playback(&recording).unwrap();
        assert_eq!(verification.difference, None, "part {part}");
        compared.push(verification.same);
    }
    assert!(compared.is_sorted() && compared[2] > compared[0]);
}

#[test]
fn recorded_commands_do_the_same_in_the_simulator() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    record(&path, 9, PUT_CUBE_PLAN, 0);
    let recording = Recording::open(&path).unwrap();
    let info = recording.run_info().unwrap();
    let robot = info.robot.load_robot().unwrap();
    let layout: Layout = serde_json::from_value(info.scene.unwrap().layout).unwrap();
    let replayed = |layout: &Layout| {
        let simulator = Simulator::new(&robot, layout, false);
        let arm = ArmThread::start(Box::new(simulator.arm()), &robot);
        let replay = Replay::new(&robot, &arm);
        let motions = recording.motions().unwrap();
        motions
            .iter()
            .map(|motion| replay.replay_motion(motion).unwrap())
            .collect::<Vec<_>>()
    };
    let departures = replayed(&layout);
    assert!(departures.len() > 5);
    assert!(
        departures
            .iter()
            .all(|d| d.is_exact_match() && d.readings > 0)
    );

    // With the cube out of the way the fingers close farther.
    let mut other = layout.clone();
    other.objects.retain(|item| item.name != "red cube");
    assert!(
        replayed(&other)
            .iter()
            .any(|deviation| !deviation.is_exact_match())
    );
}
