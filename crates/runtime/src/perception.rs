//! Objects on the table: pictures, detections and memory.

use enact_arm::ArmState;
use enact_camera::{Camera, CameraError};
use enact_ground::scene::change::{ObjectDisplacement, find_unexplained_displacements};
use enact_ground::scene::memory::is_gone;
use enact_ground::scene::{DroppedDetection, Finding, Solid};
use enact_ground::{Grounder, SceneMemory, StepMotion};
use enact_plan::pointing::read_in_all_conventions;
use enact_plan::{Agent, Detection, ModelResponse, ObjectView, PlannerError, Usage};
use enact_types::{Frame, JointVector, NormalizedPoint};

use crate::event::Event;
use crate::frame_check;
use crate::observers::Observers;
use crate::session::RuntimeError;

/// A camera, and the knowledge of the table from its pictures.
pub(crate) struct Perception<'a> {
    camera: Box<dyn Camera + 'a>,
    pub(crate) grounder: Grounder,
    pub(crate) memory: SceneMemory,
    /// Objects that moved by themselves, according to the newest look.
    pub(crate) changes: Vec<ObjectDisplacement>,
    /// What the newest look shows but cannot place.
    left_out: Vec<DroppedDetection>,
    /// The newest look at the table, until something moves or it is too old to plan by.
    pub(crate) look: Option<Frame>,
    /// The arm at the newest look.
    pub(crate) arm_at_look: Option<ArmState>,
    /// Whether the arm has moved since the newest look, and how long the camera takes to show it is
    /// watched.
    motion: ArmMotion,
    /// Number of the newest picture.
    last_frame: Option<u64>,
    /// Whether the newest look had depth.
    sees_depth: bool,
    /// Whether objects are shown to the model with numbers.
    pub(crate) marks: bool,
    /// Whether a look has shown that the model's points are read rightly.
    pointing_confirmed: bool,
}

/// A motion that the camera should see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ArmMotion {
    #[default]
    None,
    /// It is about to begin.
    Expected,
    /// It began.
    Done,
}

/// An answer and what it lists.
type Understood = (ModelResponse<Vec<Detection>>, Vec<Detection>);

impl<'a> Perception<'a> {
    pub(crate) fn new(camera: Box<dyn Camera + 'a>, grounder: Grounder) -> Self {
        Self {
            camera,
            grounder,
            memory: SceneMemory::default(),
            changes: Vec::new(),
            left_out: Vec::new(),
            look: None,
            arm_at_look: None,
            motion: ArmMotion::None,
            last_frame: None,
            sees_depth: false,
            marks: false,
            pointing_confirmed: false,
        }
    }

    pub(crate) fn object_views(&self) -> Vec<ObjectView> {
        self.grounder.object_views(&self.memory)
    }

    /// Notes that the arm is about to move where the camera should see it.
    pub(crate) fn expect_motion(&mut self) {
        if self.motion == ArmMotion::None {
            self.camera.watch_for_motion();
            self.motion = ArmMotion::Expected;
        }
    }

    /// Notes whether the arm made the motion that [`expect_motion`](Self::expect_motion) announced.
    pub(crate) fn note_whether_moved(&mut self, moved: bool) {
        match (self.motion, moved) {
            (ArmMotion::Expected, true) => self.motion = ArmMotion::Done,
            (ArmMotion::Expected, false) => self.motion = ArmMotion::None,
            (ArmMotion::None | ArmMotion::Done, _) => {}
        }
    }

    /// Takes a picture while the arm stands in this `state`, has it interpreted by `agent`, and
    /// updates the memory. `handled` names the objects that the robot may have moved; the cost of
    /// the model's answer is added to `usage`.
    pub(crate) fn look_at_table(
        &mut self,
        agent: &mut dyn Agent,
        state: &ArmState,
        handled: &[&str],
        usage: &mut Usage,
        observers: &mut Observers<'_>,
    ) -> Result<(), RuntimeError> {
        if std::mem::take(&mut self.motion) == ArmMotion::Done {
            self.camera.check_lag()?;
        }
        let frame = frame_check::next_valid_frame(self.camera.as_mut(), self.last_frame)?;
        self.last_frame = Some(frame.sequence);
        self.arm_at_look = Some(state.clone());
        self.sees_depth = frame.depth.is_some();
        observers.notify(&Event::FrameCaptured(&frame));
        let marks = if self.marks {
            let joints = &state.position;
            self.grounder
                .find_points_to_mark(&self.memory, &frame, joints)
        } else {
            Vec::new()
        };
        let joints = &state.position;
        let (answer, detections) =
            self.understand(agent, &frame, &marks, joints, usage, observers)?;
        let before = self.memory.clone();
        let reports = self.grounder.add_frame_to_scene(
            &mut self.memory,
            &frame,
            &detections,
            Some(&state.position),
        );
        self.changes = find_unexplained_displacements(&before, &self.memory, handled);
        let unread = answer.dropped.iter().cloned();
        let dropped: Vec<String> = unread
            .chain(reports.iter().map(ToString::to_string))
            .collect();
        let objects = self.object_views();
        observers.notify(&Event::Perceived {
            answer: &answer,
            objects: &objects,
            dropped: &dropped,
        });
        self.look = Some(frame);
        self.left_out = reports;
        Ok(())
    }

