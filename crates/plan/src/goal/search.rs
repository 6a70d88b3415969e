//! The steps that lead to a goal: A* over what is picked up and where it is put.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use thiserror::Error;

use super::Goal;
use super::fact::{CountBound, Fact};
use super::table::{Spot, State, Table, opposite};
use crate::skills::Step;
use crate::spatial_relations::Relation;

/// States that are looked into at most.
const MAX_STATES: usize = 20_000;
/// Cost of a step.
const STEP: usize = 100;
/// Cost of putting something where the goal does not ask for it, besides that of the step.
const ASIDE: usize = 10;
/// Things beside which something can be put out of the way.
const ASIDES: usize = 4;

/// Reason why no steps were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Stuck {
    /// There are none.
    #[error("no steps lead there")]
    NoWay,
    /// There may be some, but the search was given up.
    #[error("no steps were found among {MAX_STATES} states")]
    TooMany,
}

/// What is done next in a search.
#[derive(Clone, Copy, Debug)]
enum Move {
    Pick(usize),
    Place(usize, Relation, usize),
    Point(usize),
}

/// Returns steps after which all facts of `goal` hold on `table`; none if they hold already. Nothing
/// is put in or on anything unless the goal says so: what is in the way goes beside something.
///
/// # Errors
/// [`Stuck`] if there are no such steps, or they are too hard to find.
pub fn find_steps(goal: &Goal, table: &Table) -> Result<Vec<Step>, Stuck> {
    let search = Search::new(goal, table);
    let moves = search.run()?;
    let name = |index: usize| table.things[index].name.as_str();
    let step = |one: Move| match one {
        Move::Pick(index) => Step::pick_step(name(index)),
        Move::Place(index, relation, other) => Step::place_step(name(index), relation, name(other)),
        Move::Point(index) => Step::point_step(name(index)),
    };
    Ok(moves.into_iter().map(step).collect())
}

struct Search<'a> {
    goal: &'a Goal,
    table: &'a Table,
    /// What may have to be moved.
    relevant: BTreeSet<usize>,
}

/// A state that was reached.
struct Reached {
    state: State,
    cost: usize,
    /// The state before, and what led here.
    from: Option<(usize, Move)>,
}

impl<'a> Search<'a> {
    fn new(goal: &'a Goal, table: &'a Table) -> Self {
        Self {
            goal,
            table,
            relevant: relevant(goal, table),
        }
    }

    fn run(&self) -> Result<Vec<Move>, Stuck> {
        let start = self.table.start.clone();
        if self.goal.facts.iter().any(|fact| self.is_hopeless(fact)) {
            return Err(Stuck::NoWay);
        }
        let mut reached = vec![Reached {
            state: start.clone(),
            cost: 0,
            from: None,
        }];
        let mut best: HashMap<State, usize> = HashMap::from([(start.clone(), 0)]);
        // The least sum of cost and estimate first; of those the farthest, then the oldest.
        let mut open = BinaryHeap::from([Reverse((self.estimate(&start), Reverse(0), 0))]);
        let mut looked_into = 0;
        while let Some(Reverse((_, _, at))) = open.pop() {
            let (state, cost) = (reached[at].state.clone(), reached[at].cost);
            if best.get(&state).is_some_and(|known| *known < cost) {
                continue;
            }
            if self.estimate(&state) == 0 {
                return Ok(path(&reached, at));
            }
            looked_into += 1;
            if looked_into > MAX_STATES {
                return Err(Stuck::TooMany);
            }
            for (next, price) in self.moves(&state) {
                let after = self.after(&state, next);
                let cost = cost + price;
                if best.get(&after).is_some_and(|known| *known <= cost) {
                    continue;
                }
                best.insert(after.clone(), cost);
                let total = cost + self.estimate(&after);
                open.push(Reverse((total, Reverse(cost), reached.len())));
                reached.push(Reached {
                    state: after,
                    cost,
                    from: Some((at, next)),
                });
            }
        }
        Err(Stuck::NoWay)
    }

