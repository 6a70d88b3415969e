//! The Model Context Protocol over HTTP.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use futures_util::StreamExt;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde::Deserialize;

use super::{ApiState, MAX_BODY_BYTES, extract, guard};
use crate::access::Client;
use crate::mcp::{Connection, McpServer, PlanApprover};
use crate::problem::{Problem, ProblemKind};

/// Where the protocol is spoken.
pub(super) const PATH: &str = "/mcp";
/// Largest number of sessions of a client.
const MAX_SESSIONS: usize = 32;
/// How long a session lasts without a message; a call that is going on is none.
const SILENCE: Duration = Duration::from_secs(30 * 60);

/// What is spoken with one client: a session is known to nobody but its client.
struct Spoken {
    handler: McpServer,
    sessions: Arc<LocalSessionManager>,
    service: StreamableHttpService<McpServer, LocalSessionManager>,
}

/// What is spoken with each client, by its name.
type AllSpoken = Arc<HashMap<String, Spoken>>;

/// What is to be known of a message before it is taken up.
#[derive(Default, Deserialize)]
struct Message {
    #[serde(default)]
    method: String,
    #[serde(default)]
    params: Named,
}

#[derive(Default, Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

impl Message {
    /// Returns whether it stops the arm: no limit is in its way.
    fn is_stop(&self) -> bool {
        self.method == "tools/call" && self.params.name == "stop"
    }
}

/// Returns the routes of the protocol.
pub(super) fn routes(server: &ApiState) -> Router<ApiState> {
    let spoken = |client: &Client| (client.name.clone(), Spoken::with(server, client));
    let all: AllSpoken = Arc::new(server.tokens.clients().map(spoken).collect());
    Router::new()
        .route(PATH, any(answer))
        .layer(Extension(all))
        .layer(from_fn_with_state(
            server.clone(),
            guard::authenticate_client,
        ))
}

impl Spoken {
    fn with(server: &ApiState, client: &Client) -> Self {
        let approver = PlanApprover::ClientOrConsole;
        let handler = McpServer::new(server.served.clone(), client.clone(), approver);
        let mut sessions = LocalSessionManager::default();
        sessions.session_config.keep_alive = Some(SILENCE);
        let sessions = Arc::new(sessions);
        // Host and Origin are checked for every path.
        let config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .with_max_request_body_bytes(MAX_BODY_BYTES);
        let made = handler.clone();
        let make = move || Ok(made.clone());
        Self {
            service: StreamableHttpService::new(make, Arc::clone(&sessions), config),
            handler,
            sessions,
        }
    }

    /// Refuses one session too many.
    async fn check_number(&self, client: &Client) -> Result<(), Problem> {
        if self.sessions.sessions.read().await.len() < MAX_SESSIONS {
            return Ok(());
        }
        let name = &client.name;
        let detail = format!("{name} has {MAX_SESSIONS} MCP sessions; end one by DELETE {PATH}");
        Err(Problem::new(ProblemKind::TooManyStreams, detail))
    }
}

/// Answers a message, or streams messages.
async fn answer(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    Extension(all): Extension<AllSpoken>,
    request: Request,
) -> Result<Response, Problem> {
    let Some(spoken) = all.get(&client.name) else {
        return Err(Problem::new(ProblemKind::Internal, "the client is unknown"));
    };
    let (mut parts, body) = request.into_parts();
    let body = Request::from_parts(parts.clone(), body);
    let body = extract::read_body(body, &server).await?;
    // Whatever is no message is told so by the protocol.
    let message: Message = serde_json::from_slice(&body).unwrap_or_default();
    let permit = if message.is_stop() {
        // A session whose client does not read what it is sent takes up nothing more.
        spoken.handler.press_stop();
        None
    } else {
        server.limit_requests(&client)?;
        Some(server.event_streams.open_stream(&client.name)?)
    };
    if message.method == "initialize" {
        spoken.check_number(&client).await?;
    }
    let connection = Connection::default();
    parts.extensions.insert(connection.clone());
    let open = connection.0.drop_guard();
    let request = Request::from_parts(parts, Body::from(body));
    let (parts, body) = spoken.service.handle(request).await.into_parts();
    let chunks = Body::new(body).into_data_stream().map(move |chunk| {
        let _open = (&open, &permit);
        chunk
    });
    Ok(Response::from_parts(parts, Body::from_stream(chunks)))
}
