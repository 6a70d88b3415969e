//! Which model sees and which plans: a launch file's keys and the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use enact_model::{
    Device, Dtype, Isq, ModelSource, NoticeListener, RequestOptions, Sampling, ServerPool,
    VisionLanguageModel,
};
use enact_plan::Pointing;
use enact_plan::similarity::TextSimilarity;
use enact_types::StopSwitch;
use serde::{Deserialize, Serialize};

use crate::data_dir::{DataDir, open_model};
use crate::local_model_config::LocalConfig;
use crate::methods::MethodsConfig;
use crate::model_server_config::ServerConfig;

/// Which models see and plan.
#[derive(Clone, Debug, Default, Args)]
pub struct ModelArgs {
    /// Model that sees and plans: folder, GGUF or UQFF file, Hugging Face id, address of an
    /// OpenAI-compatible server, or addresses of several that run one model, separated by commas
    #[arg(long, value_name = "PATH|ID|ADDRESS")]
    pub model: Option<String>,
    /// Model that looks at pictures, instead of the one that sees and plans
    #[arg(long, value_name = "MODEL")]
    pub perceive: Option<String>,
    /// Model that plans, instead of the one that sees and plans
    #[arg(long, value_name = "MODEL")]
    pub plan_with: Option<String>,
    /// Choose plans step by step among those that can be done, by how likely the model in this
    /// process holds each, instead of having it write them
    #[arg(long)]
    pub score_steps: bool,
    /// Read plans in plain words by what they mean, with the sentence embeddings of this folder
    #[arg(long, value_name = "DIR")]
    pub embeddings: Option<PathBuf>,
    /// How models are run.
    #[command(flatten)]
    pub run: ModelRunArgs,
    /// Environment variable that holds the key of the planning model's server, if it is another one
    #[arg(long, value_name = "NAME")]
    pub plan_key_env: Option<String>,
}

impl ModelArgs {
    /// As they are written on a command line, with a space before each.
    pub fn to_command_line_flags(&self) -> String {
        let Self {
            model,
            perceive,
            plan_with,
            score_steps,
            embeddings,
            run,
            plan_key_env,
        } = self;
        let mut words = String::new();
        let mut write = |flag: &str, value: Option<String>| {
            words += &value.map_or_else(String::new, |value| format!(" --{flag} {value}"));
        };
        write("model", model.clone());
        write("perceive", perceive.clone());
        write("plan-with", plan_with.clone());
        if *score_steps {
            words += " --score-steps";
        }
        let mut write = |flag: &str, value: Option<String>| {
            words += &value.map_or_else(String::new, |value| format!(" --{flag} {value}"));
        };
        write(
            "embeddings",
            embeddings.as_ref().map(|it| it.display().to_string()),
        );
        write("key-env", run.key_env.clone());
        write("plan-key-env", plan_key_env.clone());
        write("device", run.device.map(|it| it.to_string()));
        write("dtype", run.dtype.map(|it| it.to_string()));
        write("isq", run.isq.as_ref().map(|it| it.name().to_owned()));
        write("time-limit", run.time_limit.map(|it| it.to_string()));
        words
    }
}

/// How models are run and asked, wherever they are.
#[derive(Clone, Debug, Default, Args)]
pub struct ModelRunArgs {
    /// Environment variable that holds the key of a model's server [default: OPENAI_API_KEY]
    #[arg(long, value_name = "NAME")]
    pub key_env: Option<String>,
    /// What runs models in this process: `auto`, `cpu`, `cuda` or `metal`
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<Device>,
    /// Precision of models in this process: `auto`, `f32`, `f16` or `bf16`
    #[arg(long, value_name = "TYPE")]
    pub dtype: Option<Dtype>,
    /// Quantize the weights of models in this process while they are loaded: `Q4K`, `Q8_0`, `4`, …
    #[arg(long, value_name = "TYPE")]
    pub isq: Option<Isq>,
    /// Longest wait for an answer of a model [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub time_limit: Option<u64>,
}

impl ModelRunArgs {
    fn server(&self) -> ServerConfig {
        ServerConfig {
            key_env: self.key_env.clone(),
            time_limit_s: self.time_limit,
            ..ServerConfig::default()
        }
    }

    fn local(&self) -> LocalConfig {
        LocalConfig {
            device: self.device,
            dtype: self.dtype,
            isq: self.isq.clone(),
            time_limit_s: self.time_limit,
        }
    }
}

/// `[perception]` or `[planning]` of a launch file: what is said here goes for seeing or planning
/// alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleConfig {
    /// Model folder, file, hub id or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How it is asked, where it is behind a server.
    #[serde(default, skip_serializing_if = "ServerConfig::is_empty")]
    pub server: ServerConfig,
    /// How it is run, where it is in this process.
    #[serde(default, skip_serializing_if = "LocalConfig::is_empty")]
    pub local: LocalConfig,
    /// In `[planning]`: whether it chooses steps by how likely it holds them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub score_steps: bool,
    /// In `[planning]`: folder of sentence embeddings by which plans in plain words are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embeddings: Option<PathBuf>,
    /// In `[planning]`: how freely plans are drawn.
    #[serde(default, skip_serializing_if = "Sampling::is_empty")]
    pub sampling: Sampling,
    /// In `[planning]`: methods by which the model plans better.
    #[serde(default, skip_serializing_if = "MethodsConfig::is_empty")]
    pub methods: MethodsConfig,
}

