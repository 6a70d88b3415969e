//! A condition by itself: where it is found, and whether it holds.

use super::clauses::{is_command_verb, is_preposition_or_side, trim_conjunctions_and_punctuation};
use super::lexicon::{Concept, Verb};
use super::phrase::{Item, Quantity};
use super::reply::{Reply, replies};
use super::scene::{Role, Scene};
use super::unable::is_inflected;

/// A condition.
pub(super) struct Condition {
    pub items: Vec<Item>,
    pub is_negated: bool,
    /// What would be true if it did not hold, for complaints.
    pub complaint: Option<Vec<Item>>,
}

/// Whether a condition holds.
pub(super) struct ConditionOutcome {
    pub is_true: bool,
    /// What to say if it does not hold.
    pub reply: Reply,
}

/// A condition, what is wanted under it, and what is wanted otherwise if that stands before it.
pub(super) type Conditional = (Condition, Vec<Item>, Option<Vec<Item>>);

/// Takes a request apart at its condition.
pub(super) fn split_condition(items: &[Item]) -> Option<Conditional> {
    let is_if = |item: &Item| item.has_concept(&Concept::If) || item.has_concept(&Concept::Unless);
    // “If the cube touches the bowl”: a part of the condition, and no deed.
    let tells = |item: &Item| {
        matches!(item, Item::Word(word)
            if matches!(word.concept, Concept::Cannot(_)) && is_inflected(word))
    };
    if let Some(at) = items.iter().position(is_if) {
        let is_unless = items[at].has_concept(&Concept::Unless);
        let mut end = at + 1;
        let mut has_phrase = false;
        while let Some(item) = items.get(end) {
            let is_predicate = items[end - 1].is_verb(Verb::Be)
                && item
                    .as_phrase()
                    .is_some_and(|phrase| phrase.kinds.is_empty() && !phrase.modifiers.is_empty());
            let is_new_phrase = has_phrase
                && item.as_phrase().is_some()
                && !is_predicate
                && !items[end - 1].has_concept(&Concept::And)
                && !is_preposition_or_side(&items[end - 1]);
            let begins = has_phrase
                && (is_command_verb(item) && !tells(item)
                    || item.is_verb(Verb::Should)
                    || item.has_concept(&Concept::Then))
                || is_new_phrase;
            if begins || item.is_punctuation_mark() && has_phrase || item.has_concept(&Concept::But)
            {
                break;
            }
            has_phrase |= item.as_phrase().is_some();
            end += 1;
        }
        let condition = items[at + 1..end].to_vec();
        let default = default(
            &items[..at],
            &condition,
            is_unless,
            trim_conjunctions_and_punctuation(&items[end..]),
        );
        let before = match default {
            Some(_) => &[],
            None => trim_conjunctions_and_punctuation(&items[..at]),
        };
        let consequence = [before, trim_conjunctions_and_punctuation(&items[end..])]
            .into_iter()
            .filter(|part| !part.is_empty());
        let consequence: Vec<Item> = consequence.flatten().cloned().collect();
        let is_negated = condition.iter().any(|item| item.has_concept(&Concept::Not));
        let complaint = is_negated.then(|| {
            condition
                .iter()
                .filter(|item| !item.has_concept(&Concept::Not))
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
            default,
        ));
    }
    // “No ball on the table? then …”, “is there a ball? put it in the bowl”.
    let asked = items
        .iter()
        .position(|item| item.has_concept(&Concept::Mark('?')))?;
    let begin = items[..asked]
        .iter()
        .rposition(Item::is_punctuation_mark)
        .map_or(0, |mark| mark + 1);
    let question = &items[begin..asked];
    let is_none = question.iter().any(|item| {
        item.as_phrase()
            .is_some_and(|phrase| phrase.quantity == Quantity::None)
    });
    let is_see = question.first().is_some_and(|item| item.is_verb(Verb::See));
    let consequence = trim_conjunctions_and_punctuation(&items[asked + 1..]);
    // “A ball? then …”
    let is_then = items
        .get(asked + 1)
        .is_some_and(|item| item.has_concept(&Concept::Then));
    let is_named = matches!(question, [Item::Phrase(phrase)] if !phrase.kinds.is_empty());
    let asks = is_none || is_see || is_named && is_then;
    let default = trim_conjunctions_and_punctuation(&items[..begin]);
    // “See the ball? …” after something else is not about that.
    let is_alone = default.is_empty() || is_none;
    (asks && is_alone && !consequence.is_empty()).then(|| {
        (
            Condition {
                items: question.to_vec(),
                is_negated: false,
                complaint: None,
            },
            consequence.to_vec(),
            (!default.is_empty()).then(|| default.to_vec()),
        )
    })
}

/// What is wanted otherwise, if it stands before the condition: “put the ball in the bowl, but if
/// there is no ball, …”.
fn default(
    before: &[Item],
    condition: &[Item],
    is_unless: bool,
    consequence: &[Item],
) -> Option<Vec<Item>> {
    let is_negative = is_unless
        || condition.iter().any(|item| {
            item.has_concept(&Concept::Not)
                || item
                    .as_phrase()
                    .is_some_and(|phrase| phrase.quantity == Quantity::None)
        });
    let mut kinds = condition.iter().filter_map(Item::as_phrase);
    let missing = kinds.next()?.kinds.first()?;
    let is_wanted = before
        .iter()
        .filter_map(Item::as_phrase)
        .any(|phrase| phrase.kinds.first() == Some(missing));
    let says_else = consequence.iter().any(|item| item.as_phrase().is_some());
    let before = trim_conjunctions_and_punctuation(before);
    (is_negative && is_wanted && says_else && !before.is_empty()).then(|| before.to_vec())
}

impl Condition {
    /// Whether it holds now.
    pub fn holds(&self, scene: &mut Scene) -> Result<ConditionOutcome, Reply> {
        // “If there is nothing in the bowl”.
        let is_empty = self
            .items
            .iter()
            .any(|item| item.has_concept(&Concept::Nothing));
        if is_empty && let Some(host) = self.items.iter().find_map(Item::as_phrase) {
            let host = scene.resolve_one(host, Role::Host)?;
            let contents = scene.contents(&host);
            scene.there = vec![host];
            return Ok(ConditionOutcome {
                is_true: contents.is_empty() != self.is_negated,
                reply: Reply::Say(format!(
                    "I see {}, so I leave everything as it is.",
                    match contents.as_slice() {
                        [] => "nothing there".to_owned(),
                        [first, ..] => format!("{} there", replies::with_indefinite_article(first)),
                    }
                )),
            });
        }
        let mut phrases = self.items.iter().filter_map(Item::as_phrase);
        let Some(first) = phrases.next() else {
            return Err(Reply::Unclear);
        };
        let mut phrase = first.clone();
        let wants_none = phrase.quantity == Quantity::None;
        let at = self.items.iter().position(is_preposition_or_side);
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
        let described = super::reference::describe_phrase(&phrase);
        if !phrase.unknown.is_empty() && !phrase.headless {
            return Err(replies::word_not_known(&phrase.unknown.join(" "), &[]));
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
                replies::with_indefinite_article(&described)
            )),
            (true, _) => Reply::Say(format!(
                "I see {}, so I leave everything as it is.",
                replies::with_indefinite_article(&described)
            )),
        };
        Ok(ConditionOutcome { is_true, reply })
    }
}
