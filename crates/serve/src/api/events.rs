//! The event stream: server-sent events that continue where a stream broke.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::joint_feed::JointFeed;
use super::{ApiState, run_blocking};
use crate::access::Client;
use crate::access::limits::StreamPermit;
use crate::problem::{Problem, ProblemDocument};
use crate::session::ArmSession;
use crate::session::events::format_server_sent_event;

/// Interval of the joints, by which a broken connection is noticed, too.
const JOINTS: Duration = Duration::from_millis(200);
/// Number of events that are taken at a time. Then it is the others' turn: a stop is not to wait until
/// all who watch have been told everything.
const TAKEN: usize = 8;

/// A stream that somebody reads.
struct EventStream {
    session: Arc<ArmSession>,
    newest: watch::Receiver<u64>,
    /// Number of the newest event that was sent.
    at: u64,
    ready: VecDeque<Bytes>,
    /// Whether there may be more to send at once.
    is_behind: bool,
    tick: Interval,
    joints: Arc<JointFeed>,
    // Dropped when the stream breaks.
    _open: crate::session::OpenEventStream,
    _permit: StreamPermit,
}

/// Streams events.
#[utoipa::path(get, path = "/v1/events", tag = "telling",
    params(("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, body = String, content_type = "text/event-stream"),
        (status = "4XX", body = ProblemDocument)))]
pub(super) async fn stream(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = server.event_streams.open_stream(&client.name)?;
    let session = Arc::clone(&server.session);
    let newest = session.event_log().watch_newest_number();
    let mut ready = VecDeque::new();
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let at = match last.map(|id| session.event_log().number_from_id(id)) {
        Some(Some(at)) => at,
        unknown => {
            // Whoever has seen other events does not know what is missing.
            if unknown.is_some() {
                ready.push_back(gap());
            }
            let at = *newest.borrow();
            let watcher = client.clone();
            let told = server.change(move |session| Ok(session.status(&watcher)));
            let mut status = told.await?;
            (status.you, status.joints) = (None, None);
            let data = json!(status).to_string();
            let id = session.event_log().id_from_number(at);
            ready.push_back(format_server_sent_event("status", Some(&id), &data));
            at
        }
    };
    let opened = Arc::clone(&session);
    let open = run_blocking(move || Ok(opened.open_event_stream(&client))).await?;
    let mut tick = interval(JOINTS);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let stream = EventStream {
        newest,
        at,
        ready,
        is_behind: false,
        tick,
        joints: Arc::clone(&server.joints),
        _open: open,
        session,
        _permit: permit,
    };
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, Body::from_stream(unfold(stream, next))).into_response())
}

/// Returns the next event once there is one.
async fn next(mut stream: EventStream) -> Option<(Result<Bytes, Infallible>, EventStream)> {
    loop {
        if let Some(text) = stream.ready.pop_front() {
            return Some((Ok(text), stream));
        }
        if std::mem::take(&mut stream.is_behind) {
            yield_now().await;
        }
        stream.newest.borrow_and_update();
        let newer = stream.session.event_log().events_after(stream.at, TAKEN);
        if newer.gap {
            stream.ready.push_back(gap());
        }
        stream.is_behind = newer.events.len() == TAKEN;
        for event in newer.events {
            stream.at = event.number;
            stream.ready.push_back(event.text);
        }
        if !stream.ready.is_empty() {
            continue;
        }
        tokio::select! {
            changed = stream.newest.changed() => changed.ok()?,
            _ = stream.tick.tick() => {
                let joints = stream.joints.newest(&stream.session);
                stream.ready.push_back(joints);
            }
        }
    }
}

fn gap() -> Bytes {
    format_server_sent_event("gap", None, "{}")
}
