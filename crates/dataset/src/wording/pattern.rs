//! Sentences with alternatives: `(put|place) {what} (in|into) {where}`.

use std::hash::Hasher;

use rand::RngExt;

/// One wording in this many is held out.
const ONE_IN: u64 = 12;

/// Expands a pattern by choosing one alternative of each group, including nested groups.
pub fn expand_at_random(rng: &mut impl RngExt, pattern: &str) -> String {
    let mut text = pattern.to_owned();
    while let Some(close) = text.find(')') {
        let Some(open) = text[..close].rfind('(') else {
            break;
        };
        let alternatives: Vec<&str> = text[open + 1..close].split('|').collect();
        let chosen = alternatives[rng.random_range(0..alternatives.len())].to_owned();
        text.replace_range(open..=close, &chosen);
    }
    text
}

/// Returns whether a wording, without its names filled in, is held out from training.
pub fn is_held_out(wording: &str) -> bool {
    let mut hasher = crc32fast::Hasher::new();
    hasher.write(wording.as_bytes());
    u64::from(hasher.finalize()).is_multiple_of(ONE_IN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn every_alternative_comes_up() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let seen: std::collections::BTreeSet<String> = (0..200)
            .map(|_| expand_at_random(&mut rng, "(a|b(1|2)) c(|!)"))
            .collect();
        let expected = ["a c", "a c!", "b1 c", "b1 c!", "b2 c", "b2 c!"];
        assert_eq!(
            seen.iter().map(String::as_str).collect::<Vec<_>>(),
            expected
        );
    }
}
