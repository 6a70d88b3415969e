//! Vision-language models as perceivers and planners: in process by mistral.rs,
//! or behind any server that speaks OpenAI's chat protocol. Without the feature `local_model_options`, servers
//! only, and no mistral.rs is built.
//!
//! | module | idea |
//! |---|---|
//! | [`model_name`] | interprets the name of a model |
//! | [`options`] | bounds on a request |
//! | [`sampling`] | how freely plans are drawn, and the draws |
//! | `token_sampler` | draws the tokens of models in this process |
//! | `repetition` | answers that say the same over and over |
//! | [`local_model_options`] | on what a model in this process runs, in which precision |
//! | [`config`] | how a model wants to be asked, from its `enact.toml` |
//! | `pointing` | how a model points, from its files |
//! | [`picture`] | a camera picture as a model takes it |
//! | [`marks`] | numbers drawn on a picture |
//! | [`control_tokens`] | control tokens in a person's words, made harmless |
//! | `files` | what is wrong with a model's files, before they are loaded |
//! | `architecture` | whether mistral.rs knows a model's architecture |
//! | `gguf` | what a GGUF file says of itself |
//! | `embedding` | what a sentence means, as a vector |
//! | `chat` | perception and planning as one request each |
//! | `scored` | a plan chosen step by step, by how likely the model holds each |
//! | `engine` | mistral.rs, one request at a time |
//! | `progress` | tells whoever waits for an answer that it takes long |
//! | `pace` | how fast a model in this process is, in words |
//! | `likelihood` | how likely a model holds texts that it did not write |
//! | [`mistral`] | a model in this process |
//! | [`server`] | a model behind a server |

#[cfg(feature = "local")]
mod architecture;
mod chat;
pub mod config;
pub mod control_tokens;
#[cfg(feature = "local")]
pub mod embedding;
#[cfg(feature = "local")]
mod engine;
#[cfg(feature = "local")]
mod files;
#[cfg(feature = "local")]
mod gguf;
#[cfg(feature = "local")]
mod likelihood;
pub mod local_model_options;
pub mod marks;
#[cfg(feature = "local")]
pub mod mistral;
pub mod model_name;
pub mod options;
#[cfg(feature = "local")]
mod pace;
pub mod picture;
#[cfg(feature = "local")]
mod pointing;
mod progress;
#[cfg(feature = "local")]
mod quiet;
mod repetition;
pub mod sampling;
#[cfg(feature = "local")]
mod scored;
pub mod server;
#[cfg(any(feature = "local", test))]
mod token_sampler;

use std::time::Duration;

use enact_plan::{Perceiver, Planner, PlannerError, Pointing, TextModel};
use enact_types::StopSwitch;

pub use chat::REASONING_WITHOUT_MODEL;
pub use config::ModelConfig;
pub use control_tokens::SpecialTokens;
#[cfg(feature = "local")]
pub use embedding::SentenceEmbedder;
pub use local_model_options::{Device, Dtype, Isq, LocalOptions};
#[cfg(feature = "local")]
pub use mistral::MistralModel;
pub use model_name::ModelSource;
pub use options::{NoticeListener, RequestOptions, ServerOptions};
pub use picture::{PictureFormat, resize_exactly, shrink};
pub use sampling::Sampling;
pub use server::{
    PooledModel, ServerModel, ServerPool, ServerStats, address_holds_secret, read_key,
};

/// A model that perceives, plans, and answers other requests.
pub trait VisionLanguageModel: Perceiver + Planner + TextModel + Send {
    /// Returns the name by which it was opened.
    fn name(&self) -> &str;

    /// Returns the wall time that opening took.
    fn load_time(&self) -> Duration;

    /// Whether it takes pictures; `None` where that shows only when it is asked.
    fn sees(&self) -> Option<bool> {
        None
    }

    /// How it points.
    fn pointing(&self) -> Pointing;

    /// Sets the pointing convention in which it is asked and understood from now on.
    fn set_pointing(&mut self, pointing: Pointing);

    /// Accepts or rejects an instruction before the model is asked, as far as its limits are known
    /// by then.
    ///
    /// # Errors
    /// [`PlannerError::Request`] where the task is too long for it to read.
    fn check_instruction_length(&mut self, _task: &str) -> Result<(), PlannerError> {
        Ok(())
    }
}

/// Opens a model: a local folder, a GGUF or UQFF file, a Hugging Face id
/// (`owner/name`), a server (`http://…` or `host:port`, see [`ServerModel::connect`]), or several, separated by
/// commas ([`PooledModel::open`]). As long as `stop` is pressed it neither loads nor answers: [`PlannerError::Stopped`].
///
/// # Errors
/// [`PlannerError::Load`] where there is no such model or it cannot be loaded.
pub fn open(
    source: &str,
    options: RequestOptions,
    stop: &StopSwitch,
) -> Result<Box<dyn VisionLanguageModel>, PlannerError> {
    match ModelSource::parse(source) {
        ModelSource::Server(_) => match server::addresses(source) {
            None => Ok(Box::new(ServerModel::connect(source, options, stop)?)),
            Some(all) => Ok(Box::new(PooledModel::open(source, &all, options, stop)?)),
        },
        #[cfg(feature = "local")]
        _ => Ok(Box::new(MistralModel::load(source, options, stop)?)),
        #[cfg(not(feature = "local"))]
        _ => Err(PlannerError::Load {
            model: source.to_owned(),
            reason: "this program was built without models in process: give the address of a \
                     server, or build it with `--features local-model`"
                .into(),
        }),
    }
}
