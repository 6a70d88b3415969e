//! Whole runs in the simulator, with the simulator's own labels and a plan from a file.

use enact_plan::Verdict;
use enact_runtime::{Event, EventLog, Observer, TaskEnd, TaskOptions, TaskReport};
use enact_sim::{PlacedObject, Simulator};
use enact_testkit::{
    PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, SimulatedTable, load_shipped_robot, load_shipped_scene,
};

struct Run {
    report: TaskReport,
    event_log: Vec<u8>,
    inside: bool,
}

fn put_red_cube_in_blue_bowl(seed: u64) -> Run {
    put_in_bowl(seed, true)
}

/// Runs the task with a camera that measures depth, or with one that does not.
fn put_in_bowl(seed: u64, depth: bool) -> Run {
    let mut layout = load_shipped_scene("tabletop").sample_layout(seed);
    layout.camera.depth = depth;
    let table = SimulatedTable::with_robot(load_shipped_robot("so101"), layout, seed);
    let mut event_log = EventLog::new(Vec::new());
    let mut session = table.session(
        table.ground_truth_agent_with_plan(PUT_CUBE_PLAN),
        vec![Box::new(&mut event_log)],
    );
    let options = TaskOptions::from_max_turns(3);
    let report = session.run_task(PUT_CUBE_INSTRUCTION, options).unwrap();
    drop(session);
    Run {
        report,
        event_log: event_log.finish().unwrap(),
        inside: table.is_cube_in_bowl(),
    }
}

#[test]
fn the_cube_ends_in_the_bowl_and_the_robot_knows() {
    for seed in 1..=4 {
        let run = put_red_cube_in_blue_bowl(seed);
        assert!(run.inside, "seed {seed}: {:?}", run.report.steps);
        assert_eq!(run.report.ending, TaskEnd::Done, "seed {seed}");
    }
}

/// Moves the red cube by 3 cm as soon as the arm is on its way to it.
struct Hand {
    simulator: Simulator,
    cube: usize,
    acting: bool,
    moved: bool,
    infeasibilities: Vec<String>,
}

impl Observer for &mut Hand {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::StepStarted(_) => self.acting = true,
            Event::MotionStarted { .. } if self.acting && !self.moved => {
                self.moved = true;
                let cube = self.cube;
                self.simulator.with_world(|world| {
                    let mut pose = world.objects()[cube].pose;
                    pose.translation.vector.y += 0.03;
                    world.teleport_object(cube, &pose);
                });
            }
            Event::StepVerified(outcome) if outcome.verdict != Verdict::Yes => {
                self.infeasibilities.push(outcome.reason.clone());
            }
            _ => {}
        }
    }
}

#[test]
fn what_moves_while_the_arm_is_on_its_way_is_noticed_before_it_is_touched() {
    let table = SimulatedTable::new(1);
    let is_cube = |item: &PlacedObject| item.name == "red cube";
    let mut hand = Hand {
        simulator: table.simulator.clone(),
        cube: table.layout.objects.iter().position(is_cube).unwrap(),
        acting: false,
        moved: false,
        infeasibilities: Vec::new(),
    };
    let mut session = table.session(
        table.ground_truth_agent_with_plan(PUT_CUBE_PLAN),
        vec![Box::new(&mut hand)],
    );
    session
        .run_task(PUT_CUBE_INSTRUCTION, TaskOptions::from_max_turns(3))
        .unwrap();
    drop(session);
    assert_eq!(hand.infeasibilities, ["the red cube is not where it was"]);
    assert!(table.is_cube_in_bowl());
}

#[test]
fn a_camera_without_depth_is_enough() {
    let ended = (1..=4).filter(|seed| put_in_bowl(*seed, false).inside);
    assert!(ended.count() >= 3);
}

#[test]
fn the_same_seed_gives_the_same_journal_byte_for_byte() {
    let first = put_red_cube_in_blue_bowl(7);
    let second = put_red_cube_in_blue_bowl(7);
    assert!(first.event_log == second.event_log);
    assert!(first.event_log != put_red_cube_in_blue_bowl(8).event_log);
}

/// The upper bound of the model card: `cargo test -p enact-runtime -- --ignored --nocapture
/// ceiling`.
#[test]
#[ignore = "takes minutes"]
fn ceiling_of_a_hundred_seeds() {
    let failed: Vec<String> = (9001..=9100)
        .map(|seed| (seed, put_red_cube_in_blue_bowl(seed)))
        .filter(|(_, run)| !run.inside)
        .map(|(seed, run)| format!("{seed}: {:?}", run.report.steps))
        .collect();
    assert!(failed.len() <= 2, "{}", failed.join("\n"));
}
