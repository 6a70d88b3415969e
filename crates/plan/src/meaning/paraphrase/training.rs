//! Weights from the sentences.

use std::collections::BTreeMap;

use super::augmentation::with_unknown;
use super::classifier::{Class, Classifier, NO_DEED_CLASS, WEIGHTY_WORD_REQUIRED_MARKER, softmax};
use super::corpus::{Corpus, MeaningMatchCriterion, SeededRng, Table};
use super::features::{BUCKETS, features};
use super::mention::{FITS_NO_CLASS, UNKNOWN_PREFIX};

/// On how many tables each sentence is said.
const TABLES: u64 = 2;
const EPOCHS: usize = 30;
const STEP: f32 = 0.5;
/// Weight decay of what a sentence touches.
const DECAY: f32 = 1e-5;
/// In how many sentences of a class a word must stand to be known there, and in which part of them.
const KNOWN: usize = 3;
const KNOWN_PART: f32 = 0.05;
/// The same of words that count and compare, of which another may stand beside the point, and such
/// words.
const KNOWN_PART_COUNT: f32 = 0.4;
const COUNT_WORDS: [&str; 8] = [
    "All",
    "Both",
    "Number(",
    "Everything",
    "Rest",
    "Other",
    "half",
    "Extreme(",
];
/// The same of what rarely turns a meaning round, and such words.
const KNOWN_PART_SOFT: f32 = 0.02;
const SOFT: [&str; 12] = [
    "Verb(",
    "Back",
    "Outside",
    "Apart",
    "BesideIt",
    "Tower",
    "Row",
    "OnEachOther",
    "TradePlaces",
    "But",
    "Contents",
    "+s",
];
/// The same of words of no known meaning, in any part.
const KNOWN_UNKNOWN: usize = 2;
/// Which part of the sentences of a class may lack words that change what is asked for, in a class that
/// needs them.
const LACKING_PART: f32 = 0.05;
/// How many sentences a plain wording must have.
const MIN_SENTENCES: usize = 6;

/// A sentence as it is learned.
struct Example {
    buckets: Vec<usize>,
    class: usize,
}

/// Trains on the sentences of `corpus` and returns what the program reads.
pub fn train(corpus: &Corpus) -> Vec<u8> {
    let header = Classifier::file_header(&corpus.text);
    train_without_voice(corpus, None).to_file_bytes(&header)
}

