//! Determiners, adjectives and the noun of a noun phrase.

use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::lookahead::{
    is_determiner, is_function_word, is_noun_or_adjective, is_plural, opens_noun, side_to_extreme,
    that_stands_alone,
};
use super::phrase::{Phrase, Pronoun, Quantity};
use super::words::{Word, words_misheard_as};

/// Determiners, adjectives and the noun.
pub(super) fn read_noun_phrase_core(words: &[Word], begin: usize) -> Option<(Phrase, usize)> {
    let mut phrase = Phrase::default();
    let concept = |index: usize| words.get(index).map(|word| &word.concept);
    let mut index = begin;
    let mut is_begun = false;
    let mut is_definite = false;
    let mut has_head = false;
    let mut number = None;
    let mut is_part = false;
    while let Some(word) = words.get(index) {
        match &word.concept {
            Concept::The | Concept::My => {
                // “Two of the cubes” are not “the two cubes”.
                is_part |= number.is_some();
                (is_begun, is_definite) = (true, true);
            }
            Concept::A => {
                is_begun = true;
                phrase.indefinite = true;
            }
            // “That one”, of what was spoken of.
            Concept::That
                if !is_begun
                    && ["that", "this"].contains(&word.text.as_str())
                    && matches!(concept(index + 1), Some(Concept::One))
                    && words[index + 1].text == "one"
                    && !matches!(
                        concept(index + 2),
                        Some(Concept::Noun { .. } | Concept::That | Concept::Modifier(_))
                    ) =>
            {
                phrase.pronoun = Some(Pronoun::It);
                return Some((phrase, index + 2));
            }
            Concept::That if opens_noun(words, index + 1) => {
                is_part |= number.is_some();
                (is_begun, is_definite) = (true, true);
            }
            // “Them two cubes”.
            Concept::Them if word.text == "them" && is_noun_or_adjective(concept(index + 1)) => {
                (is_begun, is_definite) = (true, true);
            }
            // “Put that in the bowl.”
            Concept::That if !is_begun && that_stands_alone(words, index) => {
                phrase.pronoun = Some(Pronoun::It);
                return Some((phrase, index + 1));
            }
            Concept::All | Concept::Both => {
                is_begun = true;
                let all = matches!(word.concept, Concept::Both).then_some(2);
                phrase.quantity = Quantity::All(all);
            }
            // “The bigger one of the cubes”.
            Concept::Any(_) if phrase.extreme.is_some() => {}
            Concept::Any(count) => {
                is_begun = true;
                phrase.quantity = Quantity::Any(*count);
            }
            // “Half of those cubes”.
            Concept::Half if !is_begun && opens_noun(words, past_little(words, index + 1)) => {
                is_begun = true;
                phrase.quantity = Quantity::Half;
                index = past_little(words, index + 1);
                continue;
            }
            // “One of the two cubes”, “two of the three cubes”.
            Concept::Number(_)
                if (matches!(phrase.quantity, Quantity::Any(_) | Quantity::Half)
                    || is_part && number.is_some())
                    && opens_noun(words, index + 1) => {}
            // “2 of them”.
            Concept::Number(count)
                if !is_begun
                    && !is_noun_or_adjective(concept(index + 2))
                    && words.get(index + 1).is_some_and(|next| {
                        ["of them", "of these", "of those"].contains(&next.text.as_str())
                    }) =>
            {
                phrase.quantity = Quantity::Any(*count);
                return Some((phrase, index + 2));
            }
            Concept::Number(count)
                if opens_noun(words, index + 1)
                    || is_definite
                    || *count > 1
                        && word.text.chars().all(char::is_alphabetic)
                        && matches!(
                            concept(index + 1),
                            Some(Concept::Verb(Verb::Go | Verb::Should) | Concept::Place(_))
                        ) =>
            {
                is_begun = true;
                number = Some(*count);
            }
            Concept::None if opens_noun(words, index + 1) => {
                is_begun = true;
                phrase.quantity = Quantity::None;
            }
            Concept::Other => {
                if !is_begun && !opens_noun(words, index + 1) {
                    return None;
                }
                is_begun = true;
                phrase.other = true;
            }
            Concept::Extreme(extreme) if is_begun || opens_noun(words, index + 1) => {
                if !is_begun
                    && !matches!(
                        concept(index + 1),
                        Some(Concept::Noun { .. } | Concept::Thing | Concept::One)
                    )
                {
                    return None;
                }
                is_begun = true;
                phrase.extreme = Some(*extreme);
            }
            Concept::Direction(_) if is_begun && opens_noun(words, index + 1) => {
                phrase.extreme = side_to_extreme(&word.text).or(phrase.extreme);
            }
            Concept::Nothing if is_begun && opens_noun(words, index + 1) => {}
            Concept::Filler if is_begun && opens_noun(words, index + 1) => {
                phrase.extreme = side_to_extreme(&word.text).or(phrase.extreme);
            }
            Concept::Not
                if is_begun && matches!(concept(index + 1), Some(Concept::Modifier(_))) =>
            {
                if let Some(Concept::Modifier(modifier)) = concept(index + 1) {
                    phrase.not_modifiers.push(modifier.clone());
                }
                index += 1;
            }
            Concept::Modifier(modifier) => {
                is_begun = true;
                phrase.modifiers.push(modifier.clone());
                if matches!(concept(index + 1), Some(Concept::Colored)) {
                    index += 1;
                }
            }
            // “Tomato-red”.
            Concept::Typical(_) if matches!(concept(index + 1), Some(Concept::Modifier(_))) => {}
            // “The round one”; a round bowl is a bowl.
            Concept::Shaped(kinds) if is_begun || opens_noun(words, index + 1) => {
                is_begun = true;
                phrase.kinds.clone_from(kinds);
                phrase.alike = kinds.len() > 1;
                if !opens_noun(words, index + 1) {
                    phrase.plural = false;
                    has_head = is_definite;
                }
            }
            Concept::Typical(modifier) if matches!(concept(index + 1), Some(Concept::Colored)) => {
                is_begun = true;
                phrase.modifiers.push(modifier.clone());
                index += 1;
            }
            // “The one that would roll off”.
            Concept::Noun { .. } if !is_begun && word.text == "roll" => return None,
            Concept::Noun { kinds, alike } => {
                phrase.kinds.clone_from(kinds);
                phrase.alike = *alike;
                phrase.plural = is_plural(&word.text);
                has_head = true;
                index += 1;
                // “The can thingy”.
                if matches!(concept(index), Some(Concept::Thing)) {
                    phrase.plural |= is_plural(&words[index].text);
                    index += 1;
                }
                break;
            }
            // “One cube”, whichever; “the one cube” is the cube.
            Concept::One
                if matches!(
                    concept(index + 1),
                    Some(Concept::Noun { .. } | Concept::Modifier(_) | Concept::Thing)
                ) =>
            {
                is_begun = true;
                if !is_definite && phrase.quantity == Quantity::Only {
                    phrase.quantity = Quantity::Any(1);
                }
            }
            Concept::Thing | Concept::One => {
                // “One” alone is a number.
                if !is_begun && !matches!(word.concept, Concept::Thing) && word.text != "ones" {
                    return None;
                }
                phrase.plural = is_plural(&word.text);
                has_head = true;
                index += 1;
                break;
            }
            Concept::It
            | Concept::Them
            | Concept::Everything
            | Concept::Rest
            | Concept::Former
            | Concept::Latter
                if !is_begun || matches!(phrase.quantity, Quantity::Any(_)) || is_definite =>
            {
                phrase.pronoun = Some(match word.concept {
                    Concept::It => Pronoun::It,
                    Concept::Them => Pronoun::Them,
                    Concept::Everything => Pronoun::Everything,
                    Concept::Former => Pronoun::Former,
                    Concept::Latter => Pronoun::Latter,
                    _ => Pronoun::Rest,
                });
                if !matches!(phrase.quantity, Quantity::Any(_))
                    && matches!(
                        word.concept,
                        Concept::Everything | Concept::Rest | Concept::Them
                    )
                {
                    phrase.quantity = Quantity::All(None);
                }
                // “Everything red”.
                let mut end = index + 1;
                if matches!(word.concept, Concept::Everything)
                    && let Some(Concept::Modifier(modifier)) = concept(end)
                {
                    phrase.modifiers.push(modifier.clone());
                    end += 1;
                }
                return Some((phrase, end));
            }
            Concept::Contents => {
                let host = (index + 1..words.len().min(index + 4))
                    .take_while(|at| *at == index + 1 || is_function_word(&words[*at - 1]))
                    .find_map(|at| {
                        let (mut host, end) = read_noun_phrase_core(words, at)?;
                        host.text.clone_from(&words[at].text);
                        (opens_noun(words, at) || host.pronoun.is_some()).then_some((host, end))
                    });
                phrase.pronoun = Some(Pronoun::Contents);
                phrase.quantity = Quantity::All(None);
                // “What is in there”.
                let (host, end) = host.unwrap_or_else(|| {
                    let it = Phrase {
                        pronoun: Some(Pronoun::It),
                        text: "it".to_owned(),
                        ..Phrase::default()
                    };
                    let is_there = matches!(concept(index + 1), Some(Concept::There));
                    (it, index + 1 + usize::from(is_there))
                });
                phrase.at.push((
                    true,
                    SpatialPreposition::At(crate::Relation::In),
                    vec![host],
                ));
                return Some((phrase, end));
            }
            Concept::Unknown | Concept::Typical(_)
                if is_definite || phrase.indefinite || !phrase.modifiers.is_empty() =>
            {
                phrase.unknown.push(word.text.clone());
                // A noun may follow: “the checkered cube”.
                if !opens_noun(words, index + 1)
                    && !matches!(concept(index + 1), Some(Concept::Unknown))
                {
                    phrase.headless = true;
                    has_head = true;
                    index += 1;
                    break;
                }
            }
            // “The red queue”, where dictation misheard.
            Concept::Verb(_) | Concept::Cannot(_)
                if matches!(
                    index.checked_sub(1).and_then(concept),
                    Some(Concept::Modifier(_))
                ) && words_misheard_as(&word.text).next().is_some() =>
            {
                phrase.unknown.push(word.text.clone());
                phrase.headless = true;
                has_head = true;
                index += 1;
                break;
            }
            // “The hammer” is a thing, “hammer the cube” is not.
            Concept::Cannot(_) if index > begin && is_determiner(&words[index - 1].concept) => {
                phrase.unknown.push(word.text.clone());
                phrase.headless = true;
                has_head = true;
                index += 1;
                break;
            }
            _ => break,
        }
        index += 1;
    }
    // “All except the ball”, “all in the bowl”.
    if !has_head
        && matches!(phrase.quantity, Quantity::All(None))
        && index == begin + 1
        && matches!(
            concept(index),
            Some(Concept::Except | Concept::But | Concept::Place(_))
        )
    {
        phrase.pronoun = Some(Pronoun::Everything);
        return Some((phrase, index));
    }
    if !has_head {
        // “The red”, “the biggest”, “the other”, “two”.
        let stands = !phrase.modifiers.is_empty()
            || (is_definite || is_begun) && (phrase.extreme.is_some() || phrase.other)
            || number.is_some()
            || matches!(phrase.quantity, Quantity::Any(2..) | Quantity::All(Some(_)));
        if !is_begun || !stands {
            return None;
        }
    }
    // “The bigger one of the two cubes”.
    if has_head
        && phrase.kinds.is_empty()
        && phrase.unknown.is_empty()
        && words.get(index).is_some_and(|word| word.text == "of")
        && let Some((of, end)) = read_noun_phrase_core(words, index + 1)
    {
        phrase.kinds = of.kinds;
        phrase.alike = of.alike;
        phrase.modifiers.extend(of.modifiers);
        index = end;
    }
    // “The bigger of the cubes” is one.
    if phrase.extreme.is_some()
        && words[begin..index]
            .iter()
            .any(|word| word.text == "of" || word.text.ends_with(" of"))
    {
        phrase.plural = false;
        number = None;
    }
    // “A cup of tea”.
    if has_head
        && words.get(index).is_some_and(|word| word.text == "of")
        && let Some(word) = words.get(index + 1)
        && matches!(word.concept, Concept::Unknown)
    {
        phrase
            .unknown
            .push(format!("{} of {}", words[index - 1].text, word.text));
        phrase.headless = true;
        index += 2;
    }
    if let Some(number) = number {
        phrase.plural = true;
        phrase.quantity = if is_definite && !is_part || matches!(phrase.quantity, Quantity::All(_))
        {
            Quantity::All(Some(number))
        } else {
            Quantity::Any(number)
        };
    } else if phrase.plural && phrase.quantity == Quantity::Only {
        phrase.quantity = Quantity::All(None);
    }
    Some((phrase, index))
}

/// Behind “of”, “the”, “those”.
fn past_little(words: &[Word], begin: usize) -> usize {
    let is_little = |word: &&Word| {
        matches!(
            word.concept,
            Concept::Filler | Concept::The | Concept::My | Concept::That
        )
    };
    begin + words.iter().skip(begin).take_while(is_little).count()
}
