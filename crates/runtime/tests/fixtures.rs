//! Whole runs in the simulator among fixtures: nothing is bumped into.

use enact_runtime::{Event, Observer, TaskEnd, TaskOptions};
use enact_testkit::{PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, SimulatedTable, load_shipped_robot};

/// Force below which a contact does not count, newtons.
const BUMP: f64 = 0.5;

struct Run {
    inside: bool,
    refusals: Vec<String>,
    bump: f64,
    ending: TaskEnd,
    order: Vec<&'static str>,
}

/// Order of the events that matter for an approval.
#[derive(Default)]
struct Order(Vec<&'static str>);

impl Observer for Order {
    fn observe(&mut self, event: &Event<'_>) {
        self.0.extend(match event {
            Event::Previewed(motions) if !motions.is_empty() => Some("shown"),
            Event::Approved(_) => Some("asked"),
            Event::MotionStarted { .. } => Some("moved"),
            _ => None,
        });
    }
}

fn run(scene: &str, approve: Option<bool>) -> Run {
    let table = SimulatedTable::with_robot(
        load_shipped_robot("so101"),
        enact_testkit::load_shipped_scene(scene).sample_layout(1),
        1,
    );
    let mut order = Order::default();
    let mut session = table.session(
        table.ground_truth_agent_with_plan(PUT_CUBE_PLAN),
        vec![Box::new(&mut order)],
    );
    if let Some(answer) = approve {
        session = session.with_approver(Box::new(move |_, preview| {
            assert_eq!(preview.len(), 2);
            answer
        }));
    }
    let options = TaskOptions::from_max_turns(3);
    let report = session.run_task(PUT_CUBE_INSTRUCTION, options);
    let report = report.unwrap();
    drop(session);
    Run {
        inside: table.is_cube_in_bowl(),
        refusals: report.refusals,
        bump: table
            .simulator
            .with_world(|world| world.largest_collision_force_so_far()),
        ending: report.ending,
        order: order.0,
    }
}

#[test]
fn a_wall_between_cube_and_bowl_is_gone_around_without_touching_it() {
    let run = run("wall", None);
    assert!(run.inside, "{:?}", run.refusals);
    assert!(run.bump < BUMP, "{} N", run.bump);
}

#[test]
fn what_is_under_a_shelf_is_taken_or_the_shelf_is_named() {
    let run = run("shelf", None);
    assert!(
        run.inside || run.refusals.iter().any(|why| why.contains("shelf")),
        "{:?}",
        run.refusals
    );
    assert!(run.bump < BUMP, "{} N", run.bump);
}

#[test]
fn a_bowl_behind_the_arm_is_said_to_be_out_of_reach() {
    let run = run("behind", None);
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
    let run = run("rail", None);
    assert!(
        run.inside || run.refusals.iter().any(|why| why.contains("rail")),
        "{:?}",
        run.refusals
    );
    assert!(run.bump < BUMP, "{} N", run.bump);
}

#[test]
fn nothing_moves_before_a_yes() {
    let no = run("wall", Some(false));
    assert_eq!(no.ending, TaskEnd::Stopped);
    assert!(!no.inside);
    assert_eq!(no.order, ["shown", "asked"]);
    let yes = run("wall", Some(true));
    assert!(yes.inside);
    assert_eq!(yes.order[..3], ["shown", "asked", "moved"]);
}