impl RoleConfig {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a launch file and the command line say of models.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelsConfig {
    /// The model that sees and plans, where nothing else is said.
    pub model: Option<String>,
    /// How the one that sees points.
    pub pointing: Option<Pointing>,
    /// What goes for seeing alone.
    pub perception: RoleConfig,
    /// What goes for planning alone.
    pub planning: RoleConfig,
    /// How servers are asked.
    pub server: ServerConfig,
    /// How models in this process are run.
    pub local: LocalConfig,
    /// Those among which models share several servers.
    pub pool: ServerPool,
}

impl ModelsConfig {
    /// What is wrong with it, with the table that it stands in.
    pub fn find_config_fault(&self) -> Option<String> {
        let roles = [
            ("", &self.server, &self.local),
            (
                "perception.",
                &self.perception.server,
                &self.perception.local,
            ),
            ("planning.", &self.planning.server, &self.planning.local),
        ];
        let fault = |(role, server, local): (&str, &ServerConfig, &LocalConfig)| {
            let of = |table: &str, fault: &str| format!("[{role}{table}] {fault}");
            let server = server.find_config_fault().map(|fault| of("server", fault));
            server.or_else(|| local.find_config_fault().map(|fault| of("local", fault)))
        };
        if let Some(fault) = roles.into_iter().find_map(fault) {
            return Some(fault);
        }
        if self.perception.score_steps || self.perception.embeddings.is_some() {
            return Some(
                "[perception] score_steps and embeddings belong into [planning]".to_owned(),
            );
        }
        if !self.perception.sampling.is_empty() {
            return Some(
                "[perception] sampling belongs into [planning]; lists of objects are never drawn"
                    .to_owned(),
            );
        }
        if let Some(fault) = self.planning.sampling.describe_out_of_range() {
            return Some(format!("[planning.sampling] {fault}"));
        }
        if self.planning.score_steps && self.planning.methods.think.is_some() {
            return Some(
                "[planning] score_steps writes nothing, so there is no thought before it: leave \
                 out think or score_steps"
                    .to_owned(),
            );
        }
        if !self.perception.methods.is_empty() {
            return Some("[perception] methods belong into [planning]".to_owned());
        }
        let chosen = [&self.model, &self.perception.model, &self.planning.model];
        let chosen = chosen.into_iter().any(Option::is_some);
        (!chosen).then(|| "no `model` is chosen".to_owned())
    }

    /// The same with what the command line says instead.
    #[must_use]
    pub fn with_overrides(mut self, args: &ModelArgs, pointing: Option<Pointing>) -> Self {
        if args.model.is_some() {
            self.model.clone_from(&args.model);
            self.perception.model = None;
            self.planning.model = None;
        }
        for (role, model) in [
            (&mut self.perception, &args.perceive),
            (&mut self.planning, &args.plan_with),
        ] {
            role.model = model.clone().or(role.model.take());
            if !role.server.is_empty() {
                role.server = role.server.with_overrides(&args.run.server());
            }
            if !role.local.is_empty() {
                role.local = role.local.with_overrides(&args.run.local());
            }
        }
        self.server = self.server.with_overrides(&args.run.server());
        self.local = self.local.with_overrides(&args.run.local());
        self.planning.server.key_env =
            args.plan_key_env
                .clone()
                .or(self.planning.server.key_env.take());
        self.planning.score_steps |= args.score_steps;
        self.planning.embeddings = args.embeddings.clone().or(self.planning.embeddings.take());
        self.pointing = pointing.or(self.pointing);
        self
    }

    /// Who sees.
    ///
    /// # Errors
    /// If nobody was chosen.
    pub fn perceiver(&self, data_dir: &DataDir) -> Result<ModelChoice> {
        let plans = self.choice(&self.planning, data_dir);
        match self.choice(&self.perception, data_dir) {
            // One model that does both is loaded once.
            Some(choice) if Some(&choice) == plans.as_ref() => Ok(self.that_plans(choice)),
            Some(choice) => Ok(choice),
            None => bail!(
                "no model looks at pictures\nhint: choose one with --perceive MODEL, or `model` in \
                 [perception] of the launch file"
            ),
        }
    }

    /// Who plans.
    ///
    /// # Errors
    /// If nobody was chosen.
    pub fn planner(&self, data_dir: &DataDir) -> Result<ModelChoice> {
        match self.choice(&self.planning, data_dir) {
            Some(choice) => Ok(self.that_plans(choice)),
            None => bail!(
                "no model plans\nhint: choose one with --plan-with MODEL, or `model` in [planning] \
                 of the launch file"
            ),
        }
    }

