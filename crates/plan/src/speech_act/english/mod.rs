//! English: clauses, and the evidence for or against a request in each.
//!
//! | module | idea |
//! |---|---|
//! | `clauses` | sentences and clauses, spelled out |
//! | `vocabulary` | lists of words for patterns |
//! | `forbidding` | patterns of what forbids, and of what only seems to |
//! | `requesting` | patterns of what asks for an action |
//! | `telling` | patterns of what asks for an answer, and of what tells |
//! | `small_talk` | patterns of greetings, thanks and the like |

mod clauses;
mod forbidding;
mod requesting;
mod small_talk;
mod telling;
mod vocabulary;

use regex::Regex;

use super::small_talk::{AnswerExpectation, Talk};
use super::{Evidence, SpeechAct, weigh};
use clauses::{ClauseJoiner, Sentence, sentences, spell_out};
use forbidding::{
    CALLS_OFF, DANGLING, FORBIDS, FRESH, HARMLESS, LEAVES, NO, NOT_THERE, PARENTHESIS, PRECAUTION,
    REACHING, SPARED, SPARING,
};
use requesting::{
    ASKS_FOR_DEED, ASKS_YOU_TO, COMMAND, FRAGMENT, FREE_RELATIVE, GRATEFUL, IS_TO, KEPT_AT, NAMED,
    NEGATED, SOME_DAY, SUBORDINATE, WANTS, WH_WOULD,
};
use telling::{
    AROUND, ASKS, ASKS_NEGATIVELY, CONDITION, INVERTED, LIKE_PAST, NO_QUESTION, OTHERWISE, PRAISED,
    TAG, TAG_OF_PAST, TELL_ME, TELLS, WHEN_ASKS, WHERE,
};

/// Returns what an English sentence does.
pub(super) fn classify(text: &str, occasion: AnswerExpectation) -> SpeechAct {
    if NO.is_match(spell_out(text).trim()) {
        return SpeechAct::Cancellation;
    }
    if is_small_talk(text, occasion) {
        return SpeechAct::SmallTalk;
    }
    let mut pieces = Vec::new();
    for sentence in sentences(text) {
        read(&sentence, &mut pieces);
    }
    weigh(&pieces)
}

/// Returns whether all of a text is small talk.
fn is_small_talk(text: &str, occasion: AnswerExpectation) -> bool {
    let sentences = sentences(text);
    // “No worries”, “why not”: turns of speech that leave no clause.
    if sentences.is_empty() {
        return occasion == AnswerExpectation::Unasked && text.contains(char::is_alphabetic);
    }
    small_talk::is_all_small_talk(clauses_of(&sentences), occasion)
}

/// Returns the kinds of the small talk in a text.
pub(super) fn small_talk_kind(text: &str) -> Option<Talk> {
    clauses_of(&sentences(text)).map(small_talk::kind).max()
}

fn clauses_of(sentences: &[Sentence]) -> impl Iterator<Item = &str> {
    let clauses = sentences.iter().flat_map(|sentence| &sentence.clauses);
    clauses.map(|clause| clause.words.as_str())
}

/// Returns the words that name what must not be touched, without articles.
pub(super) fn protected_object_words(text: &str) -> Vec<Vec<String>> {
    let sentences = sentences(text);
    let clauses = sentences.iter().flat_map(|sentence| &sentence.clauses);
    let named = clauses.filter_map(|clause| {
        let found = SPARED.captures(&clause.words)?;
        let words = found.name("what")?.as_str().split(' ');
        let words = words.filter(|word| !LITTLE.contains(word));
        let words: Vec<String> = words.map(str::to_owned).collect();
        let is_vague = words.iter().any(|word| VAGUE.contains(&word.as_str()));
        (!words.is_empty() && !is_vague).then_some(words)
    });
    named.collect()
}

/// Words that are not part of a name.
const LITTLE: [&str; 8] = ["the", "a", "an", "that", "this", "my", "one", "thing"];
/// Words that name nothing by themselves.
const VAGUE: [&str; 14] = [
    "it",
    "them",
    "else",
    "other",
    "others",
    "rest",
    "any",
    "anything",
    "everything",
    "these",
    "those",
    "all",
    "not",
    "both",
];

