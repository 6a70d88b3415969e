//! Conditions, and what is wanted where they do not hold.

use super::clause::Deed;
use super::clauses::{is_command, is_place, trim};
use super::correction::splice;
use super::lexicon::{Concept, Verb};
use super::phrase::{Item, Quantity};
use super::reply::{Reply, replies};
use super::request::sequence;
use super::scene::{Role, Scene};

/// “Any cube will do so long as it is not red”: the condition tells which.
pub(super) fn provide(items: &mut Vec<Item>) {
    let Some(at) = items.iter().position(|item| item.is(&Concept::If)) else {
        return;
    };
    let [Item::Phrase(it), be, rest @ ..] = &items[at + 1..] else {
        return;
    };
    let is_not = rest.first().is_some_and(|item| item.is(&Concept::Not));
    let Some(Item::Phrase(what)) = rest.get(usize::from(is_not)) else {
        return;
    };
    if it.pronoun.is_none()
        || !be.is_verb(Verb::Be)
        || what.modifiers.is_empty()
        || !what.kinds.is_empty()
    {
        return;
    }
    let modifiers = what.modifiers.clone();
    let used = 4 + usize::from(is_not);
    let restricted = items[..at].iter_mut().find_map(|item| match item {
        Item::Phrase(phrase) if matches!(phrase.quantity, Quantity::Any(_)) => Some(phrase),
        _ => None,
    });
    if let Some(phrase) = restricted {
        let into = if is_not {
            &mut phrase.not_modifiers
        } else {
            &mut phrase.modifiers
        };
        into.extend(modifiers);
        items.drain(at..at + used);
    }
}

/// Reads conditions, then what is wanted under them.
pub(super) fn conditional(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let items = &joined_conditions(items)[..];
    let is_otherwise = |item: &Item| item.is(&Concept::Otherwise);
    let (main, otherwise) = match items.iter().position(is_otherwise) {
        Some(at) => (trim(&items[..at]), Some(trim(&items[at + 1..]))),
        None => (items, None),
    };
    let (condition, consequence) = match split_condition(main) {
        Some((condition, consequence, Some(default))) => {
            return match condition.holds(scene)?.is_true {
                true => {
                    places(&default, scene);
                    sequence(&instead(&default, &consequence, scene), scene)
                }
                false => sequence(&default, scene),
            };
        }
        Some((condition, consequence, None)) => (condition, consequence),
        None if otherwise.is_some() => {
            // “A ball in the bowl, or failing that the cube”.
            let mut trial = scene.clone();
            return match sequence(main, &mut trial) {
                Ok(deeds) => {
                    *scene = trial;
                    Ok(deeds)
                }
                Err(reply) => {
                    // “I was hoping for a ball, but if there is none, …”.
                    let is_missing = main.iter().filter_map(Item::phrase).any(|phrase| {
                        !phrase.kinds.is_empty()
                            && matches!(
                                scene.clone().resolve(phrase, Role::Any),
                                Err(Reply::Say(_))
                            )
                    });
                    if !is_missing && !matches!(reply, Reply::Say(_)) {
                        return Err(reply);
                    }
                    places(main, scene);
                    sequence(&instead(main, otherwise.unwrap_or_default(), scene), scene)
                }
            };
        }
        None => return sequence(main, scene),
    };
    // “She will cry if the cube is not in there”: what is bad is to be mended.
    if let Some(complaint) = &condition.complaint {
        let mut trial = scene.clone();
        if sequence(&consequence, &mut trial).is_ok_and(|deeds| deeds.is_empty()) {
            *scene = trial;
            return sequence(complaint, scene);
        }
    }
    // “Put the ball in the bowl if there is one.”
    let is_bare = condition.items.iter().all(|item| item.phrase().is_none());
    let sees = |item: &Item| item.is_verb(Verb::Exist) || item.is_verb(Verb::See);
    if is_bare && condition.items.iter().any(sees) && !condition.is_negated {
        let mut trial = scene.clone();
        return match (sequence(&consequence, &mut trial), otherwise) {
            (Err(Reply::Say(_)), Some(otherwise)) if !otherwise.is_empty() => {
                sequence(&instead(&consequence, otherwise, scene), scene)
            }
            (read, _) => {
                *scene = trial;
                read
            }
        };
    }
    let holds = condition.holds(scene)?;
    if holds.is_true {
        return sequence(&consequence, scene);
    }
    places(&consequence, scene);
    match otherwise {
        Some(otherwise) if !otherwise.is_empty() => {
            sequence(&instead(&consequence, otherwise, scene), scene)
        }
        _ => Err(holds.reply),
    }
}

