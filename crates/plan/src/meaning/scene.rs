//! What is seen, and what was spoken of so far.

use super::phrase::Phrase;
use crate::situation::{ObjectView, Situation};
use crate::skills::Skill;
use crate::spatial_relations::Relation;

/// Difference of picture coordinates below which they look alike, of 1000.
pub(crate) const SAME_POINT_TOLERANCE: f64 = 25.0;
/// Distance of centers below which things stand beside each other, meters.
pub(crate) const MAX_BESIDE_DISTANCE: f64 = 0.13;
/// What things are called that others are put in or on, where the arm cannot tell.
const CONTAINERS: [&str; 2] = ["bowl", "tray"];

/// What a phrase is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// To be moved.
    Mover,
    /// To have something put at it.
    Host,
    Any,
}

/// What is seen, and what was spoken of so far.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub objects: Vec<ObjectView>,
    /// What “it” and “them” mean.
    pub it: Vec<String>,
    /// What “it” means where this instruction names nothing: what the last one was about.
    pub handled: Option<String>,
    /// What “it” means that is not seen.
    pub unseen: Option<String>,
    /// What “there” means.
    pub there: Vec<String>,
    /// Names in the order in which they were spoken of.
    pub mentioned: Vec<String>,
    /// What is to stay as it is.
    pub excluded: Vec<String>,
    /// What is named after “not” or “except”, and so neither moved nor a destination.
    pub ruled_out: Vec<String>,
    /// What “one” stands for.
    pub kinds: Vec<String>,
    /// Whether the person leaves the choice open.
    pub is_free: bool,
    /// What is in the hand.
    pub held: Option<String>,
    /// What goes in which container, though it was to go on it.
    pub put_in: Vec<(String, String)>,
    /// What was put last, and at what.
    pub last: Option<(String, String)>,
    /// What was put anywhere.
    pub moved: Vec<String>,
    /// What changed places last.
    pub swapped: Option<[String; 2]>,
}

impl Scene {
    pub fn new(situation: &Situation) -> Self {
        let mut objects = situation.objects.clone();
        let held = situation.holding.as_deref();
        if let Some(held) = held.filter(|held| objects.iter().all(|seen| seen.name != *held)) {
            let shown = situation.objects.first().cloned();
            objects.extend(shown.map(|other| ObjectView {
                name: held.to_owned(),
                rests: None,
                reachable: true,
                affords: vec![Skill::Pick],
                receives: Vec::new(),
                ..other
            }));
        }
        let last = situation.conversation.last();
        let handled = last.and_then(|last| last.handled.clone());
        Self {
            handled: handled.filter(|name| objects.iter().any(|seen| seen.name == *name)),
            it: held.map(str::to_owned).into_iter().collect(),
            objects,
            unseen: None,
            there: Vec::new(),
            mentioned: Vec::new(),
            excluded: Vec::new(),
            ruled_out: Vec::new(),
            kinds: Vec::new(),
            is_free: false,
            held: held.map(str::to_owned),
            put_in: Vec::new(),
            last: None,
            moved: Vec::new(),
            swapped: None,
        }
    }

    pub fn object(&self, name: &str) -> Option<&ObjectView> {
        self.objects.iter().find(|seen| seen.name == name)
    }

    pub fn is_container(&self, name: &str) -> bool {
        self.object(name).is_some_and(is_container)
    }

    /// Names of all things that can be moved.
    pub fn movable_names(&self) -> Vec<String> {
        let movers = self.objects.iter().filter(|seen| !is_container(seen));
        movers.map(|seen| seen.name.clone()).collect()
    }

    /// Names of all things that others are put in or on.
    pub fn containers(&self) -> Vec<String> {
        let containers = self.objects.iter().filter(|seen| is_container(seen));
        containers.map(|seen| seen.name.clone()).collect()
    }

    /// Names of what lies in or on `host`.
    pub fn contents(&self, host: &str) -> Vec<String> {
        let inside = self
            .objects
            .iter()
            .filter(|seen| rests_in_or_on(seen, host));
        inside.map(|seen| seen.name.clone()).collect()
    }

    /// Whether a phrase speaks of containers by its words.
    pub fn phrase_means_container(&self, phrase: &Phrase) -> Option<bool> {
        if phrase.kinds.is_empty() {
            let fitting = self.names_fitting_phrase(phrase, Role::Any).ok()?;
            let [one] = fitting.as_slice() else {
                return None;
            };
            return Some(self.is_container(one));
        }
        let kind = phrase.kinds.first()?;
        let seen = self.objects.iter().find(|seen| kind_of(seen) == kind);
        Some(seen.map_or(CONTAINERS.contains(&kind.as_str()), is_container))
    }
}

/// Whether it is an object that others are put in or on.
pub(crate) fn is_container(seen: &ObjectView) -> bool {
    seen.receives.contains(&Relation::In)
        || seen.receives.is_empty() && CONTAINERS.contains(&kind_of(seen))
}

/// The last word of a name, but for its number.
pub(crate) fn kind_of(seen: &ObjectView) -> &str {
    let mut words = seen.name.rsplit(' ');
    let last = words.next().unwrap_or_default();
    match last.parse::<u32>() {
        Ok(_) => words.next().unwrap_or(last),
        Err(_) => last,
    }
}

pub(super) fn rests_in_or_on(seen: &ObjectView, host: &str) -> bool {
    seen.rests.as_ref().is_some_and(|(_, at)| at == host)
}
