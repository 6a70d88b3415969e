//! Everything the robot can be told to do: a file for each skill, and the table of them.
//!
//! A skill's file holds its fields as a struct, which is how a plan is parsed, and a
//! [`Definition`]: its name, its description in prompts, what a grammar offers of it in a situation,
//! and its phrases in free text. To add a skill, write such a file and add it to the table at the
//! end of this one; `enact-ground` has a table of the same names, which says how each is carried out.

mod ask;
mod done;
mod home;
mod pick;
mod place;
mod point;
mod push;
mod rotate;
mod say;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::grammar;
use crate::situation::Situation;
use crate::spatial_relations::Relation;

pub use ask::Ask;
pub use done::Done;
pub use home::Home;
pub use pick::Pick;
pub use place::Place;
pub use point::Point;
pub use push::Push;
pub use rotate::Rotate;
pub use say::Say;

/// Definition of a skill, without the fields of a step.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The word that a plan uses for it.
    pub name: &'static str,
    /// Its syntax and its effect, for prompts that explain themselves.
    pub description: &'static str,
    /// The English verb that takes the object's name: “pick up”.
    pub verb: &'static str,
    /// Its purpose.
    pub category: Category,
    /// Returns the alternatives of its fields that may be generated in a situation, as properties
    /// of a JSON schema; none if the skill cannot be used.
    pub schema: fn(&Situation) -> Vec<Value>,
    /// Returns the steps that make sense in a situation with the words for each, to recognize
    /// them in free text.
    pub phrases: fn(&Situation) -> Vec<(String, Step)>,
    /// Returns what a prompt says of an object with which the skill is infeasible; `None` if the
    /// skill is about no object.
    pub infeasible: Option<fn(Option<Relation>) -> String>,
}

/// Purpose of a skill, which decides the sentences that it may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Talks to the person, or ends the plan: may answer anything.
    Communication,
    /// Shows the person something: may answer requests and “where?”.
    Gesture,
    /// Changes something: may answer requests only.
    Action,
}

/// Means by which a step is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind<'a> {
    /// The arm moves.
    Motion,
    /// The person is told this.
    Statement(&'a str),
    /// The person is asked this and answers with the next instruction.
    Question(&'a str),
    /// The task is declared done.
    Completion,
}

/// The fields of a step, and its properties. [`Display`](fmt::Display) writes the step for prompts
/// and people.
pub trait StepFields: fmt::Display {
    /// Returns the means by which the step is carried out.
    fn kind(&self) -> StepKind<'_> {
        StepKind::Motion
    }

    /// Names of objects: what the step handles, then where that goes.
    fn objects(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Returns the name of the object that the step moves.
    fn displaced(&self) -> Option<&str> {
        None
    }

    /// Returns the name of the object that the gripper must hold before the step.
    fn held_before(&self) -> Option<&str> {
        None
    }

    /// Returns the name of the object that the gripper holds after the step.
    fn held_after(&self) -> Option<&str> {
        None
    }

    /// Fills in from free text what the skill's phrases leave open. Returns false if the text does
    /// not say it.
    fn fill_in_from_text(&mut self, _text: &str) -> bool {
        true
    }
}

/// Declares the skills, their steps, and the one match over all of them.
macro_rules! skills {
    ($($(#[$doc:meta])* $file:ident::$name:ident,)*) => {
        /// Something the robot can be told to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Skill {
            $($(#[$doc])* $name,)*
        }

        impl Skill {
            /// Every skill, in the order in which prompts and grammars list them.
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            /// Returns what its file says of it.
            pub fn definition(self) -> &'static Definition {
                match self {
                    $(Self::$name => &$file::DEFINITION,)*
                }
            }
        }

        /// One step of a plan.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "skill", rename_all = "snake_case")]
        pub enum Step {
            $($(#[$doc])* $name($name),)*
        }

        impl Step {
            /// Returns the skill that the step uses.
            pub fn skill(&self) -> Skill {
                match self {
                    $(Self::$name(_) => Skill::$name,)*
                }
            }

            /// Returns the step's fields.
            pub fn fields(&self) -> &dyn StepFields {
                match self {
                    $(Self::$name(fields) => fields,)*
                }
            }

            pub(crate) fn fields_mut(&mut self) -> &mut dyn StepFields {
                match self {
                    $(Self::$name(fields) => fields,)*
                }
            }
        }
    };
}

skills! {
    /// Grasp an object and lift it.
    pick::Pick,
    /// Put the held object in, on or beside another.
    place::Place,
    /// Slide an object along the table.
    push::Push,
    /// Turn an object about the vertical where it stands.
    rotate::Rotate,
    /// Hold the fingertips above an object.
    point::Point,
    /// Move to the home posture.
    home::Home,
    /// Tell the person something.
    say::Say,
    /// Ask the person something and wait for the answer.
    ask::Ask,
    /// Declare the task done.
    done::Done,
}

/// Returns the schema of a step with one sentence; none while only actions may be answered.
fn spoken(field: &str, situation: &Situation) -> Vec<Value> {
    match situation.must_act {
        true => Vec::new(),
        false => vec![json!({field: grammar::sentence()})],
    }
}

impl Skill {
    /// Returns the word that a plan uses for it.
    pub fn name(self) -> &'static str {
        self.definition().name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_prompts_and_grammars_use_one_name() {
        for skill in Skill::ALL {
            let definition = skill.definition();
            assert_eq!(
                serde_json::to_value(skill).unwrap(),
                definition.name,
                "{skill:?}"
            );
            let written = format!(r#"{{"skill":"{}""#, definition.name);
            assert!(definition.description.starts_with(&written), "{skill:?}");
        }
    }
}
