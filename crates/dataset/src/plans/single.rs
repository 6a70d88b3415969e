//! Requests for one action.

use enact_plan::{Direction, Relation, Situation};
use rand::seq::IndexedRandom;

use super::{container, movable, names, one_of, put_action, worded};
use crate::vocabulary::has_flat_top;
use crate::wording::Speaker;
use enact_plan::intent::{Action, Intent};

type Drawn = Option<(String, Intent)>;

pub fn draw_put_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let action = put_action(
        &movable(speaker, situation)?,
        &container(speaker, situation)?,
    );
    Some(worded(speaker, vec![action]))
}

pub fn draw_stack_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let object = movable(speaker, situation)?;
    let is_host = |name: &str| name != object && has_flat_top(name);
    let action = Action::Put {
        relation: Relation::On,
        target: one_of(speaker, situation, is_host)?,
        object: object.clone(),
    };
    Some(worded(speaker, vec![action]))
}

pub fn draw_put_beside_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let object = movable(speaker, situation)?;
    let action = Action::Put {
        relation: *Relation::BESIDE_RELATIONS.choose(speaker.rng)?,
        target: one_of(speaker, situation, |name| name != object)?,
        object: object.clone(),
    };
    Some(worded(speaker, vec![action]))
}

pub fn draw_pick_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let object = movable(speaker, situation)?;
    Some(worded(speaker, vec![Action::Pick(object)]))
}

pub fn draw_point_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let object = names(situation).choose(speaker.rng)?.clone();
    Some(worded(speaker, vec![Action::Point(object)]))
}

pub fn draw_push_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let object = movable(speaker, situation)?;
    let direction = *Direction::ALL_DIRECTIONS.choose(speaker.rng)?;
    Some(worded(speaker, vec![Action::Push(object, direction)]))
}

pub fn draw_go_home_request(speaker: &mut Speaker<'_>, _situation: &mut Situation) -> Drawn {
    Some(worded(speaker, vec![Action::Home]))
}
