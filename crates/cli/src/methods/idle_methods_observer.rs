//! Says once that methods which the command line switches on had nothing to do: rules understood the
//! instruction, so that no model was asked for a plan.

use enact_model::REASONING_WITHOUT_MODEL;
use enact_runtime::{Event, Observer};

use super::{DrawArgs, MethodArgs};

/// Says once that methods switched on had nothing to do, because rules planned.
#[derive(Clone, Debug)]
pub struct IdleMethodsObserver {
    /// The flags that have an effect only where a model plans.
    flags: Vec<&'static str>,
    task: Planned,
    is_told: bool,
}

/// Who planned for the task that goes on.
#[derive(Clone, Copy, Debug, Default)]
struct Planned {
    by_rules: bool,
    by_a_model: bool,
}

impl IdleMethodsObserver {
    /// Creates an observer for the flags of a command line.
    pub fn new(methods: &MethodArgs, draws: &DrawArgs, free_text: bool, score_steps: bool) -> Self {
        // The others ask a model whoever plans.
        let MethodArgs {
            critic: _,
            critic_rounds: _,
            critic_key_env: _,
            dialogue: _,
            lessons: _,
            examples,
            example_tokens: _,
            example_library: _,
            tools: _,
            attach,
            think,
            prompts,
            decompose,
            goal_first,
        } = methods;
        let DrawArgs {
            rank,
            vote,
            temperature,
            top_p,
            top_k,
            min_p,
            repetition_penalty,
        } = draws;
        let flags = [
            ("--examples", examples.is_some()),
            ("--attach", !attach.is_empty()),
            ("--think", think.is_some()),
            ("--prompts", prompts.is_some()),
            ("--decompose", *decompose),
            ("--goal-first", *goal_first),
            ("--rank", *rank > 1),
            ("--vote", vote.is_some()),
            ("--temperature", temperature.is_some()),
            ("--top-p", top_p.is_some()),
            ("--top-k", top_k.is_some()),
            ("--min-p", min_p.is_some()),
            ("--repetition-penalty", repetition_penalty.is_some()),
            ("--free-text", free_text),
            ("--score-steps", score_steps),
        ];
        let on = flags.into_iter().filter(|(_, is_on)| *is_on);
        Self {
            flags: on.map(|(flag, _)| flag).collect(),
            task: Planned::default(),
            is_told: false,
        }
    }

    /// Takes an event in; returns what is to be said then.
    fn notice(&mut self, event: &Event<'_>) -> Option<String> {
        match event {
            Event::TaskStarted { .. } => self.task = Planned::default(),
            Event::Planned { answer, .. } if answer.thinking == REASONING_WITHOUT_MODEL => {
                self.task.by_rules = true;
            }
            Event::Planned { .. } => self.task.by_a_model = true,
            Event::TaskEnded(_) => {
                let is_by_rules = self.task.by_rules && !self.task.by_a_model;
                if is_by_rules && !self.flags.is_empty() && !self.is_told {
                    self.is_told = true;
                    return Some(format!(
                        "{}: not asked, the instruction was understood by rules; --meaning off asks \
                         the model",
                        self.flags.join(", ")
                    ));
                }
            }
            _ => {}
        }
        None
    }
}

impl Observer for IdleMethodsObserver {
    fn observe(&mut self, event: &Event<'_>) {
        if let Some(line) = self.notice(event) {
            errln!("{:>9}  {line}", "note");
        }
    }
}

#[cfg(test)]
mod tests {
    use enact_plan::{ModelResponse, Plan, Situation, Step, Usage};
    use enact_runtime::{TaskEnd, TaskReport};

    use super::*;
    use crate::args::{SetupArgs, parse_args_from_words};

    fn watching(words: &[&str]) -> IdleMethodsObserver {
        let words: Vec<&std::ffi::OsStr> = words.iter().map(AsRef::as_ref).collect();
        let args: SetupArgs = parse_args_from_words(&words);
        let scores = args.models.score_steps;
        IdleMethodsObserver::new(&args.methods, &args.draws, args.free_text, scores)
    }

    /// What is said during a task with such thoughts before its plans.
    fn said(watching: &mut IdleMethodsObserver, thoughts: &[&str]) -> Vec<String> {
        let situation = Situation::default();
        let mut said = Vec::new();
        watching.task = Planned::default();
        for thought in thoughts {
            let answer = &ModelResponse {
                thinking: (*thought).to_owned(),
                ..ModelResponse::from_plan(Plan {
                    steps: vec![Step::done_step()],
                })
            };
            let situation = &situation;
            said.extend(watching.notice(&Event::Planned { situation, answer }));
        }
        let report = TaskReport {
            ending: TaskEnd::Done,
            turns: 1,
            steps: Vec::new(),
            refusals: Vec::new(),
            said: Vec::new(),
            arm_seconds: 0.0,
            usage: Usage::default(),
        };
        said.extend(watching.notice(&Event::TaskEnded(&report)));
        said
    }

    #[test]
    fn methods_that_rules_leave_idle_are_told_once() {
        let mut voting = watching(&["--vote", "3", "--temperature", "0.5", "--critic", "self"]);
        assert!(said(&mut voting, &["", REASONING_WITHOUT_MODEL]).is_empty());
        assert!(said(&mut voting, &["I think."]).is_empty());
        assert!(said(&mut voting, &[]).is_empty(), "nobody planned");
        let told = said(&mut voting, &[REASONING_WITHOUT_MODEL; 3]);
        assert_eq!(told.len(), 1);
        assert!(
            told[0].starts_with("--vote, --temperature: not asked")
                && told[0].contains("--meaning off"),
            "{told:?}"
        );
        assert!(
            said(&mut voting, &[REASONING_WITHOUT_MODEL]).is_empty(),
            "it is told"
        );
        let all: [&[&str]; 2] = [&[], &["--critic", "self", "--tools"]];
        for others in all {
            assert!(said(&mut watching(others), &[REASONING_WITHOUT_MODEL]).is_empty());
        }
    }
}
