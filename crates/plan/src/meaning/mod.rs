//! What an instruction means on this table, read from its words before any model is asked.
//!
//! Every word must be accounted for: by the lexicon, or by something that is seen. What is
//! understood becomes an [`Intent`], from which the [`expert`](crate::expert) plans; what is not
//! becomes a question that names the word. Nothing is guessed, but for a request that is surely only
//! another way of saying what is understood: that is read in its plainest wording, which is told.
//!
//! | module | idea |
//! |---|---|
//! | `lexicon` | what single words and fixed expressions mean |
//! | `notation` | how the files of words are written |
//! | `words` | from a sentence to known words; slips of fingers and dictation |
//! | `typing` | slips of the fingers |
//! | `chinese` | the same from a Chinese sentence |
//! | `chinese_context` | Chinese clauses about people, weather or time |
//! | `phrase` | noun phrases: which things are spoken of |
//! | `noun` | determiners, adjectives and the noun |
//! | `lookahead` | what the words ahead open |
//! | `restriction` | what tells a thing from others, behind its noun |
//! | `scene` | what is seen, and what was spoken of so far |
//! | `reference` | which of the seen things a phrase means |
//! | `whereabouts` | where things are as seen: at a place, or first in an order |
//! | `request` | a request as a whole, from clause to clause |
//! | `plain_order` | what is said back to front |
//! | `correction` | “no wait, the green one” |
//! | `ellipsis` | what is left out because it was said just before |
//! | `exclusion` | what is not to be done, and what is left out |
//! | `supposition` | a condition by itself, and whether it holds |
//! | `condition` | “if there is a ball, … otherwise …” |
//! | `clauses` | where one clause ends and the next begins |
//! | `clause` | what one clause asks for |
//! | `aside` | what is said beside the point |
//! | `context` | clauses about people, weather or feelings |
//! | `wish` | what in context might be a wish after all |
//! | `giving` | “give the bowl the cube”, “fill it with the cubes” |
//! | `manner` | how and for whom |
//! | `purpose` | clauses that tell why or what for |
//! | `unable` | what the robot cannot do |
//! | `roles` | what is to be moved, and what says where |
//! | `placing` | puts, takes and takes out |
//! | `pointing` | which things are to be pointed at |
//! | `putting_down` | what is held, and is to be put down anywhere |
//! | `clearing` | room around things |
//! | `arrange` | rows, towers, sorting, emptying |
//! | `swapping` | things that change places |
//! | `question` | questions, answered by what is seen |
//! | `reader` | the meaning of a task, kept until it is done |
//! | `reply` | what is said instead of a deed |
//! | `offer` | a wording that is offered in a question, and the yes to it |
//! | [`paraphrase`] | what the rules do not make out, put plainly for them |

mod arrange;
mod aside;
mod chinese;
mod chinese_context;
mod clause;
mod clauses;
mod clearing;
mod condition;
mod context;
mod correction;
mod ellipsis;
mod exclusion;
mod giving;
mod lexicon;
mod lookahead;
mod manner;
mod notation;
mod noun;
mod offer;
#[doc(hidden)]
pub mod paraphrase;
mod phrase;
mod placing;
mod plain_order;
mod pointing;
mod purpose;
mod putting_down;
mod question;
mod reader;
mod reference;
mod reply;
mod request;
mod restriction;
mod roles;
mod scene;
mod supposition;
mod swapping;
mod typing;
mod unable;
mod whereabouts;
mod wish;
mod words;

use crate::expert;
use crate::intent::{Action, Intent};
use crate::language;
use crate::replies::Language;
use crate::situation::Situation;
use crate::skills::Step;
use crate::spatial_relations::Relation;
use crate::speech_act::SpeechAct;
use crate::step::Plan;
use crate::translation;
pub use reader::{MeaningMode, MeaningReader};
pub(crate) use scene::{MAX_BESIDE_DISTANCE, SAME_POINT_TOLERANCE, is_container, kind_of};

