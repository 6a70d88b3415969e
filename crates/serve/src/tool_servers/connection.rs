//! A connection with a server, over pipes or HTTP.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use rmcp::model::{CallToolRequestParams, CallToolResult, PaginatedRequestParams, Tool};
use rmcp::service::{RunningService, serve_client_with_ct};
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{IntoTransport, StreamableHttpClientTransport};
use rmcp::{Peer, RoleClient, ServiceError};
use tokio::time::timeout;

use super::answer::Trouble;
use super::listener::{Listener, ServerNotices};
use super::process::ServerProcess;
use super::{ServerKey, ServerPlace, ToolServer};

/// Longest message, bytes. Longer ones are passed over, or end the connection.
const MAX_MESSAGE_BYTES: usize = 1 << 20;
/// Most pages of a list of tools.
const PAGES: usize = 16;
/// Longest time that a connection has to end.
const LAST: Duration = Duration::from_millis(500);
/// Shortest key that is told apart from words.
const MIN_KEY_BYTES: usize = 6;

/// A connection with a server.
pub(super) struct Connection {
    running: RunningService<RoleClient, Listener>,
    heard: Arc<ServerNotices>,
    process: Option<ServerProcess>,
    key: Option<ServerKey>,
}

impl Connection {
    /// Starts or calls a server, and greets it.
    ///
    /// # Errors
    /// Why there is no connection.
    pub(super) async fn open(server: &ToolServer) -> Result<Self, Trouble> {
        let heard = Arc::new(ServerNotices::default());
        let (limit, key) = (server.time_limit, server.key.as_ref());
        let (greeted, process) = match &server.place {
            ServerPlace::Command { words, env } => {
                let mut variables = env.clone();
                variables.extend(key.map(|key| (key.variable.clone(), key.value.clone())));
                let started = ServerProcess::start(words, &variables, &heard.budget);
                let (process, (output, input)) = started
                    .map_err(|error| Trouble::Gone(format!("it cannot be started: {error}")))?;
                let transport = AsyncRwTransport::new_client(output, input);
                let transport = transport.with_max_line_length(MAX_MESSAGE_BYTES);
                (greet(&heard, transport, limit).await, Some(process))
            }
            ServerPlace::Address(address) => {
                let transport = over_http(address, key, limit)?;
                (greet(&heard, transport, limit).await, None)
            }
        };
        match (greeted, process) {
            (Ok(running), process) => Ok(Self {
                running,
                heard,
                process,
                key: server.key.clone(),
            }),
            (Err(trouble), None) => Err(trouble),
            (Err(trouble), Some(process)) => {
                let trouble = if heard.budget.is_spent() {
                    Trouble::flooded()
                } else {
                    trouble
                };
                let words = process.end_and_return_last_line().await;
                let told = with_last_words(trouble.into_text(), &words);
                Err(Trouble::Gone(redacted(key, told)))
            }
        }
    }

    /// What was heard of the server beside its answers.
    pub(super) fn server_notices(&self) -> &ServerNotices {
        &self.heard
    }

    /// Returns why nothing more comes of it, if that is so.
    pub(super) fn ending(&self) -> Option<Trouble> {
        if self.heard.budget.is_spent() {
            return Some(Trouble::flooded());
        }
        self.running
            .peer()
            .is_transport_closed()
            .then(Trouble::ended)
    }

    /// Lists the server's tools. The future does not hold the connection.
    pub(super) fn list(
        &self,
        limit: Duration,
    ) -> impl Future<Output = Result<Vec<Tool>, Trouble>> + Send + use<> {
        let (peer, heard) = (self.running.peer().clone(), Arc::clone(&self.heard));
        async move {
            heard.budget.renew();
            within(limit, &peer, &heard, list(&peer)).await
        }
    }

