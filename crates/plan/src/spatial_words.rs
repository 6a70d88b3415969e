//! Spatial words of a task, and the objects that they refer to.

use crate::situation::ObjectView;

/// A spatial word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpatialWord {
    /// Towards the picture's left.
    Left,
    /// Towards the picture's right.
    Right,
    /// Towards the picture's lower edge.
    Front,
    /// Towards the picture's upper edge.
    Back,
    /// Large before small.
    Big,
    /// Small before large.
    Small,
    /// Near before far.
    Near,
    /// Far before near.
    Far,
    /// Near the line between two others.
    Between,
}

/// Reference of a spatial word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReferenceObject<'a> {
    /// Nothing is said: from the arm, or from the picture's edge.
    Unsaid,
    /// From this object.
    Object(&'a ObjectView),
    /// From these two, at what is between them.
    Pair(&'a ObjectView, &'a ObjectView),
    /// From something that is not named as it is in the list.
    Unknown,
}

/// Beginnings of English words, and Chinese characters.
const WORDS: [(SpatialWord, &[&str], &[&str]); 9] = [
    (SpatialWord::Left, &["left"], &["左"]),
    (SpatialWord::Right, &["right"], &["右"]),
    (SpatialWord::Front, &["front"], &["前"]),
    (SpatialWord::Back, &["behind", "back"], &["后"]),
    (SpatialWord::Big, &["big", "larg"], &["大"]),
    (SpatialWord::Small, &["small", "littl", "tin"], &["小"]),
    (SpatialWord::Near, &["near", "clos"], &["近"]),
    (SpatialWord::Far, &["far", "furth", "distant"], &["远"]),
    (SpatialWord::Between, &["between", "middle"], &["间"]),
];
/// Words that may stand between a spatial word and its reference.
const LITTLE: [&str; 9] = [
    "to", "from", "of", "side", "the", "that", "is", "away", "by",
];
/// Words that announce a name.
const ANNOUNCING: [&str; 3] = ["to", "from", "of"];
/// Words for the arm.
const ARM: [&str; 7] = ["you", "your", "yourself", "robot", "arm", "hand", "base"];
/// Chinese words for the arm, after the word for “from”.
const CHINESE_ARM: [&str; 4] = ["离你", "离机器", "离手臂", "离机械"];
/// Chinese words that announce a name.
const CHINESE_ANNOUNCING: [&str; 2] = ["离", "靠近"];
/// Words for “then”, which share a character with “behind”.
const CHINESE_THEN: [&str; 2] = ["然后", "之后"];

/// Returns every spatial word of `instruction` with the object that it refers to.
pub fn find<'a>(
    instruction: &str,
    objects: &'a [ObjectView],
) -> Vec<(SpatialWord, ReferenceObject<'a>)> {
    let instruction = instruction.to_lowercase();
    let words: Vec<&str> = words(&instruction).collect();
    let english = words.iter().enumerate().flat_map(|(index, word)| {
        let meant = WORDS
            .iter()
            .filter(|(_, stems, _)| stems.iter().any(|stem| word.starts_with(stem)));
        let after = &words[index + 1..];
        meant.filter_map(|(spatial, ..)| Some((*spatial, origin(*spatial, after, objects)?)))
    });
    let places_only = CHINESE_THEN
        .iter()
        .fold(instruction.clone(), |instruction, then| {
            instruction.replace(then, "")
        });
    let chinese = WORDS
        .iter()
        .filter(|(_, _, characters)| characters.iter().any(|one| places_only.contains(one)))
        .map(|(spatial, ..)| (*spatial, chinese_origin(&instruction)));
    let mut found = Vec::new();
    for mention in english.chain(chinese) {
        if !found.contains(&mention) {
            found.push(mention);
        }
    }
    found
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Returns the object that a spatial word refers to; `None` for “farthest to the left”, which is
/// about the left only.
fn origin<'a>(
    spatial: SpatialWord,
    after: &[&str],
    objects: &'a [ObjectView],
) -> Option<ReferenceObject<'a>> {
    let (passed, rest) = skip_little(after);
    let next = rest.first().copied().unwrap_or_default();
    if matches!(spatial, SpatialWord::Near | SpatialWord::Far) && is_side(next) {
        return None;
    }
    if let Some((object, rest)) = named(rest, objects) {
        let second = match (spatial, rest) {
            (SpatialWord::Between, ["and", rest @ ..]) => named(skip_little(rest).1, objects),
            _ => None,
        };
        return Some(match second {
            Some((second, _)) => ReferenceObject::Pair(object, second),
            None => ReferenceObject::Object(object),
        });
    }
    let announced = passed.iter().any(|word| ANNOUNCING.contains(word));
    Some(match announced && !ARM.contains(&next) {
        true => ReferenceObject::Unknown,
        false => ReferenceObject::Unsaid,
    })
}

