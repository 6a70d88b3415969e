//! Confidence of a model in the objects it named.

use std::ops::Range;

use enact_plan::{Detection, ModelResponse};

/// Returns the probability that the model gave to each label of its list, from the tokens of the
/// label; `None` where the model does not report it.
pub(crate) fn probability_of_each_label(
    answer: &ModelResponse<Vec<Detection>>,
) -> Vec<Option<f64>> {
    let detections = answer.parsed.as_deref().unwrap_or_default();
    let spans = spans(answer);
    let mut from = 0;
    let certainty = |detection: &Detection| {
        // Labels come in the order in which they were written.
        let quoted = format!("\"{}\"", detection.label);
        let start = from + answer.completion.get(from..)?.find(&quoted)? + 1;
        from = start + detection.label.len();
        let label = start..from;
        let mut of_label = spans
            .iter()
            .filter(|(span, _)| span.start < label.end && label.start < span.end)
            .peekable();
        of_label.peek()?;
        let log: Option<f64> = of_label.map(|(_, log)| *log).sum();
        log.map(f64::exp)
    };
    detections.iter().map(certainty).collect()
}

/// Returns the position of each token in the completion and its probability; empty where the tokens
/// do not make up the completion.
fn spans(answer: &ModelResponse<Vec<Detection>>) -> Vec<(Range<usize>, Option<f64>)> {
    let mut spans = Vec::with_capacity(answer.tokens.len());
    let mut at = 0;
    for token in &answer.tokens {
        let rest = answer.completion.get(at..).unwrap_or_default();
        if !rest.starts_with(&token.text) {
            // The end of the text may have a token of its own.
            return if rest.is_empty() { spans } else { Vec::new() };
        }
        spans.push((at..at + token.text.len(), token.log_probability));
        at += token.text.len();
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::{Token, Usage};
    use enact_types::NormalizedPoint;

    fn answer(labels: &[&str], tokens: &[(&str, f64)]) -> ModelResponse<Vec<Detection>> {
        let detection = |label: &&str| Detection::at_point(NormalizedPoint { y: 1, x: 2 }, *label);
        ModelResponse {
            prompt: String::new(),
            completion: r#"[{"label":"red cube"},{"label":"red cube"}]"#.to_owned(),
            thinking: String::new(),
            parsed: Ok(labels.iter().map(detection).collect()),
            usage: Usage::default(),
            grammar: None,
            tokens: tokens
                .iter()
                .map(|(text, probability)| Token {
                    text: (*text).to_owned(),
                    log_probability: Some(probability.ln()),
                })
                .collect(),
            pointing: None,
            dropped: Vec::new(),
            exchanges: Vec::new(),
        }
    }

    #[test]
    fn a_label_is_as_certain_as_its_tokens() {
        let tokens = [
            (r#"[{"label":""#, 0.5),
            ("red", 0.9),
            (" cube", 0.8),
            (r#""},{"label":""#, 0.5),
            ("red", 1.0),
            (" cube", 0.25),
            (r#""}]"#, 0.5),
            ("<eos>", 0.5),
        ];
        let certain = probability_of_each_label(&answer(&["red cube", "red cube"], &tokens));
        assert!((certain[0].unwrap() - 0.72).abs() < 1e-12);
        assert!((certain[1].unwrap() - 0.25).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_made_up() {
        assert_eq!(
            probability_of_each_label(&answer(&["red cube"], &[])),
            [None]
        );
        assert_eq!(
            probability_of_each_label(&answer(&["red cube"], &[("something else", 0.9)])),
            [None]
        );
        assert_eq!(
            probability_of_each_label(&answer(&["green ball"], &[])),
            [None]
        );
    }
}
