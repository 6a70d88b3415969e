//! Speech of browsers: sound in, text out. Nothing is done with the text but to look for a stop.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::header;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::extract::{JsonResponse, read_limited_body};
use crate::access::limits::StreamLimit;
use crate::access::{Client, Role};
use crate::problem::{Problem, ProblemDocument, ProblemKind};
use crate::request_resources::run_blocking;
use crate::speech::{Heard, Transcriber};

/// Largest file, bytes: half a minute at 48 kHz and 16 bits.
pub(super) const MAX_SOUND_BYTES: usize = 3 * 1024 * 1024;
/// Longest clip.
const MAX_CLIP_DURATION: Duration = Duration::from_secs(30);
/// Clips that are listened to at a time, of one client and of all: each takes a thread, and waits
/// for the model.
const CLIPS: (usize, usize) = (2, 8);

/// What turns speech into text, if anything does.
#[derive(Clone)]
pub(super) struct SpeechRecognition {
    pub(super) transcriber: Option<Arc<dyn Transcriber>>,
    clips: Arc<StreamLimit>,
}

impl Default for SpeechRecognition {
    fn default() -> Self {
        Self {
            transcriber: None,
            clips: StreamLimit::new("clips of speech", CLIPS.0, CLIPS.1),
        }
    }
}

/// Whether the server understands speech.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpeechInfo {
    /// Whether it does.
    available: bool,
    /// Length of the longest clip, seconds.
    longest_s: f64,
}

/// How a clip is listened to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SpeechQuery {
    /// Whether the sentence goes on: only a stop is looked for, quickly.
    #[serde(default)]
    part: bool,
}

/// A WAV file.
pub(super) struct Sound(Bytes);

impl FromRequest<ApiState> for Sound {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &ApiState) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let kinds = ["audio/wav", "audio/x-wav", "audio/wave"];
        if !kinds.iter().any(|known| kind.eq_ignore_ascii_case(known)) {
            let detail = "the body must be audio/wav";
            return Err(Problem::new(ProblemKind::MediaType, detail));
        }
        read_limited_body(request, server, MAX_SOUND_BYTES)
            .await
            .map(Self)
    }
}

/// Returns whether the server understands speech.
#[utoipa::path(get, path = "/v1/speech", tag = "speech",
    responses((status = 200, body = SpeechInfo), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn info(State(server): State<ApiState>) -> JsonResponse<SpeechInfo> {
    JsonResponse(SpeechInfo {
        available: server.ears.transcriber.is_some(),
        longest_s: MAX_CLIP_DURATION.as_secs_f64(),
    })
}

/// Returns what is said in a WAV file, for somebody to read and correct. Nothing is carried out, but
/// a clip that says stop stops the arm.
#[utoipa::path(post, path = "/v1/speech", tag = "speech", params(SpeechQuery),
    request_body(content = String, content_type = "audio/wav", description = "A WAV file"),
    responses((status = 200, body = Heard), (status = "4XX", body = ProblemDocument)))]
pub(super) async fn hear(
    State(server): State<ApiState>,
    Extension(client): Extension<Client>,
    query: Result<Query<SpeechQuery>, QueryRejection>,
    Sound(wav): Sound,
) -> Result<JsonResponse<Heard>, Problem> {
    client.require_role(Role::Ask)?;
    let Query(SpeechQuery { part }) =
        query.map_err(|rejection| Problem::new(ProblemKind::Malformed, rejection.body_text()))?;
    let Some(transcriber) = server.ears.transcriber.clone() else {
        let detail = "the server has no speech model; start it with --speech-model DIR";
        return Err(Problem::new(ProblemKind::NotFound, detail));
    };
    let place = server.ears.clips.open_stream(&client.name)?;
    let heard = run_blocking(move || {
        // Whoever goes away gives up the place no sooner than the thread.
        let _place = place;
        Ok(transcriber.hear(&wav, MAX_CLIP_DURATION, !part)?)
    });
    let heard = heard.await?;
    if heard.is_stop {
        server.session.press_stop(&client.name);
    }
    Ok(JsonResponse(heard))
}
