//! A request as a whole: what is taken back, left out, only wanted on a condition, or wanted one after the other.

use super::clause::{Deed, read_clause};
use super::lexicon::{Concept, Place, Verb};
use super::phrase::{Item, Phrase, Quantity};
use super::reply::{Reply, replies};
use super::scene::{Role, Scene};
use crate::space::Relation;

/// The deeds that a request asks for, in order.
pub(super) fn read(items: Vec<Item>, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let mut items = contradicted(items);
    // “No, the red one”: what was before is not known.
    if items.first().is_some_and(|item| item.is(&Concept::None)) {
        items.remove(0);
    }
    let is_free = |item: &Item| matches!(item.concept(), Some(Concept::Free | Concept::Any(_)));
    scene.is_free = items.iter().any(is_free);
    let mut items: Vec<Item> = items.into_iter().filter(|item| !is_free(item)).collect();
    items = corrected(items, scene)?;
    provide(&mut items);
    let items = without_negated(items, scene)?;
    let items = without_exceptions(items, scene)?;
    conditional(&items, scene)
}

/// Whether a phrase speaks of a container, if that can be told.
fn role(phrase: &Phrase, scene: &Scene) -> Option<bool> {
    if phrase.pronoun.is_some() {
        return None;
    }
    scene.names_container(phrase)
}

/// Whether items say by themselves what is to be put where.
fn is_complete(items: &[Item]) -> bool {
    let phrases = items.iter().filter(|item| item.phrase().is_some()).count();
    let has_place = items.iter().any(is_place);
    phrases >= 2 && has_place
        || phrases >= 1
            && items
                .iter()
                .any(|item| matches!(item.concept(), Some(Concept::There)))
}

fn is_place(item: &Item) -> bool {
    matches!(item.concept(), Some(Concept::Place(_) | Concept::Side(_)))
}

fn is_command(item: &Item) -> bool {
    matches!(
        item.concept(),
        Some(
            Concept::Verb(
                Verb::Put
                    | Verb::Take
                    | Verb::Remove
                    | Verb::Empty
                    | Verb::Push
                    | Verb::Point
                    | Verb::Stack
                    | Verb::Row
                    | Verb::Sort
                    | Verb::Swap
                    | Verb::Clear
                    | Verb::Home
            ) | Concept::Cannot(_)
        )
    )
}

fn trim(items: &[Item]) -> &[Item] {
    let is_loose = |item: &Item| {
        item.is_mark()
            || item.is(&Concept::And)
            || item.is(&Concept::Then)
            || item.is(&Concept::But)
    };
    let begin = items
        .iter()
        .position(|item| !is_loose(item))
        .unwrap_or(items.len());
    let end = items
        .iter()
        .rposition(|item| !is_loose(item))
        .map_or(begin, |last| last + 1);
    &items[begin..end]
}

/// “… no! the ball in the bowl”: a “no” by itself takes back.
fn contradicted(mut items: Vec<Item>) -> Vec<Item> {
    for at in 1..items.len().saturating_sub(1) {
        let is_alone = items[at - 1].is_mark() && items[at + 1].is_mark();
        if let Item::Word(word) = &mut items[at]
            && is_alone
            && word.concept == Concept::None
        {
            word.concept = Concept::Correction;
        }
    }
    items
}

/// What is left when each correction has taken the place of what it corrects.
fn corrected(mut items: Vec<Item>, scene: &Scene) -> Result<Vec<Item>, Reply> {
    while let Some(at) = items.iter().position(|item| item.is(&Concept::Correction)) {
        let before = trim(&items[..at]).to_vec();
        let after = trim(&items[at + 1..]).to_vec();
        items = match after.as_slice() {
            [Item::Word(word)] if !before.is_empty() => otherwise_placed(before, &word.concept)?,
            _ => splice(before, after, scene),
        };
    }
    Ok(items)
}

/// “On the right of the bowl, or rather the left”.
fn otherwise_placed(mut items: Vec<Item>, side: &Concept) -> Result<Vec<Item>, Reply> {
    let Concept::Direction(direction) = side else {
        return Err(Reply::Unclear);
    };
    let said = items.iter_mut().rev().find_map(|item| match item {
        Item::Word(word) => match &mut word.concept {
            Concept::Place(Place::At(relation)) if relation.side().is_some() => {
                Some((Some(relation), None))
            }
            Concept::Direction(direction) => Some((None, Some(direction))),
            _ => None,
        },
        Item::Phrase(_) => None,
    });
    let beside = Relation::BESIDE
        .into_iter()
        .find(|relation| relation.side() == Some(*direction));
    match (said, beside) {
        (Some((Some(relation), _)), Some(meant)) => *relation = meant,
        (Some((_, Some(said))), _) => *said = *direction,
        _ => return Err(Reply::Unclear),
    }
    Ok(items)
}

