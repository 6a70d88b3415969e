//! Parameters that a server accepts, learned from its errors.

use serde_json::{Value, json};

use super::schema;
use super::server_error::ServerError;
use crate::sampling::Sampling;

/// Parameter that limits the length of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    MaxTokens,
    MaxCompletionTokens,
    Untold,
}

/// Parameter that states the form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// By a schema within OpenAI's strict mode.
    Strict,
    /// By a schema without bounds on numbers and lists.
    Unbounded,
    /// That it is to be an object.
    Object,
    /// In the prompt alone.
    Prompt,
}

/// Parameter that asks a model not to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thinking {
    AsItLikes,
    Off,
    /// The server does not know how.
    CannotBeTold,
}

/// Parameters of draws. Those of other makers than OpenAI go by the names that most servers know;
/// the penalty has two.
const DRAWS: [&str; 6] = [
    "top_p",
    "seed",
    "top_k",
    "min_p",
    "repetition_penalty",
    "repeat_penalty",
];

/// Parameters that a server accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    log_probabilities: bool,
    length: Length,
    temperature: bool,
    /// Which of [`DRAWS`].
    draws: [bool; DRAWS.len()],
    format: Format,
    thinking: Thinking,
    /// True if requests for plans include the picture.
    pub pictures: bool,
    /// True if they may include others beside it.
    pub several_pictures: bool,
}

/// Content of a chat request.
pub(crate) struct ChatRequest<'a> {
    pub model: &'a str,
    pub text: &'a str,
    /// As `data:` URLs, the camera's first.
    pub pictures: Vec<&'a str>,
    pub schema: &'a Value,
    pub sampling: Sampling,
    /// Seed of this request, where tokens are drawn.
    pub seed: Option<u32>,
    pub max_tokens: usize,
}

impl ChatRequest<'_> {
    /// Returns the values of [`DRAWS`]; none where the server is to do as it does.
    fn draws(&self) -> [Option<Value>; DRAWS.len()] {
        let sampling = self.sampling;
        let drawn = |value: Option<Value>| value.filter(|_| sampling.is_random());
        let penalty = sampling.repetition_penalty.map(|value| json!(value));
        [
            drawn(sampling.top_p.map(|value| json!(value))),
            drawn(self.seed.map(|value| json!(value))),
            drawn(sampling.top_k.map(|value| json!(value))),
            drawn(sampling.min_p.map(|value| json!(value))),
            penalty.clone(),
            penalty,
        ]
    }
}

impl Dialect {
    /// Creates the dialect of OpenAI's documentation. `free_text` leaves the form of the answer to
    /// the model.
    pub(crate) fn new(log_probabilities: bool, free_text: bool) -> Self {
        Self {
            log_probabilities,
            length: Length::MaxTokens,
            temperature: true,
            draws: [true; DRAWS.len()],
            format: if free_text {
                Format::Prompt
            } else {
                Format::Strict
            },
            thinking: Thinking::AsItLikes,
            pictures: true,
            several_pictures: true,
        }
    }

    /// Returns whether the server can return nothing but JSON that fits the schema.
    pub(crate) fn has_grammar(&self) -> bool {
        matches!(self.format, Format::Strict | Format::Unbounded)
    }

    /// Returns the text of a request; a schema that is not sent stands in the prompt.
    pub(crate) fn prompt_text(&self, text: &str, schema: &Value, free_text: bool) -> String {
        if self.has_grammar() || free_text || schema.is_null() {
            return text.to_owned();
        }
        let schema = schema::strict(schema);
        format!("{text}\nAnswer with nothing but JSON that follows this JSON schema: {schema}\n")
    }

