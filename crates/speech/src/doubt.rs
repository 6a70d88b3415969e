//! What must not be taken for an instruction: speech models write something for silence and noise, too.
//!
//! The bounds are those of the Whisper paper (arXiv 2212.04356, section 4.5): there they make the
//! model try again with more randomness; here the sentence is not taken, for saying it again costs
//! less than an arm that does what nobody said.

use std::fmt;

use crate::transcript::Transcript;

/// Probability of silence from which nobody spoke.
const NO_SPEECH: f32 = 0.6;
/// Least mean log-probability, nats.
const MIN_LOG_PROBABILITY: f32 = -1.0;
/// Largest compression ratio of what people say.
const COMPRESSION: f32 = 2.4;
/// How often a phrase may be said in a row.
const REPEATS: usize = 3;

/// Why a transcript is not taken for what somebody said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Doubt {
    /// Nobody spoke, with this probability.
    Silence(f32),
    /// No word was heard, only a noise, or nothing.
    NoWords,
    /// The model is not sure of the words: their mean probability.
    Unsure(f32),
    /// The same again and again.
    Repetition,
    /// A phrase that the model is known to write for silence.
    StockPhrase,
    /// It did not come to an end.
    Unfinished,
    /// More was said than could be understood in time.
    TooMuch,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silence(_) => write!(f, "it sounds like silence"),
            Self::NoWords => write!(f, "there was no word in it"),
            Self::Unsure(_) => write!(f, "the words are unsure"),
            Self::Repetition => write!(f, "it repeats itself"),
            Self::StockPhrase => write!(f, "it may have been a noise"),
            Self::Unfinished => write!(f, "it was too long"),
            Self::TooMuch => write!(f, "too much was said at once"),
        }
    }
}

/// Returns why a transcript must not be taken for an instruction, if anything speaks against it.
///
/// # Examples
/// ```
/// use enact_speech::{Doubt, Transcript, reason_to_doubt};
///
/// let mut transcript = Transcript {
///     text: "Put the red cube in the blue bowl.".to_owned(),
///     language: Some("en".to_owned()),
///     no_speech: 0.02,
///     mean_log_probability: -0.2,
///     is_complete: true,
/// };
/// assert_eq!(reason_to_doubt(&transcript), None);
/// transcript.text = "Thank you.".to_owned();
/// assert_eq!(reason_to_doubt(&transcript), Some(Doubt::StockPhrase));
/// ```
pub fn reason_to_doubt(transcript: &Transcript) -> Option<Doubt> {
    let words = words(&strip_noise_marks(&transcript.text));
    if words.is_empty() {
        return Some(Doubt::NoWords);
    }
    // What is not a number speaks against it, too.
    if transcript.no_speech.is_nan() || transcript.no_speech > NO_SPEECH {
        return Some(Doubt::Silence(transcript.no_speech));
    }
    let certainty = transcript.mean_log_probability;
    if certainty.is_nan() || certainty < MIN_LOG_PROBABILITY {
        return Some(Doubt::Unsure(transcript.confidence()));
    }
    if transcript.compression_ratio() > COMPRESSION || repeats(&words) {
        return Some(Doubt::Repetition);
    }
    if !transcript.is_complete {
        return Some(Doubt::Unfinished);
    }
    is_stock_phrase(&words).then_some(Doubt::StockPhrase)
}