fn splice(before: Vec<Item>, mut after: Vec<Item>, scene: &Scene) -> Vec<Item> {
    // “Wait, no, in the bowl”.
    while after
        .first()
        .is_some_and(|item| item.is(&Concept::None) || item.is_mark())
    {
        after.remove(0);
    }
    // “Actually not that, take …”.
    if after.first().is_some_and(|item| item.is(&Concept::Not))
        && let Some(end) = after.iter().position(Item::is_mark)
    {
        after.drain(..=end);
    }
    let phrases = |items: &[Item]| items.iter().any(|item| item.phrase().is_some());
    if !phrases(&before) || is_complete(&after) && after.iter().any(is_command) {
        return after;
    }
    let place = after.iter().take(1).filter(|item| is_place(item)).count();
    let Some(Item::Phrase(new)) = after.get(place) else {
        return match after.is_empty() {
            true => before,
            false => [before, after].concat(),
        };
    };
    let wanted = role(new, scene);
    let same = |item: &Item| {
        item.phrase()
            .is_some_and(|phrase| match (wanted, role(phrase, scene)) {
                (Some(new), Some(old)) => new == old,
                _ => true,
            })
    };
    let Some(old) = before.iter().rposition(same) else {
        return [before, after].concat();
    };
    let from = if place == 1 && old > 0 && is_place(&before[old - 1]) {
        old - 1
    } else {
        old
    };
    let mut spliced = before[..from].to_vec();
    let rest = &before[old + 1..];
    if is_complete(&after) || rest.is_empty() || !phrases(rest) && !rest.iter().any(is_place) {
        spliced.extend(after);
    } else {
        let used = place + 1;
        spliced.extend(after[..used].to_vec());
        spliced.extend(rest.to_vec());
        spliced.extend(after[used..].to_vec());
    }
    spliced
}

