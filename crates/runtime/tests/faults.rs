//! Behavior of the loop when model, camera or clock fail; each test names its fault's number in
//! docs/faults.md.

mod bench;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bench::{Bench, PROTOCOLS, PUT_CUBE_INSTRUCTION};
use enact_arm::{Arm, ArmError, ArmState, ArmThread, IdealArm, ShutdownMode};
use enact_camera::{Camera, CameraError};
use enact_dataset::ground_truth::GroundTruth;
use enact_plan::{
    Detection, ModelResponse, Perceiver, Plan, Planner, PlannerError, PromptStyle, Rejection,
    Situation, Usage, Verdict, prompt,
};
use enact_robot::Command;
use enact_runtime::{RuntimeError, TaskEnd, TaskOptions};
use enact_sim::{Layout, Simulator};
use enact_types::{Frame, JointVector, StopSwitch};

/// An arm that records every command, on a clock that can be advanced.
#[derive(Clone)]
struct Watched {
    arm: IdealArm,
    heard: Arc<Mutex<Vec<JointVector>>>,
    ahead: Arc<AtomicU64>,
}

impl Watched {
    fn new(bench: &Bench) -> Self {
        Self {
            arm: IdealArm::new(&bench.robot),
            heard: Arc::default(),
            ahead: Arc::default(),
        }
    }

    fn thread(&self, bench: &Bench) -> ArmThread {
        ArmThread::start(Box::new(self.clone()), &bench.robot)
    }

    /// Returns whether any command differed from the position where it stood.
    fn moved(&self) -> bool {
        let heard = self.heard.lock().unwrap();
        let mut pairs = heard.windows(2);
        pairs.any(|pair| pair[0].max_difference(&pair[1]) > 0.0)
    }

    fn late(&self, state: ArmState) -> ArmState {
        let ahead = Duration::from_nanos(self.ahead.load(Ordering::SeqCst));
        ArmState {
            stamp: state.stamp.later_by(ahead),
            ..state
        }
    }
}

impl Arm for Watched {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        let state = self.arm.state()?;
        Ok(self.late(state))
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        self.heard.lock().unwrap().push(command.positions().clone());
        let state = self.arm.cycle(command)?;
        Ok(self.late(state))
    }
}

/// Perceives the ground truth, gives prescribed answers, and records its prompts.
struct Puppet {
    truth: GroundTruth,
    answers: VecDeque<String>,
    asked: Arc<Mutex<Vec<Situation>>>,
    /// Runs while the planner thinks.
    meanwhile: Box<dyn FnMut() + Send>,
}

impl Puppet {
    fn new(bench: &Bench, answers: &[&str]) -> Self {
        Self {
            truth: GroundTruth::new(&bench.simulator, &bench.layout),
            answers: answers.iter().map(ToString::to_string).collect(),
            asked: Arc::default(),
            meanwhile: Box::new(|| {}),
        }
    }
}

impl Perceiver for Puppet {
    fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.truth.perceive(frame)
    }
}

impl Planner for Puppet {
    fn plan(
        &mut self,
        _: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        (self.meanwhile)();
        self.asked.lock().unwrap().push(situation.clone());
        let completion = self.answers.pop_front().ok_or(PlannerError::Timeout {
            model: "slow".to_owned(),
            limit: Duration::from_secs(60),
        })?;
        Ok(ModelResponse {
            prompt: String::new(),
            parsed: Plan::parse(&completion),
            completion,
            thinking: String::new(),
            usage: Usage::default(),
            grammar: None,
            tokens: Vec::new(),
            pointing: None,
            dropped: Vec::new(),
            exchanges: Vec::new(),
        })
    }
}

const DONE: &str = r#"{"steps":[{"skill":"done"}]}"#;
const PICK: &str = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"done"}]}"#;

fn turns(turns: u32) -> TaskOptions {
    TaskOptions::from_max_turns(turns)
}

