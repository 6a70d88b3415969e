//! How likely a model holds texts that it did not write.
//!
//! mistral.rs tells the likelihood of what it draws alone, but gives out the raw logits of a whole
//! prompt. So each text goes out as the end of a prompt, and what they share is computed once and
//! kept in the engine's prefix cache until the plan is complete.

use std::collections::HashMap;
use std::sync::Arc;

use either::Either;
use enact_types::Reason;
use mistralrs::core::{NormalRequest, Request, RequestMessage, Response, SamplingParams};
use mistralrs::{CustomLogitsProcessor, Model, Tensor, TextMessageRole, TextMessages};
use tokio::sync::mpsc::channel;

use crate::engine::CancelToken;

/// Texts of which the likeliest is wanted.
#[derive(Clone, Debug)]
pub(crate) struct LikelihoodQuery {
    /// What was said before: requests and answers in turn, a request last.
    pub dialogue: Vec<String>,
    /// Begin of the answer.
    pub begun: String,
    /// How it may go on, with the logarithm of a weight of each, 0 at most.
    pub endings: Vec<(String, f64)>,
}

/// How likely a text is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Likelihood {
    /// Natural logarithm of its weight times its probability, or a bound that this does not exceed.
    pub score: f64,
    /// Whether it is not only a bound.
    pub is_exact: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Likelihoods {
    /// For each ending; the best one is exact.
    pub endings: Vec<Likelihood>,
    /// Tokens that were computed.
    pub tokens: usize,
}

/// Judges texts, one request after another.
pub(crate) async fn judge(
    model: &Model,
    query: LikelihoodQuery,
    wanted: &CancelToken,
) -> Result<Likelihoods, Reason> {
    let mut messages = TextMessages::new();
    let roles = [TextMessageRole::User, TextMessageRole::Assistant];
    for (text, role) in query.dialogue.into_iter().zip(roles.into_iter().cycle()) {
        messages = messages.add_message(role, text);
    }
    let shared = model.tokenize(Either::Left(messages), None, true, true, Some(false));
    let mut shared = shared.await.map_err(Reason::from_error)?;
    shared.extend(tokens(model, query.begun).await?);
    let Some((last, before)) = shared.split_last() else {
        return Err("there is nothing before the texts to be judged".into());
    };
    // Kept for the endings but for the last token, whose logits tell of an ending's first.
    let forced = Forced(u32::from(*last == 0));
    let kept = ask(model, before.to_vec(), Some(Arc::new(forced)), false).await?;
    expect_completion(kept)?;
    let mut judged = Likelihoods {
        tokens: shared.len(),
        ..Likelihoods::default()
    };
    let mut endings = Endings::default();
    for (text, weight) in query.endings {
        endings.add(tokens(model, text).await?, weight);
    }
    // A text is no likelier than its begin, so those whose begin is less likely than another text
    // as a whole need not be judged.
    while let Some(next) = endings.to_judge() {
        wanted.check()?;
        let ending = endings.texts[next].0.clone();
        judged.tokens += ending.len();
        let text = [shared.as_slice(), ending.as_slice()].concat();
        let answer = ask(model, text.clone(), None, true).await?;
        endings.learn(&logits(answer)?, &text, shared.len())?;
    }
    judged.endings = endings.likelihoods();
    Ok(judged)
}

/// The endings, and what is known of them.
#[derive(Default)]
struct Endings {
    /// Tokens, and the logarithm of the weight.
    texts: Vec<(Vec<u32>, f64)>,
    /// By the tokens before: how likely each token is that some ending has next.
    known: HashMap<Vec<u32>, HashMap<u32, f64>>,
}

impl Endings {
    fn add(&mut self, tokens: Vec<u32>, weight: f64) {
        self.texts.push((tokens, weight));
    }

    /// What is known of each.
    fn likelihoods(&self) -> Vec<Likelihood> {
        let one = |(tokens, weight): &(Vec<u32>, f64)| {
            let mut likelihood = Likelihood {
                score: *weight,
                is_exact: true,
            };
            for (at, token) in tokens.iter().enumerate() {
                match self.known.get(&tokens[..at]) {
                    Some(next) => likelihood.score += next[token],
                    None => likelihood.is_exact = false,
                }
            }
            likelihood
        };
        self.texts.iter().map(one).collect()
    }

    /// The number of the one that may be the best and is not known to be; the first of equals.
    fn to_judge(&self) -> Option<usize> {
        let mut best: Option<(usize, Likelihood)> = None;
        for (index, one) in self.likelihoods().into_iter().enumerate() {
            if best.is_none_or(|(_, other)| one.score > other.score) {
                best = Some((index, one));
            }
        }
        best.filter(|(_, one)| !one.is_exact)
            .map(|(index, _)| index)
    }

