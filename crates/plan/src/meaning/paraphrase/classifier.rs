//! How likely each plain wording is.

use super::features::{BUCKETS, VERSION, features, hash};
use super::mention::{Delexicalized, FITS_NO_CLASS, UNKNOWN_DEED};
use super::wording::{fill_placeholders, mention_in_form, placeholders};

/// Probability from which a wording is taken.
const SURE: f32 = 0.6;
/// The same where several things of one sort are spoken of, which may be the other way round.
const SURE_OF_ORDER: f32 = 0.7;
/// The same where words that may change what is asked for are unusual in this wording.
const SURE_OF_UNUSUAL: f32 = 0.8;
/// The same where such words may turn its meaning round.
const SURE_OF_TURNED: f32 = 0.85;
/// The same where such words name a deed that cannot be done: “a mixing bowl” is no mixing.
const SURE_OF_IMPOSSIBLE: f32 = 0.95;
/// How much likelier it must be than the next that speaks of the same.
const AHEAD: f32 = 4.0;

/// The class of sentences that ask for none of the deeds.
pub(super) const NO_DEED_CLASS: &str = "-";

/// Among the words of a class: hardly any sentence with this meaning lacks all of them.
pub(super) const WEIGHTY_WORD_REQUIRED_MARKER: &str = "*";

/// A plain wording.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub wording: String,
    /// What words that change what is asked for say in sentences with this meaning.
    pub weighty: Vec<String>,
    pub slots: Vec<String>,
    /// Whether it speaks of several things of one sort, which may be mistaken for one another.
    is_ordered: bool,
}

impl Class {
    pub fn new(wording: String, weighty: Vec<String>) -> Self {
        let mut slots: Vec<String> = placeholders(&wording)
            .map(|(slot, _)| slot.to_owned())
            .collect();
        slots.sort();
        slots.dedup();
        let sort = |slot: &String| slot.trim_end_matches(char::is_numeric).to_owned();
        let is_ordered = slots
            .windows(2)
            .any(|pair| sort(&pair[0]) == sort(&pair[1]));
        Self {
            wording,
            weighty,
            slots,
            is_ordered,
        }
    }
}

/// A plain wording of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wording {
    pub text: String,
    /// Its probability.
    pub likelihood: f32,
    /// Whether it is surely what is meant.
    pub is_sure: bool,
    pub fit: Fit,
}

/// How the words of a sentence that may change what is asked for fit a plain wording, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// All of them are usual where it is meant.
    Usual,
    /// One is unusual there, and says little by itself.
    Unusual,
    /// One that is unusual may turn its meaning round.
    Turned,
    /// One that is unusual may name a deed that cannot be done.
    Impossible,
    /// One names a deed or a side that is not known.
    Unknown,
}

/// A softmax regression over plain wordings.
#[derive(Clone, Debug)]
pub(super) struct Classifier {
    pub classes: Vec<Class>,
    /// What a step of a weight is worth, for each class.
    pub scales: Vec<f32>,
    pub biases: Vec<f32>,
    /// Of each bucket, one for each class.
    pub weights: Vec<i8>,
}

impl Classifier {
    /// The first line of its file: what it was trained on.
    pub fn file_header(data: &str) -> String {
        format!("wordings {VERSION} {:016x}", hash(data.bytes()))
    }