/// Returns the text without what stands for noises: “[BLANK_AUDIO]”, “(applause)”, “*sighs*”, “♪”.
pub fn strip_noise_marks(text: &str) -> String {
    let mut spoken = String::new();
    let mut closes = None;
    for c in text.chars() {
        match (closes, c) {
            (Some(end), _) if c == end => closes = None,
            (Some(_), _) => {}
            (None, '[') => closes = Some(']'),
            (None, '(') => closes = Some(')'),
            (None, '（') => closes = Some('）'),
            (None, '【') => closes = Some('】'),
            (None, '*') => closes = Some('*'),
            (None, '♪' | '♫' | '♬') => {}
            (None, _) => spoken.push(c),
        }
    }
    spoken.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What models write for silence, learned from subtitles: whole sentences, in lower case, without
/// punctuation.
const STOCK: [&str; 34] = [
    "you",
    "thank you",
    "thank you very much",
    "thank you so much",
    "thank you for watching",
    "thanks for watching",
    "thank you so much for watching",
    "thanks",
    "thanks for listening",
    "bye",
    "bye bye",
    "goodbye",
    "see you next time",
    "see you in the next video",
    "i'll see you in the next video",
    "please subscribe",
    "please subscribe to my channel",
    "like and subscribe",
    "don't forget to subscribe",
    "music",
    "silence",
    "blank audio",
    "applause",
    "so",
    "oh",
    "okay",
    "the end",
    "i'm sorry",
    "谢谢",
    "谢谢观看",
    "谢谢大家",
    "感谢观看",
    "感谢您的观看",
    "我们下期再见",
];

/// What only subtitles say, anywhere in a sentence.
const SUBTITLES: [&str; 12] = [
    "amara org",
    "subtitles by",
    "subtitled by",
    "captions by",
    "captioned by",
    "transcribed by",
    "transcription by",
    "copyright",
    "字幕",
    "点赞",
    "訂閱",
    "订阅",
];

fn is_stock_phrase(words: &[String]) -> bool {
    let sentence = words.join(" ");
    // “Thank you. Thank you.”
    let is_stock = |part: &[String]| STOCK.contains(&part.join(" ").as_str());
    let is_repeated = (1..=words.len() / 2)
        .filter(|length| words.len().is_multiple_of(*length))
        .any(|length| {
            let mut parts = words.chunks(length);
            parts.all(|part| part == &words[..length]) && is_stock(&words[..length])
        });
    is_stock(words) || is_repeated || SUBTITLES.iter().any(|phrase| sentence.contains(phrase))
}

/// Returns whether a phrase is said again and again, more than [`REPEATS`] times in a row.
fn repeats(words: &[String]) -> bool {
    (1..=words.len() / (REPEATS + 1)).any(|length| {
        let span = length * (REPEATS + 1);
        words
            .windows(span)
            .any(|window| window.chunks(length).all(|part| part == &window[..length]))
    })
}

/// Returns the words in lower case, without punctuation. A word in Chinese has no end: all of it up
/// to a mark is one.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('’', "'")
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Transcript {
        Transcript {
            text: text.to_owned(),
            language: Some("en".to_owned()),
            no_speech: 0.05,
            mean_log_probability: -0.25,
            is_complete: true,
        }
    }

    #[test]
    fn instructions_are_taken() {
        let instructions = [
            "Put the red cube in the blue bowl.",
            "go home",
            "Pick up the green cylinder (the tall one) and put it on the blue cube.",
            "把红色的方块放到蓝色的碗里。",
            "Move it left, left, left.",
            "Stop!",
            "Thank you, now put the cube back.",
        ];
        for text in instructions {
            assert_eq!(reason_to_doubt(&heard(text)), None, "{text}");
        }
    }

    #[test]
    fn noise_and_stock_phrases_are_not() {
        let cases = [
            ("", Doubt::NoWords),
            (" . . .", Doubt::NoWords),
            ("[BLANK_AUDIO]", Doubt::NoWords),
            ("(upbeat music)", Doubt::NoWords),
            ("♪ ♪", Doubt::NoWords),
            ("*coughs*", Doubt::NoWords),
            ("Thank you.", Doubt::StockPhrase),
            ("Thank you. Thank you.", Doubt::StockPhrase),
            ("[music] Thanks for watching!", Doubt::StockPhrase),
            ("you", Doubt::StockPhrase),
            ("Subtitles by the Amara.org community", Doubt::StockPhrase),
            ("请不吝点赞 订阅 转发", Doubt::StockPhrase),
            ("go go go go go", Doubt::Repetition),
            (
                "the cube is the cube is the cube is the cube is",
                Doubt::Repetition,
            ),
        ];
        for (text, why) in cases {
            assert_eq!(reason_to_doubt(&heard(text)), Some(why), "{text}");
        }
    }

    #[test]
    fn numbers_of_the_model_speak_against_any_words() {
        let text = "Put the red cube in the blue bowl.";
        let mut silent = heard(text);
        silent.no_speech = 0.7;
        assert_eq!(reason_to_doubt(&silent), Some(Doubt::Silence(0.7)));
        let mut unsure = heard(text);
        unsure.mean_log_probability = -1.2;
        assert!(matches!(reason_to_doubt(&unsure), Some(Doubt::Unsure(_))));
        unsure.mean_log_probability = f32::NAN;
        assert!(matches!(reason_to_doubt(&unsure), Some(Doubt::Unsure(_))));
        let mut cut = heard(text);
        cut.is_complete = false;
        assert_eq!(reason_to_doubt(&cut), Some(Doubt::Unfinished));
        let long = heard(&"put it there and back and there and back ".repeat(9));
        assert_eq!(reason_to_doubt(&long), Some(Doubt::Repetition));
    }

    #[test]
    fn noises_are_left_out_of_what_was_said() {
        assert_eq!(strip_noise_marks(" [click] Go home.  (sighs)"), "Go home.");
        assert_eq!(strip_noise_marks("go [unclosed"), "go");
    }
}
