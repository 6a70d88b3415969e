//! What is not to be done, and what is left out.

use super::clauses::{is_preposition_or_side, names_object_and_place};
use super::lexicon::{Concept, Verb};
use super::phrase::{Item, Phrase, Pronoun, Quantity};
use super::reply::Reply;
use super::scene::{Role, Scene};

/// Takes out what is not to be done, and remembers what is not to be touched.
pub(super) fn without_negated(mut items: Vec<Item>, scene: &mut Scene) -> Result<Vec<Item>, Reply> {
    // “Couldn't the cube go in the bowl?”
    if let [should, not, Item::Phrase(_), ..] = items.as_slice()
        && should.is_verb(Verb::Should)
        && not.has_concept(&Concept::Not)
        && items
            .iter()
            .any(|item| item.has_concept(&Concept::Mark('?')))
    {
        items.remove(1);
    }
    let mut begin = 0;
    while let Some(at) = (begin..items.len()).find(|at| items[*at].has_concept(&Concept::Not)) {
        let is_end = |item: &Item| {
            item.is_punctuation_mark()
                || item.has_concept(&Concept::But)
                || item.has_concept(&Concept::Then)
                || item.has_concept(&Concept::Correction)
        };
        let end = (at + 1..items.len())
            .find(|at| is_end(&items[*at]))
            .unwrap_or(items.len());
        let first = (0..at)
            .rev()
            .find(|at| is_end(&items[*at]))
            .map_or(0, |mark| mark + 1);
        // “Why is the cube not in the bowl?”
        let is_asked = items
            .get(end)
            .is_some_and(|item| item.has_concept(&Concept::Mark('?')));
        if is_asked && end + 1 < items.len() {
            begin = end;
            continue;
        }
        let is_prepositional = matches!(&items[at], Item::Word(word) if WITHOUT.contains(&word.text.as_str()))
            && items
                .get(at + 1)
                .is_some_and(|item| item.as_phrase().is_some());
        let is_conditional = items[first..at].iter().any(|item| {
            item.has_concept(&Concept::If)
                || item.has_concept(&Concept::Unless)
                || item.has_concept(&Concept::Because)
        });
        let subject = items[first..at]
            .iter()
            .any(|item| item.as_phrase().is_some());
        let has_place = items[at + 1..end].iter().any(is_preposition_or_side)
            || items[at + 1..end]
                .iter()
                .any(|item| item.has_concept(&Concept::There));
        let others = items[..first]
            .iter()
            .chain(&items[end..])
            .any(|item| item.as_phrase().is_some());
        // “The cube should not be in the bowl” and “the cube is not in the bowl” are read as clauses.
        if is_conditional
            || !is_prepositional
                && subject
                && has_place
                && !items[first..at].iter().any(is_preposition_or_side)
                && !(others
                    && items[at + 1..end]
                        .iter()
                        .all(|item| is_preposition_or_side(item) || item.as_phrase().is_some())
                    && names_object_and_place(&items[first..at]))
        {
            begin = at + 1;
            continue;
        }
        // “The ball is what I want”: what follows “rather than” ends with its own phrase.
        let directly = items
            .get(at + 1)
            .is_some_and(|item| item.as_phrase().is_some());
        let direct_end = if directly { at + 2 } else { end };
        let placed_end = match (items.get(at + 1), items.get(at + 2)) {
            (Some(place), Some(phrase))
                if is_preposition_or_side(place) && phrase.as_phrase().is_some() =>
            {
                at + 3
            }
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
        let names_mover = !items.get(at + 1).is_some_and(is_preposition_or_side);
        // “I would rather not see the cube” touches nothing.
        let is_sight = matches!(items.get(at + 1), Some(Item::Word(word)) if word.text == "see" || word.text == "know");
        for item in &items[at + 1..until] {
            if let Item::Phrase(phrase) = item
                && is_sight
            {
                scene.it = scene.clone().resolve(phrase, Role::Any).unwrap_or_default();
                break;
            }
            // “There is not anything in the bowl.”
            if let Item::Phrase(phrase) = item
                && phrase.pronoun == Some(Pronoun::Contents)
            {
                let hosts = phrase.at.iter().flat_map(|(_, _, hosts)| hosts);
                for host in hosts {
                    scene.there = scene.clone().resolve(host, Role::Host).unwrap_or_default();
                }
                break;
            }
            // “Not all three” leaves out none.
            if let Item::Phrase(phrase) = item
                && names_mover
                && phrase.pronoun.is_none()
                && !is_total(phrase)
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

/// A “not” before a thing alone.
const WITHOUT: [&str; 3] = ["without", "rather than", "instead of"];

/// “… only leave the cube”, “except for the ball, …”, “the cylinder stays”.
pub(super) fn without_exceptions(
    mut items: Vec<Item>,
    scene: &mut Scene,
) -> Result<Vec<Item>, Reply> {
    let is_end = |item: &Item| {
        item.is_punctuation_mark()
            || item.has_concept(&Concept::But)
            || item.has_concept(&Concept::Then)
            || item.has_concept(&Concept::If)
    };
    while let Some(at) = items
        .iter()
        .position(|item| item.has_concept(&Concept::Except))
    {
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
            .find(|at| is_end(&items[*at]) || items[*at].has_concept(&Concept::And))
            .map_or(0, |mark| mark + 1);
        let end = (at + 1..items.len())
            .find(|at| is_end(&items[*at]))
            .unwrap_or(items.len());
        for item in &items[begin..end] {
            if let Item::Phrase(phrase) = item {
                // “Either of the cubes; the other stays”: whichever that is.
                if phrase.other && scene.mentioned.is_empty() {
                    continue;
                }
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

/// “All three”, “both of them”.
fn is_total(phrase: &Phrase) -> bool {
    let is_count = phrase.kinds.is_empty()
        && phrase.modifiers.is_empty()
        && phrase.unknown.is_empty()
        && matches!(phrase.quantity, Quantity::Any(_) | Quantity::All(Some(_)));
    is_count
        || ["all", "both", "every"]
            .iter()
            .any(|word| phrase.text.starts_with(word))
}
