//! One step of a plan: ground, admit, move, look, judge.

use enact_arm::ArmState;
use enact_ground::step_verdict::{
    CLOSED_ON_NOTHING, holds_something_as_wide, is_judged_before_going_home,
};
use enact_ground::{
    Effect, MotionSegment, Purpose, SceneMemory, StepEvidence, StepMotion, StepVerdict, judge,
};
use enact_plan::{Agent, Outcome, Plan, PlannerError, Step, Usage, Verdict};
use enact_types::JointVector;

use crate::event::Event;
use crate::gated_arm::{GatedArm, Interruption};
use crate::observers::Observers;
use crate::perception::Perception;
use crate::preview::{PlanPreview, PlanPreviewer};
use crate::session::RuntimeError;
use crate::stale_plan;

/// Distance over which a camera sees the hand move, meters.
const SEEN_MOTION: f64 = 0.05;

/// Carries out steps with an arm, a camera and an agent.
pub(crate) struct Executor<'a> {
    pub(crate) arm: GatedArm,
    pub(crate) perception: Perception<'a>,
    pub(crate) agent: Box<dyn Agent + 'a>,
    pub(crate) observers: Observers<'a>,
    /// Cost of the model since the task began.
    pub(crate) usage: Usage,
    /// Cost of the model before that.
    pub(crate) spent: Usage,
}

/// Outcome of a step.
pub(crate) struct StepResult {
    pub(crate) outcome: Outcome,
    /// Whether the arm was stopped.
    pub(crate) stopped: bool,
}

impl<'a> Executor<'a> {
    pub(crate) fn new(
        arm: GatedArm,
        perception: Perception<'a>,
        agent: Box<dyn Agent + 'a>,
        observers: Observers<'a>,
    ) -> Self {
        Self {
            arm,
            perception,
            agent,
            observers,
            usage: Usage::default(),
            spent: Usage::default(),
        }
    }

    /// Begins a task; with `marks` objects are shown to the model with numbers.
    pub(crate) fn begin(&mut self, marks: bool) {
        self.perception.marks = marks;
        self.spent += std::mem::take(&mut self.usage);
        self.arm.end_caution();
    }

    /// Reads the arm while it stands.
    pub(crate) fn state(&mut self) -> Result<ArmState, RuntimeError> {
        Ok(self.arm.state(&mut self.observers)?)
    }

    /// Returns the last command, or the measured position before the first command.
    pub(crate) fn commanded_or_measured(&mut self) -> Result<JointVector, RuntimeError> {
        Ok(self.arm.commanded_or_measured(&mut self.observers)?)
    }

    /// Takes a picture, has it interpreted, and updates the memory. `handled` names the objects
    /// that the robot may have moved.
    pub(crate) fn look_at_table(&mut self, handled: &[&str]) -> Result<(), RuntimeError> {
        let state = self.state()?;
        self.perception.look_at_table(
            self.agent.as_mut(),
            &state,
            handled,
            &mut self.usage,
            &mut self.observers,
        )
    }

    /// Forgets the newest look if it is too old for another plan, or if somebody has moved the arm
    /// since.
    pub(crate) fn forget_stale_look(&mut self) -> Result<(), RuntimeError> {
        if self.perception.look.is_none() {
            return Ok(());
        }
        let now = self.state()?;
        let then = self.perception.arm_at_look.as_ref();
        if !then.is_some_and(|then| stale_plan::is_look_valid(then, &now)) {
            self.perception.look = None;
        }
        Ok(())
    }

    /// Predicts what comes of a plan that begins at rest at `at`, with the attempts that this
    /// `history` calls for. Nothing moves.
    pub(crate) fn preview(&self, plan: &Plan, history: &[Outcome], at: JointVector) -> PlanPreview {
        let (arm, perception) = (&self.arm, &self.perception);
        let (grounder, memory) = (&perception.grounder, &perception.memory);
        PlanPreviewer::new(arm.robot(), arm.gate(), grounder, memory, at).predict(plan, history)
    }

