//! Requests and their answers.
//!
//! | module | idea |
//! |---|---|
//! | `extract` | bodies, numbers in paths and keys, or a problem |
//! | `guard` | who asks, and headers of every answer |
//! | [`control`] | stop, clear, pause, resume, the lease |
//! | [`tasks`] | tasks, plans, skills, jogs |
//! | [`information`] | status, robot, scene, models, configurations |
//! | [`events`] | the event stream |
//! | `joint_feed` | the joints, written once for all who watch |
//! | [`camera`] | pictures |
//! | [`live_view`] | what rerun's viewer shows of the arm now |
//! | [`runs`] | recorded runs |
//! | [`speech`] | speech of browsers |
//! | `mcp` | the Model Context Protocol over HTTP |
//! | `console` | the files of the console |

pub mod camera;
mod console;
pub mod control;
pub mod events;
mod extract;
mod guard;
pub mod information;
mod joint_feed;
pub mod live_view;
mod mcp;
pub mod runs;
pub mod speech;
pub mod tasks;
mod viewer;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::access::limits::{RateLimit, StreamLimit};
use crate::access::{AllowedHosts, Client, Tokens};
use crate::backend::{Backend, BackendError};
use crate::problem::{Problem, ProblemKind};
use crate::request_resources::{RequestResources, run_blocking};
use crate::session::ArmSession;
use crate::speech::Transcriber;
use joint_feed::JointFeed;

/// Largest body of a request, bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// Longest time that a body may take to arrive.
const SLOWEST_BODY: Duration = Duration::from_secs(10);
/// Largest number of event streams, of one client and of all.
const EVENT_STREAMS: (usize, usize) = (128, 256);
/// Requests of one client, a second and at once.
const REQUESTS: (f64, f64) = (100.0, 400.0);
/// Requests for the console's files from one address, likewise.
const PAGES: (f64, f64) = (20.0, 200.0);
/// Requests without a valid token from one address, likewise.
const FAILURES: (f64, f64) = (1.0, 30.0);

/// What every request may use.
#[derive(Clone)]
pub struct ApiState {
    /// The session.
    pub session: Arc<ArmSession>,
    /// The session and the rest of the program.
    pub served: RequestResources,
    /// Who may come in.
    pub tokens: Arc<Tokens>,
    /// Under which names.
    pub hosts: Arc<AllowedHosts>,
    /// Whether clients come by TLS.
    pub is_secure: bool,
    event_streams: Arc<StreamLimit>,
    joints: Arc<JointFeed>,
    requests: Arc<RateLimit<String>>,
    pages: Arc<RateLimit<IpAddr>>,
    failures: Arc<RateLimit<IpAddr>>,
    ears: speech::SpeechRecognition,
}

impl ApiState {
    /// Creates what requests use.
    pub fn new(
        session: Arc<ArmSession>,
        backend: Arc<dyn Backend>,
        tokens: Tokens,
        hosts: AllowedHosts,
        is_secure: bool,
    ) -> Self {
        Self {
            served: RequestResources::new(Arc::clone(&session), backend),
            session,
            tokens: Arc::new(tokens),
            hosts: Arc::new(hosts),
            is_secure,
            event_streams: StreamLimit::new("event streams", EVENT_STREAMS.0, EVENT_STREAMS.1),
            joints: Arc::default(),
            requests: Arc::new(RateLimit::new(REQUESTS.0, REQUESTS.1)),
            pages: Arc::new(RateLimit::new(PAGES.0, PAGES.1)),
            failures: Arc::new(RateLimit::new(FAILURES.0, FAILURES.1)),
            ears: speech::SpeechRecognition::default(),
        }
    }

    /// Adds what turns speech into text.
    #[must_use]
    pub fn with_transcriber(mut self, transcriber: Arc<dyn Transcriber>) -> Self {
        self.ears.transcriber = Some(transcriber);
        self
    }

