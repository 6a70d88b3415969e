//! A model behind a server.
//!
//! | module | idea |
//! |---|---|
//! | `endpoint` | address of a server |
//! | `pool` | servers that share the work |
//! | `pooled` | a model that several servers run |
//! | `fields` | what both tell of themselves |
//! | `key` | its key, which is never shown |
//! | `proxy` | the proxy in use |
//! | `models` | chooses one of its models |
//! | `transport` | one HTTP request, bounded in size and time, that a stop ends |
//! | `retry` | sends a request again while that makes sense |
//! | `backoff` | delays between retries |
//! | `retry_class` | classifies errors: temporary or permanent |
//! | `server_error` | error messages of servers |
//! | `dialect` | parameters that it accepts |
//! | `schema` | adapts a grammar's schema |
//! | `event_stream` | responses that are streamed unasked |
//! | `content` | content of a response, wherever it is |
//! | `reasoning` | separates reasoning from answers |
//! | `json` | JSON in a text |

mod backoff;
mod content;
mod dialect;
mod endpoint;
mod event_stream;
mod fields;
mod json;
mod key;
mod models;
mod pool;
mod pooled;
mod proxy;
mod reasoning;
mod retry;
mod retry_class;
mod schema;
mod server_error;
mod transport;

use std::time::{Duration, Instant};

use enact_plan::pointing::family;
use enact_plan::{MeaningReader, PlannerError, Rejection, Usage};
use enact_types::{Reason, StopSwitch};
use reqwest::{RequestBuilder, StatusCode, Url};
use serde_json::Value;

use crate::VisionLanguageModel;
use crate::chat::{self, Chat, Failure, Query, Reply};
use crate::config::ModelConfig;
use crate::control_tokens::SpecialTokens;
use crate::options::RequestOptions;
use crate::picture::data_url;
use crate::progress::WaitNotifier;
use crate::sampling::RequestRngs;

use content::Content;
use dialect::{ChatRequest, Dialect};
use endpoint::Endpoint;
pub use endpoint::address_holds_secret;
pub(crate) use endpoint::{addresses, is_address};
use key::ApiKey;
pub use key::read_key;
pub use pool::{ServerPool, ServerStats};
pub use pooled::PooledModel;
use server_error::ServerError;
use transport::{HttpResponse, Transport, TransportError};

/// Longest wait for a list of models, which is faster than an answer.
const LIST_TIME: Duration = Duration::from_secs(30);

/// A model behind a server that speaks OpenAI's chat protocol, such as llama.cpp, vLLM, Ollama, LM
/// Studio, or OpenAI itself. Whatever such a server rejects in a request is omitted from then on.
pub struct ServerModel {
    name: String,
    endpoint: Endpoint,
    /// Name of the model on the server.
    model: String,
    key: ApiKey,
    options: RequestOptions,
    settings: ModelConfig,
    special: SpecialTokens,
    meaning: MeaningReader,
    dialect: Dialect,
    transport: Transport,
    /// True once the server was reached.
    was_reached: bool,
    /// True once an answer came with reasoning of the model's own.
    has_thought: bool,
    draws: RequestRngs,
    load_time: Duration,
}

/// Reason why a request has no response.
enum RequestError {
    Stopped,
    TimedOut,
    /// The server refuses the request; it may take another one.
    Refused(ServerError),
    /// The server is gone, broken, or busy for too long.
    Down(Reason),
    /// There is no more to be done, for a person.
    Final(Reason),
}

