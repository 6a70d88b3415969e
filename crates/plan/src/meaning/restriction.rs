//! What tells a thing from others, behind its noun, and what is excepted.

use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::noun::read_noun_phrase_core;
use super::phrase::{Phrase, Quantity, phrase as whole_phrase};
use super::words::Word;

/// What tells a thing from others, behind its noun: “that is not red”, “on the left”, “nearest to the bowl”.
pub(super) fn restriction(
    words: &[Word],
    begin: usize,
    is_free: bool,
    phrase: &mut Phrase,
) -> Option<usize> {
    let concept = |index: usize| words.get(index).map(|word| &word.concept);
    let mut index = begin;
    let mut is_relative = is_free;
    while let Some(word) = words.get(index) {
        match &word.concept {
            Concept::That if !is_relative => is_relative = true,
            Concept::Filler if ["which", "who", "of"].contains(&word.text.as_str()) => {
                is_relative = true
            }
            // “With the color of a tomato”.
            Concept::Filler
                if word.text == "with"
                    && words[index + 1..]
                        .iter()
                        .take(2)
                        .any(|next| next.concept == Concept::Colored) =>
            {
                is_relative = true
            }
            Concept::Verb(Verb::Be) if is_relative => {}
            Concept::Verb(Verb::Put)
                if is_relative && ["has", "have", "having"].contains(&word.text.as_str()) => {}
            Concept::Filler if is_relative && (word.text == "has" || word.text == "the") => {}
            // “The one the color of a tomato”.
            Concept::The if matches!(concept(index + 1), Some(Concept::Colored)) => {
                is_relative = true
            }
            Concept::The | Concept::A if is_relative => {}
            _ => break,
        }
        index += 1;
    }
    // “With no red on it”, “without any red”.
    if let Some((color, end)) = lacking(words, begin) {
        phrase.not_modifiers.push(color);
        return Some(end);
    }
    // “The one with square sides”.
    if words.get(begin).is_some_and(|word| word.text == "with")
        && phrase.kinds.is_empty()
        && let Some(at) = (begin + 1..words.len().min(begin + 3))
            .find(|at| matches!(words[*at].concept, Concept::Shaped(_)))
        && words[begin + 1..at]
            .iter()
            .all(|word| matches!(word.concept, Concept::A | Concept::The | Concept::Filler))
        && !names_another(words, at + 2)
        && let Concept::Shaped(kinds) = &words[at].concept
    {
        phrase.kinds.clone_from(kinds);
        phrase.alike = kinds.len() > 1;
        let is_form = words
            .get(at + 1)
            .is_some_and(|word| ["sides", "edges", "form"].contains(&word.text.as_str()));
        return Some(at + 1 + usize::from(is_form));
    }
    // “That is red like a strawberry”, “that looks like a cherry”.
    if words.get(index).is_some_and(|word| word.text == "like")
        && let Some(at) = (index + 1..words.len().min(index + 4)).find(|at| {
            matches!(
                words[*at].concept,
                Concept::Typical(_) | Concept::Modifier(_)
            )
        })
        && words[index + 1..at]
            .iter()
            .all(|word| matches!(word.concept, Concept::A | Concept::The | Concept::Filler))
        && !names_another(words, at + 1)
    {
        if let Concept::Typical(modifier) | Concept::Modifier(modifier) = &words[at].concept {
            phrase.modifiers.push(modifier.clone());
        }
        return Some(at + 1);
    }
    let is_not = matches!(concept(index), Some(Concept::Not));
    if is_not {
        index += 1;
    }
    match concept(index)? {
        Concept::Modifier(modifier)
            if (is_relative || is_not) && !names_another(words, index + 1) =>
        {
            let into = if is_not {
                &mut phrase.not_modifiers
            } else {
                &mut phrase.modifiers
            };
            into.push(modifier.clone());
            index += 1;
            // “Red or green”.
            while matches!(concept(index), Some(Concept::Or | Concept::And))
                && let Some(Concept::Modifier(next)) = concept(index + 1)
                && is_not
            {
                phrase.not_modifiers.push(next.clone());
                index += 2;
            }
            if matches!(concept(index), Some(Concept::One)) {
                index += 1;
            }
            Some(index)
        }
        // “The cube that is not the red one”, “what is not a bowl”.
        Concept::The | Concept::A if is_not => {
            let (other, mut end) = read_noun_phrase_core(words, index)?;
            phrase.not_modifiers.extend(other.modifiers);
            phrase.not_kinds.extend(other.kinds);
            phrase.unknown.extend(other.unknown);
            // “Not a cube or a bowl”.
            while matches!(concept(end), Some(Concept::Or))
                && matches!(concept(end + 1), Some(Concept::The | Concept::A))
                && let Some((next, after)) = read_noun_phrase_core(words, end + 1)
                && next.modifiers.is_empty()
            {
                phrase.not_kinds.extend(next.kinds);
                end = after;
            }
            Some(end)
        }
        Concept::Colored if is_relative => {
            let found = (index + 1..words.len().min(index + 5)).find_map(|at| {
                match &words[at].concept {
                    Concept::Typical(modifier) | Concept::Modifier(modifier) => {
                        Some((modifier.clone(), at + 1))
                    }
                    _ => None,
                }
            })?;
            phrase.modifiers.push(found.0);
            Some(found.1)
        }
        Concept::Extreme(extreme) if phrase.extreme.is_none() && !is_not => {
            phrase.extreme = Some(*extreme);
            index += 1;
            if matches!(concept(index), Some(Concept::One)) {
                index += 1;
            }
            Some(index)
        }
        Concept::Place(
            place @ (SpatialPreposition::NearestTo | SpatialPreposition::FarthestFrom),
        ) if !is_not => {
            let (other, end) = whole_phrase(words, skip_little(words, index + 1))?;
            phrase.at.push((true, *place, vec![other]));
            Some(end)
        }
        Concept::Place(
            place @ (SpatialPreposition::At(_)
            | SpatialPreposition::Between
            | SpatialPreposition::OutOf),
        ) if is_relative || is_not => {
            let place = *place;
            let (other, mut end) = read_noun_phrase_core(words, skip_little(words, index + 1))?;
            let mut others = vec![other];
            if place == SpatialPreposition::Between && matches!(concept(end), Some(Concept::And)) {
                let (second, after) = read_noun_phrase_core(words, skip_little(words, end + 1))?;
                others.push(second);
                end = after;
            }
            phrase.at.push((!is_not, place, others));
            Some(end)
        }
        _ => None,
    }
}

