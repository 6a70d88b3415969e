//! Recognizes the language of an instruction, for models that do not speak all of them.
//!
//! A model that was trained on two languages makes something of a third, and on an arm that is
//! the wrong thing. What is not spoken is answered in its own language where it is common.

use whatlang::{Lang, Script};

/// Returns the ISO 639-1 code of the language of `text` if it is in none of `spoken`; `None` also
/// where there is nothing to tell it by. Short English is told by its words, not by statistics.
pub fn foreign_language_code(text: &str, spoken: &[String]) -> Option<&'static str> {
    let code = identify(text)?;
    (!spoken.iter().any(|spoken| spoken == code)).then_some(code)
}

/// Says, in the language `code` where that is known here, that only `spoken` are understood.
pub fn foreign_language_reply(code: &str, spoken: &[String]) -> String {
    let reply = REPLIES.iter().find(|reply| reply.code == code);
    let reply = reply.unwrap_or(&IN_ENGLISH);
    let name = |spoken: &String| match spoken.as_str() {
        "en" => reply.english.to_owned(),
        "zh" => reply.chinese.to_owned(),
        other => other.to_owned(),
    };
    let names: Vec<String> = spoken.iter().map(name).collect();
    reply.sentence.replace("{}", &names.join(reply.and))
}

/// A sentence in one language that names the languages understood.
struct Reply {
    code: &'static str,
    sentence: &'static str,
    and: &'static str,
    english: &'static str,
    chinese: &'static str,
}

/// Reply for languages that are not listed.
const IN_ENGLISH: Reply = reply(
    "en",
    "I do not understand this language, only {}.",
    " and ",
    "English",
    "Chinese",
);

const REPLIES: [Reply; 11] = [
    reply(
        "de",
        "Ich verstehe nur {}.",
        " und ",
        "Englisch",
        "Chinesisch",
    ),
    reply("es", "Solo entiendo {}.", " y ", "inglés", "chino"),
    reply(
        "fr",
        "Je ne comprends que {}.",
        " et ",
        "l’anglais",
        "le chinois",
    ),
    reply("pt", "Só entendo {}.", " e ", "inglês", "chinês"),
    reply("it", "Capisco solo {}.", " e ", "l’inglese", "il cinese"),
    reply(
        "ru",
        "Я понимаю только {}.",
        " и ",
        "английский",
        "китайский",
    ),
    reply("ar", "أفهم {} فقط.", " و", "الإنجليزية", "الصينية"),
    reply("ja", "{}しか分かりません。", "と", "英語", "中国語"),
    reply("ko", "{}만 이해합니다.", "와 ", "영어", "중국어"),
    reply("hi", "मैं केवल {} समझता हूँ।", " और ", "अंग्रेज़ी", "चीनी"),
    reply("zh", "我只懂{}。", "和", "英文", "中文"),
];

const fn reply(
    code: &'static str,
    sentence: &'static str,
    and: &'static str,
    english: &'static str,
    chinese: &'static str,
) -> Reply {
    Reply {
        code,
        sentence,
        and,
        english,
        chinese,
    }
}

fn identify(text: &str) -> Option<&'static str> {
    let has = |from: char, to: char| text.chars().any(|letter| (from..=to).contains(&letter));
    if has('\u{3040}', '\u{30ff}') {
        return Some("ja");
    }
    if has('\u{4e00}', '\u{9fff}') {
        return Some("zh");
    }
    match whatlang::detect_script(text)? {
        Script::Latin => {}
        Script::Hangul => return Some("ko"),
        Script::Devanagari => return Some("hi"),
        Script::Arabic => return Some("ar"),
        _ => return Some(whatlang::detect(text).map_or("und", |found| code(found.lang()))),
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphabetic() && letter != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    // “Make a tower”.
    if words
        .iter()
        .all(|word| crate::meaning::is_in_english_lexicon(word))
    {
        return Some("en");
    }
    let is_english = |word: &&&str| ENGLISH.contains(&word.trim_end_matches("'s"));
    let english = words.iter().filter(is_english).count();
    // One English word in four, or letters that English lacks in few words, decide.
    let is_accented = words.iter().any(|word| !word.is_ascii());
    let needed = if is_accented { 2 } else { 4 };
    if words.len() < 3 && !is_accented || needed * english >= words.len() {
        return Some("en");
    }
    Some(whatlang::detect(text).map_or("und", |found| code(found.lang())))
}

