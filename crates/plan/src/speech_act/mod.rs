//! Classifies a sentence: it asks for an action, forbids one, asks a question, reports, calls off, or
//! is small talk.
//!
//! This is decided by rules, before any model is asked, so that it holds for every model: a sentence
//! that forbids moves nothing, however fluent the planner is. The rules look for evidence in both
//! directions. Without any sign that a sentence is *not* a request, it counts as one, and the planner
//! decides. With such a sign, only a part that clearly asks for an action ("… , but put the ball in
//! the bowl") makes it a request. If the evidence is undecided, nothing moves.
//!
//! | module | idea |
//! |---|---|
//! | `english` | English clauses, and the evidence for or against a request in each |
//! | `chinese` | Chinese clauses, and the evidence in each |
//! | `small_talk` | greetings, thanks and the like, and the answers to them |

mod chinese;
mod english;
mod small_talk;

use serde::{Deserialize, Serialize};

use crate::situation::ConversationTurn;
use crate::skills::{Category, Skill, Step};
use crate::step::Plan;
use crate::translation;
use small_talk::AnswerExpectation;

/// Speech act of an instruction (in Austin's and Searle's sense, as far as it matters to an arm).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpeechAct {
    /// Asks for something to be done.
    #[default]
    Request,
    /// Forbids, or asks to leave something as it is.
    Prohibition,
    /// Calls off what was asked for.
    Cancellation,
    /// Asks for an answer.
    Question,
    /// Asks where or which something is: pointing at it is an answer.
    Location,
    /// Tells what is or was, or muses.
    Report,
    /// Greets, thanks, praises, takes leave, or only says something: nothing is asked for.
    SmallTalk,
}

impl SpeechAct {
    /// Returns what `instruction` does where nothing was said before.
    ///
    /// # Examples
    /// ```
    /// use enact_plan::{Skill, SpeechAct};
    ///
    /// let of = SpeechAct::of_instruction;
    /// assert_eq!(of("put the red cube in the blue bowl"), SpeechAct::Request);
    /// assert_eq!(of("do not put the red cube in the blue bowl"), SpeechAct::Prohibition);
    /// assert_eq!(of("where is the red cube?"), SpeechAct::Location);
    /// assert_eq!(of("good morning!"), SpeechAct::SmallTalk);
    /// assert_eq!(of("good morning, lift the ball"), SpeechAct::Request);
    /// assert!(SpeechAct::Location.permits(Skill::Point));
    /// assert!(!SpeechAct::Location.permits(Skill::Pick));
    /// ```
    pub fn of_instruction(instruction: &str) -> Self {
        Self::classify_after(&[], instruction)
    }

    /// Returns what `instruction` does after this conversation. “OK” is small talk, unless the robot
    /// asked something: then it is an answer, and what comes of it is the planner's.
    pub fn classify_after(conversation: &[ConversationTurn], instruction: &str) -> Self {
        let occasion = AnswerExpectation::after_conversation(conversation);
        let has_kana = instruction
            .chars()
            .any(|letter| ('\u{3040}'..='\u{30ff}').contains(&letter));
        if instruction.chars().any(is_han) && !has_kana {
            let chinese = chinese::classify(instruction, occasion);
            // Names and abbreviations do not make it English, too.
            let english_words = instruction
                .split(|letter: char| !letter.is_ascii_alphabetic())
                .filter(|word| word.len() > 1);
            if chinese != Self::Request || english_words.count() < 3 {
                return chinese;
            }
        }
        match translation::translate_to_english(instruction) {
            Some(found) => english::classify(&found.english, occasion),
            None => english::classify(instruction, occasion),
        }
    }

    /// Returns whether it asks for an action.
    pub fn is_request(self) -> bool {
        self == Self::Request
    }

    /// Returns whether it sounds like news or a question, in which people also put requests, or as if
    /// something were not to be done, which may be a part of a request (“any two, and leave the third”).
    pub fn may_be_request(self) -> bool {
        !matches!(self, Self::Request | Self::SmallTalk)
    }

