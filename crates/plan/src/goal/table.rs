//! The seen table as something that steps change in thought, and which facts hold on it.

use std::collections::BTreeSet;

use enact_types::Point3;

use super::Goal;
use super::fact::{Bound, Fact, THING};
use crate::meaning::{BESIDE, SAME_POINT, is_container, kind_of};
use crate::outcome::Verdict;
use crate::situation::{Infeasibility, ObjectView, Situation};
use crate::skills::{Skill, Step};
use crate::space::{Direction, Relation};
use crate::speech_act::SpeechAct;
use crate::veto::Veto;

/// Distance of centers within which something may be in the way of a grasp or a placement, meters.
const IN_THE_WAY: f64 = 0.12;
/// Refusals of a step after which it is not proposed again.
const REFUSALS: usize = 2;
/// Times that a step worked, as it seemed, after which it is not proposed again: what it is for
/// does not come of it.
const REPEATS: usize = 3;

/// Something on the table or in the hand.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub name: String,
    /// As it is seen; `None` if it is in the hand.
    pub view: Option<ObjectView>,
    is_container: bool,
    /// Whether the person said to leave it alone.
    is_protected: bool,
}

/// Where something is, as steps have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Spot {
    /// Where it is seen.
    Seen,
    Held,
    /// Put there by a step.
    At(Relation, usize),
    /// On the table, beside where something was that is gone.
    Somewhere,
}

/// How things lie after some steps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub spots: Vec<Spot>,
    /// What was pointed at.
    pub pointed: BTreeSet<usize>,
}

/// What a fact still needs: things that are to be moved, each of them, and how many more of some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Need {
    pub moves: Vec<usize>,
    pub more: usize,
}

/// What is seen on the table and in the hand.
#[derive(Clone, Debug)]
pub struct Table {
    pub(super) things: Vec<Thing>,
    infeasibilities: Vec<Infeasibility>,
    /// Steps that are not proposed again.
    given_up: Vec<Step>,
    /// Steps that a rule forbids.
    vetoes: Vec<Veto>,
    pub(super) start: State,
}

impl Table {
    /// Creates the table of `situation`.
    pub fn of(situation: &Situation) -> Self {
        let held = situation.holding.as_deref();
        let names = situation.objects.iter().map(|object| object.name.as_str());
        let protected = SpeechAct::protected(&situation.instruction, names.chain(held));
        let mut things: Vec<Thing> = situation
            .objects
            .iter()
            .filter(|object| Some(object.name.as_str()) != held)
            .map(|object| Thing {
                name: object.name.clone(),
                is_container: is_container(object),
                is_protected: protected.contains(&object.name.as_str()),
                view: Some(object.clone()),
            })
            .collect();
        let mut spots = vec![Spot::Seen; things.len()];
        if let Some(held) = held {
            spots.push(Spot::Held);
            things.push(Thing {
                name: held.to_owned(),
                view: None,
                is_container: false,
                is_protected: protected.contains(&held),
            });
        }
        let pointed = (0..things.len())
            .filter(|index| is_pointed(&things[*index].name, situation))
            .collect();
        Self {
            things,
            infeasibilities: situation.infeasibilities.clone(),
            given_up: given_up(situation),
            vetoes: situation.vetoes.clone(),
            start: State { spots, pointed },
        }
    }

    /// Returns whether all facts of `goal` hold in what is seen. A fact about something that is not
    /// seen does not hold.
    pub fn holds(&self, goal: &Goal) -> bool {
        goal.facts.iter().all(|fact| self.fact_holds(fact))
    }

