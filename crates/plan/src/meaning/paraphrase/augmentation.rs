//! Sentences with something unknown in the place of what was named: none of them is to be put plainly.
//!
//! What nobody has said yet is told from what is said beside the point by where it stands: “put the
//! banana in the bowl” names a thing, “put the cube in the bowl, for the banana is ripe” does not.

use super::corpus::SeededRng;
use super::mention::{Delexicalized, SentencePart, UNKNOWN_DEED, UNKNOWN_THING};

/// One in so many sentences is said again with something unknown, in each of the ways.
const ONE_IN: usize = 4;

/// What a sentence becomes with something unknown in it.
pub(super) fn with_unknown(sentence: &Delexicalized, draw: &mut SeededRng) -> Vec<Delexicalized> {
    let ways = [thing_for_thing, thing_beside_thing, deed_for_deed];
    let mut found = Vec::new();
    for way in ways {
        if draw.random_below(ONE_IN) == 0 {
            found.extend(way(sentence, draw));
        }
    }
    found
}

/// “The banana” for “the cube”.
fn thing_for_thing(sentence: &Delexicalized, draw: &mut SeededRng) -> Option<Delexicalized> {
    let gone = draw.random_below(sentence.mentions.len().max(1));
    let slot = sentence.mentions.get(gone)?.slot();
    let mut changed = sentence.clone();
    let removed = changed.mentions.remove(gone);
    let mut renamed = Vec::new();
    for mention in &mut changed.mentions {
        if mention.sort == removed.sort && mention.number > removed.number {
            let before = mention.slot();
            mention.number -= 1;
            renamed.push((before, mention.slot()));
        }
    }
    let thing = unknown(UNKNOWN_THING, draw);
    let parts = sentence.parts.iter().flat_map(|part| match &part.sense {
        Some(sense) if *sense == slot => thing.to_vec(),
        Some(sense) => match renamed.iter().find(|(before, _)| before == sense) {
            Some((_, now)) => vec![SentencePart::from_token(now)],
            None => vec![part.clone()],
        },
        None => vec![part.clone()],
    });
    changed.parts = parts.collect();
    Some(changed)
}

/// “The cube and the banana” for “the cube”.
fn thing_beside_thing(sentence: &Delexicalized, draw: &mut SeededRng) -> Option<Delexicalized> {
    let slot = sentence.mentions.first()?.slot();
    let is_it = |part: &SentencePart| part.sense.as_ref() == Some(&slot);
    let at = sentence.parts.iter().position(is_it)?;
    let mut changed = sentence.clone();
    let and = SentencePart {
        tokens: vec!["and".to_owned(), "the".to_owned()],
        sense: Some("And".to_owned()),
    };
    let more = std::iter::once(and).chain(unknown(UNKNOWN_THING, draw));
    changed.parts.splice(at + 1..at + 1, more);
    Some(changed)
}

/// “Marinate the cube” for “put the cube”.
fn deed_for_deed(sentence: &Delexicalized, draw: &mut SeededRng) -> Option<Delexicalized> {
    let is_deed = |part: &SentencePart| matches!(&part.sense, Some(sense) if ["Verb(Put)", "Verb(Take)", "Verb(Go)"].contains(&sense.as_str()));
    let at = sentence.parts.iter().position(is_deed)?;
    let is_object = |part: &SentencePart| {
        part.sense
            .as_ref()
            .is_some_and(|sense| sense.starts_with("OBJ"))
    };
    let next = sentence.parts[at + 1..]
        .iter()
        .position(|part| part.sense.is_some())?;
    if !is_object(&sentence.parts[at + 1 + next]) {
        return None;
    }
    let mut changed = sentence.clone();
    let [word, deed] = unknown(UNKNOWN_DEED, draw);
    changed.parts[at] = word;
    changed.parts.insert(at + 1 + next, deed);
    Some(changed)
}

/// A word that nobody has said, and what it stands for.
fn unknown(sort: &str, draw: &mut SeededRng) -> [SentencePart; 2] {
    let word = SentencePart {
        tokens: vec![format!("~{}", draw.random_below(64))],
        sense: None,
    };
    [word, SentencePart::from_token(sort)]
}
