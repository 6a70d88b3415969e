//! Ways in which a person may phrase an instruction, in English or Chinese.
//!
//! | module | idea |
//! |---|---|
//! | [`pattern`] | sentences with alternatives |
//! | [`english`] | English sentences and names |
//! | [`chinese`] | Chinese sentences and names |
//! | [`typing`] | typing errors |

pub mod chinese;
pub mod english;
pub mod pattern;
pub mod typing;

use enact_plan::{Direction, Relation};
use enact_sim::ObjectShape;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::vocabulary::shape_of;
use enact_plan::intent::Action;
use enact_plan::replies::Language;
use pattern::{expand_at_random, is_held_out};

/// Number of wordings tried before one of the wrong split is taken, since some sentences have only
/// one wording.
const TRIES: usize = 40;

/// The split of the wordings: a model is evaluated on those that it never saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WordingSplit {
    /// Wordings to train on.
    #[default]
    Training,
    /// Wordings held out for evaluation.
    HeldOut,
}

/// A sentence with places for names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentenceTemplate {
    /// Put `{what}` at `{where}`.
    Put(Relation),
    /// Stack `{what}` on `{where}`.
    Stack,
    /// Pick up `{what}`.
    Pick,
    /// Point to `{what}`.
    Point,
    /// Push `{what}`.
    Push(Direction),
    /// Turn `{what}` by `{where}` degrees, counterclockwise or clockwise.
    Rotate {
        /// Whether clockwise, as seen from above.
        clockwise: bool,
    },
    /// Go home.
    Home,
    /// Polite words around `{what}`.
    Courtesy,
}

/// A person who speaks.
pub struct Speaker<'a> {
    /// Random generator.
    pub rng: &'a mut ChaCha8Rng,
    /// Language of the sentences.
    pub language: Language,
    /// Split of the wordings.
    pub wordings: WordingSplit,
}

