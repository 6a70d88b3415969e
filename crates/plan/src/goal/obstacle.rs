//! What stands in the way of a goal, in words for the person.

use super::Goal;
use super::fact::Fact;
use super::search::{self, Stuck};
use super::table::Table;
use crate::replies::{self, Language};
use crate::skills::{Skill, Step};
use crate::spatial_relations::Relation;
use crate::veto::Veto;

/// Returns a sentence on why no steps lead from `table` to `goal`.
pub fn explain_unreachable_goal(
    goal: &Goal,
    table: &Table,
    stuck: Stuck,
    language: Language,
) -> String {
    if let Some(name) = table.first_absent_name(goal) {
        return replies::not_seen(language, name);
    }
    if let Some(veto) = veto_in_the_way(goal, table) {
        return replies::forbidden(language, &veto);
    }
    let open = table.unmet_facts(goal);
    let found = open.iter().find_map(|fact| of_fact(fact, table, language));
    if let Some(found) = found {
        return found;
    }
    let open: Vec<String> = open.iter().map(ToString::to_string).collect();
    match (language, stuck) {
        (Language::Chinese, _) => replies::cannot(language, Skill::Pick, None),
        (Language::English, Stuck::NoWay) => {
            format!("I found no way to have it so that {}.", open.join(" and "))
        }
        (Language::English, Stuck::TooMany) => format!(
            "I looked for a way to have it so that {} and found none in time.",
            open.join(" and ")
        ),
    }
}

/// Returns the veto but for which there would be a way.
fn veto_in_the_way(goal: &Goal, table: &Table) -> Option<Veto> {
    let way = search::find_steps(goal, &table.without_vetoes()?).ok()?;
    way.iter().find_map(|step| table.veto(step).cloned())
}

fn of_fact(fact: &Fact, table: &Table, language: Language) -> Option<String> {
    if let Fact::Count { number, kind, .. } = fact {
        let there = table.subjects(fact).len();
        if there < *number && language == Language::English {
            return Some(format!("There are {there} of kind {kind}, not {number}."));
        }
    }
    let wants = matches!(
        fact,
        Fact::Is { .. } | Fact::Every { .. } | Fact::Count { .. }
    );
    let place = fact.relation_and_target().filter(|_| wants);
    let place = place.and_then(|(relation, other)| Some((relation, table.index(other)?)));
    if let Some((relation, other)) = place
        && let Some(found) = of_target(relation, other, table, language)
    {
        return Some(found);
    }
    let moves = match fact {
        // Any of them would do.
        Fact::Count { .. } => table.subjects(fact),
        _ => table.remaining_moves(fact, &table.start).moves,
    };
    moves.into_iter().find_map(|index| match fact {
        Fact::Pointed { .. } => of_pointing(index, table, language),
        _ => of_moved(index, place, table, language),
    })
}

/// Why nothing can be put there.
fn of_target(
    relation: Relation,
    other: usize,
    table: &Table,
    language: Language,
) -> Option<String> {
    let (thing, at) = (&table.things[other], relation.name());
    let view = thing.view.as_ref()?;
    if !view.reachable {
        return Some(replies::out_of_reach(language, &thing.name));
    }
    if language == Language::Chinese {
        return None;
    }
    if !view.receives.contains(&relation) {
        return Some(format!("I cannot put anything {at} the {}.", thing.name));
    }
    let reason = table.infeasibility_reason(&table.start, other, Skill::Place, Some(relation))?;
    Some(format!(
        "I cannot put anything {at} the {}: {reason}.",
        thing.name
    ))
}

/// Why something cannot be moved there.
fn of_moved(
    index: usize,
    place: Option<(Relation, usize)>,
    table: &Table,
    language: Language,
) -> Option<String> {
    let thing = &table.things[index];
    let name = thing.name.as_str();
    if table.is_protected_by_person(index) && language == Language::English {
        return Some(format!("The {name} is to be left alone."));
    }
    if let Some(view) = &thing.view {
        if !view.reachable {
            return Some(replies::out_of_reach(language, name));
        }
        let pick = Step::pick_step(name);
        if let Some(veto) = table.veto(&pick) {
            return Some(replies::forbidden(language, veto));
        }
        if !view.affords.contains(&Skill::Pick) || table.is_given_up(&pick) {
            return Some(replies::cannot(language, Skill::Pick, Some(name)));
        }
        if let Some(reason) = table.infeasibility_reason(&table.start, index, Skill::Pick, None)
            && language == Language::English
        {
            return Some(format!("I cannot pick up the {name}: {reason}."));
        }
    }
    let (relation, other) = place?;
    let target = table.things[other].name.as_str();
    if !table.fits(index, relation, other) && language == Language::English {
        return Some(format!(
            "The {name} does not fit {} the {target}.",
            relation.name()
        ));
    }
    let step = Step::place_step(name, relation, target);
    if let Some(veto) = table.veto(&step) {
        return Some(replies::forbidden(language, veto));
    }
    let is_given_up = table.is_given_up(&step);
    is_given_up.then(|| replies::cannot(language, Skill::Place, Some(name)))
}

fn of_pointing(index: usize, table: &Table, language: Language) -> Option<String> {
    let thing = &table.things[index];
    let view = thing.view.as_ref();
    if view.is_some_and(|view| !view.reachable) {
        return Some(replies::out_of_reach(language, &thing.name));
    }
    if let Some(veto) = table.veto(&Step::point_step(thing.name.as_str())) {
        return Some(replies::forbidden(language, veto));
    }
    (!table.can_point(index)).then(|| replies::cannot(language, Skill::Point, Some(&thing.name)))
}