/// Words that identify English: none of them is as common in another language (as “in”, “a”, “die”
/// and “on” are).
const ENGLISH: [&str; 143] = [
    "the",
    "put",
    "and",
    "of",
    "is",
    "it",
    "it's",
    "to",
    "into",
    "onto",
    "at",
    "you",
    "your",
    "i",
    "i'd",
    "my",
    "we",
    "that",
    "this",
    "these",
    "those",
    "there",
    "what",
    "where",
    "which",
    "who",
    "how",
    "why",
    "when",
    "not",
    "don't",
    "dont",
    "never",
    "please",
    "can",
    "could",
    "would",
    "should",
    "will",
    "must",
    "may",
    "with",
    "from",
    "for",
    "but",
    "then",
    "if",
    "all",
    "both",
    "every",
    "everything",
    "everyone",
    "one",
    "ones",
    "two",
    "three",
    "first",
    "next",
    "behind",
    "beside",
    "between",
    "near",
    "left",
    "right",
    "front",
    "under",
    "over",
    "top",
    "up",
    "down",
    "out",
    "off",
    "back",
    "away",
    "inside",
    "red",
    "green",
    "blue",
    "yellow",
    "purple",
    "cube",
    "cubes",
    "block",
    "ball",
    "balls",
    "cylinder",
    "bowl",
    "bowls",
    "tray",
    "plate",
    "table",
    "thing",
    "things",
    "arm",
    "robot",
    "pick",
    "place",
    "move",
    "take",
    "get",
    "push",
    "pull",
    "stack",
    "point",
    "show",
    "give",
    "drop",
    "grab",
    "lift",
    "stop",
    "leave",
    "touch",
    "go",
    "home",
    "hello",
    "thanks",
    "thank",
    "are",
    "be",
    "cylinders",
    "trays",
    "blocks",
    "plates",
    "been",
    "by",
    "somebody",
    "someone",
    "nobody",
    "going",
    "was",
    "were",
    "has",
    "have",
    "had",
    "he",
    "she",
    "they",
    "like",
    "want",
    "just",
    "anywhere",
    "about",
    "without",
];

fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Spa => "es",
        Lang::Fra => "fr",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Bul => "bg",
        Lang::Nld => "nl",
        Lang::Pol => "pl",
        Lang::Tur => "tr",
        _ => "und",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken() -> Vec<String> {
        ["en", "zh"].map(str::to_owned).to_vec()
    }

    #[test]
    fn what_is_spoken_is_not_foreign() {
        let texts = concat!(
            include_str!("speech_act/no_action.en.txt"),
            include_str!("speech_act/request.en.txt"),
            include_str!("speech_act/no_action.zh.txt"),
            include_str!("speech_act/request.zh.txt"),
        );
        let foreign: Vec<_> = texts
            .lines()
            .filter_map(|line| Some((foreign_language_code(line, &spoken())?, line)))
            .collect();
        assert!(foreign.is_empty(), "{foreign:#?}");
        for text in [
            "",
            "?",
            "red cube -> blue bowl",
            "pick up the crême brûlée",
            "home",
            "ok",
            "put teh red cbue in",
        ] {
            assert_eq!(
                super::foreign_language_code(text, &spoken()),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn other_languages_are() {
        let taken: Vec<&str> = include_str!("speech_act/foreign.txt")
            .lines()
            .filter(|line| foreign_language_code(line, &spoken()).is_none())
            .collect();
        assert!(taken.is_empty(), "{taken:#?}");
    }

    #[test]
    fn they_are_answered_in_themselves() {
        for (text, answer) in [
            (
                "Lege den roten Würfel in die blaue Schüssel",
                "Englisch und Chinesisch",
            ),
            (
                "поставь красный куб в синюю миску",
                "английский и китайский",
            ),
            ("赤いキューブを青いボウルに入れて", "英語と中国語"),
        ] {
            let code = foreign_language_code(text, &spoken()).unwrap();
            let said = foreign_language_reply(code, &spoken());
            assert!(said.contains(answer), "{said}");
        }
        assert_eq!(
            foreign_language_reply("tr", &spoken()),
            "I do not understand this language, only English and Chinese."
        );
    }
}