use clause::Deed;
use reply::{Reply, replies};
use scene::Scene;

/// What an instruction means: what is to be so, and what is said beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What is to be done, said or asked.
    pub intent: Intent,
    /// What of it cannot be done, in words.
    pub remark: Option<String>,
    /// The plain wording that the instruction was taken for, if the rules did not make it out.
    pub taken_for: Option<String>,
}

/// What the rules read.
struct Read {
    meaning: Meaning,
    act: SpeechAct,
    outcome: Outcome,
}

/// How far the rules came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// What is asked for was made out; it may be ambiguous.
    MadeOut,
    /// What is asked for was made out, and is not to be done now.
    Settled,
    /// It was taken for what can only be answered: a question, news, a deed that cannot be done, or
    /// one with something that is not seen.
    Replied,
    /// It is a request that was not made out.
    Lost,
}

impl Meaning {
    /// Reads the instruction of `situation`, which is in English: by rules or, where they do not
    /// make it out, as what it is likely to mean.
    pub fn from_instruction(situation: &Situation) -> Self {
        if let Some(wording) = offer::accepted_wording(situation) {
            return Self::by_rules(&Situation {
                instruction: wording.to_owned(),
                ..situation.clone()
            });
        }
        paraphrase::meaning(Self::read(situation), situation)
    }

    /// Reads the instruction of `situation`, which is in English, by rules alone.
    pub(crate) fn by_rules(situation: &Situation) -> Self {
        Self::read(situation).meaning
    }

    fn read(situation: &Situation) -> Read {
        let words = words::read(&situation.instruction, &situation.objects);
        let words = purpose::mark_purpose_as_filler(words);
        let items = phrase::items(&words);
        let mut scene = scene_for(situation, &items);
        let act = match items.iter().all(phrase::Item::is_punctuation_mark) {
            true => SpeechAct::SmallTalk,
            false => SpeechAct::classify_after(&situation.conversation, &situation.instruction),
        };
        if act == SpeechAct::SmallTalk
            && let Some(reply) = act.reply(&situation.instruction)
        {
            return Read {
                meaning: Self::only(Intent::Say(reply.to_owned())),
                act,
                outcome: Outcome::Settled,
            };
        }
        let read = match act {
            SpeechAct::Request if is_count(&items) => {
                Err(question::answer(&words, &items, &mut scene))
            }
            SpeechAct::Request => request(items, &mut scene).map(|meaning| Self {
                remark: meaning
                    .remark
                    .or_else(|| replies::explain_put_in_not_on(&scene.put_in)),
                ..meaning
            }),
            SpeechAct::Location => location(&items, &mut scene)
                .unwrap_or_else(|| Err(question::answer(&words, &items, &mut scene))),
            _ => Err(question::answer(&words, &items, &mut scene)),
        };
        let outcome = match &read {
            _ if act != SpeechAct::Request => Outcome::Replied,
            Ok(_) | Err(Reply::Ask(_)) => Outcome::MadeOut,
            Err(Reply::Settled(_)) => Outcome::Settled,
            Err(Reply::Say(_)) => Outcome::Replied,
            Err(Reply::Lost(_) | Reply::Unclear) => Outcome::Lost,
        };
        let meaning = match read {
            Ok(meaning) => meaning,
            Err(Reply::Say(text) | Reply::Settled(text)) => Self::only(Intent::Say(text)),
            Err(Reply::Ask(text) | Reply::Lost(text)) => Self::only(Intent::Ask(text)),
            Err(Reply::Unclear) => Self::only(Intent::Ask(replies::unclear())),
        };
        Read {
            meaning,
            act,
            outcome,
        }
    }

