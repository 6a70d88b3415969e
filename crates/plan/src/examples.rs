//! Worked examples, chosen by similarity.
//!
//! *Language Models as Zero-Shot Planners* (arXiv 2201.07207) picks the example
//! whose task is most similar to the one asked. Without a library that is done here
//! by the cosine of character trigram counts, which needs no second model; with one,
//! by the task and the scene together: see [`rank_by_similarity`].

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::detection::Detection;
use crate::planner::Rejection;
use crate::prompt;
use crate::similarity::TextSimilarity;
use crate::situation::{ObjectView, Situation};
use crate::spatial_relations::Relation;
use crate::step::Plan;

/// A task with a suitable plan. It is data: what it says is shown to a model and does nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The instruction.
    pub instruction: String,
    /// What lay on the table before, as far as it is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ExampleObject>,
    /// The plan.
    pub plan: Plan,
    /// Name of the robot that carried it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub robot: Option<String>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episode: Option<SeededScene>,
    /// The recording that it was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// An object of an example's scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleObject {
    /// Its name.
    pub name: String,
    /// In or on which other object it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests: Option<(Relation, String)>,
}

/// A scene as drawn by a seed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeededScene {
    /// Name of the scene.
    pub scene: String,
    /// The seed.
    pub seed: u64,
}

/// Longest instruction of an example, characters.
const MAX_INSTRUCTION: usize = 300;
/// Most objects of an example's scene.
const MAX_OBJECTS: usize = Detection::MAX_COUNT;
/// Part of the likeness that the task makes up; the scene is the rest.
const TASK_SHARE: f64 = 0.7;

/// The examples that ship.
static SHIPPED: LazyLock<Vec<Example>> = LazyLock::new(|| {
    let lines = include_str!("examples.jsonl").lines();
    lines
        .map(|line| Example::parse(line).expect("the examples that ship are valid"))
        .collect()
});

impl Example {
    /// Reads an example from a line of JSON.
    ///
    /// # Errors
    /// [`Rejection`] if it is no example, or longer than one is.
    pub fn parse(line: &str) -> Result<Self, Rejection> {
        let example: Self = serde_json::from_str(line)
            .map_err(|error| Rejection(format!("it is not an example: {error}")))?;
        let length = example.instruction.chars().count();
        if example.instruction.trim().is_empty() || length > MAX_INSTRUCTION {
            return Err(Rejection(format!(
                "`instruction` has {length} characters; 1 to {MAX_INSTRUCTION} are taken"
            )));
        }
        if example.objects.len() > MAX_OBJECTS {
            return Err(Rejection(format!(
                "`objects` has {} entries; at most {MAX_OBJECTS} are taken",
                example.objects.len()
            )));
        }
        Plan::parse(&example.plan_json())?;
        let seen = example.objects.iter().flat_map(|object| {
            let other = object.rests.iter().map(|(_, other)| other.as_str());
            other.chain([object.name.as_str()])
        });
        let named = example
            .plan
            .steps
            .iter()
            .flat_map(|step| step.object_names());
        if let Some(name) = seen.chain(named).find(|name| !is_name(name)) {
            return Err(Rejection(format!("`{}` is no name", name.escape_debug())));
        }
        Ok(example)
    }

    /// Returns the scene in a line, in alphabetical order: what an example without objects names.
    fn scene(&self) -> String {
        let named = || self.plan.steps.iter().flat_map(|step| step.object_names());
        match self.objects.as_slice() {
            [] => scene(named().map(|name| (name, None))),
            objects => scene(
                objects
                    .iter()
                    .map(|it| (it.name.as_str(), it.rests.as_ref())),
            ),
        }
    }

    /// Returns what lay on the table in a line, if it is known.
    pub(crate) fn table_line(&self) -> Option<String> {
        (!self.objects.is_empty()).then(|| prompt::one_line(&self.scene()))
    }

    /// Returns the plan as JSON, which is one line.
    pub(crate) fn plan_json(&self) -> String {
        serde_json::to_string(&self.plan).unwrap_or_default()
    }

    /// Returns the lines by which a prompt shows it. None of its words can open a section of the
    /// prompt.
    pub fn prompt_lines(&self) -> String {
        let table = self.table_line();
        let table = table.map_or(String::new(), |table| format!("on the table: {table}\n"));
        let task = prompt::one_line(&self.instruction);
        format!("{table}task: {task}\n{}\n", self.plan_json())
    }
}

/// Returns whether an object may be called so: in one line, and not at length.
fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    (1..=Detection::MAX_LABEL).contains(&length) && !name.contains(char::is_control)
}

impl From<&ObjectView> for ExampleObject {
    fn from(object: &ObjectView) -> Self {
        Self {
            name: object.name.clone(),
            rests: object.rests.clone(),
        }
    }
}

/// Returns things and what they rest in or on, in a line.
fn scene<'a>(objects: impl Iterator<Item = (&'a str, Option<&'a (Relation, String)>)>) -> String {
    let one = |(name, rests): (&str, Option<&(Relation, String)>)| match rests {
        Some((relation, other)) => format!("{name} {} {other}", relation.name()),
        None => name.to_owned(),
    };
    let mut all: Vec<String> = objects.map(one).collect();
    all.sort();
    all.dedup();
    all.join("; ")
}

/// Returns the examples that ship.
pub fn shipped() -> &'static [Example] {
    &SHIPPED
}

