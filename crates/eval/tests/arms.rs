//! Every shipped arm at one task, on a table that suits its reach, with perfect perception and a
//! plan from a file.

use std::path::Path;
use std::sync::Arc;

use enact_eval::episode::EpisodeResult;
use enact_eval::runner::{EvalConfig, run};
use enact_eval::shard::Shard;
use enact_eval::suite::Suite;
use enact_plan::Outcome;
use enact_robot::Robot;
use enact_runtime::{PlanChoice, TaskOptions, TaskReport};
use enact_sim::Scene;
use enact_testkit::{
    PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, SimulatedTable, load_shipped_robot, repository_root,
};

const TURNS: u32 = 3;

/// Runs a plan for a task; returns the report and whether physics confirms the goal.
fn attempt(
    robot: &Arc<Robot>,
    scene: &Scene,
    seed: u64,
    [task, plan]: [&str; 2],
) -> (TaskReport, bool) {
    let table = SimulatedTable::with_robot(Arc::clone(robot), scene.sample_layout(seed), seed);
    let mut session = table.session(table.ground_truth_agent_with_plan(plan), Vec::new());
    let report = session
        .run_task(task, TaskOptions::from_max_turns(TURNS))
        .unwrap();
    drop(session);
    let goal = scene.goal_for_instruction(task, &table.layout).unwrap();
    let reached = table.simulator.with_world(|world| goal.is_satisfied(world));
    (report, reached)
}

/// Returns the seeds with which an arm fails, and what it did.
fn failures(arm: &str, seeds: impl Iterator<Item = u64>) -> Vec<String> {
    let robot = load_shipped_robot(arm);
    let scene = enact_testkit::load_shipped_scene("tabletop");
    let scene = scene.placed_for_robot(&robot).unwrap();
    seeds
        .filter_map(|seed| {
            let (report, reached) =
                attempt(&robot, &scene, seed, [PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN]);
            let steps: Vec<String> = report.steps.iter().map(Outcome::to_string).collect();
            (!reached).then(|| format!("{arm}, seed {seed}: {}", steps.join("; ")))
        })
        .collect()
}

#[test]
fn every_arm_puts_a_cube_in_a_bowl_on_a_table_that_suits_its_reach() {
    for arm in ["panda", "so100", "ur5e"] {
        let failed = failures(arm, 1..=3);
        assert!(failed.is_empty(), "{failed:#?}");
    }
}

/// A bowl at the edge of the arm's reach and a cylinder to put beside it.
const FAR_OUT: &str = r#"
table = { center = [0.2, 0.0], size = [1.2, 1.4] }
camera = { eye = [0.62, 0.0, 0.52], target = [0.20, 0.0, 0.02], vertical_fov_deg = 34, width = 320, height = 240 }
area = { center = [0.039, 0.0], radius = [0.16, 0.255], angle_deg = [-62, 62], gap = 0.03 }
objects = [
    { shape = "bowl", color = "yellow", size = [0.115, 0.115, 0.04], at = [0.193, 0.198] },
    { shape = "cylinder", color = "green", size = [0.03, 0.03, 0.036], at = [0.2, -0.05] },
]
tasks = [{ instruction = "put the {object} next to the {support}", goal = { near = ["{object}", "{support}"] } }]
"#;

/// The dynamic load of an arm that swings fast and far out is not mistaken for a collision.
#[test]
fn what_looks_like_resistance_at_full_speed_is_tried_slowly() {
    let robot = load_shipped_robot("so101");
    let scene = Scene::parse(Path::new("far out"), FAR_OUT).unwrap();
    let task = "put the green cylinder next to the yellow bowl";
    let plan = r#"{"steps":[{"skill":"pick","object":"green cylinder"},{"skill":"place","object":"green cylinder","relation":"next to","target":"yellow bowl"},{"skill":"done"}]}"#;
    let (report, reached) = attempt(&robot, &scene, 1, [task, plan]);
    assert!(reached, "{:#?}", report.steps);
    let resisted = report
        .steps
        .iter()
        .filter(|outcome| outcome.reason.contains("resistance"));
    assert!(resisted.count() <= 1, "{:#?}", report.steps);
}

/// Returns a setting of a measurement, from the environment.
fn given(name: &str, usual: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| usual.to_owned())
}

/// `SUITE=core ARM=panda SEED=1 EPISODES=60 cargo test -p enact-eval --test arms -- --ignored
/// --nocapture suite` measures what `enact eval --planner scripted` does, without linking a model.
#[test]
#[ignore = "takes minutes"]
#[allow(clippy::print_stderr, reason = "it measures")]
fn how_much_of_a_suite_the_oracle_does() {
    let robot = Robot::load(&repository_root().join("robots").join(given("ARM", "so101"))).unwrap();
    let file = repository_root()
        .join("suites")
        .join(given("SUITE", "core") + ".toml");
    let suite = Suite::load(&file).unwrap();
    let scene = repository_root()
        .join("scenes")
        .join(format!("{}.toml", suite.scene));
    let job = EvalConfig {
        marks: false,
        choice: PlanChoice::Only,
        suite: &suite,
        scene: &std::fs::read_to_string(scene).unwrap(),
        robot: &Arc::new(robot),
        seed: given("SEED", "1").parse().unwrap(),
        episodes: given("EPISODES", "60").parse().unwrap(),
        shard: Shard::default(),
        workers: 1,
        agents: None,
    };
    let records = run(&job, None, &mut |_| {}).unwrap();
    let failed: Vec<_> = records.iter().filter(|record| !record.success).collect();
    eprintln!("{} of {}", records.len() - failed.len(), records.len());
    for record in failed {
        let EpisodeResult {
            episode,
            failure,
            said,
            ..
        } = record;
        eprintln!("  {episode}, {}: {failure:?} {said:?}", record.instruction);
    }
}

/// `ARMS=panda,ur5e SEEDS=1-100 cargo test -p enact-eval --test arms -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes"]
#[allow(clippy::print_stderr, reason = "it measures")]
fn how_many_of_a_range_of_seeds() {
    let seeds = given("SEEDS", "1-100");
    let (first, last) = seeds.split_once('-').expect("SEEDS=FIRST-LAST");
    let seeds = first.parse::<u64>().unwrap()..=last.parse().unwrap();
    for arm in given("ARMS", "panda,so100,ur5e").split(',') {
        let failed = failures(arm, seeds.clone());
        let all = seeds.clone().count();
        eprintln!("{arm}: {} of {all}", all - failed.len());
        for failure in &failed {
            eprintln!("  {failure}");
        }
    }
}
