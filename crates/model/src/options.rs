//! Bounds on a request.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use enact_plan::similarity::{BySpelling, TextSimilarity};
use enact_plan::{MeaningMode, Pointing, PromptTemplates, grammar};
use serde_json::Value;

use crate::local_model_options::LocalOptions;
use crate::picture::PictureFormat;
use crate::sampling::Sampling;
use crate::server::ServerPool;

/// Limits of a request.
#[derive(Clone, Debug)]
pub struct RequestOptions {
    /// Longest wait for an answer; long enough for a model of a few billion
    /// parameters on a slow processor.
    pub time_limit: Duration,
    /// Most tokens an answer may have. A longer one is cut and rejected. `None`: as many as the
    /// longest answer that its grammar allows may take, and [`MAX_TOKENS`](Self::MAX_TOKENS) at least.
    pub max_tokens: Option<usize>,
    /// How freely plans are drawn.
    pub sampling: Sampling,
    /// The full style of prompts for plans.
    pub prompts: Arc<PromptTemplates>,
    /// Whether plans are read as free text, a step a line. Models in this process are asked for
    /// such, without a grammar; servers that know none may answer so.
    pub free_text: bool,
    /// By what the lines of such a plan are taken for the steps that they are like.
    pub similarity: Arc<dyn TextSimilarity>,
    /// Whether plans are chosen step by step among those that can be done, by how likely the model
    /// holds each, instead of written. Only models in this process tell that.
    pub score_steps: bool,
    /// How the model points; none: as its settings or its name tell.
    pub pointing: Option<Pointing>,
    /// Whether instructions are read before the model is asked; by default as its settings say.
    pub meaning: Option<MeaningMode>,
    /// Told what delays or changes a request.
    pub notify: NoticeListener,
    /// Options of requests to servers.
    pub server: ServerOptions,
    /// How a model in this process is run.
    pub local: LocalOptions,
}

impl RequestOptions {
    /// Most tokens of an answer of which nobody knows how long it may become.
    pub const MAX_TOKENS: usize = 1024;

    /// Returns the most tokens of an answer that follows `schema`; `usual` where that has no bound.
    pub(crate) fn most_tokens(&self, schema: &Value, usual: usize) -> usize {
        // No token is less than a byte.
        let longest =
            || grammar::longest_text_bytes(schema).map_or(usual, |bytes| bytes.max(usual));
        self.max_tokens.unwrap_or_else(longest)
    }
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self {
            time_limit: Duration::from_secs(300),
            max_tokens: None,
            sampling: Sampling::GREEDY,
            prompts: Arc::default(),
            free_text: false,
            similarity: Arc::new(BySpelling),
            score_steps: false,
            pointing: None,
            meaning: None,
            notify: NoticeListener::default(),
            server: ServerOptions::default(),
            local: LocalOptions::default(),
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
    /// Where several servers run the model: those among which models share them.
    pub pool: ServerPool,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            key_env: None,
            picture_format: PictureFormat::Png,
            picture_side: 1280,
            log_probabilities: false,
            retry_time: Duration::from_secs(60),
            pool: ServerPool::default(),
        }
    }
}

/// A listener that receives sentences about what delays or changes a request; none by default.
#[derive(Clone, Default)]
pub struct NoticeListener(Option<Arc<Listener>>);

type Listener = dyn Fn(&str) + Send + Sync;

impl NoticeListener {
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

impl fmt::Debug for NoticeListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Notify(listener)"
        } else {
            "Notify(nobody)"
        })
    }
}