impl ServerModel {
    /// Connects to `http://host:port/v1` or `http://host:port/v1#model`; scheme and `/v1` may be
    /// missing. Without a model, the first one on the server's list is taken that chats. The key is
    /// in the variable that the options name, else in `OPENAI_API_KEY`, if that is set. Once `stop` is pressed nobody
    /// waits for the server, and the connection is closed, so that it need not think on.
    ///
    /// # Errors
    /// [`PlannerError::Load`] where the address or the key is not one, or where no model is named and
    /// the server lists none.
    pub fn connect(
        source: &str,
        options: RequestOptions,
        stop: &StopSwitch,
    ) -> Result<Self, PlannerError> {
        let start = Instant::now();
        let endpoint = Endpoint::parse(source).map_err(|reason| PlannerError::Load {
            model: endpoint::without_secrets(source).to_owned(),
            reason,
        })?;
        let failed = |reason: Reason| PlannerError::Load {
            model: source.to_owned(),
            reason,
        };
        if options.score_steps {
            return Err(failed(
                "a server does not tell how likely its model holds a given step; take a model in \
                 this process to score steps"
                    .into(),
            ));
        }
        let key = ApiKey::read(options.server.key_env.as_deref()).map_err(failed)?;
        let transport = Transport::new(endpoint.is_loopback(), stop).map_err(failed)?;
        let mut server = Self {
            name: source.to_owned(),
            model: endpoint.model.clone().unwrap_or_default(),
            endpoint,
            key,
            settings: ModelConfig::default(),
            special: SpecialTokens::of_common_chat_formats(),
            meaning: MeaningReader::new(options.meaning.unwrap_or_default()),
            dialect: Dialect::new(options.server.log_probabilities, options.free_text),
            options,
            transport,
            was_reached: false,
            has_thought: false,
            draws: RequestRngs::new(),
            load_time: Duration::ZERO,
        };
        if server.model.is_empty() {
            server.model = server.choose().map_err(|trouble| match trouble {
                RequestError::Stopped => PlannerError::Stopped,
                RequestError::TimedOut => failed("it does not answer".into()),
                RequestError::Refused(complaint) => failed(server.explain(&complaint)),
                RequestError::Down(reason) | RequestError::Final(reason) => failed(reason),
            })?;
        }
        server.settings.pointing = server
            .options
            .pointing
            .or_else(|| family::pointing_for_model_name(&server.model));
        server.load_time = start.elapsed();
        Ok(server)
    }

    /// Asks for the list of models and takes one.
    fn choose(&mut self) -> Result<String, RequestError> {
        let list = match self.list(&self.endpoint.models()) {
            Err(RequestError::Refused(complaint))
                if self.endpoint.is_completed && complaint.status == Some(404) =>
            {
                // Some have it at the top.
                let given = self.endpoint.as_given();
                match self.list(&given.models()) {
                    Ok(list) => {
                        self.endpoint = given;
                        Ok(list)
                    }
                    Err(RequestError::Stopped) => Err(RequestError::Stopped),
                    Err(_) => Err(RequestError::Refused(complaint)),
                }
            }
            list => list,
        };
        let list = match list {
            Err(RequestError::Refused(complaint)) if complaint.status == Some(404) => {
                let reason = format!(
                    "it does not list its models ({}); name one, as in {}#MODEL, and see whether the \
                     address ends in /v1",
                    complaint.status_and_message(),
                    self.endpoint.base(),
                );
                return Err(RequestError::Final(reason.into()));
            }
            list => list?,
        };
        self.was_reached = true;
        let choice = models::choose(&list).map_err(RequestError::Final)?;
        if choice.of > 1 {
            self.options.notify.tell(&format!(
                "asks `{}`, one of {} models there; another one is chosen by {}#MODEL",
                choice.model,
                choice.of,
                self.endpoint.base(),
            ));
        }
        Ok(choice.model)
    }

    fn list(&self, url: &Url) -> Result<Value, RequestError> {
        let deadline = Instant::now() + self.options.time_limit;
        let limit = self.options.time_limit.min(LIST_TIME);
        self.send_with_retries(
            &|| self.transport.client().get(url.clone()),
            deadline,
            limit,
        )
    }

