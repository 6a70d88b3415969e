//! Mistakes in a suite that TOML does not show.

use enact_sim::{Color, Goal, ObjectShape};
use enact_types::Reason;
use toml::Value;

use crate::suite_camera::SuiteCamera;

use super::{StartRequirement, Suite, SuiteTask, expected_reply, placeholder};

/// Checks a suite.
///
/// # Errors
/// The first mistake.
pub fn check(suite: &Suite) -> Result<(), Reason> {
    if suite.tasks.is_empty() {
        return Err("a suite needs at least one [[tasks]]".into());
    }
    if let Some(fault) = suite.camera.as_ref().and_then(SuiteCamera::find_mistake) {
        return Err(fault);
    }
    for task in &suite.tasks {
        if let Some(fault) = fault(task) {
            return Err(format!("task `{}`: {fault}", task.name).into());
        }
    }
    Ok(())
}

fn fault(task: &SuiteTask) -> Option<String> {
    ends(task)
        .or_else(|| task.draw.find_mistake())
        .or_else(|| words(task))
        .or_else(|| roles(task))
        .or_else(|| shapes(task))
}

/// Checks that the task says when it is done.
fn ends(task: &SuiteTask) -> Option<String> {
    if task.instructions.is_empty() {
        return Some("it needs at least one of `instructions`".to_owned());
    }
    if !task.wants_action() && task.answer.is_none() {
        return Some("it needs one of `goal`, `pointed` and `answer`".to_owned());
    }
    if !task.during.is_empty() && !task.wants_action() {
        return Some("`during` needs `goal` or `pointed`".to_owned());
    }
    if !task.reply.is_empty() && task.answer.is_none() {
        return Some("`reply` needs `answer`".to_owned());
    }
    None
}

/// Checks that every placeholder stands for something, and every pattern can be compiled.
fn words(task: &SuiteTask) -> Option<String> {
    for text in &task.instructions {
        if let Some(name) = unknown(task, text, false) {
            return Some(format!(
                "an instruction names `{{{name}}}`, which is no role and no drawn word"
            ));
        }
        let rest = placeholder::fill(text, |_| Some(String::new())).unwrap_or_default();
        if rest.contains(['{', '}']) {
            return Some(format!(
                "the instruction `{text}` has a brace that is no `{{name}}`"
            ));
        }
    }
    let patterns = [("says", &task.says), ("never_says", &task.never_says)];
    for (key, text) in patterns
        .into_iter()
        .flat_map(|(key, texts)| texts.iter().map(move |text| (key, text)))
    {
        if let Some(name) = unknown(task, text, true) {
            return Some(format!(
                "`{key}` names `{{{name}}}`, which is no role, drawn word or count"
            ));
        }
        let filled = placeholder::fill(text, |_| Some("x".to_owned())).unwrap_or_default();
        if let Err(error) = expected_reply::compile_pattern(&filled) {
            return Some(format!("`{key}` is no regular expression: {error}"));
        }
    }
    let names: Vec<&str> = task.draw.word_names().collect();
    if let Some(twice) = names
        .iter()
        .enumerate()
        .find(|(index, name)| names[..*index].contains(name) || task.object_roles().contains(name))
    {
        return Some(format!("`{}` names two things", twice.1));
    }
    let pairs = task.differ.iter().flatten();
    for [a, b] in pairs {
        if a == b {
            return Some(format!("`differ` pairs `{a}` with itself"));
        }
        if let Some(name) = [a, b]
            .into_iter()
            .find(|name| !names.contains(&name.as_str()))
        {
            return Some(format!("`differ` names `{name}`, which is not drawn"));
        }
    }
    let objects = task.objects.iter().chain(&task.random);
    let mut drawn = objects.flat_map(|object| object.values().flat_map(variables));
    let stray = drawn.find(|name| !names.contains(name))?;
    Some(format!(
        "an object refers to `${stray}`, which is not drawn"
    ))
}

/// Returns the drawn words that a value refers to.
fn variables(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => text.strip_prefix('$').into_iter().collect(),
        Value::Array(values) => values.iter().flat_map(variables).collect(),
        Value::Table(table) => table.values().flat_map(variables).collect(),
        _ => Vec::new(),
    }
}

/// Returns a placeholder of a text that nothing fills in.
fn unknown<'a>(task: &SuiteTask, text: &'a str, is_pattern: bool) -> Option<&'a str> {
    let roles = task.object_roles();
    let is_counted = |kind: &str| {
        kind.is_empty()
            || task.draw.word_names().any(|word| word == kind)
            || kind.split(' ').all(|word| {
                Color::ALL_COLORS
                    .iter()
                    .any(|color| color.to_string() == word)
                    || ObjectShape::ALL_SHAPES
                        .iter()
                        .any(|shape| shape.to_string() == word)
            })
    };
    let is_known = |name: &str| {
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        match rest {
            _ if is_pattern && placeholder::is_count_placeholder(name) => is_counted(rest),
            "" => {
                roles.contains(&name)
                    || task.draw.word_names().any(|word| word == name)
                    || name == "absent" && !task.absent.is_empty()
            }
            "color" | "shape" => roles.contains(&first),
            _ => false,
        }
    };
    placeholder::names(text)
        .into_iter()
        .find(|name| !is_known(name))
}

