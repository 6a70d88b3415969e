//! “Stop” in several languages, anywhere in what is being said.
//!
//! A stop that was not meant costs a second; one that was missed may cost more. So a stop word counts
//! wherever it stands, also after “do not”. Words that have other uses at a table, such as “wait” and
//! “enough”, count only while nothing else was said.

/// Words that stop wherever they stand. English, German, French, Spanish, Italian, Portuguese.
const WORDS: [&str; 23] = [
    "stop", "stopp", "halt", "freeze", "abort", "whoa", "anhalten", "stopping", "halte", "arrête",
    "arrêtez", "arrete", "arretez", "detente", "deténte", "alto", "fermo", "ferma", "fermati",
    "fermare", "pare", "parar", "pára",
];

/// Words that stop if they are all that was said.
const ALONE: [&[&str]; 20] = [
    &["wait"],
    &["pause"],
    &["enough"],
    &["cancel"],
    &["hold", "on"],
    &["hold", "it"],
    &["hold", "still"],
    &["don't", "move"],
    &["do", "not", "move"],
    &["no", "no"],
    &["no", "no", "no"],
    &["warte"],
    &["warten"],
    &["genug"],
    &["attends"],
    &["attendez"],
    &["para"],
    &["espera"],
    &["basta"],
    &["aspetta"],
];

/// Chinese words that stop wherever they stand.
const CHINESE: [&str; 6] = ["停", "住手", "别动", "別動", "不要动", "不要動"];

/// Chinese words that stop if they are all that was said.
const CHINESE_ALONE: [&str; 6] = ["等等", "等一下", "等一等", "慢着", "够了", "夠了"];

/// Returns whether the words, which may go on, call for a stop.
///
/// # Examples
/// ```
/// use enact_speech::calls_stop;
///
/// assert!(calls_stop("Stop!"));
/// assert!(calls_stop("no no stop it"));
/// assert!(calls_stop("停下来"));
/// assert!(!calls_stop("put the stopper in the bowl"));
/// assert!(!calls_stop("wait for the red cube"));
/// ```
pub fn calls_stop(text: &str) -> bool {
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.iter().any(|word| WORDS.contains(word))
        || is_alone(&words)
        || CHINESE.iter().any(|word| text.contains(word))
        || is_alone_in_chinese(text)
}

/// Returns whether the words say stop and nothing else.
///
/// # Examples
/// ```
/// use enact_speech::stop_words::is_only_stop;
///
/// assert!(is_only_stop("Stop, stop!"));
/// assert!(is_only_stop("Please stop now."));
/// assert!(!is_only_stop("Stop and put the cube back."));
/// ```
pub fn is_only_stop(text: &str) -> bool {
    const AROUND: [&str; 14] = [
        "please", "now", "it", "that", "no", "robot", "the", "arm", "right", "at", "once", "there",
        "bitte", "sofort",
    ];
    if !calls_stop(text) {
        return false;
    }
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let han: Vec<char> = text.chars().filter(|c| is_han(*c)).collect();
    if !han.is_empty() {
        return han.len() <= 5;
    }
    is_alone(&words)
        || words
            .iter()
            .all(|word| WORDS.contains(word) || AROUND.contains(word))
}

fn is_alone(words: &[&str]) -> bool {
    ALONE.iter().any(|alone| {
        // “Wait, wait!”
        !words.is_empty()
            && words.len().is_multiple_of(alone.len())
            && words.chunks(alone.len()).all(|part| part == *alone)
    })
}

fn is_alone_in_chinese(text: &str) -> bool {
    let han: String = text.chars().filter(|c| is_han(*c)).collect();
    CHINESE_ALONE.contains(&han.as_str())
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Returns the words in lower case, without punctuation.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('’', "'")
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_heard_anywhere_and_in_other_languages() {
        let stops = [
            "Stop.",
            "STOP STOP",
            "put the cube stop",
            "do not stop",
            "Halt!",
            "Freeze!",
            "Stopp!",
            "Arrêtez !",
            "¡Alto!",
            "Fermati!",
            "把红色的方块停",
            "住手！",
            "别动",
            "等一下。",
            "Wait!",
            "Wait, wait, wait.",
            "Hold on.",
            "Don’t move!",
        ];
        for text in stops {
            assert!(calls_stop(text), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_a_stop() {
        let others = [
            "",
            "...",
            "put the red cube in the blue bowl",
            "the bus-stopper and the nonstop train",
            "wait until the cube is in the bowl",
            "put it para the bowl",
            "把红色的方块放到碗里",
            "等一下再放",
            "Thank you.",
        ];
        for text in others {
            assert!(!calls_stop(text), "{text}");
        }
    }

    #[test]
    fn an_instruction_beside_a_stop_is_kept() {
        assert!(is_only_stop("停下来"));
        assert!(is_only_stop("Wait!"));
        assert!(!is_only_stop("stop, then go home"));
        assert!(!is_only_stop("停下，然后把红色方块放回去"));
        assert!(!is_only_stop("go home"));
    }
}