    /// Sends a request once.
    fn send_once(
        &self,
        request: RequestBuilder,
        limit: Duration,
    ) -> Result<HttpOutcome, TransportError> {
        let request = match self.key.expose() {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        let mut progress = WaitNotifier::new(&self.options.notify);
        let tell = || progress.notify_if_due(|passed| silence(passed, limit));
        let response = self.transport.send(request, limit, tell)?;
        let asked = response.retry_after;
        Ok(match self.read(response)? {
            Ok(value) => HttpOutcome::Success(value),
            Err(complaint) => HttpOutcome::Error(complaint, asked),
        })
    }

    fn read(&self, response: HttpResponse) -> Result<Result<Value, ServerError>, TransportError> {
        if response.status.is_redirection() {
            let place = response.location.unwrap_or_default();
            let reason = format!(
                "{}: it refers to `{}`; use that address",
                response.status,
                server_error::one_line(&place)
            );
            return Err(TransportError::Failed(reason.into()));
        }
        // From here on nobody gets to see the key, though the server may repeat it.
        let text = String::from_utf8_lossy(&response.body);
        let text = self.key.redact(text.into_owned());
        if !response.status.is_success() {
            return Ok(Err(ServerError::of_failure(response.status, &text)));
        }
        if let Some(value) = json::lenient(&text).or_else(|| event_stream::fold(&text)) {
            return Ok(match ServerError::find_in_response(&value) {
                Some(complaint) => Err(complaint),
                None => Ok(value),
            });
        }
        let found = ServerError::of_text(&text);
        let what = if found.is_page {
            "a web page"
        } else {
            "not JSON"
        };
        let words = if found.message.is_empty() {
            String::new()
        } else {
            format!(" (“{}”)", found.message)
        };
        let reason = format!("its answer is {what}{words}; does the address end in /v1?");
        Err(TransportError::Failed(self.through_proxy(reason.into())))
    }

    /// Asks, leaving out what the server refuses, until it answers.
    fn complete(
        &mut self,
        query: &Query<'_>,
        deadline: Instant,
    ) -> Result<ChatCompletion, RequestError> {
        let url = self.endpoint.chat();
        let format = self.options.server.picture_format;
        let picture = query.picture.as_ref().map(|rgb| data_url(rgb, format));
        let picture = picture.transpose();
        let picture = picture.map_err(|error| RequestError::Final(Reason::from_error(error)))?;
        let more = query.more.iter().map(|(_, rgb)| data_url(rgb, format));
        let more: Result<Vec<String>, _> = more.collect();
        let more = more.map_err(|error| RequestError::Final(Reason::from_error(error)))?;
        let seed = query.sampling.is_random().then(|| {
            let seed = query.sampling.seed.unwrap_or(0);
            self.draws.next_seed(seed, query.text)
        });
        loop {
            let may_lack_picture = query.may_lack_picture && picture.is_some();
            let picture = picture
                .as_deref()
                .filter(|_| self.dialect.pictures || !may_lack_picture);
            let shows_more = picture.is_some() && self.dialect.several_pictures;
            let more = more.iter().filter(|_| shows_more).map(String::as_str);
            let pictures: Vec<&str> = picture.into_iter().chain(more).collect();
            let sends_several = pictures.len() > 1;
            let text = captions(query, shows_more)
                + &self
                    .dialect
                    .prompt_text(query.text, &query.schema, self.options.free_text);
            let body = self.dialect.body(&ChatRequest {
                model: &self.model,
                text: &text,
                pictures,
                schema: &query.schema,
                sampling: query.sampling,
                seed,
                max_tokens: self.options.most_tokens(&query.schema, query.most_tokens),
            });
            let request = || self.transport.client().post(url.clone()).json(&body);
            let outcome = self.send_with_retries(&request, deadline, self.options.time_limit);
            let complaint = match outcome {
                Ok(response) => {
                    self.was_reached = true;
                    let content = content::read(&response).map_err(RequestError::Final)?;
                    return Ok(ChatCompletion {
                        text,
                        response,
                        content,
                    });
                }
                Err(RequestError::Refused(complaint)) => complaint,
                Err(trouble) => return Err(trouble),
            };
            let may_be_a_parameter = match complaint.status {
                Some(status) => !matches!(status, 401..=403 | 408 | 413 | 429),
                None => true,
            };
            let fewer = sends_several.then(|| self.dialect.with_one_picture(&complaint));
            let other = fewer.flatten().or_else(|| {
                self.dialect
                    .without_rejected_parameter(&complaint, may_lack_picture)
            });
            match other.filter(|_| may_be_a_parameter) {
                Some((dialect, change)) => {
                    let said = complaint.status_and_message();
                    self.options.notify.tell(&format!("{said}; {change}"));
                    self.dialect = dialect;
                }
                None => return Err(RequestError::Refused(complaint)),
            }
        }
    }

    /// Adds a remedy to a complaint.
    fn explain(&self, complaint: &ServerError) -> Reason {
        let said = complaint.status_and_message();
        let status = complaint
            .status
            .and_then(|it| StatusCode::from_u16(it).ok());
        let said = match status {
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => match self.key.expose() {
                Some(_) => format!(
                    "{said}; the key that was sent is in `{}`",
                    self.key.variable()
                )
                .into(),
                None => format!(
                    "{said}; put its key into `{}`, or name the variable that holds it with --key-env",
                    self.key.variable()
                )
                .into(),
            },
            Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => self.through_proxy(said.into()),
            Some(StatusCode::NOT_FOUND) => format!(
                "{said}; does the address end in /v1, and is `{}` a model there?",
                self.model
            )
            .into(),
            Some(StatusCode::PAYLOAD_TOO_LARGE) => {
                format!(
                    "{said}; send smaller pictures: `picture_side` in [server] of the launch file"
                )
                .into()
            }
            _ => said.into(),
        };
        if complaint.is_page {
            self.through_proxy(said)
        } else {
            said
        }
    }

    fn unreachable(&self, reason: Reason) -> Reason {
        let base = self.endpoint.base();
        self.through_proxy(reason).reworded(|reason| {
            format!("{reason}; is the server running, and is {base} its address?")
        })
    }

    /// Adds the proxy to a reason, if one may be at fault.
    fn through_proxy(&self, reason: Reason) -> Reason {
        if self.endpoint.is_loopback() {
            return reason;
        }
        let variable = |name: &str| std::env::var(name).ok();
        match proxy::proxy_from_environment(self.endpoint.base(), variable) {
            Some(proxy) => {
                let host = self.endpoint.base().host_str().unwrap_or_default();
                reason.reworded(|reason| {
                    format!(
                        "{reason}; the request went to the proxy of `{proxy}`: if that is not the \
                         way, put {host} into `NO_PROXY`"
                    )
                })
            }
            None => reason,
        }
    }

    fn failed(&self, trouble: RequestError) -> PlannerError {
        let failure = match trouble {
            RequestError::Stopped => Failure::Stopped,
            RequestError::TimedOut => Failure::TimedOut,
            RequestError::Refused(complaint) => Failure::Refused(self.explain(&complaint)),
            RequestError::Down(reason) | RequestError::Final(reason) => Failure::Refused(reason),
        };
        failure.into_planner_error(&self.name, self.options.time_limit)
    }

    /// Asks once more, and asks the model not to think, where it did nothing else.
    fn answer(
        &mut self,
        query: &Query<'_>,
        deadline: Instant,
    ) -> Result<ChatCompletion, RequestError> {
        loop {
            let mut asked = self.complete(query, deadline)?;
            let content = &mut asked.content;
            if !content.text.is_empty() {
                return Ok(asked);
            }
            if content.thinking.is_empty() {
                return Ok(asked);
            }
            if let Some(dialect) = self.dialect.without_thinking() {
                let notify = &self.options.notify;
                notify.tell("the model thought and did not answer; asking it not to think");
                self.dialect = dialect;
                continue;
            }
            // Under a grammar nothing but the answer can be said; some servers file it wrongly.
            let misfiled = content.only_thought.take().filter(|text| {
                self.dialect.has_grammar()
                    && !query.schema.is_null()
                    && !content.is_cut
                    && content::is_only_matching_json(text, &query.schema)
            });
            let Some(text) = misfiled else {
                return Err(RequestError::Final(
                    only_thought(content, &asked.response).into(),
                ));
            };
            content.text = text;
            content.thinking.clear();
            return Ok(asked);
        }
    }
}

/// Says which picture is which, or that some are not shown.
fn captions(query: &Query<'_>, shows_more: bool) -> String {
    let captions = query.more.iter().map(|(caption, _)| caption);
    let mut text = String::new();
    if query.more.is_empty() {
        return text;
    }
    if shows_more {
        text += "Picture 1 is the camera's, now.\n";
        for (number, caption) in captions.enumerate() {
            text += &format!(
                "Picture {} is {caption}; it is information only.\n",
                number + 2
            );
        }
    } else {
        for caption in captions {
            text += &format!("You are not shown a picture: {caption}.\n");
        }
    }
    text + "\n"
}

/// Outcome of one request.
enum HttpOutcome {
    Success(Value),
    /// With how long the server asks to be left alone.
    Error(ServerError, Option<Duration>),
}

/// A response and the text of its request.
struct ChatCompletion {
    text: String,
    response: Value,
    content: Content,
}

/// Says what to do about a model that thinks and does not answer.
fn only_thought(content: &Content, response: &Value) -> String {
    let tokens = response["usage"]["completion_tokens"].as_u64();
    let tokens = tokens.map_or(String::new(), |tokens| format!(" after {tokens} tokens"));
    if content.is_cut {
        format!(
            "it was still thinking when it was cut{tokens}; switch its thinking off on the server, or \
             allow more `max_tokens` in [server] of the launch file"
        )
    } else {
        format!(
            "it thought{tokens} and did not answer; switch its thinking off on the server, or choose \
             a model that does not think"
        )
    }
}

impl Chat for ServerModel {
    fields::chat_fields!();