/// Remembers the places that are named: “… otherwise put the cube in there”.
fn places(items: &[Item], scene: &mut Scene) {
    for phrase in items.iter().filter_map(Item::phrase) {
        let named = scene
            .clone()
            .resolve(phrase, Role::Host)
            .unwrap_or_default();
        if !named.is_empty()
            && named.iter().all(|name| scene.is_container(name))
            && phrase.pronoun.is_none()
        {
            scene.there = named;
        }
    }
}

/// What takes the place of `main` if that is not possible: all of it, or a thing alone in the same place.
fn instead(main: &[Item], otherwise: &[Item], scene: &Scene) -> Vec<Item> {
    // “… or failing that, if there is none, the cube”.
    let mut otherwise = otherwise;
    while otherwise
        .first()
        .is_some_and(|item| item.is(&Concept::Otherwise) || item.is_mark())
    {
        otherwise = &otherwise[1..];
    }
    let is_light = |item: &Item| {
        !matches!(item, Item::Word(word) if ["leav", "keep", "let"].iter().any(|verb| word.text.starts_with(verb)))
            && matches!(
                item.concept(),
                Some(Concept::Verb(Verb::Put | Verb::Should | Verb::Want))
            )
    };
    let is_fragment = otherwise
        .iter()
        .filter(|item| item.phrase().is_some())
        .count()
        == 1
        && !otherwise.iter().any(|item| {
            is_place(item)
                || matches!(
                    item.concept(),
                    Some(Concept::There | Concept::Outside | Concept::BesideIt)
                )
                || !is_light(item)
                    && (is_command(item) || matches!(item.concept(), Some(Concept::Verb(_))))
        });
    if !is_fragment {
        return otherwise.to_vec();
    }
    let named: Vec<Item> = otherwise
        .iter()
        .filter(|item| !is_light(item))
        .cloned()
        .collect();
    splice(trim(main).to_vec(), named, scene)
}

/// “If, and only if,” is one “if”.
fn joined_conditions(items: &[Item]) -> Vec<Item> {
    let mut joined: Vec<Item> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let is_if = item.is(&Concept::If);
        if is_if {
            while joined
                .last()
                .is_some_and(|last| last.is_mark() || last.is(&Concept::And))
                && joined
                    .iter()
                    .rev()
                    .find(|last| !last.is_mark() && !last.is(&Concept::And))
                    .is_some_and(|last| last.is(&Concept::If))
            {
                joined.pop();
            }
            if joined.last().is_some_and(|last| last.is(&Concept::If)) {
                continue;
            }
        }
        // “… and if we have, then”.
        if is_if && joined.iter().any(|last| last.is(&Concept::If)) {
            let rest = &items[index + 1..];
            let stop = rest
                .iter()
                .position(|item| item.is(&Concept::Then) || is_command(item) || item.is_mark());
            let named = rest[..stop.unwrap_or(rest.len())]
                .iter()
                .any(|item| item.phrase().is_some());
            if !named {
                while joined.last().is_some_and(|last| last.is(&Concept::And)) {
                    joined.pop();
                }
                continue;
            }
        }
        if item.is_mark() && joined.last().is_some_and(|last| last.is(&Concept::If)) {
            continue;
        }
        joined.push(item.clone());
    }
    joined
}

