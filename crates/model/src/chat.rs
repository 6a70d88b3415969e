//! Perception and planning as one request each.

use std::time::Duration;

use enact_plan::free_text::read_plan_with_similarity;
use enact_plan::similarity::TextSimilarity;
use enact_plan::{
    AddedPicture, Detection, Exchange, ExchangeKind, ModelResponse, Plan, PlannerError,
    PromptStyle, Rejection, Situation, Skill, Step, TextReply, TextRequest, Token, Usage, grammar,
    prompt, stepwise, thought_field,
};
use enact_types::{Frame, NormalizedPoint, Reason};
use image::RgbImage;
use serde_json::Value;

use crate::config::ModelConfig;
use crate::control_tokens::SpecialTokens;
use crate::marks::draw;
use crate::options::RequestOptions;
use crate::picture::resize_exactly;
use crate::repetition::repeated_passage;
use crate::sampling::Sampling;

/// Most tokens of a plan in words: sixteen lines.
const WORDS: usize = 256;
/// What stands in place of reasoning where a plan follows from the words of an instruction, and no
/// model was asked for it.
pub const REASONING_WITHOUT_MODEL: &str = "read from the words; the model was not asked";

/// What is asked.
#[derive(Clone)]
pub(crate) struct Query<'a> {
    pub text: &'a str,
    pub picture: Option<RgbImage>,
    /// What is shown beside the picture, by models that take several, with the captions.
    pub more: Vec<(String, RgbImage)>,
    /// True if the text makes sense without the picture.
    pub may_lack_picture: bool,
    /// Schema that the answer must follow; null leaves its form to the model.
    pub schema: Value,
    /// Most tokens of an answer whose form says nothing of that.
    pub most_tokens: usize,
    pub sampling: Sampling,
}

/// Response of a model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub text: String,
    /// The text with what is around it, where it is JSON about something else.
    pub whole: Option<String>,
    /// The text that was sent, where more was asked than was to be.
    pub sent: Option<String>,
    /// The model's reasoning before the answer.
    pub thinking: String,
    /// True if the text was cut off at the length limit.
    pub cut: bool,
    /// Reason to reject it, if known before it is parsed.
    pub rejection: Option<Rejection>,
    pub usage: Usage,
    /// The text token by token, where the model tells.
    pub tokens: Vec<Token>,
}

/// Reason why a request has no answer.
pub(crate) enum Failure {
    TimedOut,
    Stopped,
    Refused(Reason),
}

impl Failure {
    /// Converts to the error of a request to `model` that had to be answered within `limit`.
    pub fn into_planner_error(self, model: &str, limit: Duration) -> PlannerError {
        let model = model.to_owned();
        match self {
            Self::TimedOut => PlannerError::Timeout { model, limit },
            Self::Stopped => PlannerError::Stopped,
            Self::Refused(reason) => PlannerError::Request { model, reason },
        }
    }
}

/// A model that answers one request at a time with JSON.
pub(crate) trait Chat {
    fn settings(&self) -> &ModelConfig;

    fn special_tokens(&self) -> &SpecialTokens;

    /// Returns whether a plan that is not JSON is read as free text.
    fn reads_plan_as_free_text(&self) -> bool {
        self.options().free_text
    }

    /// By what free text is read.
    fn text_similarity_measure(&self) -> &dyn TextSimilarity {
        &*self.options().similarity
    }

    /// Whether it is asked for a plan in words, without a grammar.
    fn is_asked_for_plan_in_words(&self) -> bool {
        false
    }

    /// Returns the name by which it was opened.
    fn opened_as(&self) -> &str;

    /// Returns the bounds of its requests.
    fn options(&self) -> &RequestOptions;

    /// Returns whether it is known to think before it answers, so that it need not be asked to.
    fn thinks(&self) -> bool {
        false
    }

    /// Returns a camera's picture as it is shown to the model.
    fn prepare_picture(&self, rgb: &RgbImage) -> RgbImage {
        match self.settings().image {
            Some(size) => resize_exactly(rgb, size),
            None => rgb.clone(),
        }
    }

