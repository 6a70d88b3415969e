//! Worked examples, chosen by similarity.
//!
//! *Language Models as Zero-Shot Planners* (arXiv 2201.07207) picks the example
//! whose task is most similar to the one asked; here by the cosine of character
//! trigram counts, which needs no second model.

use std::collections::HashMap;

/// A task with a suitable plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// The instruction.
    pub instruction: &'static str,
    /// The plan as JSON.
    pub plan: &'static str,
}

/// The built-in library.
const LIBRARY: &[Example] = &[
    Example {
        instruction: "put the green ball in the yellow bowl",
        plan: r#"{"steps":[{"skill":"pick","object":"green ball"},{"skill":"place","object":"green ball","relation":"in","target":"yellow bowl"},{"skill":"done"}]}"#,
    },
    Example {
        instruction: "stack the orange cube on the purple cube",
        plan: r#"{"steps":[{"skill":"pick","object":"orange cube"},{"skill":"place","object":"orange cube","relation":"on","target":"purple cube"},{"skill":"done"}]}"#,
    },
    Example {
        instruction: "pick up the mug",
        plan: r#"{"steps":[{"skill":"pick","object":"mug"},{"skill":"done"}]}"#,
    },
    Example {
        instruction: "point to the screwdriver",
        plan: r#"{"steps":[{"skill":"point","object":"screwdriver"},{"skill":"done"}]}"#,
    },
    Example {
        instruction: "push the sponge to the left",
        plan: r#"{"steps":[{"skill":"push","object":"sponge","direction":"left"},{"skill":"done"}]}"#,
    },
    Example {
        instruction: "put both cubes on the tray",
        plan: r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"place","object":"red cube","relation":"on","target":"tray"},{"skill":"pick","object":"blue cube"},{"skill":"place","object":"blue cube","relation":"on","target":"tray"},{"skill":"done"}]}"#,
    },
    Example {
        instruction: "give me the banana (there is no banana)",
        plan: r#"{"steps":[{"skill":"say","text":"I do not see a banana."}]}"#,
    },
    Example {
        instruction: "move the box closer (there are two boxes)",
        plan: r#"{"steps":[{"skill":"ask","question":"Which box do you mean?"}]}"#,
    },
    Example {
        instruction: "go home",
        plan: r#"{"steps":[{"skill":"home"},{"skill":"done"}]}"#,
    },
];

/// Returns the `count` examples most similar to `instruction`, the most similar last, where a
/// model's attention is best.
pub fn most_similar(instruction: &str, count: usize) -> Vec<Example> {
    let asked = trigrams(instruction);
    let mut ranked: Vec<(f64, Example)> = LIBRARY
        .iter()
        .map(|example| (cosine(&asked, &trigrams(example.instruction)), *example))
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
    use crate::Plan;

    #[test]
    fn the_most_similar_example_comes_last() {
        let last = |instruction| most_similar(instruction, 2).pop().unwrap().instruction;
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
    fn every_example_is_a_valid_plan() {
        for example in LIBRARY {
            Plan::parse(example.plan).unwrap();
        }
    }
}