/// A condition.
struct Condition {
    items: Vec<Item>,
    is_negated: bool,
    /// What would be true if it did not hold, for complaints.
    complaint: Option<Vec<Item>>,
}

struct Holds {
    is_true: bool,
    /// What to say if it does not hold.
    reply: Reply,
}

/// A condition, what is wanted under it, and what is wanted otherwise if that stands before it.
type Conditional = (Condition, Vec<Item>, Option<Vec<Item>>);

fn split_condition(items: &[Item]) -> Option<Conditional> {
    let is_if = |item: &Item| item.is(&Concept::If) || item.is(&Concept::Unless);
    if let Some(at) = items.iter().position(is_if) {
        let is_unless = items[at].is(&Concept::Unless);
        let mut end = at + 1;
        let mut has_phrase = false;
        while let Some(item) = items.get(end) {
            let is_predicate = items[end - 1].is_verb(Verb::Be)
                && item
                    .phrase()
                    .is_some_and(|phrase| phrase.kinds.is_empty() && !phrase.modifiers.is_empty());
            let is_new_phrase = has_phrase
                && item.phrase().is_some()
                && !is_predicate
                && !items[end - 1].is(&Concept::And)
                && !is_place(&items[end - 1]);
            let begins = has_phrase
                && (is_command(item) || item.is_verb(Verb::Should) || item.is(&Concept::Then))
                || is_new_phrase;
            if begins || item.is_mark() && has_phrase || item.is(&Concept::But) {
                break;
            }
            has_phrase |= item.phrase().is_some();
            end += 1;
        }
        let condition = items[at + 1..end].to_vec();
        let default = default(&items[..at], &condition, is_unless, trim(&items[end..]));
        let before = match default {
            Some(_) => &[],
            None => trim(&items[..at]),
        };
        let consequence = [before, trim(&items[end..])]
            .into_iter()
            .filter(|part| !part.is_empty());
        let consequence: Vec<Item> = consequence.flatten().cloned().collect();
        let is_negated = condition.iter().any(|item| item.is(&Concept::Not));
        let complaint = is_negated.then(|| {
            condition
                .iter()
                .filter(|item| !item.is(&Concept::Not))
                .cloned()
                .collect()
        });
        return Some((
            Condition {
                items: condition,
                is_negated: is_unless != is_negated,
                complaint,
            },
            consequence,
            default,
        ));
    }
    // “No ball on the table? then …”, “is there a ball? put it in the bowl”.
    let asked = items.iter().position(|item| item.is(&Concept::Mark('?')))?;
    let begin = items[..asked]
        .iter()
        .rposition(Item::is_mark)
        .map_or(0, |mark| mark + 1);
    let question = &items[begin..asked];
    let is_none = question.iter().any(|item| {
        item.phrase()
            .is_some_and(|phrase| phrase.quantity == Quantity::None)
    });
    let is_see = question.first().is_some_and(|item| item.is_verb(Verb::See));
    let consequence = trim(&items[asked + 1..]);
    let default = trim(&items[..begin]);
    // “See the ball? …” after something else is not about that.
    let is_alone = default.is_empty() || is_none;
    ((is_none || is_see) && is_alone && !consequence.is_empty()).then(|| {
        (
            Condition {
                items: question.to_vec(),
                is_negated: false,
                complaint: None,
            },
            consequence.to_vec(),
            (!default.is_empty()).then(|| default.to_vec()),
        )
    })
}

/// What is wanted otherwise, if it stands before the condition: “put the ball in the bowl, but if
/// there is no ball, …”.
fn default(
    before: &[Item],
    condition: &[Item],
    is_unless: bool,
    consequence: &[Item],
) -> Option<Vec<Item>> {
    let is_negative = is_unless
        || condition.iter().any(|item| {
            item.is(&Concept::Not)
                || item
                    .phrase()
                    .is_some_and(|phrase| phrase.quantity == Quantity::None)
        });
    let mut kinds = condition.iter().filter_map(Item::phrase);
    let missing = kinds.next()?.kinds.first()?;
    let is_wanted = before
        .iter()
        .filter_map(Item::phrase)
        .any(|phrase| phrase.kinds.first() == Some(missing));
    let says_else = consequence.iter().any(|item| item.phrase().is_some());
    let before = trim(before);
    (is_negative && is_wanted && says_else && !before.is_empty()).then(|| before.to_vec())
}

