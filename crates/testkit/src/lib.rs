//! What tests of several crates set up: the files that ship, and a table at which a simulated arm
//! follows a plan.
//!
//! For integration tests alone: the crates that it rests on are not those that unit tests are in.
//! What is not as it ships is a panic.

pub mod real_time;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use enact_arm::{Arm, ArmThread};
use enact_dataset::ground_truth::GroundTruth;
use enact_plan::{Agent, CompositeAgent, Plan, ScriptedPlanner};
use enact_robot::Robot;
use enact_runtime::{Observer, Session};
use enact_sim::render::Appearance;
use enact_sim::{Goal, Layout, Scene, SimCamera, Simulator};

/// An instruction.
pub const TASK: &str = "put the red cube in the blue bowl";
/// A plan for [`TASK`].
pub const PUT: &str = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"place","object":"red cube","relation":"in","target":"blue bowl"},{"skill":"done"}]}"#;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of a file that ships, by its path in the repository.
pub fn shipped(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A robot that ships.
pub fn robot(name: &str) -> Arc<Robot> {
    let loaded = Robot::load(&root().join("robots").join(name));
    Arc::new(loaded.unwrap_or_else(|error| panic!("{error}")))
}

/// A scene that ships.
pub fn scene(name: &str) -> Scene {
    Scene::load(&root().join(format!("scenes/{name}.toml")))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Who sees what is there and follows `plan`.
///
/// # Panics
/// If that is no plan.
pub fn agent(
    simulator: &Simulator,
    layout: &Layout,
    plan: &str,
) -> CompositeAgent<GroundTruth, ScriptedPlanner> {
    let plan = Plan::parse(plan).unwrap_or_else(|error| panic!("{error}"));
    CompositeAgent {
        perceiver: GroundTruth::new(simulator, layout),
        planner: ScriptedPlanner::new(plan),
    }
}

/// A robot at a table in the simulator.
pub struct Table {
    /// Who acts.
    pub robot: Arc<Robot>,
    /// What is there.
    pub layout: Layout,
    /// The world.
    pub simulator: Simulator,
    /// Decides what the camera's noise is.
    pub seed: u64,
}

impl Table {
    /// The SO-101 at the scene `tabletop` as `seed` draws it.
    pub fn new(seed: u64) -> Self {
        Self::of(robot("so101"), scene("tabletop").draw(seed), seed)
    }

    /// A robot among these things.
    pub fn of(robot: Arc<Robot>, layout: Layout, seed: u64) -> Self {
        Self {
            simulator: Simulator::new(&robot, &layout, false),
            robot,
            layout,
            seed,
        }
    }

    /// The simulator's labels.
    pub fn truth(&self) -> GroundTruth {
        GroundTruth::new(&self.simulator, &self.layout)
    }

    /// Who sees what is there and follows `plan`.
    pub fn agent(&self, plan: &str) -> CompositeAgent<GroundTruth, ScriptedPlanner> {
        agent(&self.simulator, &self.layout, plan)
    }

    /// The simulator's camera.
    pub fn camera(&self) -> SimCamera {
        self.simulator.camera(Appearance::default(), self.seed)
    }

    /// The simulator's arm at work for this mind, among what is known without looking.
    pub fn session<'a>(
        &self,
        agent: impl Agent + 'a,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Session<'a> {
        self.session_on(Box::new(self.simulator.arm()), agent, observers)
    }

    /// Another arm at work.
    pub fn session_on<'a>(
        &self,
        arm: Box<dyn Arm>,
        agent: impl Agent + 'a,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Session<'a> {
        self.session_of(ArmThread::start(arm, &self.robot), agent, observers)
    }

    /// An arm at work that is on its thread already.
    ///
    /// # Panics
    /// If the robot has no gripper.
    pub fn session_of<'a>(
        &self,
        arm: ArmThread,
        agent: impl Agent + 'a,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Session<'a> {
        let (robot, camera) = (Arc::clone(&self.robot), Box::new(self.camera()));
        let walls = self.layout.walls(robot.clearance().table);
        Session::new(robot, arm, camera, Box::new(agent), observers)
            .unwrap_or_else(|refusal| panic!("{refusal}"))
            .with_obstacles(self.layout.obstacles(), walls)
    }

    /// Whether physics has the red cube in the blue bowl.
    pub fn is_put(&self) -> bool {
        let goal = Goal::Inside("red cube".to_owned(), "blue bowl".to_owned());
        self.simulator.with_world(|world| goal.holds(world))
    }
}
