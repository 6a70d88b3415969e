//! Goals that are read from words by rules: “keep the blue bowl empty”, “tidy up”, or any
//! instruction that says where things shall lie.

use std::sync::LazyLock;

use regex::Regex;

use super::Goal;
use super::fact::{ANY_MOVABLE, Fact};
use crate::intent::{Action, Intent};
use crate::meaning::{Meaning, is_container};
use crate::situation::{ObjectView, Situation};
use crate::spatial_relations::Relation;

/// “keep the blue bowl empty”, “empty the blue bowl”.
static EMPTY: LazyLock<Regex> = LazyLock::new(|| {
    let host = r"(?:the |my |this )?(?P<host>[a-z0-9 ]+?)";
    let keep = format!(
        r"^(?:keep|make sure|see that) {host} (?:is |stays |remains )?(?:empty|clear|free)$"
    );
    let empty = format!(r"^(?:empty|clear out) {host}$").replace("?P<host>", "?P<other>");
    Regex::new(&format!("{keep}|{empty}")).expect("it is a regular expression")
});

/// “keep the cubes in the tray” asks for what “put the cubes in the tray” does.
static KEEP: LazyLock<Regex> = LazyLock::new(|| {
    let things = r"(?:the|all|every|everything|both|my|each)\b";
    Regex::new(&format!("^keep (?P<what>{things}.*)$")).expect("it is a regular expression")
});

/// A goal that stands until it is called off, as read by rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StandingGoal {
    /// This shall be true.
    Goal(Goal),
    /// It is not understood, or cannot be: what to say of it.
    Unclear(String),
}

impl StandingGoal {
    /// Reads what shall be true from the instruction of `situation`, which is in English.
    pub fn from_instruction(situation: &Situation) -> Self {
        let words = plain(&situation.instruction);
        if let Some(found) = EMPTY.captures(&words)
            && let Some(host) = found.name("host").or(found.name("other"))
        {
            return emptied(host.as_str(), &situation.objects);
        }
        let instruction = match KEEP.captures(&words) {
            Some(found) => format!("put {}", &found["what"]),
            None => situation.instruction.clone(),
        };
        let asked = Situation {
            instruction,
            history: Vec::new(),
            ..situation.clone()
        };
        match Meaning::by_rules(&asked).intent {
            Intent::Say(text) | Intent::Ask(text) => Self::Unclear(text),
            Intent::Act(actions) => arranged(&actions),
        }
    }
}

/// Without capitals, politeness and closing punctuation.
fn plain(instruction: &str) -> String {
    let lower = instruction.to_lowercase();
    let words = lower.split_whitespace();
    let words =
        words.filter(|word| !["please", "always", "just"].contains(&word.trim_matches(',')));
    let text = words.collect::<Vec<_>>().join(" ");
    text.trim_end_matches(['.', '!', ' ']).to_owned()
}

/// Nothing shall be in the only container that the words fit.
fn emptied(words: &str, objects: &[ObjectView]) -> StandingGoal {
    let parts: Vec<&str> = words.split(' ').collect();
    let fits = |object: &&ObjectView| {
        is_container(object)
            && parts
                .iter()
                .all(|part| object.name.split(' ').any(|it| it == *part))
    };
    let fitting: Vec<&ObjectView> = objects.iter().filter(fits).collect();
    match fitting[..] {
        [host] => StandingGoal::Goal(Goal {
            facts: vec![Fact::Nothing {
                kind: ANY_MOVABLE.to_owned(),
                except: Vec::new(),
                relation: Relation::In,
                other: host.name.clone(),
            }],
        }),
        [] => StandingGoal::Unclear(format!("I do not see a {words} that could be empty.")),
        _ => {
            let names: Vec<&str> = fitting.iter().map(|host| host.name.as_str()).collect();
            let names = names.join(" or the ");
            StandingGoal::Unclear(format!("Which {words} do you mean: the {names}?"))
        }
    }
}

/// Where actions leave things; only the last place of each counts.
fn arranged(actions: &[Action]) -> StandingGoal {
    let mut facts: Vec<Fact> = Vec::new();
    for action in actions {
        let Action::Put {
            object,
            relation,
            target,
        } = action
        else {
            let what = "I can only keep to what shall lie where.";
            return StandingGoal::Unclear(what.to_owned());
        };
        facts.retain(|fact| fact.object_names().first() != Some(&object.as_str()));
        facts.push(Fact::Is {
            object: object.clone(),
            relation: *relation,
            other: target.clone(),
        });
    }
    if facts.len() > Goal::MAX_FACTS {
        return StandingGoal::Unclear(format!(
            "That is about {} things; I can keep to {}.",
            facts.len(),
            Goal::MAX_FACTS
        ));
    }
    StandingGoal::Goal(Goal { facts })
}
