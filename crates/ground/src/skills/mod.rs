//! Execution and verification of each skill: one file per skill, and the table of them.
//!
//! To add a skill to those of [`enact_plan::skills`], write a file that implements
//! [`GroundedSkill`] for its fields and add it to the table at the end of this file.

mod ask;
mod done;
mod home;
mod pick;
mod place;
mod point;
mod push;
mod rotate;
mod say;

use enact_plan::{Relation, Skill, Step};
use enact_robot::Robot;
use enact_robot::description::Gripper;
use enact_types::Refusal;

use crate::manipulation::SkillContext;
use crate::motion::StepMotion;
use crate::scene::{SceneObject, Solid};
use crate::step_verdict::{StepEvidence, StepVerdict};

/// Execution and verification of a skill. The effects of its motion on the scene memory are in the
/// motion's segments, as [`Effect`](crate::motion::Effect).
pub trait GroundedSkill {
    /// Returns whether an object within reach affords the skill as long as nothing is in the way.
    fn is_afforded(_gripper: &Gripper, _solid: &Solid) -> bool
    where
        Self: Sized,
    {
        false
    }

    /// Returns why the robot cannot carry out the skill with any object, if it is worth telling.
    fn why_unsupported_by_robot(_robot: &Robot) -> Option<&'static str>
    where
        Self: Sized,
    {
        None
    }

    /// Returns whether the skill puts the held object in some relation to another one, so that its
    /// infeasibility depends on the relation.
    fn needs_relation() -> bool
    where
        Self: Sized,
    {
        false
    }

    /// Returns why the skill is impossible with a reachable object in the current scene, if it is.
    /// This is decided from a few postures, without planning a motion. `relation` is where the held
    /// object would go with respect to `object`, for skills that put something down.
    fn infeasibility(
        _context: &SkillContext<'_>,
        _relation: Option<Relation>,
        _object: &SceneObject,
    ) -> Option<Refusal>
    where
        Self: Sized,
    {
        None
    }

    /// Plans the motion of a step; empty if the arm does not move.
    ///
    /// # Errors
    /// A refusal that tells which object is in the way or out of reach, or why the skill does not
    /// apply.
    fn motion(&self, context: &SkillContext<'_>) -> Result<StepMotion, Refusal>;

    /// Judges the step by the evidence after it.
    fn verify(&self, evidence: &StepEvidence<'_>) -> StepVerdict;

    /// Returns whether the joints for the verdict are those before the arm moves home to look.
    fn is_verified_before_going_home(&self) -> bool {
        false
    }
}

/// Declares the skills, and the matches over all of them.
macro_rules! skills {
    ($($name:ident,)*) => {
        /// All skills that can be carried out.
        pub const ALL: [Skill; [$(Skill::$name),*].len()] = [$(Skill::$name),*];

        /// Returns the implementation of a step.
        pub fn grounded_skill_of(step: &Step) -> &dyn GroundedSkill {
            match step {
                $(Step::$name(fields) => fields,)*
            }
        }

        /// Calls [`GroundedSkill::is_afforded`] of the skill.
        pub fn is_afforded(skill: Skill, gripper: &Gripper, solid: &Solid) -> bool {
            match skill {
                $(Skill::$name => <enact_plan::skills::$name>::is_afforded(gripper, solid),)*
            }
        }

        /// Calls [`GroundedSkill::why_unsupported_by_robot`] of the skill.
        pub fn why_unsupported_by_robot(skill: Skill, robot: &Robot) -> Option<&'static str> {
            match skill {
                $(Skill::$name => <enact_plan::skills::$name>::why_unsupported_by_robot(robot),)*
            }
        }

        /// Calls [`GroundedSkill::needs_relation`] of the skill.
        pub fn needs_relation(skill: Skill) -> bool {
            match skill {
                $(Skill::$name => <enact_plan::skills::$name>::needs_relation(),)*
            }
        }

        /// Calls [`GroundedSkill::infeasibility`] of the skill.
        pub fn infeasibility(
            skill: Skill,
            context: &SkillContext<'_>,
            relation: Option<Relation>,
            object: &SceneObject,
        ) -> Option<Refusal> {
            match skill {
                $(Skill::$name => {
                    <enact_plan::skills::$name>::infeasibility(context, relation, object)
                })*
            }
        }
    };
}

skills! {
    Pick,
    Place,
    Push,
    Rotate,
    Point,
    Home,
    Say,
    Ask,
    Done,
}
