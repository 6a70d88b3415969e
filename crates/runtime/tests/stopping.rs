//! Reports of runs that are stopped.

use enact_arm::{ArmThread, StopSwitch};
use enact_dataset::ground_truth::GroundTruth;
use enact_plan::{
    Detection, ModelResponse, Perceiver, Plan, Planner, PlannerError, ScriptedPlanner, Situation,
    Verdict,
};
use enact_runtime::{Event, Observer, TaskEnd, TaskOptions, TaskReport};
use enact_testkit::SimulatedTable;
use enact_types::Frame;

const PLAN: &str = r#"{"steps":[{"skill":"say","text":"I point"},{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;

/// Moment at which the switch is pressed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// During the nth question what it sees.
    Looking(u32),
    /// While it plans.
    Planning,
    /// At the nth report that the arm is going to move.
    Moving(u32),
    /// As a step begins that moves the arm.
    Beginning,
    Never,
}

/// An agent that responds to the switch, as a model does.
struct Listening {
    truth: GroundTruth,
    planner: ScriptedPlanner,
    when: When,
    stop: StopSwitch,
    looks: u32,
}

impl Listening {
    fn unless_stopped(&self, now: When) -> Result<(), PlannerError> {
        if self.when == now {
            self.stop.press();
        }
        if self.stop.is_pressed() {
            return Err(PlannerError::Stopped);
        }
        Ok(())
    }
}

impl Perceiver for Listening {
    fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.looks += 1;
        self.unless_stopped(When::Looking(self.looks))?;
        self.truth.perceive(frame)
    }
}

impl Planner for Listening {
    fn plan(
        &mut self,
        frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        self.unless_stopped(When::Planning)?;
        self.planner.plan(frame, situation)
    }
}

/// Presses the switch at an event; counts motions.
struct Watching {
    when: When,
    stop: StopSwitch,
    motions: u32,
}

impl Observer for Watching {
    fn observe(&mut self, event: &Event<'_>) {
        self.motions += u32::from(matches!(event, Event::MotionStarted { .. }));
        let now = match event {
            Event::StepStarted(step) if step.moves_arm() => When::Beginning,
            Event::MotionStarted { .. } => When::Moving(self.motions),
            _ => return,
        };
        if self.when == now {
            self.stop.press();
        }
    }
}

/// Points to the cube, and is stopped; returns the report and the number of motions begun.
fn run(when: When) -> (TaskReport, u32) {
    let table = SimulatedTable::new(3);
    let stop = StopSwitch::new();
    let mut watching = Watching {
        when,
        stop: stop.clone(),
        motions: 0,
    };
    let arm = Box::new(table.simulator.arm());
    let arm = ArmThread::start_with_stop_switch(arm, &table.robot, stop.clone());
    let agent = Listening {
        truth: table.ground_truth_perceiver(),
        planner: ScriptedPlanner::new(Plan::parse(PLAN).unwrap()),
        when,
        stop: stop.clone(),
        looks: 0,
    };
    let mut session = table.session_with_arm_thread(arm, agent, vec![Box::new(&mut watching)]);
    let report = session
        .run_task("point to it", TaskOptions::from_max_turns(3))
        .unwrap();
    // The next task is not affected.
    stop.release();
    let again = session
        .run_task("point to it", TaskOptions::from_max_turns(3))
        .unwrap();
    if !matches!(when, When::Planning | When::Beginning) {
        assert_eq!(again.ending, TaskEnd::Done, "{when:?}");
    }
    drop(session);
    (report, watching.motions)
}

#[test]
fn what_never_began_is_not_reported() {
    let (report, _) = run(When::Never);
    assert_eq!((report.ending, report.steps.len()), (TaskEnd::Done, 1));
    for when in [
        When::Looking(1),
        When::Planning,
        When::Beginning,
        When::Moving(2),
    ] {
        let (report, _) = run(when);
        assert_eq!(report.ending, TaskEnd::Stopped, "{when:?}");
        assert_eq!(report.turns, 1, "{when:?}");
        assert_eq!(report.steps, [], "{when:?}");
        // Words spoken before the stop stay spoken.
        let spoke = matches!(when, When::Beginning | When::Moving(_));
        assert_eq!(report.said.len(), usize::from(spoke), "{when:?}");
    }
}

#[test]
fn what_was_done_but_not_looked_at_is_reported_as_that() {
    let (report, _) = run(When::Looking(2));
    assert_eq!(report.ending, TaskEnd::Stopped);
    assert_eq!(report.steps.len(), 1);
    assert_eq!(report.steps[0].verdict, Verdict::Unknown);
    assert!(
        report.steps[0].reason.contains("stopped before"),
        "{report:?}"
    );
}
