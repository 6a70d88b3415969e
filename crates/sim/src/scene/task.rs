//! Instructions and their goals.

use std::collections::BTreeMap;

use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use crate::goal::Goal;
use crate::layout::{Layout, PlacedObject};

/// The slot that only a container fills.
const CONTAINER: &str = "container";
/// The slot that only a movable object fills.
const OBJECT: &str = "object";

/// An instruction with placeholders such as `{object}`, and its goal. `{container}` stands for a
/// container, `{object}` for any other object, and other names for either.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneTask {
    instruction: String,
    goal: Goal,
}

impl SceneTask {
    /// Returns the problem with the task, if there is one.
    pub fn find_problem(&self) -> Option<String> {
        let slots = self.slots();
        let missing = |name: &&str| {
            name.starts_with('{') && !slots.iter().any(|slot| format!("{{{slot}}}") == **name)
        };
        let names = self.goal.names_and_placeholders();
        let name = names.iter().find(|name| missing(name))?;
        Some(format!("the goal's `{name}` is not in the instruction"))
    }

    /// Returns the goal if `said` (normalized) is this instruction about objects of the layout.
    pub fn goal_for_instruction(&self, said: &str, layout: &Layout) -> Option<Goal> {
        let names = self.read(said)?;
        let fits = |(slot, name): (&String, &String)| {
            layout
                .objects
                .iter()
                .any(|item| normalize_text(&item.name) == *name && may_fill(slot, item))
        };
        if !names.iter().all(fits) {
            return None;
        }
        let exact = |name: &String| {
            let item = layout
                .objects
                .iter()
                .find(|item| normalize_text(&item.name) == *name);
            item.map_or_else(|| name.clone(), |item| item.name.clone())
        };
        let names = names
            .iter()
            .map(|(slot, name)| (slot.clone(), exact(name)))
            .collect();
        Some(self.goal.fill_placeholders(&names))
    }

    /// Returns the instruction about random objects of the layout for which it is feasible: nothing
    /// stays on a ball or across a bowl, and no ball stays on an object without a rim.
    fn example(&self, layout: &Layout, rng: &mut ChaCha8Rng) -> Option<String> {
        let mut text = self.instruction.clone();
        let mut used: Vec<&str> = Vec::new();
        let is_stack = self.slots().iter().any(|slot| is_support(slot));
        for slot in self.slots() {
            let free: Vec<&PlacedObject> = layout
                .objects
                .iter()
                .filter(|item| may_fill(slot, item) && !used.contains(&item.name.as_str()))
                .filter(|item| !is_stack || item.shape.is_stackable())
                .collect();
            let item = free.choose(rng)?;
            used.push(&item.name);
            text = text.replace(&format!("{{{slot}}}"), &item.name);
        }
        Some(text)
    }

    /// Returns the slots of the instruction in order.
    fn slots(&self) -> Vec<&str> {
        let pieces = self.instruction.split('{').skip(1);
        pieces
            .filter_map(|piece| piece.split_once('}').map(|(slot, _)| slot))
            .collect()
    }

    /// Returns the slots and the words of `said` in their place; `None` if `said` does not match.
    fn read(&self, said: &str) -> Option<BTreeMap<String, String>> {
        let pattern = normalize_text(&self.instruction);
        let mut pieces = pattern.split('{');
        let mut rest = said.strip_prefix(pieces.next()?)?;
        let mut names = BTreeMap::new();
        for piece in pieces {
            let (slot, literal) = piece.split_once('}')?;
            let end = if literal.is_empty() {
                rest.len()
            } else {
                rest.find(literal)?
            };
            let name = rest[..end].to_owned();
            rest = &rest[end + literal.len()..];
            if names
                .insert(slot.to_owned(), name.clone())
                .is_some_and(|before| before != name)
            {
                return None;
            }
        }
        rest.is_empty().then_some(names)
    }
}

/// Returns an instruction of one of the tasks, about objects of the layout.
pub fn example_instruction(
    tasks: &[SceneTask],
    layout: &Layout,
    rng: &mut ChaCha8Rng,
) -> Option<String> {
    let mut order: Vec<&SceneTask> = tasks.iter().collect();
    order.shuffle(rng);
    order.into_iter().find_map(|task| task.example(layout, rng))
}

/// Normalizes text to lower case and single spaces, without a final full stop.
pub fn normalize_text(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words
        .join(" ")
        .trim_end_matches(['.', '!'])
        .trim_end()
        .to_owned()
}

fn may_fill(slot: &str, item: &PlacedObject) -> bool {
    match slot {
        CONTAINER => item.shape.is_container(),
        OBJECT => !item.shape.is_container(),
        _ => true,
    }
}

/// Returns whether a slot is for neither a container nor a movable object.
fn is_support(slot: &str) -> bool {
    ![CONTAINER, OBJECT].contains(&slot)
}