    /// Returns the facts of `goal` that do not hold in what is seen.
    pub fn open<'g>(&self, goal: &'g Goal) -> Vec<&'g Fact> {
        let facts = goal.facts.iter();
        facts.filter(|fact| !self.fact_holds(fact)).collect()
    }

    /// Returns the first name in `goal` that is neither seen nor held.
    pub fn absent<'g>(&self, goal: &'g Goal) -> Option<&'g str> {
        let mut names = goal.facts.iter().flat_map(Fact::names);
        names.find(|name| self.index(name).is_none())
    }

    /// Returns the names of what is seen or held.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.things.iter().map(|thing| thing.name.as_str())
    }

    /// Returns whether something of this name is seen or held.
    pub fn has(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    /// Returns the names of what these facts are about.
    pub fn selected<'f>(&self, facts: impl Iterator<Item = &'f Fact>) -> Vec<String> {
        let selected: BTreeSet<usize> = facts.flat_map(|fact| self.subjects(fact)).collect();
        let names = selected.into_iter().map(|index| &self.things[index].name);
        names.cloned().collect()
    }

    fn fact_holds(&self, fact: &Fact) -> bool {
        fact.names().iter().all(|name| self.index(name).is_some())
            && self.need(fact, &self.start) == Need::default()
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.things.iter().position(|thing| thing.name == name)
    }

    /// What a fact is about: what shall or shall not lie somewhere, or be held or pointed at.
    pub(super) fn subjects(&self, fact: &Fact) -> Vec<usize> {
        if let Some((kind, except)) = fact.selection() {
            let other = fact.place().and_then(|(_, other)| self.index(other));
            return (0..self.things.len())
                .filter(|index| {
                    let thing = &self.things[*index];
                    Some(*index) != other
                        && self.is_of_kind(thing, kind)
                        && !except.contains(&thing.name)
                })
                .collect();
        }
        let first = fact.names().first().copied();
        first
            .and_then(|name| self.index(name))
            .into_iter()
            .collect()
    }

    /// A container is spoken of by the word for its kind alone: “everything” and “the red ones” go
    /// into containers.
    fn is_of_kind(&self, thing: &Thing, kind: &str) -> bool {
        if kind == THING {
            return !thing.is_container;
        }
        let is_named = thing.name.split(' ').any(|word| word == kind);
        let is_kind = thing.view.as_ref().is_none_or(|view| kind_of(view) == kind);
        is_named && (is_kind || !thing.is_container)
    }

    /// Returns what a fact still needs in `state`.
    pub(super) fn need(&self, fact: &Fact, state: &State) -> Need {
        let subjects = self.subjects(fact);
        let lies = |index: usize| match fact.place() {
            Some((relation, other)) => self
                .index(other)
                .is_some_and(|other| self.lies(state, index, relation, other)),
            None => false,
        };
        let moves = |wanted: &dyn Fn(usize) -> bool| Need {
            moves: subjects.iter().copied().filter(|it| wanted(*it)).collect(),
            more: 0,
        };
        // What is in the hand does not lie elsewhere yet.
        let is_held = |index: usize| state.spots[index] == Spot::Held;
        match fact {
            Fact::Is { .. } | Fact::Every { .. } => moves(&|it| !lies(it)),
            Fact::IsNot { .. } | Fact::Nothing { .. } => moves(&|it| is_held(it) || lies(it)),
            Fact::Count { bound, number, .. } => {
                let count = subjects.iter().filter(|it| lies(**it)).count();
                let held = subjects.iter().filter(|it| is_held(**it)).count();
                let more = match bound {
                    Bound::Exactly if *number == count => held,
                    Bound::Exactly => number.abs_diff(count),
                    Bound::AtLeast => number.saturating_sub(count),
                    Bound::AtMost => (count + held).saturating_sub(*number),
                };
                Need {
                    moves: Vec::new(),
                    more,
                }
            }
            Fact::OnTable { .. } => moves(&|it| !self.stands_on_table(state, it)),
            Fact::Held { .. } => moves(&|it| state.spots[it] != Spot::Held),
            Fact::HandEmpty {} => Need {
                moves: self.held(state).into_iter().collect(),
                more: 0,
            },
            Fact::Pointed { .. } => moves(&|it| !state.pointed.contains(&it)),
        }
    }

    pub(super) fn held(&self, state: &State) -> Option<usize> {
        state.spots.iter().position(|spot| *spot == Spot::Held)
    }

    /// In or on what it lies.
    pub(super) fn host(&self, state: &State, index: usize) -> Option<usize> {
        match state.spots[index] {
            Spot::Seen => {
                let (_, host) = self.things[index].view.as_ref()?.rests.as_ref()?;
                self.index(host)
            }
            Spot::At(Relation::In | Relation::On, host) => Some(host),
            Spot::At(..) | Spot::Held | Spot::Somewhere => None,
        }
    }

    fn stands_on_table(&self, state: &State, index: usize) -> bool {
        state.spots[index] != Spot::Held && self.host(state, index).is_none()
    }

    /// Whether one thing lies so relative to another. How deep a container is decides whether
    /// something is seen in or on it; what lies on what lies in it lies in it, too.
    pub(super) fn lies(
        &self,
        state: &State,
        index: usize,
        relation: Relation,
        other: usize,
    ) -> bool {
        let is_held = |it: usize| state.spots[it] == Spot::Held;
        if is_held(index) || is_held(other) || index == other {
            return false;
        }
        let mut hosts = std::iter::successors(self.host(state, index), |at| self.host(state, *at))
            .take(self.things.len());
        match relation {
            Relation::On if !self.things[other].is_container => hosts.next() == Some(other),
            Relation::In | Relation::On => hosts.any(|host| host == other),
            beside => self.is_beside(state, index, beside, other),
        }
    }

    fn is_beside(&self, state: &State, index: usize, relation: Relation, other: usize) -> bool {
        let answers = |put: Relation| put == relation || relation == Relation::NextTo;
        match (state.spots[index], state.spots[other]) {
            (Spot::At(put, at), _) if put.is_beside() && at == other => answers(put),
            (_, Spot::At(put, at)) if put.is_beside() && at == index => answers(opposite(put)),
            (Spot::Seen, Spot::Seen) => {
                let rests = |a: usize, b: usize| self.host(state, a) == Some(b);
                let views = (&self.things[index].view, &self.things[other].view);
                let (Some(one), Some(two)) = views else {
                    return false;
                };
                !rests(index, other) && !rests(other, index) && is_seen_beside(one, relation, two)
            }
            _ => false,
        }
    }

    /// Whether it can be picked up at all, once nothing is in the way.
    pub(super) fn is_movable(&self, index: usize) -> bool {
        let thing = &self.things[index];
        let is_graspable = match &thing.view {
            Some(view) => view.reachable && view.affords.contains(&Skill::Pick),
            // It was grasped before.
            None => true,
        };
        is_graspable && !thing.is_protected && self.may_do(&Step::pick(thing.name.as_str()))
    }

    /// Whether it can be picked up next.
    pub(super) fn can_pick(&self, state: &State, index: usize) -> bool {
        self.is_movable(index)
            && self.held(state).is_none()
            && !self.carries_something(state, index)
            && self.infeasible(state, index, Skill::Pick, None).is_none()
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
        let is_stacked = relation == Relation::On && !target.is_container;
        held != other
            && state.spots[other] != Spot::Held
            && view.receives.contains(&relation)
            && self.fits(held, relation, other)
            && !(is_stacked && self.carries_something(state, other))
            && self.may_do(&Step::place(
                thing.name.as_str(),
                relation,
                target.name.as_str(),
            ))
            && self
                .infeasible(state, other, Skill::Place, Some(relation))
                .is_none()
    }

    /// Whether it is small enough to be seen in a container, if that is where it goes.
    pub(super) fn fits(&self, held: usize, relation: Relation, other: usize) -> bool {
        match (&self.things[held].view, &self.things[other].view) {
            (Some(thing), Some(container))
                if self.things[other].is_container && !relation.is_beside() =>
            {
                thing.size < container.size
            }
            _ => true,
        }
    }

    pub(super) fn can_point(&self, index: usize) -> bool {
        let thing = &self.things[index];
        let view = thing.view.as_ref();
        view.is_some_and(|view| view.reachable && view.affords.contains(&Skill::Point))
            && self.may_do(&Step::point(thing.name.as_str()))
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

    pub(super) fn is_container(&self, index: usize) -> bool {
        self.things[index].is_container
    }

    pub(super) fn is_protected(&self, index: usize) -> bool {
        self.things[index].is_protected
    }

    /// Returns why something cannot be done now, unless a neighbor has been moved, which may have
    /// been in the way.
    pub(super) fn infeasible(
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
    pub(super) fn is_hindered(&self, index: usize) -> bool {
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

    pub(super) fn position(&self, index: usize) -> Option<Point3> {
        let view = self.things[index].view.as_ref();
        view.map(|view| view.position)
    }
}

/// The relation of the other thing to the one that lies so.
pub(super) fn opposite(relation: Relation) -> Relation {
    match relation {
        Relation::LeftOf => Relation::RightOf,
        Relation::RightOf => Relation::LeftOf,
        Relation::InFrontOf => Relation::Behind,
        Relation::Behind => Relation::InFrontOf,
        same => same,
    }
}

/// Whether one thing is seen on that side of another: farther to that side than across it.
fn is_seen_beside(seen: &ObjectView, relation: Relation, other: &ObjectView) -> bool {
    let right = f64::from(seen.point.x) - f64::from(other.point.x);
    let closer = f64::from(seen.point.y) - f64::from(other.point.y);
    let (along, across) = match relation.side() {
        Some(Direction::Left) => (-right, closer),
        Some(Direction::Right) => (right, closer),
        Some(Direction::Closer) => (closer, right),
        Some(Direction::Away) => (-closer, right),
        None => return (seen.position - other.position).xy().norm() < BESIDE,
    };
    along > SAME_POINT && along >= across.abs()
}

/// Whether something was pointed at in this task.
fn is_pointed(name: &str, situation: &Situation) -> bool {
    let step = Step::point(name);
    let mut history = situation.history.iter();
    history.any(|outcome| outcome.step == step && outcome.verdict == Verdict::Yes)
}

/// The steps of this task that were refused, or worked in vain, often enough.
fn given_up(situation: &Situation) -> Vec<Step> {
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
