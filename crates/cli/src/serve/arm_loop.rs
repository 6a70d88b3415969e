//! Carries out what the session takes up, one task after the other.

use enact_plan::SpeechAct;
use enact_recording::OutcomeRecorder;
use enact_runtime::{RuntimeError, Session, TaskEnd, TaskOptions, TaskReport};
use enact_serve::{ArmSession, Job, JobEnd, Work};
use enact_types::reason;

use super::steered_agent::{PlanOverride, Steering};
use super::step_planner;
use crate::run::{is_goal_reached, is_outcome_unknown_after_stop};
use crate::setup::Setup;

/// Turns of a task that is one step: it is tried once, and what comes of it is told.
const ONE_STEP: u32 = 1;

/// The loop, and the session that it works for.
pub struct ArmLoop<'a> {
    /// Set-up of the run.
    pub setup: &'a Setup,
    /// What is to be done, and who is told.
    pub session: &'a ArmSession,
    /// How the agent is given plans.
    pub steering: Steering,
    /// Who keeps how tasks ended.
    pub outcomes: Option<OutcomeRecorder>,
    /// The loop itself.
    pub robot_session: Session<'a>,
}

/// What a task came to, or why there is nothing to report.
type Reported = Result<TaskReport, RuntimeError>;

impl ArmLoop<'_> {
    /// Takes task after task until the session ends.
    pub fn carry_out_tasks(&mut self) {
        while let Some(job) = self.session.next_job() {
            let end = self.meet(&job).unwrap_or_else(ended_by);
            self.steering.clear_override();
            self.tell_held(&end);
            self.session.finish_task(job.id, end);
        }
    }

    fn meet(&mut self, job: &Job) -> Result<JobEnd, RuntimeError> {
        match &job.work {
            Work::Look => {
                self.robot_session.look_at_table()?;
                Ok(JobEnd::Seen)
            }
            Work::Home => Ok(JobEnd::Moved(self.robot_session.move_home()?)),
            Work::Jog { joint, by } => self.jog(joint, *by),
            Work::Plan { instruction } => {
                let options = TaskOptions {
                    dry_run: true,
                    ..self.options()
                };
                let report = self.robot_session.run_task(instruction, options)?;
                Ok(JobEnd::Reported {
                    report,
                    reached: None,
                })
            }
            Work::Skill { step } => {
                let sentence = step.to_string();
                self.steering
                    .set_override(PlanOverride::Throughout(step_planner(step)));
                let options = TaskOptions::from_max_turns(ONE_STEP);
                self.go_home_first()?;
                let report = self.robot_session.run_task(&sentence, options)?;
                let reached =
                    (!is_outcome_unknown_after_stop(&report)).then(|| report.reports_success());
                self.note(reached);
                Ok(JobEnd::Reported { report, reached })
            }
            Work::Instruction { instruction } => {
                let report = self.instructed(job, instruction)?;
                let reached = is_goal_reached(self.setup, instruction, &report);
                self.note(reached);
                Ok(JobEnd::Reported { report, reached })
            }
        }
    }

    /// Carries out an instruction; where a person put another plan in the place of the model's, that
    /// one.
    fn instructed(&mut self, job: &Job, instruction: &str) -> Reported {
        // Where nobody is asked, the arm may get out of the camera's view before the first look.
        if !job.approve && SpeechAct::of_instruction(instruction).is_request() {
            self.go_home_first()?;
        }
        loop {
            let report = self.robot_session.run_task(instruction, self.options())?;
            if report.ending != TaskEnd::Stopped || self.setup.stop.is_pressed() {
                return Ok(report);
            }
            let Some(plan) = self.session.take_edited_plan(job.id) else {
                return Ok(report);
            };
            self.steering.set_override(PlanOverride::Once(plan));
        }
    }

    /// Moves home; where the way is blocked, the arm looks from where it is.
    fn go_home_first(&mut self) -> Result<(), RuntimeError> {
        if let Some(why) = self.robot_session.move_home()?
            && !self.setup.stop.is_pressed()
        {
            tracing::info!("the arm looks from where it is: {why}");
        }
        Ok(())
    }

    fn jog(&mut self, name: &str, by: f64) -> Result<JobEnd, RuntimeError> {
        let mut joints = self.setup.robot.joints().iter();
        let Some(joint) = joints.position(|joint| joint.name == name) else {
            return Ok(JobEnd::Moved(Some(format!("there is no joint `{name}`"))));
        };
        Ok(JobEnd::Moved(self.robot_session.jog_joint(joint, by)?))
    }

    /// Has the recording keep whether the goal of the last task was reached, if that is known.
    fn note(&self, reached: Option<bool>) {
        if let Some((outcomes, reached)) = self.outcomes.as_ref().zip(reached) {
            outcomes.record_outcome(reached);
        }
    }

    /// Tells what the gripper holds after a look, and after a task that came to its own end: each of
    /// its steps was watched, and the fingers measured.
    fn tell_held(&self, end: &JobEnd) {
        let is_known = match end {
            JobEnd::Seen => true,
            JobEnd::Reported { report, .. } => {
                report.ending != TaskEnd::Stopped && report.turns > 0
            }
            _ => false,
        };
        if is_known {
            let held = self.robot_session.situation().holding;
            self.session.note_held_object(held.as_deref());
        }
    }

    fn options(&self) -> TaskOptions {
        TaskOptions {
            turns: self.setup.launch.turns,
            dry_run: false,
            choice: self.setup.choice,
            marks: self.setup.marks,
        }
    }
}

/// Tells an error of the loop. The arm holds itself up, and the next picture or answer may be
/// better; only an arm that failed is not used any more.
fn ended_by(error: RuntimeError) -> JobEnd {
    let told = reason::join_error_messages(&error);
    match error {
        error if error.is_caused_by_stop() => JobEnd::Stopped,
        RuntimeError::Arm(_) => JobEnd::Broken(told),
        RuntimeError::Camera(_) | RuntimeError::Planner(_) | RuntimeError::Pointing(_) => {
            JobEnd::Failed(told)
        }
    }
}