fn read(sentence: &Sentence, pieces: &mut Vec<Evidence>) {
    // “Do not lift, push or nudge it”: what is forbidden reaches over what is joined to it.
    let mut reaches = false;
    // “Do not, under any circumstances, move it”.
    let mut hangs = false;
    let lists_on = |index: usize| {
        let rest = &sentence.clauses[index..];
        rest.iter()
            .skip(1)
            .take_while(|clause| clause.joint != ClauseJoiner::Other)
            .any(|clause| clause.joint == ClauseJoiner::Or)
    };
    let last = sentence.clauses.len().saturating_sub(1);
    let has_tag = |tag: &Regex| {
        let last = sentence.clauses.last();
        sentence.clauses.len() > 1 && last.is_some_and(|clause| tag.is_match(&clause.words))
    };
    // “You put it there, didn't you?”
    if sentence.is_asked && has_tag(&TAG_OF_PAST) {
        pieces.push(Evidence::Asks);
        return;
    }
    let is_question = sentence.is_asked && !has_tag(&NO_QUESTION) && !has_tag(&TAG)
        || sentence.clauses.first().is_some_and(|clause| {
            // “Should there be a ball, …” is a condition.
            INVERTED.is_match(&clause.words)
                && !CONDITION.is_match(&clause.words)
                && !FREE_RELATIVE.is_match(&clause.words)
        });
    for (index, clause) in sentence.clauses.iter().enumerate() {
        let carried = reaches
            && match clause.joint {
                ClauseJoiner::And | ClauseJoiner::Or => true,
                ClauseJoiner::Comma => lists_on(index) || clause.words.split(' ').count() < 2,
                ClauseJoiner::Start | ClauseJoiner::Other => false,
            };
        let before = pieces.last().copied().filter(|_| index > 0);
        let is_joined = matches!(clause.joint, ClauseJoiner::And | ClauseJoiner::Other);
        let mut found = if carried && !FRESH.is_match(&clause.words) {
            Evidence::Forbids
        } else {
            evidence(
                &clause.words,
                is_question,
                sentence.is_asked && index == last,
            )
        };
        hangs = match index
            .checked_sub(1)
            .map(|before| &sentence.clauses[before].words)
        {
            Some(before) if DANGLING.is_match(before) => PARENTHESIS.is_match(&clause.words),
            _ => hangs,
        };
        if hangs && found == Evidence::Deed {
            (found, hangs) = (Evidence::Forbids, false);
        }
        // “She took the ball and put it back”, “put it down and then stop”.
        if clause.joint == ClauseJoiner::And
            && before == Some(Evidence::Tells)
            && LIKE_PAST.is_match(&clause.words)
        {
            found = Evidence::Tells;
        }
        if is_joined && before == Some(Evidence::Deed) && found == Evidence::CallsOff {
            found = Evidence::None;
        }
        // “…; if there is none, do nothing”.
        let is_conditional = index
            .checked_sub(1)
            .is_some_and(|before| OTHERWISE.is_match(&sentence.clauses[before].words));
        if is_conditional && found == Evidence::CallsOff {
            found = Evidence::None;
        }
        reaches = found == Evidence::Forbids && (carried || REACHING.is_match(&clause.words));
        pieces.push(found);
    }
}

/// Returns what a clause is evidence for. `is_question`: its sentence is a question; `is_asked`:
/// the question mark follows it directly.
fn evidence(words: &str, is_question: bool, is_asked: bool) -> Evidence {
    let first = |rules: &[Regex]| rules.iter().any(|rule| rule.is_match(words));
    if is_asked && TAG.is_match(words) {
        return Evidence::Asks;
    }
    if first(&CALLS_OFF) && !OTHERWISE.is_match(words) {
        return Evidence::CallsOff;
    }
    if FREE_RELATIVE.is_match(words) && !SPARING.is_match(words) {
        return Evidence::Deed;
    }
    if GRATEFUL.is_match(words) && !SPARING.is_match(words) {
        return Evidence::Deed;
    }
    if TELL_ME.is_match(words) {
        return Evidence::Asks;
    }
    if KEPT_AT.is_match(words) && !SPARING.is_match(words) {
        return Evidence::Deed;
    }
    if NOT_THERE.is_match(words) {
        return Evidence::None;
    }
    let is_harmless = HARMLESS.is_match(words);
    let is_precaution = PRECAUTION.is_match(words);
    // “Doesn't the cube belong in the bowl?” forbids nothing.
    if ASKS_NEGATIVELY.is_match(words) {
        return Evidence::Asks;
    }
    if !is_harmless && !is_precaution && first(&FORBIDS) {
        return Evidence::Forbids;
    }
    if PRAISED.is_match(words) {
        return Evidence::Tells;
    }
    let is_idle = SOME_DAY.is_match(words);
    if !WH_WOULD.is_match(words) && first(&ASKS_FOR_DEED)
        || !is_question && !is_idle && first(&ASKS_YOU_TO)
        || (!SUBORDINATE.is_match(words) && COMMAND.is_match(words))
    {
        return Evidence::Deed;
    }
    if is_idle {
        return if is_asked {
            Evidence::Asks
        } else {
            Evidence::Tells
        };
    }
    if !is_question
        && (!SUBORDINATE.is_match(words) || IS_TO.is_match(words))
        && !NEGATED.is_match(words)
        && first(&WANTS)
    {
        return Evidence::Deed;
    }
    if !is_harmless && !is_precaution && first(&LEAVES) {
        return Evidence::Forbids;
    }
    if WHERE.is_match(words) {
        return Evidence::AsksWhere;
    }
    if !is_asked && AROUND.is_match(words) && !WHEN_ASKS.is_match(words) {
        return Evidence::None;
    }
    if ASKS.is_match(words) || is_asked {
        return Evidence::Asks;
    }
    if AROUND.is_match(words) {
        return Evidence::None;
    }
    if !is_harmless && first(&TELLS) {
        return Evidence::Tells;
    }
    if !is_question && first(&FRAGMENT) {
        return Evidence::Fragment;
    }
    if NAMED.is_match(words) {
        return Evidence::Named;
    }
    Evidence::None
}
