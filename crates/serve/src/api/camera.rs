//! Pictures of the main camera.

use std::io;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use tokio::time::{Instant, sleep_until};

use super::Server;
use crate::access::Client;
use crate::problem::{Problem, ProblemDocument};

/// Shortest interval between two pictures of a stream.
const PERIOD: Duration = Duration::from_millis(100);
/// What is between two pictures.
const BOUNDARY: &str = "enact-picture";

/// Returns a picture as it is now.
#[utoipa::path(get, path = "/v1/camera/frame.jpg", tag = "camera",
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"),
        (status = "4XX", body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub(super) async fn frame(
    State(server): State<Server>,
    Extension(client): Extension<Client>,
) -> Result<Response, Problem> {
    let picture = server.served.picture(&client).await?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], picture).into_response())
}

/// Streams pictures as they come.
#[utoipa::path(get, path = "/v1/camera/stream.mjpg", tag = "camera",
    responses((status = 200, body = Vec<u8>, content_type = "multipart/x-mixed-replace"),
        (status = "4XX", body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub(super) async fn stream(
    State(server): State<Server>,
    Extension(client): Extension<Client>,
) -> Result<Response, Problem> {
    let permit = server.served.place_for_picture(&client)?;
    // A camera that does not answer is told while there is a status to tell it with.
    let first = server.ask(|backend| backend.picture()).await?;
    let state = (server, permit, Some(first), Instant::now());
    let pictures = unfold(state, |(server, permit, first, due)| async move {
        let picture = match first {
            Some(first) => Ok(first),
            None => {
                sleep_until(due).await;
                server.ask(|backend| backend.picture()).await
            }
        };
        let picture = match picture {
            Ok(picture) => picture,
            Err(problem) => {
                tracing::warn!("a camera stream ends: {problem}");
                return None;
            }
        };
        let state = (server, permit, None, Instant::now() + PERIOD);
        Some((Ok::<Bytes, io::Error>(part(&picture)), state))
    });
    let kind = format!("multipart/x-mixed-replace; boundary={BOUNDARY}");
    Ok(([(header::CONTENT_TYPE, kind)], Body::from_stream(pictures)).into_response())
}

/// Returns a picture as a part of a stream.
fn part(picture: &[u8]) -> Bytes {
    let length = picture.len();
    let head =
        format!("--{BOUNDARY}\r\ncontent-type: image/jpeg\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), picture, b"\r\n"].concat().into()
}