    /// Whether it is known to take pictures, or may.
    fn takes_pictures(&self) -> bool {
        true
    }

    /// Whether it is shown what a situation adds to the camera's picture.
    fn takes_several_pictures(&self) -> bool {
        false
    }

    /// Chooses a plan by how likely it holds steps; `None` where plans are written.
    fn choose_scored_plan(
        &mut self,
        _situation: &Situation,
    ) -> Option<Result<ModelResponse<Plan>, PlannerError>> {
        None
    }

    /// Asks with a picture or without. The answer follows the schema if it is not cut.
    fn ask(&mut self, query: Query<'_>) -> Result<Reply, PlannerError>;
}

/// Has a model that can be asked see and plan.
macro_rules! see_and_plan {
    ($model:ty) => {
        impl enact_plan::Perceiver for $model {
            fn perceive(
                &mut self,
                frame: &enact_types::Frame,
            ) -> Result<
                enact_plan::ModelResponse<Vec<enact_plan::Detection>>,
                enact_plan::PlannerError,
            > {
                $crate::chat::perceive(self, frame, None)
            }

            fn perceive_marked(
                &mut self,
                frame: &enact_types::Frame,
                marks: &[enact_types::NormalizedPoint],
            ) -> Result<
                enact_plan::ModelResponse<Vec<enact_plan::Detection>>,
                enact_plan::PlannerError,
            > {
                $crate::chat::perceive_marked(self, frame, marks, None)
            }

            fn perceive_again(
                &mut self,
                frame: &enact_types::Frame,
                marks: &[enact_types::NormalizedPoint],
                reason: &enact_plan::Rejection,
            ) -> Result<
                enact_plan::ModelResponse<Vec<enact_plan::Detection>>,
                enact_plan::PlannerError,
            > {
                $crate::chat::perceive_again(self, frame, marks, reason)
            }
        }

        impl enact_plan::Planner for $model {
            fn plan(
                &mut self,
                frame: &enact_types::Frame,
                situation: &enact_plan::Situation,
            ) -> Result<enact_plan::ModelResponse<enact_plan::Plan>, enact_plan::PlannerError> {
                if let Some(plan) = self.meaning.plan(situation) {
                    return Ok($crate::chat::response_without_model(plan));
                }
                $crate::chat::plan(self, frame, situation)
            }

            fn reply_if_not_understood(&self, instruction: &str) -> Option<String> {
                if self.meaning.can_translate(instruction) {
                    return None;
                }
                $crate::chat::Chat::settings(self).reply_if_language_unsupported(instruction)
            }

            fn plans_without_model(&mut self, situation: &enact_plan::Situation) -> bool {
                self.meaning.plan(situation).is_some()
            }
        }

        impl enact_plan::TextModel for $model {
            fn complete(
                &mut self,
                request: &enact_plan::TextRequest<'_>,
            ) -> Result<enact_plan::TextReply, enact_plan::PlannerError> {
                $crate::chat::complete(self, request)
            }

            fn follows_requests(&self) -> bool {
                $crate::chat::Chat::settings(self).prompt == enact_plan::PromptStyle::Full
            }

            fn takes_several_pictures(&self) -> bool {
                $crate::chat::Chat::takes_several_pictures(self)
            }
        }
    };
}
pub(crate) use see_and_plan;

/// Answers any other request.
pub(crate) fn complete(
    chat: &mut impl Chat,
    request: &TextRequest<'_>,
) -> Result<TextReply, PlannerError> {
    let frame = request.frame.filter(|_| chat.takes_pictures());
    let picture = frame.map(|frame| chat.prepare_picture(&frame.rgb));
    let sampling = Sampling {
        temperature: request.temperature.or(chat.options().sampling.temperature),
        ..chat.options().sampling
    };
    let text = chat.special_tokens().strip(request.text);
    let reply = chat.ask(Query {
        text: &text,
        picture,
        more: Vec::new(),
        may_lack_picture: true,
        schema: request.schema.clone(),
        most_tokens: request.max_tokens,
        sampling,
    })?;
    Ok(TextReply {
        text: reply.text,
        thinking: reply.thinking,
        is_cut: reply.cut,
        usage: reply.usage,
    })
}

/// Asks for the objects in a frame, in the model's own convention; after an answer that was
/// rejected with the reason why.
pub(crate) fn perceive(
    chat: &mut impl Chat,
    frame: &Frame,
    rejected: Option<&Rejection>,
) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
    let picture = chat.prepare_picture(&frame.rgb);
    let settings = chat.settings();
    let pointing = settings.pointing.unwrap_or_default();
    let convention = pointing.for_picture_size(picture.dimensions().into());
    let text = match settings.prompt {
        PromptStyle::Full => convention.prompt(),
        style @ PromptStyle::Compact => prompt::perception_prompt(style),
    };
    let text = text + &because(chat, rejected);
    let schema = convention.schema().unwrap_or(Value::Null);
    let mut reply = chat.ask(look(&text, picture, schema.clone()))?;
    // What is no JSON about the schema may point in another form, as between tags.
    if let Some(whole) = reply.whole.take()
        && convention.parse(&whole).is_ok()
    {
        reply.text = whole;
    }
    let rejection = reply.rejection.take();
    let parse = |text: &str| {
        let parsed = convention.parse(text);
        parsed.map_err(|reason| rejection.clone().unwrap_or(reason))
    };
    let answer = answer(text, schema, reply, parse).into_detection_list();
    Ok(ModelResponse {
        pointing: Some(convention),
        ..answer
    })
}

