//! MJPEG streams and stills over HTTP, as network cameras, phones, single-board computers and ffmpeg
//! serve them.

use std::error::Error;
use std::time::{Duration, Instant};

use enact_types::Reason;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, StatusCode, Url};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::multipart::Multipart;
use super::{Feed, FeedOutcome, Picture, Pixels, Source};

/// Longest wait for a connection, and for the beginning of an answer.
const ANSWER_TIME: Duration = Duration::from_secs(5);
/// Longest time that one still may take.
const STILL_TIME: Duration = Duration::from_secs(5);
/// Longest still, bytes.
const MAX_STILL_BYTES: usize = 32 << 20;
/// Stills a second, if nothing else is said.
pub const DEFAULT_STILLS_PER_S: u32 = 10;

/// A camera at an address of the web.
#[derive(Clone, Debug)]
pub struct HttpSource {
    url: Url,
    /// Time from still to still, for a camera that sends only one for each request.
    period: Duration,
}

impl HttpSource {
    /// Refers to a camera at `url`, which is asked for `fps` pictures a second if it sends them one by
    /// one.
    ///
    /// # Errors
    /// If that is no address of the web, with what to use instead.
    pub fn new(url: &str, fps: u32) -> Result<Self, Reason> {
        let parsed = Url::parse(url).map_err(|error| {
            let text = format!(
                "`{}` is no address like http://HOST/stream: {error}",
                hidden(url)
            );
            Reason::from_text_and_source(text, error)
        })?;
        match parsed.scheme() {
            "http" | "https" => {}
            scheme @ ("rtsp" | "rtsps" | "rtmp" | "udp" | "srt") => {
                let reason = format!(
                    "enact does not read {scheme}; have ffmpeg turn it into MJPEG: \
                     `ffmpeg -i URL -q:v 3 -f mpjpeg -listen 1 http://127.0.0.1:8090/stream`, and give that address"
                );
                return Err(reason.into());
            }
            scheme => {
                return Err(format!("`{scheme}:` is no address like http://HOST/stream").into());
            }
        }
        Ok(Self {
            url: parsed,
            period: Duration::from_secs(1) / fps.max(1),
        })
    }
}

/// Returns an address without its password.
fn hidden(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => url.to_owned(),
    }
}

impl Source for HttpSource {
    fn place(&self) -> String {
        hidden(self.url.as_str())
    }

    fn open(&mut self) -> Result<Box<dyn Feed>, Reason> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Reason::from_error)?;
        let client = Client::builder()
            .connect_timeout(ANSWER_TIME)
            // Cameras are near; a proxy for the web is not on the way.
            .no_proxy()
            .build()
            .map_err(reason)?;
        let response = runtime.block_on(ask(&client, &self.url))?;
        let kind = content_type(&response);
        if kind.starts_with("multipart/") {
            let parser = Multipart::from_content_type(&kind)?;
            return Ok(Box::new(Stream {
                runtime,
                response,
                parser,
            }));
        }
        if kind.starts_with("image/") || kind.starts_with("application/octet-stream") {
            return Ok(Box::new(Stills {
                runtime,
                client,
                url: self.url.clone(),
                period: self.period,
                due: Instant::now(),
                first: Some(response),
            }));
        }
        let kind = if kind.is_empty() { "nothing" } else { &kind };
        let reason = format!(
            "it answers with {kind}, not with pictures; give the address of its MJPEG stream or still, which often ends \
             in /stream, /video, /mjpg/video.mjpg or ?action=stream"
        );
        Err(reason.into())
    }
}

async fn ask(client: &Client, url: &Url) -> Result<Response, Reason> {
    let request = client.get(url.clone()).send();
    let response = match timeout(ANSWER_TIME, request).await {
        Ok(response) => response.map_err(reason)?,
        Err(_) => {
            let seconds = ANSWER_TIME.as_secs();
            return Err(format!("it does not answer within {seconds} s").into());
        }
    };
    match response.status() {
        status if status.is_success() => Ok(response),
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            let hint =
                "put name and password into the address, as in http://NAME:PASSWORD@HOST/stream";
            Err(format!("it answers {status}; {hint}").into())
        }
        status => Err(format!("it answers {status}").into()),
    }
}

