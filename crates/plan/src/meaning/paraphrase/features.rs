//! What the classifier sees of a sentence.

use super::mention::Delexicalized;

/// How many buckets features fall into.
pub const BUCKETS: usize = 1 << 14;
/// Counts up when what is seen of a sentence changes, so that old weights are noticed.
pub const VERSION: u32 = 4;

/// The buckets of the features of a sentence: its words, pairs of neighbors and of next but one;
/// what is meant by them, with up to two neighbors; and what it speaks of.
pub fn features(sentence: &Delexicalized) -> Vec<usize> {
    let within = |inner: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        let inner = inner.map(str::to_owned);
        let ends = |end: &str| std::iter::once(end.to_owned());
        ends("<").chain(inner).chain(ends(">")).collect()
    };
    let mut found = vec![bucket(&["slots", &sentence.slots().join(" ")])];
    let words = within(&mut sentence.tokens());
    for (index, word) in words.iter().enumerate() {
        found.push(bucket(&["1", word]));
        if let Some(next) = words.get(index + 1) {
            found.push(bucket(&["2", word, next]));
        }
        if let Some(next) = words.get(index + 2) {
            found.push(bucket(&["skip", word, next]));
        }
    }
    let senses = within(&mut sentence.senses());
    for index in 0..senses.len() {
        found.push(bucket(&["sense", &senses[index]]));
        if let Some([one, two]) = senses.get(index..index + 2) {
            found.push(bucket(&["senses", one, two]));
        }
        if let Some([one, two, three]) = senses.get(index..index + 3) {
            found.push(bucket(&["senses", one, two, three]));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A hash that is the same everywhere (FNV-1a).
pub fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn bucket(parts: &[&str]) -> usize {
    let bytes = parts
        .iter()
        .flat_map(|part| part.bytes().chain(std::iter::once(0)));
    let hash = hash(bytes);
    ((hash ^ (hash >> 32)) % BUCKETS as u64) as usize
}
