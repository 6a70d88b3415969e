//! What cannot be done with an object as things stand, found from a few postures: no motion is
//! planned.

use enact_plan::{Relation, Skill};
use enact_types::Refusal;

use super::context::Context;
use super::{grasp, place, point, push};
use crate::scene::SceneObject;

/// Why a skill cannot be done with an object that the arm reaches, if it cannot. `relation` is
/// where the held object would go, for `Place`.
pub fn hindrance(
    context: &Context<'_>,
    skill: Skill,
    relation: Option<Relation>,
    object: &SceneObject,
) -> Option<Refusal> {
    match (skill, relation) {
        (Skill::Pick, _) => grasp::hindrance(context, &object.name, &object.solid),
        (Skill::Point, _) => point::hindrance(context, &object.name, &object.solid),
        (Skill::Push, _) => push::hindrance(context, object),
        (Skill::Place, Some(relation)) => {
            place::hindrance(context, context.scene.held()?, relation, object)
        }
        _ => None,
    }
}
