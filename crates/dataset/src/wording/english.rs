//! English sentences and names.

use enact_plan::{Direction, Relation};
use rand::RngExt;

use super::{SentenceTemplate, Speaker};
use crate::vocabulary::{color_of, noun_of};

/// Returns the patterns of a sentence.
pub fn patterns(saying: SentenceTemplate) -> &'static [&'static str] {
    match saying {
        SentenceTemplate::Put(Relation::In) => &[
            "(put|place|drop|set|lay|move|bring|get|stick|throw) {what} (in|into|inside) {where}",
            "(put|place|drop|move) {what} (in|into|inside) {where}",
            "(pick up|pick|grab|take|get|lift) {what} and (put|place|drop|set|move) it (in|into|inside) {where}",
            "{what} (goes|belongs|should go|must go|has to go|should be) (in|into|inside) {where}",
            "(i want|i would like|i'd like|i need) {what} (in|inside|to be in) {where}",
            "(make sure|see) that {what} (is|ends up|lands) (in|inside) {where}",
            "(transfer|carry|deliver) {what} (to|into) {where}",
            "let {what} (go|fall|drop) into {where}",
            "(i would like|i'd like|i want|i would love|i'd be glad|i'd be happy|it would be (nice|good|great)) to (have|find|get) {what} (in|inside) {where}",
            "(i want|i would like|i'd like) to see {what} (in|inside|lie in|end up in) {where}",
            "(do you mind|how about|what about|would you consider|try|start by) (putting|placing|dropping|moving|laying) {what} (in|into|inside) {where}",
            "(bring|carry|move|take) {what} (over to|to|across to) {where} and (drop|put|lay|let) it (in|inside|in there)",
            "(take|grab|lift) {what} and (put|drop|stick|let) it (go|fall|down|) (in|into|inside) {where}",
            "{where} (is where|is the place where) {what} (goes|belongs|should be)",
            "(into|in) {where} with {what}",
            "{what}(, |: )(into|in|inside) {where}",
        ],
        SentenceTemplate::Put(Relation::On) => &[
            "(put|place|drop|set|lay|move|bring|get) {what} (on|onto|on top of|upon) {where}",
            "(put|place|set) {what} (on|onto|on top of) {where}",
            "(pick up|pick|grab|take|get|lift) {what} and (put|place|drop|set|lay) it (on|onto|on top of) {where}",
            "{what} (goes|belongs|should go|must go|should be) (on|onto|on top of) {where}",
            "(i want|i would like|i'd like|i need) {what} (on|on top of|to be on) {where}",
            "(make sure|see) that {what} (is|ends up) (on|on top of) {where}",
            "(transfer|carry|deliver) {what} (to|onto) {where}",
            "(i would like|i'd like|i want|i would love|it would be (nice|good|great)) to (see|have|find|get) {what} (on|on top of) {where}",
            "(do you mind|how about|what about|would you consider|try|start by) (putting|placing|laying|moving) {what} (on|onto|on top of) {where}",
            "(bring|carry|move|take) {what} (over to|to) {where} and (put|lay|set) it (on it|on top|down on it)",
        ],
        SentenceTemplate::Put(Relation::LeftOf) => &[
            "(put|place|set|move|lay|bring) {what} (left of|to the left of|on the left of|on the left side of|to the left side of|left from) {where}",
            "(pick up|grab|take) {what} and (put|place|set) it (left of|to the left of|on the left of) {where}",
            "(i want|i'd like) {what} (left of|to the left of|on the left of) {where}",
            "{what} (goes|should be|belongs) (left of|to the left of) {where}",
        ],
        SentenceTemplate::Put(Relation::RightOf) => &[
            "(put|place|set|move|lay|bring) {what} (right of|to the right of|on the right of|on the right side of|to the right side of|right from) {where}",
            "(pick up|grab|take) {what} and (put|place|set) it (right of|to the right of|on the right of) {where}",
            "(i want|i'd like) {what} (right of|to the right of|on the right of) {where}",
            "{what} (goes|should be|belongs) (right of|to the right of) {where}",
        ],
        SentenceTemplate::Put(Relation::InFrontOf) => &[
            "(put|place|set|move|lay|bring) {what} (in front of|before|to the front of|just in front of) {where}",
            "(pick up|grab|take) {what} and (put|place|set) it (in front of|before) {where}",
            "(i want|i'd like) {what} in front of {where}",
            "{what} (goes|should be|belongs) in front of {where}",
        ],
        SentenceTemplate::Put(Relation::Behind) => &[
            "(put|place|set|move|lay|bring) {what} (behind|in back of|at the back of|just behind) {where}",
            "(pick up|grab|take) {what} and (put|place|set) it behind {where}",
            "(i want|i'd like) {what} behind {where}",
            "{what} (goes|should be|belongs) behind {where}",
        ],
        SentenceTemplate::Put(Relation::NextTo) => &[
            "(put|place|set|move|lay|bring) {what} (next to|beside|near|close to|by|alongside|right next to) {where}",
            "(pick up|grab|take) {what} and (put|place|set) it (next to|beside|near|by) {where}",
            "(i want|i'd like) {what} (next to|beside|near) {where}",
            "{what} (goes|should be|belongs) (next to|beside) {where}",
        ],
        SentenceTemplate::Stack => &[
            "stack {what} (on|onto|on top of) {where}",
            "(pile|balance) {what} (on|onto|on top of) {where}",
            "(put|set) {what} on top of {where}",
        ],
        SentenceTemplate::Pick => &[
            "(pick up|pick|grab|take|lift|lift up|grasp|hold|get|fetch|raise|grip|seize) {what}",
            "(pick|lift|take|hold) {what} up",
            "(i want you to|i need you to) (pick up|hold|take|lift) {what}",
            "(get|take) hold of {what}",
            "(give|hand) me {what}",
        ],
        SentenceTemplate::Point => &[
            "(point to|point at|point towards|show me|where is|find|locate|indicate|look for) {what}",
            "where's {what}",
            "(show|tell) me where {what} is",
            "(can you see|do you see) {what}",
        ],
        SentenceTemplate::Push(Direction::Left) => &[
            "(push|slide|shove|nudge|move) {what} (left|to the left|leftwards|leftward|a bit to the left|over to the left)",
        ],
        SentenceTemplate::Push(Direction::Right) => &[
            "(push|slide|shove|nudge|move) {what} (right|to the right|rightwards|rightward|a bit to the right|over to the right)",
        ],
        SentenceTemplate::Push(Direction::Away) => &[
            "(push|slide|shove|nudge|move) {what} (away|away from me|back|backwards|further away|farther away)",
        ],
        SentenceTemplate::Push(Direction::Closer) => &[
            "(push|slide|shove|nudge|move|pull) {what} (closer|towards me|closer to me|forward|forwards|nearer|to me)",
        ],
        SentenceTemplate::Rotate { clockwise: true } => &[
            "(turn|rotate|twist|spin) {what} (by |){where} degrees clockwise",
            "(turn|rotate) {what} clockwise by {where} degrees",
        ],
        SentenceTemplate::Rotate { clockwise: false } => &[
            "(turn|rotate|twist|spin) {what} (by |){where} degrees (counterclockwise|anticlockwise)",
            "(turn|rotate) {what} (counterclockwise|anticlockwise) by {where} degrees",
        ],
        SentenceTemplate::Home => &[
            "(go|move|return|drive|come) (home|back home|to your home position|to the home position|to the start)",
            "(move|bring) (your|the) arm (home|back|away|out of the way)",
            "(park|retract|rest) (yourself|the arm|your arm)",
            "home position",
        ],
        SentenceTemplate::Courtesy => &[
            "(please|can you|could you|could you please|can you please|would you|will you|now|robot,|hey,|hey robot,|hi,|ok,|okay,|hello,|so,|go ahead and|kindly|next,|i want you to|i'd like you to|try to|just) {what}",
            "{what} (please|now|for me|thanks|thank you|if you can|quickly|carefully|slowly|gently|will you|ok)",
            "{what}(.|!|?|, please|, thanks|, thank you|, robot)",
            "(please|can you|could you|would you) {what} (now|for me|carefully)(|.|?)",
        ],
    }
}

/// Returns “the red cube”, mostly.
pub fn phrase_for_object(speaker: &mut Speaker<'_>, name: &str) -> String {
    let (color, shape) = (color_of(name), word_for_shape(speaker, noun_of(name)));
    match speaker.rng.random_range(0..20) {
        0 => format!("{color} {shape}"),
        1 => format!("that {color} {shape}"),
        2 => format!("the {shape} that is {color}"),
        _ => format!("the {color} {shape}"),
    }
}

/// Returns a word for a shape, mostly its own name.
pub fn word_for_shape(speaker: &mut Speaker<'_>, shape: &str) -> String {
    let others: &[&str] = match shape {
        "cube" => &["block", "block", "brick", "box"],
        "cylinder" => &["can", "tube", "drum"],
        "ball" => &["sphere", "marble", "ball"],
        "bowl" => &["dish", "basin", "bowl"],
        "tray" => &["plate", "platter", "tray"],
        _ => &[],
    };
    if others.is_empty() || speaker.rng.random_bool(0.82) {
        shape.to_owned()
    } else {
        others[speaker.rng.random_range(0..others.len())].to_owned()
    }
}