fn skip_little<'w, 't>(words: &'w [&'t str]) -> (&'w [&'t str], &'w [&'t str]) {
    let little = words
        .iter()
        .take_while(|word| LITTLE.contains(word))
        .count();
    words.split_at(little)
}

/// Returns the object whose listed name these words begin with, and the words after it.
fn named<'a, 'w, 't>(
    words_left: &'w [&'t str],
    objects: &'a [ObjectView],
) -> Option<(&'a ObjectView, &'w [&'t str])> {
    objects.iter().find_map(|object| {
        let name = object.name.to_lowercase();
        let mut rest = words_left;
        for word in words(&name) {
            let (first, after) = rest.split_first()?;
            rest = (*first == word).then_some(after)?;
        }
        Some((object, rest))
    })
}

fn is_side(word: &str) -> bool {
    let sides = [
        SpatialWord::Left,
        SpatialWord::Right,
        SpatialWord::Front,
        SpatialWord::Back,
    ];
    WORDS.iter().any(|(spatial, stems, _)| {
        sides.contains(spatial) && stems.iter().any(|stem| word.starts_with(stem))
    })
}

fn chinese_origin(instruction: &str) -> ReferenceObject<'static> {
    let any = |words: &[&str]| words.iter().any(|word| instruction.contains(word));
    match any(&CHINESE_ANNOUNCING) && !any(&CHINESE_ARM) {
        true => ReferenceObject::Unknown,
        false => ReferenceObject::Unsaid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spatial_order::tests::object_at;

    fn found(instruction: &str) -> Vec<(SpatialWord, String)> {
        let objects = [
            object_at("red cube", 0.2, -0.1, 0.03),
            object_at("blue bowl", 0.2, 0.15, 0.1),
        ];
        let described = |origin| match origin {
            ReferenceObject::Unsaid => "unsaid".to_owned(),
            ReferenceObject::Unknown => "unknown".to_owned(),
            ReferenceObject::Object(object) => object.name.clone(),
            ReferenceObject::Pair(first, second) => format!("{} {}", first.name, second.name),
        };
        find(instruction, &objects)
            .into_iter()
            .map(|(spatial, origin)| (spatial, described(origin)))
            .collect()
    }

    #[test]
    fn a_spatial_word_looks_from_what_is_named_after_it() {
        for (instruction, spatial, origin) in [
            (
                "put the cube nearest to the blue bowl away",
                SpatialWord::Near,
                "blue bowl",
            ),
            ("the ball close to the dish", SpatialWord::Near, "unknown"),
            (
                "the closest ball into the blue bowl",
                SpatialWord::Near,
                "unsaid",
            ),
            (
                "the ball farthest away from the robot",
                SpatialWord::Far,
                "unsaid",
            ),
            ("the ball farthest to the left", SpatialWord::Left, "unsaid"),
            (
                "put it on the left side of the red cube",
                SpatialWord::Left,
                "red cube",
            ),
            (
                "put it in front of the Blue Bowl.",
                SpatialWord::Front,
                "blue bowl",
            ),
            (
                "the ball between the blue bowl and the red cube",
                SpatialWord::Between,
                "blue bowl red cube",
            ),
            (
                "the ball between the cube and the bowl",
                SpatialWord::Between,
                "unsaid",
            ),
            ("take the biggest one", SpatialWord::Big, "unsaid"),
            ("拿起离碗最近的方块", SpatialWord::Near, "unknown"),
            ("拿起离你最近的方块", SpatialWord::Near, "unsaid"),
            ("拿起最远的方块", SpatialWord::Far, "unsaid"),
        ] {
            assert_eq!(
                found(instruction),
                [(spatial, origin.to_owned())],
                "{instruction}"
            );
        }
        assert!(found("put the red cube in the blue bowl").is_empty());
    }
}
