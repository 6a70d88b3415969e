//! Recognizes that a person corrects what was just done.

use std::sync::LazyLock;

use regex::Regex;

/// Returns whether an instruction takes back or corrects the task before it: “no, the other one”,
/// “that was wrong”, “I meant the blue bowl”. Without clear words it does not.
pub(super) fn corrects(instruction: &str) -> bool {
    static CORRECTS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?x)^ (?: oh | hm+ | ah | uh | er | sorry | wait | hey )? [\s,.!]* (?:
                no [,.!]+ \s* \S
              | no \s (?: i | not | that | the | it | this | wait | you | put )\b
              | not \s (?: that | this | the | there | like )\b
              | (?: that | this | it ) (?: \s is | \s was | ['’]s ) \s (?: all \s )? (?: not | wrong | a \s mistake )\b
              | (?: that | this | it ) \s (?: isn | wasn ) ['’]? t \b
              | wrong \b
              | i \s (?: meant | said | wanted | asked | told )\b
              | you \s (?: should | were \s (?: supposed | meant ) | forgot | did \s not | didn ['’]? t )\b
              | 不是 | 不对 | 错了 | 我是说 | 我的意思是
            )",
        )
        .expect("the expression is valid")
    });
    CORRECTS.is_match(instruction.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_are_told_from_new_tasks() {
        for correction in [
            "No, the other one!",
            "no I meant the blue bowl",
            "Not that one, the green cube",
            "That was wrong: put it in the tray",
            "that's not what I wanted",
            "This wasn't the red one",
            "wrong bowl",
            "I said the left one",
            "You should have asked",
            "sorry, I meant the tray",
            "不对，放进蓝色的碗里",
        ] {
            assert!(corrects(correction), "{correction}");
        }
        for task in [
            "put the red cube in the blue bowl",
            "now the green one",
            "nothing more",
            "push the notebook to the left",
            "wait for me",
            "it is time to tidy up",
            "now put it back",
            "the wrong way round is fine",
            "把红色方块放进碗里",
            "no",
        ] {
            assert!(!corrects(task), "{task}");
        }
    }
}
