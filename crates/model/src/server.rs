//! A model behind a server.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use enact_plan::pointing::family;
use enact_plan::{PlannerError, Pointing, Token, Usage};
use enact_types::stop::WaitError;
use enact_types::{Reason, StopSwitch};
use image::RgbImage;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::VisionLanguageModel;
use crate::chat::{self, Chat, Failure, Reply};
use crate::config::ModelConfig;
use crate::options::RequestOptions;
use crate::picture::data_url;
use crate::quiet::first_line;
use crate::special::SpecialTokens;

/// Some servers take only an object at the top of a schema; a list is wrapped
/// under this key.
const WRAPPER: &str = "answer";

/// A model behind a server that speaks OpenAI's chat protocol with pictures and
/// `json_schema` answers, such as mistral.rs, vLLM or llama.cpp.
pub struct ServerModel {
    name: String,
    /// Address that the protocol's paths are appended to, such as `http://localhost:8080/v1`.
    address: String,
    /// Name of the model on the server.
    model: String,
    key: Option<String>,
    options: RequestOptions,
    settings: ModelConfig,
    special: SpecialTokens,
    client: Client,
    /// Always there until dropped.
    runtime: Option<Runtime>,
    stop: StopSwitch,
    load_time: Duration,
}

impl ServerModel {
    /// Connects to `http://host:port/v1` or `http://host:port/v1#model`. Without
    /// a model, the first one that the server lists is taken. The variable
    /// `OPENAI_API_KEY`, where it is set, is sent as the bearer token. Once `stop` is pressed nobody
    /// waits for the server, and the connection is closed, so that it need not think on.
    ///
    /// # Errors
    /// [`PlannerError::Load`] where the server does not answer or lists no model.
    pub fn connect(
        source: &str,
        options: RequestOptions,
        stop: &StopSwitch,
    ) -> Result<Self, PlannerError> {
        let start = Instant::now();
        let failed = |reason: Reason| PlannerError::Load {
            model: source.to_owned(),
            reason,
        };
        let client = Client::builder()
            .timeout(options.time_limit)
            .build()
            .map_err(|error| failed(explain(error)))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("enact-server")
            .enable_all()
            .build()
            .map_err(|error| failed(Reason::of(error)))?;
        let (address, model) = source.split_once('#').unwrap_or((source, ""));
        let mut server = Self {
            name: source.to_owned(),
            address: address.trim_end_matches('/').to_owned(),
            model: model.to_owned(),
            key: std::env::var("OPENAI_API_KEY").ok(),
            options,
            settings: ModelConfig::default(),
            special: SpecialTokens::widespread(),
            client,
            runtime: Some(runtime),
            stop: stop.clone(),
            load_time: Duration::ZERO,
        };
        if model.is_empty() {
            let first = server.first_model().map_err(|failure| match failure {
                Failure::Stopped => PlannerError::Stopped,
                Failure::TimedOut => failed("it does not answer".into()),
                Failure::Refused(reason) => failed(reason.reworded(|reason| {
                    format!("{reason}; is the server running, and does the address end in /v1?")
                })),
            })?;
            server.model = first.ok_or_else(|| failed("the server lists no model".into()))?;
        }
        server.settings.pointing = server
            .options
            .pointing
            .or_else(|| family::of_name(&server.model));
        server.load_time = start.elapsed();
        Ok(server)
    }

    fn first_model(&self) -> Result<Option<String>, Failure> {
        let request = self.client.get(format!("{}/models", self.address));
        let list = self.send(request)?;
        Ok(list["data"][0]["id"].as_str().map(str::to_owned))
    }

    fn send(&self, request: RequestBuilder) -> Result<Value, Failure> {
        let request = match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        let (status, text) = self.fetch(request)?;
        if !status.is_success() {
            let reason = format!("{status}: {}", first_line(&text));
            return Err(Failure::Refused(reason.into()));
        }
        serde_json::from_str(&text).map_err(|error| {
            Failure::Refused(Reason::new(
                format!("its answer is not JSON: {error}"),
                error,
            ))
        })
    }

    /// Status and text of the response. Giving the request up closes its connection.
    fn fetch(&self, request: RequestBuilder) -> Result<(StatusCode, String), Failure> {
        if self.stop.is_pressed() {
            return Err(Failure::Stopped);
        }
        let (sender, receiver) = channel();
        let request = self
            .runtime
            .as_ref()
            .expect("the runtime is there until the model is dropped")
            .spawn(async move {
                let fetched = async {
                    let response = request.send().await?;
                    let status = response.status();
                    Ok::<_, reqwest::Error>((status, response.text().await?))
                };
                // Nobody listens any more if the request was given up meanwhile.
                let _ = sender.send(fetched.await);
            });
        // The client itself keeps the time limit.
        match self.stop.receive(&receiver, None) {
            Ok(fetched) => Ok(fetched?),
            Err(WaitError::Stopped) => {
                request.abort();
                Err(Failure::Stopped)
            }
            Err(WaitError::Late | WaitError::Gone) => {
                Err(Failure::Refused("the request panicked".into()))
            }
        }
    }