/// Creates a request about a picture.
fn look(text: &str, picture: RgbImage, schema: Value) -> Query<'_> {
    Query {
        text,
        picture: Some(picture),
        more: Vec::new(),
        may_lack_picture: false,
        schema,
        most_tokens: RequestOptions::MAX_TOKENS,
        sampling: Sampling::GREEDY,
    }
}

/// Returns the reason for asking again, for the prompt. The reason may quote the model.
fn because(chat: &impl Chat, rejected: Option<&Rejection>) -> String {
    rejected.map_or_else(String::new, |reason| {
        let reason = chat.special_tokens().strip(&reason.0);
        format!("\nYour last answer was rejected: {reason}. Answer once more.\n")
    })
}

/// Asks what the numbers mark that are drawn on a frame.
pub(crate) fn perceive_marked(
    chat: &mut impl Chat,
    frame: &Frame,
    marks: &[NormalizedPoint],
    rejected: Option<&Rejection>,
) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
    let text = prompt::marked_perception_prompt(marks.len()) + &because(chat, rejected);
    let picture = draw(chat.prepare_picture(&frame.rgb), marks);
    let schema = grammar::marked_objects_schema(marks.len());
    let reply = chat.ask(look(&text, picture, schema.clone()))?;
    let parse = |text: &str| Detection::parse_marked(text, marks);
    Ok(answer(text, schema, reply, parse).into_detection_list())
}

/// Asks for the objects once more, at marks if there are any.
pub(crate) fn perceive_again(
    chat: &mut impl Chat,
    frame: &Frame,
    marks: &[NormalizedPoint],
    reason: &Rejection,
) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
    if marks.is_empty() {
        perceive(chat, frame, Some(reason))
    } else {
        perceive_marked(chat, frame, marks, Some(reason))
    }
}

