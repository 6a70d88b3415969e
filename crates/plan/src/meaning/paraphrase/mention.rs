//! A sentence as words and numbered mentions of things.

use super::super::lexicon::{Concept, SpatialPreposition, Verb};
use super::super::noun::read_noun_phrase_core;
use super::super::phrase::Phrase;
use super::super::scene::{Role, Scene, kind_of};
use super::super::words::Word;
use crate::spatial_relations::Relation;

/// What a mention is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MentionSort {
    /// One thing that can be moved.
    Object,
    /// One thing that others are put in or on.
    Container,
    /// Several things that can be moved.
    Objects,
    /// Several things that others are put in or on.
    Containers,
    /// A color by itself.
    Color,
    /// Something that is not seen.
    Absent,
}

impl MentionSort {
    fn name(self) -> &'static str {
        match self {
            Self::Object => "OBJ",
            Self::Container => "CON",
            Self::Objects => "OBJS",
            Self::Containers => "CONS",
            Self::Color => "COL",
            Self::Absent => "ABS",
        }
    }
}

/// What a noun phrase speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub sort: MentionSort,
    /// Which of its sort, in the order in which they are mentioned, from 1.
    pub number: usize,
    /// Names of what is meant, as seen.
    pub names: Vec<String>,
    /// The noun, in singular.
    pub kind: String,
    pub modifiers: Vec<String>,
}

impl Mention {
    /// Such as `OBJ1`.
    pub fn slot(&self) -> String {
        format!("{}{}", self.sort.name(), self.number)
    }
}

/// A word or a mention, as the classifier sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentencePart {
    /// Words in lower case, or the slot of a mention.
    pub tokens: Vec<String>,
    /// What it means, if that may matter: a sense of the lexicon, or the slot.
    pub sense: Option<String>,
}

impl SentencePart {
    /// What has no words of its own, or only itself.
    pub fn from_token(token: &str) -> Self {
        Self {
            tokens: vec![token.to_owned()],
            sense: Some(token.to_owned()),
        }
    }
}

/// A sentence as words and mentions.
#[derive(Clone, Debug, Default)]
pub struct Delexicalized {
    pub parts: Vec<SentencePart>,
    /// Those of the words that change what is asked for by themselves.
    pub weighty: Vec<String>,
    pub mentions: Vec<Mention>,
}

impl Delexicalized {
    /// The slots of all mentions, in alphabetic order.
    pub fn slots(&self) -> Vec<String> {
        let mut slots: Vec<String> = self.mentions.iter().map(Mention::slot).collect();
        slots.sort();
        slots
    }

    /// Words in lower case, and the slots of mentions.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        let tokens = self.parts.iter().flat_map(|part| &part.tokens);
        tokens.map(String::as_str)
    }

    /// The senses of the words that have one, and the slots of mentions.
    pub fn senses(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| part.sense.as_deref())
    }

    fn say(&mut self, word: &Word) {
        self.parts.push(SentencePart {
            tokens: word.text.split(' ').map(str::to_owned).collect(),
            sense: sense(&word.concept),
        });
        self.weighty.extend(weight(word));
    }

    /// Something of no known meaning that may be a deed or a thing.
    fn say_unknown(&mut self, sort: &str, word: &Word) {
        self.parts.push(SentencePart::from_token(sort));
        self.weighty.push(format!("{sort} {}", word.text));
    }

    fn mention(&mut self, mut mention: Mention) {
        let of_sort = |known: &&Mention| known.sort == mention.sort;
        let is_same = |known: &&Mention| match mention.sort {
            MentionSort::Color | MentionSort::Absent => {
                known.kind == mention.kind && known.modifiers == mention.modifiers
            }
            _ => known.names == mention.names,
        };
        let known = self.mentions.iter().filter(of_sort).find(is_same);
        if let Some(known) = known {
            self.parts.push(SentencePart::from_token(&known.slot()));
            return;
        }
        mention.number = 1 + self.mentions.iter().filter(of_sort).count();
        self.parts.push(SentencePart::from_token(&mention.slot()));
        self.mentions.push(mention);
    }
}

/// What stands for a noun in plural, beside its mention.
const PLURAL: &str = "+s";

/// What the stand-ins for words of no known meaning begin with.
pub(super) const UNKNOWN_PREFIX: &str = "?";

/// Stands behind a word of no known meaning where a deed is named: “marinate the cube”.
pub(super) const UNKNOWN_DEED: &str = "?deed";

/// Stands behind a word of no known meaning where a thing is named: “the banana”.
pub(super) const UNKNOWN_THING: &str = "?thing";

/// What no class knows.
pub(super) const FITS_NO_CLASS: &str = "!";

/// Reads words about what is seen.
pub(super) fn delexicalize_words(words: &[Word], scene: &Scene) -> Delexicalized {
    let mut read = Delexicalized::default();
    let mut index = 0;
    let mut unknown_thing = None;
    while let Some(word) = words.get(index) {
        if let Some((phrase, end)) = read_noun_phrase_core(words, index)
            && let Some(mention) = mention(&phrase, &words[index..end], scene)
        {
            // “Marinate the cube”: it may be any deed.
            if let Some(before) = index.checked_sub(1)
                && words[before].concept == Concept::Unknown
            {
                read.say_unknown(UNKNOWN_DEED, &words[before]);
            }
            for said in words[index..end].iter().filter(|word| !is_name(word)) {
                read.say(said);
            }
            if phrase.plural {
                read.parts.push(SentencePart::from_token(PLURAL));
                read.weighty.push(PLURAL.to_owned());
            }
            read.mention(mention);
            index = end;
        } else {
            // “The banana”: it may be any thing.
            if let Some((phrase, end)) = read_noun_phrase_core(words, index)
                && phrase.headless
            {
                unknown_thing = end.checked_sub(1);
            }
            // “So that the bowl is to its left”: of which of the two is not seen here.
            let next = words.get(index + 1).map(|next| next.text.as_str());
            if word.text.ends_with("its") && matches!(next, Some("left" | "right" | "front")) {
                read.weighty.push(FITS_NO_CLASS.to_owned());
            }
            read.say(word);
            if unknown_thing == Some(index) {
                read.say_unknown(UNKNOWN_THING, word);
            }
            index += 1;
        }
    }
    read
}

