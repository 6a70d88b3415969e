//! mistral.rs, one request at a time.
//!
//! Two requests with pictures in flight at once give wrong answers, and a request
//! whose caller is gone takes the engine down. So a request always runs to its end on a
//! runtime of its own. A stop or a time-out ends the waiting at once and has the engine give
//! the request up at its next token; the next request waits until that has happened.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use either::Either;
use enact_types::stop::WaitError;
use enact_types::{Reason, StopSwitch};
use mistralrs::{
    ChatCompletionResponse, CustomLogitsProcessor, GgufModelBuilder, Model, ModelBuilder,
    ModelCategory, ModelDType, RequestBuilder, Tensor, UqffMultimodalModelBuilder,
    UqffTextModelBuilder, best_device, parse_isq_value,
};
use tokio::runtime::{Builder, Runtime};

use crate::chat::Failure;
use crate::likelihood::{self, LikelihoodQuery, Likelihoods};
use crate::local_model_options::{Device, Dtype, LocalOptions};
use crate::model_name::ModelSource;
use crate::quiet;

/// How often somebody is told how far a request is.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// What a request came to.
enum Answer {
    Chat(Box<ChatCompletionResponse>),
    Likelihoods(Likelihoods),
}

type Outcome = Result<Answer, Reason>;

/// A loaded model with its runtime.
pub(crate) struct Engine {
    model: Arc<Model>,
    /// Always there until dropped.
    runtime: Option<Runtime>,
    stop: StopSwitch,
    /// A request that was given up.
    late: Option<Receiver<Outcome>>,
    /// Whether prompts are kept for what begins alike.
    keeps: bool,
    /// Whether the processor computes.
    on_processor: bool,
}

