//! How freely plans are drawn, and the draws, which a seed decides.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// How freely plans are drawn. What is not said is as usual: the most probable token each time.
/// Lists of objects are never drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// 0 takes the most probable token each time, 1 draws as the model weighs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Draws among the fewest tokens that are together this probable (nucleus sampling, arXiv
    /// 1904.09751).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Draws among this many most probable tokens; 0 is any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// Draws among tokens that are at least this probable, as a share of the most probable one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_p: Option<f64>,
    /// Makes tokens that the answer has already less probable: 1 leaves them as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repetition_penalty: Option<f64>,
    /// Seed of the draws; that of the run unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// What an answer that repeats itself is asked for with once more.
const AGAINST_LOOPS: (f64, f64) = (0.7, 1.15);

impl Sampling {
    /// The most probable token each time.
    pub const GREEDY: Self = Self {
        temperature: None,
        top_p: None,
        top_k: None,
        min_p: None,
        repetition_penalty: None,
        seed: None,
    };

    /// Number of most probable tokens among which models in this process draw, unless it is said.
    pub const TOP_K: u32 = 40;

    /// Returns whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::GREEDY
    }

    /// Returns the temperature; 0 unless it is said.
    pub fn temperature(&self) -> f64 {
        self.temperature.unwrap_or(0.0)
    }

    /// Returns whether tokens are drawn at all.
    pub fn is_random(&self) -> bool {
        self.temperature() > 0.0
    }

    /// Returns the same with what another one says instead.
    #[must_use]
    pub fn overridden(self, by: Self) -> Self {
        Self {
            temperature: by.temperature.or(self.temperature),
            top_p: by.top_p.or(self.top_p),
            top_k: by.top_k.or(self.top_k),
            min_p: by.min_p.or(self.min_p),
            repetition_penalty: by.repetition_penalty.or(self.repetition_penalty),
            seed: by.seed.or(self.seed),
        }
    }

    /// Returns what is wrong with the first value that is out of range.
    pub fn describe_out_of_range(&self) -> Option<String> {
        let ranges = [
            ("temperature", self.temperature, 0.0..=2.0),
            ("top_p", self.top_p, f64::MIN_POSITIVE..=1.0),
            ("min_p", self.min_p, 0.0..=1.0),
            ("repetition_penalty", self.repetition_penalty, 1.0..=2.0),
        ];
        for (name, value, range) in ranges {
            let Some(value) = value.filter(|value| !range.contains(value)) else {
                continue;
            };
            let (low, high) = range.into_inner();
            return Some(match low.is_normal() && low < 1.0 {
                true => format!("{name} is {value}; it must be above 0 and at most {high}"),
                false => format!("{name} is {value}; it must be from {low} to {high}"),
            });
        }
        None
    }

    /// Returns what is missing for a value to have an effect.
    pub fn describe_missing_setting(&self) -> Option<String> {
        let filters = [
            ("top_p", self.top_p.is_some()),
            ("top_k", self.top_k.is_some()),
            ("min_p", self.min_p.is_some()),
        ];
        let filter = filters.into_iter().find(|(_, is_said)| *is_said)?.0;
        self.temperature.is_none().then(|| {
            format!(
                "{filter} chooses among tokens that are drawn, and none are: say a temperature too"
            )
        })
    }

    /// Returns how to ask once more for an answer that repeated itself.
    #[must_use]
    pub(crate) fn against_loops(self) -> Self {
        let (temperature, penalty) = AGAINST_LOOPS;
        let penalized = self.repetition_penalty.unwrap_or(1.0);
        Self {
            temperature: Some(self.temperature().max(temperature)),
            repetition_penalty: Some((penalized * penalty).min(2.0)),
            ..self
        }
    }
}

/// The draws of a model. Equal requests with equal seeds have equal draws, whatever was asked
/// before; the same request again and again has others each time.
#[derive(Clone, Debug)]
pub(crate) struct RequestRngs {
    /// Sum of the last request's text, and how often it was made in a row.
    last: Option<(u32, u32)>,
}

impl RequestRngs {
    pub(crate) fn new() -> Self {
        Self { last: None }
    }

    /// Returns the random numbers of the next request, which has this text.
    pub(crate) fn next_rng(&mut self, seed: u64, text: &str) -> ChaCha8Rng {
        let sum = crc32fast::hash(text.as_bytes());
        let count = match self.last {
            Some((last, count)) if last == sum => count + 1,
            _ => 0,
        };
        self.last = Some((sum, count));
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..12].copy_from_slice(&sum.to_le_bytes());
        bytes[12..16].copy_from_slice(&count.to_le_bytes());
        ChaCha8Rng::from_seed(bytes)
    }

    /// Returns the seed of the next request for a server, which may take no more than 31 bits.
    pub(crate) fn next_seed(&mut self, seed: u64, text: &str) -> u32 {
        self.next_rng(seed, text).random::<u32>() >> 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(change: impl FnOnce(&mut Sampling)) -> String {
        let mut sampling = Sampling {
            temperature: Some(1.0),
            ..Sampling::GREEDY
        };
        change(&mut sampling);
        sampling.describe_out_of_range().unwrap_or_default()
    }

    #[test]
    fn values_out_of_range_are_named_with_the_range() {
        assert_eq!(fault(|_| ()), "");
        assert_eq!(Sampling::GREEDY.describe_out_of_range(), None);
        assert_eq!(
            fault(|it| it.temperature = Some(2.5)),
            "temperature is 2.5; it must be from 0 to 2"
        );
        assert_eq!(
            fault(|it| it.top_p = Some(0.0)),
            "top_p is 0; it must be above 0 and at most 1"
        );
        assert_eq!(
            fault(|it| it.repetition_penalty = Some(0.5)),
            "repetition_penalty is 0.5; it must be from 1 to 2"
        );
        assert!(fault(|it| it.min_p = Some(f64::NAN)).contains("min_p is NaN"));
        assert_eq!(fault(|it| it.top_k = Some(0)), "");
    }

    #[test]
    fn what_chooses_among_draws_needs_draws() {
        let undrawn = Sampling {
            top_k: Some(3),
            ..Sampling::GREEDY
        };
        let gap = undrawn.describe_missing_setting().unwrap();
        assert!(
            gap.contains("top_k") && gap.contains("temperature"),
            "{gap}"
        );
        // Who says 0 knows.
        let greedy = Sampling {
            temperature: Some(0.0),
            top_k: Some(3),
            ..Sampling::GREEDY
        };
        assert_eq!(
            (greedy.describe_missing_setting(), greedy.is_random()),
            (None, false)
        );
    }

    #[test]
    fn a_seed_decides_the_draws_whatever_was_asked_before() {
        let mut one = RequestRngs::new();
        let first = one.next_seed(7, "a");
        let again = one.next_seed(7, "a");
        assert_ne!(first, again);
        let other = one.next_seed(7, "b");
        assert_ne!(first, other);
        assert_eq!(one.next_seed(7, "a"), first);
        assert_eq!(one.next_seed(7, "a"), again);
        let mut two = RequestRngs::new();
        assert_eq!(two.next_seed(7, "b"), other);
        assert_ne!(two.next_seed(8, "b"), other);
        assert!(first < 1 << 31);
    }

    #[test]
    fn a_loop_is_answered_with_more_freedom() {
        let again = Sampling::GREEDY.against_loops();
        assert!(again.is_random() && again.repetition_penalty.unwrap() > 1.0);
        assert_eq!(again.describe_out_of_range(), None);
        assert_eq!(
            again
                .against_loops()
                .against_loops()
                .describe_out_of_range(),
            None
        );
    }
}
