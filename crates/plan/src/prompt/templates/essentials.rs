//! What every prompt must tell, whichever blocks do: the task, and what is on the table.

use enact_types::{NormalizedPoint, Point3};

use super::{FRAME, PromptError, PromptTemplates, trials};
use crate::situation::{ObjectView, Situation};
use crate::skills::Skill;

/// A word that no block has of its own, in place of what is to be done.
const TASK: &str = "probetask";
/// The same in place of what is seen.
const OBJECTS: [&str; 2] = ["probeone", "probetwo"];

/// Something that must come out.
struct Essential {
    /// In words.
    what: &'static str,
    /// The words by which it is recognized.
    marks: &'static [&'static str],
    /// The built-in block that shows it.
    block: &'static str,
    /// How a block shows it.
    how: &'static str,
}

/// Everything that must come out.
const ESSENTIALS: [Essential; 2] = [
    Essential {
        what: "the task",
        marks: &[TASK],
        block: "task.txt",
        how: "{{ task }}",
    },
    Essential {
        what: "the objects",
        marks: &OBJECTS,
        block: "scene.txt",
        how: "{% for object in objects %} {{ object.name }} {% endfor %}",
    },
];

/// Finds what a prompt of these templates leaves out.
///
/// # Errors
/// The block that should show it, and how it would.
pub(super) fn check(templates: &PromptTemplates) -> Result<(), PromptError> {
    let prompts = prompts(templates)?;
    for essential in &ESSENTIALS {
        if prompts.iter().all(|prompt| essential.is_in(prompt)) {
            continue;
        }
        let shown = match prompts.iter().any(|prompt| essential.is_in(prompt)) {
            true => "does not always show",
            false => "does not show",
        };
        let Essential {
            what, block, how, ..
        } = essential;
        let is_the_blocks = essential.is_shown_by_the_built_in(templates);
        return Err(match is_the_blocks {
            true => PromptError {
                file: templates.file(block),
                line: None,
                what: format!("it {shown} {what}; write {how} where it belongs"),
            },
            false => PromptError {
                file: templates.file(FRAME),
                line: None,
                what: format!(
                    "the prompt {shown} {what}; write {{% include \"{block}\" %}} where it belongs, or \
                     {how}"
                ),
            },
        });
    }
    Ok(())
}

impl Essential {
    fn is_in(&self, prompt: &str) -> bool {
        self.marks.iter().all(|mark| prompt.contains(mark))
    }

    /// Returns whether it would come out if its block were the built-in one.
    fn is_shown_by_the_built_in(&self, templates: &PromptTemplates) -> bool {
        let mut others = templates.clone();
        let built_in = PromptTemplates::default();
        let Some(block) = built_in.blocks.get(self.block) else {
            return false;
        };
        others.blocks.insert(self.block.to_owned(), block.clone());
        let prompts = prompts(&others).unwrap_or_default();
        !prompts.is_empty() && prompts.iter().all(|prompt| self.is_in(prompt))
    }
}

/// Returns prompts in lower case, for whoever writes in capitals what it shows.
fn prompts(templates: &PromptTemplates) -> Result<Vec<String>, PromptError> {
    let environment = templates.environment()?;
    let prompt = |situation: &Situation| templates.render(&environment, situation, &Skill::ALL);
    let texts = probe_situations()
        .iter()
        .map(prompt)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(texts.iter().map(|text| text.to_lowercase()).collect())
}

/// Returns situations of every kind with the marks in them, where something is to be done and where
/// something is asked.
pub(super) fn probe_situations() -> Vec<Situation> {
    let object = |name: &str| ObjectView {
        name: name.to_owned(),
        point: NormalizedPoint { y: 1, x: 2 },
        position: Point3::origin(),
        size: 0.03,
        reachable: true,
        rests: None,
        affords: vec![Skill::Pick],
        receives: Vec::new(),
    };
    let words = [
        format!("pick up the {TASK}"),
        format!("where is the {TASK}?"),
    ];
    let marked = |trial: Situation| {
        words.clone().map(|instruction| Situation {
            instruction,
            objects: OBJECTS.map(object).to_vec(),
            ..trial.clone()
        })
    };
    trials().into_iter().flat_map(marked).collect()
}
