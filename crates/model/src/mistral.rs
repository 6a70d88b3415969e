//! A model in this process.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use enact_plan::{PlannerError, Pointing, Token, Usage};
use enact_types::{Reason, StopSwitch};
use image::DynamicImage;
use mistralrs::{
    ChatCompletionResponse, Constraint, RequestBuilder, StopTokens, TextMessageRole,
    core::{ResponseLogprob, hf_hub_cache_dir},
};
use serde_json::Value;

use crate::chat::{self, Chat, Failure, Query, Reply};
use crate::config::ModelConfig;
use crate::engine::Engine;
use crate::options::RequestOptions;
use crate::source::ModelSource;
use crate::special::SpecialTokens;
use crate::{VisionLanguageModel, files, pointing};

/// Number of most probable tokens from which a sampled plan is drawn.
const DRAWN_FROM: usize = 40;

/// The instruction may take up one part in this many of the context; the rest is for the scene, the
/// history and the answer.
const ROOM: usize = 2;

/// A model that mistral.rs runs on the processor with greedy decoding, so that the same requests in
/// the same order get the same answers.
pub struct MistralModel {
    name: String,
    options: RequestOptions,
    settings: ModelConfig,
    special: SpecialTokens,
    engine: Engine,
    load_time: Duration,
}

impl MistralModel {
    /// Loads a local folder, a GGUF or UQFF file, or a Hugging Face id. Local
    /// folders are computed in single precision, hub models in the precision
    /// that mistral.rs chooses. A folder may have an `enact.toml` (see [`ModelConfig`]). As long as
    /// `stop` is pressed it neither loads nor answers.
    ///
    /// # Errors
    /// [`PlannerError::Load`] with one sentence that says what is wrong with the
    /// files, or what the engine says.
    pub fn load(
        source: &str,
        options: RequestOptions,
        stop: &StopSwitch,
    ) -> Result<Self, PlannerError> {
        let start = Instant::now();
        let failed = |reason: Reason| PlannerError::Load {
            model: source.to_owned(),
            reason,
        };
        let time_limit = options.time_limit;
        let place = ModelSource::parse(source);
        let settings = read_settings(&place).map_err(failed)?;
        let engine = Engine::load(&place, stop).map_err(|failure| match failure {
            Failure::Refused(reason) => failed(reason.reworded(|words| with_hint(&place, words))),
            failure => failure.of(source, time_limit),
        })?;
        let folder = folder_of(&place);
        let special = special_tokens(&place, folder.as_deref()).map_err(failed)?;
        let pointing = options
            .pointing
            .or(settings.pointing)
            .or_else(|| pointing::of_model(&place, folder.as_deref()));
        if let Some(folder) = folder {
            files::check_splitting(&folder).map_err(failed)?;
        }
        Ok(Self {
            name: source.to_owned(),
            options,
            settings: ModelConfig {
                plan_with_image: settings.plan_with_image && engine.sees(),
                pointing,
                ..settings
            },
            special,
            engine,
            load_time: start.elapsed(),
        })
    }

    /// Changes the bounds of the requests to come.
    pub fn set_options(&mut self, options: RequestOptions) {
        self.options = options;
    }

    fn request(&self, query: Query<'_>) -> RequestBuilder {
        let Query {
            text,
            picture,
            schema,
            temperature,
            ..
        } = query;
        let constraint = match schema {
            Value::Null => Constraint::None,
            schema => Constraint::JsonSchema(schema),
        };
        let request = RequestBuilder::new()
            .set_constraint(constraint)
            // Greedy: the likeliest token alone. Only with a temperature does mistral.rs
            // tell how likely it was.
            .set_deterministic_sampler()
            .set_sampler_temperature(1.0)
            .return_logprobs(true)
            .set_sampler_max_len(self.options.max_tokens)
            .set_sampler_stop_toks(StopTokens::Ids(self.special.ends().to_vec()))
            .enable_thinking(false);
        let request = if temperature > 0.0 {
            request
                .set_sampler_temperature(temperature)
                .set_sampler_topk(DRAWN_FROM)
        } else {
            request
        };
        match picture {
            Some(rgb) => {
                let pictures = vec![DynamicImage::ImageRgb8(rgb)];
                request.add_image_message(TextMessageRole::User, text, pictures)
            }
            None => request.add_message(TextMessageRole::User, text),
        }
    }

    fn failed(&self, failure: Failure) -> PlannerError {
        failure.of(&self.name, self.options.time_limit)
    }
}

impl Chat for MistralModel {
    fn settings(&self) -> &ModelConfig {
        &self.settings
    }

    fn special_tokens(&self) -> &SpecialTokens {
        &self.special
    }