    /// Reads the instruction of `situation`, which is in English or in a language that is translated.
    /// Where no action comes of a translation, that is said in its language.
    pub fn from_translatable_instruction(situation: &Situation) -> Self {
        let Some(found) = translation::translate_to_english(&situation.instruction) else {
            return Self::from_instruction(situation);
        };
        let english = Situation {
            instruction: found.english,
            ..situation.clone()
        };
        let meaning = Self::by_rules(&english);
        match meaning.intent {
            Intent::Act(_) if meaning.remark.is_none() => meaning,
            _ => {
                let spoken = ["en", "zh"].map(str::to_owned);
                let reply = language::foreign_language_reply(found.language, &spoken);
                Self::only(Intent::Say(reply))
            }
        }
    }

    /// Reads a Chinese instruction as far as it is understood whole; what an arm cannot do, and a
    /// word that is not known, are said. `None` leaves it to the model.
    pub fn from_chinese_instruction(situation: &Situation) -> Option<Self> {
        if !situation.speech_act().is_request() {
            return None;
        }
        let words =
            chinese_context::mark_context_as_filler(chinese::read_words(&situation.instruction));
        let is_unable = |word: &words::Word| matches!(word.concept, lexicon::Concept::Cannot(_));
        if let Some(word) = words.iter().find(|word| is_unable(word)) {
            let text = format!(
                "我不能“{}”。我可以拿、放、堆、推和指桌上的东西。",
                word.text
            );
            return Some(Self::only(Intent::Say(text)));
        }
        let is_unknown = |word: &words::Word| word.concept == lexicon::Concept::Unknown;
        if let Some(word) = words.iter().find(|word| is_unknown(word)) {
            let text = format!("我不认识“{}”。你指的是哪个东西？", word.text);
            return Some(Self::only(Intent::Ask(text)));
        }
        let items = chinese::items_in_english_order(&words);
        let mut scene = scene_for(situation, &items);
        let mut meaning = request(items, &mut scene).ok()?;
        if !scene.put_in.is_empty() {
            let text = "我放进去了：上面放不住东西。";
            meaning.remark.get_or_insert_with(|| text.to_owned());
        }
        Some(meaning)
    }

    fn only(intent: Intent) -> Self {
        Self {
            intent,
            remark: None,
            taken_for: None,
        }
    }

    /// The plan for `situation` if this is meant.
    pub fn plan(&self, situation: &Situation) -> Plan {
        let mut plan = expert::plan(&self.intent, situation);
        if let Some(remark) = &self.remark
            && plan.steps.last() == Some(&Step::done_step())
        {
            plan.steps.pop();
            plan.steps.push(Step::say_step(remark.clone()));
        }
        // Told once, before anything moves.
        if let Some(wording) = &self.taken_for
            && situation.history.is_empty()
            && plan.steps.len() < Plan::MAX_STEPS
            && plan.steps.iter().any(Step::moves_arm)
        {
            let told = format!("I take that as “{wording}”.");
            plan.steps.insert(0, Step::say_step(told));
        }
        plan
    }
}

/// Whether an instruction that does not sound like a request surely is one in other words, for a deed
/// that can be done with what is seen.
pub(crate) fn is_request_in_other_words(situation: &Situation) -> bool {
    Language::detect_language(&situation.instruction) == Language::English
        && translation::translate_to_english(&situation.instruction).is_none()
        && Meaning::from_instruction(situation).taken_for.is_some()
}

/// Verbs of deeds, in plain form and of one word.
pub(crate) fn deed_verbs() -> impl Iterator<Item = &'static str> {
    lexicon::Lexicon::deed_verbs()
}

/// Whether it is an English word that matters at a table.
pub(crate) fn is_in_english_lexicon(word: &str) -> bool {
    lexicon::ENGLISH.knows(word)
}

/// Returns what is seen. Whatever an instruction names before its “it” may be what that means; only
/// where it names nothing is it what the last one was about.
fn scene_for(situation: &Situation, items: &[phrase::Item]) -> Scene {
    let mut scene = Scene::new(situation);
    let is_it = |phrase: &phrase::Phrase| phrase.pronoun == Some(phrase::Pronoun::It);
    let phrases = items.iter().filter_map(phrase::Item::as_phrase);
    if phrases.take(1).any(|first| !is_it(first)) {
        scene.handled = None;
    }
    scene
}