    /// Writes it behind a first line.
    pub fn to_file_bytes(&self, header: &str) -> Vec<u8> {
        let mut text = format!("{header}\n{}\n", self.classes.len());
        for class in &self.classes {
            text += &format!("{}\t{}\n", class.wording, class.weighty.join("\t"));
        }
        let mut bytes = text.into_bytes();
        for value in self.scales.iter().chain(&self.biases) {
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(self.weights.iter().map(|weight| weight.cast_unsigned()));
        bytes
    }

    /// Reads a classifier from what [`to_file_bytes`](Self::to_file_bytes) wrote; `None` if the bytes
    /// are malformed.
    pub fn from_file_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut line = || {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let line = std::str::from_utf8(&rest[..end]).ok()?;
            rest = &rest[end + 1..];
            Some(line)
        };
        line()?;
        let count: usize = line()?.parse().ok()?;
        let mut classes = Vec::new();
        for _ in 0..count {
            let (wording, weighty) = line()?.split_once('\t')?;
            let weighty = weighty.split('\t').map(str::to_owned).collect();
            classes.push(Class::new(wording.to_owned(), weighty));
        }
        let (numbers, weights) = rest.split_at_checked(count * 8)?;
        let numbers: Vec<f32> = numbers
            .chunks_exact(4)
            .map(|chunk| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]))
            .collect();
        (weights.len() == BUCKETS * count).then(|| Self {
            classes,
            scales: numbers[..count].to_vec(),
            biases: numbers[count..].to_vec(),
            weights: weights.iter().map(|byte| byte.cast_signed()).collect(),
        })
    }

    /// How likely each class is.
    pub fn probabilities(&self, sentence: &Delexicalized) -> Vec<f32> {
        let found = features(sentence);
        let count = self.classes.len();
        let mut sums = vec![0_i32; count];
        for bucket in &found {
            let row = &self.weights[bucket * count..(bucket + 1) * count];
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += i32::from(*weight);
            }
        }
        let norm = (found.len() as f32).sqrt();
        let mut scores: Vec<f32> = (0..count)
            .map(|class| sums[class] as f32 * self.scales[class] / norm + self.biases[class])
            .collect();
        softmax(&mut scores);
        scores
    }

    /// The likeliest plain wording of a sentence, with what it speaks of; `None` where none fits.
    pub fn likeliest_wording(&self, sentence: &Delexicalized) -> Option<Wording> {
        let probabilities = self.probabilities(sentence);
        let slots = sentence.slots();
        let mut fitting: Vec<(f32, &Class)> = probabilities
            .iter()
            .copied()
            .zip(&self.classes)
            .filter(|(_, class)| class.slots == slots && class.wording != NO_DEED_CLASS)
            .collect();
        fitting.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let &(likelihood, class) = fitting.first()?;
        let next = fitting.get(1).map_or(0.0, |(next, _)| *next);
        let text = fill_placeholders(&class.wording, |slot, form| {
            let mut mentions = sentence.mentions.iter();
            let mention = mentions.find(|mention| mention.slot() == slot)?;
            // Names with numbers are no words that a sentence has.
            let is_plain = |name: &String| !name.chars().any(|letter| letter.is_ascii_digit());
            mention.names.iter().all(is_plain).then_some(())?;
            mention_in_form(mention, form)
        })?;
        let unusual = |word: &&String| !class.weighty.contains(word);
        let unusual: Vec<&String> = sentence.weighty.iter().filter(unusual).collect();
        let lacks = sentence.weighty.is_empty()
            && class
                .weighty
                .iter()
                .any(|word| word == WEIGHTY_WORD_REQUIRED_MARKER);
        let fit = match () {
            () if unusual.iter().any(|word| is_unknown(word)) => Fit::Unknown,
            () if unusual.iter().any(|word| word.starts_with("Cannot(")) => Fit::Impossible,
            () if unusual.iter().any(|word| turns(word)) => Fit::Turned,
            () if !unusual.is_empty() => Fit::Unusual,
            () => Fit::Usual,
        };
        let least = match fit {
            Fit::Unknown => f32::INFINITY,
            Fit::Impossible => SURE_OF_IMPOSSIBLE,
            Fit::Turned => SURE_OF_TURNED,
            Fit::Unusual => SURE_OF_UNUSUAL,
            Fit::Usual if class.is_ordered => SURE_OF_ORDER,
            Fit::Usual => SURE,
        };
        Some(Wording {
            text,
            likelihood,
            is_sure: !lacks && likelihood >= least && likelihood >= AHEAD * next,
            fit,
        })
    }
}

/// Whether a word that is unusual in a wording names a deed or a side that is not known.
fn is_unknown(word: &str) -> bool {
    word == FITS_NO_CLASS || word.starts_with(UNKNOWN_DEED)
}

/// Whether a word that is unusual in a wording may turn its meaning round.
fn turns(word: &str) -> bool {
    const SENSES: [&str; 14] = [
        "Correction",
        "Extreme(",
        "Place(",
        "Not",
        "None",
        "Nothing",
        "Except",
        "If",
        "Unless",
        "Verb(Stay)",
        "Tower",
        "Row",
        "OnEachOther",
        "BesideIt",
    ];
    const WORDS: [&str; 19] = [
        "no", "never", "nor", "neither", "none", "without", "already", "was", "were", "refuse",
        "hate", "hates", "keep", "keeps", "leave", "leaves", "nobody", "remain", "remains",
    ];
    WORDS.contains(&word) || SENSES.iter().any(|sense| word.starts_with(sense))
}

/// Turns scores into probabilities.
pub(super) fn softmax(scores: &mut [f32]) {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - most).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}
