//! The full style as templates that a user may edit.
//!
//! Each part of the prompt is a block, a template of its own in the language of Jinja; the block
//! `plan.txt` says which others there are and in which order. A folder of edited blocks takes the
//! place of the built-in ones of the same names, and may have more, to be included.
//! What templates show is data: nothing in it is read as a template.
//!
//! | module | idea |
//! |---|---|
//! | `essentials` | what every prompt must tell |

mod essentials;

use std::collections::BTreeMap;
use std::fmt;

use enact_types::{NormalizedPoint, Point3};
use minijinja::{Environment, UndefinedBehavior};
use thiserror::Error;

use super::robot_card::RobotCard;
use super::variables::Variables;
use crate::examples;
use crate::outcome::{Outcome, Verdict};
use crate::situation::{ConversationTurn, Infeasibility, Note, ObjectView, Situation};
use crate::skills::{Skill, Step};
use crate::spatial_relations::Relation;

/// The block that says which others there are.
const FRAME: &str = "plan.txt";
/// The blocks that say what a plan rests on.
const FACTS: &str = include_str!("facts.txt");
/// These blocks without the task.
const FACTS_WITHOUT_TASK: &str = include_str!("facts_without_task.txt");
/// What `robot` has.
const ROBOT: [&str; 4] = ["name", "joints", "reach_cm", "opening_cm"];

/// A part of the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    text: String,
    /// The file that it was read from; none for a built-in one.
    file: Option<String>,
}

/// The templates of the full style.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptTemplates {
    blocks: BTreeMap<String, Block>,
    robot: Option<RobotCard>,
}

impl Default for PromptTemplates {
    fn default() -> Self {
        let block = |(name, text): &(&str, &str)| {
            let block = Block {
                text: (*text).to_owned(),
                file: None,
            };
            ((*name).to_owned(), block)
        };
        Self {
            blocks: Self::BUILT_IN.iter().map(block).collect(),
            robot: None,
        }
    }
}

impl PromptTemplates {
    /// Names and texts of the built-in blocks, in the order of the prompt. `robot.txt` is included
    /// by none of them.
    pub const BUILT_IN: [(&str, &str); 11] = [
        (FRAME, include_str!("blocks/plan.txt")),
        ("role.txt", include_str!("blocks/role.txt")),
        ("robot.txt", include_str!("blocks/robot.txt")),
        ("skills.txt", include_str!("blocks/skills.txt")),
        ("examples.txt", include_str!("blocks/examples.txt")),
        ("scene.txt", include_str!("blocks/scene.txt")),
        ("hand.txt", include_str!("blocks/hand.txt")),
        ("conversation.txt", include_str!("blocks/conversation.txt")),
        ("history.txt", include_str!("blocks/history.txt")),
        ("notes.txt", include_str!("blocks/notes.txt")),
        ("task.txt", include_str!("blocks/task.txt")),
    ];

    /// Returns the templates with a block that takes the place of the one of this name, or is a new
    /// one. `file` is where it is from, for errors. [`check`](Self::check) says whether it suits.
    #[must_use]
    pub fn with_block(mut self, name: &str, text: &str, file: &str) -> Self {
        let mut text = text.replace("\r\n", "\n");
        // What an editor leaves out at the end must not run two lines together.
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let file = Some(file.to_owned());
        self.blocks.insert(name.to_owned(), Block { text, file });
        self
    }

    /// Returns the templates with a robot to tell of.
    #[must_use]
    pub fn with_robot(mut self, robot: RobotCard) -> Self {
        self.robot = Some(robot);
        self
    }

    /// Returns whether any block is not the built-in one.
    pub fn is_edited(&self) -> bool {
        self.blocks.values().any(|block| block.file.is_some())
    }

    /// Returns names and texts of all blocks, by name.
    pub fn blocks(&self) -> impl Iterator<Item = (&str, &str)> {
        let blocks = self.blocks.iter();
        blocks.map(|(name, block)| (name.as_str(), block.text.as_str()))
    }

