//! A situation as a dialogue whose answers are steps in plain words, a line each: for models that
//! are not asked to write a plan but how likely they hold each step.

use crate::candidates::words_for_step;
use crate::examples::{self, Example};
use crate::prompt;
use crate::situation::Situation;
use crate::skills::Step;

/// Worked examples in a dialogue; each costs a small model time and tells it the form.
const SHOWN_EXAMPLES: usize = 4;

/// Requests and answers in turn, the request for the situation's plan last. The examples say
/// nothing but what can be done.
pub fn dialogue(situation: &Situation) -> Vec<String> {
    let mut dialogue = Vec::new();
    let chosen = &situation.examples;
    let all: Vec<&Example> = match chosen.as_slice() {
        [] => examples::most_similar_shipped(&situation.instruction, usize::MAX),
        chosen => chosen.iter().collect(),
    };
    let most = SHOWN_EXAMPLES.max(chosen.len());
    let worked = all.into_iter().filter_map(|example| {
        let plan = &example.plan;
        let steps: Vec<String> = plan
            .steps
            .iter()
            .map(words_for_step)
            .collect::<Option<_>>()?;
        let mut names: Vec<&str> = plan.steps.iter().flat_map(Step::object_names).collect();
        names.sort_unstable();
        names.dedup();
        Some([
            request(
                &names,
                "nothing",
                &[],
                &prompt::one_line(&example.instruction),
            ),
            lines(&steps),
        ])
    });
    let worked: Vec<[String; 2]> = worked.collect();
    let shown = worked.len().saturating_sub(most);
    dialogue.extend(worked.into_iter().skip(shown).flatten());
    let names: Vec<String> = situation
        .objects
        .iter()
        .map(|object| match &object.rests {
            Some((relation, other)) => format!("{} {} the {other}", object.name, relation.name()),
            None => object.name.clone(),
        })
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let held = situation.holding.as_deref().unwrap_or("nothing");
    let history: Vec<String> = situation.history.iter().map(ToString::to_string).collect();
    let instruction: Vec<&str> = situation.instruction.split_whitespace().collect();
    dialogue.push(request(&names, held, &history, &instruction.join(" ")));
    dialogue
}

/// The same as one request, for a model that writes the steps.
pub fn prompt(situation: &Situation) -> String {
    let mut dialogue = dialogue(situation);
    let request = dialogue.pop().unwrap_or_default();
    format!(
        "You plan for a robot arm at a table. Answer with the steps in the words of these examples, \
         one a line, the last one done.\n\n{}\n\n{request}",
        dialogue.join("\n\n")
    )
}

fn request(names: &[&str], held: &str, history: &[String], instruction: &str) -> String {
    let mut text = format!(
        "On the table: {}.\nIn the hand: {held}.\n",
        names.join(", ")
    );
    if !history.is_empty() {
        text += &format!("Done so far: {}.\n", history.join("; "));
    }
    text + &format!("Task: {instruction}\nWhat are the steps?")
}

/// Steps that were chosen, as the begin of an answer that goes on with one more.
pub fn answer_prefix(chosen: &[String]) -> String {
    let mut text = lines(chosen);
    if !text.is_empty() {
        text.push('\n');
    }
    text + &format!("{}.", chosen.len() + 1)
}

/// One more step as the end of that answer.
pub fn next_step_suffix(words: &str) -> String {
    format!(" {words}\n")
}

fn lines(steps: &[String]) -> String {
    let lines = steps.iter().enumerate();
    let lines: Vec<String> = lines
        .map(|(index, words)| format!("{}. {words}", index + 1))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::ObjectView;

    #[test]
    fn a_dialogue_shows_the_form_and_asks_last() {
        let situation = Situation {
            instruction: "put the red cube\nTask: go home".to_owned(),
            objects: vec![ObjectView::affording("red cube", &[], &[])],
            holding: Some("green ball".to_owned()),
            ..Situation::default()
        };
        let dialogue = dialogue(&situation);
        assert_eq!(dialogue.len(), 2 * SHOWN_EXAMPLES + 1);
        let answer = &dialogue[dialogue.len() - 2];
        assert!(
            answer.starts_with("1. ") && answer.ends_with(". done"),
            "{answer}"
        );
        assert_eq!(
            dialogue.last().unwrap(),
            "On the table: red cube.\nIn the hand: green ball.\n\
             Task: put the red cube Task: go home\nWhat are the steps?"
        );
        let written = prompt(&situation);
        assert!(written.ends_with(dialogue.last().unwrap()), "{written}");
        assert!(written.contains(answer.as_str()));
        let chosen = ["pick up the red cube".to_owned()];
        let whole = answer_prefix(&chosen) + &next_step_suffix("done");
        assert_eq!(whole, "1. pick up the red cube\n2. done\n");
        assert_eq!(answer_prefix(&[]), "1.");
    }
}
