//! Draws tokens in place of mistral.rs 0.8.1, whose own draws have a fixed seed, whose min-p is
//! ignored without a top-p below 1, and whose repetition penalty counts the prompt, and so the names
//! of the objects, as said.
//!
//! A logits processor draws the token and hands out logits of which the drawn one is the largest;
//! the engine takes that one. Under a grammar the engine asks twice where the first token is not
//! allowed, the second time among those that are: both are draws from what is left.

use std::sync::{Mutex, PoisonError};

#[cfg(feature = "local")]
use mistralrs::{CustomLogitsProcessor, Tensor};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::sampling::Sampling;

/// Draws the tokens of one answer.
pub(crate) struct TokenSampler {
    sampling: Sampling,
    state: Mutex<State>,
}

struct State {
    random: ChaCha8Rng,
    /// Number of tokens before the answer.
    prompt: Option<usize>,
}

/// A token that was drawn.
#[derive(Debug, PartialEq)]
struct Drawn {
    token: usize,
    /// Its probability at the temperature.
    probability: f64,
}

impl TokenSampler {
    /// Creates the draws of one answer from random numbers; `None` where the engine takes the most
    /// probable tokens as they are.
    pub(crate) fn new(sampling: Sampling, random: impl FnOnce() -> ChaCha8Rng) -> Option<Self> {
        let penalizes = sampling.repetition_penalty.is_some_and(|it| it != 1.0);
        (sampling.is_random() || penalizes).then_some(Self {
            sampling,
            state: Mutex::new(State {
                random: random(),
                prompt: None,
            }),
        })
    }

    /// Returns the logits that the engine is to see, from those of the model after these tokens.
    fn change(&self, mut logits: Vec<f32>, context: &[u32]) -> Vec<f32> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let prompt = *state.prompt.get_or_insert(context.len());
        let said = context.get(prompt..).unwrap_or_default();
        if let Some(penalty) = self.sampling.repetition_penalty {
            penalize(&mut logits, said, penalty as f32);
        }
        if !self.sampling.is_random() {
            return logits;
        }
        match draw(&logits, &self.sampling, state.random.random()) {
            Some(drawn) => likeliest(&drawn, logits.len()),
            None => logits,
        }
    }
}

#[cfg(feature = "local")]
impl CustomLogitsProcessor for TokenSampler {
    fn apply(&self, logits: &Tensor, context: &[u32]) -> mistralrs::Result<Tensor> {
        let changed = self.change(logits.to_vec1()?, context);
        let count = changed.len();
        Tensor::from_vec(changed, count, logits.device())
    }
}

/// Makes each token less probable that was said.
fn penalize(logits: &mut [f32], said: &[u32], penalty: f32) {
    let mut tokens: Vec<usize> = said.iter().map(|token| *token as usize).collect();
    tokens.sort_unstable();
    tokens.dedup();
    for token in tokens {
        if let Some(logit) = logits.get_mut(token) {
            *logit = match *logit > 0.0 {
                true => *logit / penalty,
                false => *logit * penalty,
            };
        }
    }
}

/// Draws a token by a number from 0 to 1; `None` where no token is possible.
fn draw(logits: &[f32], sampling: &Sampling, random: f64) -> Option<Drawn> {
    let temperature = sampling.temperature();
    let possible = logits.iter().enumerate();
    let possible = possible.filter(|(_, logit)| logit.is_finite());
    let mut weighed: Vec<(usize, f64)> = possible
        .map(|(token, logit)| (token, f64::from(*logit) / temperature))
        .collect();
    let largest = weighed.iter().map(|it| it.1).fold(f64::MIN, f64::max);
    for (_, weight) in &mut weighed {
        *weight = (*weight - largest).exp();
    }
    let sum: f64 = weighed.iter().map(|it| it.1).sum();
    // Equal tokens in a fixed order, so that equal draws are equal.
    let by_weight = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    let count = match sampling.top_k.unwrap_or(Sampling::TOP_K) {
        0 => weighed.len(),
        count => (count as usize).min(weighed.len()),
    };
    if count > 0 && count < weighed.len() {
        weighed.select_nth_unstable_by(count - 1, by_weight);
        weighed.truncate(count);
    }
    weighed.sort_unstable_by(by_weight);
    if let Some(nucleus) = sampling.top_p.filter(|nucleus| *nucleus < 1.0) {
        let mut covered = 0.0;
        let kept = weighed.iter().take_while(|(_, weight)| {
            let is_needed = covered < nucleus * sum;
            covered += weight;
            is_needed
        });
        let kept = kept.count();
        weighed.truncate(kept);
    }
    if let Some(least) = sampling.min_p {
        // The most probable token weighs 1.
        weighed.retain(|(_, weight)| *weight >= least);
    }
    let mut left = random * weighed.iter().map(|it| it.1).sum::<f64>();
    let drawn = weighed.iter().find(|(_, weight)| {
        left -= weight;
        left < 0.0
    });
    let (token, weight) = *drawn.or(weighed.last())?;
    Some(Drawn {
        token,
        probability: weight / sum,
    })
}