    fn temperature(&self) -> f64 {
        self.options.temperature
    }

    fn ask(&mut self, query: Query<'_>) -> Result<Reply, PlannerError> {
        if query.picture.is_some() && !self.engine.sees() {
            let reason = "it reads text only; take a vision-language model";
            return Err(self.failed(Failure::Refused(reason.into())));
        }
        let request = self.request(query);
        let response = self
            .engine
            .ask(request, self.options.time_limit)
            .map_err(|failure| self.failed(failure))?;
        reply(response)
            .ok_or_else(|| self.failed(Failure::Refused("the engine gave an empty answer".into())))
    }
}

chat::see_and_plan!(MistralModel);

impl VisionLanguageModel for MistralModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn load_time(&self) -> Duration {
        self.load_time
    }

    fn pointing(&self) -> Pointing {
        self.settings.pointing.unwrap_or_default()
    }

    fn set_pointing(&mut self, pointing: Pointing) {
        self.settings.pointing = Some(pointing);
    }

    fn admit(&mut self, instruction: &str) -> Result<(), PlannerError> {
        let Some((length, longest)) = self.engine.lengths(instruction) else {
            return Ok(());
        };
        let most = longest / ROOM;
        if length <= most {
            return Ok(());
        }
        Err(self.failed(Failure::Refused(format!(
            "the instruction is too long: it takes {length} tokens, and of the {longest} that the model reads at once {most} may be the instruction's; say it in fewer words"
        ).into())))
    }
}

fn reply(response: ChatCompletionResponse) -> Option<Reply> {
    let usage = &response.usage;
    let usage = Usage {
        requests: 1,
        prompt_tokens: usage.prompt_tokens as u32,
        completion_tokens: usage.completion_tokens as u32,
        prompt_time: seconds(usage.total_prompt_time_sec),
        decode_time: seconds(usage.total_completion_time_sec),
    };
    let choice = response.choices.into_iter().next()?;
    let tokens = choice.logprobs.and_then(|told| told.content);
    Some(Reply {
        text: choice.message.content?,
        cut: choice.finish_reason == "length",
        usage,
        tokens: tokens.into_iter().flatten().map(token).collect(),
        ..Reply::default()
    })
}

/// Converts a token and its common logarithm, as mistral.rs reports it.
fn token(told: ResponseLogprob) -> Token {
    let log_probability = f64::from(told.logprob) * std::f64::consts::LN_10;
    Token {
        text: told.token,
        log_probability: Some(log_probability).filter(|value| value.is_finite()),
    }
}

fn seconds(value: f32) -> Duration {
    Duration::try_from_secs_f32(value).unwrap_or_default()
}

fn read_settings(source: &ModelSource) -> Result<ModelConfig, Reason> {
    match source {
        ModelSource::Folder(folder) => {
            files::check_folder(folder)?;
            ModelConfig::read(folder)
        }
        ModelSource::Gguf(file) | ModelSource::Uqff(file) => {
            files::check_file(file)?;
            ModelConfig::read(source.folder().unwrap_or(Path::new(".")))
        }
        ModelSource::Hub(_) | ModelSource::Server(_) => Ok(ModelConfig::default()),
    }
}

fn special_tokens(source: &ModelSource, folder: Option<&Path>) -> Result<SpecialTokens, Reason> {
    let mut special = SpecialTokens::widespread();
    if let ModelSource::Gguf(file) = source {
        special = special.with_gguf(file)?;
    }
    match folder.map(|folder| folder.join("tokenizer.json")) {
        Some(path) if path.exists() => special
            .with_tokenizer(&path)
            .map_err(|reason| reason.reworded(|reason| format!("`tokenizer.json`: {reason}"))),
        _ => Ok(special),
    }
}

/// Returns the folder with a model's files: for a hub id, the one of the hub's client.
fn folder_of(source: &ModelSource) -> Option<PathBuf> {
    match source {
        ModelSource::Hub(id) => {
            let repository = format!("models--{}", id.replace('/', "--"));
            let snapshots = hf_hub_cache_dir()?.join(repository).join("snapshots");
            std::fs::read_dir(snapshots)
                .ok()?
                .flatten()
                .map(|snapshot| snapshot.path())
                .find(|snapshot| snapshot.join("tokenizer.json").exists())
        }
        _ => source.folder().map(Path::to_owned),
    }
}

fn with_hint(source: &ModelSource, reason: &str) -> String {
    match source {
        ModelSource::Hub(_) => format!(
            "there is no such folder, and from Hugging Face: {reason}; \
             check the id and the network, or give a local folder"
        ),
        _ => format!("mistral.rs cannot read its files: {reason}"),
    }
}