    /// Finds what is wrong with the blocks before anybody is asked: syntax, names of variables,
    /// blocks that are missing or of no use, a task or objects that no block shows.
    ///
    /// # Errors
    /// The first fault, with its file and line.
    pub fn check(&self) -> Result<(), PromptError> {
        let environment = self.environment()?;
        for (name, block) in &self.blocks {
            self.check_names(name, block, &environment)?;
            self.check_use(name, block)?;
        }
        for situation in trials() {
            self.render(&environment, &situation, &Skill::ALL)?;
        }
        essentials::check(self)
    }

    /// Returns the request for a plan from a model that knows these `skills`.
    ///
    /// # Errors
    /// A fault that [`check`](Self::check) cannot find, as an attribute that does not exist where a
    /// block looks only at a certain name.
    pub fn plan_prompt(
        &self,
        situation: &Situation,
        skills: &[Skill],
    ) -> Result<String, PromptError> {
        self.render(&self.environment()?, situation, skills)
    }

    /// Returns what a plan rests on, from the objects to the task, in the blocks' words.
    ///
    /// # Errors
    /// As [`plan_prompt`](Self::plan_prompt).
    pub fn describe_situation(&self, situation: &Situation) -> Result<String, PromptError> {
        self.told_by(FACTS, situation)
    }

    /// Returns what a plan rests on, as [`describe_situation`](Self::describe_situation) does, without the task.
    ///
    /// # Errors
    /// As [`plan_prompt`](Self::plan_prompt).
    pub(super) fn describe_situation_without_task(
        &self,
        situation: &Situation,
    ) -> Result<String, PromptError> {
        self.told_by(FACTS_WITHOUT_TASK, situation)
    }

    fn told_by(&self, template: &str, situation: &Situation) -> Result<String, PromptError> {
        let variables = Variables::new(situation, &[], self.robot.as_ref());
        self.environment()?
            .render_str(template, variables)
            .map_err(|error| self.fault(&error))
    }

    fn render(
        &self,
        environment: &Environment<'_>,
        situation: &Situation,
        skills: &[Skill],
    ) -> Result<String, PromptError> {
        let variables = Variables::new(situation, skills, self.robot.as_ref());
        environment
            .get_template(FRAME)
            .and_then(|frame| frame.render(variables))
            .map_err(|error| self.fault(&error))
    }

    fn environment(&self) -> Result<Environment<'_>, PromptError> {
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_keep_trailing_newline(true);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, block) in &self.blocks {
            environment
                .add_template(name, &block.text)
                .map_err(|error| self.fault(&error))?;
        }
        Ok(environment)
    }

    /// Finds variables that do not exist, in whatever branch they stand.
    fn check_names(
        &self,
        name: &str,
        block: &Block,
        environment: &Environment<'_>,
    ) -> Result<(), PromptError> {
        let template = environment
            .get_template(name)
            .map_err(|error| self.fault(&error))?;
        let is_global = |word: &str| environment.globals().any(|(global, _)| global == word);
        let exists = |path: &str| match path.split_once('.') {
            Some(("robot", attribute)) => ROBOT.contains(&attribute),
            Some(_) => false,
            None => Variables::NAMES.contains(&path) || is_global(path),
        };
        let mut used: Vec<String> = template.undeclared_variables(true).into_iter().collect();
        used.sort();
        let Some(unknown) = used.into_iter().find(|path| !exists(path)) else {
            return Ok(());
        };
        Err(PromptError {
            file: self.file(name),
            line: line_with(&block.text, &unknown),
            what: format!(
                "there is no variable `{unknown}`; there are {}, and robot.{}",
                Variables::NAMES.join(", "),
                ROBOT.join(", robot.")
            ),
        })
    }

    /// Finds a block of a name that nobody includes, which is most likely a misspelled one.
    fn check_use(&self, name: &str, block: &Block) -> Result<(), PromptError> {
        let is_built_in = Self::BUILT_IN.iter().any(|(built_in, _)| *built_in == name);
        let mut others = self.blocks.iter().filter(|(other, _)| *other != name);
        if is_built_in || block.file.is_none() || others.any(|(_, it)| it.text.contains(name)) {
            return Ok(());
        }
        let names: Vec<&str> = Self::BUILT_IN.iter().map(|(name, _)| *name).collect();
        Err(PromptError {
            file: self.file(name),
            line: None,
            what: format!(
                "no block includes it; the prompt has the blocks {}, and `{FRAME}` says which are \
                 included",
                names.join(", ")
            ),
        })
    }

    /// Returns the name of a block's file for errors.
    fn file(&self, name: &str) -> String {
        let block = self.blocks.get(name);
        let file = block.and_then(|block| block.file.clone());
        file.unwrap_or_else(|| format!("the built-in block {name}"))
    }

    /// Says where the innermost block fails, and why.
    fn fault(&self, error: &minijinja::Error) -> PromptError {
        let mut inner = error;
        while let Some(source) = std::error::Error::source(inner)
            && let Some(source) = source.downcast_ref()
        {
            inner = source;
        }
        let name = inner.name().unwrap_or(FRAME);
        let line = inner.line();
        let text = self.blocks.get(name).zip(line);
        let text = text.and_then(|(block, line)| block.text.lines().nth(line - 1));
        let place = text.map_or_else(String::new, |text| format!(" in `{}`", text.trim()));
        let detail = inner.detail().map(|detail| format!(": {detail}"));
        PromptError {
            file: self.file(name),
            line,
            what: format!("{}{}{place}", inner.kind(), detail.unwrap_or_default()),
        }
    }
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct PromptError {
    /// The file, or the built-in block.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The fault.
    pub what: String,
}

