//! Common tasks, as prompts that a person chooses.

use rmcp::ErrorData;
use rmcp::model::{
    GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role as Speaker,
};

/// A prompt with places for arguments, written `{name}`.
struct Template {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// Names and descriptions.
    arguments: &'static [(&'static str, &'static str)],
    text: &'static str,
}

const TEMPLATES: [Template; 4] = [
    Template {
        name: "put",
        title: "Put something somewhere",
        description: "Put one thing in, on or beside another",
        arguments: &[
            ("object", "what is put, such as: red cube"),
            ("place", "where it goes, such as: in the blue bowl"),
        ],
        text: "Put the {object} {place} with the robot arm. First `see` what lies on the table and \
               what each thing is called there. If it is not clear which thing is meant, ask me. \
               Then `run_task`, and `see` whether it came out as I wanted. If a tool fails, tell me \
               why before you try something else.",
    },
    Template {
        name: "tidy",
        title: "Tidy the table",
        description: "Put everything that lies about into one container",
        arguments: &[("container", "where things go, such as: blue bowl")],
        text: "Tidy the table with the robot arm: everything small that lies about goes into the \
               {container}. First `see` what there is, and tell me what you mean to move and what \
               you leave. Then `run_task` for one thing after the other, and `see` in between. \
               Leave out whatever a tool refuses, and tell me why at the end.",
    },
    Template {
        name: "look",
        title: "What is on the table?",
        description: "Tell what lies on the table and what the arm can do with it",
        arguments: &[],
        text: "`see` what lies on the robot's table. Tell me in a few sentences what there is, where \
               it lies in the picture, and what the arm can do with it. Move nothing.",
    },
    Template {
        name: "explain_run",
        title: "Why did a run come out like this?",
        description: "Tell what happened in a recorded run, and why",
        arguments: &[("run", "name of the run, as `runs` lists it")],
        text: "Read the story of the recorded run {run} with `runs`. Tell me what was asked, what \
               the arm saw and planned, which step did not do what it was for, and the reason that \
               is recorded. Keep what is recorded apart from what you conclude. Move nothing.",
    },
];

/// Returns every prompt.
pub(super) fn all() -> Vec<Prompt> {
    let told = |template: &Template| {
        let arguments = template.arguments.iter().map(|(name, description)| {
            PromptArgument::new(*name)
                .with_description(*description)
                .with_required(true)
        });
        let arguments: Vec<PromptArgument> = arguments.collect();
        let arguments = (!arguments.is_empty()).then_some(arguments);
        Prompt::new(template.name, Some(template.description), arguments).with_title(template.title)
    };
    TEMPLATES.iter().map(told).collect()
}

/// Returns a prompt with its arguments filled in.
///
/// # Errors
/// If there is no such prompt, or an argument is missing.
pub(super) fn filled_in(name: &str, arguments: &JsonObject) -> Result<GetPromptResult, ErrorData> {
    let Some(template) = TEMPLATES.iter().find(|it| it.name == name) else {
        let names: Vec<&str> = TEMPLATES.iter().map(|it| it.name).collect();
        let names = names.join(", ");
        let message = format!("there is no prompt `{name}`; there are {names}");
        return Err(ErrorData::invalid_params(message, None));
    };
    // From one piece to the next, so that no argument is taken for a place.
    let (mut text, mut rest) = (String::new(), template.text);
    while let Some((before, (argument, after))) = next_place(rest) {
        let value = arguments.get(argument).and_then(|it| it.as_str());
        let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else {
            let message = format!("the prompt `{name}` needs `{argument}`");
            return Err(ErrorData::invalid_params(message, None));
        };
        text += before;
        text += value;
        rest = after;
    }
    text += rest;
    let message = PromptMessage::new_text(Speaker::User, text);
    Ok(GetPromptResult::new(vec![message]).with_description(template.description))
}

/// Returns what is before the next place, its name, and what is after it.
fn next_place(text: &str) -> Option<(&str, (&str, &str))> {
    let (before, rest) = text.split_once('{')?;
    Some((before, rest.split_once('}')?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_argument_has_its_place_and_the_other_way_round() {
        for template in &TEMPLATES {
            let arguments = template.arguments.iter();
            let values = arguments.map(|(name, _)| ((*name).to_owned(), json!("{object} X")));
            let filled = filled_in(template.name, &values.collect()).unwrap();
            let text = serde_json::to_string(&filled.messages).unwrap();
            let count = text.matches("{object} X").count();
            assert_eq!(count, template.arguments.len(), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = filled_in("put", &JsonObject::new()).unwrap_err();
        assert!(error.message.contains("`object`"), "{error:?}");
        let error = filled_in("dance", &JsonObject::new()).unwrap_err();
        assert!(error.message.contains("put, tidy"), "{error:?}");
    }
}