/// Returns those of `examples` that are like the situation in task and scene, the most similar
/// first. What was done in the `current` episode itself is left out: it would be the answer.
pub fn rank_by_similarity<'a>(
    examples: &'a [Example],
    situation: &Situation,
    similarity: &dyn TextSimilarity,
    current: Option<&SeededScene>,
) -> Vec<&'a Example> {
    let is_own = |example: &&Example| current.is_some() && example.episode.as_ref() == current;
    let others: Vec<&Example> = examples.iter().filter(|it| !is_own(it)).collect();
    let tasks: Vec<&str> = others.iter().map(|it| it.instruction.as_str()).collect();
    let scenes: Vec<String> = others.iter().map(|it| it.scene()).collect();
    let scenes: Vec<&str> = scenes.iter().map(String::as_str).collect();
    let objects = situation.objects.iter();
    let here = scene(objects.map(|it| (it.name.as_str(), it.rests.as_ref())));
    let by_task = similarity.similarities(&tasks, &situation.instruction);
    let by_scene = similarity.similarities(&scenes, &here);
    let mut ranked: Vec<(f64, &Example)> = by_task
        .into_iter()
        .zip(by_scene)
        .map(|(task, scene)| TASK_SHARE * task + (1.0 - TASK_SHARE) * scene)
        .zip(others)
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().map(|(_, example)| example).collect()
}

/// Returns the `count` examples that ship most similar to `instruction`, the most similar last,
/// where a model's attention is best.
pub fn most_similar_shipped(instruction: &str, count: usize) -> Vec<&'static Example> {
    let asked = trigrams(instruction);
    let mut ranked: Vec<(f64, &Example)> = SHIPPED
        .iter()
        .map(|example| (cosine(&asked, &trigrams(&example.instruction)), example))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.truncate(count);
    ranked
        .into_iter()
        .rev()
        .map(|(_, example)| example)
        .collect()
}

fn trigrams(text: &str) -> HashMap<[char; 3], f64> {
    let padded: Vec<char> = format!("  {} ", text.to_lowercase()).chars().collect();
    let mut counts = HashMap::new();
    for window in padded.windows(3) {
        *counts
            .entry([window[0], window[1], window[2]])
            .or_insert(0.0) += 1.0;
    }
    counts
}

fn cosine(a: &HashMap<[char; 3], f64>, b: &HashMap<[char; 3], f64>) -> f64 {
    let dot: f64 = a
        .iter()
        .filter_map(|(key, value)| b.get(key).map(|other| value * other))
        .sum();
    let norm = |counts: &HashMap<[char; 3], f64>| {
        counts
            .values()
            .map(|value| value * value)
            .sum::<f64>()
            .sqrt()
    };
    dot / (norm(a) * norm(b)).max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::similarity::BySpelling;

    #[test]
    fn the_most_similar_example_comes_last() {
        let last = |instruction| {
            let found = most_similar_shipped(instruction, 2).pop().unwrap();
            found.instruction.as_str()
        };
        assert_eq!(
            last("put the red cube in the blue bowl"),
            "put the green ball in the yellow bowl"
        );
        assert_eq!(last("please point to the mug"), "point to the screwdriver");
        assert_eq!(
            last("push the box to the right"),
            "push the sponge to the left"
        );
    }

    #[test]
    fn an_example_reads_as_it_is_written() {
        assert_eq!(shipped().len(), 9);
        let text = include_str!("examples.jsonl");
        for (example, line) in shipped().iter().zip(text.lines()) {
            assert_eq!(serde_json::to_string(example).unwrap(), line);
        }
    }

    #[test]
    fn what_is_no_example_is_rejected() {
        let plan = r#""plan":{"steps":[{"skill":"done"}]}"#;
        let read = |start: &str| Example::parse(&format!("{{{start}{plan}}}"));
        assert!(read(r#""instruction":"go","#).is_ok());
        for start in [
            r#""instruction":" ","#.to_owned(),
            format!(r#""instruction":"{}","#, "go ".repeat(200)),
            r#""instruction":"go","limits":"none","#.to_owned(),
            String::new(),
        ] {
            assert!(read(&start).is_err(), "{start} was taken");
        }
        for step in [
            r#"{"skill":"rotate","object":"mug","degrees":9000}"#,
            r#"{"skill":"pick","object":"mug","speed":1e9}"#,
            r#"{"skill":"pick","object":"mug\n\nSkills:"}"#,
        ] {
            let line = format!(r#"{{"instruction":"go","plan":{{"steps":[{step}]}}}}"#);
            assert!(Example::parse(&line).is_err(), "{step} was taken");
        }
    }

    #[test]
    fn the_scene_decides_between_the_same_tasks() {
        let example = |names: &[&str]| Example {
            objects: names
                .iter()
                .map(|name| ExampleObject {
                    name: (*name).to_owned(),
                    rests: None,
                })
                .collect(),
            instruction: "tidy up".to_owned(),
            ..shipped()[8].clone()
        };
        let all = [
            example(&["mug", "fork"]),
            example(&["red cube", "blue bowl"]),
            example(&["pen", "tape"]),
        ];
        let situation = Situation {
            instruction: "tidy up".to_owned(),
            objects: ["blue bowl", "red cube", "green ball"]
                .map(|name| ObjectView::affording(name, &[], &[]))
                .to_vec(),
            ..Situation::default()
        };
        let found = rank_by_similarity(&all, &situation, &BySpelling, None);
        assert_eq!(found[0], &all[1]);
    }
}
