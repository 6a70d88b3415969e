//! Chinese: words without spaces, places behind the things that they are at.
//!
//! A sentence becomes the same items as an English one, in English order, so that one reading of
//! requests serves both.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lexicon::{Concept, Extreme, SpatialPreposition, Verb};
use super::notation;
use super::phrase::{Item, Phrase, Pronoun, Quantity};
use super::words::Word;
use crate::spatial_relations::Relation;

/// Most characters of a word.
const MAX_WORD_CHARS: usize = 8;

static LEXICON: LazyLock<HashMap<String, Vec<Concept>>> = LazyLock::new(|| {
    let mut lexicon: HashMap<String, Vec<Concept>> = HashMap::new();
    for (concept, words) in notation::lexicon_entries(include_str!("lexicon.zh.txt")) {
        for word in words {
            lexicon
                .entry(word.to_owned())
                .or_default()
                .push(concept.clone());
        }
    }
    lexicon
});

/// Reads a sentence.
pub(super) fn read_words(sentence: &str) -> Vec<Word> {
    let letters: Vec<char> = sentence.trim().chars().collect();
    let mut words: Vec<Word> = Vec::new();
    let mut index = 0;
    while let Some(letter) = letters.get(index) {
        let longest = (1..=MAX_WORD_CHARS.min(letters.len() - index))
            .rev()
            .find_map(|length| {
                let text: String = letters[index..index + length].iter().collect();
                let concepts = LEXICON.get(&text)?;
                Some((text, concepts.first()?.clone(), length))
            });
        let (text, concept, length) = match (letter, longest) {
            ('，' | ',' | '、' | ' ' | '：' | ':' | '　', _) => {
                (",".to_owned(), Concept::Mark(','), 1)
            }
            ('。' | '.' | '！' | '!' | '；' | ';' | '\n', _) => {
                (".".to_owned(), Concept::Mark('.'), 1)
            }
            ('？' | '?', _) => ("?".to_owned(), Concept::Mark('?'), 1),
            ('的', _) => ("的".to_owned(), Concept::That, 1),
            (_, Some(found)) => found,
            _ => (letter.to_string(), Concept::Unknown, 1),
        };
        match words.last_mut() {
            // Unknown characters make one word.
            Some(last) if concept == Concept::Unknown && last.concept == Concept::Unknown => {
                last.text += &text
            }
            _ => words.push(Word { text, concept }),
        }
        index += length;
    }
    words
}

/// Items in English order: the place before the thing that it is at.
pub(super) fn items_in_english_order(words: &[Word]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let arranges = |word: &Word| {
        matches!(
            word.concept,
            Concept::Row | Concept::Tower | Concept::OnEachOther | Concept::Verb(Verb::Row)
        )
    };
    let is_arranged = words.iter().any(arranges);
    let mut index = 0;
    while index < words.len() {
        if let Some((mut phrase, after)) = phrase(words, index) {
            index = after;
            // “方块都叠起来”, “把方块排成一排”: all of them.
            let is_whole = words
                .get(after)
                .is_some_and(|word| ["都", "全", "全部"].contains(&word.text.as_str()));
            if phrase.quantity == Quantity::Only
                && (is_whole
                    || is_arranged && phrase.modifiers.is_empty() && !phrase.kinds.is_empty())
            {
                phrase.quantity = Quantity::All(None);
                phrase.plural = true;
            }
            // “从碗里”: out of it.
            if items
                .last()
                .is_some_and(|item| item.has_concept(&Concept::Place(SpatialPreposition::From)))
            {
                if let Some((_, after)) = postposition(words, index) {
                    index = after;
                }
                items.push(Item::Phrase(phrase));
                continue;
            }
            match postposition(words, index) {
                Some((place, after)) => {
                    index = after;
                    items.push(Item::from_word(
                        &words[after - 1].text,
                        Concept::Place(place),
                    ));
                    items.push(Item::Phrase(phrase));
                }
                // “放到碗”: into it.
                None if goes_into(&items) => {
                    items.push(Item::from_word(
                        "到",
                        Concept::Place(SpatialPreposition::To),
                    ));
                    items.push(Item::Phrase(phrase));
                }
                None => items.push(Item::Phrase(phrase)),
            }
            continue;
        }
        let word = &words[index];
        if word.concept != Concept::Filler && word.concept != Concept::That {
            items.push(Item::Word(word.clone()));
        }
        index += 1;
    }
    items
}

/// Whether the verb before a thing says that something goes there.
fn goes_into(items: &[Item]) -> bool {
    matches!(items.last(), Some(Item::Word(word)) if matches!(word.concept, Concept::Verb(Verb::Put | Verb::Go))
        && word.text.ends_with(['进', '到', '入', '至', '在']))
        && items.iter().any(|item| item.as_phrase().is_some())
}