    /// Calls one of its tools. The future does not hold the connection.
    pub(super) fn call(
        &self,
        request: CallToolRequestParams,
        limit: Duration,
    ) -> impl Future<Output = Result<CallToolResult, Trouble>> + Send + use<> {
        let (peer, heard) = (self.running.peer().clone(), Arc::clone(&self.heard));
        async move {
            heard.budget.renew();
            within(limit, &peer, &heard, peer.call_tool(request)).await
        }
    }

    /// Leaves out the key, which a server may repeat.
    pub(super) fn redacted(&self, text: String) -> String {
        redacted(self.key.as_ref(), text)
    }

    /// Ends the connection and the process behind it; returns `why`, with the last line that the
    /// process said.
    pub(super) async fn close(mut self, why: String) -> String {
        // A process that does not let go is ended below.
        let _ = self.running.close_with_timeout(LAST).await;
        let words = match self.process.take() {
            Some(process) => process.end_and_return_last_line().await,
            None => String::new(),
        };
        redacted(self.key.as_ref(), with_last_words(why, &words))
    }
}

/// Greets a server at the other end of a transport.
async fn greet<T, E, A>(
    heard: &Arc<ServerNotices>,
    transport: T,
    limit: Duration,
) -> Result<RunningService<RoleClient, Listener>, Trouble>
where
    T: IntoTransport<RoleClient, E, A>,
    E: Error + Send + Sync + 'static,
{
    let listener = Listener(Arc::clone(heard));
    let greeting = serve_client_with_ct(listener, transport, heard.end.clone());
    match timeout(limit, greeting).await {
        Ok(greeted) => Ok(greeted?),
        Err(_) => Err(Trouble::silent_for(limit)),
    }
}

/// A transport to an address. Nothing is sent on to another one, and nothing stays on this computer
/// by way of a proxy.
fn over_http(
    address: &str,
    key: Option<&ServerKey>,
    limit: Duration,
) -> Result<StreamableHttpClientTransport<Client>, Trouble> {
    let unusable = |error: &dyn Error| Trouble::Gone(format!("it cannot be asked: {error}"));
    let url = reqwest::Url::parse(address).map_err(|error| unusable(&error))?;
    let client = Client::builder()
        .connect_timeout(limit)
        .redirect(Policy::none());
    let is_local = matches!(
        url.host_str(),
        Some("localhost" | "127.0.0.1" | "[::1]" | "::1")
    );
    let client = if is_local { client.no_proxy() } else { client };
    let client = client.build().map_err(|error| unusable(&error))?;
    let mut config = StreamableHttpClientTransportConfig::with_uri(address)
        .max_sse_event_size(MAX_MESSAGE_BYTES)
        .max_json_response_size(MAX_MESSAGE_BYTES);
    if let Some(key) = key {
        config = config.auth_header(key.value.clone());
    }
    Ok(StreamableHttpClientTransport::with_client(client, config))
}

/// Waits for an answer, at most so long.
async fn within<T>(
    limit: Duration,
    peer: &Peer<RoleClient>,
    heard: &ServerNotices,
    answer: impl Future<Output = Result<T, ServiceError>>,
) -> Result<T, Trouble> {
    match timeout(limit, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        _ if heard.budget.is_spent() => Err(Trouble::flooded()),
        Ok(Err(_)) if peer.is_transport_closed() => Err(Trouble::ended()),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Trouble::silent_for(limit)),
    }
}

async fn list(peer: &Peer<RoleClient>) -> Result<Vec<Tool>, ServiceError> {
    let (mut tools, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES {
        let page = PaginatedRequestParams::default().with_cursor(cursor);
        let listed = peer.list_tools(Some(page)).await?;
        tools.extend(listed.tools);
        cursor = listed.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(tools)
}

fn redacted(key: Option<&ServerKey>, text: String) -> String {
    match key {
        Some(key) if key.value.len() >= MIN_KEY_BYTES => text.replace(&key.value, "[key]"),
        _ => text,
    }
}

fn with_last_words(why: String, words: &str) -> String {
    match words {
        "" => why,
        words => format!("{why} (“{words}”)"),
    }
}