#[test]
fn fault_22_an_answer_with_one_doubtful_field_moves_nothing_and_the_model_is_told_why() {
    let home = |field: &str| format!(r#"{{"steps":[{{"skill":"home",{field}}}]}}"#);
    let pick =
        |object: &str| format!(r#"{{"steps":[{{"skill":"home"}},{{"skill":"pick"{object}}}]}}"#);
    let wrong = [
        home(r#""speed":NaN"#),
        home(r#""speed":Infinity"#),
        home(r#""joints":[1e309]"#),
        home(r#""joints":[0,0,0,0,0]"#),
        pick(r#","object":true"#),
        pick(r#","object":7"#),
        pick(""),
        pick(r#","object":"red cube","object":"red cube""#),
        pick(r#","object":"red cube","force":"9""#),
        r#"{"steps":[{"skill":"home"},{"skill":"pick","#.to_owned(),
        "Sure! I will move home and pick it up.".to_owned(),
        r#"{"steps":"home"}"#.to_owned(),
        String::new(),
    ];
    let bench = Bench::new(PROTOCOLS[0], 1);
    for text in &wrong {
        let arm = Watched::new(&bench);
        let puppet = Puppet::new(&bench, &[text, DONE]);
        let asked = Arc::clone(&puppet.asked);
        let mut session = bench.session(arm.thread(&bench), bench.camera(), Box::new(puppet));
        let report = session.run_task(PUT_CUBE_INSTRUCTION, turns(2)).unwrap();
        assert_eq!((report.ending, report.turns), (TaskEnd::Done, 2), "{text}");
        assert!(!arm.moved(), "{text}");
        let asked = asked.lock().unwrap();
        let Rejection(why) = Plan::parse(text).unwrap_err();
        assert_eq!(asked[1].rejection.as_ref(), Some(&why));
        let prompt = prompt::plan_prompt(PromptStyle::Full, &asked[1], &[]);
        assert!(prompt.contains(&why), "{prompt}");
    }
}

#[test]
fn fault_23_an_impossible_step_moves_nothing_and_the_model_is_told_why() {
    let bench = Bench::new(PROTOCOLS[0], 1);
    let arm = Watched::new(&bench);
    let wide = r#"{"steps":[{"skill":"pick","object":"blue bowl"},{"skill":"done"}]}"#;
    let unseen = r#"{"steps":[{"skill":"pick","object":"green elephant"},{"skill":"done"}]}"#;
    let puppet = Puppet::new(&bench, &[wide, unseen, DONE]);
    let asked = Arc::clone(&puppet.asked);
    let mut session = bench.session(arm.thread(&bench), bench.camera(), Box::new(puppet));
    let report = session.run_task(PUT_CUBE_INSTRUCTION, turns(3)).unwrap();
    assert!(!arm.moved());
    assert_eq!(report.refusals.len(), 2);
    let asked = asked.lock().unwrap();
    let history = &asked[2].history;
    assert!(
        history
            .iter()
            .all(|outcome| outcome.verdict == Verdict::Refused)
    );
    assert!(history[0].reason.contains("wide"), "{}", history[0].reason);
    assert!(
        history[1].reason.contains("green elephant"),
        "{}",
        history[1].reason
    );
    let prompt = prompt::plan_prompt(PromptStyle::Full, &asked[2], &[]);
    assert!(prompt.contains(&history[1].reason), "{prompt}");
}

/// A camera that returns this many pictures and then fails.
struct Failing {
    camera: Box<dyn Camera>,
    left: usize,
    last: Option<Frame>,
    how: Failure,
}

#[derive(Clone, Copy, Debug)]
enum Failure {
    Missing,
    Frozen,
    Black,
}

impl Camera for Failing {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        if self.left > 0 {
            self.left -= 1;
            let frame = self.camera.capture()?;
            self.last = Some(frame.clone());
            return Ok(frame);
        }
        let mut last = self.last.clone().unwrap();
        match self.how {
            Failure::Missing => Err(CameraError::Missing {
                reason: "its cable was pulled".into(),
            }),
            Failure::Frozen => Ok(last),
            Failure::Black => {
                last.sequence += 1;
                last.rgb.fill(0);
                Ok(last)
            }
        }
    }
}

/// Checks that the arm holds its position and obeys the next instruction.
fn check_held(bench: &Bench, goals: &[i64]) {
    assert_eq!(bench.torque(), [true; 6]);
    assert_eq!(goals_of(bench), goals, "nothing moved");
}

fn goals_of(bench: &Bench) -> Vec<i64> {
    bench.line.with_locked_bus(|emulated_bus| {
        let servos = emulated_bus.servos_mut().iter();
        servos
            .map(|servo| servo.register_value(servo.model().map.goal_position))
            .collect()
    })
}

#[test]
fn fault_24_a_camera_that_fails_in_mid_task_never_drops_torque() {
    for (protocol, how) in [
        (PROTOCOLS[0], Failure::Missing),
        (PROTOCOLS[1], Failure::Frozen),
        (PROTOCOLS[0], Failure::Black),
    ] {
        let bench = Bench::new(protocol, 1);
        let camera = Failing {
            camera: bench.camera(),
            left: 1,
            last: None,
            how,
        };
        let arm = bench.arm(ShutdownMode::Release, &[]);
        let mut session = bench.session(arm, Box::new(camera), bench.agent());
        let error = session
            .run_task(PUT_CUBE_INSTRUCTION, turns(3))
            .unwrap_err();
        assert!(matches!(error, RuntimeError::Camera(_)), "{how:?}: {error}");
        let goals = goals_of(&bench);
        // The bus driver keeps monitoring the bus while no command is pending.
        std::thread::sleep(Duration::from_millis(300));
        check_held(&bench, &goals);
        assert!(session.move_home().is_ok(), "it can still be moved");
        assert_eq!(bench.torque(), [true; 6]);
        drop(session);
        assert_eq!(bench.torque(), [false; 6], "it is left as it was to be");
    }
}

#[test]
fn fault_24_a_model_that_does_not_answer_in_time_leaves_the_arm_holding() {
    let bench = Bench::new(PROTOCOLS[1], 1);
    let arm = bench.arm(ShutdownMode::Release, &[]);
    let mut session = bench.session(arm, bench.camera(), Box::new(Puppet::new(&bench, &[])));
    let error = session
        .run_task(PUT_CUBE_INSTRUCTION, turns(3))
        .unwrap_err();
    assert!(matches!(error, RuntimeError::Planner(_)), "{error}");
    assert!(error.to_string().contains("within 60s"), "{error}");
    let goals = goals_of(&bench);
    std::thread::sleep(Duration::from_millis(300));
    check_held(&bench, &goals);
}

/// Runs a plan that comes a minute after its picture, while the cube is moved or not; returns
/// whether the arm moved before the next plan was asked for, and what had changed then.
fn late(moved: bool) -> (bool, Vec<String>) {
    let bench = Bench::new(PROTOCOLS[0], 1);
    let arm = Watched::new(&bench);
    let mut puppet = Puppet::new(&bench, &[PICK, DONE]);
    let asked = Arc::clone(&puppet.asked);
    let moved_before = Arc::new(Mutex::new(false));
    puppet.meanwhile = Box::new({
        let (arm, moved_before) = (arm.clone(), Arc::clone(&moved_before));
        let (simulator, layout) = (bench.simulator.clone(), bench.layout.clone());
        move || {
            *moved_before.lock().unwrap() = arm.moved();
            let first = arm.ahead.swap(60_000_000_000, Ordering::SeqCst) == 0;
            if first && moved {
                move_cube(&simulator, &layout);
            }
        }
    });
    let mut session = bench.session(arm.thread(&bench), bench.camera(), Box::new(puppet));
    session.run_task(PUT_CUBE_INSTRUCTION, turns(2)).unwrap();
    drop(session);
    let changes = asked.lock().unwrap()[1].changes.clone();
    (*moved_before.lock().unwrap(), changes)
}

/// Moves the red cube towards the middle of the table.
fn move_cube(simulator: &Simulator, layout: &Layout) {
    let mut objects = layout.objects.iter();
    let index = objects
        .position(|item| item.color_and_shape_label() == "red cube")
        .unwrap();
    simulator.with_world(|world| {
        let mut pose = world.object("red cube").unwrap().pose;
        pose.translation.y -= 0.06_f64.copysign(pose.translation.y);
        world.teleport_object(index, &pose);
    });
}

#[test]
fn fault_24_a_plan_that_rests_on_an_old_picture_is_dropped_if_anything_was_moved() {
    let (moved, changes) = late(true);
    assert!(!moved, "nothing moved for the late plan");
    assert!(changes[0].contains("the red cube was moved"), "{changes:?}");
    let (moved, changes) = late(false);
    assert!(moved, "a table that stayed is no reason to ask again");
    assert!(changes.is_empty(), "{changes:?}");
}

/// Runs two tasks that do nothing, between which the cube is moved and the clock goes on by `pause`;
/// the first one is stopped or not. Returns what the second plan is told to have changed.
fn second_task(pause: Duration, is_stopped: bool) -> Vec<String> {
    let bench = Bench::new(PROTOCOLS[0], 1);
    let arm = Watched::new(&bench);
    let stop = StopSwitch::new();
    let first = if is_stopped { "no plan" } else { DONE };
    let mut puppet = Puppet::new(&bench, &[first, DONE]);
    let asked = Arc::clone(&puppet.asked);
    let mut is_first = true;
    puppet.meanwhile = Box::new({
        let stop = stop.clone();
        move || {
            if std::mem::take(&mut is_first) && is_stopped {
                stop.press();
            }
        }
    });
    let thread =
        ArmThread::start_with_stop_switch(Box::new(arm.clone()), &bench.robot, stop.clone());
    let mut session = bench.session(thread, bench.camera(), Box::new(puppet));
    let report = session.run_task(PUT_CUBE_INSTRUCTION, turns(2)).unwrap();
    let ending = if is_stopped {
        TaskEnd::Stopped
    } else {
        TaskEnd::Done
    };
    assert_eq!(report.ending, ending);
    stop.release();
    move_cube(&bench.simulator, &bench.layout);
    arm.ahead.store(pause.as_nanos() as u64, Ordering::SeqCst);
    let report = session.run_task(PUT_CUBE_INSTRUCTION, turns(2)).unwrap();
    assert_eq!(report.ending, TaskEnd::Done);
    drop(session);
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 2);
    asked[1].changes.clone()
}

#[test]
fn fault_24_no_plan_rests_on_a_look_that_is_old_or_from_before_a_stop() {
    let minute = Duration::from_secs(60);
    for (pause, is_stopped) in [(minute, false), (Duration::ZERO, true)] {
        let changes = second_task(pause, is_stopped);
        let [change] = &changes[..] else {
            panic!("{pause:?}, stopped: {is_stopped}: {changes:?}");
        };
        assert!(change.contains("the red cube was moved"), "{change}");
    }
    // Where no time has passed, the look counts as new, and the model is not asked again.
    let changes = second_task(Duration::ZERO, false);
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn fault_24_a_plan_after_one_that_was_rejected_rests_on_a_new_look() {
    let bench = Bench::new(PROTOCOLS[0], 1);
    let arm = Watched::new(&bench);
    let mut puppet = Puppet::new(&bench, &["no plan", DONE]);
    let asked = Arc::clone(&puppet.asked);
    puppet.meanwhile = Box::new({
        let (arm, simulator, layout) = (arm.clone(), bench.simulator.clone(), bench.layout.clone());
        move || {
            if arm.ahead.swap(60_000_000_000, Ordering::SeqCst) == 0 {
                move_cube(&simulator, &layout);
            }
        }
    });
    let mut session = bench.session(arm.thread(&bench), bench.camera(), Box::new(puppet));
    session.run_task(PUT_CUBE_INSTRUCTION, turns(2)).unwrap();
    drop(session);
    let changes = asked.lock().unwrap()[1].changes.clone();
    assert!(changes[0].contains("the red cube was moved"), "{changes:?}");
}