    /// Returns the answer to what neither asks for an action nor for an answer, in the language of
    /// `instruction`.
    pub fn reply(self, instruction: &str) -> Option<&'static str> {
        let [english, chinese] = match self {
            Self::Request | Self::Question | Self::Location => return None,
            Self::Prohibition => [
                "All right, I will not. Nothing moves.",
                "好的，我不会动它。",
            ],
            Self::Cancellation => ["All right, I will not do anything.", "好的，我什么都不做。"],
            Self::Report => [
                "Good to know. I take that as news and will not move: what shall I do?",
                "好的，知道了。我先不动：要我做什么？",
            ],
            Self::SmallTalk => small_talk::replies_in_english_and_chinese(instruction),
        };
        if let Some(found) = translation::translate_to_english(instruction) {
            return translation::reply_to_prohibition(found.language);
        }
        Some(if instruction.chars().any(is_han) {
            chinese
        } else {
            english
        })
    }

    /// Returns whether `skill` may answer it.
    pub fn permits(self, skill: Skill) -> bool {
        match skill.definition().category {
            Category::Communication => true,
            Category::Gesture => matches!(self, Self::Request | Self::Location),
            Category::Action => self.is_request(),
        }
    }

    /// Returns which of `names` the instruction says must not be touched, as in “put everything in
    /// the bowl, but leave the red cube alone”: those that have every word of what is named there.
    pub fn protected_names<'a>(
        instruction: &str,
        names: impl Iterator<Item = &'a str> + Clone,
    ) -> Vec<&'a str> {
        let phrases = english::protected_object_words(instruction);
        let is_meant = |name: &&str| {
            phrases.iter().any(|phrase| {
                phrase
                    .iter()
                    .all(|word| name.split(' ').any(|part| part.eq_ignore_ascii_case(word)))
            })
        };
        names.filter(is_meant).collect()
    }

    /// Returns the first step of `plan` that may not answer it.
    pub fn first_forbidden_step(self, plan: &Plan) -> Option<&Step> {
        plan.steps.iter().find(|step| !self.permits(step.skill()))
    }
}

/// Returns whether a letter is Han; fullwidth punctuation alone does not make a sentence Chinese.
fn is_han(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

/// Evidence in a piece of a sentence; the strongest comes first when pieces are weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Evidence {
    /// An action is clearly asked for.
    Deed,
    /// Words without a verb that would be a request by themselves.
    Fragment,
    /// A thing alone, which corrects what was said before.
    Named,
    /// Something is forbidden, or is to stay as it is.
    Forbids,
    /// Takes back what was said before.
    CallsOff,
    /// An answer is wanted.
    Asks,
    /// Asks where something is, or which one.
    AsksWhere,
    /// Something is told.
    Tells,
    /// None of these.
    None,
}

/// Weighs the pieces of a sentence, in order.
fn weigh(pieces: &[Evidence]) -> SpeechAct {
    let has = |evidence| pieces.contains(&evidence);
    let last = |evidence| pieces.iter().rposition(|piece| *piece == evidence);
    if has(Evidence::Deed) {
        let deed = [Evidence::Deed, Evidence::Fragment, Evidence::Named]
            .into_iter()
            .filter_map(last)
            .max();
        return if last(Evidence::CallsOff) > deed {
            SpeechAct::Cancellation
        } else {
            SpeechAct::Request
        };
    }
    if has(Evidence::Fragment) && !has(Evidence::Tells) && !has(Evidence::Asks) {
        return SpeechAct::Request;
    }
    let order = [
        (Evidence::Forbids, SpeechAct::Prohibition),
        (Evidence::CallsOff, SpeechAct::Cancellation),
        (Evidence::Asks, SpeechAct::Question),
        (Evidence::AsksWhere, SpeechAct::Location),
        (Evidence::Tells, SpeechAct::Report),
    ];
    let found = order.into_iter().find(|(evidence, _)| has(*evidence));
    found.map_or(SpeechAct::Request, |(_, act)| act)
}

#[cfg(test)]
mod tests;