    /// Plans a turn of the arm, from the last of `looked_from`, that shows more of the table or a thing
    /// that one of `denials` names, see [`Grounder::plan_turn_to_uncover`].
    pub(crate) fn plan_uncovering_turn(
        &self,
        denials: &[String],
        looked_from: &[JointVector],
    ) -> Option<StepMotion> {
        let is_denied = |label: &str| denials.iter().any(|text| text.contains(label));
        let left_out = self.left_out.iter();
        let half_seen: Vec<NormalizedPoint> = left_out
            .filter(|it| is_denied(&it.label.to_lowercase()))
            .map(|it| it.point)
            .collect();
        let frame = self.look.as_ref()?;
        self.grounder
            .plan_turn_to_uncover(&self.memory, frame, &half_seen, looked_from)
    }

    /// Asks what is in a frame, once more if the answer cannot be read, and does not go on where its
    /// points mean something else than they are taken to mean.
    fn understand(
        &mut self,
        agent: &mut dyn Agent,
        frame: &Frame,
        marks: &[NormalizedPoint],
        joints: &JointVector,
        usage: &mut Usage,
        observers: &mut Observers<'_>,
    ) -> Result<Understood, RuntimeError> {
        let mut answer = if marks.is_empty() {
            agent.perceive(frame)?
        } else {
            agent.perceive_marked(frame, marks)?
        };
        let mut is_first = true;
        loop {
            *usage += answer.usage;
            let failure = match (self.judge(frame, &answer, joints), &answer.parsed) {
                (Finding::Doubtful(doubt), _) => Err(RuntimeError::Pointing(doubt)),
                (finding, Ok(detections)) => {
                    self.pointing_confirmed |= finding == Finding::Confirmed;
                    let detections = detections.clone();
                    return Ok((answer, detections));
                }
                (_, Err(reason)) => Ok(reason.clone()),
            };
            observers.notify(&Event::Perceived {
                answer: &answer,
                objects: &self.object_views(),
                dropped: &answer.dropped,
            });
            let reason = failure?;
            if !std::mem::take(&mut is_first) {
                return Err(PlannerError::Unreadable(reason).into());
            }
            answer = agent.perceive_again(frame, marks, &reason)?;
        }
    }

    /// Returns whether the points of an answer mean what they are taken to mean.
    fn judge(
        &self,
        frame: &Frame,
        answer: &ModelResponse<Vec<Detection>>,
        joints: &JointVector,
    ) -> Finding {
        let mut convention = answer.pointing.unwrap_or_default();
        if convention.picture.contains(&0) {
            convention.picture = frame.rgb.dimensions().into();
        }
        let readings = read_in_all_conventions(&convention, &answer.completion);
        let (memory, confirmed) = (&self.memory, self.pointing_confirmed);
        self.grounder
            .check_point_convention(memory, frame, &readings, joints, confirmed)
    }

    /// Returns which of these objects a new picture shows to have left their place in the newest
    /// look. Empty without depth or if no picture arrives; the next look decides then.
    pub(crate) fn find_displaced_object<'n>(
        &mut self,
        names: impl Iterator<Item = &'n str>,
        observers: &mut Observers<'_>,
    ) -> Result<Option<String>, RuntimeError> {
        let known = names.filter_map(|name| self.memory.find(name));
        let known: Vec<(String, Solid)> = known
            .filter(|object| object.is_seen() && object.solid.hollow.is_none())
            .map(|object| (object.name.clone(), object.solid.clone()))
            .collect();
        if known.is_empty() || !self.sees_depth {
            return Ok(None);
        }
        let frame = match frame_check::next_valid_frame(self.camera.as_mut(), self.last_frame) {
            Ok(frame) => frame,
            Err(stopped @ CameraError::Stopped) => return Err(stopped.into()),
            Err(error) => {
                tracing::warn!("no glance: {error}");
                return Ok(None);
            }
        };
        self.last_frame = Some(frame.sequence);
        observers.notify(&Event::FrameCaptured(&frame));
        let mut known = known.into_iter();
        let gone = known.find(|(_, solid)| is_gone(&frame, solid));
        Ok(gone.map(|(name, _)| name))
    }
}
