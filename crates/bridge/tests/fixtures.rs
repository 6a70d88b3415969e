//! Whole runs in the simulator among things that never move: nothing is bumped into.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use enact_arm::ArmThread;
use enact_bridge::{Bounds, Ending, Event, Observer, Session};
use enact_dataset::truth::Truth;
use enact_plan::{Pair, Plan, ScriptedPlanner};
use enact_robot::Robot;
use enact_sim::render::Look;
use enact_sim::{Goal, Scene, Simulator};

/// A contact weaker than this is none, newtons.
const BUMP: f64 = 0.5;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

const PLAN: &str = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"place","object":"red cube","relation":"in","target":"blue bowl"},{"skill":"done"}]}"#;

struct Run {
    inside: bool,
    refusals: Vec<String>,
    bump: f64,
    ending: Ending,
    order: Vec<&'static str>,
}

/// The order of what matters for an approval.
#[derive(Default)]
struct Order(Vec<&'static str>);

impl Observer for Order {
    fn observe(&mut self, event: &Event<'_>) {
        self.0.extend(match event {
            Event::Rehearsed(way) if !way.is_empty() => Some("shown"),
            Event::Agreed(_) => Some("asked"),
            Event::Moving { .. } => Some("moved"),
            _ => None,
        });
    }
}

fn robot() -> Arc<Robot> {
    Arc::new(Robot::load(&root().join("robots/so101")).unwrap())
}

fn run(scene: &str, approve: Option<bool>) -> Run {
    let robot = robot();
    let scene = Scene::load(&root().join("scenes").join(scene)).unwrap();
    let layout = scene.draw(1);
    let simulator = Simulator::new(&robot, &layout, false);
    let mut order = Order::default();
    let mut session = Session::new(
        Arc::clone(&robot),
        ArmThread::start(Box::new(simulator.arm()), &robot),
        Box::new(simulator.camera(Look::default(), 1)),
        Box::new(Pair {
            perceiver: Truth::new(&simulator, &layout),
            planner: ScriptedPlanner::new(Plan::parse(PLAN).unwrap()),
        }),
        vec![Box::new(&mut order)],
    )
    .unwrap()
    .among(layout.obstacles(), layout.walls(robot.clearance().table));
    if let Some(answer) = approve {
        session = session.approved_by(Box::new(move |_, outlook| {
            assert_eq!(outlook.len(), 2);
            answer
        }));
    }
    let bounds = Bounds::of_turns(3);
    let report = session.run("put the red cube in the blue bowl", bounds);
    let report = report.unwrap();
    drop(session);
    let goal = Goal::Inside("red cube".to_owned(), "blue bowl".to_owned());
    simulator.with_world(|world| Run {
        inside: goal.holds(world),
        refusals: report.refusals,
        bump: world.hardest_bump(),
        ending: report.ending,
        order: order.0,
    })
}

#[test]
fn a_wall_between_cube_and_bowl_is_gone_around_without_touching_it() {
    let run = run("wall.toml", None);
    assert!(run.inside, "{:?}", run.refusals);
    assert!(run.bump < BUMP, "{} N", run.bump);
}

#[test]
fn what_is_under_a_shelf_is_taken_or_the_shelf_is_named() {
    let run = run("shelf.toml", None);
    assert!(
        run.inside || run.refusals.iter().any(|why| why.contains("shelf")),
        "{:?}",
        run.refusals
    );
    assert!(run.bump < BUMP, "{} N", run.bump);
}

#[test]
fn a_bowl_behind_the_arm_is_said_to_be_out_of_reach() {
    let run = run("behind.toml", None);
    assert!(!run.inside);
    assert!(
        run.refusals
            .iter()
            .any(|why| why.contains("blue bowl") && why.contains("out of reach")),
        "{:?}",
        run.refusals
    );
    assert!(run.bump < BUMP, "{} N", run.bump);
}

#[test]
fn a_cube_against_the_rail_of_the_table_is_taken_or_the_rail_is_named() {
    let run = run("rail.toml", None);
    assert!(
        run.inside || run.refusals.iter().any(|why| why.contains("rail")),
        "{:?}",
        run.refusals
    );
    assert!(run.bump < BUMP, "{} N", run.bump);
}

#[test]
fn nothing_moves_before_a_yes() {
    let no = run("wall.toml", Some(false));
    assert_eq!(no.ending, Ending::Stopped);
    assert!(!no.inside);
    assert_eq!(no.order, ["shown", "asked"]);
    let yes = run("wall.toml", Some(true));
    assert!(yes.inside);
    assert_eq!(yes.order[..3], ["shown", "asked", "moved"]);
}
