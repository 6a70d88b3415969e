//! Small turns of joints through the gate, and consent that ends with a task.

use enact_runtime::{Event, Observer, TaskOptions};
use enact_testkit::{PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, SimulatedTable};

/// Counts motions, and keeps where the arm was last.
#[derive(Default)]
struct Motions {
    count: usize,
    at: Vec<f64>,
}

impl Observer for Motions {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::MotionStarted { .. } => self.count += 1,
            Event::StateRead(state) => self.at = state.position.to_vec(),
            Event::MotionEnded(execution) => self.at = execution.state.position.to_vec(),
            _ => {}
        }
    }
}

#[test]
fn a_joint_turns_by_as_much_as_asked_and_the_others_do_not() {
    let table = SimulatedTable::new(1);
    let mut motions = Motions::default();
    let mut session = table.session(
        table.ground_truth_agent_with_plan(PUT_CUBE_PLAN),
        vec![Box::new(&mut motions)],
    );
    assert_eq!(session.move_home().unwrap(), None);
    assert_eq!(session.jog_joint(0, 0.2).unwrap(), None);
    drop(session);
    let home = table.robot.home();
    for (joint, at) in motions.at.iter().enumerate() {
        let expected = home[joint] + if joint == 0 { 0.2 } else { 0.0 };
        assert!((at - expected).abs() < 0.05, "joint {joint}: {at}");
    }
}

#[test]
fn what_the_gate_does_not_admit_turns_nothing() {
    let table = SimulatedTable::new(1);
    let mut motions = Motions::default();
    let mut session = table.session(
        table.ground_truth_agent_with_plan(PUT_CUBE_PLAN),
        vec![Box::new(&mut motions)],
    );
    let most = table.robot.joints()[0].limits.max - table.robot.joints()[0].limits.min;
    for (joint, by) in [(0, most), (0, f64::NAN), (99, 0.1)] {
        let why = session.jog_joint(joint, by).unwrap();
        assert!(why.is_some(), "joint {joint} by {by}");
    }
    let stop = session.stop_switch();
    stop.press();
    assert_eq!(
        session.jog_joint(0, 0.1).unwrap().as_deref(),
        Some("it was stopped")
    );
    drop(session);
    assert_eq!(motions.count, 0);
}

#[test]
fn the_gripper_does_not_open_while_it_holds_something() {
    let table = SimulatedTable::new(3);
    let pick = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"done"}]}"#;
    let mut session = table.session(table.ground_truth_agent_with_plan(pick), Vec::new());
    let report = session
        .run_task("pick up the red cube", TaskOptions::from_max_turns(2))
        .unwrap();
    assert!(report.reports_success(), "{report:?}");
    let gripper = table.robot.gripper().unwrap().joint;
    let why = session.jog_joint(gripper, 0.1).unwrap().unwrap();
    assert!(why.contains("holds the red cube"), "{why}");
}

#[test]
fn a_yes_to_one_task_moves_nothing_in_the_next() {
    let table = SimulatedTable::new(1);
    let mut motions = Motions::default();
    let mut answers = [true, false].into_iter();
    let session = table.session(
        table.ground_truth_agent_with_plan(PUT_CUBE_PLAN),
        vec![Box::new(&mut motions)],
    );
    let mut session = session.with_approver(Box::new(move |_, _| answers.next() == Some(true)));
    let report = session
        .run_task(PUT_CUBE_INSTRUCTION, TaskOptions::from_max_turns(3))
        .unwrap();
    assert!(report.reports_success(), "{report:?}");
    // Out of the way of nothing: a task with consent would go home first.
    assert_eq!(session.jog_joint(0, 0.2).unwrap(), None);
    let before = table
        .simulator
        .with_world(|world| world.arm_state().position.to_vec());
    session
        .run_task(PUT_CUBE_INSTRUCTION, TaskOptions::from_max_turns(1))
        .unwrap();
    let after = table
        .simulator
        .with_world(|world| world.arm_state().position.to_vec());
    drop(session);
    for (before, after) in before.iter().zip(&after) {
        assert!((before - after).abs() < 1e-3, "{before} {after}");
    }
}
