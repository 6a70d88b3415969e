//! Who takes part, and what lasts from task to task.

use std::sync::Arc;

use enact_arm::{ArmError, ArmThread, StopSwitch};
use enact_camera::{Camera, CameraError};
use enact_ground::Grounder;
use enact_plan::{Exchange, Mind, ObjectView, PlannerError};
use enact_robot::{HalfSpace, Obstacle, Robot};
use enact_types::Refusal;
use thiserror::Error;

use crate::act::Executor;
use crate::approve::{Approver, Consent};
use crate::event::{Event, Observer, Order};
use crate::gated_arm::GatedArm;
use crate::observers::Observers;
use crate::perception::Perception;
use crate::report::Report;
use crate::turn::{Bounds, TaskRun};

/// Robot, eyes and mind, and what they remember between tasks.
pub struct Session<'a> {
    executor: Executor<'a>,
    consent: Consent<'a>,
    conversation: Vec<Exchange>,
}

/// Something that the loop rests on is broken.
#[derive(Debug, Error)]
pub enum BridgeError {
    /// The arm.
    #[error(transparent)]
    Arm(#[from] ArmError),
    /// The camera.
    #[error(transparent)]
    Camera(#[from] CameraError),
    /// The model.
    #[error(transparent)]
    Planner(#[from] PlannerError),
}

impl BridgeError {
    /// Whether nothing is broken, but somebody pressed the stop switch while model or camera were
    /// waited for.
    pub fn is_stop(&self) -> bool {
        matches!(
            self,
            Self::Planner(PlannerError::Stopped) | Self::Camera(CameraError::Stopped)
        )
    }
}

impl<'a> Session<'a> {
    /// A session of `robot` with these parts; refuses a robot that cannot grasp.
    pub fn new(
        robot: Arc<Robot>,
        arm: ArmThread,
        camera: Box<dyn Camera + 'a>,
        mind: Box<dyn Mind + 'a>,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Result<Self, Refusal> {
        let grounder = Grounder::new(Arc::clone(&robot))?;
        Ok(Self {
            executor: Executor::new(
                GatedArm::new(robot, arm),
                Perception::new(camera, grounder),
                mind,
                Observers::new(observers),
            ),
            consent: Consent::unasked(),
            conversation: Vec::new(),
        })
    }

    /// The same among things that are known without looking: see [`Grounder::among`].
    pub fn among(
        mut self,
        obstacles: impl IntoIterator<Item = Arc<Obstacle>>,
        walls: impl IntoIterator<Item = HalfSpace>,
    ) -> Self {
        let obstacles: Vec<Arc<Obstacle>> = obstacles.into_iter().collect();
        let walls: Vec<HalfSpace> = walls.into_iter().collect();
        self.executor.observers.tell(&Event::Surrounded {
            obstacles: &obstacles,
            walls: &walls,
        });
        let perception = &mut self.executor.perception;
        perception.grounder = perception.grounder.clone().among(obstacles, walls);
        self
    }

    /// The same with somebody who must agree to each plan before anything moves.
    pub fn approved_by(mut self, approver: Approver<'a>) -> Self {
        self.consent = Consent::of(approver);
        self.executor.observers.tell(&Event::Supervised);
        self
    }

    /// Looks at the table and returns what there is.
    pub fn see(&mut self) -> Result<Vec<ObjectView>, BridgeError> {
        self.executor.observers.tell(&Event::Ordered(Order::See));
        self.executor.look_again(&[])?;
        Ok(self.executor.perception.views())
    }

    /// Moves home, around what is on the table, with what is held. Says why it did not get
    /// there, if it did not.
    pub fn home(&mut self) -> Result<Option<String>, BridgeError> {
        self.executor.observers.tell(&Event::Ordered(Order::Home));
        let interruption = self.executor.go_home()?;
        Ok(interruption.map(|why| why.to_string()))
    }

    /// The switch that stops the arm, from any thread.
    pub fn stop_switch(&self) -> StopSwitch {
        self.executor.arm.stop_switch()
    }

    /// Does what `words` ask for, as far as `bounds` allow.
    pub fn run(&mut self, words: &str, bounds: Bounds) -> Result<Report, BridgeError> {
        let robot = Arc::clone(self.executor.arm.robot());
        self.executor.observers.tell(&Event::Started {
            task: words,
            robot: &robot,
            bounds,
        });
        let result = self.carry_on(words, bounds);
        self.executor.observers.tell(&match &result {
            Ok(report) => Event::Ended(report),
            Err(error) => Event::Broke(error),
        });
        result
    }

    fn carry_on(&mut self, words: &str, bounds: Bounds) -> Result<Report, BridgeError> {
        self.executor.begin(bounds.marks);
        let started = self.executor.state()?.stamp;
        let run = TaskRun::new(
            words,
            bounds,
            &mut self.executor,
            &mut self.consent,
            &self.conversation,
        );
        let (task, ending, turns) = run.finish()?;
        self.conversation.push(Exchange {
            task: words.to_owned(),
            replies: task.said.clone(),
        });
        Ok(Report {
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
