//! A model in this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use enact_plan::{
    MeaningReader, ModelResponse, Plan, PlannerError, Pointing, PromptStyle, Situation, Token,
    Usage,
};
use enact_types::{Reason, StopSwitch};
use image::DynamicImage;
use mistralrs::{
    ChatCompletionResponse, Constraint, RequestBuilder, StopTokens, TextMessageRole,
    core::{ResponseLogprob, hf_hub_cache_dir},
};
use serde_json::Value;

use crate::chat::{self, Chat, Failure, Query, Reply};
use crate::config::ModelConfig;
use crate::control_tokens::SpecialTokens;
use crate::engine::Engine;
use crate::local_model_options::LocalOptions;
use crate::model_name::ModelSource;
use crate::options::RequestOptions;
use crate::pace::{SlownessNotice, describe_progress};
use crate::progress::WaitNotifier;
use crate::sampling::RequestRngs;
use crate::token_sampler::TokenSampler;
use crate::{VisionLanguageModel, files, pointing, scored};

/// The instruction may take up one part in this many of the context; the rest is for the scene, the
/// history and the answer.
const INSTRUCTION_DIVISOR: usize = 2;

/// A model that mistral.rs runs in this process: greedy decoding, or draws that a seed decides, so
/// the same questions in the same order get the same answers.
pub struct MistralModel {
    name: String,
    options: RequestOptions,
    settings: ModelConfig,
    special: SpecialTokens,
    meaning: MeaningReader,
    engine: Engine,
    pace: SlownessNotice,
    draws: RequestRngs,
    load_time: Duration,
}

impl MistralModel {
    /// Loads a local folder, a GGUF or UQFF file, or a Hugging Face id, as [`LocalOptions`] say. A folder may have an `enact.toml` (see [`ModelConfig`]). As long as
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
        check_options(&place, &options.local).map_err(failed)?;
        check_prompts(&settings, &options).map_err(failed)?;
        let engine =
            Engine::load(&place, &options.local, options.score_steps, stop).map_err(|failure| {
                match failure {
                    Failure::Refused(reason) => {
                        failed(reason.reworded(|words| with_hint(&place, words)))
                    }
                    failure => failure.into_planner_error(source, time_limit),
                }
            })?;
        let folder = folder_of(&place, "tokenizer.json");
        let special = special_tokens(&place, folder.as_deref()).map_err(failed)?;
        let pointing = options
            .pointing
            .or(settings.pointing)
            .or_else(|| pointing::of_model(&place, folder.as_deref()));
        if let Some(folder) = folder {
            files::check_image_splitting(&folder).map_err(failed)?;
        }
        Ok(Self {
            name: source.to_owned(),
            meaning: MeaningReader::new(options.meaning.unwrap_or(settings.meaning)),
            options,
            settings: ModelConfig {
                plan_with_image: settings.plan_with_image && engine.sees(),
                pointing,
                ..settings
            },
            special,
            engine,
            pace: SlownessNotice::default(),
            draws: RequestRngs::new(),
            load_time: start.elapsed(),
        })
    }

    /// Changes the bounds of the requests to come.
    pub fn set_options(&mut self, options: RequestOptions) {
        self.options = options;
    }

    fn request(&mut self, query: Query<'_>) -> RequestBuilder {
        let Query {
            text,
            picture,
            schema,
            most_tokens,
            sampling,
            ..
        } = query;
        let most_tokens = self.options.most_tokens(&schema, most_tokens);
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
            .set_sampler_max_len(most_tokens)
            .set_sampler_stop_toks(StopTokens::Ids(self.special.end_token_ids().to_vec()))
            .enable_thinking(false);
        let random = || self.draws.next_rng(sampling.seed.unwrap_or(0), text);
        let request = match TokenSampler::new(sampling, random) {
            Some(drawing) => request.add_logits_processor(Arc::new(drawing)),
            None => request,
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
        failure.into_planner_error(&self.name, self.options.time_limit)
    }
}

impl Chat for MistralModel {
    fn settings(&self) -> &ModelConfig {
        &self.settings
    }

    fn special_tokens(&self) -> &SpecialTokens {
        &self.special
    }

    fn opened_as(&self) -> &str {
        &self.name
    }

    fn options(&self) -> &RequestOptions {
        &self.options
    }

    fn ask(&mut self, query: Query<'_>) -> Result<Reply, PlannerError> {
        if query.picture.is_some() && !self.engine.sees() {
            let reason = "it reads text only; take a vision-language model";
            return Err(self.failed(Failure::Refused(reason.into())));
        }
        let request = self.request(query);
        let limit = self.options.time_limit;
        let mut progress = WaitNotifier::new(&self.options.notify);
        let response = self
            .engine
            .ask(request, limit, &mut |tokens| {
                progress.notify_if_due(|passed| describe_progress(tokens, passed));
            })
            .map_err(|failure| self.failed(failure))?;
        let reply = reply(response).ok_or_else(|| {
            self.failed(Failure::Refused("the engine gave an empty answer".into()))
        })?;
        if let Some(sentence) = self.pace.sentence_if_slow(&reply.usage) {
            self.options.notify.tell(&sentence);
        }
        Ok(reply)
    }