    fn takes_several_pictures(&self) -> bool {
        let Dialect {
            pictures,
            several_pictures,
            ..
        } = self.dialect;
        pictures && several_pictures && self.settings.plan_with_image
    }

    fn ask(&mut self, query: Query<'_>) -> Result<Reply, PlannerError> {
        let start = Instant::now();
        let deadline = start + self.options.time_limit;
        let asked = self.answer(&query, deadline);
        let asked = asked.map_err(|trouble| self.failed(trouble))?;
        self.has_thought |= !asked.content.thinking.is_empty();
        Ok(reply(
            asked,
            &query.schema,
            start.elapsed(),
            self.options.free_text,
        ))
    }
}

chat::see_and_plan!(ServerModel);

impl VisionLanguageModel for ServerModel {
    fields::model_fields!();
}

/// Converts a response for chats. Servers report tokens, but few report times, so all of it counts
/// as decoding.
fn reply(asked: ChatCompletion, schema: &Value, elapsed: Duration, free_text: bool) -> Reply {
    let ChatCompletion {
        text: sent,
        response,
        content,
    } = asked;
    let tokens = |name: &str| {
        let count = response["usage"][name].as_u64();
        count
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(0)
    };
    let mut whole = None;
    let (text, rejection) = match content::extract_matching_json(&content.text, schema) {
        content::Extracted::Fitting(text) => (text, None),
        // A remark in brackets is no plan.
        content::Extracted::Other(_) | content::Extracted::None if free_text => {
            (content.text, None)
        }
        _ if schema.is_null() && !content.text.is_empty() => (content.text, None),
        content::Extracted::Other(text) => {
            whole = Some(content.text);
            (text, None)
        }
        content::Extracted::None if content.text.is_empty() => {
            let empty = Rejection("the answer is empty".to_owned());
            (content.text, Some(empty))
        }
        content::Extracted::None => {
            let words = server_error::one_line(&content.text);
            let missing = Rejection(format!("there is no JSON in the answer: “{words}”"));
            (content.text, Some(missing))
        }
    };
    Reply {
        tokens: chat::tokens_of_substring(&text, content::tokens(&response["choices"][0])),
        text,
        whole,
        sent: Some(sent),
        thinking: content.thinking,
        cut: content.is_cut,
        rejection,
        usage: Usage {
            requests: 1,
            prompt_tokens: tokens("prompt_tokens"),
            completion_tokens: tokens("completion_tokens"),
            prompt_time: Duration::ZERO,
            decode_time: elapsed,
        },
    }
}

/// Says that a server does not answer.
fn silence(passed: Duration, limit: Duration) -> String {
    format!(
        "has not answered for {:.0} s, and is waited for {:.0} s",
        passed.as_secs_f64(),
        limit.as_secs_f64()
    )
}
