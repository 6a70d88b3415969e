//! Texts for a block, proposed by a model.

use enact_eval::optimize::{Proposer, ScoredText};
use enact_model::VisionLanguageModel;
use enact_plan::TextRequest;
use enact_types::Reason;
use serde::Deserialize;
use serde_json::json;

/// How freely texts are drawn, so that they differ.
const TEMPERATURE: f64 = 1.0;

/// A model that proposes texts for a block.
pub(super) struct ModelProposer {
    /// The model.
    pub model: Box<dyn VisionLanguageModel>,
    /// Name of the block.
    pub block: String,
    /// Most characters of a text.
    pub longest: usize,
}

/// A model's answer.
#[derive(Deserialize)]
struct Answer {
    text: String,
}

impl Proposer for ModelProposer {
    fn propose(&mut self, best: &[&ScoredText], count: usize) -> Result<Vec<String>, Reason> {
        let text = request(&self.block, best, self.longest);
        let schema = json!({
            "type": "object",
            "properties": {"text": {"type": "string", "minLength": 1, "maxLength": self.longest}},
            "required": ["text"],
            "additionalProperties": false,
        });
        let mut proposed = Vec::new();
        for _ in 0..count {
            let reply = self.model.complete(&TextRequest {
                temperature: Some(TEMPERATURE),
                // Few tokens have a single character, and what is written in JSON is longer.
                ..TextRequest::request_for_json(&text, schema.clone(), self.longest + 64)
            });
            let reply = reply.map_err(Reason::from_error)?;
            match read(&reply.text) {
                Some(text) => proposed.push(text),
                None => errln!("{:>9}  a proposal that cannot be read", "dropped"),
            }
        }
        Ok(proposed)
    }
}

fn read(reply: &str) -> Option<String> {
    let read = |text: &str| serde_json::from_str::<Answer>(text).ok();
    // A server without grammars may put something around it.
    let within = || read(reply.get(reply.find('{')?..=reply.rfind('}')?)?);
    Some(read(reply).or_else(within)?.text)
}

/// Returns the request for a text, given the best so far, the worst of them first.
fn request(block: &str, best: &[&ScoredText], longest: usize) -> String {
    let mut text = format!(
        "A model plans for a robot arm at a table. One part of its instructions is called `{block}`. \
         Here are texts of that part, each with what came of it: how many tasks succeeded, and how \
         many steps were refused as impossible. The best text comes last.\n"
    );
    for scored in best {
        text += &format!(
            "\nText:\n---\n{}\n---\nSucceeded: {} of {}. Refused steps: {}.\n",
            scored.text.trim(),
            scored.successes(),
            scored.trials.len(),
            scored.refusals()
        );
    }
    text + &format!(
        "\nWrite one new text for that part, unlike all of these, with which more tasks succeed. It \
         has at most {longest} characters. Whatever stands in {{{{ }}}} or {{% %}} is filled in \
         later: keep it. Answer with a JSON object {{\"text\": \"...\"}}.\n"
    )
}

#[cfg(test)]
mod tests {
    use enact_eval::optimize::TrialResult;

    use super::*;

    #[test]
    fn texts_are_shown_with_their_scores_and_read_from_json() {
        let scored = |text: &str, successes: u64| ScoredText {
            text: text.to_owned(),
            round: 0,
            trials: (0..4)
                .map(|number| TrialResult {
                    number,
                    success: number < successes,
                    refusals: 1,
                })
                .collect(),
        };
        let (worse, better) = (scored("Plan.\n", 1), scored("Plan well, {{ task }}.", 3));
        let request = request("role", &[&worse, &better], 90);
        for part in [
            "`role`",
            "---\nPlan.\n---\nSucceeded: 1 of 4. Refused steps: 4.",
            "---\nPlan well, {{ task }}.\n---\nSucceeded: 3 of 4",
            "at most 90 characters",
            "in {{ }} or {% %} is",
            "{\"text\": \"...\"}",
        ] {
            assert!(request.contains(part), "{part}: {request}");
        }
        assert_eq!(read(r#"{"text":"a"}"#).as_deref(), Some("a"));
        assert_eq!(read("Sure: {\"text\": \"a\"}.").as_deref(), Some("a"));
        assert_eq!(read("a"), None);
        assert_eq!(read("} {"), None);
    }
}