    fn takes_pictures(&self) -> bool {
        self.engine.sees()
    }

    fn is_asked_for_plan_in_words(&self) -> bool {
        self.options.free_text
    }

    fn choose_scored_plan(
        &mut self,
        situation: &Situation,
    ) -> Option<Result<ModelResponse<Plan>, PlannerError>> {
        // What asks for no deed is answered in words, which have to be written.
        if !self.options.score_steps || !situation.speech_act().is_request() {
            return None;
        }
        let limit = self.options.time_limit;
        let Self {
            engine,
            special,
            settings,
            name,
            ..
        } = self;
        let mut judge = |query| {
            let started = Instant::now();
            let judged = engine.judge_likelihoods(query, limit);
            let judged = judged.map_err(|failure| failure.into_planner_error(name, limit))?;
            let usage = Usage {
                requests: 1,
                prompt_tokens: judged.tokens as u32,
                prompt_time: started.elapsed(),
                ..Usage::default()
            };
            Ok((judged.endings, usage))
        };
        let answer = scored::plan(&mut judge, special, situation, &settings.skills);
        engine.forget_judged_texts();
        Some(answer)
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

    fn sees(&self) -> Option<bool> {
        Some(self.engine.sees())
    }

    fn pointing(&self) -> Pointing {
        self.settings.pointing.unwrap_or_default()
    }

    fn set_pointing(&mut self, pointing: Pointing) {
        self.settings.pointing = Some(pointing);
    }

    fn check_instruction_length(&mut self, instruction: &str) -> Result<(), PlannerError> {
        let Some((length, longest)) = self.engine.text_and_context_lengths(instruction) else {
            return Ok(());
        };
        let most = longest / INSTRUCTION_DIVISOR;
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

/// Refuses edited prompts for a model that is asked in the one style that it was trained on.
fn check_prompts(settings: &ModelConfig, options: &RequestOptions) -> Result<(), Reason> {
    if settings.prompt == PromptStyle::Compact && options.prompts.is_edited() {
        let file = ModelConfig::FILE;
        return Err(format!(
            "edited prompts have no effect on it: its {file} says `prompt = \"compact\"`, the style that \
             it was trained on"
        )
        .into());
    }
    Ok(())
}

/// Says which option this build or such a file knows nothing of.
fn check_options(source: &ModelSource, options: &LocalOptions) -> Result<(), Reason> {
    let device = options.device;
    if !device.is_compiled_in() {
        return Err(format!(
            "this program was built without {device}; build it with `--features {device}`, or take \
             the device `cpu`"
        )
        .into());
    }
    let is_quantized = matches!(source, ModelSource::Gguf(_) | ModelSource::Uqff(_));
    if is_quantized && options.isq.is_some() {
        return Err("such a file is quantized already: leave out `isq`".into());
    }
    if matches!(source, ModelSource::Gguf(_)) && options.dtype.is_some() {
        return Err("a GGUF file says itself in which precision it is: leave out `dtype`".into());
    }
    Ok(())
}

fn read_settings(source: &ModelSource) -> Result<ModelConfig, Reason> {
    match source {
        ModelSource::Folder(folder) => {
            files::check_folder(folder)?;
            ModelConfig::read(folder)
        }
        ModelSource::Gguf(file) | ModelSource::Uqff(file) => {
            files::check_file(file)?;
            ModelConfig::read(source.local_files_folder().unwrap_or(Path::new(".")))
        }
        ModelSource::Hub(id) => {
            files::check_hub(id, folder_of(source, "config.json").as_deref())?;
            Ok(ModelConfig::default())
        }
        ModelSource::Server(_) => Ok(ModelConfig::default()),
    }
}

fn special_tokens(source: &ModelSource, folder: Option<&Path>) -> Result<SpecialTokens, Reason> {
    let mut special = SpecialTokens::of_common_chat_formats();
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

/// Where the files of a model are: for a hub id, where the hub's client has put them, `wanted` among
/// them.
fn folder_of(source: &ModelSource, wanted: &str) -> Option<PathBuf> {
    match source {
        ModelSource::Hub(id) => {
            let repository = format!("models--{}", id.replace('/', "--"));
            let snapshots = hf_hub_cache_dir()?.join(repository).join("snapshots");
            std::fs::read_dir(snapshots)
                .ok()?
                .flatten()
                .map(|snapshot| snapshot.path())
                .find(|snapshot| snapshot.join(wanted).exists())
        }
        _ => source.local_files_folder().map(Path::to_owned),
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