fn mention(phrase: &Phrase, said: &[Word], scene: &Scene) -> Option<Mention> {
    const SURROUNDINGS: [&str; 3] = ["table", "floor", "arm"];
    let is_surrounding = phrase
        .kinds
        .first()
        .is_some_and(|kind| SURROUNDINGS.contains(&kind.as_str()));
    if phrase.pronoun.is_some()
        || is_surrounding
        || phrase.kinds.is_empty() && phrase.modifiers.is_empty()
    {
        return None;
    }
    let plain = Phrase {
        kinds: phrase.kinds.clone(),
        alike: phrase.alike,
        modifiers: phrase.modifiers.clone(),
        unknown: phrase.unknown.clone(),
        headless: phrase.headless,
        ..Phrase::default()
    };
    let names = scene
        .names_fitting_phrase(&plain, Role::Any)
        .unwrap_or_default();
    let containers = names.iter().filter(|name| scene.is_container(name)).count();
    let has_head = !phrase.kinds.is_empty() || said.last().is_some_and(is_head);
    let sort = match names.len() {
        0 => MentionSort::Absent,
        1 if containers == 1 => MentionSort::Container,
        1 => MentionSort::Object,
        _ if !has_head => MentionSort::Color,
        _ if containers == 0 => MentionSort::Objects,
        count if containers == count => MentionSort::Containers,
        _ => MentionSort::Color,
    };
    let seen = names.first().and_then(|name| scene.object(name));
    let kind = seen.map(kind_of).map(str::to_owned);
    Some(Mention {
        sort,
        number: 0,
        kind: kind
            .or_else(|| phrase.kinds.first().cloned())
            .unwrap_or_else(|| phrase.unknown.join(" ")),
        modifiers: phrase.modifiers.clone(),
        names,
    })
}

/// “One”, “thing”.
fn is_head(word: &Word) -> bool {
    matches!(word.concept, Concept::One | Concept::Thing)
}

/// Whether a word only names the thing, as its mention does.
fn is_name(word: &Word) -> bool {
    matches!(
        word.concept,
        Concept::Modifier(_)
            | Concept::Typical(_)
            | Concept::Colored
            | Concept::Shaped(_)
            | Concept::Noun { .. }
    )
}

/// A sense of a word that may matter.
fn sense(concept: &Concept) -> Option<String> {
    match concept {
        Concept::Unknown | Concept::Filler | Concept::The | Concept::A | Concept::Mark(',') => None,
        concept => Some(format!("{concept:?}")),
    }
}

/// What a word says, if it changes by itself what is asked for: it forbids, counts, compares,
/// excepts, sets a condition or an order, or names a deed or a side.
fn weight(word: &Word) -> Option<String> {
    const WORDS: [&str; 40] = [
        "no",
        "never",
        "nor",
        "neither",
        "none",
        "only",
        "instead",
        "rather",
        "half",
        "when",
        "until",
        "till",
        "before",
        "after",
        "again",
        "once",
        "than",
        "without",
        "already",
        "who",
        "why",
        "how",
        "always",
        "used",
        "refuse",
        "hate",
        "hates",
        "keep",
        "keeps",
        "leave",
        "leaves",
        "remain",
        "remains",
        "nobody",
        "somebody",
        "someone",
        "yesterday",
        "tomorrow",
        "was",
        "were",
    ];
    let is_said = |one: &&str| word.text.split(' ').any(|part| part == *one);
    let is_neutral = |place: &SpatialPreposition| {
        matches!(
            place,
            SpatialPreposition::At(Relation::In | Relation::On)
                | SpatialPreposition::To
                | SpatialPreposition::From
                | SpatialPreposition::OutOf
        )
    };
    if matches!(word.concept, Concept::Side(_)) {
        return Some(FITS_NO_CLASS.to_owned());
    }
    let is_weighty = match &word.concept {
        Concept::Not
        | Concept::None
        | Concept::Except
        | Concept::But
        | Concept::Or
        | Concept::Number(_)
        | Concept::All
        | Concept::Both
        | Concept::Any(_)
        | Concept::If
        | Concept::Unless
        | Concept::Otherwise
        | Concept::After
        | Concept::Then
        | Concept::Correction
        | Concept::Other
        | Concept::Rest
        | Concept::Everything
        | Concept::Contents
        | Concept::Extreme(_)
        | Concept::Direction(_)
        | Concept::Side(_)
        | Concept::Back
        | Concept::Nothing
        | Concept::Cannot(_)
        | Concept::Former
        | Concept::Latter
        | Concept::Outside
        | Concept::Apart
        | Concept::BesideIt
        | Concept::Tower
        | Concept::Row
        | Concept::OnEachOther
        | Concept::EachOwn
        | Concept::ByColor
        | Concept::ByShape
        | Concept::TradePlaces => true,
        Concept::Place(place) => !is_neutral(place),
        Concept::Verb(verb) => {
            *verb == Verb::Stay || verb.is_deed() && !matches!(verb, Verb::Put | Verb::Take)
        }
        _ => false,
    };
    match is_weighty {
        true => Some(format!("{:?}", word.concept)),
        false => WORDS.into_iter().find(is_said).map(str::to_owned),
    }
}
