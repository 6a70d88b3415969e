//! Bounds on a request.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use enact_plan::Pointing;

use crate::picture::PictureFormat;

/// Limits of a request.
#[derive(Clone, Debug)]
pub struct RequestOptions {
    /// Longest wait for an answer; long enough for a model of a few billion
    /// parameters on a slow processor.
    pub time_limit: Duration,
    /// Most tokens an answer may have. A longer one is cut and rejected.
    pub max_tokens: usize,
    /// Sampling temperature of plans: 0 takes the most probable token each time, 1 samples from the
    /// model's own distribution. Lists of objects are never sampled.
    pub temperature: f64,
    /// True to read a plan that is not JSON as free text, one step per line: for models behind
    /// servers without grammars.
    pub free_text: bool,
    /// Pointing convention; by default that of the model's settings or name.
    pub pointing: Option<Pointing>,
    /// Options of requests to servers.
    pub server: ServerOptions,
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self {
            time_limit: Duration::from_secs(300),
            max_tokens: 1024,
            temperature: 0.0,
            free_text: false,
            pointing: None,
            server: ServerOptions::default(),
        }
    }
}

/// Options of requests to a server.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Environment variable that holds the key. `None`: `OPENAI_API_KEY`, if it is set.
    pub key_env: Option<String>,
    /// Format of the pictures that are sent.
    pub picture_format: PictureFormat,
    /// Longest side of the pictures that are sent, pixels. Smaller pictures go out as they are.
    pub picture_side: u32,
    /// True if somebody reads how probable each token was.
    pub log_probabilities: bool,
    /// Longest time that is spent on asking again while a server loads its model, or as long as
    /// it asks to be left alone; one that is busy or broken is asked again for a third of that.
    pub retry_time: Duration,
    /// Told what delays or changes a request.
    pub notify: Notify,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            key_env: None,
            picture_format: PictureFormat::Png,
            picture_side: 1280,
            log_probabilities: false,
            retry_time: Duration::from_secs(60),
            notify: Notify::default(),
        }
    }
}

/// A listener that receives sentences about what delays or changes a request; none by default.
#[derive(Clone, Default)]
pub struct Notify(Option<Arc<Listener>>);

type Listener = dyn Fn(&str) + Send + Sync;

impl Notify {
    /// Tells `listener`.
    pub fn new(listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(crate) fn tell(&self, sentence: &str) {
        tracing::debug!("{sentence}");
        if let Some(listener) = &self.0 {
            listener(sentence);
        }
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Notify(listener)"
        } else {
            "Notify(nobody)"
        })
    }
}
