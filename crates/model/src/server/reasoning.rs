//! Separates a model's reasoning from its answer.

/// Marks around reasoning, in lower case.
const MARKS: [(&str, &str); 10] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<reason>", "</reason>"),
    ("<seed:think>", "</seed:think>"),
    ("[think]", "[/think]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<unused94>", "<unused95>"),
];

/// Mark before the answer in the channels of gpt-oss; everything before it is reasoning.
const FINAL_CHANNEL: &str = "<|channel|>final";
/// Marks before reasoning there.
const OTHER_CHANNELS: [&str; 2] = ["<|channel|>analysis", "<|channel|>commentary"];

/// A text, separated into reasoning and answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The reasoning, with its marks.
    pub thinking: String,
    /// The rest; nothing of it stood in a thought.
    pub answer: String,
}

/// Splits a text at the end of the last piece of reasoning. Chat templates may open the first one
/// themselves, so text before a closing mark is reasoning even without an opening one. Reasoning
/// that does not end has no answer after it.
pub(crate) fn split(text: &str) -> Parts {
    // Only ASCII changes its case, so places in lower case are places in the text.
    let lower = text.to_ascii_lowercase();
    let end = last_end(&lower);
    let begin = first_begin(&lower, end).unwrap_or(text.len());
    let answer = text[end..begin].trim();
    if !answer.is_empty() {
        let thoughts = [text[..end].trim(), text[begin..].trim()];
        return Parts {
            thinking: thoughts.join("\n").trim().to_owned(),
            answer: answer.to_owned(),
        };
    }
    // Some answer first and think then. That is sure where the text opens with an answer.
    let begin = first_begin(&lower, 0).unwrap_or(0);
    let before = text[..begin].trim();
    if before.starts_with(['{', '[', '`']) && last_end(&lower[..begin]) == 0 {
        return Parts {
            thinking: text[begin..].trim().to_owned(),
            answer: before.to_owned(),
        };
    }
    Parts {
        thinking: text.trim().to_owned(),
        answer: String::new(),
    }
}

/// Returns the end of the last piece of reasoning; 0 if there is none.
fn last_end(lower: &str) -> usize {
    let marks = MARKS.iter().map(|(_, end)| *end).chain([FINAL_CHANNEL]);
    let ends = marks.filter_map(|mark| lower.rfind(mark).map(|at| at + mark.len()));
    ends.max().unwrap_or(0)
}

/// Returns the beginning of the next piece of reasoning.
fn first_begin(lower: &str, from: usize) -> Option<usize> {
    let marks = MARKS.iter().map(|(begin, _)| *begin).chain(OTHER_CHANNELS);
    let begins = marks.filter_map(|mark| lower[from..].find(mark));
    begins.min().map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_what_no_thought_holds() {
        for (text, answer) in [
            ("{a}", "{a}"),
            ("<think>{t}</think>{a}", "{a}"),
            ("<THINK>\n{t}\n</THINK>\n\n{a}\n", "{a}"),
            ("{t} is what I could say\n</think>{a}", "{a}"),
            ("<think>x <think>{t}</think> {t} </think>{a}", "{a}"),
            ("<think>{t}</think><think>{t}</think>{a}", "{a}"),
            ("<think>{t}</think>{a}<think>{t}", "{a}"),
            // Which is thought about which is not sure.
            ("<think>{t}</think>{a}<think>{t}</think>", ""),
            ("{a}<think>{t}</think>", "{a}"),
            ("```json\n{a}\n```\n<think>{t}", "```json\n{a}\n```"),
            ("I would say <think>{t}</think>", ""),
            ("{t} hm</think>", ""),
            ("<think>{t}", ""),
            ("<think></think>{a}", "{a}"),
            ("[THINK]{t}[/THINK]{a}", "{a}"),
            ("◁think▷Größe {t}◁/think▷{a}", "{a}"),
            ("<seed:think>{t}</seed:think>{a}", "{a}"),
            (
                "<|channel|>analysis<|message|>{t}<|end|><|start|>assistant<|channel|>final<|message|>{a}",
                "<|message|>{a}",
            ),
            ("<|channel|>analysis<|message|>{t}", ""),
            ("", ""),
        ] {
            let parts = split(text);
            assert_eq!(parts.answer, answer, "{text}");
            assert!(!parts.answer.contains("{t}"), "{text}");
            let thought = text.contains("{t}");
            assert_eq!(parts.thinking.contains("{t}"), thought, "{text}");
        }
    }
}