/// Asks for a plan.
pub(crate) fn plan(
    chat: &mut impl Chat,
    frame: &Frame,
    situation: &Situation,
) -> Result<ModelResponse<Plan>, PlannerError> {
    if let Some(scored) = chat.choose_scored_plan(situation) {
        return scored;
    }
    let settings = chat.settings();
    let (style, skills) = (settings.prompt, settings.skills.clone());
    let in_words = chat.is_asked_for_plan_in_words();
    // Plain words have no place for a thought, and who thinks anyway needs none.
    let thought_tokens = situation.thought_tokens;
    let thought_tokens =
        thought_tokens.filter(|_| !chat.reads_plan_as_free_text() && !chat.thinks());
    let asked = Situation {
        thought_tokens,
        ..situation.clone()
    };
    let text = match style {
        _ if in_words => stepwise::prompt(situation),
        PromptStyle::Compact => prompt::compact_plan_prompt(situation),
        PromptStyle::Full => {
            let told = chat.options().prompts.plan_prompt(&asked, &skills);
            told.map_err(|error| {
                let failure = Failure::Refused(Reason::from_error(error));
                failure.into_planner_error(chat.opened_as(), chat.options().time_limit)
            })?
        }
    };
    let text = chat.special_tokens().strip(&text);
    let with_picture = chat.settings().plan_with_image;
    let picture = with_picture.then(|| chat.prepare_picture(&frame.rgb));
    let schema = match style {
        _ if in_words => Value::Null,
        // It was trained to stop.
        PromptStyle::Compact => grammar::plan_schema(situation, &skills),
        PromptStyle::Full => grammar::brief_plan_schema(situation, &skills),
    };
    let schema = match thought_tokens {
        Some(tokens) => thought_field::schema_with_thought(schema, tokens),
        None => schema,
    };
    let more = match picture.is_some() && chat.takes_several_pictures() {
        true => added(chat, &situation.pictures),
        false => Vec::new(),
    };
    let query = Query {
        text: &text,
        picture,
        more,
        may_lack_picture: true,
        schema: schema.clone(),
        most_tokens: match in_words {
            true => WORDS,
            false => RequestOptions::MAX_TOKENS + thought_tokens.unwrap_or(0) as usize,
        },
        sampling: chat.options().sampling,
    };
    let (mut reply, exchanges, looping) = ask_out_of_loops(chat, query)?;
    if thought_tokens.is_some() {
        take_thought_out(&mut reply);
    }
    let (free_text, similarity) = (
        chat.reads_plan_as_free_text(),
        chat.text_similarity_measure(),
    );
    let read = |completion: &str| match Plan::parse(completion) {
        Err(_) if free_text => {
            read_plan_with_similarity(similarity, completion, situation, &skills)
        }
        read => read.and_then(|plan| only(plan, &skills)),
    };
    let mut response = answer(text, schema, reply, read);
    response.exchanges = exchanges;
    if let Some(rejection) = looping {
        response.parsed = Err(rejection);
    }
    Ok(response)
}

/// Asks, and once more with draws and a penalty after an answer that repeats itself. Says what was
/// done, and rejects a second such answer.
fn ask_out_of_loops(
    chat: &mut impl Chat,
    query: Query<'_>,
) -> Result<(Reply, Vec<Exchange>, Option<Rejection>), PlannerError> {
    let first = chat.ask(query.clone())?;
    let Some(passage) = repeated_passage(&first.text, first.cut) else {
        return Ok((first, Vec::new(), None));
    };
    let sampling = query.sampling.against_loops();
    let exchange = Exchange {
        method: "sampling".to_owned(),
        kind: ExchangeKind::Decision,
        text: format!(
            "the answer repeats “{passage}” over and over; asked once more at temperature {} with a \
             repetition penalty of {:.2}",
            sampling.temperature(),
            sampling.repetition_penalty.unwrap_or(1.0)
        ),
    };
    let mut again = chat.ask(Query { sampling, ..query })?;
    again.usage += first.usage;
    let looping = repeated_passage(&again.text, again.cut).map(|passage| {
        Rejection(format!(
            "the answer repeats “{passage}” over and over, asked twice"
        ))
    });
    Ok((again, vec![exchange], looping))
}

/// Takes the thought out of an answer that begins with one, so that only the plan is left to read.
fn take_thought_out(reply: &mut Reply) {
    match thought_field::split_thought_from_plan(&reply.text) {
        Ok((thought, plan)) => {
            let parts = [reply.thinking.trim(), thought.trim()];
            reply.thinking = parts.join("\n").trim().to_owned();
            reply.tokens = tokens_of_substring(&plan, std::mem::take(&mut reply.tokens));
            reply.text = plan;
        }
        Err(rejection) => {
            reply.rejection.get_or_insert(rejection);
        }
    }
}