    /// Returns the body of a request.
    pub(crate) fn body(&self, request: &ChatRequest<'_>) -> Value {
        let content = if request.pictures.is_empty() {
            // Servers of text models may take nothing else.
            json!(request.text)
        } else {
            let picture = |url: &&str| json!({"type": "image_url", "image_url": {"url": url}});
            let mut parts: Vec<Value> = request.pictures.iter().map(picture).collect();
            parts.push(json!({"type": "text", "text": request.text}));
            json!(parts)
        };
        let mut body = json!({
            "model": request.model,
            "messages": [{"role": "user", "content": content}],
        });
        if self.temperature {
            body["temperature"] = json!(request.sampling.temperature());
        }
        for ((name, value), is_taken) in DRAWS.iter().zip(request.draws()).zip(self.draws) {
            if let Some(value) = value.filter(|_| is_taken) {
                body[*name] = value;
            }
        }
        match self.length {
            Length::MaxTokens => body["max_tokens"] = json!(request.max_tokens),
            Length::MaxCompletionTokens => {
                body["max_completion_tokens"] = json!(request.max_tokens);
            }
            Length::Untold => {}
        }
        if self.log_probabilities {
            body["logprobs"] = json!(true);
        }
        if self.thinking == Thinking::Off {
            body["chat_template_kwargs"] = json!({"enable_thinking": false});
        }
        let schema = match self.format {
            _ if request.schema.is_null() => return body,
            Format::Strict => schema::strict(request.schema),
            Format::Unbounded => schema::unbounded(request.schema),
            Format::Object => {
                body["response_format"] = json!({"type": "json_object"});
                return body;
            }
            Format::Prompt => return body,
        };
        body["response_format"] = json!({
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": true, "schema": schema},
        });
        body
    }

    /// Returns the dialect without what the server complains about, and a description of the
    /// change; a picture is left out only if the request `may_lack` it. `None` if the complaint is
    /// about something else.
    pub(crate) fn without_rejected_parameter(
        self,
        complaint: &ServerError,
        may_lack_picture: bool,
    ) -> Option<(Self, String)> {
        let text = complaint.lowercase_text();
        if let Some((other, names)) = self.without_draws(&text) {
            return Some((other, format!("asking without `{}`", names.join("`, `"))));
        }
        let (other, change) = self.without_other(&text, may_lack_picture)?;
        Some((other, change.to_owned()))
    }

    /// Returns the dialect without the parameters of draws that a complaint names, and their names.
    fn without_draws(self, text: &str) -> Option<(Self, Vec<&'static str>)> {
        let is_word = |letter: char| letter.is_alphanumeric() || ['_', '-', '/'].contains(&letter);
        let words: Vec<&str> = text.split(|letter| !is_word(letter)).collect();
        let mut other = self;
        let mut names = Vec::new();
        for (name, is_taken) in DRAWS.iter().zip(&mut other.draws) {
            if *is_taken && words.contains(name) {
                *is_taken = false;
                names.push(*name);
            }
        }
        (!names.is_empty()).then_some((other, names))
    }

    fn without_other(self, text: &str, may_lack_picture: bool) -> Option<(Self, &'static str)> {
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let mut other = self;
        if self.thinking == Thinking::Off && says(&["chat_template_kwargs", "enable_thinking"]) {
            other.thinking = Thinking::CannotBeTold;
            return Some((other, "asking without `chat_template_kwargs`"));
        }
        if self.log_probabilities && says(&["logprob"]) {
            other.log_probabilities = false;
            return Some((other, "asking without `logprobs`"));
        }
        if says(&["max_tokens", "max_completion_tokens", "max_new_tokens"]) {
            match self.length {
                Length::MaxTokens => {
                    other.length = Length::MaxCompletionTokens;
                    return Some((other, "asking with `max_completion_tokens`"));
                }
                Length::MaxCompletionTokens => {
                    other.length = Length::Untold;
                    return Some((other, "asking without a bound on the answer's length"));
                }
                Length::Untold => {}
            }
        }
        if self.temperature && says(&["temperature"]) {
            other.temperature = false;
            return Some((other, "asking without `temperature`"));
        }
        if let Some((format, words)) = self.plainer(text) {
            other.format = format;
            return Some((other, words));
        }
        if may_lack_picture && self.pictures && says(&PICTURE) {
            other.pictures = false;
            return Some((other, "asking without the picture"));
        }
        None
    }

    /// Returns the dialect that sends the camera's picture alone, if the server complains about
    /// pictures; `None` if it is sent alone already.
    pub(crate) fn with_one_picture(self, complaint: &ServerError) -> Option<(Self, String)> {
        let text = complaint.lowercase_text();
        let complains = PICTURE.iter().any(|word| text.contains(word));
        let other = Self {
            several_pictures: false,
            ..self
        };
        (self.several_pictures && complains)
            .then(|| (other, "asking with the camera's picture alone".to_owned()))
    }

    fn plainer(self, text: &str) -> Option<(Format, &'static str)> {
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if !says(&FORMAT) {
            return None;
        }
        match self.format {
            Format::Strict if says(&KEYWORDS) => {
                Some((Format::Unbounded, "asking with a plainer schema"))
            }
            Format::Strict | Format::Unbounded => Some((
                Format::Object,
                "asking with `json_object`, without a schema",
            )),
            Format::Object => Some((Format::Prompt, "asking without `response_format`")),
            Format::Prompt => None,
        }
    }

