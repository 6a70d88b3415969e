//! An official client of the protocol, with a person before it.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ClientRequest,
    ElicitRequestParams, ElicitResult, ElicitationAction, Implementation,
    ProgressNotificationParam, Request,
};
use rmcp::service::{
    NotificationContext, PeerRequestOptions, RequestContext, RequestHandle, RunningService,
};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use rmcp::{
    ClientHandler, ClientLifecycleMode, ClientServiceExt, ErrorData, RoleClient, ServiceExt,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::program::{PUT_CUBE_PLAN, repository_root, write};

/// Everything that is waited for comes within seconds on a calm machine.
pub const TEST_TIMEOUT: Duration = Duration::from_secs(120);
/// Interval of looks at what changes.
pub const POLL_PERIOD: Duration = Duration::from_millis(50);

/// A person before a client's screen.
#[derive(Clone)]
pub struct Person {
    /// What they say when they are asked; nothing: the client cannot ask.
    says: Option<bool>,
    asked: Arc<Mutex<Vec<String>>>,
    told: UnboundedSender<String>,
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let capabilities = match self.says {
            Some(_) => ClientCapabilities::builder().enable_elicitation().build(),
            None => ClientCapabilities::default(),
        };
        ClientConfig::new(capabilities, Implementation::new("test", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else {
            panic!("it is no form");
        };
        self.asked.lock().unwrap().push(message);
        let content = json!({"yes": self.says.unwrap()});
        Ok(ElicitResult::new(ElicitationAction::Accept).with_content(content))
    }

    async fn on_progress(
        &self,
        progress: ProgressNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        let _ = self.told.send(progress.message.unwrap_or_default());
    }
}

/// A client with a person before it.
pub struct Client {
    pub running: RunningService<RoleClient, Person>,
    asked: Arc<Mutex<Vec<String>>>,
    told: UnboundedReceiver<String>,
}

impl Client {
    fn person(says: Option<bool>) -> (Person, UnboundedReceiver<String>) {
        let (sender, told) = unbounded_channel();
        let person = Person {
            says,
            asked: Arc::default(),
            told: sender,
        };
        (person, told)
    }

    /// Starts `enact mcp` with the plan of [`TASK`] and perfect perception.
    pub async fn start(folder: &Path, says: Option<bool>, more: &[&str]) -> Self {
        Self::start_by(ClientLifecycleMode::Initialize, folder, says, more).await
    }

    pub async fn start_by(
        lifecycle: ClientLifecycleMode,
        folder: &Path,
        says: Option<bool>,
        more: &[&str],
    ) -> Self {
        let (person, told) = Self::person(says);
        let asked = Arc::clone(&person.asked);
        let command = tokio::process::Command::from(command(folder, more));
        let transport = TokioChildProcess::new(command).unwrap();
        let running = person.serve_with_lifecycle(transport, lifecycle);
        let running = timeout(TEST_TIMEOUT, running).await.unwrap().unwrap();
        Self {
            running,
            asked,
            told,
        }
    }

    /// Connects to a server, by the token of a client.
    pub async fn connect(address: &str, token: &str, says: Option<bool>) -> Self {
        let (person, told) = Self::person(says);
        let asked = Arc::clone(&person.asked);
        let config = StreamableHttpClientTransportConfig::with_uri(format!("http://{address}/mcp"));
        let transport = StreamableHttpClientTransport::from_config(config.auth_header(token));
        let running = timeout(TEST_TIMEOUT, person.serve(transport))
            .await
            .unwrap();
        Self {
            running: running.unwrap(),
            asked,
            told,
        }
    }

    pub async fn call(&self, tool: &str, arguments: Value) -> CallToolResult {
        let called = self.running.call_tool(params(tool, &arguments));
        let result = timeout(TEST_TIMEOUT, called).await.unwrap();
        result.unwrap_or_else(|error| panic!("{tool}: {error}"))
    }

    /// Begins to call a tool, and does not wait for what comes of it.
    pub async fn begin(&self, tool: &str, arguments: Value) -> RequestHandle<RoleClient> {
        let request = Request::new(params(tool, &arguments));
        let request = ClientRequest::CallToolRequest(request);
        let options = PeerRequestOptions::no_options();
        let sent = self.running.send_cancellable_request(request, options);
        sent.await.unwrap()
    }

    /// Calls a tool that must not fail, and returns what it tells.
    pub async fn done(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_eq!(result.is_error, Some(false), "{tool}: {result:?}");
        result.structured_content.unwrap()
    }

    /// Calls a tool that must be refused, and returns the sentence.
    pub async fn refused(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_eq!(result.is_error, Some(true), "{tool}: {result:?}");
        result.content[0].as_text().unwrap().text.clone()
    }

    pub async fn told(&mut self, message: &str) {
        let found = async {
            while let Some(told) = self.told.recv().await {
                if told == message {
                    return;
                }
            }
            panic!("`{message}` was not told");
        };
        timeout(TEST_TIMEOUT, found).await.unwrap();
    }

    /// What the arm is doing, without a look.
    pub async fn state(&self) -> String {
        let told = self.done("see", json!({"look": false, "picture": false}));
        told.await["state"].as_str().unwrap().to_owned()
    }

    pub async fn reaches_state(&self, state: &str) {
        let begun = Instant::now();
        loop {
            let now = self.state().await;
            if now == state {
                return;
            }
            assert!(begun.elapsed() < TEST_TIMEOUT, "it is {now}, not {state}");
            sleep(POLL_PERIOD).await;
        }
    }

    /// What the red cube rests on, as it is seen now.
    pub async fn cube_rests(&self) -> Value {
        let seen = self.done("see", json!({"picture": false})).await;
        assert_eq!(seen["looked"], true, "{seen}");
        let objects = seen["scene"]["objects"].as_array().unwrap();
        let cube = objects.iter().find(|object| object["id"] == "red cube");
        cube.unwrap_or_else(|| panic!("{seen}"))["rests"].clone()
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub async fn leave(self) {
        self.running.cancel().await.unwrap();
    }
}

/// What comes of a call that was begun.
pub async fn outcome(handle: RequestHandle<RoleClient>) -> Value {
    let result = timeout(TEST_TIMEOUT, handle.await_response())
        .await
        .unwrap();
    serde_json::to_value(result.unwrap()).unwrap()
}

fn params(tool: &str, arguments: &Value) -> CallToolRequestParams {
    let arguments = arguments.as_object().unwrap().clone();
    CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments)
}

/// The command line, in a folder of its own.
pub fn command(folder: &Path, more: &[&str]) -> Command {
    let plan = write(folder, "plan.json", PUT_CUBE_PLAN);
    let mut command = Command::new(env!("CARGO_BIN_EXE_enact"));
    command
        .args(["mcp", "--plan", &plan, "--perception", "ground-truth"])
        .args(more)
        .current_dir(folder)
        .env("ENACT_HOME", repository_root().canonicalize().unwrap());
    if !more.contains(&"--record") {
        command.arg("--no-record");
    }
    command
}

pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub fn in_bowl() -> Value {
    json!({"relation": "in", "on": "blue bowl"})
}