/// “里”, “旁边”, “左边” behind a thing, unless it tells which of others is meant.
fn postposition(words: &[Word], begin: usize) -> Option<(SpatialPreposition, usize)> {
    let mut index = begin;
    if words
        .get(index)
        .is_some_and(|word| word.concept == Concept::That)
    {
        index += 1;
    }
    let place = place_of(words.get(index)?)?;
    let is_restriction = words
        .get(index + 1)
        .is_some_and(|word| word.concept == Concept::That);
    (!is_restriction).then_some((place, index + 1))
}

fn place_of(word: &Word) -> Option<SpatialPreposition> {
    match word.concept {
        Concept::Place(place) => Some(place),
        Concept::Extreme(extreme) if !word.text.starts_with('最') => match extreme {
            Extreme::Left => Some(SpatialPreposition::At(Relation::LeftOf)),
            Extreme::Right => Some(SpatialPreposition::At(Relation::RightOf)),
            Extreme::Front => Some(SpatialPreposition::At(Relation::InFrontOf)),
            Extreme::Back => Some(SpatialPreposition::At(Relation::Behind)),
            _ => None,
        },
        _ => None,
    }
}

/// The noun phrase that begins here: what restricts it stands before its noun.
fn phrase(words: &[Word], begin: usize) -> Option<(Phrase, usize)> {
    let mut phrase = Phrase::default();
    let mut index = begin;
    let mut is_begun = false;
    let mut has_head = false;
    while let Some(word) = words.get(index) {
        match &word.concept {
            Concept::That if is_begun => {}
            Concept::That if word.text != "的" => is_begun = true,
            Concept::A => (is_begun, phrase.indefinite) = (true, true),
            Concept::All | Concept::Both => {
                (is_begun, phrase.quantity) = (true, Quantity::All(None))
            }
            Concept::Any(count) => (is_begun, phrase.quantity) = (true, Quantity::Any(*count)),
            Concept::Number(count) => {
                is_begun = true;
                let is_definite = index > begin && words[index - 1].concept == Concept::That;
                phrase.quantity = if is_definite {
                    Quantity::All(Some(*count))
                } else {
                    Quantity::Any(*count)
                };
            }
            Concept::Other => (is_begun, phrase.other) = (true, true),
            Concept::Filler
                if is_begun
                    && ["个", "颗", "只", "块", "件", "色"].contains(&word.text.as_str()) => {
            }
            Concept::Modifier(modifier) => {
                is_begun = true;
                phrase.modifiers.push(modifier.clone());
            }
            Concept::Not
                if word.text == "不是"
                    && matches!(
                        words.get(index + 1).map(|next| &next.concept),
                        Some(Concept::Modifier(_))
                    ) =>
            {
                is_begun = true;
                if let Some(Concept::Modifier(modifier)) =
                    words.get(index + 1).map(|next| &next.concept)
                {
                    phrase.not_modifiers.push(modifier.clone());
                }
                index += 1;
            }
            Concept::Extreme(extreme) if restricts(words, index) => {
                (is_begun, phrase.extreme) = (true, Some(*extreme))
            }
            Concept::Noun { kinds, alike } => {
                phrase.kinds.clone_from(kinds);
                phrase.alike = *alike;
                has_head = true;
                index += 1;
                break;
            }
            Concept::Thing => {
                has_head = true;
                index += 1;
                break;
            }
            Concept::It | Concept::Them | Concept::Everything | Concept::Rest if !is_begun => {
                phrase.pronoun = Some(match word.concept {
                    Concept::It => Pronoun::It,
                    Concept::Them => Pronoun::Them,
                    Concept::Everything => Pronoun::Everything,
                    _ => Pronoun::Rest,
                });
                if matches!(word.concept, Concept::Everything | Concept::Rest) {
                    phrase.quantity = Quantity::All(None);
                }
                phrase.text = word.text.clone();
                return Some((phrase, index + 1));
            }
            Concept::Unknown if is_begun => {
                phrase.unknown.push(word.text.clone());
                phrase.headless = !words[index + 1..]
                    .iter()
                    .take(2)
                    .any(|next| matches!(next.concept, Concept::Noun { .. }));
                if phrase.headless {
                    has_head = true;
                    index += 1;
                    break;
                }
            }
            _ => break,
        }
        index += 1;
    }
    if !has_head && phrase.modifiers.is_empty() && phrase.extreme.is_none() && !phrase.other {
        return None;
    }
    phrase.text = words[begin..index]
        .iter()
        .map(|word| word.text.as_str())
        .collect();
    // “碗里的方块”: what was read restricts what follows.
    if let Some(place) = words.get(index).and_then(place_of)
        && words
            .get(index + 1)
            .is_some_and(|word| word.concept == Concept::That)
        && let Some((mut inner, end)) = self::phrase(words, index + 2)
    {
        inner.at.push((true, place, vec![phrase]));
        return Some((inner, end));
    }
    Some((phrase, index))
}

/// “最左边的方块”, “大碗”: a thing follows.
fn restricts(words: &[Word], index: usize) -> bool {
    let rest = words[index + 1..]
        .iter()
        .find(|word| word.concept != Concept::That);
    rest.is_some_and(|word| {
        matches!(
            word.concept,
            Concept::Noun { .. } | Concept::Thing | Concept::Modifier(_)
        )
    })
}