/// “Any cube will do so long as it is not red”: the condition tells which.
fn provide(items: &mut Vec<Item>) {
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

/// Takes out what is not to be done, and remembers what is not to be touched.
fn without_negated(mut items: Vec<Item>, scene: &mut Scene) -> Result<Vec<Item>, Reply> {
    let mut begin = 0;
    while let Some(at) = (begin..items.len()).find(|at| items[*at].is(&Concept::Not)) {
        let is_end = |item: &Item| {
            item.is_mark()
                || item.is(&Concept::But)
                || item.is(&Concept::Then)
                || item.is(&Concept::Correction)
        };
        let end = (at + 1..items.len())
            .find(|at| is_end(&items[*at]))
            .unwrap_or(items.len());
        let first = (0..at)
            .rev()
            .find(|at| is_end(&items[*at]))
            .map_or(0, |mark| mark + 1);
        let is_conditional = items[first..at].iter().any(|item| {
            item.is(&Concept::If) || item.is(&Concept::Unless) || item.is(&Concept::Because)
        });
        let subject = items[first..at].iter().any(|item| item.phrase().is_some());
        let has_place = items[at + 1..end].iter().any(is_place)
            || items[at + 1..end]
                .iter()
                .any(|item| item.is(&Concept::There));
        let others = items[..first]
            .iter()
            .chain(&items[end..])
            .any(|item| item.phrase().is_some());
        // “The cube should not be in the bowl” and “the cube is not in the bowl” are read as clauses.
        if is_conditional
            || subject
                && has_place
                && !items[first..at].iter().any(is_place)
                && !(others
                    && items[at + 1..end]
                        .iter()
                        .all(|item| is_place(item) || item.phrase().is_some())
                    && is_complete(&items[first..at]))
        {
            begin = at + 1;
            continue;
        }
        // “The ball is what I want”: what follows “rather than” ends with its own phrase.
        let directly = items
            .get(at + 1)
            .is_some_and(|item| item.phrase().is_some());
        let direct_end = if directly { at + 2 } else { end };
        let placed_end = match (items.get(at + 1), items.get(at + 2)) {
            (Some(place), Some(phrase)) if is_place(place) && phrase.phrase().is_some() => at + 3,
            _ => direct_end,
        };
        let is_verbal = items[at + 1..end]
            .iter()
            .any(|item| matches!(item.concept(), Some(Concept::Verb(_) | Concept::Cannot(_))));
        let until = if is_verbal && !directly {
            end
        } else {
            placed_end.min(end)
        };
        let names_mover = !items.get(at + 1).is_some_and(is_place);
        // “I would rather not see the cube” touches nothing.
        let is_sight = matches!(items.get(at + 1), Some(Item::Word(word)) if word.text == "see" || word.text == "know");
        for item in &items[at + 1..until] {
            if let Item::Phrase(phrase) = item
                && is_sight
            {
                scene.it = scene.clone().resolve(phrase, Role::Any).unwrap_or_default();
                break;
            }
            if let Item::Phrase(phrase) = item
                && names_mover
                && phrase.pronoun.is_none()
            {
                let many = Phrase {
                    quantity: Quantity::All(None),
                    ..phrase.clone()
                };
                let named = scene.resolve(&many, Role::Any)?;
                scene.it.clone_from(&named);
                if directly {
                    scene.ruled_out.extend(named.clone());
                }
                scene.excluded.extend(named);
                break;
            }
        }
        // “I do not want …”, “do not touch …”: the words before belong to it.
        let is_lead = |item: &Item| {
            matches!(
                item.concept(),
                Some(
                    Concept::Somebody
                        | Concept::Verb(Verb::Should | Verb::Want)
                        | Concept::But
                        | Concept::And
                )
            )
        };
        let lead = (first..at)
            .rev()
            .take_while(|at| is_lead(&items[*at]))
            .last()
            .unwrap_or(at);
        items.drain(lead..until);
        begin = lead;
    }
    Ok(items)
}

/// “… only leave the cube”, “except for the ball, …”, “the cylinder stays”.
fn without_exceptions(mut items: Vec<Item>, scene: &mut Scene) -> Result<Vec<Item>, Reply> {
    let is_end = |item: &Item| {
        item.is_mark() || item.is(&Concept::But) || item.is(&Concept::Then) || item.is(&Concept::If)
    };
    while let Some(at) = items.iter().position(|item| item.is(&Concept::Except)) {
        let mut until = at + 1;
        while let Some(item) = items.get(until) {
            match item {
                Item::Phrase(phrase) => {
                    let many = Phrase {
                        quantity: Quantity::All(None),
                        ..phrase.clone()
                    };
                    let named = scene.resolve(&many, Role::Any)?;
                    scene.ruled_out.extend(named.clone());
                    scene.excluded.extend(named);
                }
                Item::Word(word) if matches!(word.concept, Concept::And | Concept::Or) => {}
                Item::Word(_) => break,
            }
            until += 1;
        }
        items.drain(at..until);
    }
    while let Some(at) = items.iter().position(|item| item.is_verb(Verb::Stay)) {
        let begin = (0..at)
            .rev()
            .find(|at| is_end(&items[*at]) || items[*at].is(&Concept::And))
            .map_or(0, |mark| mark + 1);
        let end = (at + 1..items.len())
            .find(|at| is_end(&items[*at]))
            .unwrap_or(items.len());
        for item in &items[begin..end] {
            if let Item::Phrase(phrase) = item {
                let many = Phrase {
                    quantity: Quantity::All(None),
                    ..phrase.clone()
                };
                // “The third one stays” names none.
                let named = scene.clone().resolve(&many, Role::Any).unwrap_or_default();
                scene.excluded.extend(named);
            }
        }
        items.drain(begin..end);
    }
    Ok(items)
}

/// Reads conditions, then what is wanted under them.
fn conditional(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let items = &joined_conditions(items)[..];
    let is_otherwise = |item: &Item| item.is(&Concept::Otherwise);
    let (main, otherwise) = match items.iter().position(is_otherwise) {
        Some(at) => (trim(&items[..at]), Some(trim(&items[at + 1..]))),
        None => (items, None),
    };
    let (condition, consequence) = match split_condition(main) {
        Some(found) => found,
        None if otherwise.is_some() => {
            // “A ball in the bowl, or failing that the cube”.
            let mut trial = scene.clone();
            return match sequence(main, &mut trial) {
                Ok(deeds) => {
                    *scene = trial;
                    Ok(deeds)
                }
                Err(Reply::Say(_)) => {
                    sequence(&instead(main, otherwise.unwrap_or_default(), scene), scene)
                }
                Err(reply) => Err(reply),
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
    let holds = condition.holds(scene)?;
    if holds.is_true {
        return sequence(&consequence, scene);
    }
    // “… otherwise put the cube in there”.
    for phrase in consequence.iter().filter_map(Item::phrase) {
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
    match otherwise {
        Some(otherwise) if !otherwise.is_empty() => {
            sequence(&instead(&consequence, otherwise, scene), scene)
        }
        _ => Err(holds.reply),
    }
}

/// What takes the place of `main` if that is not possible: all of it, or a thing alone in the same place.
fn instead(main: &[Item], otherwise: &[Item], scene: &Scene) -> Vec<Item> {
    let is_fragment = otherwise
        .iter()
        .filter(|item| item.phrase().is_some())
        .count()
        == 1
        && !otherwise.iter().any(|item| {
            is_command(item) || matches!(item.concept(), Some(Concept::There | Concept::Verb(_)))
        });
    if !is_fragment {
        return otherwise.to_vec();
    }
    splice(trim(main).to_vec(), otherwise.to_vec(), scene)
}

/// “If, and only if,” is one “if”.
fn joined_conditions(items: &[Item]) -> Vec<Item> {
    let mut joined: Vec<Item> = Vec::new();
    for item in items {
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

fn split_condition(items: &[Item]) -> Option<(Condition, Vec<Item>)> {
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
        let consequence = [trim(&items[..at]), trim(&items[end..])]
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
        ));
    }
    // “No ball on the table? then …”, “is there a ball? put it in the bowl”.
    let asked = items.iter().position(|item| item.is(&Concept::Mark('?')))?;
    let question = &items[..asked];
    let is_none = question.iter().any(|item| {
        item.phrase()
            .is_some_and(|phrase| phrase.quantity == Quantity::None)
    });
    let is_see = question.first().is_some_and(|item| item.is_verb(Verb::See));
    let consequence = trim(&items[asked + 1..]);
    ((is_none || is_see) && !consequence.is_empty()).then(|| {
        (
            Condition {
                items: question.to_vec(),
                is_negated: false,
                complaint: None,
            },
            consequence.to_vec(),
        )
    })
}

impl Condition {
    /// Whether it holds now.
    fn holds(&self, scene: &mut Scene) -> Result<Holds, Reply> {
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

/// Reads clause after clause.
fn sequence(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let mut deeds = Vec::new();
    let sorts = |item: &Item| {
        matches!(
            item.concept(),
            Some(Concept::Kind | Concept::EachOwn | Concept::ByShape | Concept::ByColor)
        )
    };
    let read = if items.iter().any(sorts) || is_split_up(items, scene) {
        vec![items.to_vec()]
    } else {
        ordered(clauses(items))
    };
    for clause in read {
        match read_clause(&clause, scene) {
            Ok(more) => deeds.extend(more),
            // What cannot be done at all says more than what was not made out beside it.
            Err(_) if deeds.iter().any(|deed| matches!(deed, Deed::Unable(_))) => break,
            Err(reply) => return Err(reply),
        }
    }
    Ok(deeds)
}

/// “Split them up: balls in one container, cubes in the other”.
fn is_split_up(items: &[Item], scene: &Scene) -> bool {
    let is_any_container =
        |phrase: &Phrase| phrase.alike && scene.names_container(phrase) != Some(false);
    items.iter().any(|item| item.is_verb(Verb::Sort))
        && items.iter().filter_map(Item::phrase).any(is_any_container)
}

/// Clauses in the order in which they are to be done: “before you do this, do that”.
fn ordered(mut clauses: Vec<Vec<Item>>) -> Vec<Vec<Item>> {
    let is_before = |clause: &Vec<Item>| {
        matches!(clause.first(), Some(Item::Word(word)) if word.text == "before")
            && clause.len() > 2
    };
    if let Some(at) = clauses.iter().position(is_before)
        && at + 1 < clauses.len()
    {
        let mut later = clauses.remove(at);
        later.remove(0);
        clauses.insert(at + 1, later);
    }
    for clause in &mut clauses {
        if clause.first().is_some_and(|item| item.is(&Concept::After)) {
            clause.remove(0);
        }
    }
    clauses
}

/// Splits at ends of sentences, at “then”, and where a new deed begins.
fn clauses(items: &[Item]) -> Vec<Vec<Item>> {
    let mut clauses: Vec<Vec<Item>> = Vec::new();
    let mut clause: Vec<Item> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let rest = &items[index + 1..];
        let ends = match item.concept() {
            Some(
                Concept::Mark('.' | ';' | '!' | '?')
                | Concept::Then
                | Concept::But
                | Concept::Because
                | Concept::Correction,
            ) => true,
            Some(Concept::Mark(_) | Concept::And) => begins_clause(&clause, rest),
            _ => false,
        };
        if ends {
            if !clause.is_empty() {
                clauses.push(std::mem::take(&mut clause));
            }
            // The words behind “because” are a reason.
            if item.is(&Concept::Because) {
                clause.push(item.clone());
            }
        } else if is_restart(&clause, item, rest) {
            clauses.push(std::mem::take(&mut clause));
            clause.push(item.clone());
        } else {
            clause.push(item.clone());
        }
    }
    if !clause.is_empty() {
        clauses.push(clause);
    }
    clauses
}

/// Whether what follows a comma or an “and” stands by itself.
fn begins_clause(before: &[Item], rest: &[Item]) -> bool {
    let until = |item: &Item| {
        item.is_mark()
            || item.is(&Concept::Then)
            || item.is(&Concept::But)
            || item.is(&Concept::And)
    };
    let next = rest.iter().position(until).unwrap_or(rest.len());
    let next = &rest[..next];
    let Some(first) = next.iter().find(|item| !item.is(&Concept::And)) else {
        return false;
    };
    if before
        .first()
        .is_some_and(|item| item.is(&Concept::After) || item.is(&Concept::Because))
    {
        return next.iter().any(|item| item.phrase().is_some());
    }
    // “On the bowl's left side, place the cube.”
    let is_place_alone = before.first().is_some_and(is_place)
        && before.iter().filter(|item| item.phrase().is_some()).count() == 1
        && !before.iter().any(is_command);
    if is_place_alone
        && !before
            .first()
            .is_some_and(|item| matches!(item, Item::Word(word) if word.text == "before"))
    {
        return false;
    }
    if matches!(before.first(), Some(Item::Word(word)) if word.text == "before") {
        return true;
    }
    let has_phrase = |items: &[Item]| items.iter().any(|item| item.phrase().is_some());
    // “Between the cube” | “and the ball”: two things belong to it.
    let between = before
        .iter()
        .rposition(|item| item.is(&Concept::Place(Place::Between)));
    if let Some(at) = between
        && before[at..].iter().filter_map(Item::phrase).count() == 1
        && before[at..]
            .iter()
            .filter_map(Item::phrase)
            .all(|phrase| phrase.quantity == Quantity::Only)
    {
        return false;
    }
    if super::clause::is_aside(before) {
        return true;
    }
    let is_subject = first.is(&Concept::Somebody);
    if is_command(first) || is_subject {
        return has_phrase(before)
            || before.iter().any(is_command)
            || !before.is_empty() && is_inert(before);
    }
    if is_inert(before) && has_phrase(next) {
        return true;
    }
    let placed = |items: &[Item]| {
        has_phrase(items)
            && items
                .iter()
                .any(|item| is_place(item) || matches!(item.concept(), Some(Concept::There)))
    };
    // “Cubes in the bowl, balls on the tray”.
    let begins_with_phrase = first.phrase().is_some();
    placed(before) && is_complete(before) && begins_with_phrase && is_complete(next)
        || placed(before)
            && (first.is(&Concept::Outside)
                || first.is(&Concept::BesideIt)
                || first.is(&Concept::Back))
        || before.iter().any(|item| item.is(&Concept::Outside)) && first.is(&Concept::BesideIt)
        || placed(before) && is_inert(next)
}

/// “Take the cube put it in the bowl”: dictation knows no commas.
fn is_restart(before: &[Item], item: &Item, rest: &[Item]) -> bool {
    let is_verb = matches!(
        item.concept(),
        Some(Concept::Verb(
            Verb::Put | Verb::Take | Verb::Remove | Verb::Push | Verb::Point
        ))
    );
    let object = rest.first().and_then(Item::phrase);
    is_verb
        && before.first().is_some_and(is_command)
        && before.last().is_some_and(|last| last.phrase().is_some())
        && object.is_some_and(|phrase| phrase.pronoun.is_some())
}

/// Whether items say nothing about what is seen or to be done.
pub(super) fn is_inert(items: &[Item]) -> bool {
    !items.iter().any(|item| {
        item.phrase().is_some()
            || is_command(item)
            || matches!(
                item.concept(),
                Some(
                    Concept::There
                        | Concept::Outside
                        | Concept::BesideIt
                        | Concept::Tower
                        | Concept::Row
                        | Concept::OnEachOther
                        | Concept::EachOwn
                        | Concept::Apart
                        | Concept::TradePlaces
                        | Concept::ByColor
                        | Concept::ByShape
                )
            )
    })
}

/// Whether a place is meant by its words alone.
pub(super) fn place_of(item: &Item) -> Option<Place> {
    match item.concept() {
        Some(Concept::Place(place)) => Some(*place),
        _ => None,
    }
}
