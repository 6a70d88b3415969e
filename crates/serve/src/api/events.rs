//! The event stream: server-sent events that continue where a stream broke.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{Server, aside};
use crate::access::Client;
use crate::access::limits::StreamPermit;
use crate::problem::{Problem, ProblemDocument};
use crate::session::ArmSession;
use crate::session::events::EventRecord;

/// Interval of the joints.
const JOINTS: Duration = Duration::from_millis(200);
/// Interval of comments, by which a broken connection is noticed.
const COMMENTS: Duration = Duration::from_secs(10);
/// Number of events that are taken at a time.
const TAKEN: usize = 64;

/// A stream that somebody reads.
struct EventStream {
    session: Arc<ArmSession>,
    newest: watch::Receiver<u64>,
    /// Number of the newest event that was sent.
    at: u64,
    ready: VecDeque<Event>,
    joints: Interval,
    // Dropped when the stream breaks.
    _open: crate::session::OpenStream,
    _permit: StreamPermit,
}

/// Streams events.
#[utoipa::path(get, path = "/v1/events", tag = "telling",
    params(("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, body = String, content_type = "text/event-stream"),
        (status = "4XX", body = ProblemDocument)))]
pub(super) async fn stream(
    State(server): State<Server>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let permit = server.event_streams.open(&client.name)?;
    let session = Arc::clone(&server.session);
    let newest = session.events().newest();
    let mut ready = VecDeque::new();
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let at = match last.map(|id| session.events().number(id)) {
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
            let id = session.events().id(at);
            ready.push_back(Event::default().event("status").id(id).data(data));
            at
        }
    };
    let opened = Arc::clone(&session);
    let open = aside(move || Ok(opened.open_stream(&client))).await?;
    let mut joints = interval(JOINTS);
    joints.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let stream = EventStream {
        newest,
        at,
        ready,
        joints,
        _open: open,
        session,
        _permit: permit,
    };
    let comments = KeepAlive::new().interval(COMMENTS);
    Ok(Sse::new(unfold(stream, next)).keep_alive(comments))
}

/// Returns the next event once there is one.
async fn next(mut stream: EventStream) -> Option<(Result<Event, Infallible>, EventStream)> {
    loop {
        if let Some(event) = stream.ready.pop_front() {
            return Some((Ok(event), stream));
        }
        stream.newest.borrow_and_update();
        let newer = stream.session.events().after(stream.at, TAKEN);
        if newer.gap {
            stream.ready.push_back(gap());
        }
        for event in newer.events {
            stream.at = event.number;
            stream.ready.push_back(sent(&stream.session, &event));
        }
        if !stream.ready.is_empty() {
            continue;
        }
        tokio::select! {
            changed = stream.newest.changed() => changed.ok()?,
            _ = stream.joints.tick() => {
                let joints = json!({"joints": stream.session.joints()}).to_string();
                stream.ready.push_back(Event::default().event("joints").data(joints));
            }
        }
    }
}

fn sent(session: &ArmSession, event: &EventRecord) -> Event {
    let id = session.events().id(event.number);
    Event::default().event(event.kind).id(id).data(&*event.data)
}

fn gap() -> Event {
    Event::default().event("gap").data("{}")
}
