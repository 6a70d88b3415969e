//! Answers that say the same over and over, as likely text does where nothing draws it elsewhere
//! (Holtzman et al., “The Curious Case of Neural Text Degeneration”, arXiv 1904.09751).

/// Longest passage that is looked for, characters: several steps of a plan.
const MAX_PASSAGE_CHARS: usize = 320;
/// Least length of what repeats itself, characters.
const MIN_REPEATED_CHARS: usize = 80;
/// How often a passage stands in a row in an answer that came to its end: no plan needs that.
const OFTEN: usize = 6;
/// How often it does at the end of an answer that was cut.
const OFTEN_AT_THE_CUT: usize = 4;
/// Longest part of a passage that is told, characters.
const TOLD: usize = 40;

/// Returns the passage that an answer repeats over and over, if it does; `is_cut` if the answer
/// was cut off.
pub(crate) fn repeated_passage(answer: &str, is_cut: bool) -> Option<String> {
    let letters: Vec<char> = answer.chars().collect();
    (1..=MAX_PASSAGE_CHARS.min(letters.len() / OFTEN_AT_THE_CUT))
        .find_map(|length| repeated_of(&letters, length, is_cut))
        .map(told)
}

/// Returns a passage of this length that stands in a row too often.
fn repeated_of(letters: &[char], length: usize, is_cut: bool) -> Option<&[char]> {
    let mut same = 0;
    for at in length..letters.len() {
        same = match letters[at] == letters[at - length] {
            true => same + 1,
            false => 0,
        };
        let covered = same + length;
        let is_last = at + 1 == letters.len();
        let often = match is_cut && is_last {
            true => OFTEN_AT_THE_CUT,
            false => OFTEN,
        };
        if covered >= MIN_REPEATED_CHARS.max(often * length) {
            return Some(&letters[at + 1 - length..=at]);
        }
    }
    None
}

fn told(passage: &[char]) -> String {
    let text: String = passage.iter().collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ").replace(char::is_control, "");
    match line.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.is_empty() => "blanks".to_owned(),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(steps: &[&str]) -> String {
        let steps = steps.iter().map(|step| {
            let (skill, object) = step.split_once(' ').unwrap();
            format!(r#"{{"skill":"{skill}","object":"{object}"}}"#)
        });
        format!(r#"{{"steps":[{}]}}"#, steps.collect::<Vec<_>>().join(","))
    }

    #[test]
    fn a_loop_is_found_whether_it_was_cut_or_not() {
        let steps = plan(&["pick red cube"; 8]);
        let passage = repeated_passage(&steps, false).unwrap();
        assert!(passage.contains("cube"), "{passage}");
        let cycle = plan(&["pick red cube", "place red cube"].repeat(7));
        assert!(repeated_passage(&cycle, false).is_some());
        // Cut in the middle of a step, after four and a bit.
        let cut = &plan(&["pick red cube"; 6])[..170];
        assert!(repeated_passage(cut, true).is_some(), "{cut}");
        assert!(repeated_passage(cut, false).is_none());
        let words = "I will pick it up. ".repeat(9);
        let passage = repeated_passage(&words, false).unwrap();
        assert!(words.contains(&passage) && passage.len() < 20, "{passage}");
        assert!(repeated_passage(&"抓住红色方块。".repeat(20), true).is_some());
        assert_eq!(repeated_passage(&" \n".repeat(60), true).unwrap(), "blanks");
    }

    #[test]
    fn plans_that_do_much_are_no_loops() {
        let names = ["red cube", "blue cube", "green ball", "tray", "bowl", "mug"];
        let steps: Vec<String> = names
            .iter()
            .flat_map(|name| [format!("pick {name}"), format!("place {name}")])
            .collect();
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        let all = plan(&steps);
        assert_eq!(repeated_passage(&all, false), None);
        assert_eq!(repeated_passage(&all[..all.len() - 9], true), None);
        assert_eq!(repeated_passage(&plan(&["push red cube"; 5]), false), None);
        for text in [
            "",
            "a",
            "no no no no no no no no",
            "Sure! Here is the plan.",
        ] {
            assert_eq!(repeated_passage(text, true), None, "{text}");
        }
    }
}
