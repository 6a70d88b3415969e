//! Clauses of context: “my sister is coming over, so …”, “it is raining”, “I slept badly”.
//!
//! They tell of people, weather, time or feelings, and name nothing on the table. They ask for
//! nothing, whatever their words are, and so none of these is asked about. What might ask for
//! something is left alone: a wish, an obligation of something unknown, and what a later “it” may
//! stand for.

use super::lexicon::{Concept, Extreme, SpatialPreposition, Verb};
use super::wish::is_wish_clause;
use super::words::Word;

/// Where the clause of context that begins at `at` ends, if one begins there.
pub(super) fn end_of_context_clause(words: &[Word], at: usize) -> Option<usize> {
    if !begins_clause(words, at) {
        return None;
    }
    let (subject, predicate) = subject(words, at)
        .or_else(|| continued(words, at))
        .or_else(|| forbidden(words, at))?;
    let end = end_of_clause(words, predicate);
    let span = &words[predicate..end];
    // People do something or are only called.
    let tells = matches!(
        subject,
        Subject::Speaker | Subject::Somebody | Subject::Nobody
    );
    if !tells && !span.iter().any(is_predicate) {
        return None;
    }
    let is_felt = span.iter().any(|word| word.concept == Concept::Unknown);
    let matters = (predicate..end)
        .any(|index| matters(words, index, subject) && !(is_felt && is_around(&words[index])))
        || is_wish_clause(span, subject)
        || is_spoken_of_later(&words[at..end], &words[end..], subject);
    (!matters).then_some(end)
}

/// Whom or what a clause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// The person who speaks.
    Speaker,
    Somebody,
    /// Weather, time, or what was spoken of.
    It,
    /// “There is no time”.
    Existence,
    /// Something that is not on the table.
    Unknown,
    /// “Do not be a stranger”, “no coffee left”: nothing that anyone does.
    Nobody,
}

fn begins_clause(words: &[Word], at: usize) -> bool {
    // “Put it in the bowl don't you dare be late”.
    let is_negative = words[at].text == "do"
        && words
            .get(at + 1)
            .is_some_and(|next| next.concept == Concept::Not);
    if is_negative
        && at.checked_sub(1).is_some_and(|before| {
            matches!(
                words[before].concept,
                Concept::Noun { .. } | Concept::There | Concept::Filler
            )
        })
    {
        return true;
    }
    at.checked_sub(1).is_none_or(|before| {
        matches!(
            words[before].concept,
            Concept::Mark(_)
                | Concept::And
                | Concept::But
                | Concept::Then
                | Concept::Because
                | Concept::Correction
        ) || words[before].text == "and"
            || JOINTS.contains(&words[before].text.as_str())
    })
}

/// “Do not be a stranger”, “no coffee left in this house”: what is not to be, or is not there.
fn forbidden(words: &[Word], at: usize) -> Option<(Subject, usize)> {
    let first = (at..words.len()).find(|index| {
        let word = &words[*index];
        word.concept != Concept::Filler && word.text != "do"
    })?;
    let is_told = match words[first].concept {
        Concept::Not => words[first].text != "without",
        Concept::None => words
            .get(first + 1)
            .is_some_and(|next| next.concept == Concept::Unknown),
        _ => false,
    };
    let names = words[first + 1..end_of_clause(words, first + 1)]
        .iter()
        .any(|word| matches!(word.concept, Concept::It | Concept::Them) || word.text == "that");
    (is_told && !names).then_some((Subject::Nobody, first))
}

/// “… and never once had a helper like you”: goes on about whom a clause before told of.
fn continued(words: &[Word], at: usize) -> Option<(Subject, usize)> {
    let joint = at.checked_sub(1)?;
    let is_joined =
        joint > 0 && words[joint].text == "and" && words[joint - 1].concept == Concept::Filler;
    let first = (at..words.len()).find(|index| words[*index].concept != Concept::Filler)?;
    let tells = match &words[first].concept {
        Concept::Not => true,
        Concept::Verb(verb) => !verb.is_deed() && *verb != Verb::Go,
        Concept::Unknown => is_predicate(&words[first]),
        // “With one hand and a coffee”.
        Concept::A => words[first + 1..]
            .iter()
            .take_while(|word| !matches!(word.concept, Concept::Mark(_)))
            .all(|word| matches!(word.concept, Concept::Filler | Concept::Unknown)),
        _ => false,
    };
    (is_joined && tells).then_some((Subject::Speaker, first))
}