fn request(items: Vec<phrase::Item>, scene: &mut Scene) -> Result<Meaning, Reply> {
    let is_sequence = items.iter().any(|item| {
        matches!(
            item.concept(),
            Some(lexicon::Concept::Then | lexicon::Concept::After)
        )
    });
    let deeds = request::read(items, scene)?;
    let open: Vec<String> = deeds
        .iter()
        .flat_map(|deed| match deed {
            Deed::Open(names) => names.clone(),
            Deed::Do(_) | Deed::Told(_) | Deed::Unable(_) => Vec::new(),
        })
        .collect();
    let unable: Vec<String> = deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Unable(what) => Some(what.clone()),
            Deed::Do(_) | Deed::Told(_) | Deed::Open(_) => None,
        })
        .collect();
    // “The cube is in the bowl, but it belongs on the tray”: what is told is only wanted if nothing
    // else is.
    let moves = deeds
        .iter()
        .any(|deed| matches!(deed, Deed::Do(action) if !matches!(action, Action::Point(_))));
    let is_told_only = |action: &Action| {
        if moves && matches!(action, Action::Point(_)) {
            return false;
        }
        let object = action
            .required_objects()
            .first()
            .map(|name| (*name).to_owned());
        !deeds.iter().any(|deed| {
            matches!(deed, Deed::Do(other) if other.required_objects().first().map(|name| (*name).to_owned()) == object)
        })
    };
    let wanted: Vec<Action> = deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Do(action) => Some(action.clone()),
            Deed::Told(action) => Some(action.clone()).filter(is_told_only),
            Deed::Unable(_) | Deed::Open(_) => None,
        })
        .collect();
    let actions = merged(wanted.into_iter());
    let goes_in = |(object, host): &(String, String)| {
        let is_it = |action: &Action| {
            matches!(action, Action::Put { object: mover, relation: Relation::In, target }
                if mover == object && target == host)
        };
        actions.iter().any(is_it)
    };
    scene.put_in.retain(goes_in);
    // “The ball, but not the yellow one”, where there is no other.
    let is_ruled_out = |name: &&str| scene.ruled_out.iter().any(|one| one == name);
    if let Some(name) = actions
        .iter()
        .flat_map(Action::required_objects)
        .find(is_ruled_out)
    {
        return Err(replies::ask_when_only_excluded_remains(name));
    }
    if !is_sequence && let Some((object, targets)) = put_in_two_places(&actions) {
        return Err(replies::ask_which_place(object, targets));
    }
    // What is to be put somewhere must be said where; to pick it up is not enough.
    let is_settled = |name: &String| {
        actions.iter().any(|action| {
            !matches!(action, Action::Pick(_)) && action.required_objects().contains(&name.as_str())
        })
    };
    if unable.is_empty()
        && let Some(name) = open.iter().find(|name| !is_settled(name))
    {
        return Err(replies::ask_where_to_put(std::slice::from_ref(name)));
    }
    let picked: Vec<String> = actions
        .iter()
        .filter_map(|action| match action {
            Action::Pick(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    if picked.len() > 1 {
        return Err(replies::one_at_a_time(&picked));
    }
    let cannot = unable.first().map(|what| replies::cannot(what));
    let is_whole = actions
        .iter()
        .any(|action| matches!(action, Action::Put { .. }));
    let is_unsafe = unable.iter().any(|what| unable::is_unsafe(what));
    match (actions.is_empty(), cannot) {
        (_, Some(reply)) if !is_whole || is_unsafe => Err(reply),
        (true, _) => Err(Reply::Unclear),
        (false, cannot) => Ok(Meaning {
            intent: Intent::Act(actions),
            remark: cannot.map(|reply| match reply {
                Reply::Say(text) | Reply::Ask(text) | Reply::Settled(text) | Reply::Lost(text) => {
                    text
                }
                Reply::Unclear => String::new(),
            }),
            taken_for: None,
        }),
    }
}

/// Whether all that is asked for is how many there are.
fn is_count(items: &[phrase::Item]) -> bool {
    let deeds = |item: &phrase::Item| matches!(item.concept(), Some(lexicon::Concept::Verb(verb)) if verb.is_deed());
    items.iter().any(|item| item.is_verb(lexicon::Verb::Count)) && !items.iter().any(deeds)
}

/// What goes in or on two things, one as likely as the other: one of them may have been taken back.
fn put_in_two_places(actions: &[Action]) -> Option<(&str, [&str; 2])> {
    let resting = actions.iter().filter_map(|action| match action {
        Action::Put {
            object,
            relation,
            target,
        } if !relation.is_beside() => Some((object.as_str(), target.as_str())),
        _ => None,
    });
    let resting: Vec<(&str, &str)> = resting.collect();
    resting
        .iter()
        .enumerate()
        .find_map(|(at, (object, target))| {
            let mut later = resting[at + 1..].iter();
            let (_, other) = later.find(|(one, other)| one == object && other != target)?;
            Some((*object, [*target, *other]))
        })
}

/// “Take the cube and put it in the bowl” is one action.
fn merged(actions: impl Iterator<Item = Action>) -> Vec<Action> {
    let all: Vec<Action> = actions.collect();
    let mut merged: Vec<Action> = Vec::new();
    for (index, action) in all.iter().enumerate() {
        let is_taken_along = matches!(action, Action::Pick(object)
            if all[index + 1..].iter().any(|later| matches!(later, Action::Put { object: other, .. } if other == object)));
        // “Take it out and put it beside the bowl”: two ways to say where it goes.
        let is_replaced = matches!(action, Action::Put { object, relation, target }
            if relation.is_beside() && matches!(all.get(index + 1), Some(Action::Put { object: other, relation: next, target: host })
                if other == object && (next.is_beside() || host != target)));
        if !is_taken_along && !is_replaced && merged.last() != Some(action) {
            merged.push(action.clone());
        }
    }
    merged
}

/// “Where is the red cube?” is answered by pointing.
fn location(items: &[phrase::Item], scene: &mut Scene) -> Option<Result<Meaning, Reply>> {
    let phrase = items.iter().filter_map(phrase::Item::as_phrase).next()?;
    // “Which thing is in the bowl?”
    let is_in = |item: &phrase::Item| {
        matches!(
            item.concept(),
            Some(lexicon::Concept::Place(lexicon::SpatialPreposition::At(_)))
        )
    };
    let is_placed = items.iter().any(is_in) || !phrase.at.is_empty();
    if phrase.kinds.is_empty() && phrase.modifiers.is_empty() && is_placed {
        return None;
    }
    // “Which cube is in the bowl?” is answered by its name.
    let is_shown = items.iter().any(|item| {
        item.is_verb(lexicon::Verb::Point) || item.has_concept(&lexicon::Concept::Where)
    });
    // “Which of these is to the right of the ball?”
    if !is_shown && question::asked_by_place(items).is_some() {
        return None;
    }
    if !is_shown && let Some(reply) = question::answer_which_is_inside(phrase, items, scene) {
        return Some(Err(reply));
    }
    let is_question = items.iter().any(|item| {
        item.is_verb(lexicon::Verb::See) || item.has_concept(&lexicon::Concept::Colored)
    });
    if is_question {
        return None;
    }
    Some(
        scene
            .resolve_one(phrase, scene::Role::Any)
            .map(|name| Meaning::only(Intent::Act(vec![Action::Point(name)]))),
    )
}

#[cfg(test)]
pub(crate) mod tests;
