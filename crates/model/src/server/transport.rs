//! One HTTP request, bounded in size and in time, that a stop ends.

use std::error::Error;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant, SystemTime};

use enact_types::stop::WaitError;
use enact_types::{Reason, StopSwitch, reason};
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use tokio::runtime::{Builder, Runtime};

/// Maximum size of a response, bytes; a thousand tokens with their probabilities take some hundred
/// thousand.
const MAX_RESPONSE_BYTES: usize = 16 << 20;

/// Longest wait for a connection.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// Interval at which whoever waits for a response is heard.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// End of an event stream; some servers keep the connection open after it.
const DONE: &[u8] = b"data: [DONE]";

/// Response of a server.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub status: StatusCode,
    /// Delay that the server asks for before the next request.
    pub retry_after: Option<Duration>,
    /// Target of a redirection.
    pub location: Option<String>,
    pub body: Vec<u8>,
}

/// Reason why there is no response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TransportError {
    /// The stop switch is pressed.
    Stopped,
    /// The time is over.
    TimedOut,
    /// Nobody is there.
    Unreachable(Reason),
    /// The connection broke.
    Broken(Reason),
    /// It cannot be sent, or what comes is too long.
    Failed(Reason),
}

/// Sends requests, one at a time.
pub(crate) struct Transport {
    client: Client,
    /// Always there until dropped.
    runtime: Option<Runtime>,
    stop: StopSwitch,
}

impl Transport {
    /// Creates a transport; `is_local` if all requests stay on this computer, where no proxy is
    /// involved.
    pub(crate) fn new(is_local: bool, stop: &StopSwitch) -> Result<Self, Reason> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIME)
            // A request that is sent on becomes another one: the address is to be mended.
            .redirect(Policy::none());
        let client = if is_local { client.no_proxy() } else { client };
        let client = client
            .build()
            .map_err(|error| Reason::from_text_and_source(innermost(&error), error))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("enact-server")
            .enable_all()
            .build()
            .map_err(Reason::from_error)?;
        Ok(Self {
            client,
            runtime: Some(runtime),
            stop: stop.clone(),
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_pressed()
    }

    /// Waits, unless stopped.
    pub(crate) fn sleep(&self, duration: Duration) {
        self.stop.sleep_unless_pressed(duration);
    }

    /// Sends a request and waits for all of the response, at most `limit`; calls `while_waiting` every
    /// second. Giving a request up closes its connection, so that the server need not think on.
    pub(crate) fn send(
        &self,
        request: RequestBuilder,
        limit: Duration,
        mut while_waiting: impl FnMut(),
    ) -> Result<HttpResponse, TransportError> {
        if self.stop.is_pressed() {
            return Err(TransportError::Stopped);
        }
        let request = request.timeout(limit);
        let (sender, receiver) = channel();
        let task = self
            .runtime
            .as_ref()
            .expect("the runtime is there until the transport is dropped")
            .spawn(async move {
                let received = match request.send().await {
                    Ok(response) => read(response).await,
                    Err(error) => Err(error.into()),
                };
                // Nobody listens any more if the request was given up meanwhile.
                let _ = sender.send(received);
            });
        // The client itself keeps the time limit.
        loop {
            match self
                .stop
                .receive_unless_pressed(&receiver, Some(Instant::now() + PROGRESS_INTERVAL))
            {
                Ok(received) => return received,
                Err(WaitError::Late) => while_waiting(),
                Err(WaitError::Stopped) => {
                    task.abort();
                    return Err(TransportError::Stopped);
                }
                Err(WaitError::Gone) => {
                    return Err(TransportError::Failed("the request panicked".into()));
                }
            }
        }
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Whoever looks up a name cannot be interrupted, and need not be waited for.
            runtime.shutdown_background();
        }
    }
}

async fn read(mut response: Response) -> Result<HttpResponse, TransportError> {
    let too_long = || {
        let text = format!(
            "its answer is longer than {} MiB, which is no answer of a model",
            MAX_RESPONSE_BYTES >> 20
        );
        TransportError::Failed(text.into())
    };
    let announced = response.content_length().unwrap_or(0);
    if announced > MAX_RESPONSE_BYTES as u64 {
        return Err(too_long());
    }
    let headers = response.headers();
    let text = |name| Some(headers.get(name)?.to_str().ok()?.to_owned());
    let is_events = text(CONTENT_TYPE).is_some_and(|kind| kind.contains("event-stream"));
    let location = text(LOCATION);
    let retry_after = retry_after(headers);
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            return Err(too_long());
        }
        let from = body.len().saturating_sub(DONE.len());
        body.extend_from_slice(&chunk);
        if is_events && body[from..].windows(DONE.len()).any(|part| part == DONE) {
            break;
        }
    }
    Ok(HttpResponse {
        status,
        retry_after,
        location,
        body,
    })
}

/// Seconds, or the milliseconds that some send beside them, or a date.
#[allow(
    clippy::disallowed_methods,
    reason = "a date that a server names is one of the wall clock"
)]
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms")
        .map(|milliseconds| milliseconds / 1000.0)
        .or_else(|| number(RETRY_AFTER.as_str()));
    if let Some(seconds) = seconds {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let date = httpdate::parse_http_date(date).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let cause = innermost(&error);
        let (kind, text): (fn(Reason) -> Self, String) = if error.is_connect() && error.is_timeout()
        {
            let seconds = CONNECT_TIME.as_secs();
            let text = format!("it cannot be reached within {seconds} s");
            (Self::Unreachable, text)
        } else if error.is_timeout() {
            return Self::TimedOut;
        } else if error.is_connect() {
            (Self::Unreachable, cause)
        } else if error.is_builder() {
            (Self::Failed, cause)
        } else if cause.contains("invalid HTTP") {
            let text = format!("what answers there is no web server: {cause}");
            (Self::Failed, text)
        } else {
            (Self::Broken, format!("the connection broke: {cause}"))
        };
        kind(Reason::from_text_and_source(text, error))
    }
}

/// Returns the message of the innermost source in one line.
fn innermost(error: &(dyn Error + 'static)) -> String {
    super::server_error::one_line(&reason::innermost_message(error))
}
