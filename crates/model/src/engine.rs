//! mistral.rs, one request at a time.
//!
//! Two requests with pictures in flight at once give wrong answers, and a request
//! whose caller is gone takes the engine down. So a request always runs to its end on a
//! runtime of its own. A stop or a time-out ends the waiting at once and has the engine give
//! the request up at its next token; the next request waits until that has happened.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use either::Either;
use enact_types::stop::WaitError;
use enact_types::{Reason, StopSwitch};
use mistralrs::{
    ChatCompletionResponse, CustomLogitsProcessor, GgufModelBuilder, Model, ModelBuilder,
    ModelCategory, ModelDType, RequestBuilder, Tensor, UqffMultimodalModelBuilder,
    UqffTextModelBuilder,
};
use tokio::runtime::{Builder, Runtime};

use crate::chat::Failure;
use crate::quiet;
use crate::source::ModelSource;

type Outcome = Result<ChatCompletionResponse, Reason>;

/// A loaded model with its runtime.
pub(crate) struct Engine {
    model: Arc<Model>,
    /// Always there until dropped.
    runtime: Option<Runtime>,
    stop: StopSwitch,
    /// A request that was given up.
    late: Option<Receiver<Outcome>>,
}

impl Engine {
    /// Loads a model on a thread of its own, which a panic inside the engine ends. Once `stop` is
    /// pressed nobody waits for it.
    ///
    /// # Errors
    /// Says why the model cannot be loaded.
    pub(crate) fn load(source: &ModelSource, stop: &StopSwitch) -> Result<Self, Failure> {
        quiet::hush_engine_panics();
        let refused = |reason: Reason| Failure::Refused(reason.reworded(quiet::first_line));
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("enact-model")
            .enable_all()
            .build()
            .map_err(|error| refused(Reason::of(error)))?;
        let source = source.clone();
        let loading = move || {
            let load = move || (runtime.block_on(build(&source)), runtime);
            thread::spawn(load).join()
        };
        let loaded = stop.unless_pressed(loading).ok_or(Failure::Stopped)?;
        match loaded {
            Ok((Ok(model), runtime)) => Ok(Self {
                model: Arc::new(model),
                runtime: Some(runtime),
                stop: stop.clone(),
                late: None,
            }),
            Ok((Err(reason), runtime)) => {
                runtime.shutdown_background();
                Err(refused(reason))
            }
            Err(panic) => Err(refused(quiet::words(&*panic).into())),
        }
    }

    /// Returns whether requests may have pictures.
    pub(crate) fn sees(&self) -> bool {
        self.model
            .config()
            .is_ok_and(|config| matches!(config.category, ModelCategory::Multimodal { .. }))
    }

    /// Returns the number of tokens of a text and the context length of the model; `None` if the
    /// engine does not know them.
    pub(crate) fn lengths(&self, text: &str) -> Option<(usize, usize)> {
        let longest = self.model.max_sequence_length().ok().flatten()?;
        let text = Either::Right(text.to_owned());
        let tokens = self.model.tokenize(text, None, false, false, None);
        let runtime = self.runtime.as_ref()?;
        Some((runtime.block_on(tokens).ok()?.len(), longest))
    }

    /// Sends a request and waits for its end, at most `limit` and not once a stop is pressed.
    pub(crate) fn ask(
        &mut self,
        request: RequestBuilder,
        limit: Duration,
    ) -> Result<ChatCompletionResponse, Failure> {
        if self.stop.is_pressed() {
            return Err(Failure::Stopped);
        }
        let deadline = Instant::now() + limit;
        if let Some(late) = self.late.take() {
            // It was given up, so what it says is of no use.
            let _ = self.wait(late, deadline)?;
        }
        let wanted = CancelToken::default();
        let request = request.add_logits_processor(Arc::new(wanted.clone()));
        let (sender, receiver) = channel();
        let model = Arc::clone(&self.model);
        self.runtime
            .as_ref()
            .expect("the runtime is there until the engine is dropped")
            .spawn(async move {
                let outcome = model.send_chat_request(request).await;
                // Nobody listens if the engine is being dropped.
                let _ = sender.send(outcome.map_err(explain));
            });
        let outcome = self
            .wait(receiver, deadline)
            .inspect_err(|_| wanted.end())?;
        outcome.map_err(|reason| Failure::Refused(reason.reworded(quiet::first_line)))
    }

