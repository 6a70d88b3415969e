//! What methods need to know of the run that they are part of.

use std::sync::{Arc, OnceLock};

use anyhow::Result;
use enact_plan::similarity::{BySpelling, TextSimilarity};
use enact_plan::strategy::examples::CurrentEpisode;
use enact_types::StopSwitch;

use crate::data_dir::DataDir;
use crate::model_choice::{self, ModelsConfig};
use crate::recordings::run_recorder::ActiveRecording;

/// The run that methods are part of.
pub struct MethodContext<'a> {
    /// Where robots and models are.
    pub data_dir: &'a DataDir,
    /// What is said of models.
    pub models: ModelsConfig,
    /// Name of the robot.
    pub robot_name: &'a str,
    /// Its name in `robots/`, or its path.
    pub robot: &'a str,
    /// Name of the scene.
    pub scene: String,
    /// The episode that goes on; whoever runs several sets it before each.
    pub current: CurrentEpisode,
    /// What ends every wait.
    pub stop: &'a StopSwitch,
    /// The recording of the run, once it is begun.
    pub recording: Arc<OnceLock<ActiveRecording>>,
}

impl MethodContext<'_> {
    /// Returns by what texts are compared: the sentence embeddings that the planner has, else their
    /// spelling.
    ///
    /// # Errors
    /// If the embeddings cannot be loaded.
    pub fn text_similarity_measure(&self) -> Result<Arc<dyn TextSimilarity>> {
        match &self.models.planning.embeddings {
            Some(folder) => model_choice::load_sentence_embeddings(folder),
            None => Ok(Arc::new(BySpelling)),
        }
    }
}
