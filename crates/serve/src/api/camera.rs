//! Pictures of the main camera.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use tokio::time::{Instant, sleep_until};

use super::ApiState;
use crate::access::Client;
use crate::access::limits::StreamPermit;
use crate::problem::{Problem, ProblemDocument};

/// Shortest interval between two pictures of a stream.
const MIN_FRAME_INTERVAL: Duration = Duration::from_millis(100);
/// What is between two pictures.
const BOUNDARY: &str = "enact-picture";

/// Returns a picture as it is now.
#[utoipa::path(get, path = "/v1/camera/frame.jpg", tag = "camera",
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"),
        (status = "4XX", body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub(super) async fn frame(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
) -> Result<Response, Problem> {
    let picture = server.served.picture(&client).await?;
    let picture = Bytes::from_owner(picture);
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], picture).into_response())
}

/// Streams pictures as they come.
#[utoipa::path(get, path = "/v1/camera/stream.mjpg", tag = "camera",
    responses((status = 200, body = Vec<u8>, content_type = "multipart/x-mixed-replace"),
        (status = "4XX", body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub(super) async fn stream(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
) -> Result<Response, Problem> {
    let permit = server.served.acquire_picture_permit(&client)?;
    // A camera that does not answer is told while there is a status to tell it with.
    let first = server.ask(|backend| backend.picture()).await?;
    let mut pictures = Pictures {
        server,
        ready: VecDeque::new(),
        due: Instant::now(),
        _permit: permit,
    };
    pictures.send(first);
    let kind = format!("multipart/x-mixed-replace; boundary={BOUNDARY}");
    let body = Body::from_stream(unfold(pictures, next));
    Ok(([(header::CONTENT_TYPE, kind)], body).into_response())
}

/// A stream of pictures that somebody reads.
struct Pictures {
    server: ApiState,
    /// The rest of the part that is being sent. The picture itself is shared by all who read.
    ready: VecDeque<Bytes>,
    /// When the next picture is asked for.
    due: Instant,
    // Dropped when the stream breaks.
    _permit: StreamPermit,
}

impl Pictures {
    /// Sends a picture as a part of the stream.
    fn send(&mut self, picture: Arc<[u8]>) {
        let length = picture.len();
        let head =
            format!("--{BOUNDARY}\r\ncontent-type: image/jpeg\r\ncontent-length: {length}\r\n\r\n");
        self.ready.extend([
            head.into(),
            Bytes::from_owner(picture),
            Bytes::from_static(b"\r\n"),
        ]);
        self.due = Instant::now() + MIN_FRAME_INTERVAL;
    }
}

/// Returns what is sent next; `None` once the camera does not answer.
async fn next(mut pictures: Pictures) -> Option<(Result<Bytes, io::Error>, Pictures)> {
    if pictures.ready.is_empty() {
        sleep_until(pictures.due).await;
        match pictures.server.ask(|backend| backend.picture()).await {
            Ok(picture) => pictures.send(picture),
            Err(problem) => {
                tracing::warn!("a camera stream ends: {problem}");
                return None;
            }
        }
    }
    let part = pictures.ready.pop_front()?;
    Some((Ok(part), pictures))
}