    /// Whether a fact needs something to be moved that cannot be, whatever else is.
    fn is_hopeless(&self, fact: &Fact) -> bool {
        let table = self.table;
        let mut moves = table.remaining_moves(fact, &table.start).moves.into_iter();
        match fact {
            Fact::Pointed { .. } => moves.any(|index| !table.can_point(index)),
            Fact::HandEmpty {} => false,
            // Of two things side by side, the other can be moved, too.
            _ if fact
                .relation_and_target()
                .is_some_and(|(at, _)| at.is_beside()) =>
            {
                false
            }
            _ => moves.any(|index| !table.is_movable(index)),
        }
    }

    /// What the facts still cost at least, or nearly; zero if they all hold.
    fn estimate(&self, state: &State) -> usize {
        let held = self.table.held(state);
        let mut placed = BTreeSet::new();
        let (mut most, mut others) = (0, 0);
        for fact in &self.goal.facts {
            let need = self.table.remaining_moves(fact, state);
            most = need.more.max(most);
            match fact {
                Fact::Held { .. } | Fact::Pointed { .. } => others += need.moves.len(),
                _ => placed.extend(need.moves),
            }
        }
        let of_one = |index: &usize| if held == Some(*index) { 1 } else { 2 };
        let of_placed: usize = placed.iter().map(of_one).sum();
        let mut of_more = 2 * most.saturating_sub(placed.len());
        // What is held may be one of those that a count asks for.
        if of_more > 0 && held.is_some() {
            of_more -= 1;
        }
        STEP * (of_placed + of_more + others)
    }

    /// What can be done next, with the cost.
    fn moves(&self, state: &State) -> Vec<(Move, usize)> {
        let mut moves = Vec::new();
        match self.table.held(state) {
            Some(held) => {
                let mut places = self.wanted_places(state, held);
                places.extend(self.places_aside(state, held));
                moves.extend(
                    places
                        .into_iter()
                        .filter(|((relation, other), _)| {
                            self.table.can_place(state, held, *relation, *other)
                        })
                        .map(|((relation, other), price)| {
                            (Move::Place(held, relation, other), price)
                        }),
                );
            }
            None => {
                let movable = self.relevant.iter().copied();
                let pickable = movable.filter(|index| self.table.can_pick(state, *index));
                moves.extend(pickable.map(|index| (Move::Pick(index), STEP)));
            }
        }
        if self.table.held(state).is_none() {
            for fact in &self.goal.facts {
                if let Fact::Pointed { object } = fact
                    && let Some(index) = self.table.index(object)
                    && !state.pointed.contains(&index)
                    && self.table.can_point(index)
                {
                    moves.push((Move::Point(index), STEP));
                }
            }
        }
        moves
    }

    /// Where the goal says that something shall be.
    fn wanted_places(&self, state: &State, held: usize) -> Vec<((Relation, usize), usize)> {
        let mut places: Vec<(Relation, usize)> = Vec::new();
        for fact in &self.goal.facts {
            let wants = match fact {
                Fact::Is { .. } | Fact::Every { .. } => true,
                Fact::Count { bound, .. } => *bound != CountBound::AtMost,
                _ => false,
            };
            let Some((relation, other)) = fact.relation_and_target().filter(|_| wants) else {
                continue;
            };
            let Some(other) = self.table.index(other) else {
                continue;
            };
            let subjects = self.table.subjects(fact);
            if subjects.contains(&held) {
                places.push((relation, other));
                // A tray is shallow: things lie on it, whatever one says.
                match relation {
                    Relation::In => places.push((Relation::On, other)),
                    Relation::On => places.push((Relation::In, other)),
                    _ => {}
                }
            }
            // What cannot be moved itself has others put on its other side.
            if relation.is_beside() && other == held {
                places.extend(subjects.iter().map(|it| (opposite(relation), *it)));
            }
        }
        let mut known = BTreeSet::new();
        places.retain(|(relation, other)| known.insert((relation.name(), *other)));
        let lies_nowhere = |place: &(Relation, usize)| state.spots[place.1] != Spot::Held;
        let second = |order: usize| STEP + usize::from(order > 0);
        places
            .into_iter()
            .filter(lies_nowhere)
            .enumerate()
            .map(|(order, place)| (place, second(order)))
            .collect()
    }

