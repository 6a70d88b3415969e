//! The seen table as something that steps change in thought, and which facts hold on it.

use std::collections::BTreeSet;

use enact_types::Point3;

use super::Goal;
use super::fact::{ANY_MOVABLE, CountBound, Fact};
use super::feasibility::given_up_steps;
use crate::meaning::{MAX_BESIDE_DISTANCE, SAME_POINT_TOLERANCE, is_container, kind_of};
use crate::outcome::Verdict;
use crate::situation::{Infeasibility, ObjectView, Situation};
use crate::skills::Step;
use crate::spatial_relations::{Direction, Relation};
use crate::speech_act::SpeechAct;
use crate::veto::Veto;

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
pub(super) struct RemainingMoves {
    pub moves: Vec<usize>,
    pub more: usize,
}

/// What is seen on the table and in the hand.
#[derive(Clone, Debug)]
pub struct Table {
    pub(super) things: Vec<Thing>,
    pub(super) infeasibilities: Vec<Infeasibility>,
    /// Steps that are not proposed again.
    pub(super) given_up: Vec<Step>,
    /// Steps that a rule forbids.
    pub(super) vetoes: Vec<Veto>,
    pub(super) start: State,
}

impl Table {
    /// Creates the table of `situation`.
    pub fn from_situation(situation: &Situation) -> Self {
        let held = situation.holding.as_deref();
        let names = situation.objects.iter().map(|object| object.name.as_str());
        let protected = SpeechAct::protected_names(&situation.instruction, names.chain(held));
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
            given_up: given_up_steps(situation),
            vetoes: situation.vetoes.clone(),
            start: State { spots, pointed },
        }
    }

    /// Returns whether all facts of `goal` hold in what is seen. A fact about something that is not
    /// seen does not hold.
    pub fn satisfies_goal(&self, goal: &Goal) -> bool {
        goal.facts.iter().all(|fact| self.fact_holds(fact))
    }

    /// Returns the facts of `goal` that do not hold in what is seen.
    pub fn unmet_facts<'g>(&self, goal: &'g Goal) -> Vec<&'g Fact> {
        let facts = goal.facts.iter();
        facts.filter(|fact| !self.fact_holds(fact)).collect()
    }

    /// Returns the first name in `goal` that is neither seen nor held.
    pub fn first_absent_name<'g>(&self, goal: &'g Goal) -> Option<&'g str> {
        let mut names = goal.facts.iter().flat_map(Fact::object_names);
        names.find(|name| self.index(name).is_none())
    }

    /// Returns the names of what is seen or held.
    pub fn object_names(&self) -> impl Iterator<Item = &str> {
        self.things.iter().map(|thing| thing.name.as_str())
    }

    /// Returns whether something of this name is seen or held.
    pub fn has_object(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    /// Returns the names of what these facts are about.
    pub fn fact_subject_names<'f>(&self, facts: impl Iterator<Item = &'f Fact>) -> Vec<String> {
        let selected: BTreeSet<usize> = facts.flat_map(|fact| self.subjects(fact)).collect();
        let names = selected.into_iter().map(|index| &self.things[index].name);
        names.cloned().collect()
    }

    fn fact_holds(&self, fact: &Fact) -> bool {
        fact.object_names()
            .iter()
            .all(|name| self.index(name).is_some())
            && self.remaining_moves(fact, &self.start) == RemainingMoves::default()
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.things.iter().position(|thing| thing.name == name)
    }

    /// What a fact is about: what shall or shall not lie somewhere, or be held or pointed at.
    pub(super) fn subjects(&self, fact: &Fact) -> Vec<usize> {
        if let Some((kind, except)) = fact.kind_and_exceptions() {
            let other = fact
                .relation_and_target()
                .and_then(|(_, other)| self.index(other));
            return (0..self.things.len())
                .filter(|index| {
                    let thing = &self.things[*index];
                    Some(*index) != other
                        && self.is_of_kind(thing, kind)
                        && !except.contains(&thing.name)
                })
                .collect();
        }
        let first = fact.object_names().first().copied();
        first
            .and_then(|name| self.index(name))
            .into_iter()
            .collect()
    }

    /// A container is spoken of by the word for its kind alone: “everything” and “the red ones” go
    /// into containers.
    fn is_of_kind(&self, thing: &Thing, kind: &str) -> bool {
        if kind == ANY_MOVABLE {
            return !thing.is_container;
        }
        let is_named = thing.name.split(' ').any(|word| word == kind);
        let is_kind = thing.view.as_ref().is_none_or(|view| kind_of(view) == kind);
        is_named && (is_kind || !thing.is_container)
    }

    /// Returns what a fact still needs in `state`.
    pub(super) fn remaining_moves(&self, fact: &Fact, state: &State) -> RemainingMoves {
        let subjects = self.subjects(fact);
        let lies = |index: usize| match fact.relation_and_target() {
            Some((relation, other)) => self
                .index(other)
                .is_some_and(|other| self.lies_in_relation(state, index, relation, other)),
            None => false,
        };
        let moves = |wanted: &dyn Fn(usize) -> bool| RemainingMoves {
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
                    CountBound::Exactly if *number == count => held,
                    CountBound::Exactly => number.abs_diff(count),
                    CountBound::AtLeast => number.saturating_sub(count),
                    CountBound::AtMost => (count + held).saturating_sub(*number),
                };
                RemainingMoves {
                    moves: Vec::new(),
                    more,
                }
            }
            Fact::OnTable { .. } => moves(&|it| !self.stands_on_table(state, it)),
            Fact::Held { .. } => moves(&|it| state.spots[it] != Spot::Held),
            Fact::HandEmpty {} => RemainingMoves {
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
    pub(super) fn lies_in_relation(
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

    pub(super) fn is_container(&self, index: usize) -> bool {
        self.things[index].is_container
    }

    pub(super) fn is_protected_by_person(&self, index: usize) -> bool {
        self.things[index].is_protected
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
        None => return (seen.position - other.position).xy().norm() < MAX_BESIDE_DISTANCE,
    };
    along > SAME_POINT_TOLERANCE && along >= across.abs()
}

/// Whether something was pointed at in this task.
fn is_pointed(name: &str, situation: &Situation) -> bool {
    let step = Step::point_step(name);
    let mut history = situation.history.iter();
    history.any(|outcome| outcome.step == step && outcome.verdict == Verdict::Yes)
}
