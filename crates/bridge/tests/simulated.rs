//! Whole runs in the simulator, with the simulator's own labels and a plan from a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use enact_arm::ArmThread;
use enact_bridge::{Bounds, Ending, Event, Journal, Observer, Report, Session};
use enact_dataset::truth::Truth;
use enact_plan::{Pair, Plan, ScriptedPlanner, Verdict};
use enact_robot::Robot;
use enact_sim::render::Look;
use enact_sim::{Goal, Item, Scene, Simulator};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

const TASK: &str = "put the red cube in the blue bowl";
const PLAN: &str = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"place","object":"red cube","relation":"in","target":"blue bowl"},{"skill":"done"}]}"#;

struct Run {
    report: Report,
    journal: Vec<u8>,
    inside: bool,
}

fn put_red_cube_in_blue_bowl(seed: u64) -> Run {
    put_in_bowl(seed, true)
}

/// With a camera that measures depth, or one that does not.
fn put_in_bowl(seed: u64, depth: bool) -> Run {
    let robot = Arc::new(Robot::load(&root().join("robots/so101")).unwrap());
    let scene = Scene::load(&root().join("scenes/tabletop.toml")).unwrap();
    let mut layout = scene.draw(seed);
    layout.camera.depth = depth;
    let simulator = Simulator::new(&robot, &layout, false);
    let plan = Plan::parse(PLAN).unwrap();
    let mut journal = Journal::new(Vec::new());
    let mut session = Session::new(
        Arc::clone(&robot),
        ArmThread::start(Box::new(simulator.arm()), &robot),
        Box::new(simulator.camera(Look::default(), seed)),
        Box::new(Pair {
            perceiver: Truth::new(&simulator, &layout),
            planner: ScriptedPlanner::new(plan),
        }),
        vec![Box::new(&mut journal)],
    )
    .unwrap();
    let bounds = Bounds::of_turns(3);
    let report = session.run(TASK, bounds).unwrap();
    drop(session);
    let goal = Goal::Inside("red cube".to_owned(), "blue bowl".to_owned());
    Run {
        report,
        journal: journal.finish().unwrap(),
        inside: simulator.with_world(|world| goal.holds(world)),
    }
}

#[test]
fn the_cube_ends_in_the_bowl_and_the_robot_knows() {
    for seed in 1..=4 {
        let run = put_red_cube_in_blue_bowl(seed);
        assert!(run.inside, "seed {seed}: {:?}", run.report.steps);
        assert_eq!(run.report.ending, Ending::Done, "seed {seed}");
    }
}

/// Moves the red cube by 3 cm as soon as the arm is on its way to it.
struct Hand {
    simulator: Simulator,
    cube: usize,
    acting: bool,
    moved: bool,
    hindrances: Vec<String>,
}

impl Observer for &mut Hand {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::Step(_) => self.acting = true,
            Event::Moving { .. } if self.acting && !self.moved => {
                self.moved = true;
                let cube = self.cube;
                self.simulator.with_world(|world| {
                    let mut pose = world.objects()[cube].pose;
                    pose.translation.vector.y += 0.03;
                    world.set_object(cube, &pose);
                });
            }
            Event::Judged(outcome) if outcome.verdict != Verdict::Yes => {
                self.hindrances.push(outcome.reason.clone());
            }
            _ => {}
        }
    }
}

#[test]
fn what_moves_while_the_arm_is_on_its_way_is_noticed_before_it_is_touched() {
    let robot = Arc::new(Robot::load(&root().join("robots/so101")).unwrap());
    let scene = Scene::load(&root().join("scenes/tabletop.toml")).unwrap();
    let layout = scene.draw(1);
    let simulator = Simulator::new(&robot, &layout, false);
    let is_cube = |item: &Item| item.name == "red cube";
    let mut hand = Hand {
        simulator: simulator.clone(),
        cube: layout.objects.iter().position(is_cube).unwrap(),
        acting: false,
        moved: false,
        hindrances: Vec::new(),
    };
    let planner = ScriptedPlanner::new(Plan::parse(PLAN).unwrap());
    let mut session = Session::new(
        Arc::clone(&robot),
        ArmThread::start(Box::new(simulator.arm()), &robot),
        Box::new(simulator.camera(Look::default(), 1)),
        Box::new(Pair {
            perceiver: Truth::new(&simulator, &layout),
            planner,
        }),
        vec![Box::new(&mut hand)],
    )
    .unwrap();
    session.run(TASK, Bounds::of_turns(3)).unwrap();
    drop(session);
    assert_eq!(hand.hindrances, ["the red cube is not where it was"]);
    let goal = Goal::Inside("red cube".to_owned(), "blue bowl".to_owned());
    assert!(simulator.with_world(|world| goal.holds(world)));
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
    assert!(first.journal == second.journal);
    assert!(first.journal != put_red_cube_in_blue_bowl(8).journal);
}

/// The ceiling of the model card: `cargo test -p enact-bridge -- --ignored --nocapture ceiling`.
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