    /// Carries out one step that moves the arm from `at`, and judges it; `None` if it was stopped
    /// before anything moved. `attempt` is as in
    /// [`Grounder::ground_attempt`](enact_ground::Grounder::ground_attempt).
    pub(crate) fn execute_step(
        &mut self,
        step: &Step,
        attempt: usize,
        at: &JointVector,
    ) -> Result<Option<StepResult>, RuntimeError> {
        let perception = &self.perception;
        let grounded = perception
            .grounder
            .ground_attempt(step, &perception.memory, at, attempt);
        let motion = match grounded {
            Ok(motion) => motion,
            Err(refusal) => {
                let reason = refusal.to_string();
                return Ok(Some(finished(step, Verdict::Refused, reason)));
            }
        };
        let before = self.perception.memory.clone();
        self.perception.look = None;
        let mut moved = false;
        let interruption = self.follow_motion(step, &motion, &mut moved)?;
        let (verdict, reason) = match interruption {
            None => match self.observe(step, &before) {
                Err(error) if error.is_caused_by_stop() => return Ok(Some(unjudged(step))),
                observed => observed?,
            },
            Some(why @ Interruption::Stopped) => {
                return Ok(moved.then(|| StepResult {
                    stopped: true,
                    ..finished(step, Verdict::No, why.to_string())
                }));
            }
            Some(why @ Interruption::Refused(_)) => (Verdict::Refused, why.to_string()),
            Some(why @ Interruption::UnexpectedContact(_)) => (Verdict::No, why.to_string()),
        };
        if verdict == Verdict::Yes {
            self.arm.end_caution();
        }
        self.notice_loss()?;
        Ok(Some(finished(step, verdict, reason)))
    }

    /// Moves home, unless the arm is there. Returns what interrupted the motion, if anything did.
    pub(crate) fn go_home(&mut self) -> Result<Option<Interruption>, RuntimeError> {
        let state = self.state()?;
        if self.arm.is_home(&state) {
            return Ok(None);
        }
        self.perception.look = None;
        let step = Step::home_step();
        let at = self.commanded_or_measured()?;
        let perception = &self.perception;
        match perception.grounder.ground(&step, &perception.memory, &at) {
            Ok(motion) => self.follow_motion(&step, &motion, &mut false),
            Err(refusal) => Ok(Some(Interruption::Refused(refusal))),
        }
    }

    /// Turns one joint. Returns what interrupted the motion, if anything did.
    pub(crate) fn jog_joint(
        &mut self,
        joint: usize,
        by: f64,
    ) -> Result<Option<Interruption>, RuntimeError> {
        self.perception.look = None;
        let at = self.commanded_or_measured()?;
        let perception = &self.perception;
        match perception
            .grounder
            .plan_jog(&perception.memory, &at, joint, by)
        {
            // It names no object, as the step home.
            Ok(motion) => self.follow_motion(&Step::home_step(), &motion, &mut false),
            Err(refusal) => Ok(Some(Interruption::Refused(refusal))),
        }
    }

    /// Turns the arm if the camera then sees more of the table than from where the arm stood before, or
    /// something of which `denials` say that it is not there, and looks again. Adds where it stood to
    /// `looked_from`. Returns whether it turned.
    pub(crate) fn look_behind_arm(
        &mut self,
        denials: &[String],
        looked_from: &mut Vec<JointVector>,
    ) -> Result<bool, RuntimeError> {
        looked_from.push(self.commanded_or_measured()?);
        let perception = &mut self.perception;
        let Some(motion) = perception.plan_uncovering_turn(denials, looked_from) else {
            return Ok(false);
        };
        perception.look = None;
        // It names no object, as the step home.
        let interruption = self.follow_motion(&Step::home_step(), &motion, &mut false)?;
        if let Some(Interruption::Stopped) = interruption {
            return Err(PlannerError::Stopped.into());
        }
        self.look_at_table(&[])?;
        Ok(true)
    }

    /// Sends a motion through the gate to the arm, segment by segment. Before it comes close it
    /// checks the objects it is about to handle. Sets `moved` if the arm has moved.
    fn follow_motion(
        &mut self,
        step: &Step,
        motion: &StepMotion,
        moved: &mut bool,
    ) -> Result<Option<Interruption>, RuntimeError> {
        let mut far = false;
        for (index, segment) in motion.segments.iter().enumerate() {
            let is_free = segment.purpose == Purpose::Transit;
            if far && !is_free {
                let names = step.object_names();
                if let Some(name) = self
                    .perception
                    .find_displaced_object(names, &mut self.observers)?
                {
                    let reason = format!("the {name} is not where it was");
                    return Ok(Some(Interruption::UnexpectedContact(reason)));
                }
            }
            far = is_free;
            if self.is_far(segment) {
                self.perception.expect_motion();
            }
            let interruption = self
                .arm
                .follow_motion(segment, moved, &mut self.observers)?;
            let was_refused = matches!(interruption, Some(Interruption::Refused(_)));
            self.perception.note_whether_moved(*moved && !was_refused);
            if interruption.is_some() {
                return Ok(interruption);
            }
            let is_last = index + 1 == motion.segments.len();
            if !self.notice_effect(segment)? && !is_last {
                let reason = CLOSED_ON_NOTHING.to_owned();
                return Ok(Some(Interruption::UnexpectedContact(reason)));
            }
        }
        Ok(None)
    }

