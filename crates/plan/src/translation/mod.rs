//! Short instructions in other European languages, word for word in English.
//!
//! A translation is whole or there is none: a word that is not in the table of its language leaves
//! the instruction as foreign as it is. What the English words mean is read from them as from any.

use std::collections::HashMap;
use std::sync::LazyLock;

/// An instruction in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// ISO 639-1 code of its language.
    pub language: &'static str,
    /// The instruction in English words.
    pub english: String,
}

/// Returns `text` in English if every word of it belongs to one of the languages known here.
///
/// # Examples
/// ```
/// use enact_plan::translation::translate_to_english;
///
/// let found = translate_to_english("Leg den roten Würfel in die blaue Schüssel").unwrap();
/// assert_eq!(found.language, "de");
/// assert_eq!(found.english, "put the red cube in the blue bowl");
/// assert_eq!(translate_to_english("Leg den Hut in die blaue Schüssel"), None);
/// ```
pub fn translate_to_english(text: &str) -> Option<Translation> {
    let words = words(text);
    let is_english = |word: &String| {
        !word.chars().any(char::is_alphabetic) || crate::meaning::is_in_english_lexicon(word)
    };
    if words.len() < 2 || words.iter().all(is_english) {
        return None;
    }
    TABLES.iter().find_map(|table| {
        let english = table.read(&words)?;
        Some(Translation {
            language: table.language,
            english,
        })
    })
}

/// The sentence for what is not to be done, in a language.
pub fn reply_to_prohibition(language: &str) -> Option<&'static str> {
    REPLIES
        .iter()
        .find(|(code, _)| *code == language)
        .map(|(_, reply)| *reply)
}

const REPLIES: [(&str, &str); 5] = [
    ("de", "OK, ich lasse alles, wie es ist."),
    ("es", "OK, dejo todo como está."),
    ("fr", "OK, je laisse tout en place."),
    ("it", "OK, lascio tutto com'è."),
    ("pt", "OK, deixo tudo como está."),
];

/// Most words of an expression.
const MAX_EXPRESSION_WORDS: usize = 6;

struct Table {
    language: &'static str,
    english: HashMap<&'static str, &'static str>,
    /// Whether adjectives stand behind their nouns.
    turns: bool,
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    [
        ("de", include_str!("de.txt"), false),
        ("es", include_str!("es.txt"), true),
        ("fr", include_str!("fr.txt"), true),
        ("it", include_str!("it.txt"), true),
        ("pt", include_str!("pt.txt"), true),
    ]
    .into_iter()
    .map(|(language, text, turns)| {
        let mut english = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (meant, words) = line.split_once(": ").expect("a line is `English: words`");
            for word in words.split(", ") {
                english.entry(word).or_insert(meant);
            }
        }
        Table {
            language,
            english,
            turns,
        }
    })
    .collect()
});

impl Table {
    fn read(&self, words: &[String]) -> Option<String> {
        let mut read: Vec<&str> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            if matches!(words[at].as_str(), "," | "." | "!" | "?" | ";" | ":") {
                read.push(words[at].as_str());
                at += 1;
                continue;
            }
            let longest = MAX_EXPRESSION_WORDS.min(words.len() - at);
            let (meant, length) = (1..=longest).rev().find_map(|length| {
                let expression = words[at..at + length].join(" ");
                let meant = self.english.get(expression.as_str())?;
                Some((*meant, length))
            })?;
            read.push(meant);
            at += length;
        }
        if self.turns {
            for at in 1..read.len() {
                if COLORS.contains(&read[at]) && THINGS.contains(&read[at - 1]) {
                    read.swap(at - 1, at);
                }
            }
        }
        // German says “not” behind what it is about.
        if self.language == "de" && read.contains(&"not") {
            read.retain(|word| *word != "not");
            read.insert(0, "do not");
        }
        Some(read.join(" "))
    }
}

const COLORS: [&str; 6] = ["red", "green", "blue", "yellow", "orange", "purple"];
const THINGS: [&str; 9] = [
    "cube", "cubes", "ball", "balls", "cylinder", "bowl", "bowls", "tray", "table",
];

/// Lower case, with marks as words of their own.
fn words(text: &str) -> Vec<String> {
    let mut spaced = String::new();
    for letter in text.to_lowercase().chars() {
        match letter {
            '’' | '\'' => spaced.push('\''),
            '¿' | '¡' | '«' | '»' | '"' | '“' | '”' | '„' => {}
            ',' | '.' | '!' | '?' | ';' | ':' => {
                spaced.push(' ');
                spaced.push(letter);
                spaced.push(' ');
            }
            _ => spaced.push(letter),
        }
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_translated_whole_or_not_at_all() {
        for (text, english) in [
            (
                "Stelle bitte den grünen Zylinder auf das Tablett",
                "put please the green cylinder on the tray",
            ),
            (
                "Pon la pelota verde en la bandeja roja",
                "put the green ball in the red tray",
            ),
            (
                "Mets la balle jaune sur le plateau",
                "put the yellow ball on the tray",
            ),
            (
                "Metti il cubo rosso nella ciotola blu",
                "put the red cube in the blue bowl",
            ),
            (
                "Coloque a bola verde na tigela azul",
                "put the green ball in the blue bowl",
            ),
            ("Fass den Ball nicht an", "do not touch the ball please"),
            ("Leg den Hut auf den Tisch", ""),
        ] {
            let found = translate_to_english(text).map_or(String::new(), |found| found.english);
            assert_eq!(found, english, "{text}");
        }
    }

    #[test]
    fn a_table_says_each_word_in_one_way() {
        for (language, text) in [
            ("de", include_str!("de.txt")),
            ("es", include_str!("es.txt")),
        ] {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            assert!(lines.clone().count() > 30, "{language}");
            for line in lines {
                assert!(line.contains(": "), "{language}: {line}");
            }
        }
    }
}