    fn body(&self, text: &str, picture: Option<&str>, schema: Value, temperature: f64) -> Value {
        let mut content = vec![json!({"type": "text", "text": text})];
        if let Some(url) = picture {
            content.insert(0, json!({"type": "image_url", "image_url": {"url": url}}));
        }
        json!({
            "model": self.model,
            "messages": [{"role": "user", "content": content}],
            "temperature": temperature,
            "max_tokens": self.options.max_tokens,
            "logprobs": true,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": true, "schema": schema},
            },
        })
    }

    fn failed(&self, failure: Failure) -> PlannerError {
        failure.of(&self.name, self.options.time_limit)
    }
}

impl Drop for ServerModel {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Whoever looks up a name cannot be interrupted, and need not be waited for.
            runtime.shutdown_background();
        }
    }
}

impl Chat for ServerModel {
    fn settings(&self) -> &ModelConfig {
        &self.settings
    }

    fn special_tokens(&self) -> &SpecialTokens {
        &self.special
    }

    fn free_text(&self) -> bool {
        self.options.free_text
    }

    fn temperature(&self) -> f64 {
        self.options.temperature
    }

    fn ask(
        &mut self,
        text: &str,
        picture: Option<RgbImage>,
        schema: Value,
        temperature: f64,
    ) -> Result<Reply, PlannerError> {
        let start = Instant::now();
        let url = picture
            .map(|rgb| data_url(&rgb))
            .transpose()
            .map_err(|error| self.failed(Failure::Refused(Reason::of(error))))?;
        let mut body = self.body(text, url.as_deref(), Value::Null, temperature);
        if schema.is_null() {
            // The answer's form is the model's own.
            body.as_object_mut()
                .map(|fields| fields.remove("response_format"));
        } else {
            body["response_format"]["json_schema"]["schema"] = portable(schema);
        }
        let request = self
            .client
            .post(format!("{}/chat/completions", self.address))
            .json(&body);
        let response = self.send(request).map_err(|failure| self.failed(failure))?;
        reply(&response, start.elapsed()).ok_or_else(|| {
            let reason = "there is no `choices[0].message.content` in its answer";
            self.failed(Failure::Refused(reason.into()))
        })
    }
}

chat::see_and_plan!(ServerModel);

impl VisionLanguageModel for ServerModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn load_time(&self) -> Duration {
        self.load_time
    }

    fn pointing(&self) -> Pointing {
        self.settings.pointing.unwrap_or_default()
    }

    fn set_pointing(&mut self, pointing: Pointing) {
        self.settings.pointing = Some(pointing);
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::Refused(explain(error))
        }
    }
}

/// The innermost cause says what happened: "connection refused".
fn explain(error: reqwest::Error) -> Reason {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let text = first_line(&cause.to_string());
    Reason::new(text, error)
}

/// The schema in the words that every server knows, with an object at the top.
fn portable(mut schema: Value) -> Value {
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("x-guidance");
    }
    if schema["type"] == "object" {
        return schema;
    }
    json!({
        "type": "object",
        "properties": {WRAPPER: schema},
        "required": [WRAPPER],
        "additionalProperties": false,
    })
}

/// Undoes the wrapping of [`portable`]; other text is left as it came.
fn unwrap(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) if fields.len() == 1 && fields.contains_key(WRAPPER) => {
            fields[WRAPPER].to_string()
        }
        _ => text.to_owned(),
    }
}

/// The tokens with their probabilities, of servers that tell.
fn tokens_of(choice: &Value) -> Vec<Token> {
    let tokens = choice["logprobs"]["content"].as_array();
    let token = |token: &Value| {
        Some(Token {
            text: token["token"].as_str()?.to_owned(),
            log_probability: token["logprob"].as_f64().filter(|value| value.is_finite()),
        })
    };
    tokens.into_iter().flatten().filter_map(token).collect()
}

/// Servers report tokens, but few report times: all of it counts as decoding.
fn reply(response: &Value, elapsed: Duration) -> Option<Reply> {
    let choice = &response["choices"][0];
    let tokens = |name: &str| {
        let count = response["usage"][name].as_u64();
        count
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(0)
    };
    Some(Reply {
        text: unwrap(choice["message"]["content"].as_str()?),
        cut: choice["finish_reason"] == "length",
        usage: Usage {
            requests: 1,
            prompt_tokens: tokens("prompt_tokens"),
            completion_tokens: tokens("completion_tokens"),
            prompt_time: Duration::ZERO,
            decode_time: elapsed,
        },
        tokens: tokens_of(choice),
    })
}