    /// Learns from the logits of a text of which an ending begins after `from` tokens.
    fn learn(&mut self, rows: &[Vec<f32>], text: &[u32], from: usize) -> Result<(), Reason> {
        // What was kept has no rows.
        let kept = text.len() - rows.len().min(text.len());
        for at in from..text.len() {
            let before = &text[from..at];
            let row = (at - 1).checked_sub(kept).and_then(|row| rows.get(row));
            let Some(row) = row else {
                let (rows, tokens) = (rows.len(), text.len());
                return Err(format!(
                    "the engine gave the logits of {rows} of {tokens} tokens, which begin after {from}"
                )
                .into());
            };
            if self.known.contains_key(before) {
                continue;
            }
            let goes_on = |tokens: &&Vec<u32>| tokens.starts_with(before);
            let texts = self.texts.iter().map(|(tokens, _)| tokens);
            let next = texts
                .filter(goes_on)
                .filter_map(|tokens| tokens.get(before.len()));
            let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f64 = row.iter().map(|it| f64::from(it - most).exp()).sum();
            let told = |token: &u32| {
                let own = row.get(*token as usize).copied();
                let told = own.map_or(f64::NEG_INFINITY, |own| f64::from(own - most) - sum.ln());
                (*token, told)
            };
            let told = next.map(told).collect();
            self.known.insert(before.to_vec(), told);
        }
        Ok(())
    }
}

/// Has the engine forget what it kept. A graphics processor keeps one text, so another one takes its
/// place; a processor keeps all, until a request breaks off amid its computation.
pub(crate) async fn forget_judged_texts(model: &Model, on_processor: bool) {
    let token = if on_processor { NO_TOKEN } else { 0 };
    // Whatever it answers.
    let _ = ask(model, vec![token], None, false).await;
}

/// In no vocabulary.
const NO_TOKEN: u32 = u32::MAX - 1;

/// Draws this token.
struct Forced(u32);

impl CustomLogitsProcessor for Forced {
    fn apply(&self, logits: &Tensor, _: &[u32]) -> mistralrs::Result<Tensor> {
        let count = logits.elem_count();
        let mut forced = vec![f32::NEG_INFINITY; count];
        if let Some(one) = forced.get_mut(self.0 as usize) {
            *one = 0.0;
        }
        Tensor::from_vec(forced, logits.shape(), logits.device())
    }
}

async fn tokens(model: &Model, text: String) -> Result<Vec<u32>, Reason> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let text = model.tokenize(Either::Right(text), None, false, false, None);
    text.await.map_err(Reason::from_error)
}

async fn ask(
    model: &Model,
    tokens: Vec<u32>,
    processor: Option<Arc<dyn CustomLogitsProcessor>>,
    raw: bool,
) -> Result<Response, Reason> {
    let (sender, mut receiver) = channel(1);
    let sampling = SamplingParams {
        max_len: Some(1),
        ..SamplingParams::deterministic()
    };
    let message = RequestMessage::CompletionTokens(tokens);
    let request = NormalRequest {
        logits_processors: processor.map(|processor| vec![processor]),
        return_raw_logits: raw,
        ..NormalRequest::new_simple(message, sampling, sender, 0, None, None)
    };
    let gone = || Reason::from("the engine broke down; load the model again");
    let engine = model.inner().get_sender(None).map_err(Reason::from_error)?;
    let request = Request::Normal(Box::new(request));
    engine.send(request).await.map_err(|_| gone())?;
    receiver.recv().await.ok_or_else(gone)
}

fn expect_completion(answer: Response) -> Result<(), Reason> {
    match answer {
        Response::CompletionDone(_) => Ok(()),
        other => Err(refused(other)),
    }
}

/// The logits of the last tokens of what was asked, a row for each.
fn logits(answer: Response) -> Result<Vec<Vec<f32>>, Reason> {
    let Response::Raw { logits_chunks, .. } = answer else {
        return Err(refused(answer));
    };
    let mut rows = Vec::new();
    for chunk in logits_chunks {
        let chunk = chunk.to_dtype(mistralrs::DType::F32);
        let chunk = chunk
            .and_then(|chunk| chunk.to_vec2())
            .map_err(Reason::from_error)?;
        rows.extend(chunk);
    }
    Ok(rows)
}

fn refused(answer: Response) -> Reason {
    match answer.as_result() {
        Ok(_) => "the engine answered something else".into(),
        Err(error) => Reason::from_error(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two texts with a common begin and another one, over a vocabulary of three.
    fn endings() -> Endings {
        let mut endings = Endings::default();
        endings.add(vec![0, 1], 0.0);
        endings.add(vec![0, 2], 0.0);
        endings.add(vec![1, 1, 1], 0.0);
        endings
    }

    #[test]
    fn only_what_may_be_the_best_is_judged() {
        let mut endings = endings();
        assert_eq!(endings.to_judge(), Some(0));
        // The last two tokens were kept but for the row before the ending.
        let rows = [vec![9.0, 0.0, 0.0], vec![0.0, 0.0, 5.0], vec![0.0; 3]];
        endings.learn(&rows, &[7, 7, 0, 1], 2).unwrap();
        // The second shares all that decides; the third begins less likely than the second is.
        assert_eq!(endings.to_judge(), None);
        let all = endings.likelihoods();
        assert!(all[1].is_exact && all[1].score > -0.1, "{all:?}");
        assert!(all[0].is_exact && all[0].score < -4.0, "{all:?}");
        assert!(!all[2].is_exact && all[2].score < all[1].score, "{all:?}");
        // Probabilities of one row sum to one.
        let row = &endings.known[&vec![]];
        assert!((row[&0].exp() + 2.0 * row[&1].exp() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn rows_that_are_missing_are_an_error() {
        let error = endings().learn(&[vec![0.0; 3]], &[7, 7, 0, 1], 2);
        assert!(error.unwrap_err().text().contains("1 of 4 tokens"));
    }
}