/// Checks that every role that is named belongs to an object.
fn roles(task: &SuiteTask) -> Option<String> {
    let roles = task.object_roles();
    let states = task.goal.iter().chain(&task.during).chain(&task.never);
    let named = states
        .flat_map(Goal::names_and_placeholders)
        .chain(task.requires.iter().flat_map(StartRequirement::names));
    let pairs = task
        .rests
        .iter()
        .chain(task.aside.iter().map(|(a, b)| (a, b)));
    let listed = task
        .untouched
        .iter()
        .chain(&task.pointed)
        .chain(&task.may_point)
        .chain(&task.disturb.moves)
        .chain(&task.disturb.appears)
        .chain(pairs.flat_map(|(a, b)| [a, b]));
    let name = named
        .chain(listed.map(String::as_str))
        .find(|name| !roles.contains(name))?;
    Some(format!("no object has the role `{name}`"))
}

/// Checks the shapes of which one is missing.
fn shapes(task: &SuiteTask) -> Option<String> {
    let is_shape = |name: &&String| {
        ObjectShape::ALL_SHAPES
            .iter()
            .any(|shape| shape.to_string() == **name)
    };
    let stray = task.absent.iter().find(|name| !is_shape(name))?;
    Some(format!("`absent` lists `{stray}`, which is no shape"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str = r#"
        about = "one task"
        scene = "mixed"
        turns = 1
        [[tasks]]
        name = "put"
        instructions = ["put the {object} in the {target}"]
        objects = [{ role = "object", shape = "cube" }, { role = "target", shape = "bowl" }]
    "#;

    /// What is wrong with a task with these lines, or with this change.
    fn fault(lines: &str, change: (&str, &str)) -> String {
        let text = format!("{TASK}{lines}").replace(change.0, change.1);
        Suite::parse(&text).map_or_else(|error| error.to_string(), |_| String::new())
    }

    const GOAL: &str = "goal = { inside = [\"object\", \"target\"] }\n";

    #[test]
    fn placeholders_that_nothing_fills_are_named() {
        assert_eq!(fault(GOAL, ("", "")), "");
        for wrong in ["targt", "target.colour", "absent", "count.cube"] {
            let found = fault(GOAL, ("{target}", &format!("{{{wrong}}}")));
            assert!(found.contains(&format!("`{{{wrong}}}`")), "{found}");
        }
        assert_eq!(fault(GOAL, ("{target}", "{target.color} one")), "");
        let found = fault(GOAL, ("{target}", "{target"));
        assert!(found.contains("brace"), "{found}");
        for (says, is_sound) in [
            (
                r"{object.shape}|{count.cube}|{other_count}|\\p{Han}{2}",
                true,
            ),
            ("{objct}", false),
            ("{count.cubes}", false),
            ("(", false),
        ] {
            let found = fault(&format!("answer = \"said\"\nsays = \"{says}\""), ("", ""));
            assert_eq!(found.is_empty(), is_sound, "{says}: {found}");
        }
    }

    #[test]
    fn drawn_words_are_checked() {
        let draw = "draw = { color = [\"red\", \"blue\"] }\n";
        let used = ("shape = \"bowl\"", "shape = \"bowl\", color = \"$color\"");
        assert_eq!(fault(&format!("{GOAL}{draw}"), used), "");
        let found = fault(GOAL, used);
        assert!(found.contains("`$color`"), "{found}");
        let found = fault(
            &format!("{GOAL}{draw}differ = [[\"color\", \"other\"]]"),
            ("", ""),
        );
        assert!(found.contains("`other`"), "{found}");
    }

    #[test]
    fn a_task_says_when_it_is_done() {
        assert!(fault("", ("", "")).contains("`goal`"));
        let both = "answer = \"asked\"\nreply = [\"which\", \"missing cube|ball\"]\n";
        assert_eq!(fault(&format!("{GOAL}{both}"), ("", "")), "");
        let found = fault(&format!("{GOAL}reply = [\"which\"]"), ("", ""));
        assert!(found.contains("`answer`"), "{found}");
        let found = fault(
            &format!("{GOAL}answer = \"asked\"\nreply = [\"wich\"]"),
            ("", ""),
        );
        assert!(found.contains("wich"), "{found}");
    }

    #[test]
    fn a_role_that_no_object_has_is_named_wherever_it_stands() {
        for line in [
            r#"requires = [{ lefter = ["object", "tree"] }]"#,
            r#"requires = [{ between = ["object", "target", "tree"] }]"#,
            r#"requires = [{ not = { inside = ["tree", "target"] } }]"#,
            r#"during = [{ in_a_row = ["object", "tree"] }]"#,
            r#"never = [{ turned = ["tree", 90] }]"#,
            r#"pointed = ["object", "tree"]"#,
            r#"may_point = "tree""#,
            r#"rests = { object = "tree" }"#,
            r#"rests = { tree = "target" }"#,
            r#"aside = ["object", "tree"]"#,
            r#"untouched = ["tree"]"#,
            r#"disturb = { moves = "tree", by = 0.03 }"#,
        ] {
            let expected = "task `put`: no object has the role `tree`";
            assert_eq!(
                fault(&format!("{GOAL}{line}"), ("", "")),
                expected,
                "{line}"
            );
        }
    }
}