/// Fillers that join a clause of context to another.
const JOINTS: [&str; 7] = ["so", "therefore", "hence", "thus", "as", "since", "while"];

/// The subject of a clause and where its predicate begins.
fn subject(words: &[Word], at: usize) -> Option<(Subject, usize)> {
    let mut index = at;
    let mut is_determined = false;
    while let Some(word) = words.get(index) {
        match &word.concept {
            Concept::Filler if word.text == "let us" => return None,
            Concept::Filler | Concept::Number(_) => {}
            Concept::The | Concept::My | Concept::A | Concept::All | Concept::Both => {
                is_determined = true;
            }
            // “My little sister”.
            Concept::Extreme(Extreme::Big | Extreme::Small) if is_determined => {}
            Concept::Somebody if !ASKING.contains(&word.text.as_str()) => {
                let is_speaker = SPEAKERS.contains(&word.text.as_str());
                let subject = match is_speaker {
                    true => Subject::Speaker,
                    false => Subject::Somebody,
                };
                return Some((subject, index + 1));
            }
            // “The little one says …”.
            Concept::One
                if index > at && matches!(words[index - 1].concept, Concept::Extreme(_)) =>
            {
                return Some((Subject::Unknown, index + 1));
            }
            Concept::It => return Some((Subject::It, index + 1)),
            Concept::That if is_judged(words, index + 1) => {
                return Some((Subject::It, index + 1));
            }
            Concept::That => is_determined = true,
            Concept::Verb(Verb::Exist) => return Some((Subject::Existence, index)),
            // “The house is cold”: no verb behind an article.
            Concept::Verb(_) | Concept::Cannot(_)
                if index > at
                    && matches!(words[index - 1].concept, Concept::The | Concept::My)
                    && words.get(index + 1).is_some_and(is_predicate) =>
            {
                return Some((Subject::Unknown, index + 1));
            }
            // “The landlord will not wait”, “dinner is ready”.
            Concept::Unknown => {
                let next = words.get(index + 1).map(|next| &next.concept);
                let is_order = matches!(
                    next,
                    Some(Concept::The | Concept::A | Concept::My | Concept::That | Concept::It)
                );
                let has_predicate = words.get(index + 1).is_some_and(is_predicate);
                return match (is_order, is_determined || has_predicate) {
                    // “The old landlord”, “my big boss”.
                    (false, true) if matches!(next, Some(Concept::Unknown | Concept::Somebody)) => {
                        let is_somebody = matches!(next, Some(Concept::Somebody));
                        let subject = match is_somebody {
                            true => Subject::Somebody,
                            false => Subject::Unknown,
                        };
                        Some((subject, index + 1 + usize::from(is_somebody)))
                    }
                    (false, true) => Some((Subject::Unknown, index + 1)),
                    _ => None,
                };
            }
            _ => return None,
        }
        index += 1;
    }
    None
}

/// “Who”, “nobody” and the like say what is to be done, or ask.
const ASKING: [&str; 3] = ["who", "nobody", "no one"];
const SPEAKERS: [&str; 2] = ["i", "we"];

/// “That is nice”.
fn is_judged(words: &[Word], index: usize) -> bool {
    words
        .get(index)
        .is_some_and(|word| word.concept == Concept::Verb(Verb::Be))
}

/// Whether a word may say what its subject does or is.
fn is_predicate(word: &Word) -> bool {
    match &word.concept {
        Concept::Verb(_) | Concept::Cannot(_) => true,
        Concept::Unknown => ["s", "ed", "t"].iter().any(|end| word.text.ends_with(end)),
        Concept::Filler => PREDICATES.contains(&word.text.as_str()),
        Concept::Direction(_) => word.text == "left",
        _ => false,
    }
}

/// Fillers that are verbs in the past, or say what somebody feels.
const PREDICATES: [&str; 10] = [
    "had", "got", "came", "said", "told", "know", "think", "hope", "coming", "arriving",
];