    /// Returns whose token it is.
    ///
    /// # Errors
    /// [`ProblemKind::NoToken`], with this sentence, or [`ProblemKind::TooManyRequests`] if that was
    /// so too often, where it is known from which address. A token that is known is let in all the
    /// same: whoever shares the address must not be locked out of the arm.
    fn recognize(
        &self,
        token: Option<&str>,
        from: Option<IpAddr>,
        why: &str,
    ) -> Result<Client, Problem> {
        if let Some(client) = token.and_then(|token| self.tokens.find_client(token)) {
            return Ok(client.clone());
        }
        if from.is_none_or(|from| self.failures.try_acquire(from, Instant::now())) {
            return Err(Problem::new(ProblemKind::NoToken, why));
        }
        let detail = "too many requests without a valid token came from this address; wait";
        Err(Problem::new(ProblemKind::TooManyRequests, detail))
    }

    /// Counts a request of a client.
    ///
    /// # Errors
    /// [`ProblemKind::TooManyRequests`] if it is one too many.
    fn limit_requests(&self, client: &Client) -> Result<(), Problem> {
        if self
            .requests
            .try_acquire(client.name.clone(), Instant::now())
        {
            return Ok(());
        }
        let detail = format!("{} asks too often; wait", client.name);
        Err(Problem::new(ProblemKind::TooManyRequests, detail))
    }

    /// Asks the program on a thread that nothing else waits for.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Backend) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, Problem> {
        self.served.ask_backend(question).await
    }

    /// Uses the session on a thread that nothing else waits for.
    async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&ArmSession) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.served.run_with_session(change).await
    }
}

/// Returns the routes of a server.
pub fn router(server: ApiState) -> Router {
    let guarded = Router::new()
        .route("/status", get(information::status))
        .route("/robot", get(information::robot))
        .route("/scene", get(information::scene))
        .route("/models", get(information::models))
        .route("/config/check", post(information::check_config))
        .route("/camera/frame.jpg", get(camera::frame))
        .route("/camera/stream.mjpg", get(camera::stream))
        .route("/events", get(events::stream))
        .route("/stop", post(control::stop))
        .route("/clear", post(control::clear_stop))
        .route("/pause", post(control::pause))
        .route("/resume", post(control::resume))
        .route(
            "/driver",
            post(control::take_lease).delete(control::release_lease),
        )
        .route("/driver/handover", post(control::hand_over))
        .route("/tasks", get(tasks::list).post(tasks::create))
        .route("/tasks/{id}", get(tasks::show).delete(tasks::cancel))
        .route(
            "/tasks/{id}/plan",
            get(tasks::show_plan).post(tasks::decide),
        )
        .route("/plans", post(tasks::plan_only))
        .route("/skills", post(tasks::skill))
        .route("/home", post(tasks::home))
        .route("/jog", post(tasks::jog_joint))
        .route(
            "/speech",
            get(speech::info)
                .post(speech::hear)
                .layer(DefaultBodyLimit::max(speech::MAX_SOUND_BYTES)),
        )
        .route("/view.rrd", get(live_view::piece))
        .route("/runs", get(runs::list))
        .route("/runs/{name}", get(runs::show))
        .route("/runs/{name}/story", get(runs::story))
        .route("/runs/{name}/download", get(runs::download))
        .route("/runs/{name}/view.rrd", get(runs::view))
        .route("/runs/{name}/replay", post(runs::replay_in_simulation))
        .method_not_allowed_fallback(guard::wrong_method)
        .fallback(guard::nothing_there)
        .layer(from_fn_with_state(
            server.clone(),
            guard::authenticate_client,
        ));
    let pages = Router::new()
        .route("/openapi.json", get(information::openapi))
        .route("/", get(console::index))
        .route("/assets/{*path}", get(console::asset))
        .route("/viewer", get(viewer::page))
        .route("/viewer/{name}", get(viewer::file))
        .layer(from_fn_with_state(server.clone(), guard::rate_limit_pages));
    Router::new()
        .nest("/v1", guarded)
        .merge(mcp::routes(&server))
        .merge(pages)
        .method_not_allowed_fallback(guard::wrong_method)
        .fallback(guard::nothing_there)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(server.clone(), guard::check_host))
        .layer(from_fn(guard::add_headers))
        .with_state(server)
}
