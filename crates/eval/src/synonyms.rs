//! Words for the colors and shapes of a suite's objects, to tell what a sentence speaks of.

use strsim::normalized_damerau_levenshtein;

/// Likeness above which a word is taken for a slip of another.
const ALIKE: f64 = 0.74;
/// Length from which words are taken for slips, letters.
const LONG: usize = 4;

/// Colors with other words for them.
const COLORS: [(&str, &[&str]); 6] = [
    (
        "red",
        &["crimson", "scarlet", "ruby", "cherry", "tomato", "read"],
    ),
    ("green", &["emerald", "lime", "olive", "grass", "mint"]),
    (
        "blue",
        &["navy", "azure", "cobalt", "sapphire", "sky", "blew"],
    ),
    ("yellow", &["golden", "gold", "lemon", "canary", "amber"]),
    ("orange", &["tangerine", "pumpkin", "carrot"]),
    ("purple", &["violet", "lilac", "lavender", "plum", "mauve"]),
];

/// Shapes with other words for them.
const SHAPES: [(&str, &[&str]); 5] = [
    (
        "cube",
        &["block", "brick", "box", "die", "dice", "square", "lego"],
    ),
    (
        "cylinder",
        &[
            "can", "tin", "tube", "barrel", "roll", "drum", "pillar", "column",
        ],
    ),
    ("ball", &["sphere", "orb", "marble", "bead", "globe"]),
    (
        "bowl",
        &["dish", "basin", "pot", "cup", "vessel", "container"],
    ),
    ("tray", &["plate", "platter", "saucer", "board", "coaster"]),
];

/// Returns whether a sentence in English speaks of such a shape, and whether of this very thing.
pub fn mentions_of_shape_and_label(sentence: &str, label: &str) -> (bool, bool) {
    let lower = sentence.to_lowercase();
    let words = || lower.split(|letter: char| !letter.is_alphanumeric());
    let speaks_of = |name: &str| {
        let others = COLORS.iter().chain(&SHAPES).find(|(word, _)| *word == name);
        let others = others.map_or(&[][..], |(_, others)| others);
        words().any(|word| is_like(word, name) || others.iter().any(|other| is_like(word, other)))
    };
    let (color, shape) = label.split_once(' ').unwrap_or(("", label));
    let has_shape = speaks_of(shape);
    (
        has_shape,
        has_shape && (color.is_empty() || speaks_of(color)),
    )
}

/// Returns whether a word is another, its plural or a slip of it.
fn is_like(word: &str, other: &str) -> bool {
    let singular = word.strip_suffix('s').unwrap_or(word);
    word == other
        || singular == other
        || word.chars().count() >= LONG
            && other.len() >= LONG
            && normalized_damerau_levenshtein(word, other) >= ALIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_speaks_of_what_it_names_in_any_word() {
        let both = (true, true);
        assert_eq!(
            mentions_of_shape_and_label("put the red cube in the bowl", "red cube"),
            both
        );
        assert_eq!(
            mentions_of_shape_and_label("Stack the crimson blocks!", "red cube"),
            both
        );
        assert_eq!(
            mentions_of_shape_and_label("pu teh yelow cylidner down", "yellow cylinder"),
            both
        );
        assert_eq!(
            mentions_of_shape_and_label("put the red cube away", "blue cube"),
            (true, false)
        );
        assert_eq!(
            mentions_of_shape_and_label("put the red cube away", "red ball"),
            (false, false)
        );
    }
}
