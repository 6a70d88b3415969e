//! The participants, and state that persists across tasks.

use std::sync::Arc;

use enact_arm::{ArmError, StopSwitch, TrajectoryExecutor};
use enact_camera::{Camera, CameraError};
use enact_ground::Grounder;
use enact_ground::scene::Doubt;
use enact_plan::{
    Agent, ConversationTurn, ObjectView, Outcome, PlannerError, Situation, TextModel, Usage,
    Verdict,
};
use enact_robot::{HalfSpace, Obstacle, Robot};
use enact_types::Refusal;
use thiserror::Error;

use crate::approval::{Approver, Consent};
use crate::event::{Event, Observer, UserCommand};
use crate::execute::Executor;
use crate::gated_arm::GatedArm;
use crate::observers::Observers;
use crate::perception::Perception;
use crate::report::{TaskEnd, TaskReport};
use crate::turn::{TaskOptions, TaskRun};

/// Robot, camera and agent, and their memory between tasks.
///
/// # Examples
/// ```
/// use std::path::Path;
/// use std::sync::Arc;
///
/// use enact_arm::ArmThread;
/// use enact_dataset::ground_truth::GroundTruth;
/// use enact_plan::{CompositeAgent, Plan, ScriptedPlanner};
/// use enact_robot::Robot;
/// use enact_runtime::{Session, TaskOptions};
/// use enact_sim::render::Appearance;
/// use enact_sim::{Scene, Simulator};
///
/// let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
/// let robot = Arc::new(Robot::load(&root.join("robots/so101"))?);
/// let scene = Scene::load(&root.join("scenes/tabletop.toml"))?.placed_for_robot(&robot)?;
/// let layout = scene.sample_layout(3);
/// let simulator = Simulator::new(&robot, &layout, false);
///
/// // The simulator says what is seen, and a script what is done.
/// let plan = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;
/// let agent = CompositeAgent {
///     perceiver: GroundTruth::new(&simulator, &layout),
///     planner: ScriptedPlanner::new(Plan::parse(plan)?),
/// };
/// let arm = ArmThread::start(Box::new(simulator.arm()), &robot);
/// let camera = Box::new(simulator.camera(Appearance::default(), 3));
/// let mut session = Session::new(robot, arm, camera, Box::new(agent), Vec::new())?;
/// let report = session.run_task("point at the red cube", TaskOptions::from_max_turns(3))?;
/// assert!(report.reports_success(), "{report:?}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Session<'a> {
    executor: Executor<'a>,
    consent: Consent<'a>,
    conversation: Vec<ConversationTurn>,
}

