//! A cube is rotated in place, in the simulator, by a plan from a file.

use std::sync::Arc;

use enact_arm::ArmThread;
use enact_dataset::ground_truth::GroundTruth;
use enact_plan::{CompositeAgent, Plan, ScriptedPlanner, Verdict};
use enact_robot::Robot;
use enact_runtime::{Session, TaskEnd, TaskOptions, TaskReport};
use enact_sim::render::Appearance;
use enact_sim::{Scene, Simulator};
use enact_testkit::repository_root;
use enact_types::{Pose, Vector3};

/// Report of a run, and the red cube before and after it.
struct Run {
    report: TaskReport,
    before: Pose,
    after: Pose,
}

impl Run {
    /// Returns the counterclockwise rotation of the cube, degrees.
    fn turned(&self) -> f64 {
        let angle = |pose: &Pose| {
            let side = pose.rotation * Vector3::x();
            side.y.atan2(side.x).to_degrees()
        };
        (angle(&self.after) - angle(&self.before) + 180.0).rem_euclid(360.0) - 180.0
    }

    /// Returns the displacement of the cube, meters.
    fn moved(&self) -> f64 {
        (self.after.translation.vector - self.before.translation.vector).norm()
    }
}

fn rotate(seed: u64, degrees: i32) -> Run {
    let robot = Arc::new(Robot::load(&repository_root().join("robots/so101")).unwrap());
    let layout = Scene::load(&repository_root().join("scenes/tabletop.toml"))
        .unwrap()
        .sample_layout(seed);
    let simulator = Simulator::new(&robot, &layout, false);
    let cube = || simulator.with_world(|world| world.object("red cube").unwrap().pose);
    let plan = format!(
        r#"{{"steps":[{{"skill":"rotate","object":"red cube","degrees":{degrees}}},{{"skill":"done"}}]}}"#
    );
    let mut session = Session::new(
        Arc::clone(&robot),
        ArmThread::start(Box::new(simulator.arm()), &robot),
        Box::new(simulator.camera(Appearance::default(), seed)),
        Box::new(CompositeAgent {
            perceiver: GroundTruth::new(&simulator, &layout),
            planner: ScriptedPlanner::new(Plan::parse(&plan).unwrap()),
        }),
        Vec::new(),
    )
    .unwrap();
    let before = cube();
    let task = format!("rotate the red cube by {degrees} degrees");
    let report = session
        .run_task(&task, TaskOptions::from_max_turns(2))
        .unwrap();
    drop(session);
    Run {
        report,
        before,
        after: cube(),
    }
}

#[test]
fn a_cube_is_turned_where_it_stands_and_the_robot_sees_it() {
    for (seed, degrees) in [(1, 30), (2, -60), (3, 30), (4, -60)] {
        let run = rotate(seed, degrees);
        assert_eq!(run.report.ending, TaskEnd::Done, "{:?}", run.report.steps);
        let off = run.turned() - f64::from(degrees);
        // Fingers that close turn a cube that they do not meet squarely.
        assert!(off.abs() < 10.0, "seed {seed}: {off} degrees off");
        assert!(run.moved() < 0.01, "seed {seed}: moved by {}", run.moved());
    }
}

#[test]
fn an_angle_beyond_the_wrist_is_refused_with_the_range() {
    let run = rotate(1, 350);
    let outcome = &run.report.steps[0];
    assert_eq!(outcome.verdict, Verdict::Refused);
    assert!(
        outcome.reason.contains("can be turned by -") && outcome.reason.contains("not by 350"),
        "{}",
        outcome.reason
    );
    assert!(run.moved() < 1e-3);
}