/// Returns pictures as they are shown, with their captions, which may be anyone's words.
fn added(chat: &impl Chat, pictures: &[AddedPicture]) -> Vec<(String, RgbImage)> {
    let shown = |picture: &AddedPicture| {
        let caption = chat.special_tokens().strip(&picture.caption);
        let caption = caption.split_whitespace().collect::<Vec<_>>().join(" ");
        (caption, chat.prepare_picture(&picture.rgb))
    };
    pictures.iter().map(shown).collect()
}

/// The plan that follows from the words of an instruction; no model was asked.
pub(crate) fn response_without_model(plan: Plan) -> ModelResponse<Plan> {
    ModelResponse {
        thinking: REASONING_WITHOUT_MODEL.to_owned(),
        ..ModelResponse::from_plan(plan)
    }
}

/// Rejects what a model without a grammar says that it was not offered.
fn only(plan: Plan, skills: &[Skill]) -> Result<Plan, Rejection> {
    let mut used = plan.steps.iter().map(Step::skill);
    match used.find(|skill| !skills.contains(skill)) {
        None => Ok(plan),
        Some(skill) => Err(Rejection(format!("`{}` is not offered", skill.name()))),
    }
}

fn answer<T>(
    prompt: String,
    schema: Value,
    reply: Reply,
    parse: impl Fn(&str) -> Result<T, Rejection>,
) -> ModelResponse<T> {
    let parsed = if reply.cut && !is_whole(&reply.text) {
        Err(Rejection(format!(
            "the answer was cut after {} tokens",
            reply.usage.completion_tokens
        )))
    } else {
        match reply.rejection {
            Some(rejection) => Err(rejection),
            None => parse(&reply.text),
        }
    };
    ModelResponse {
        prompt: reply.sent.unwrap_or(prompt),
        completion: reply.text,
        thinking: reply.thinking,
        parsed,
        usage: reply.usage,
        grammar: (!schema.is_null()).then_some(schema),
        tokens: reply.tokens,
        pointing: None,
        dropped: Vec::new(),
        exchanges: Vec::new(),
    }
}

/// Returns the tokens that make up a part of their text; all of them if it is not a part.
pub(crate) fn tokens_of_substring(text: &str, tokens: Vec<Token>) -> Vec<Token> {
    let whole: String = tokens.iter().map(|token| token.text.as_str()).collect();
    // Of what is there twice, the answer is the last: thoughts come first.
    let Some(start) = whole.rfind(text).filter(|_| !text.is_empty()) else {
        return tokens;
    };
    let mut at = 0;
    tokens
        .into_iter()
        .filter(|token| {
            let from = at;
            at += token.text.len();
            from < start + text.len() && at > start
        })
        .collect()
}

/// Returns whether a text is a JSON object or list to its end. What came after it was useless, as
/// from a model that does not know how to stop.
fn is_whole(text: &str) -> bool {
    let read = serde_json::from_str::<Value>(text);
    read.is_ok_and(|value| value.is_object() || value.is_array())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Result<Plan, Rejection> {
        let reply = Reply {
            text: text.to_owned(),
            cut: true,
            ..Reply::default()
        };
        answer(String::new(), Value::Null, reply, Plan::parse).parsed
    }

    #[test]
    fn skills_that_were_not_offered_are_rejected() {
        let plan = Plan {
            steps: vec![Step::home_step(), Step::done_step()],
        };
        assert!(only(plan.clone(), &[Skill::Done, Skill::Home]).is_ok());
        let rejection = only(plan, &[Skill::Done]).unwrap_err();
        assert!(rejection.0.contains("home"), "{rejection}");
    }

    #[test]
    fn what_was_cut_is_taken_only_if_it_is_whole() {
        let whole = r#"{"steps":[{"skill":"home"},{"skill":"done"}]}"#;
        assert_eq!(cut(whole).unwrap().steps.len(), 2);
        assert!(cut(&format!("{whole} \n\n")).is_ok());
        for end in 0..whole.len() {
            let rejection = cut(&whole[..end]).unwrap_err();
            assert!(rejection.0.contains("cut"), "{rejection}");
        }
        assert!(cut("1. go home").unwrap_err().0.contains("cut"));
    }
}