/// A part that the runtime depends on has failed.
#[derive(Debug, Error)]
pub enum RuntimeError {
    /// The arm failed.
    #[error(transparent)]
    Arm(#[from] ArmError),
    /// The camera failed.
    #[error(transparent)]
    Camera(#[from] CameraError),
    /// The model failed.
    #[error(transparent)]
    Planner(#[from] PlannerError),
    /// The model's points are probably read in the wrong convention.
    #[error(transparent)]
    Pointing(#[from] Doubt),
}

impl RuntimeError {
    /// Returns whether nothing failed, but the stop switch was pressed while waiting for model or
    /// camera.
    pub fn is_caused_by_stop(&self) -> bool {
        matches!(
            self,
            Self::Planner(PlannerError::Stopped) | Self::Camera(CameraError::Stopped)
        )
    }
}

impl<'a> Session<'a> {
    /// Creates a session of `robot` with these parts. The arm is an
    /// [`ArmThread`](enact_arm::ArmThread), or one on another machine.
    ///
    /// # Errors
    /// If the robot cannot grasp.
    pub fn new(
        robot: Arc<Robot>,
        arm: impl TrajectoryExecutor + 'static,
        camera: Box<dyn Camera + 'a>,
        agent: Box<dyn Agent + 'a>,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Result<Self, Refusal> {
        let grounder = Grounder::new(Arc::clone(&robot))?;
        Ok(Self {
            executor: Executor::new(
                GatedArm::new(robot, Box::new(arm)),
                Perception::new(camera, grounder),
                agent,
                Observers::new(observers),
            ),
            consent: Consent::without_approver(),
            conversation: Vec::new(),
        })
    }

    /// Adds obstacles that are known without looking: see [`Grounder::with_obstacles`].
    pub fn with_obstacles(
        mut self,
        obstacles: impl IntoIterator<Item = Arc<Obstacle>>,
        walls: impl IntoIterator<Item = HalfSpace>,
    ) -> Self {
        let obstacles: Vec<Arc<Obstacle>> = obstacles.into_iter().collect();
        let walls: Vec<HalfSpace> = walls.into_iter().collect();
        self.executor.observers.notify(&Event::CollisionWorld {
            obstacles: &obstacles,
            walls: &walls,
        });
        let perception = &mut self.executor.perception;
        perception.grounder = perception.grounder.clone().with_obstacles(obstacles, walls);
        self
    }

    /// Requires an approver's agreement to each plan before anything moves.
    pub fn with_approver(mut self, approver: Approver<'a>) -> Self {
        self.consent = Consent::from_approver(approver);
        self.executor.observers.notify(&Event::ApprovalRequired);
        self
    }

    /// Looks at the table and returns the known objects.
    ///
    /// # Errors
    /// If the arm, the camera or the model fails, or the stop switch is pressed.
    pub fn look_at_table(&mut self) -> Result<Vec<ObjectView>, RuntimeError> {
        self.executor
            .observers
            .notify(&Event::UserCommand(UserCommand::See));
        self.executor.look_at_table(&[])?;
        Ok(self.executor.perception.object_views())
    }

    /// Returns what is known of the table since the last look, and the tasks so far, for whoever decides
    /// what the next task is.
    pub fn situation(&self) -> Situation {
        let perception = &self.executor.perception;
        Situation {
            conversation: self.conversation.clone(),
            objects: perception.object_views(),
            infeasibilities: perception.grounder.infeasibilities(&perception.memory),
            holding: perception.memory.held_object_name().map(str::to_owned),
            ..Situation::default()
        }
    }

    /// Returns the model that answers other requests than for plans, if there is one.
    pub fn text_model(&mut self) -> Option<&mut dyn TextModel> {
        self.executor.agent.text_model()
    }

    /// Returns the cost of the model so far, in all tasks and looks. What the model was asked beside, by
    /// [`text_model`](Self::text_model), is not in it.
    pub fn model_usage(&self) -> Usage {
        let mut usage = self.executor.spent;
        usage += self.executor.usage;
        usage
    }

    /// Moves home, around the objects on the table, with the held object. Returns why it did not
    /// get there, if it did not.
    ///
    /// # Errors
    /// If the arm fails.
    pub fn move_home(&mut self) -> Result<Option<String>, RuntimeError> {
        self.executor
            .observers
            .notify(&Event::UserCommand(UserCommand::Home));
        let interruption = self.executor.go_home()?;
        Ok(interruption.map(|why| why.to_string()))
    }

    /// Turns one joint, by its index among the robot's, slowly and clear of what is known, by rad or
    /// m. Returns why it did not get there, if it did not.
    ///
    /// # Errors
    /// If the arm fails.
    pub fn jog_joint(&mut self, joint: usize, by: f64) -> Result<Option<String>, RuntimeError> {
        self.executor
            .observers
            .notify(&Event::UserCommand(UserCommand::Jog { joint, by }));
        let interruption = self.executor.jog_joint(joint, by)?;
        Ok(interruption.map(|why| why.to_string()))
    }

    /// Returns the switch that stops the arm, from any thread.
    pub fn stop_switch(&self) -> StopSwitch {
        self.executor.arm.stop_switch()
    }

    /// Carries out `instruction`, within the bounds of `options`.
    ///
    /// # Errors
    /// If the arm, the camera or the model fails.
    pub fn run_task(
        &mut self,
        instruction: &str,
        options: TaskOptions,
    ) -> Result<TaskReport, RuntimeError> {
        let robot = Arc::clone(self.executor.arm.robot());
        self.executor.observers.notify(&Event::TaskStarted {
            instruction,
            robot: &robot,
            options,
        });
        let result = self.run_turns(instruction, options);
        self.executor.observers.notify(&match &result {
            Ok(report) => Event::TaskEnded(report),
            Err(error) => Event::TaskFailed(error),
        });
        result
    }

    fn run_turns(
        &mut self,
        instruction: &str,
        options: TaskOptions,
    ) -> Result<TaskReport, RuntimeError> {
        self.executor.begin(options.marks);
        // A yes to a plan of an earlier task is none to the motions of this one.
        self.consent.lapse();
        let started = self.executor.state()?.stamp;
        let run = TaskRun::new(
            instruction,
            options,
            &mut self.executor,
            &mut self.consent,
            &self.conversation,
        );
        let (task, ending, turns) = run.run()?;
        if ending == TaskEnd::Stopped {
            // Whoever stops an arm may reach for what is on the table.
            self.executor.perception.look = None;
        }
        self.conversation.push(ConversationTurn {
            instruction: instruction.to_owned(),
            replies: task.said.clone(),
            handled: handled(&task.history).map(str::to_owned),
        });
        Ok(TaskReport {
            ending,
            turns,
            steps: task.history,
            refusals: task.refusals,
            said: task.said,
            arm_seconds: self.executor.state()?.stamp.since(started).as_secs_f64(),
            usage: self.executor.usage,
        })
    }
}

/// Returns the one thing that these steps handled, if they all worked.
fn handled(history: &[Outcome]) -> Option<&str> {
    let mut handled = history
        .iter()
        .filter_map(|it| it.step.object_names().next());
    let first = handled.next()?;
    let worked = history.iter().all(|it| it.verdict == Verdict::Yes);
    (worked && handled.all(|other| other == first)).then_some(first)
}
