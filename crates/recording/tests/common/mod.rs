//! Recorded runs in the simulator.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::Path;
use std::sync::Arc;

use enact_arm::{Arm, ArmThread};
use enact_plan::Agent;
use enact_recording::{ModelInfo, Recorder, RobotInfo, RunInfo, SceneInfo};
use enact_robot::Robot;
use enact_runtime::{Observer, Session, TaskOptions, TaskReport};
use enact_sim::render::Appearance;
use enact_sim::{Layout, Scene, Simulator};
use enact_testkit::read_shipped_file;
pub use enact_testkit::{PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN};

pub const ABSENT: &str = r#"{"steps":[{"skill":"pick","object":"golden crown"},{"skill":"done"}]}"#;

/// Everything that a run in the simulator needs.
pub struct Stage {
    pub robot: Arc<Robot>,
    pub layout: Layout,
    pub simulator: Simulator,
    pub info: RunInfo,
    seed: u64,
}

impl Stage {
    pub fn new(seed: u64) -> Self {
        Self::in_scene("tabletop", seed)
    }

    pub fn in_scene(scene: &str, seed: u64) -> Self {
        let robot = RobotInfo {
            meshes: Vec::new(),
            name: "so101".to_owned(),
            urdf: read_shipped_file("robots/so101/robot.urdf"),
            toml: Some(read_shipped_file("robots/so101/robot.toml")),
        };
        let file = format!("{scene}.toml");
        let toml = read_shipped_file(&format!("scenes/{file}"));
        let layout = Scene::parse(Path::new(&file), &toml)
            .unwrap()
            .sample_layout(seed);
        let loaded = Arc::new(robot.load_robot().unwrap());
        Self {
            simulator: Simulator::new(&loaded, &layout, false),
            robot: loaded,
            info: RunInfo {
                enact: env!("CARGO_PKG_VERSION").to_owned(),
                robot,
                scene: Some(SceneInfo {
                    name: scene.to_owned(),
                    toml,
                    layout: serde_json::to_value(&layout).unwrap(),
                }),
                launch: serde_json::Value::Null,
                seed,
                model: ModelInfo {
                    name: "none".to_owned(),
                    sha256: None,
                    perception: "truth".to_owned(),
                    planning: "file".to_owned(),
                    planner: None,
                },
                servos: None,
                prompts: None,
            },
            layout,
            seed,
        }
    }

    pub fn session<'a>(&self, plan: &str, observers: Vec<Box<dyn Observer + 'a>>) -> Session<'a> {
        self.session_of(Box::new(self.simulator.arm()), plan, observers)
    }

    pub fn session_of<'a>(
        &self,
        arm: Box<dyn Arm>,
        plan: &str,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Session<'a> {
        self.session_with(arm, Box::new(self.agent(plan)), observers)
    }

    /// Returns an agent that perceives the scene and follows a plan.
    pub fn agent(&self, plan: &str) -> impl Agent + use<> {
        enact_testkit::ground_truth_agent_with_plan(&self.simulator, &self.layout, plan)
    }

    pub fn session_with<'a>(
        &self,
        arm: Box<dyn Arm>,
        agent: Box<dyn Agent + 'a>,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Session<'a> {
        Session::new(
            Arc::clone(&self.robot),
            ArmThread::start(arm, &self.robot),
            Box::new(self.simulator.camera(Appearance::default(), self.seed)),
            agent,
            observers,
        )
        .unwrap()
        .with_obstacles(
            self.layout.fixture_obstacles(),
            self.layout.workspace_walls(self.robot.clearance().table),
        )
    }

    /// Returns a recorder to `path` whose wall clock starts at `wall` and counts up.
    pub fn recording(&self, path: &Path, mut wall: u64) -> Recorder {
        let clock = move || {
            wall += 1;
            wall
        };
        let command = vec![format!("test {wall}")];
        Recorder::create(path, &self.info, &self.robot, command, Box::new(clock)).unwrap()
    }
}

pub const BOUNDS: TaskOptions = TaskOptions::from_max_turns(3);

/// Records a run of `plan` in a file.
pub fn record(path: &Path, seed: u64, plan: &str, wall: u64) -> TaskReport {
    record_on(&Stage::new(seed), path, plan, wall)
}

/// Records a run of `plan` on a given stage.
pub fn record_on(stage: &Stage, path: &Path, plan: &str, wall: u64) -> TaskReport {
    let mut recording = stage.recording(path, wall);
    let mut session = stage.session(plan, vec![Box::new(&mut recording)]);
    let report = session.run_task(PUT_CUBE_INSTRUCTION, BOUNDS).unwrap();
    drop(session);
    recording.record_outcome(report.reports_success());
    assert_eq!(recording.finish().unwrap().lost, 0);
    report
}
