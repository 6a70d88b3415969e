//! A model that answers any request in words or in JSON.

use enact_types::Frame;
use serde_json::Value;

use crate::planner::{PlannerError, Usage};

/// Answers requests in words, or in JSON that follows a schema.
pub trait TextModel {
    /// Answers `request`.
    ///
    /// # Errors
    /// [`PlannerError`] if the model cannot be asked or does not answer in time.
    fn complete(&mut self, request: &TextRequest<'_>) -> Result<TextReply, PlannerError>;

    /// Returns whether it makes sense of requests in words. One that was trained on two prompts
    /// only would write something that looks like an answer and means nothing.
    fn follows_requests(&self) -> bool {
        true
    }

    /// Returns whether it is shown the pictures that a situation adds to the camera's, as far as is
    /// known.
    fn takes_several_pictures(&self) -> bool {
        false
    }
}

impl<T: TextModel + ?Sized> TextModel for &mut T {
    fn complete(&mut self, request: &TextRequest<'_>) -> Result<TextReply, PlannerError> {
        (**self).complete(request)
    }

    fn follows_requests(&self) -> bool {
        (**self).follows_requests()
    }

    fn takes_several_pictures(&self) -> bool {
        (**self).takes_several_pictures()
    }
}

impl<T: TextModel + ?Sized> TextModel for Box<T> {
    fn complete(&mut self, request: &TextRequest<'_>) -> Result<TextReply, PlannerError> {
        (**self).complete(request)
    }

    fn follows_requests(&self) -> bool {
        (**self).follows_requests()
    }

    fn takes_several_pictures(&self) -> bool {
        (**self).takes_several_pictures()
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct TextRequest<'a> {
    /// The whole text.
    pub text: &'a str,
    /// The picture that goes with it. A model that takes none gets the text alone.
    pub frame: Option<&'a Frame>,
    /// JSON schema that the answer must follow; null leaves its form to the model. A server without
    /// grammars may answer otherwise, so whoever asks parses with care.
    pub schema: Value,
    /// Most tokens of the answer.
    pub max_tokens: usize,
    /// How freely the answer is drawn; `None` as the model's plans are.
    pub temperature: Option<f64>,
}

impl<'a> TextRequest<'a> {
    /// Creates a request for an answer in words of at most `max_tokens` tokens.
    pub fn request_for_words(text: &'a str, max_tokens: usize) -> Self {
        Self {
            text,
            frame: None,
            schema: Value::Null,
            max_tokens,
            temperature: None,
        }
    }

    /// Creates a request for JSON that follows `schema`.
    pub fn request_for_json(text: &'a str, schema: Value, max_tokens: usize) -> Self {
        Self {
            schema,
            ..Self::request_for_words(text, max_tokens)
        }
    }
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextReply {
    /// The answer, without the reasoning before it.
    pub text: String,
    /// The model's own reasoning, where it gives it apart.
    pub thinking: String,
    /// True if the answer was cut off at the limit.
    pub is_cut: bool,
    /// Cost.
    pub usage: Usage,
}