fn content_type(response: &Response) -> String {
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // Boundaries are case-sensitive, what comes before them is not.
    match kind.split_once(';') {
        Some((kind, parameters)) => format!("{};{parameters}", kind.trim().to_ascii_lowercase()),
        None => kind.trim().to_ascii_lowercase(),
    }
}

/// Returns the innermost cause, which says what happened: "connection refused".
fn reason(error: reqwest::Error) -> Reason {
    let mut cause: &dyn Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let text = cause.to_string();
    let text = match error.is_connect() && error.is_timeout() {
        true => format!("it cannot be reached within {} s", ANSWER_TIME.as_secs()),
        false => text.lines().next().unwrap_or_default().to_owned(),
    };
    Reason::from_text_and_source(text, error.without_url())
}

/// Pictures of one response without an end.
struct Stream {
    runtime: Runtime,
    response: Response,
    parser: Multipart,
}

impl Feed for Stream {
    fn next(&mut self, patience: Duration) -> Result<FeedOutcome, Reason> {
        let end = Instant::now() + patience;
        loop {
            if let Some(part) = self.parser.next(Instant::now())? {
                return Ok(FeedOutcome::Picture(Picture {
                    pixels: Pixels::File(part.bytes),
                    begun: part.begun,
                    stamp: part.stamp,
                }));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(FeedOutcome::Nothing);
            }
            let chunk = self.response.chunk();
            match self.runtime.block_on(async { timeout(left, chunk).await }) {
                Ok(Ok(Some(bytes))) => self.parser.push(&bytes),
                Ok(Ok(None)) => return Err("the stream has ended".into()),
                Ok(Err(error)) => {
                    return Err(reason(error).reworded(|why| format!("the stream broke: {why}")));
                }
                Err(_) => return Ok(FeedOutcome::Nothing),
            }
        }
    }
}

/// One picture for each request.
struct Stills {
    runtime: Runtime,
    client: Client,
    url: Url,
    period: Duration,
    due: Instant,
    /// The response by which it was opened.
    first: Option<Response>,
}

impl Feed for Stills {
    fn next(&mut self, patience: Duration) -> Result<FeedOutcome, Reason> {
        let left = self.due.saturating_duration_since(Instant::now());
        if left > patience {
            std::thread::sleep(patience);
            return Ok(FeedOutcome::Nothing);
        }
        std::thread::sleep(left);
        let begun = Instant::now();
        self.due = begun + self.period;
        let (client, url, first) = (&self.client, &self.url, self.first.take());
        let still = self.runtime.block_on(async {
            let response = match first {
                Some(response) => response,
                None => ask(client, url).await?,
            };
            Ok::<_, Reason>(timeout(STILL_TIME, whole(response)).await)
        });
        Ok(match still? {
            Ok(Ok(bytes)) => FeedOutcome::Picture(Picture {
                pixels: Pixels::File(bytes),
                begun,
                stamp: None,
            }),
            Ok(Err(reason)) => FeedOutcome::Damaged(reason),
            Err(_) => {
                let seconds = STILL_TIME.as_secs();
                FeedOutcome::Damaged(format!("it did not end within {seconds} s").into())
            }
        })
    }
}

async fn whole(mut response: Response) -> Result<Vec<u8>, Reason> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reason)? {
        if bytes.len() + chunk.len() > MAX_STILL_BYTES {
            let most = MAX_STILL_BYTES >> 20;
            return Err(format!("it is longer than {most} MiB, and so no picture").into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_none_is_refused_with_what_to_use_instead() {
        let said = |url: &str| HttpSource::new(url, 10).unwrap_err().to_string();
        assert!(said("rtsp://cam/1").contains("ffmpeg"));
        assert!(said("/dev/video0").contains("http://HOST/stream"));
        assert!(said("ftp://cam/1").contains("`ftp:`"));
    }

    #[test]
    fn a_password_is_never_told() {
        let source = HttpSource::new("http://me:secret@10.0.0.7/video", 10).unwrap();
        assert_eq!(source.place(), "http://…@10.0.0.7/video");
        let wrong = HttpSource::new("http://me:secret@10.0.0.7:99999/", 10).unwrap_err();
        assert!(!wrong.to_string().contains("secret"), "{wrong}");
    }
}
