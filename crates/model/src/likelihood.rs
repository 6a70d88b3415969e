//! How likely a model holds texts that it did not write.
//!
//! mistral.rs tells the likelihood of what it draws alone, but gives out the raw logits of a whole
//! prompt. So each text goes out as the end of a prompt, and what they share is computed once and
//! kept in the engine's prefix cache until the plan is complete.

use std::sync::Arc;

use either::Either;
use enact_types::Reason;
use mistralrs::core::{NormalRequest, Request, RequestMessage, Response, SamplingParams};
use mistralrs::{CustomLogitsProcessor, Model, Tensor, TextMessageRole, TextMessages};
use tokio::sync::mpsc::channel;

use crate::engine::CancelToken;

/// Texts to be judged.
#[derive(Clone, Debug)]
pub(crate) struct LikelihoodQuery {
    /// What was said before: requests and answers in turn, a request last.
    pub dialogue: Vec<String>,
    /// Begin of the answer.
    pub begun: String,
    /// How it may go on.
    pub endings: Vec<String>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Likelihoods {
    /// Natural logarithms of the probabilities of each ending's tokens.
    pub endings: Vec<Vec<f64>>,
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
    let mut shared = shared.await.map_err(Reason::of)?;
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
    for ending in query.endings {
        wanted.check()?;
        let ending = tokens(model, ending).await?;
        judged.tokens += ending.len();
        let text = [shared.as_slice(), ending.as_slice()].concat();
        let answer = ask(model, text.clone(), None, true).await?;
        let rows = logits(answer)?;
        judged.endings.push(told(&rows, &text, shared.len())?);
    }
    Ok(judged)
}

/// Has the engine forget what it kept. A graphics processor keeps one text, so another one takes its
/// place; a processor keeps all, until a request breaks off amid its computation.
pub(crate) async fn forget(model: &Model, on_processor: bool) {
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
    text.await.map_err(Reason::of)
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
    let engine = model.inner().get_sender(None).map_err(Reason::of)?;
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
            .map_err(Reason::of)?;
        rows.extend(chunk);
    }
    Ok(rows)
}

/// How likely each token from `from` on was, by the row of the token before it.
fn told(rows: &[Vec<f32>], tokens: &[u32], from: usize) -> Result<Vec<f64>, Reason> {
    // What was kept has no rows.
    let kept = tokens.len() - rows.len().min(tokens.len());
    let row = |at: usize| rows.get((at - 1).checked_sub(kept)?);
    let one = |(at, token): (usize, &u32)| Some(log_probability(row(at)?, *token));
    let told = tokens.iter().enumerate().skip(from).map(one);
    let told = told.collect::<Option<Vec<f64>>>();
    told.ok_or_else(|| {
        let (rows, tokens) = (rows.len(), tokens.len());
        format!("the engine gave the logits of {rows} of {tokens} tokens, which begin after {from}")
            .into()
    })
}

fn log_probability(row: &[f32], token: u32) -> f64 {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = row.iter().map(|it| f64::from(it - most).exp()).sum();
    let own = row.get(token as usize).copied();
    own.map_or(f64::NEG_INFINITY, |own| f64::from(own - most) - sum.ln())
}

fn refused(answer: Response) -> Reason {
    match answer.as_result() {
        Ok(_) => "the engine answered something else".into(),
        Err(error) => Reason::of(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_the_softmax() {
        let row = [1.0_f32, 2.0, 3.0];
        let sum: f64 = (0..3).map(|token| log_probability(&row, token).exp()).sum();
        assert!((sum - 1.0).abs() < 1e-12);
        assert!((log_probability(&row, 2) - log_probability(&row, 1) - 1.0).abs() < 1e-12);
        assert_eq!(log_probability(&row, 9), f64::NEG_INFINITY);
    }

    #[test]
    fn each_token_is_told_by_the_row_before_it() {
        // The first two of five tokens were kept: rows of the third, fourth and fifth.
        let rows = [vec![9.0, 0.0], vec![0.0, 9.0], vec![0.0, 0.0]];
        let told = told(&rows, &[0, 0, 0, 0, 1], 3).unwrap();
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|it| *it > -0.001), "{told:?}");
        // The row that is needed was kept.
        assert!(super::told(&rows, &[0, 0, 0, 0, 1], 2).is_err());
    }
}