    /// Returns the dialect with thinking switched off; `None` if that was tried.
    pub(crate) fn without_thinking(self) -> Option<Self> {
        (self.thinking == Thinking::AsItLikes).then_some(Self {
            thinking: Thinking::Off,
            ..self
        })
    }
}

/// Words in complaints about the form of the answer.
const FORMAT: [&str; 10] = [
    "response_format",
    "response format",
    "responseformat",
    "json_schema",
    "json schema",
    "json_object",
    "schema",
    "structured output",
    "grammar",
    "guided",
];

/// Words in complaints about something within a schema.
const KEYWORDS: [&str; 10] = [
    "invalid schema",
    "invalid json schema",
    "minitems",
    "maxitems",
    "minimum",
    "maximum",
    "keyword",
    "not permitted",
    "unsupported schema",
    "in context",
];

/// Words in complaints about pictures.
const PICTURE: [&str; 9] = [
    "image",
    "vision",
    "multimodal",
    "multi-modal",
    "mmproj",
    "modality",
    "modalities",
    "expected a string",
    "must be a string",
];

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::grammar;

    fn complaint(message: &str) -> ServerError {
        ServerError {
            status: Some(400),
            message: message.to_owned(),
            ..ServerError::default()
        }
    }

    fn body(dialect: Dialect) -> Value {
        dialect.body(&ChatRequest {
            model: "m",
            text: "t",
            pictures: Vec::new(),
            schema: &grammar::detections_schema(),
            sampling: drawn(),
            seed: Some(7),
            max_tokens: 9,
        })
    }

    /// Draws with everything said.
    fn drawn() -> Sampling {
        Sampling {
            temperature: Some(0.5),
            top_p: Some(0.9),
            top_k: Some(20),
            min_p: Some(0.05),
            repetition_penalty: Some(1.2),
            seed: Some(1),
        }
    }

    /// Returns the dialect after these complaints.
    fn after(dialect: Dialect, complaints: &[&str]) -> Dialect {
        complaints.iter().fold(dialect, |dialect, message| {
            let other = dialect.without_rejected_parameter(&complaint(message), true);
            let (other, _) = other.unwrap_or_else(|| panic!("`{message}` means nothing"));
            assert_ne!(other, dialect);
            other
        })
    }

    #[test]
    fn only_what_is_needed_is_sent() {
        let asked = body(Dialect::new(false, false));
        assert_eq!(asked["messages"][0]["content"], "t");
        assert_eq!(
            (&asked["temperature"], &asked["max_tokens"]),
            (&json!(0.5), &json!(9))
        );
        assert_eq!(asked["response_format"]["json_schema"]["strict"], true);
        assert!(asked.get("logprobs").is_none());
        assert_eq!(body(Dialect::new(true, false))["logprobs"], true);
        let formless = Dialect::new(false, false).body(&ChatRequest {
            model: "m",
            text: "t",
            pictures: vec!["data:"],
            schema: &Value::Null,
            sampling: Sampling::GREEDY,
            seed: None,
            max_tokens: 9,
        });
        let names: Vec<&String> = formless.as_object().unwrap().keys().collect();
        assert_eq!(names, ["model", "messages", "temperature", "max_tokens"]);
        assert_eq!(formless["temperature"], 0.0);
        assert!(formless.get("response_format").is_none());
        let free = Dialect::new(false, true);
        assert!(body(free).get("response_format").is_none());
        assert_eq!(
            free.prompt_text("t", &grammar::detections_schema(), true),
            "t"
        );
    }

    #[test]
    fn a_refused_parameter_is_left_out_or_replaced() {
        let all = Dialect::new(true, false);
        let missing = |complaints: &[&str], name: &str| {
            assert!(body(after(all, complaints)).get(name).is_none(), "{name}");
        };
        let completion_tokens = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
        missing(&[completion_tokens], "max_tokens");
        let longer = body(after(all, &[completion_tokens]));
        assert_eq!(longer["max_completion_tokens"], 9);
        let too_large = "max_completion_tokens is too large: 1024";
        missing(&[completion_tokens, too_large], "max_completion_tokens");
        missing(
            &["Unsupported value: 'temperature' does not support 0"],
            "temperature",
        );
        missing(&["This backend doesn't support logprobs."], "logprobs");
        missing(
            &[
                "body.response_format: extra fields not permitted",
                "json_schema: unsupported",
                "body.response_format: extra fields not permitted",
            ],
            "response_format",
        );
        let object = after(all, &["This response_format type is unavailable now"]);
        assert_eq!(body(object)["response_format"]["type"], "json_object");
        let text = object.prompt_text("t", &grammar::detections_schema(), false);
        assert!(
            text.contains("JSON") && text.contains("\"label\""),
            "{text}"
        );
        let plain = after(
            all,
            &["Invalid schema for response_format 'answer': 'maxItems' is not permitted."],
        );
        let schema = body(plain)["response_format"]["json_schema"]["schema"].to_string();
        assert!(!schema.contains("maxItems") && schema.contains("additionalProperties"));
        assert!(!after(all, &["image input is not supported - hint: mmproj"]).pictures);
        assert!(
            !after(
                all,
                &["messages[0]: invalid type: sequence, expected a string"]
            )
            .pictures
        );
    }

    #[test]
    fn draws_are_asked_for_as_far_as_the_server_knows_them() {
        let all = Dialect::new(false, false);
        let asked = body(all);
        let values = DRAWS.map(|name| asked[name].clone());
        let sent = [0.9, 7.0, 20.0, 0.05, 1.2, 1.2];
        assert_eq!(values.each_ref().map(|value| value.as_f64().unwrap()), sent);
        let sent = |dialect: Dialect| {
            let asked = body(dialect);
            DRAWS.map(|name| asked.get(name).is_some())
        };
        let openai = "Unrecognized request arguments supplied: min_p, repeat_penalty, repetition_penalty, top_k";
        let told = all
            .without_rejected_parameter(&complaint(openai), true)
            .unwrap();
        assert_eq!(sent(told.0), [true, true, false, false, false, false]);
        assert!(
            told.1.contains("`min_p`") && told.1.contains("`top_k`"),
            "{}",
            told.1
        );
        let seedless = after(all, &["body.seed: Extra inputs are not permitted"]);
        assert_eq!(sent(seedless), [true, false, true, true, true, true]);
        // A name in another word is none.
        for message in [
            "The model `seed-1.6` does not exist",
            "see docs/top_k-guide",
        ] {
            assert_eq!(
                all.without_rejected_parameter(&complaint(message), true),
                None,
                "{message}"
            );
        }
    }

    #[test]
    fn what_chooses_among_draws_is_left_out_where_nothing_is_drawn() {
        let greedy = Dialect::new(false, false).body(&ChatRequest {
            model: "m",
            text: "t",
            pictures: Vec::new(),
            schema: &Value::Null,
            sampling: Sampling {
                temperature: Some(0.0),
                ..drawn()
            },
            seed: None,
            max_tokens: 9,
        });
        let names = DRAWS.map(|name| greedy.get(name).is_some());
        assert_eq!(names, [false, false, false, false, true, true]);
    }

    #[test]
    fn other_complaints_mean_nothing() {
        let all = Dialect::new(false, false);
        for message in [
            "the request exceeds the available context size",
            "The model `m` does not exist",
            "This backend doesn't support logprobs.",
            "Bad Request",
        ] {
            assert_eq!(
                all.without_rejected_parameter(&complaint(message), true),
                None,
                "{message}"
            );
        }
        // What is to be seen cannot be left out of a look.
        assert_eq!(
            all.without_rejected_parameter(&complaint("image input is not supported"), false),
            None
        );
    }

    #[test]
    fn thinking_is_switched_off_once() {
        let quiet = Dialect::new(false, false).without_thinking().unwrap();
        assert_eq!(
            body(quiet)["chat_template_kwargs"]["enable_thinking"],
            false
        );
        assert_eq!(quiet.without_thinking(), None);
        let told = after(quiet, &["Unknown parameter: 'chat_template_kwargs'."]);
        assert!(body(told).get("chat_template_kwargs").is_none());
        assert_eq!(told.without_thinking(), None);
    }

    #[test]
    fn a_server_that_refuses_everything_is_asked_a_few_times_only() {
        let everything = complaint("logprobs max_tokens temperature response_format schema image");
        let mut dialect = Dialect::new(true, false);
        let mut asked = 0;
        while let Some((other, _)) = dialect.without_rejected_parameter(&everything, true) {
            dialect = other;
            asked += 1;
        }
        assert!(asked <= 8, "{asked}");
    }
}
