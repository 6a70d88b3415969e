//! Noun phrases: which things are spoken of.

use super::lexicon::{Concept, Extreme, SpatialPreposition, Verb};
use super::noun::read_noun_phrase_core;
use super::restriction::{exception, restriction};
use super::words::{Word, words_misheard_as};

/// How many of the things that fit are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quantity {
    /// “The cube”, “a cube”, “cube”: the only one.
    #[default]
    Only,
    /// “Two cubes”: so many, whichever.
    Any(usize),
    /// “The two cubes”, “all cubes”: every one, and as many as are said.
    All(Option<usize>),
    /// “Half of the cubes”, whichever.
    Half,
    /// “No cube”.
    None,
}

/// What a noun phrase says of the things that it means.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Phrase {
    pub quantity: Quantity,
    /// Which of the kinds, best first; empty: any thing.
    pub kinds: Vec<String>,
    /// Whether all kinds are meant alike.
    pub alike: bool,
    pub modifiers: Vec<String>,
    pub not_modifiers: Vec<String>,
    pub not_kinds: Vec<String>,
    pub extreme: Option<Extreme>,
    /// Whether it is there, and where.
    pub at: Vec<(bool, SpatialPreposition, Vec<Phrase>)>,
    pub except: Vec<Phrase>,
    pub pronoun: Option<Pronoun>,
    /// “The other cube”.
    pub other: bool,
    /// Words whose meaning is not known, one of which is the noun if `headless`.
    pub unknown: Vec<String>,
    pub headless: bool,
    pub plural: bool,
    pub indefinite: bool,
    /// As it was said.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pronoun {
    It,
    Them,
    Former,
    Latter,
    Rest,
    Everything,
    Contents,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    Phrase(Phrase),
    Word(Word),
}

impl Item {
    /// A word that stands for what was said in others.
    pub fn from_word(text: &str, concept: Concept) -> Self {
        Self::Word(Word {
            text: text.to_owned(),
            concept,
        })
    }

    pub fn concept(&self) -> Option<&Concept> {
        match self {
            Self::Word(word) => Some(&word.concept),
            Self::Phrase(_) => None,
        }
    }

    pub fn as_phrase(&self) -> Option<&Phrase> {
        match self {
            Self::Phrase(phrase) => Some(phrase),
            Self::Word(_) => None,
        }
    }

    pub fn has_concept(&self, concept: &Concept) -> bool {
        self.concept() == Some(concept)
    }

    pub fn is_verb(&self, verb: Verb) -> bool {
        self.has_concept(&Concept::Verb(verb))
    }

    pub fn is_punctuation_mark(&self) -> bool {
        matches!(self.concept(), Some(Concept::Mark(_)))
    }
}

/// Finds the noun phrases; fillers fall away.
pub(super) fn items(words: &[Word]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut index = 0;
    while index < words.len() {
        if let Some((phrase, after)) = phrase(words, index) {
            items.push(Item::Phrase(phrase));
            index = after;
            if is_deictic(words, index, &items) {
                index += 1;
            }
        } else {
            let word = &words[index];
            if !matches!(
                word.concept,
                Concept::Filler | Concept::The | Concept::A | Concept::My | Concept::Half
            ) {
                items.push(Item::Word(word.clone()));
            }
            index += 1;
        }
    }
    items
}

/// “That peg there”, “the two blocks here”: tells which, and not where it goes.
fn is_deictic(words: &[Word], index: usize, items: &[Item]) -> bool {
    const HERE: [&str; 5] = ["here", "there", "over here", "over there", "in here"];
    let is_here = words
        .get(index)
        .is_some_and(|word| HERE.contains(&word.text.as_str()));
    let Some(Item::Phrase(phrase)) = items.last().filter(|_| is_here) else {
        return false;
    };
    let is_mark = |item: &Item| item.is_punctuation_mark() || item.has_concept(&Concept::And);
    let clause = items.iter().rev().take_while(|item| !is_mark(item));
    let is_verb = |item: &Item| matches!(item.concept(), Some(Concept::Verb(_)));
    let goes = clause.clone().any(is_verb);
    let later = words[index + 1..].iter().any(|word| {
        matches!(
            word.concept,
            Concept::Place(_) | Concept::There | Concept::BesideIt
        )
    });
    let is_shown = ["that", "those", "this", "these", "them"]
        .iter()
        .any(|word| phrase.text.starts_with(word));
    phrase.pronoun.is_none() && (!goes || is_shown && later)
}

/// The noun phrase that begins at `begin`, with what restricts it, and where it ends.
pub(super) fn phrase(words: &[Word], begin: usize) -> Option<(Phrase, usize)> {
    let (mut phrase, mut end) = read_noun_phrase_core(words, begin)?;
    // “Which cube is biggest”, “whichever cube is not red”.
    let asks = begin
        .checked_sub(1)
        .is_some_and(|before| ["which", "what"].contains(&words[before].text.as_str()));
    let is_free = asks
        || words[begin].text.contains("whichever")
        || begin > 0 && words[begin - 1].text.contains("whichever");
    if let Some((color, after)) = color_behind_noun(words, begin, end, &phrase) {
        phrase.modifiers.push(color);
        end = after;
    }
    while let Some(after) = restriction(words, end, is_free, &mut phrase) {
        end = after;
    }
    if let Some(after) = exception(words, end, &mut phrase) {
        end = after;
    }
    let said: Vec<&str> = words[begin..end]
        .iter()
        .map(|word| word.text.as_str())
        .collect();
    phrase.text = said.join(" ");
    Some((phrase, end))
}

/// “The cube blue”, as learners say: a color behind the noun, which is not told of it.
fn color_behind_noun(
    words: &[Word],
    begin: usize,
    end: usize,
    phrase: &Phrase,
) -> Option<(String, usize)> {
    let Concept::Modifier(color) = &words.get(end)?.concept else {
        return None;
    };
    let names_another = words.get(end + 1).is_some_and(|next| {
        matches!(
            next.concept,
            Concept::Noun { .. }
                | Concept::Thing
                | Concept::One
                | Concept::Unknown
                | Concept::Modifier(_)
                | Concept::Or
        )
    });
    let is_said_of_it = words[..begin]
        .iter()
        .any(|word| matches!(word.concept, Concept::Verb(Verb::Be) | Concept::Cannot(_)));
    let is_noun = matches!(
        words[end - 1].concept,
        Concept::Noun { .. } | Concept::Thing
    );
    (is_noun && phrase.modifiers.is_empty() && !names_another && !is_said_of_it)
        .then(|| (color.clone(), end + 1))
}

/// What an unknown noun or adjective may have been before dictation.
pub(super) fn possible_spoken_words(word: &str) -> Vec<String> {
    words_misheard_as(word).map(str::to_owned).collect()
}
