//! Which steps can be done on a table, next or at all.

use enact_types::Point3;

use super::table::{Spot, State, Table};
use crate::outcome::Verdict;
use crate::situation::Situation;
use crate::skills::{Skill, Step};
use crate::spatial_relations::Relation;
use crate::veto::Veto;

/// Distance of centers within which something may be in the way of a grasp or a placement, meters.
const IN_THE_WAY: f64 = 0.12;
/// Refusals of a step after which it is not proposed again.
const REFUSALS: usize = 2;
/// Times that a step worked, as it seemed, after which it is not proposed again: what it is for
/// does not come of it.
const REPEATS: usize = 3;

impl Table {
    /// Whether it can be picked up at all, once nothing is in the way.
    pub(super) fn is_movable(&self, index: usize) -> bool {
        let thing = &self.things[index];
        let is_graspable = match &thing.view {
            Some(view) => view.reachable && view.affords.contains(&Skill::Pick),
            // It was grasped before.
            None => true,
        };
        is_graspable
            && !self.is_protected_by_person(index)
            && self.may_do(&Step::pick_step(thing.name.as_str()))
    }

    /// Whether it can be picked up next.
    pub(super) fn can_pick(&self, state: &State, index: usize) -> bool {
        self.is_movable(index)
            && self.held(state).is_none()
            && !self.carries_something(state, index)
            && self
                .infeasibility_reason(state, index, Skill::Pick, None)
                .is_none()
    }

    /// Whether what is held can be put there next.
    pub(super) fn can_place(
        &self,
        state: &State,
        held: usize,
        relation: Relation,
        other: usize,
    ) -> bool {
        let (thing, target) = (&self.things[held], &self.things[other]);
        let Some(view) = target.view.as_ref() else {
            return false;
        };
        let is_stacked = relation == Relation::On && !self.is_container(other);
        held != other
            && state.spots[other] != Spot::Held
            && view.receives.contains(&relation)
            && self.fits(held, relation, other)
            && !(is_stacked && self.carries_something(state, other))
            && self.may_do(&Step::place_step(
                thing.name.as_str(),
                relation,
                target.name.as_str(),
            ))
            && self
                .infeasibility_reason(state, other, Skill::Place, Some(relation))
                .is_none()
    }

    /// Whether it is small enough to be seen in a container, if that is where it goes.
    pub(super) fn fits(&self, held: usize, relation: Relation, other: usize) -> bool {
        match (&self.things[held].view, &self.things[other].view) {
            (Some(thing), Some(container)) if self.is_container(other) && !relation.is_beside() => {
                thing.size < container.size
            }
            _ => true,
        }
    }

    pub(super) fn can_point(&self, index: usize) -> bool {
        let thing = &self.things[index];
        let view = thing.view.as_ref();
        view.is_some_and(|view| view.reachable && view.affords.contains(&Skill::Point))
            && self.may_do(&Step::point_step(thing.name.as_str()))
    }

    fn carries_something(&self, state: &State, index: usize) -> bool {
        (0..self.things.len()).any(|other| self.host(state, other) == Some(index))
    }

    /// Whether a step is neither given up nor forbidden.
    fn may_do(&self, step: &Step) -> bool {
        !self.is_given_up(step) && self.veto(step).is_none()
    }

    pub(super) fn is_given_up(&self, step: &Step) -> bool {
        self.given_up.contains(step)
    }

    /// Returns the veto that forbids a step.
    pub(super) fn veto(&self, step: &Step) -> Option<&Veto> {
        self.vetoes.iter().find(|veto| veto.forbids(step))
    }

    /// Returns the same table if no rule forbade anything; `None` if none does.
    pub(super) fn without_vetoes(&self) -> Option<Self> {
        (!self.vetoes.is_empty()).then(|| Self {
            vetoes: Vec::new(),
            ..self.clone()
        })
    }

    /// Returns why something cannot be done now, unless a neighbor has been moved, which may have
    /// been in the way.
    pub(super) fn infeasibility_reason(
        &self,
        state: &State,
        index: usize,
        skill: Skill,
        relation: Option<Relation>,
    ) -> Option<&str> {
        let name = &self.things[index].name;
        let found = self.infeasibilities.iter().find(|it| {
            it.object == *name
                && it.skill == skill
                && (it.relation.is_none() || it.relation == relation)
        })?;
        let is_cleared = self
            .neighbors(index)
            .any(|other| matches!(state.spots[other], Spot::At(..) | Spot::Somewhere));
        (!is_cleared).then_some(found.reason.as_str())
    }

    /// Whether anything of these can be hindered by neighbors.
    pub(super) fn has_infeasibility(&self, index: usize) -> bool {
        let name = &self.things[index].name;
        self.infeasibilities.iter().any(|it| it.object == *name)
    }

    /// What is seen close to something.
    pub(super) fn neighbors(&self, index: usize) -> impl Iterator<Item = usize> {
        let at = self.position(index);
        (0..self.things.len()).filter(move |other| {
            let close = |(a, b): (Point3, Point3)| (a - b).xy().norm() < IN_THE_WAY;
            *other != index && at.zip(self.position(*other)).is_some_and(close)
        })
    }
}

/// The steps of this task that were refused, or worked in vain, often enough.
pub(super) fn given_up_steps(situation: &Situation) -> Vec<Step> {
    let count = |step: &Step, verdict: Verdict| {
        let same = situation
            .history
            .iter()
            .filter(|outcome| outcome.step == *step);
        same.filter(|outcome| outcome.verdict == verdict).count()
    };
    let mut steps: Vec<Step> = Vec::new();
    for outcome in &situation.history {
        let step = &outcome.step;
        let is_place = step.skill() == Skill::Place;
        let is_given_up = count(step, Verdict::Refused) >= REFUSALS
            || is_place && count(step, Verdict::Yes) >= REPEATS;
        if is_given_up && !steps.contains(step) {
            steps.push(step.clone());
        }
    }
    steps
}
