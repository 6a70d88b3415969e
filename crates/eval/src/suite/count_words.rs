//! Words and figures that stand for a number of things on the table, in English and Chinese.

/// Numbers in words, from zero.
pub(super) const NUMBERS: [[&str; 2]; 11] = [
    ["no|none|zero|nothing", "零|没有"],
    ["one|a single", "一"],
    ["two|a pair", "二|两"],
    ["three", "三"],
    ["four", "四"],
    ["five", "五"],
    ["six", "六"],
    ["seven", "七"],
    ["eight", "八"],
    ["nine", "九"],
    ["ten", "十"],
];

/// Returns a pattern for any of some counts, in figures or words.
pub(super) fn count_words_pattern(counts: &[usize]) -> String {
    let one = |count: &usize| {
        let words = NUMBERS
            .get(*count)
            .map_or(String::new(), |[english, chinese]| {
                format!(r"|\b(?:{english})\b|(?:{chinese})")
            });
        format!(r"\b{count}\b{words}")
    };
    let all: Vec<String> = counts.iter().map(one).collect();
    format!("(?:{})", all.join("|"))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn a_number_is_itself_in_figures_or_words() {
        let three = Regex::new(&count_words_pattern(&[3])).unwrap();
        for text in ["I see 3 cubes.", "three", "三个方块"] {
            assert!(three.is_match(text), "{text}");
        }
        assert!(!three.is_match("13") && !three.is_match("four"));
    }
}
