//! Runs in the simulator that keep a journal.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::Path;
use std::sync::Arc;

use enact_arm::{Arm, ArmThread};
use enact_bridge::{Bounds, Observer, Report, Session};
use enact_journal::{JournalWriter, ModelInfo, RobotInfo, RunInfo, SceneInfo};
use enact_plan::Mind;
use enact_robot::Robot;
use enact_sim::render::Look;
use enact_sim::{Layout, Scene, Simulator};
use enact_testkit::shipped;
pub use enact_testkit::{PUT, TASK};

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
            urdf: shipped("robots/so101/robot.urdf"),
            toml: Some(shipped("robots/so101/robot.toml")),
        };
        let file = format!("{scene}.toml");
        let toml = shipped(&format!("scenes/{file}"));
        let layout = Scene::parse(Path::new(&file), &toml).unwrap().draw(seed);
        let loaded = Arc::new(robot.load().unwrap());
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
                },
                servos: None,
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
        self.session_with(arm, Box::new(self.mind(plan)), observers)
    }

    /// It sees what is there and follows a plan.
    pub fn mind(&self, plan: &str) -> impl Mind + use<> {
        enact_testkit::mind(&self.simulator, &self.layout, plan)
    }

    pub fn session_with<'a>(
        &self,
        arm: Box<dyn Arm>,
        mind: Box<dyn Mind + 'a>,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Session<'a> {
        Session::new(
            Arc::clone(&self.robot),
            ArmThread::start(arm, &self.robot),
            Box::new(self.simulator.camera(Look::default(), self.seed)),
            mind,
            observers,
        )
        .unwrap()
        .among(
            self.layout.obstacles(),
            self.layout.walls(self.robot.clearance().table),
        )
    }

    /// A journal at `path`, by a wall clock that starts at `wall` and counts up.
    pub fn journal(&self, path: &Path, mut wall: u64) -> JournalWriter {
        let clock = move || {
            wall += 1;
            wall
        };
        let command = vec![format!("test {wall}")];
        JournalWriter::create(path, &self.info, &self.robot, command, Box::new(clock)).unwrap()
    }
}

pub const BOUNDS: Bounds = Bounds::of_turns(3);

/// Keeps a run of `plan` in a file.
pub fn record(path: &Path, seed: u64, plan: &str, wall: u64) -> Report {
    record_on(&Stage::new(seed), path, plan, wall)
}

/// The same on a stage of its own.
pub fn record_on(stage: &Stage, path: &Path, plan: &str, wall: u64) -> Report {
    let mut journal = stage.journal(path, wall);
    let mut session = stage.session(plan, vec![Box::new(&mut journal)]);
    let report = session.run(TASK, BOUNDS).unwrap();
    drop(session);
    journal.outcome(report.believes_success());
    assert_eq!(journal.finish().unwrap().lost, 0);
    report
}
