//! Placeholders `{…}` in sentences and patterns.
//!
//! In a sentence: `{role}`, `{role.color}`, `{role.shape}`, `{word}` and `{absent}`. In a pattern
//! also `{count.cube}`, the number of cubes on the table in figures or words, `{other_count.cube}`,
//! any other number, and `{count}` and `{other_count}` of everything.

use std::sync::LazyLock;

use enact_sim::Layout;
use regex::Regex;

use super::count_words::{NUMBERS, count_words_pattern};

/// Returns the names of the placeholders of a text. `\p{Han}` and `{2,3}` are none.
pub fn names(text: &str) -> Vec<&str> {
    found(text).map(|(_, name)| name).collect()
}

/// Returns the text with each placeholder replaced by what `value` returns.
///
/// # Errors
/// The name of the first placeholder for which that is nothing.
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let (mut filled, mut rest) = (String::new(), 0);
    for (start, name) in found(text) {
        filled += &text[rest..start];
        filled += &value(name).ok_or_else(|| name.to_owned())?;
        rest = start + name.len() + 2;
    }
    Ok(filled + &text[rest..])
}

/// Returns where each placeholder begins, and its name.
fn found(text: &str) -> impl Iterator<Item = (usize, &str)> {
    static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(\\[pP])?\{([^\W\d][\w. -]*)\}").expect("the expression is valid")
    });
    PLACEHOLDER
        .captures_iter(text)
        .filter(|found| found.get(1).is_none())
        .filter_map(|found| Some((found.get(0)?.start(), found.get(2)?.as_str())))
}

/// Returns the word or pattern for a count of things on the table: `count.cube`, `other_count.red`.
/// `resolve` says what a drawn word stands for.
pub fn resolve_count_placeholder(
    name: &str,
    layout: &Layout,
    resolve: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let (which, kind) = name.split_once('.').unwrap_or((name, ""));
    let kind = resolve(kind).unwrap_or_else(|| kind.to_owned());
    let is_such = |label: &String| {
        kind.is_empty() || *label == kind || label.split(' ').any(|word| word == kind)
    };
    let labels = layout
        .objects
        .iter()
        .map(enact_sim::PlacedObject::color_and_shape_label);
    let count = labels.filter(is_such).count();
    match which {
        "count" => Some(count_words_pattern(&[count])),
        "other_count" => {
            let others: Vec<usize> = (0..NUMBERS.len()).filter(|other| *other != count).collect();
            Some(count_words_pattern(&others))
        }
        _ => None,
    }
}

/// Returns whether a placeholder is a count.
pub fn is_count_placeholder(name: &str) -> bool {
    matches!(name.split('.').next(), Some("count" | "other_count"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_regular_expressions_use_braces_for_stays() {
        let text = r"\p{Han}{2,3} the {object.color} one, {count.cube}";
        assert_eq!(names(text), ["object.color", "count.cube"]);
        let filled = fill(text, |name| Some(name.to_uppercase()));
        let expected = r"\p{Han}{2,3} the OBJECT.COLOR one, COUNT.CUBE";
        assert_eq!(filled.unwrap(), expected);
        assert_eq!(
            fill("{a} {b}", |name| (name == "a").then(String::new)),
            Err("b".to_owned())
        );
    }
}
