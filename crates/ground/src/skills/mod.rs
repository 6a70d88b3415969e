//! How each skill is carried out and verified: a file for each, and the table of them.
//!
//! To add a skill to those of [`enact_plan::skills`], write a file that implements
//! [`GroundedSkill`] for its fields and add it to the table at the end of this one.

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
use enact_robot::description::Gripper;
use enact_types::Refusal;

use crate::manipulation::SkillContext;
use crate::motion::StepMotion;
use crate::scene::{SceneObject, Solid};
use crate::verify::{StepEvidence, StepVerdict};

/// How a skill is carried out and verified. What its motion changes in what is known of the scene
/// stands in the motion's segments, as [`Effect`](crate::motion::Effect).
pub trait GroundedSkill {
    /// Whether an object within reach affords the skill as long as nothing is in the way.
    fn is_afforded(_gripper: &Gripper, _solid: &Solid) -> bool
    where
        Self: Sized,
    {
        false
    }

    /// Returns why the skill cannot be used on an object that the arm reaches as things stand, if
    /// it cannot, found from a few postures: no motion is planned. `relation` is where the held
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
    /// A refusal that says what is in the way, out of reach, or not applicable.
    fn motion(&self, context: &SkillContext<'_>) -> Result<StepMotion, Refusal>;

    /// Judges the step by what is known after it.
    fn verify(&self, evidence: &StepEvidence<'_>) -> StepVerdict;

    /// Whether the joints that tell are those before the arm moves home to look.
    fn is_verified_in_place(&self) -> bool {
        false
    }
}

/// Declares which skills there are, and the matches over all of them.
macro_rules! skills {
    ($($name:ident,)*) => {
        /// The skills that can be carried out.
        pub const ALL: [Skill; [$(Skill::$name),*].len()] = [$(Skill::$name),*];

        /// Returns how a step is carried out and verified.
        pub fn grounded(step: &Step) -> &dyn GroundedSkill {
            match step {
                $(Step::$name(fields) => fields,)*
            }
        }

        /// As [`GroundedSkill::is_afforded`].
        pub fn is_afforded(skill: Skill, gripper: &Gripper, solid: &Solid) -> bool {
            match skill {
                $(Skill::$name => <enact_plan::skills::$name>::is_afforded(gripper, solid),)*
            }
        }

        /// As [`GroundedSkill::infeasibility`].
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
