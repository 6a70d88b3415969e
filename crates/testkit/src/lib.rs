//! Shared set-up of tests: the shipped files, and a table at which a simulated arm follows a plan.
//!
//! For integration tests only, because unit tests would see other builds of the crates it depends
//! on. It panics where a shipped file is unusable.

pub mod http_client;
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
pub const PUT_CUBE_INSTRUCTION: &str = "put the red cube in the blue bowl";
/// A plan for [`PUT_CUBE_INSTRUCTION`].
pub const PUT_CUBE_PLAN: &str = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"place","object":"red cube","relation":"in","target":"blue bowl"},{"skill":"done"}]}"#;

/// Returns the repository's root folder.
pub fn repository_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the text of a shipped file, by its path in the repository.
pub fn read_shipped_file(path: &str) -> String {
    std::fs::read_to_string(repository_root().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns a shipped robot.
pub fn load_shipped_robot(name: &str) -> Arc<Robot> {
    let loaded = Robot::load(&repository_root().join("robots").join(name));
    Arc::new(loaded.unwrap_or_else(|error| panic!("{error}")))
}

/// Returns a shipped scene.
pub fn load_shipped_scene(name: &str) -> Scene {
    Scene::load(&repository_root().join(format!("scenes/{name}.toml")))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Returns an agent that perceives the ground truth and follows `plan`.
///
/// # Panics
/// If `plan` is not a valid plan.
pub fn ground_truth_agent_with_plan(
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
pub struct SimulatedTable {
    /// The robot that acts.
    pub robot: Arc<Robot>,
    /// Objects and surroundings of the robot.
    pub layout: Layout,
    /// The world.
    pub simulator: Simulator,
    /// Seed of the camera's noise.
    pub seed: u64,
}

impl SimulatedTable {
    /// Creates the SO-101 at the scene `tabletop` as `seed` draws it.
    pub fn new(seed: u64) -> Self {
        Self::with_robot(
            load_shipped_robot("so101"),
            load_shipped_scene("tabletop").sample_layout(seed),
            seed,
        )
    }

    /// Creates a robot among the objects of a layout.
    pub fn with_robot(robot: Arc<Robot>, layout: Layout, seed: u64) -> Self {
        Self {
            simulator: Simulator::new(&robot, &layout, false),
            robot,
            layout,
            seed,
        }
    }

    /// Returns perception by the simulator's labels.
    pub fn ground_truth_perceiver(&self) -> GroundTruth {
        GroundTruth::new(&self.simulator, &self.layout)
    }

    /// Returns an agent that perceives the ground truth and follows `plan`.
    pub fn ground_truth_agent_with_plan(
        &self,
        plan: &str,
    ) -> CompositeAgent<GroundTruth, ScriptedPlanner> {
        ground_truth_agent_with_plan(&self.simulator, &self.layout, plan)
    }

    /// Returns the simulator's camera.
    pub fn camera(&self) -> SimCamera {
        self.simulator.camera(Appearance::default(), self.seed)
    }

    /// Returns a session of the simulator's arm for this agent, among the obstacles known in
    /// advance.
    pub fn session<'a>(
        &self,
        agent: impl Agent + 'a,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Session<'a> {
        self.session_with_arm(Box::new(self.simulator.arm()), agent, observers)
    }

    /// Returns a session of another arm.
    pub fn session_with_arm<'a>(
        &self,
        arm: Box<dyn Arm>,
        agent: impl Agent + 'a,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Session<'a> {
        self.session_with_arm_thread(ArmThread::start(arm, &self.robot), agent, observers)
    }

    /// Returns a session of an arm that already runs on its thread.
    ///
    /// # Panics
    /// If the robot has no gripper.
    pub fn session_with_arm_thread<'a>(
        &self,
        arm: ArmThread,
        agent: impl Agent + 'a,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Session<'a> {
        let (robot, camera) = (Arc::clone(&self.robot), Box::new(self.camera()));
        let walls = self.layout.workspace_walls(robot.clearance().table);
        Session::new(robot, arm, camera, Box::new(agent), observers)
            .unwrap_or_else(|refusal| panic!("{refusal}"))
            .with_obstacles(self.layout.fixture_obstacles(), walls)
    }

    /// Returns whether physics has the red cube in the blue bowl.
    pub fn is_cube_in_bowl(&self) -> bool {
        let goal = Goal::Inside("red cube".to_owned(), "blue bowl".to_owned());
        self.simulator.with_world(|world| goal.is_satisfied(world))
    }
}
