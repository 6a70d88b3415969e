//! Finds the most similar text by character n-grams of its words.
//!
//! Texts are vectors of character n-grams weighted by how rare they are (TF-IDF), compared
//! by cosine: typing errors, endings and word order cost little. It stands in for the
//! sentence embedding of "Language Models as Zero-Shot Planners" (Huang et al., 2022).

use std::collections::HashMap;
use std::fmt;

/// Lengths of the n-grams, characters; a word's edges count as characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=4;

/// Tells how alike texts are.
pub trait TextSimilarity: fmt::Debug + Send + Sync {
    /// How alike each of the texts is to this one, at most 1, in order; nothing where it cannot be
    /// told.
    fn similarities(&self, texts: &[&str], text: &str) -> Vec<f64>;

    /// Number and likeness of the text nearest to this one; the first of equals.
    fn find(&self, texts: &[&str], text: &str) -> Option<(usize, f64)> {
        nearest(&self.similarities(texts, text))
    }

    /// What is less alike means something else.
    fn threshold(&self) -> f64;
}

/// By what their words are made of: see [`SimilarityIndex`].
#[derive(Clone, Copy, Debug, Default)]
pub struct BySpelling;

impl TextSimilarity for BySpelling {
    fn similarities(&self, texts: &[&str], text: &str) -> Vec<f64> {
        SimilarityIndex::new(texts.iter().copied()).similarities_to(text)
    }

    fn threshold(&self) -> f64 {
        0.3
    }
}

/// Returns the place and the value of the largest; the first of equals.
fn nearest(likenesses: &[f64]) -> Option<(usize, f64)> {
    let better = |best: (usize, f64), it: (usize, f64)| if it.1 > best.1 { it } else { best };
    likenesses.iter().copied().enumerate().reduce(better)
}

/// Texts to be found again.
#[derive(Clone, Debug)]
pub struct SimilarityIndex {
    /// By n-gram: how much it weighs, and in which texts it is, with its share of each.
    postings: HashMap<String, (f64, Vec<(usize, f64)>)>,
    count: usize,
}

impl SimilarityIndex {
    /// Indexes texts, numbered in their order.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let counts: Vec<HashMap<String, f64>> = texts.into_iter().map(grams).collect();
        let mut postings: HashMap<String, (f64, Vec<(usize, f64)>)> = HashMap::new();
        for (index, grams) in counts.iter().enumerate() {
            for (gram, count) in grams {
                let posting = postings.entry(gram.clone()).or_default();
                posting.1.push((index, *count));
            }
        }
        let total = counts.len() as f64;
        for (weight, texts) in postings.values_mut() {
            // Smoothed, so that what is everywhere still counts a little.
            *weight = ((1.0 + total) / (1.0 + texts.len() as f64)).ln() + 1.0;
        }
        let norms: Vec<f64> = counts
            .iter()
            .map(|grams| norm(grams.iter().map(|(gram, count)| count * postings[gram].0)))
            .collect();
        for (weight, texts) in postings.values_mut() {
            for (index, share) in texts.iter_mut() {
                *share *= *weight / norms[*index];
            }
        }
        Self {
            postings,
            count: counts.len(),
        }
    }

    /// Returns the number of the most similar text and its cosine similarity, in `0..=1`; the first
    /// one of equals.
    pub fn find_most_similar_text(&self, text: &str) -> Option<(usize, f64)> {
        nearest(&self.similarities_to(text))
    }

    /// Returns the cosine similarity of each text, in `0..=1`, in order.
    pub fn similarities_to(&self, text: &str) -> Vec<f64> {
        let grams = grams(text);
        let weigh = |gram: &String, count: f64| {
            let weight = self
                .postings
                .get(gram)
                .map_or_else(|| (1.0 + self.count as f64).ln() + 1.0, |posting| posting.0);
            count * weight
        };
        // In order, so that sums are rounded the same way every time.
        let mut sorted: Vec<(&String, f64)> = grams
            .iter()
            .map(|(gram, count)| (gram, weigh(gram, *count)))
            .collect();
        sorted.sort_by_key(|(gram, _)| *gram);
        let length = norm(sorted.iter().map(|(_, weight)| *weight));
        let mut scores = vec![0.0; self.count];
        for (gram, weight) in sorted {
            for (index, share) in self.postings.get(gram).into_iter().flat_map(|p| &p.1) {
                scores[*index] += weight * share / length;
            }
        }
        scores.into_iter().map(|score| score.min(1.0)).collect()
    }
}

fn norm(weights: impl Iterator<Item = f64>) -> f64 {
    let mut squares: Vec<f64> = weights.map(|weight| weight * weight).collect();
    squares.sort_by(f64::total_cmp);
    squares.iter().sum::<f64>().sqrt().max(f64::MIN_POSITIVE)
}

/// Counts each n-gram in the words of a text.
fn grams(text: &str) -> HashMap<String, f64> {
    let mut counts = HashMap::new();
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        let padded: Vec<char> = format!(" {word} ").chars().collect();
        for length in LENGTHS {
            for gram in padded.windows(length) {
                *counts.entry(gram.iter().collect()).or_insert(0.0) += 1.0;
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_endings_and_order_do_not_matter() {
        let texts = ["pick up the red cube", "push the blue bowl left", "go home"];
        let nearest = SimilarityIndex::new(texts);
        for (said, meant) in [
            ("pick up the red cube", 0),
            ("Picking up the read cbue!", 0),
            ("the bleu bowl should be pushed to the left", 1),
            ("home", 2),
        ] {
            let (found, alike) = nearest.find_most_similar_text(said).unwrap();
            assert_eq!(found, meant, "{said}");
            assert!((0.2..=1.0).contains(&alike), "{said}: {alike}");
        }
        assert!((nearest.find_most_similar_text(texts[0]).unwrap().1 - 1.0).abs() < 1e-9);
        assert!(nearest.find_most_similar_text("qqq zzz").unwrap().1 < 0.05);
        assert_eq!(
            SimilarityIndex::new([]).find_most_similar_text("home"),
            None
        );
        let all = BySpelling.similarities(&texts, texts[1]);
        assert_eq!(all.len(), texts.len());
        assert_eq!(BySpelling.find(&texts, texts[1]), Some((1, all[1])));
    }
}