impl fmt::Display for PromptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, what } = self;
        match line {
            Some(line) => write!(f, "{file}, line {line}: {what}"),
            None => write!(f, "{file}: {what}"),
        }
    }
}

/// Returns the first line that uses a variable, of those with a tag if there are any.
fn line_with(text: &str, path: &str) -> Option<usize> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
    let mut words = text.lines().enumerate().filter(|(_, line)| {
        let mut words = line.split(|letter| !is_word(letter));
        words.any(|word| word == path)
    });
    let first = words.clone().next();
    let tagged = words.find(|(_, line)| line.contains('{'));
    tagged.or(first).map(|(index, _)| index + 1)
}

/// Situations that bring every branch of the built-in blocks about.
fn trials() -> Vec<Situation> {
    let object = |name: &str, reachable: bool, rests: Option<(Relation, String)>| ObjectView {
        name: name.to_owned(),
        point: NormalizedPoint { y: 1, x: 2 },
        position: Point3::origin(),
        size: 0.03,
        reachable,
        rests,
        affords: vec![Skill::Pick, Skill::Push, Skill::Point],
        receives: Relation::ALL_RELATIONS.to_vec(),
    };
    let cannot = |skill: Skill, relation: Option<Relation>| Infeasibility {
        object: "red cube".to_owned(),
        skill,
        relation,
        reason: "the shelf is in the way".to_owned(),
    };
    let full = Situation {
        instruction: "put the leftmost cube in the bowl".to_owned(),
        conversation: vec![ConversationTurn {
            instruction: "point to the cube".to_owned(),
            replies: vec!["There.".to_owned()],
            handled: None,
        }],
        objects: vec![
            object("red cube", true, Some((Relation::In, "bowl".to_owned()))),
            object("bowl", false, None),
        ],
        infeasibilities: vec![
            cannot(Skill::Pick, None),
            cannot(Skill::Place, Some(Relation::On)),
        ],
        holding: Some("blue cube".to_owned()),
        history: vec![Outcome {
            step: Step::pick_step("red cube"),
            verdict: Verdict::No,
            reason: "the gripper closed on nothing".to_owned(),
        }],
        rejection: Some("the plan has no steps".to_owned()),
        vetoes: Vec::new(),
        changes: vec!["the bowl was moved".to_owned()],
        must_act: true,
        examples: examples::shipped().to_vec(),
        notes: vec![Note {
            topic: "Lessons".to_owned(),
            text: "one\ntwo".to_owned(),
        }],
        pictures: Vec::new(),
        thought_tokens: Some(64),
    };
    let asked = Situation {
        instruction: "what do you see?".to_owned(),
        ..full.clone()
    };
    let empty = Situation {
        instruction: "tidy up".to_owned(),
        ..Situation::default()
    };
    vec![empty, Situation::default(), full, asked]
}

#[cfg(test)]
mod tests;