/// Where a clause ends: at a mark, at a joint, or where something is asked for.
fn end_of_clause(words: &[Word], begin: usize) -> usize {
    let ends = |at: &usize| {
        let next = words.get(at + 1);
        let is_polite = |word: &Word| POLITE.iter().any(|polite| word.text.starts_with(polite));
        match &words[*at].concept {
            Concept::Mark(_) | Concept::And | Concept::But | Concept::Then => true,
            // “She will trip over it otherwise.”
            Concept::Otherwise => {
                next.is_some_and(|next| !matches!(next.concept, Concept::Mark(_)))
            }
            _ if JOINTS[..4].contains(&words[*at].text.as_str()) => next.is_none_or(|next| {
                !matches!(next.concept, Concept::Filler | Concept::Unknown) || is_polite(next)
            }),
            _ if ["please", "could you", "can you", "would you", "will you"]
                .contains(&words[*at].text.as_str()) =>
            {
                true
            }
            Concept::Verb(verb) if verb.is_deed() => {
                *at > begin && is_bare(&words[*at - 1]) && next.is_some_and(opens_name)
            }
            _ => false,
        }
    };
    (begin..words.len()).find(ends).unwrap_or(words.len())
}

/// How what is asked for begins.
const POLITE: [&str; 10] = [
    "please", "kindly", "could", "can", "would", "will", "just", "let us", "go ahead", "you",
];

/// Whether a verb behind it begins anew: dictation knows no commas.
fn is_bare(word: &Word) -> bool {
    match word.concept {
        Concept::Unknown
        | Concept::There
        | Concept::Place(SpatialPreposition::At(_) | SpatialPreposition::OutOf) => true,
        Concept::Filler => !["to", "you", "not", "do", "go", "just", "would", "help"]
            .iter()
            .any(|verb| word.text.split(' ').next_back() == Some(verb)),
        _ => false,
    }
}

fn opens_name(word: &Word) -> bool {
    matches!(
        word.concept,
        Concept::The | Concept::My | Concept::That | Concept::A | Concept::It | Concept::Them
    )
}

/// Whether a word says something about what is on the table or to be done with it.
fn matters(words: &[Word], index: usize, subject: Subject) -> bool {
    let word = &words[index];
    let next = words.get(index + 1).map(|next| &next.concept);
    match &word.concept {
        Concept::Noun { kinds, .. } => !matches!(kinds[0].as_str(), "table" | "floor"),
        // “My little sister”.
        Concept::Extreme(Extreme::Big | Extreme::Small) => {
            !matches!(next, Some(Concept::Somebody | Concept::Unknown))
        }
        // “They left”.
        Concept::Direction(_) => word.text != "left" || subject == Subject::It,
        // “We have company”.
        Concept::Row => word.text != "company",
        Concept::Correction => {
            !["rather", "actually", "better", "sorry"].contains(&word.text.as_str())
        }
        Concept::There | Concept::Outside => subject == Subject::It,
        // “The baby puts everything in the mouth”, “from where I sit”.
        Concept::Everything | Concept::Thing | Concept::Where => {
            !matches!(subject, Subject::Somebody | Subject::Speaker)
                || subject == Subject::Speaker && word.concept != Concept::Where
        }
        Concept::Place(_) => {
            subject != Subject::Somebody && matches!(next, Some(Concept::It | Concept::Them))
        }
        Concept::Cannot(_) => subject == Subject::It,
        Concept::Verb(verb) if verb.is_deed() => subject == Subject::It,
        Concept::Modifier(_)
        | Concept::Colored
        | Concept::Shaped(_)
        | Concept::Extreme(_)
        | Concept::Side(_)
        | Concept::BesideIt
        | Concept::Back
        | Concept::Contents
        | Concept::Rest
        | Concept::Other
        | Concept::Former
        | Concept::Latter
        | Concept::Any(_)
        | Concept::Free
        | Concept::Except
        | Concept::If
        | Concept::Unless
        | Concept::Tower
        | Concept::OnEachOther
        | Concept::Apart
        | Concept::EachOwn
        | Concept::ByColor
        | Concept::ByShape
        | Concept::TradePlaces
        | Concept::Kind => true,
        _ => false,
    }
}

/// “It has been mad in here”.
fn is_around(word: &Word) -> bool {
    matches!(word.text.as_str(), "here" | "in here" | "around here")
}

/// Whether what follows may speak of something in the clause: “the apple is ripe, put it away”.
fn is_spoken_of_later(clause: &[Word], rest: &[Word], subject: Subject) -> bool {
    let names = clause.iter().any(|word| {
        matches!(
            word.concept,
            Concept::Unknown | Concept::Typical(_) | Concept::Thing | Concept::One
        )
    });
    let is_reference = |word: &&Word| {
        matches!(
            word.concept,
            Concept::It | Concept::Them | Concept::Noun { .. } | Concept::Modifier(_)
        )
    };
    let refers = rest
        .iter()
        .find(is_reference)
        .is_some_and(|word| matches!(word.concept, Concept::It | Concept::Them));
    (names || subject == Subject::It) && refers
}