    /// Another model than those that see and plan, run or asked like them; `key_env` is the variable
    /// of its server's key, if that is another one.
    pub fn auxiliary_model_choice(
        &self,
        name: &str,
        key_env: Option<String>,
        data_dir: &DataDir,
    ) -> ModelChoice {
        let server = ServerConfig {
            key_env,
            ..ServerConfig::default()
        };
        let server = self.server.with_overrides(&server);
        self.named(
            data_dir.resolve_model_name(name),
            server,
            self.local.clone(),
        )
    }

    /// Adds what goes for planning alone.
    fn that_plans(&self, choice: ModelChoice) -> ModelChoice {
        ModelChoice {
            plans: true,
            score_steps: self.planning.score_steps,
            embeddings: self.planning.embeddings.clone(),
            ..choice
        }
    }

    fn choice(&self, role: &RoleConfig, data_dir: &DataDir) -> Option<ModelChoice> {
        let name = role.model.as_ref().or(self.model.as_ref())?;
        let server = self.server.with_overrides(&role.server);
        let local = self.local.with_overrides(&role.local);
        Some(self.named(data_dir.resolve_model_name(name), server, local))
    }

    fn named(&self, name: String, server: ServerConfig, local: LocalConfig) -> ModelChoice {
        let is_server = matches!(ModelSource::parse(&name), ModelSource::Server(_));
        ModelChoice {
            name,
            // What the other kind is asked with makes no difference.
            server: if is_server {
                server
            } else {
                ServerConfig::default()
            },
            local: if is_server {
                LocalConfig::default()
            } else {
                local
            },
            is_server,
            pool: self.pool.clone(),
            plans: false,
            score_steps: false,
            embeddings: None,
        }
    }
}

/// A model, and how it is run or asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelChoice {
    /// Folder, file, hub id or address.
    pub name: String,
    server: ServerConfig,
    local: LocalConfig,
    is_server: bool,
    pool: ServerPool,
    /// Whether it plans, too.
    pub plans: bool,
    score_steps: bool,
    embeddings: Option<PathBuf>,
}

impl ModelChoice {
    /// A model as the command line has it run.
    pub fn new(name: String, run: &ModelRunArgs) -> Self {
        let is_server = matches!(ModelSource::parse(&name), ModelSource::Server(_));
        Self {
            name,
            server: run.server(),
            local: run.local(),
            is_server,
            pool: ServerPool::default(),
            plans: false,
            score_steps: false,
            embeddings: None,
        }
    }

    /// What makes its answers others than those of the same model run as usual, in words.
    pub fn describe_unusual_settings(&self) -> String {
        let LocalConfig {
            device, dtype, isq, ..
        } = &self.local;
        let device = device.map(|device| format!(" on {device}"));
        let dtype = dtype.map(|dtype| format!(" in {dtype}"));
        let isq = isq.as_ref().map(|isq| format!(" as {}", isq.name()));
        let embeddings = self.embeddings.as_ref();
        let read = embeddings.map(|folder| format!(" read by {}", folder.display()));
        let scored = self.score_steps.then(|| " scoring steps".to_owned());
        [device, dtype, isq, scored, read]
            .into_iter()
            .flatten()
            .collect()
    }

    /// On how many servers it runs; none where it runs in this process.
    pub fn server_count(&self) -> usize {
        ModelSource::parse(&self.name).server_count()
    }

    /// The bounds of requests to it.
    pub fn request_options(&self) -> RequestOptions {
        let mut options = match self.is_server {
            true => self.server.request_options(),
            false => self.local.request_options(),
        };
        options.server.pool = self.pool.clone();
        RequestOptions {
            score_steps: self.score_steps,
            ..options
        }
    }

    /// Opens it with these bounds, or others of the same kind.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub fn open(
        &self,
        options: RequestOptions,
        stop: &StopSwitch,
    ) -> Result<Box<dyn VisionLanguageModel>> {
        let options = match &self.embeddings {
            Some(folder) => RequestOptions {
                similarity: load_sentence_embeddings(folder)?,
                ..options
            },
            None => options,
        };
        open_model(&self.name, options, stop)
    }
}

/// Loads the sentence embeddings of a folder.
///
/// # Errors
/// If they cannot be loaded, or the program was built without models in process.
#[cfg(feature = "local-model")]
pub(crate) fn load_sentence_embeddings(folder: &Path) -> Result<Arc<dyn TextSimilarity>> {
    match enact_model::SentenceEmbedder::load(folder) {
        Ok(model) => Ok(Arc::new(model)),
        Err(reason) => bail!("the sentence embeddings cannot be loaded: {reason}"),
    }
}

#[cfg(not(feature = "local-model"))]
pub(crate) fn load_sentence_embeddings(_: &Path) -> Result<Arc<dyn TextSimilarity>> {
    bail!("this program was built without models in process, and so without sentence embeddings")
}

/// Somebody who says what delays a model, on standard error.
pub fn stderr_notice_listener() -> NoticeListener {
    NoticeListener::new(|sentence| errln!("{:>9}  {sentence}", "model"))
}