/// A color that a thing does not have, and where that ends: “with no red on it”.
fn lacking(words: &[Word], begin: usize) -> Option<(String, usize)> {
    let text = |index: usize| words.get(index).map_or("", |word| word.text.as_str());
    let at = match (text(begin), text(begin + 1)) {
        ("with", "no" | "not any") => begin + 2,
        ("without", "any" | "a" | "the") => begin + 2,
        ("without", _) => begin + 1,
        _ => return None,
    };
    let Concept::Modifier(color) = &words.get(at)?.concept else {
        return None;
    };
    if names_another(words, at + 1) {
        return None;
    }
    let is_there = words
        .get(at + 1)
        .is_some_and(|word| word.concept == Concept::There);
    Some((color.clone(), at + 1 + usize::from(is_there)))
}

/// “The bowl with the blue ball”: the color is another thing's.
fn names_another(words: &[Word], index: usize) -> bool {
    matches!(
        words.get(index).map(|word| &word.concept),
        Some(Concept::Noun { .. } | Concept::Thing | Concept::Unknown)
    )
}

fn skip_little(words: &[Word], mut index: usize) -> usize {
    while words
        .get(index)
        .is_some_and(|word| word.text == "of" || word.text == "to")
    {
        index += 1;
    }
    index
}

/// “Everything except the red cube and the ball”.
pub(super) fn exception(words: &[Word], begin: usize, phrase: &mut Phrase) -> Option<usize> {
    let is_many = matches!(phrase.quantity, Quantity::All(_) | Quantity::Any(_));
    let mut index = begin;
    if matches!(
        words.get(index).map(|word| &word.concept),
        Some(Concept::Mark(','))
    ) {
        index += 1;
    }
    let opens = match words.get(index).map(|word| &word.concept) {
        Some(Concept::Except) => true,
        Some(Concept::But) => index == begin,
        _ => false,
    };
    if !is_many || !opens {
        return None;
    }
    index += 1;
    if words
        .get(index)
        .is_some_and(|word| word.concept == Concept::Not)
    {
        index += 1;
    }
    let (first, mut end) = read_noun_phrase_core(words, index)?;
    // “But the cube stays”: a clause of its own.
    if matches!(
        words.get(end).map(|word| &word.concept),
        Some(Concept::Verb(Verb::Stay | Verb::Be))
    ) {
        return None;
    }
    phrase.except.push(first);
    while matches!(
        words.get(end).map(|word| &word.concept),
        Some(Concept::And | Concept::Or | Concept::Mark(','))
    ) && let Some((next, after)) = read_noun_phrase_core(words, end + 1)
        && !matches!(
            words.get(after).map(|word| &word.concept),
            Some(Concept::Verb(_) | Concept::Place(_))
        )
    {
        phrase.except.push(next);
        end = after;
    }
    Some(end)
}