/// The same without the sentences of one voice.
pub(super) fn train_without_voice(corpus: &Corpus, without: Option<usize>) -> Classifier {
    let mut said: Vec<(String, Vec<usize>, Vec<String>)> = Vec::new();
    for (index, sentence) in corpus.sentences.iter().enumerate() {
        if Some(sentence.voice) == without {
            continue;
        }
        let kind = &corpus.kinds[sentence.kind];
        for variant in &kind.variants {
            let mut texts = vec![(sentence.text.clone(), variant.plain.as_slice())];
            texts.extend(variant.mirror_sentence(&sentence.text));
            for (text, plain) in texts {
                for table in 0..TABLES {
                    let mut draw = SeededRng(index as u64 * TABLES + table);
                    let table = Table::random_table(variant, &mut draw);
                    let Some(text) = table.fill_sentence(&text) else {
                        continue;
                    };
                    let read = table.delexicalize(&text);
                    let wording = match kind.judge {
                        MeaningMatchCriterion::Still => Some(NO_DEED_CLASS.to_owned()),
                        _ => plain
                            .iter()
                            .filter_map(|plain| table.roles_to_slots(plain, &read))
                            .min(),
                    };
                    if let Some(wording) = wording {
                        for changed in with_unknown(&read, &mut draw) {
                            said.push((
                                NO_DEED_CLASS.to_owned(),
                                features(&changed),
                                changed.weighty,
                            ));
                        }
                        said.push((wording, features(&read), read.weighty));
                    }
                }
            }
        }
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (wording, ..) in &said {
        *counts.entry(wording).or_default() += 1;
    }
    counts.retain(|wording, count| {
        *count >= MIN_SENTENCES * TABLES as usize || *wording == NO_DEED_CLASS
    });
    let wordings: Vec<&str> = counts.into_keys().collect();
    let classes = wordings.iter().enumerate().map(|(index, wording)| {
        let mut known: BTreeMap<&String, usize> = BTreeMap::new();
        let of_class = || said.iter().filter(|(of, ..)| of == wordings[index]);
        for (_, _, weighty) in of_class() {
            let mut weighty: Vec<&String> = weighty.iter().collect();
            weighty.sort();
            weighty.dedup();
            for word in weighty {
                *known.entry(word).or_default() += 1;
            }
        }
        let size = of_class().count() as f32;
        let lacking = of_class()
            .filter(|(_, _, weighty)| weighty.is_empty())
            .count() as f32;
        let fewest = |part: f32| ((size * part) as usize).max(KNOWN * TABLES as usize);
        let counts = |word: &str| COUNT_WORDS.iter().any(|count| word.starts_with(count));
        let is_soft =
            |word: &str| SOFT.iter().any(|soft| word.starts_with(soft)) && word != "Verb(Stay)";
        known.retain(|word, count| match word.starts_with(UNKNOWN_PREFIX) {
            true => *count >= KNOWN_UNKNOWN * TABLES as usize,
            false if counts(word) => *count >= fewest(KNOWN_PART_COUNT),
            false if is_soft(word) => *count >= fewest(KNOWN_PART_SOFT),
            false => *count >= fewest(KNOWN_PART) && *word != FITS_NO_CLASS,
        });
        let mut known: Vec<String> = known.into_keys().cloned().collect();
        if lacking <= LACKING_PART * size {
            known.push(WEIGHTY_WORD_REQUIRED_MARKER.to_owned());
        }
        Class::new((*wording).to_owned(), known)
    });
    let classes: Vec<Class> = classes.collect();
    let examples: Vec<Example> = said
        .iter()
        .filter_map(|(wording, buckets, _)| {
            Some(Example {
                buckets: buckets.clone(),
                class: classes.iter().position(|class| class.wording == *wording)?,
            })
        })
        .collect();
    fitted(classes, &examples)
}

/// Fits weights by AdaGrad.
fn fitted(classes: Vec<Class>, examples: &[Example]) -> Classifier {
    let count = classes.len();
    let mut weights = vec![0.0_f32; (BUCKETS + 1) * count];
    let mut squares = vec![1e-3_f32; (BUCKETS + 1) * count];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut draw = SeededRng(7);
    for _ in 0..EPOCHS {
        for at in (1..order.len()).rev() {
            order.swap(at, draw.random_below(at + 1));
        }
        for example in order.iter().map(|index| &examples[*index]) {
            let norm = (example.buckets.len() as f32).sqrt();
            let mut scores = weights[BUCKETS * count..].to_vec();
            for bucket in &example.buckets {
                let row = &weights[bucket * count..(bucket + 1) * count];
                for (score, weight) in scores.iter_mut().zip(row) {
                    *score += weight / norm;
                }
            }
            softmax(&mut scores);
            scores[example.class] -= 1.0;
            let mut learn = |bucket: usize, slope: f32| {
                for (class, error) in scores.iter().enumerate() {
                    let at = bucket * count + class;
                    let gradient = error * slope + DECAY * weights[at];
                    squares[at] += gradient * gradient;
                    weights[at] -= STEP * gradient / squares[at].sqrt();
                }
            };
            for bucket in &example.buckets {
                learn(*bucket, 1.0 / norm);
            }
            learn(BUCKETS, 1.0);
        }
    }
    let biases = weights.split_off(BUCKETS * count);
    let scales: Vec<f32> = (0..count)
        .map(|class| {
            let of_class = weights.iter().skip(class).step_by(count);
            let most = of_class.fold(0.0_f32, |most, weight| most.max(weight.abs()));
            (most / 127.0).max(f32::MIN_POSITIVE)
        })
        .collect();
    let stepped = |(at, weight): (usize, &f32)| (weight / scales[at % count]).round() as i8;
    Classifier {
        weights: weights.iter().enumerate().map(stepped).collect(),
        classes,
        scales,
        biases,
    }
}