impl Speaker<'_> {
    /// Returns one wording of one of these patterns.
    pub fn choose_wording(&mut self, patterns: &[&str], slots: &[(&str, &str)]) -> String {
        let wanted = self.wordings == WordingSplit::HeldOut;
        let mut said = String::new();
        for _ in 0..TRIES {
            let pattern = patterns[self.rng.random_range(0..patterns.len())];
            said = expand_at_random(self.rng, pattern);
            if is_held_out(&said) == wanted {
                break;
            }
        }
        for (slot, text) in slots {
            said = said.replace(slot, text);
        }
        said
    }

    /// Returns the variant in the speaker's language, regardless of the split.
    pub fn in_language<'s>(&mut self, english: &'s str, chinese: &'s str) -> &'s str {
        match self.language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }

    /// Returns a sentence with `{what}` and `{where}` filled in.
    pub fn sentence_from_template(
        &mut self,
        saying: SentenceTemplate,
        what: &str,
        whither: &str,
    ) -> String {
        let patterns = match self.language {
            Language::English => english::patterns(saying),
            Language::Chinese => chinese::patterns(saying),
        };
        self.choose_wording(patterns, &[("{what}", what), ("{where}", whither)])
    }

    /// Returns a name such as “the red cube”.
    pub fn phrase_for_object(&mut self, name: &str) -> String {
        match self.language {
            Language::English => english::phrase_for_object(self, name),
            Language::Chinese => chinese::phrase_for_object(self, name),
        }
    }

    /// Returns “the red cube, the green ball and the blue cylinder”.
    pub fn join_into_list(&mut self, items: &[String]) -> String {
        let [most @ .., last] = items else {
            return String::new();
        };
        let (comma, and) = match self.language {
            Language::English => (", ", " and "),
            Language::Chinese => ("、", "和"),
        };
        if most.is_empty() {
            last.clone()
        } else {
            format!("{}{and}{last}", most.join(comma))
        }
    }

    /// Adds the courtesies and punctuation that people use, and sometimes typing errors.
    pub fn add_courtesies_and_typos(&mut self, sentence: &str) -> String {
        let said = if self.rng.random_bool(0.5) {
            self.sentence_from_template(SentenceTemplate::Courtesy, sentence, "")
        } else {
            sentence.to_owned()
        };
        if self.language == Language::English && self.rng.random_bool(0.13) {
            typing::mistype(self.rng, &said)
        } else {
            said
        }
    }

    /// Returns “put … in …”; people mix “in” and “on” for containers.
    pub fn put_sentence(
        &mut self,
        what: &str,
        relation: Relation,
        whither: &str,
        shape: Option<ObjectShape>,
    ) -> String {
        let loose = match shape {
            Some(ObjectShape::Tray) => 0.45,
            Some(ObjectShape::Bowl) => 0.1,
            _ => 0.0,
        };
        let relation = match relation {
            Relation::In if self.rng.random_bool(loose) => Relation::On,
            Relation::On if self.rng.random_bool(loose) => Relation::In,
            as_it_is => as_it_is,
        };
        self.sentence_from_template(SentenceTemplate::Put(relation), what, whither)
    }

    /// Returns a request for `actions`, with one sentence for actions alike in kind and target.
    pub fn request_for_actions(&mut self, actions: &[Action]) -> String {
        let sentence = match shared_target(actions) {
            Some((objects, relation, target)) => {
                let objects: Vec<String> = objects
                    .iter()
                    .map(|name| self.phrase_for_object(name))
                    .collect();
                let (what, whither) = (
                    self.join_into_list(&objects),
                    self.phrase_for_object(target),
                );
                self.put_sentence(&what, relation, &whither, shape_of(target))
            }
            None => {
                let clauses: Vec<String> =
                    actions.iter().map(|action| self.clause(action)).collect();
                let joints = match self.language {
                    Language::English => &["( and then |, then | and |. then |, and )"],
                    Language::Chinese => &["(，然后|，再|，|，接着)"],
                };
                let joint = self.choose_wording(joints, &[]);
                clauses.join(&joint)
            }
        };
        self.add_courtesies_and_typos(&sentence)
    }

    fn clause(&mut self, action: &Action) -> String {
        match action {
            Action::Put {
                object,
                relation,
                target,
            } => {
                let (what, whither) = (
                    self.phrase_for_object(object),
                    self.phrase_for_object(target),
                );
                let shape = shape_of(target);
                let solid = !shape.is_some_and(ObjectShape::is_container);
                if *relation == Relation::On && solid && self.rng.random_bool(0.4) {
                    self.sentence_from_template(SentenceTemplate::Stack, &what, &whither)
                } else {
                    self.put_sentence(&what, *relation, &whither, shape)
                }
            }
            Action::Pick(object) => {
                let what = self.phrase_for_object(object);
                self.sentence_from_template(SentenceTemplate::Pick, &what, "")
            }
            Action::Point(object) => {
                let what = self.phrase_for_object(object);
                self.sentence_from_template(SentenceTemplate::Point, &what, "")
            }
            Action::Push(object, direction) => {
                let what = self.phrase_for_object(object);
                self.sentence_from_template(SentenceTemplate::Push(*direction), &what, "")
            }
            Action::Rotate(object, degrees) => {
                let what = self.phrase_for_object(object);
                let clockwise = *degrees < 0;
                let by = degrees.unsigned_abs().to_string();
                self.sentence_from_template(SentenceTemplate::Rotate { clockwise }, &what, &by)
            }
            Action::Home => self.sentence_from_template(SentenceTemplate::Home, "", ""),
        }
    }
}

fn shared_target(actions: &[Action]) -> Option<(Vec<&str>, Relation, &str)> {
    let mut objects = Vec::new();
    let mut place: Option<(Relation, &str)> = None;
    for action in actions {
        let Action::Put {
            object,
            relation,
            target,
        } = action
        else {
            return None;
        };
        if place.is_some_and(|place| place != (*relation, target)) {
            return None;
        }
        place = Some((*relation, target));
        objects.push(object.as_str());
    }
    let (relation, target) = place.filter(|_| objects.len() > 1)?;
    Some((objects, relation, target))
}
