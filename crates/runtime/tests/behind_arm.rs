//! What the arm hides from the camera is looked for before it is said to be missing.

use enact_plan::{CompositeAgent, ModelResponse, Plan, Planner, PlannerError, Situation, Step};
use enact_runtime::{Event, Observer, Session, TaskEnd, TaskOptions};
use enact_testkit::{
    PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, SimulatedTable, load_shipped_robot, load_shipped_scene,
};
use enact_types::{Frame, Point3};

/// Says that it does not see the cube, or puts it in the bowl.
struct Putting;

impl Planner for Putting {
    fn plan(&mut self, _: &Frame, now: &Situation) -> Result<ModelResponse<Plan>, PlannerError> {
        let sees = |name: &str| now.objects.iter().any(|seen| seen.name == name);
        let steps = match (now.history.is_empty(), sees("red cube")) {
            (false, _) => vec![Step::done_step()],
            (true, true) => Plan::parse(PUT_CUBE_PLAN).unwrap().steps,
            (true, false) => vec![Step::say_step("I do not see a red cube.")],
        };
        let plan = Plan { steps };
        Ok(ModelResponse::from_parsed(plan.to_string(), plan))
    }
}

/// Counts the plans and the motions.
#[derive(Default)]
struct Counts {
    plans: usize,
    motions: usize,
}

impl Observer for Counts {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::Planned { .. } => self.plans += 1,
            Event::MotionStarted { .. } => self.motions += 1,
            _ => {}
        }
    }
}

/// A table with a camera opposite the cube, so that the arm at home is between them; `cube` is where
/// the red cube lies.
fn table(cube: [f64; 2], eye: Point3) -> SimulatedTable {
    let mut layout = load_shipped_scene("tabletop").sample_layout(1);
    let is_put = |name: &str| ["red cube", "blue bowl"].contains(&name);
    layout.objects.retain(|item| is_put(&item.name));
    for item in &mut layout.objects {
        let place = &mut item.base_from_object.translation.vector;
        [place.x, place.y] = match item.name.as_str() {
            "red cube" => cube,
            _ => [0.08, 0.22],
        };
    }
    layout.camera.eye = eye;
    layout.camera.target = Point3::new(0.15, 0.0, 0.0);
    SimulatedTable::with_robot(load_shipped_robot("so101"), layout, 1)
}

fn session<'a>(table: &'a SimulatedTable, counts: &'a mut Counts) -> Session<'a> {
    let agent = CompositeAgent {
        perceiver: table.ground_truth_perceiver(),
        planner: Putting,
    };
    table.session(agent, vec![Box::new(counts)])
}

const BEHIND: [f64; 2] = [0.2, 0.0];

fn opposite() -> Point3 {
    Point3::new(-0.5, 0.0, 0.28)
}

#[test]
fn a_cube_behind_the_arm_is_found() {
    let table = table(BEHIND, opposite());
    let mut counts = Counts::default();
    let report = session(&table, &mut counts)
        .run_task(PUT_CUBE_INSTRUCTION, TaskOptions::from_max_turns(3))
        .unwrap();
    assert_eq!(report.ending, TaskEnd::Done, "{:?}", report.said);
    assert!(table.is_cube_in_bowl());
    assert_eq!(counts.plans, 2, "unseen, and seen");
}

/// Carries out the task where there is no cube; returns how it ended, and the number of plans and motions.
fn without_cube(mut table: SimulatedTable, options: TaskOptions) -> (TaskEnd, (usize, usize)) {
    table.layout.objects.retain(|item| item.name == "blue bowl");
    let table = SimulatedTable::with_robot(load_shipped_robot("so101"), table.layout, 1);
    let mut counts = Counts::default();
    let report = session(&table, &mut counts)
        .run_task(PUT_CUBE_INSTRUCTION, options)
        .unwrap();
    (report.ending, (counts.plans, counts.motions))
}

#[test]
fn the_arm_stays_where_it_hides_nothing() {
    let table = table(BEHIND, Point3::new(0.75, 0.0, 0.5));
    let (ending, counts) = without_cube(table, TaskOptions::from_max_turns(3));
    assert_eq!(ending, TaskEnd::Said);
    assert_eq!(counts, (1, 1), "only home");
}

#[test]
fn it_looks_where_that_shows_more_and_never_in_a_dry_run() {
    let options = TaskOptions::from_max_turns(3);
    let (ending, counts) = without_cube(table(BEHIND, opposite()), options);
    assert_eq!(ending, TaskEnd::Said);
    assert_eq!(counts, (2, 2), "home, and aside, where all is seen");
    let dry_run = TaskOptions {
        dry_run: true,
        ..options
    };
    let (_, counts) = without_cube(table(BEHIND, opposite()), dry_run);
    assert_eq!(counts, (1, 0));
}
