//! Noun phrases: which things are spoken of.

use super::lexicon::{Concept, Extreme, Place, Verb};
use super::words::{Word, heard_as};

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
    pub at: Vec<(bool, Place, Vec<Phrase>)>,
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
    pub fn concept(&self) -> Option<&Concept> {
        match self {
            Self::Word(word) => Some(&word.concept),
            Self::Phrase(_) => None,
        }
    }

    pub fn phrase(&self) -> Option<&Phrase> {
        match self {
            Self::Phrase(phrase) => Some(phrase),
            Self::Word(_) => None,
        }
    }

    pub fn is(&self, concept: &Concept) -> bool {
        self.concept() == Some(concept)
    }

    pub fn is_verb(&self, verb: Verb) -> bool {
        self.is(&Concept::Verb(verb))
    }

    pub fn is_mark(&self) -> bool {
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
                Concept::Filler | Concept::The | Concept::A | Concept::My
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
    let is_mark = |item: &Item| item.is_mark() || item.is(&Concept::And);
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
fn phrase(words: &[Word], begin: usize) -> Option<(Phrase, usize)> {
    let (mut phrase, mut end) = core(words, begin)?;
    // “Which cube is biggest”, “whichever cube is not red”.
    let asks = begin
        .checked_sub(1)
        .is_some_and(|before| ["which", "what"].contains(&words[before].text.as_str()));
    let is_free = asks
        || words[begin].text.contains("whichever")
        || begin > 0 && words[begin - 1].text.contains("whichever");
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

/// Determiners, adjectives and the noun.
fn core(words: &[Word], begin: usize) -> Option<(Phrase, usize)> {
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
            Concept::That if !is_begun && stands_alone(words, index) => {
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
            // “One of the two cubes”, “two of the three cubes”.
            Concept::Number(_)
                if (matches!(phrase.quantity, Quantity::Any(_)) || is_part && number.is_some())
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
                phrase.extreme = side(&word.text).or(phrase.extreme);
            }
            Concept::Nothing if is_begun && opens_noun(words, index + 1) => {}
            Concept::Filler if is_begun && opens_noun(words, index + 1) => {
                phrase.extreme = side(&word.text).or(phrase.extreme);
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
                    .take_while(|at| *at == index + 1 || is_little(&words[*at - 1]))
                    .find_map(|at| {
                        core(words, at)
                            .filter(|(host, _)| opens_noun(words, at) || host.pronoun.is_some())
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
                phrase
                    .at
                    .push((true, Place::At(crate::Relation::In), vec![host]));
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
                ) && heard_as(&word.text).next().is_some() =>
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
        && let Some((of, end)) = core(words, index + 1)
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

fn is_noun_or_adjective(concept: Option<&Concept>) -> bool {
    matches!(
        concept,
        Some(
            Concept::Noun { .. }
                | Concept::Number(_)
                | Concept::Modifier(_)
                | Concept::Shaped(_)
                | Concept::Thing
                | Concept::Extreme(_)
        )
    )
}

/// “Of”, “in” and the like between “contents” and what has them.
fn is_little(word: &Word) -> bool {
    matches!(
        word.concept,
        Concept::Filler | Concept::The | Concept::A | Concept::My | Concept::Place(_)
    )
}

fn is_determiner(concept: &Concept) -> bool {
    matches!(concept, Concept::The | Concept::A | Concept::My)
}

/// “Balls” but not “glass”.
fn is_plural(noun: &str) -> bool {
    noun.ends_with('s') && !noun.ends_with("ss") || noun == "dice"
}

fn side(text: &str) -> Option<Extreme> {
    match text {
        "left" => Some(Extreme::Left),
        "right" => Some(Extreme::Right),
        _ => None,
    }
}

/// Whether a noun follows, after adjectives and “of the”.
fn opens_noun(words: &[Word], begin: usize) -> bool {
    for word in words.iter().skip(begin) {
        match &word.concept {
            Concept::Noun { .. }
            | Concept::Thing
            | Concept::One
            | Concept::Modifier(_)
            | Concept::Unknown => return true,
            Concept::Rest | Concept::Them => return true,
            Concept::Typical(_) | Concept::Shaped(_) => return true,
            Concept::The
            | Concept::A
            | Concept::My
            | Concept::Other
            | Concept::Extreme(_)
            | Concept::Number(_) => {}
            Concept::Filler if !["is", "are", "and"].contains(&word.text.as_str()) => {}
            Concept::Direction(_) if side(&word.text).is_some() => {}
            _ => return false,
        }
    }
    false
}

/// “That” without a noun and without a clause behind it.
fn stands_alone(words: &[Word], index: usize) -> bool {
    let follows = words.get(index + 1).map(|word| &word.concept);
    let leads = index.checked_sub(1).map(|before| &words[before].concept);
    let is_relative = matches!(
        follows,
        Some(Concept::Verb(_) | Concept::Not | Concept::Somebody | Concept::Cannot(_))
    );
    let is_object = matches!(
        leads,
        Some(Concept::Verb(_) | Concept::Cannot(_) | Concept::Place(_))
    );
    !is_relative
        && is_object
        && matches!(
            follows,
            Some(Concept::Place(_) | Concept::Mark(_) | Concept::There) | None
        )
}

/// What tells a thing from others, behind its noun: “that is not red”, “on the left”, “nearest to the bowl”.
fn restriction(words: &[Word], begin: usize, is_free: bool, phrase: &mut Phrase) -> Option<usize> {
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
            let (other, end) = core(words, index)?;
            phrase.not_modifiers.extend(other.modifiers);
            phrase.not_kinds.extend(other.kinds);
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
        Concept::Place(place @ (Place::NearestTo | Place::FarthestFrom)) if !is_not => {
            let (other, end) = self::phrase(words, skip_little(words, index + 1))?;
            phrase.at.push((true, *place, vec![other]));
            Some(end)
        }
        Concept::Place(place @ (Place::At(_) | Place::Between | Place::OutOf))
            if is_relative || is_not =>
        {
            let place = *place;
            let (other, mut end) = core(words, skip_little(words, index + 1))?;
            let mut others = vec![other];
            if place == Place::Between && matches!(concept(end), Some(Concept::And)) {
                let (second, after) = core(words, skip_little(words, end + 1))?;
                others.push(second);
                end = after;
            }
            phrase.at.push((!is_not, place, others));
            Some(end)
        }
        _ => None,
    }
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
fn exception(words: &[Word], begin: usize, phrase: &mut Phrase) -> Option<usize> {
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
    let (first, mut end) = core(words, index)?;
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
    ) && let Some((next, after)) = core(words, end + 1)
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

/// What an unknown noun or adjective may have been before dictation.
pub(super) fn heard(word: &str) -> Vec<String> {
    heard_as(word).map(str::to_owned).collect()
}