    /// Returns whether a motion takes the hand so far that a camera sees it move.
    fn is_far(&self, segment: &MotionSegment) -> bool {
        let robot = self.arm.robot();
        let (Some(from), Some(to)) = (segment.samples.first(), segment.end()) else {
            return false;
        };
        let hand = |joints: &JointVector| robot.forward(joints).translation.vector;
        (hand(to) - hand(from)).norm() > SEEN_MOTION
    }

    /// Records the effect of the end of a segment. An object counts as held if the fingers are
    /// apart by its width; returns false if they are not.
    fn notice_effect(&mut self, segment: &MotionSegment) -> Result<bool, RuntimeError> {
        let (Some(effect), Some(end)) = (&segment.effect, segment.end()) else {
            return Ok(true);
        };
        if let Effect::Grasp { object, .. } = effect {
            let state = self.state()?;
            let gripper = self.arm.robot().gripper();
            let known = self.perception.memory.find(object);
            let grasped = gripper.zip(known).is_some_and(|(gripper, known)| {
                holds_something_as_wide(gripper, &state.position, &known.solid)
            });
            if !grasped {
                return Ok(false);
            }
        }
        let tool = self.arm.robot().forward(end);
        self.perception.memory.apply_effect(effect, &tool);
        Ok(true)
    }

    /// Marks an object as released in memory if the fingers no longer hold it.
    pub(crate) fn notice_loss(&mut self) -> Result<(), RuntimeError> {
        let state = self.state()?;
        let lost = self
            .arm
            .robot()
            .gripper()
            .zip(self.perception.memory.held_object())
            .is_some_and(|(gripper, held)| {
                !holds_something_as_wide(gripper, &state.position, &held.object.solid)
            });
        if lost {
            self.release_at(&state.position);
        }
        Ok(())
    }

    /// Marks the held object as released in memory, with the arm at these joints.
    fn release_at(&mut self, joints: &JointVector) {
        let tool = self.arm.robot().forward(joints);
        self.perception.memory.record_release(&tool);
    }

    /// Looks at the result of the step and judges it, and looks again where one look is
    /// inconclusive.
    fn observe(
        &mut self,
        step: &Step,
        before: &SceneMemory,
    ) -> Result<(Verdict, String), RuntimeError> {
        let on_the_spot = is_judged_before_going_home(step)
            .then(|| self.state())
            .transpose()?;
        // Where the way home is blocked, the arm looks from its current position.
        let interruption = self.go_home()?;
        let measured = match on_the_spot {
            Some(state) => state.position,
            None => self.state()?.position,
        };
        let mut judgment = self.look_and_judge(step, before, &measured)?;
        if judgment.verdict == Verdict::Unknown {
            let noticed = std::mem::take(&mut self.perception.changes);
            judgment = self.look_and_judge(step, before, &measured)?;
            self.perception.changes.splice(0..0, noticed);
        }
        let StepVerdict { verdict, reason } = judgment;
        let reason = match interruption {
            Some(why) if reason.is_empty() => format!("the arm did not get home: {why}"),
            Some(why) => format!("{reason}; the arm did not get home: {why}"),
            None => reason,
        };
        Ok((verdict, reason))
    }

    fn look_and_judge(
        &mut self,
        step: &Step,
        before: &SceneMemory,
        measured: &JointVector,
    ) -> Result<StepVerdict, RuntimeError> {
        let held = before.held_object_name();
        self.look_at_table(&step.object_names().chain(held).collect::<Vec<_>>())?;
        let Some(frame) = &self.perception.look else {
            return Ok(StepVerdict {
                verdict: Verdict::Unknown,
                reason: String::new(),
            });
        };
        let evidence = StepEvidence {
            robot: self.arm.robot(),
            measured: Some(measured),
            before,
            after: &self.perception.memory,
            frame,
        };
        Ok(judge(step, &evidence))
    }

    /// Reports the predicted outcomes of a plan and its motions to the observers.
    pub(crate) fn show_preview(
        &mut self,
        plan: &Plan,
        history: &[Outcome],
    ) -> Result<Vec<Outcome>, RuntimeError> {
        let at = self.commanded_or_measured()?;
        let PlanPreview { outcomes, path, .. } = self.preview(plan, history, at);
        self.observers.notify(&Event::Previewed(&path));
        Ok(outcomes)
    }
}

fn finished(step: &Step, verdict: Verdict, reason: String) -> StepResult {
    StepResult {
        outcome: Outcome {
            step: step.clone(),
            verdict,
            reason,
        },
        stopped: false,
    }
}

/// Returns the result of a step that was stopped after its motion and before the next look showed
/// its outcome.
fn unjudged(step: &Step) -> StepResult {
    let reason = "it was stopped before anybody looked what came of it".to_owned();
    StepResult {
        stopped: true,
        ..finished(step, Verdict::Unknown, reason)
    }
}
