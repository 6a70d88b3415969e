//! Who takes part, and what lasts from task to task.

use std::sync::Arc;

use enact_arm::{ArmError, ArmState, ArmThread, StopSwitch};
use enact_camera::{Camera, CameraError};
use enact_ground::scene::change::{Change, unexplained};
use enact_ground::{Grounder, SceneMemory};
use enact_plan::{Exchange, Mind, ObjectView, PlannerError, Usage};
use enact_robot::{Gate, HalfSpace, Obstacle, Robot};
use enact_types::{Frame, Refusal, Stamp};
use thiserror::Error;

use crate::approve::Approver;
use crate::event::{Event, Observer, Order};
use crate::gaze;

/// Robot, eyes and mind, and what they remember between tasks.
pub struct Session<'a> {
    pub(crate) robot: Arc<Robot>,
    pub(crate) gate: Gate,
    pub(crate) grounder: Grounder,
    pub(crate) arm: ArmThread,
    pub(crate) camera: Box<dyn Camera + 'a>,
    pub(crate) mind: Box<dyn Mind + 'a>,
    pub(crate) observers: Vec<Box<dyn Observer + 'a>>,
    pub(crate) memory: SceneMemory,
    pub(crate) conversation: Vec<Exchange>,
    /// What the newest look shows to have moved by itself.
    pub(crate) changes: Vec<Change>,
    /// The newest look at the table, until something moves.
    pub(crate) look: Option<Frame>,
    /// When that was, on the arm's clock.
    pub(crate) looked_at: Option<Stamp>,
    /// Number of the newest picture.
    pub(crate) last_frame: Option<u64>,
    /// Whether the newest look had depth.
    pub(crate) sees_depth: bool,
    pub(crate) usage: Usage,
    pub(crate) approver: Option<Approver<'a>>,
    /// Whether things are shown to the model with numbers.
    pub(crate) marks: bool,
    /// Whether free motion is slow, since the last one met resistance.
    pub(crate) slow: bool,
    /// Whether the arm may move before a plan is agreed to.
    pub(crate) may_move: bool,
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
        Ok(Self {
            gate: Gate::new(&robot),
            grounder: Grounder::new(Arc::clone(&robot))?,
            robot,
            arm,
            camera,
            mind,
            observers,
            memory: SceneMemory::default(),
            conversation: Vec::new(),
            changes: Vec::new(),
            look: None,
            looked_at: None,
            last_frame: None,
            sees_depth: false,
            usage: Usage::default(),
            approver: None,
            marks: false,
            slow: false,
            may_move: true,
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
        self.tell(&Event::Surrounded {
            obstacles: &obstacles,
            walls: &walls,
        });
        self.grounder = self.grounder.among(obstacles, walls);
        self
    }

    /// Looks at the table and returns what there is.
    pub fn see(&mut self) -> Result<Vec<ObjectView>, BridgeError> {
        self.tell(&Event::Ordered(Order::See));
        self.look_again(&[])?;
        Ok(self.views())
    }

    /// The switch that stops the arm, from any thread.
    pub fn stop_switch(&self) -> StopSwitch {
        self.arm.stop_switch()
    }

    pub(crate) fn tell(&mut self, event: &Event<'_>) {
        for observer in &mut self.observers {
            observer.observe(event);
        }
    }

    pub(crate) fn views(&self) -> Vec<ObjectView> {
        self.grounder.views(&self.memory)
    }

    /// Takes a picture, has it understood, and updates the memory. `handled` names what
    /// the robot has to do with having moved.
    pub(crate) fn look_again(&mut self, handled: &[&str]) -> Result<(), BridgeError> {
        let state = self.state()?;
        let frame = gaze::fresh(self.camera.as_mut(), self.last_frame)?;
        self.last_frame = Some(frame.sequence);
        self.looked_at = Some(state.stamp);
        self.sees_depth = frame.depth.is_some();
        self.tell(&Event::Saw(&frame));
        let marks = if self.marks {
            let joints = &state.position;
            self.grounder.marks(&self.memory, &frame, joints)
        } else {
            Vec::new()
        };
        let answer = if marks.is_empty() {
            self.mind.perceive(&frame)?
        } else {
            self.mind.perceive_marked(&frame, &marks)?
        };
        self.usage += answer.usage;
        let detections = answer.meaning.clone().unwrap_or_default();
        let before = self.memory.clone();
        let reports =
            self.grounder
                .see(&mut self.memory, &frame, &detections, Some(&state.position));
        self.changes = unexplained(&before, &self.memory, handled);
        let dropped: Vec<String> = reports.iter().map(ToString::to_string).collect();
        let objects = self.views();
        self.tell(&Event::Perceived {
            answer: &answer,
            objects: &objects,
            dropped: &dropped,
        });
        self.look = Some(frame);
        Ok(())
    }

    /// Reads the arm while it stands.
    pub(crate) fn state(&mut self) -> Result<ArmState, BridgeError> {
        let state = self.arm.state()?;
        self.tell(&Event::Read(&state));
        Ok(state)
    }
}