    /// Places beside something that stands on the table, the nearest first: first beside what it was
    /// taken out of.
    fn places_aside(&self, state: &State, held: usize) -> Vec<((Relation, usize), usize)> {
        let table = self.table;
        let is_free = |other: &usize| {
            *other != held
                && state.spots[*other] != Spot::Held
                && table.host(state, *other).is_none()
        };
        let came_from = std::iter::successors(table.host(&table.start, held), |at| {
            table.host(&table.start, *at)
        })
        .take(table.things.len())
        .last();
        let away = |other: usize| {
            let places = table.position(held).zip(table.position(other));
            places.map_or(0.0, |(a, b)| (a - b).xy().norm())
        };
        let mut others: Vec<usize> = (0..table.things.len()).filter(is_free).collect();
        others.sort_by(|a, b| {
            let first = |it: usize| (Some(it) != came_from, away(it));
            let ((a_is_other, a_away), (b_is_other, b_away)) = (first(*a), first(*b));
            a_is_other.cmp(&b_is_other).then(a_away.total_cmp(&b_away))
        });
        others.retain(|other| table.can_place(state, held, Relation::NextTo, *other));
        others
            .into_iter()
            .take(ASIDES)
            .enumerate()
            .map(|(order, other)| ((Relation::NextTo, other), STEP + ASIDE + order))
            .collect()
    }

    fn after(&self, state: &State, next: Move) -> State {
        let mut after = state.clone();
        match next {
            Move::Pick(index) => {
                after.spots[index] = Spot::Held;
                for spot in &mut after.spots {
                    if matches!(spot, Spot::At(relation, at) if relation.is_beside() && *at == index)
                    {
                        *spot = Spot::Somewhere;
                    }
                }
            }
            Move::Place(index, relation, other) => {
                after.spots[index] = Spot::At(relation, other);
            }
            Move::Point(index) => {
                after.pointed.insert(index);
            }
        }
        after
    }
}

/// Returns what led to a state.
fn path(reached: &[Reached], mut at: usize) -> Vec<Move> {
    let mut moves = Vec::new();
    while let Some((before, one)) = reached[at].from {
        moves.push(one);
        at = before;
    }
    moves.reverse();
    moves
}

/// What the facts are about, what lies in or on that, and what may be in its way.
fn relevant(goal: &Goal, table: &Table) -> BTreeSet<usize> {
    let mut relevant: BTreeSet<usize> = BTreeSet::new();
    let mut targets = BTreeSet::new();
    for fact in &goal.facts {
        relevant.extend(table.subjects(fact));
        if let Some((relation, other)) = fact.relation_and_target()
            && let Some(other) = table.index(other)
        {
            targets.insert(other);
            // Beside a thing is where it is put, too.
            if relation.is_beside() {
                relevant.insert(other);
            }
        }
    }
    loop {
        let before = relevant.len();
        for index in 0..table.things.len() {
            let host = table.host(&table.start, index);
            let covers = host.is_some_and(|host| {
                relevant.contains(&host) || targets.contains(&host) && !table.is_container(host)
            });
            if covers {
                relevant.insert(index);
            }
        }
        let around: Vec<usize> = relevant
            .union(&targets)
            .filter(|index| table.has_infeasibility(**index))
            .flat_map(|index| table.neighbors(*index))
            .collect();
        relevant.extend(around);
        if relevant.len() == before {
            return relevant;
        }
    }
}