    fn wait(&mut self, receiver: Receiver<Outcome>, deadline: Instant) -> Result<Outcome, Failure> {
        let failure = match self.stop.receive(&receiver, Some(deadline)) {
            Ok(outcome) => return Ok(outcome),
            Err(WaitError::Gone) => return Ok(Err("the request panicked".into())),
            Err(WaitError::Late) => Failure::TimedOut,
            Err(WaitError::Stopped) => Failure::Stopped,
        };
        self.late = Some(receiver);
        Err(failure)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        match &self.late {
            // Dropping the late request would make the engine panic: leave its runtime be.
            Some(late) if matches!(late.try_recv(), Err(TryRecvError::Empty)) => {
                std::mem::forget(runtime)
            }
            _ => runtime.shutdown_background(),
        }
    }
}

/// Keeps a request alive while somebody still wants the answer. The engine asks before each token;
/// a refusal is the only way to end a request that leaves the engine in order, and has no effect
/// before that.
#[derive(Clone)]
struct CancelToken(Arc<AtomicBool>);

impl Default for CancelToken {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl CancelToken {
    fn end(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl CustomLogitsProcessor for CancelToken {
    fn apply(&self, logits: &Tensor, _: &[u32]) -> mistralrs::Result<Tensor> {
        if self.0.load(Ordering::Relaxed) {
            Ok(logits.clone())
        } else {
            Err(std::io::Error::other("nobody wants the answer any more").into())
        }
    }
}

fn explain(error: mistralrs::error::Error) -> Reason {
    let text = match &error {
        mistralrs::error::Error::Channel(_) => {
            "the engine broke down; load the model again".to_owned()
        }
        other => plainer(other.to_string()),
    };
    Reason::new(text, error)
}

/// Rewords the engine's message about a prompt that is too long, which names an option that does
/// not exist here.
fn plainer(reason: String) -> String {
    let longest = reason.strip_prefix("Prompt sequence length is greater than ");
    match longest.and_then(|rest| rest.split(',').next()) {
        Some(longest) => format!(
            "what it is asked is too long: it reads {longest} tokens at once; say it in fewer words, or take a model that reads more"
        ),
        None => reason,
    }
}

async fn build(source: &ModelSource) -> Result<Model, Reason> {
    match source {
        ModelSource::Folder(folder) => {
            let folder = folder.display();
            build_auto(ModelBuilder::new(folder).with_dtype(ModelDType::F32)).await
        }
        ModelSource::Hub(id) => build_auto(ModelBuilder::new(id)).await,
        ModelSource::Gguf(file) => build_gguf(folder_of(source), file).await,
        ModelSource::Uqff(file) => build_uqff(folder_of(source), file).await,
        ModelSource::Server(address) => Err(format!("`{address}` is a server, not a file").into()),
    }
}

/// Builds a model in single precision on the processor, for one sequence at a time and without a
/// prefix cache, which would only grow on a processor.
async fn build_auto(builder: ModelBuilder) -> Result<Model, Reason> {
    builder
        .with_force_cpu()
        .with_max_num_seqs(1)
        .with_prefix_cache_n(None)
        .build()
        .await
        .map_err(|error| Reason::new(format!("{error:#}"), error))
}

async fn build_gguf(folder: &Path, file: &Path) -> Result<Model, Reason> {
    GgufModelBuilder::new(folder.display(), vec![name_of(file)])
        .with_force_cpu()
        .with_max_num_seqs(1)
        .with_prefix_cache_n(None)
        .build()
        .await
        .map_err(|error| Reason::new(format!("{error:#}"), error))
}

async fn build_uqff(folder: &Path, file: &Path) -> Result<Model, Reason> {
    let files = vec![name_of(file).into()];
    let sees = std::fs::read_to_string(folder.join("config.json"))
        .is_ok_and(|config| config.contains("\"vision_config\""));
    let built = if sees {
        UqffMultimodalModelBuilder::new(folder.display(), files)
            .into_inner()
            .with_force_cpu()
            .with_max_num_seqs(1)
            .with_prefix_cache_n(None)
            .build()
            .await
    } else {
        UqffTextModelBuilder::new(folder.display(), files)
            .into_inner()
            .with_force_cpu()
            .with_max_num_seqs(1)
            .with_prefix_cache_n(None)
            .build()
            .await
    };
    built.map_err(|error| Reason::new(format!("{error:#}"), error))
}

fn folder_of(source: &ModelSource) -> &Path {
    source.folder().unwrap_or(Path::new("."))
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
