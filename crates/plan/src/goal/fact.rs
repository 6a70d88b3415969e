//! One thing that shall be true of the table.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::situation::Situation;
use crate::spatial_relations::Relation;

/// The word for things of every kind that can be moved.
pub const ANY_MOVABLE: &str = "thing";

/// How a number is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountBound {
    /// Neither more nor fewer.
    Exactly,
    /// No fewer.
    AtLeast,
    /// No more.
    AtMost,
}

impl CountBound {
    /// Every bound.
    pub const ALL_BOUNDS: [Self; 3] = [Self::Exactly, Self::AtLeast, Self::AtMost];

    /// Returns how a goal writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exactly => "exactly",
            Self::AtLeast => "at_least",
            Self::AtMost => "at_most",
        }
    }
}

/// Something that shall be true. `kind` is [`ANY_MOVABLE`] or a word of names, such as “cube” or “red”.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    /// The object lies so relative to the other.
    Is {
        /// Name of the object.
        object: String,
        /// How it lies.
        relation: Relation,
        /// Name of what it lies at.
        other: String,
    },
    /// The object does not lie so.
    IsNot {
        /// Name of the object.
        object: String,
        /// How it does not lie.
        relation: Relation,
        /// Name of the other.
        other: String,
    },
    /// Everything of a kind lies so, except some.
    Every {
        /// The kind.
        kind: String,
        /// Names of what may lie otherwise.
        except: Vec<String>,
        /// How the others lie.
        relation: Relation,
        /// Name of what they lie at.
        other: String,
    },
    /// Nothing of a kind lies so, except some.
    Nothing {
        /// The kind.
        kind: String,
        /// Names of what may lie so.
        except: Vec<String>,
        /// How the others do not lie.
        relation: Relation,
        /// Name of what they do not lie at.
        other: String,
    },
    /// So many of a kind lie so.
    Count {
        /// How the number is meant.
        bound: CountBound,
        /// The number.
        number: usize,
        /// The kind.
        kind: String,
        /// How they lie.
        relation: Relation,
        /// Name of what they lie at.
        other: String,
    },
    /// The object stands on the table itself.
    OnTable {
        /// Its name.
        object: String,
    },
    /// The gripper holds the object.
    Held {
        /// Its name.
        object: String,
    },
    /// The gripper holds nothing.
    HandEmpty {},
    /// The object was pointed at.
    Pointed {
        /// Its name.
        object: String,
    },
}

impl Fact {
    /// Returns the names of single objects in it: what shall lie somewhere, then where.
    pub fn object_names(&self) -> Vec<&str> {
        match self {
            Self::Is { object, other, .. } | Self::IsNot { object, other, .. } => {
                vec![object, other]
            }
            Self::Every { other, .. } | Self::Nothing { other, .. } | Self::Count { other, .. } => {
                vec![other]
            }
            Self::OnTable { object } | Self::Held { object } | Self::Pointed { object } => {
                vec![object]
            }
            Self::HandEmpty {} => Vec::new(),
        }
    }

    /// Returns how something shall or shall not lie, and at what.
    pub fn relation_and_target(&self) -> Option<(Relation, &str)> {
        match self {
            Self::Is {
                relation, other, ..
            }
            | Self::IsNot {
                relation, other, ..
            }
            | Self::Every {
                relation, other, ..
            }
            | Self::Nothing {
                relation, other, ..
            }
            | Self::Count {
                relation, other, ..
            } => Some((*relation, other)),
            _ => None,
        }
    }

    /// Returns the kind and the exceptions, if it is about a kind.
    pub(super) fn kind_and_exceptions(&self) -> Option<(&str, &[String])> {
        match self {
            Self::Every { kind, except, .. } | Self::Nothing { kind, except, .. } => {
                Some((kind, except))
            }
            Self::Count { kind, .. } => Some((kind, &[])),
            _ => None,
        }
    }

    /// Returns what is wrong with it for `situation`.
    pub(super) fn fault(&self, situation: &Situation) -> Option<String> {
        let seen = |name: &str| {
            situation.holding.as_deref() == Some(name)
                || situation.objects.iter().any(|object| object.name == name)
        };
        let names = self.object_names();
        if let Some(name) = names.iter().find(|name| !seen(name)) {
            return Some(format!("the goal names a `{name}`, which is not seen"));
        }
        if let [object, other] = names[..]
            && object == other
        {
            return Some(format!("the {object} cannot lie at itself"));
        }
        let (kind, except) = self.kind_and_exceptions()?;
        if let Some(name) = except.iter().find(|name| !seen(name)) {
            return Some(format!("the goal excepts a `{name}`, which is not seen"));
        }
        let is_known = kinds(situation).iter().any(|known| known == kind);
        (!is_known).then(|| format!("no `{kind}` is seen"))
    }

    /// Returns it without what it says of the objects of these names; `None` if nothing is left.
    pub(super) fn without_objects(&self, names: &[String]) -> Option<Self> {
        let mut fact = self.clone();
        match &mut fact {
            Self::Every { except, .. } | Self::Nothing { except, .. } => {
                except.extend(names.iter().cloned());
            }
            _ => {}
        }
        let is_about = match self {
            Self::Every { .. } | Self::Nothing { .. } | Self::Count { .. } => None,
            _ => self.object_names().first().copied(),
        };
        let is_dropped = is_about.is_some_and(|name| names.iter().any(|other| other == name));
        (!is_dropped).then_some(fact)
    }
}

/// Returns the words for kinds of what is seen or held: [`ANY_MOVABLE`], then every word of the names but
/// numbers.
pub(super) fn kinds(situation: &Situation) -> Vec<String> {
    let mut kinds = vec![ANY_MOVABLE.to_owned()];
    let held = situation.holding.as_deref();
    let seen = situation.objects.iter().map(|object| object.name.as_str());
    for word in seen.chain(held).flat_map(|name| name.split(' ')) {
        let is_number = word.parse::<u32>().is_ok();
        if !is_number && kinds.iter().all(|known| known != word) {
            kinds.push(word.to_owned());
        }
    }
    kinds
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let but = |except: &[String]| match except {
            [] => String::new(),
            names => format!(" but the {}", names.join(" and the ")),
        };
        match self {
            Self::Is {
                object,
                relation,
                other,
            } => write!(f, "the {object} is {} the {other}", relation.name()),
            Self::IsNot {
                object,
                relation,
                other,
            } => write!(f, "the {object} is not {} the {other}", relation.name()),
            Self::Every {
                kind,
                except,
                relation,
                other,
            } => {
                let (at, but) = (relation.name(), but(except));
                write!(f, "every {kind}{but} is {at} the {other}")
            }
            Self::Nothing {
                kind,
                except,
                relation,
                other,
            } => {
                let (at, but) = (relation.name(), but(except));
                write!(f, "no {kind}{but} is {at} the {other}")
            }
            Self::Count {
                bound,
                number,
                kind,
                relation,
                other,
            } => {
                let bound = bound.name().replace('_', " ");
                let at = relation.name();
                write!(f, "{bound} {number} of kind {kind} {at} the {other}")
            }
            Self::OnTable { object } => write!(f, "the {object} stands on the table"),
            Self::Held { object } => write!(f, "the gripper holds the {object}"),
            Self::HandEmpty {} => f.write_str("the gripper holds nothing"),
            Self::Pointed { object } => write!(f, "the {object} was pointed at"),
        }
    }
}