impl Engine {
    /// Loads a model on a thread of its own, which a panic inside the engine ends. Once `stop` is
    /// pressed nobody waits for it. `keeps`: whether texts are to be judged, which share their begin.
    ///
    /// # Errors
    /// Says why the model cannot be loaded.
    pub(crate) fn load(
        source: &ModelSource,
        options: &LocalOptions,
        keeps: bool,
        stop: &StopSwitch,
    ) -> Result<Self, Failure> {
        quiet::hush_engine_panics();
        let refused = |reason: Reason| Failure::Refused(reason.reworded(quiet::first_line));
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("enact-model")
            .enable_all()
            .build()
            .map_err(|error| refused(Reason::from_error(error)))?;
        let on_processor = on_processor(options);
        let (source, options) = (source.clone(), options.clone());
        let loading = move || {
            let load = move || (runtime.block_on(build(&source, &options, keeps)), runtime);
            thread::spawn(load).join()
        };
        let loaded = stop.run_unless_pressed(loading).ok_or(Failure::Stopped)?;
        match loaded {
            Ok((Ok(model), runtime)) => Ok(Self {
                model: Arc::new(model),
                runtime: Some(runtime),
                stop: stop.clone(),
                late: None,
                keeps,
                on_processor,
            }),
            Ok((Err(reason), runtime)) => {
                runtime.shutdown_background();
                Err(refused(reason))
            }
            Err(panic) => Err(refused(quiet::panic_message(&*panic).into())),
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
    pub(crate) fn text_and_context_lengths(&self, text: &str) -> Option<(usize, usize)> {
        let longest = self.model.max_sequence_length().ok().flatten()?;
        let text = Either::Right(text.to_owned());
        let tokens = self.model.tokenize(text, None, false, false, None);
        let runtime = self.runtime.as_ref()?;
        Some((runtime.block_on(tokens).ok()?.len(), longest))
    }

    /// Sends a request and waits for its end, at most `limit` and not once a stop is pressed.
    /// `progress` is told how many tokens there are so far.
    pub(crate) fn ask(
        &mut self,
        request: RequestBuilder,
        limit: Duration,
        progress: &mut dyn FnMut(usize),
    ) -> Result<ChatCompletionResponse, Failure> {
        let wanted = CancelToken::default();
        let request = request.add_logits_processor(Arc::new(wanted.clone()));
        let (keeps, on_processor) = (self.keeps, self.on_processor);
        let send = |model: Arc<Model>| async move {
            let outcome = model.send_chat_request(request).await;
            if keeps {
                likelihood::forget_judged_texts(&model, on_processor).await;
            }
            let answer = |response| Answer::Chat(Box::new(response));
            outcome.map(answer).map_err(explain)
        };
        match self.run(send, &wanted, limit, progress)? {
            Answer::Chat(response) => Ok(*response),
            Answer::Likelihoods(_) => Err(Failure::Refused("it answered another request".into())),
        }
    }

    /// Judges texts, likewise. The engine keeps their begin until it is told to [`forget_judged_texts`](Self::forget_judged_texts).
    pub(crate) fn judge_likelihoods(
        &mut self,
        query: LikelihoodQuery,
        limit: Duration,
    ) -> Result<Likelihoods, Failure> {
        let wanted = CancelToken::default();
        let asked = wanted.clone();
        let on_processor = self.on_processor;
        let send = |model: Arc<Model>| async move {
            let judged = likelihood::judge(&model, query, &asked).await;
            if judged.is_err() {
                likelihood::forget_judged_texts(&model, on_processor).await;
            }
            judged.map(Answer::Likelihoods)
        };
        match self.run(send, &wanted, limit, &mut |_| ())? {
            Answer::Likelihoods(judged) => Ok(judged),
            Answer::Chat(_) => Err(Failure::Refused("it answered another request".into())),
        }
    }

    /// Has the engine forget what it keeps of texts that were judged.
    pub(crate) fn forget_judged_texts(&mut self) {
        if let (None, Some(runtime)) = (&self.late, &self.runtime) {
            runtime.block_on(likelihood::forget_judged_texts(
                &self.model,
                self.on_processor,
            ));
        }
    }

    fn run<F>(
        &mut self,
        send: impl FnOnce(Arc<Model>) -> F,
        wanted: &CancelToken,
        limit: Duration,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Answer, Failure>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        if self.stop.is_pressed() {
            return Err(Failure::Stopped);
        }
        let deadline = Instant::now() + limit;
        if let Some(late) = self.late.take() {
            // It was given up, so what it says is of no use.
            let _ = self.wait(late, deadline, &mut || ())?;
        }
        let (sender, receiver) = channel();
        let request = send(Arc::clone(&self.model));
        self.runtime
            .as_ref()
            .expect("the runtime is there until the engine is dropped")
            .spawn(async move {
                // Nobody listens if the engine is being dropped.
                let _ = sender.send(request.await);
            });
        let mut tell = || progress(wanted.tokens());
        let outcome = self
            .wait(receiver, deadline, &mut tell)
            .inspect_err(|_| wanted.cancel())?;
        outcome.map_err(|reason| Failure::Refused(reason.reworded(quiet::first_line)))
    }

    /// Waits for what comes of a request, and calls `meanwhile` now and then.
    fn wait(
        &mut self,
        receiver: Receiver<Outcome>,
        deadline: Instant,
        meanwhile: &mut dyn FnMut(),
    ) -> Result<Outcome, Failure> {
        let failure = loop {
            let until = deadline.min(Instant::now() + TOLD_EVERY);
            match self.stop.receive_unless_pressed(&receiver, Some(until)) {
                Ok(outcome) => return Ok(outcome),
                Err(WaitError::Gone) => return Ok(Err("the request panicked".into())),
                Err(WaitError::Late) if until < deadline => meanwhile(),
                Err(WaitError::Late) => break Failure::TimedOut,
                Err(WaitError::Stopped) => break Failure::Stopped,
            }
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

/// Whether somebody still wants the answer, and how far it is. The engine asks before each token; a
/// refusal is the one way out of a request that leaves it in order, and changes nothing before.
#[derive(Clone, Default)]
pub(crate) struct CancelToken(Arc<Progress>);

#[derive(Default)]
struct Progress {
    is_ended: AtomicBool,
    tokens: AtomicUsize,
}

impl CancelToken {
    pub(crate) fn cancel(&self) {
        self.0.is_ended.store(true, Ordering::Relaxed);
    }

    /// Refuses where nobody wants the answer any more.
    pub(crate) fn check(&self) -> Result<(), Reason> {
        match self.0.is_ended.load(Ordering::Relaxed) {
            true => Err("nobody wants the answer any more".into()),
            false => Ok(()),
        }
    }

    /// How many tokens were drawn so far.
    fn tokens(&self) -> usize {
        self.0.tokens.load(Ordering::Relaxed)
    }
}

impl CustomLogitsProcessor for CancelToken {
    fn apply(&self, logits: &Tensor, _: &[u32]) -> mistralrs::Result<Tensor> {
        match self.check() {
            Ok(()) => {
                self.0.tokens.fetch_add(1, Ordering::Relaxed);
                Ok(logits.clone())
            }
            Err(reason) => Err(std::io::Error::other(reason.to_string()).into()),
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
    Reason::from_text_and_source(text, error)
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

/// Builds with what all builders are told: the device; one sequence at a time; no prefix cache,
/// which on a processor only grows, unless `keeps`, and then it is emptied after each plan.
macro_rules! build_as {
    ($builder:expr, $options:expr, $keeps:expr) => {{
        let builder = $builder
            .with_max_num_seqs(1)
            .with_prefix_cache_n($keeps.then_some(1));
        let builder = match on_processor($options) {
            true => builder.with_force_cpu(),
            false => builder,
        };
        let built = builder.build().await;
        built.map_err(|error| Reason::from_text_and_source(format!("{error:#}"), error))
    }};
}
async fn build(source: &ModelSource, options: &LocalOptions, keeps: bool) -> Result<Model, Reason> {
    match source {
        ModelSource::Folder(folder) => {
            // Single precision is exact, and on a processor as fast as any.
            let usual = match on_processor(options) {
                true => ModelDType::F32,
                false => ModelDType::Auto,
            };
            build_auto(ModelBuilder::new(folder.display()), options, keeps, usual).await
        }
        ModelSource::Hub(id) => {
            build_auto(ModelBuilder::new(id), options, keeps, ModelDType::Auto).await
        }
        ModelSource::Gguf(file) => {
            let folder = folder_of(source).display();
            let builder = GgufModelBuilder::new(folder, vec![name_of(file)]);
            build_as!(builder, options, keeps)
        }
        ModelSource::Uqff(file) => build_uqff(folder_of(source), file, options, keeps).await,
        ModelSource::Server(address) => Err(format!("`{address}` is a server, not a file").into()),
    }
}

/// Whether the processor computes: as it is told, or because there is nothing else that the program
/// was built for.
fn on_processor(options: &LocalOptions) -> bool {
    match options.device {
        Device::Cpu => true,
        Device::Cuda | Device::Metal => false,
        Device::Auto => best_device(false).is_ok_and(|device| device.is_cpu()),
    }
}

async fn build_auto(
    builder: ModelBuilder,
    options: &LocalOptions,
    keeps: bool,
    usual: ModelDType,
) -> Result<Model, Reason> {
    let builder = builder.with_dtype(precision(options, usual));
    let builder = match &options.isq {
        Some(isq) => builder.with_isq(parse_isq_value(isq.name(), None)?),
        None => builder,
    };
    build_as!(builder, options, keeps)
}

async fn build_uqff(
    folder: &Path,
    file: &Path,
    options: &LocalOptions,
    keeps: bool,
) -> Result<Model, Reason> {
    let files = vec![name_of(file).into()];
    let sees = std::fs::read_to_string(folder.join("config.json"))
        .is_ok_and(|config| config.contains("\"vision_config\""));
    let dtype = precision(options, ModelDType::Auto);
    if sees {
        let builder = UqffMultimodalModelBuilder::new(folder.display(), files).into_inner();
        build_as!(builder.with_dtype(dtype), options, keeps)
    } else {
        let builder = UqffTextModelBuilder::new(folder.display(), files).into_inner();
        build_as!(builder.with_dtype(dtype), options, keeps)
    }
}

fn precision(options: &LocalOptions, usual: ModelDType) -> ModelDType {
    match options.dtype {
        None => usual,
        Some(Dtype::Auto) => ModelDType::Auto,
        Some(Dtype::F32) => ModelDType::F32,
        Some(Dtype::F16) => ModelDType::F16,
        Some(Dtype::Bf16) => ModelDType::BF16,
    }
}

fn folder_of(source: &ModelSource) -> &Path {
    source.local_files_folder().unwrap_or(Path::new("."))
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