/// Returns logits of which the drawn token has the largest, and its probability.
fn likeliest(drawn: &Drawn, count: usize) -> Vec<f32> {
    let others = count.saturating_sub(1).max(1) as f64;
    let odds = (1.0 / drawn.probability - 1.0).max(1e-30) / others;
    // Never as large as its own, however improbable it was.
    let other = odds.ln().min(-1e-3) as f32;
    let mut logits = vec![other; count];
    logits[drawn.token] = 0.0;
    logits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::RequestRngs;

    fn at(temperature: f64) -> Sampling {
        Sampling {
            temperature: Some(temperature),
            ..Sampling::GREEDY
        }
    }

    /// Logits of these probabilities.
    fn logits(probabilities: &[f64]) -> Vec<f32> {
        probabilities.iter().map(|it| it.ln() as f32).collect()
    }

    /// The shares of the tokens among even draws.
    fn shares(logits: &[f32], sampling: &Sampling) -> Vec<f64> {
        let mut counts = vec![0.0; logits.len()];
        let draws = 10_000;
        for index in 0..draws {
            let random = (f64::from(index) + 0.5) / f64::from(draws);
            let drawn = draw(logits, sampling, random).unwrap();
            counts[drawn.token] += 1.0 / f64::from(draws);
        }
        counts
    }

    fn assert_near(found: &[f64], expected: &[f64]) {
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 2e-3;
        assert!(found.iter().zip(expected).all(near), "{found:?}");
    }

    #[test]
    fn tokens_are_drawn_as_often_as_they_are_probable() {
        let logits = logits(&[0.1, 0.5, 0.15, 0.25]);
        assert_near(&shares(&logits, &at(1.0)), &[0.1, 0.5, 0.15, 0.25]);
        // Squares: 0.01, 0.25, 0.0225, 0.0625 of 0.345.
        assert_near(&shares(&logits, &at(0.5)), &[0.029, 0.725, 0.065, 0.181]);
    }

    #[test]
    fn each_filter_keeps_what_it_says() {
        let logits = logits(&[0.1, 0.5, 0.15, 0.25]);
        let with = |change: fn(&mut Sampling)| {
            let mut sampling = at(1.0);
            change(&mut sampling);
            shares(&logits, &sampling)
        };
        assert_near(&with(|it| it.top_k = Some(1)), &[0.0, 1.0, 0.0, 0.0]);
        assert_near(&with(|it| it.top_k = Some(0)), &[0.1, 0.5, 0.15, 0.25]);
        // The fewest that are together as probable: one, two, three.
        assert_near(&with(|it| it.top_p = Some(0.4)), &[0.0, 1.0, 0.0, 0.0]);
        assert_near(
            &with(|it| it.top_p = Some(0.7)),
            &[0.0, 2.0 / 3.0, 0.0, 1.0 / 3.0],
        );
        assert_near(
            &with(|it| it.top_p = Some(0.8)),
            &[0.0, 0.556, 0.167, 0.278],
        );
        assert_near(
            &with(|it| it.min_p = Some(0.25)),
            &[0.0, 0.556, 0.167, 0.278],
        );
        // Without a top-p as well, which the engine's own min-p needs.
        assert_near(&with(|it| it.min_p = Some(0.6)), &[0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn what_a_grammar_forbids_is_never_drawn() {
        let mut logits = logits(&[0.1, 0.5, 0.15, 0.25]);
        logits[1] = f32::NEG_INFINITY;
        assert_near(&shares(&logits, &at(1.0)), &[0.2, 0.0, 0.3, 0.5]);
        assert_eq!(draw(&[f32::NEG_INFINITY, f32::NAN], &at(1.0), 0.5), None);
    }

    #[test]
    fn the_engine_takes_the_drawn_token_and_tells_its_probability() {
        for probability in [0.9, 0.4, 0.01] {
            let drawn = Drawn {
                token: 2,
                probability,
            };
            let seen = likeliest(&drawn, 1000);
            let sum: f64 = seen.iter().map(|it| f64::from(*it).exp()).sum();
            assert!((1.0 / sum - probability).abs() < 1e-4, "{probability}");
            let others = seen.iter().enumerate().filter(|(token, _)| *token != 2);
            assert!(others.into_iter().all(|(_, logit)| *logit < seen[2]));
        }
        let hardly = likeliest(
            &Drawn {
                token: 0,
                probability: 1e-9,
            },
            4,
        );
        assert!(hardly[1] < hardly[0]);
    }

    #[test]
    fn what_the_answer_said_is_penalized_and_what_the_prompt_said_is_not() {
        let sampling = Sampling {
            repetition_penalty: Some(2.0),
            ..Sampling::GREEDY
        };
        let drawing = TokenSampler::new(sampling, || RequestRngs::new().next_rng(0, "")).unwrap();
        let logits = vec![3.0, 2.0, -1.0];
        assert_eq!(drawing.change(logits.clone(), &[0, 1]), [3.0, 2.0, -1.0]);
        assert_eq!(drawing.change(logits.clone(), &[0, 1, 0]), [1.5, 2.0, -1.0]);
        assert_eq!(drawing.change(logits, &[0, 1, 0, 2, 2]), [1.5, 2.0, -2.0]);
    }

    #[test]
    fn a_seed_decides_the_answer() {
        let answer = |seed: u64| {
            let drawing =
                TokenSampler::new(at(1.0), || RequestRngs::new().next_rng(seed, "plan")).unwrap();
            let draws = (0..12).map(|length| {
                let seen = drawing.change(logits(&[0.25; 4]), &vec![0; 3 + length]);
                seen.iter().position(|logit| *logit == 0.0).unwrap()
            });
            draws.collect::<Vec<_>>()
        };
        assert_eq!(answer(1), answer(1));
        assert_ne!(answer(1), answer(2));
        assert!(
            TokenSampler::new(Sampling::GREEDY, || RequestRngs::new().next_rng(1, "")).is_none()
        );
    }
}