impl Condition {
    /// Whether it holds now.
    fn holds(&self, scene: &mut Scene) -> Result<Holds, Reply> {
        // “If there is nothing in the bowl”.
        let is_empty = self.items.iter().any(|item| item.is(&Concept::Nothing));
        if is_empty && let Some(host) = self.items.iter().find_map(Item::phrase) {
            let host = scene.resolve_one(host, Role::Host)?;
            let contents = scene.contents(&host);
            scene.there = vec![host];
            return Ok(Holds {
                is_true: contents.is_empty() != self.is_negated,
                reply: Reply::Say(format!(
                    "I see {}, so I leave everything as it is.",
                    match contents.as_slice() {
                        [] => "nothing there".to_owned(),
                        [first, ..] => format!("{} there", replies::with_article(first)),
                    }
                )),
            });
        }
        let mut phrases = self.items.iter().filter_map(Item::phrase);
        let Some(first) = phrases.next() else {
            return Err(replies::unclear());
        };
        let mut phrase = first.clone();
        let wants_none = phrase.quantity == Quantity::None;
        let at = self.items.iter().position(is_place);
        let mut is_there = at.is_none();
        if let Some(at) = at
            && let Some(Item::Word(word)) = self.items.get(at)
            && let (Concept::Place(place), Some(host)) = (&word.concept, phrases.next())
        {
            phrase.at.push((true, *place, vec![host.clone()]));
            is_there = host.kinds.first().is_some_and(|kind| kind == "table");
            if is_there {
                phrase.at.pop();
            }
        } else if let Some(color) = phrases.next() {
            // “If the ball is red”.
            if color.modifiers.is_empty() || !color.kinds.is_empty() || !color.unknown.is_empty() {
                return Err(Reply::Unclear);
            }
            phrase.modifiers.extend(color.modifiers.iter().cloned());
        }
        let is_known = |item: &Item| match item {
            Item::Phrase(_) => true,
            Item::Word(word) => matches!(
                word.concept,
                Concept::Verb(Verb::Be | Verb::Exist | Verb::See | Verb::Should | Verb::Put)
                    | Concept::Place(_)
                    | Concept::Not
                    | Concept::There
                    | Concept::That
                    | Concept::Somebody
                    | Concept::And
                    | Concept::If
                    | Concept::Mark(_)
                    | Concept::Then
                    | Concept::But
            ),
        };
        if phrases.next().is_some() || !self.items.iter().all(is_known) {
            return Err(Reply::Unclear);
        }
        let count = match phrase.quantity {
            Quantity::Any(count) | Quantity::All(Some(count)) => count,
            _ => 1,
        };
        phrase.quantity = Quantity::All(None);
        let described = super::scene::described(&phrase);
        if !phrase.unknown.is_empty() && !phrase.headless {
            return Err(replies::not_known(&phrase.unknown.join(" "), &[]));
        }
        let found = scene
            .clone()
            .resolve(&phrase, Role::Any)
            .unwrap_or_default();
        let exists = found.len() >= count;
        if exists {
            scene.it.clone_from(&found);
            scene.mentioned.extend(found.iter().cloned());
        }
        let is_true = exists != (wants_none != self.is_negated);
        let reply = match (exists, is_there) {
            (false, true) => replies::not_seen(&described),
            (false, false) => Reply::Say(format!(
                "I do not see that {} is there, so I leave everything as it is.",
                replies::with_article(&described)
            )),
            (true, _) => Reply::Say(format!(
                "I see {}, so I leave everything as it is.",
                replies::with_article(&described)
            )),
        };
        Ok(Holds { is_true, reply })
    }
}
