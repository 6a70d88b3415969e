//! One step of a plan: ground, admit, move, look, judge.

use std::fmt;

use enact_arm::{Contact, End};
use enact_ground::verify::{CLOSED_ON_NOTHING, holds, is_judged_in_place};
use enact_ground::{
    Effect, Evidence, Judgement, Motion, MotionSegment, Purpose, SceneMemory, judge,
};
use enact_plan::{Outcome, Plan, Step, StepKind, Verdict};
use enact_robot::{Start, Trajectory};
use enact_types::{JointVector, Refusal};

use crate::event::{Event, Order};
use crate::pace;
use crate::report::Ending;
use crate::session::{BridgeError, Session};
use crate::turn::Task;

/// What came of a step.
pub(crate) struct Done {
    pub(crate) outcome: Outcome,
    /// Whether someone stopped the arm.
    pub(crate) stopped: bool,
}

/// Why a motion did not reach its end.
pub(crate) enum Interruption {
    Stopped,
    Refused(Refusal),
    Hindered(String),
}

impl fmt::Display for Interruption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => formatter.write_str("it was stopped"),
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::Hindered(reason) => formatter.write_str(reason),
        }
    }
}

impl Session<'_> {
    /// Does one step that moves the arm from `at`, and judges it; `None` where somebody stopped it
    /// before anything moved. `approach` is as in
    /// [`Grounder::ground_anew`](enact_ground::Grounder::ground_anew).
    pub(crate) fn act(
        &mut self,
        step: &Step,
        approach: usize,
        at: &JointVector,
    ) -> Result<Option<Done>, BridgeError> {
        let grounded = self.grounder.ground_anew(step, &self.memory, at, approach);
        let motion = match grounded {
            Ok(motion) => motion,
            Err(refusal) => {
                let reason = refusal.to_string();
                return Ok(Some(finished(step, Verdict::Refused, reason)));
            }
        };
        let before = self.memory.clone();
        self.look = None;
        let mut moved = false;
        let interruption = self.follow(step, &motion, &mut moved)?;
        let (verdict, reason) = match interruption {
            None => match self.observe(step, &before) {
                Err(error) if error.is_stop() => return Ok(Some(unjudged(step))),
                observed => observed?,
            },
            Some(why @ Interruption::Stopped) => {
                return Ok(moved.then(|| Done {
                    stopped: true,
                    ..finished(step, Verdict::No, why.to_string())
                }));
            }
            Some(why @ Interruption::Refused(_)) => (Verdict::Refused, why.to_string()),
            Some(why @ Interruption::Hindered(_)) => (Verdict::No, why.to_string()),
        };
        if verdict == Verdict::Yes {
            self.slow = false;
        }
        self.notice_loss()?;
        Ok(Some(finished(step, verdict, reason)))
    }

    /// Moves home, around what is on the table, with what is held. Says why it did not get
    /// there, if it did not.
    pub fn home(&mut self) -> Result<Option<String>, BridgeError> {
        self.tell(&Event::Ordered(Order::Home));
        let interruption = self.go_home()?;
        Ok(interruption.map(|why| why.to_string()))
    }

    pub(crate) fn go_home(&mut self) -> Result<Option<Interruption>, BridgeError> {
        let state = self.state()?;
        let home = self.robot.home();
        let arm = self.robot.arm_joints().len();
        let is_home = (0..arm).all(|joint| (state.position[joint] - home[joint]).abs() < 0.02);
        if is_home && state.commanded.is_some() {
            return Ok(None);
        }
        self.look = None;
        let step = Step::home();
        let at = self.goal()?;
        match self.grounder.ground(&step, &self.memory, &at) {
            Ok(motion) => self.follow(&step, &motion, &mut false),
            Err(refusal) => Ok(Some(Interruption::Refused(refusal))),
        }
    }

    /// Shows what would be done; nothing moves.
    pub(crate) fn dry_run(&mut self, plan: &Plan, task: &mut Task) -> Result<Ending, BridgeError> {
        let mut outlook = self.outlook(plan, &task.history)?.into_iter();
        for step in &plan.steps {
            self.tell(&Event::Step(step));
            match step.kind() {
                StepKind::Statement(text) | StepKind::Question(text) => self.speak(text, task),
                StepKind::Motion => {
                    let Some(outcome) = outlook.next() else {
                        break;
                    };
                    self.tell(&Event::Judged(&outcome));
                    let refused = outcome.verdict == Verdict::Refused;
                    if refused {
                        task.refusals.push(outcome.reason.clone());
                    }
                    task.history.push(outcome);
                    if refused {
                        break;
                    }
                }
                StepKind::Completion => {}
            }
        }
        Ok(Ending::DryRun)
    }

    /// Grounds a step without moving, and changes what is known as if it had worked. Where the arm
    /// would go is added to `way`.
    pub(crate) fn rehearse(
        &self,
        step: &Step,
        approach: usize,
        memory: &mut SceneMemory,
        at: &mut JointVector,
        way: &mut Vec<Trajectory>,
    ) -> Result<String, Refusal> {
        let motion = self.grounder.ground_anew(step, memory, at, approach)?;
        for segment in &motion.segments {
            let start = Start {
                measured: at,
                commanded: Some(at),
            };
            let samples = segment.samples.clone();
            let trajectory = self.gate.admit_among(samples, &start, &segment.around)?;
            *at = trajectory.end().clone();
            way.push(trajectory);
        }
        self.imagine(&motion, memory);
        Ok(format!("not moved: dry run of {}", summary(&motion)))
    }

    /// Changes `memory` as if a motion had worked.
    fn imagine(&self, motion: &Motion, memory: &mut SceneMemory) {
        for segment in &motion.segments {
            if let (Some(effect), Some(end)) = (&segment.effect, segment.end()) {
                memory.apply(effect, &self.robot.forward(end));
            }
        }
    }

    /// Sends a motion through the gate to the arm, segment by segment. Before it comes close it
    /// glances at what it is about to work on. Notes if the arm has `moved`.
    fn follow(
        &mut self,
        step: &Step,
        motion: &Motion,
        moved: &mut bool,
    ) -> Result<Option<Interruption>, BridgeError> {
        let mut far = false;
        for (index, segment) in motion.segments.iter().enumerate() {
            let is_free = segment.purpose == Purpose::Transit;
            if far
                && !is_free
                && let Some(name) = self.missed(step.names())?
            {
                let reason = format!("the {name} is not where it was");
                return Ok(Some(Interruption::Hindered(reason)));
            }
            far = is_free;
            if let Some(interruption) = self.follow_segment(segment, moved)? {
                return Ok(Some(interruption));
            }
            let is_last = index + 1 == motion.segments.len();
            if !self.notice_effect(segment)? && !is_last {
                let reason = CLOSED_ON_NOTHING.to_owned();
                return Ok(Some(Interruption::Hindered(reason)));
            }
        }
        Ok(None)
    }

    fn follow_segment(
        &mut self,
        segment: &MotionSegment,
        moved: &mut bool,
    ) -> Result<Option<Interruption>, BridgeError> {
        let state = self.state()?;
        let start = state.start();
        let admit = |samples| self.gate.admit_among(samples, &start, &segment.around);
        let slow = (self.slow && !segment.contact_expected)
            .then(|| admit(pace::halved(&segment.samples)).ok());
        let trajectory = match slow.flatten() {
            Some(trajectory) => trajectory,
            None => match admit(segment.samples.clone()) {
                Ok(trajectory) => trajectory,
                Err(refusal) => return Ok(Some(Interruption::Refused(refusal))),
            },
        };
        if self.stop_switch().is_pressed() {
            return Ok(Some(Interruption::Stopped));
        }
        let contact = if segment.contact_expected {
            Contact::Expected
        } else {
            Contact::Limit(self.robot.contact_effort())
        };
        self.tell(&Event::Moving {
            purpose: segment.purpose.name(),
            trajectory: &trajectory,
            contact,
        });
        let execution = self.arm.execute(trajectory, contact)?;
        self.tell(&Event::Moved(&execution));
        *moved |= execution.followed > 0;
        // The next try tells what was in the way from the arm's own weight.
        self.slow |= matches!(execution.end, End::Contact { .. });
        Ok(match execution.end {
            End::Finished => None,
            End::Stopped => Some(Interruption::Stopped),
            End::Fault(refusal) => Some(Interruption::Hindered(refusal.to_string())),
            End::Contact { joint, .. } => Some(Interruption::Hindered(format!(
                "joint `{joint}` met resistance"
            ))),
        })
    }

    /// Notes what the end of a segment changes. An object is taken into the hand if the fingers
    /// stand apart by its width; returns false if they do not.
    fn notice_effect(&mut self, segment: &MotionSegment) -> Result<bool, BridgeError> {
        let (Some(effect), Some(end)) = (&segment.effect, segment.end()) else {
            return Ok(true);
        };
        if let Effect::Grasp { object, .. } = effect {
            let state = self.state()?;
            let grasped = self
                .robot
                .gripper()
                .zip(self.memory.find(object))
                .is_some_and(|(gripper, known)| holds(gripper, &state.position, &known.solid));
            if !grasped {
                return Ok(false);
            }
        }
        self.memory.apply(effect, &self.robot.forward(end));
        Ok(true)
    }

    /// Lets go in memory of what the fingers no longer hold.
    fn notice_loss(&mut self) -> Result<(), BridgeError> {
        let state = self.state()?;
        let lost = self
            .robot
            .gripper()
            .zip(self.memory.held())
            .is_some_and(|(gripper, held)| !holds(gripper, &state.position, &held.object.solid));
        if lost {
            self.memory.release(&self.robot.forward(&state.position));
        }
        Ok(())
    }

    /// Looks at what the step did and judges it, and looks again where one look does not tell.
    fn observe(
        &mut self,
        step: &Step,
        before: &SceneMemory,
    ) -> Result<(Verdict, String), BridgeError> {
        let on_the_spot = is_judged_in_place(step).then(|| self.state()).transpose()?;
        // Where the way home is blocked, the arm looks from where it is.
        let interruption = self.go_home()?;
        let measured = match on_the_spot {
            Some(state) => state.position,
            None => self.state()?.position,
        };
        let mut judgement = self.look_and_judge(step, before, &measured)?;
        if judgement.verdict == Verdict::Unknown {
            let noticed = std::mem::take(&mut self.changes);
            judgement = self.look_and_judge(step, before, &measured)?;
            self.changes.splice(0..0, noticed);
        }
        let Judgement { verdict, reason } = judgement;
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
    ) -> Result<Judgement, BridgeError> {
        let held = before.holding();
        self.look_again(&step.names().chain(held).collect::<Vec<_>>())?;
        let Some(frame) = &self.look else {
            return Ok(Judgement {
                verdict: Verdict::Unknown,
                reason: String::new(),
            });
        };
        let evidence = Evidence {
            robot: &self.robot,
            measured: Some(measured),
            before,
            after: &self.memory,
            frame,
        };
        Ok(judge(step, &evidence))
    }

    /// Where the arm was last sent, or is, before the first command.
    pub(crate) fn goal(&mut self) -> Result<JointVector, BridgeError> {
        Ok(self.state()?.goal().clone())
    }
}

fn finished(step: &Step, verdict: Verdict, reason: String) -> Done {
    Done {
        outcome: Outcome {
            step: step.clone(),
            verdict,
            reason,
        },
        stopped: false,
    }
}

/// What somebody stopped after it was done and before the next look told what came of it.
fn unjudged(step: &Step) -> Done {
    let reason = "it was stopped before anybody looked what came of it".to_owned();
    Done {
        stopped: true,
        ..finished(step, Verdict::Unknown, reason)
    }
}

fn summary(motion: &Motion) -> String {
    let purposes: Vec<&str> = motion
        .segments
        .iter()
        .map(|segment| segment.purpose.name())
        .collect();
    purposes.join(", ")
}
