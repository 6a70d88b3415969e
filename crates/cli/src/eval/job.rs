//! A suite, and who is evaluated on it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use enact_eval::episode::{EpisodeResult, WorkerAgent};
use enact_eval::random::RandomPlanner;
use enact_eval::runner::{self, EvalConfig};
use enact_eval::store::EpisodeStore;
use enact_eval::suite::Suite;
use enact_model::{Sampling, VisionLanguageModel};
use enact_plan::strategy::examples::CurrentEpisode;
use enact_plan::strategy::tools::Toolbox;
use enact_plan::{CompositeAgent, LayeredPlanner, PlannerError, PromptTemplates};
use enact_robot::Robot;
use enact_types::{StopSwitch, text};

use super::{as_planner_error, change, models, opened, options, sampling};
use crate::args::{EvalArgs, PerceptionSource, PlannerKind};
use crate::data_dir::DataDir;
use crate::file_kind::{self, FileKind};
use crate::methods::{self, MethodContext, MethodsConfig, library};
use crate::model_choice::{ModelChoice, ModelsConfig};
use crate::prompts;

/// What an evaluation rests on.
pub(crate) struct Job {
    /// Name of the suite.
    pub name: String,
    /// File of the suite.
    pub path: PathBuf,
    /// The suite.
    pub suite: Suite,
    /// Text of its scene.
    pub scene: String,
    /// The robot.
    pub robot: Arc<Robot>,
    /// Which models see and plan, and how they are run.
    pub models: ModelsConfig,
    /// The model that plans.
    pub planner: ModelChoice,
    /// The model that sees; none if perception is perfect.
    pub perceiver: Option<ModelChoice>,
    /// The methods around the model that plans.
    pub methods: MethodsConfig,
    /// How plans are drawn.
    pub sampling: Sampling,
    /// The blocks of its prompt, where they are not the built-in ones.
    pub prompts: Option<Arc<PromptTemplates>>,
}

impl Job {
    /// Loads everything but the models.
    ///
    /// # Errors
    /// If a file is missing or wrong, or the robot has no gripper.
    pub fn load(data_dir: &DataDir, args: &EvalArgs) -> Result<Self> {
        let path = data_dir.find_toml_file(&args.suite, &data_dir.suites_folder())?;
        let mut suite = file_kind::load_expecting_kind(path.clone(), FileKind::Suite, Suite::load)?;
        for setting in &args.set {
            change(&mut suite, setting)?;
        }
        let scene_path = data_dir.find_toml_file(&suite.scene, &data_dir.scenes_folder())?;
        let scene = std::fs::read(&scene_path)
            .and_then(text::decode)
            .with_context(|| format!("cannot read {}", scene_path.display()))?;
        let robot = Arc::new(data_dir.load_robot_to_move(&args.robot)?);
        if robot.gripper().is_none() {
            bail!(
                "`{}` has no gripper, and suites are about things to grasp",
                robot.name()
            );
        }
        let models = models(args);
        let stem = path.file_stem().map(|stem| stem.to_string_lossy());
        Self {
            name: stem.map_or_else(|| args.suite.clone(), |stem| stem.into_owned()),
            planner: models.planner(data_dir)?,
            perceiver: match args.perception {
                PerceptionSource::Model => Some(models.perceiver(data_dir)?),
                PerceptionSource::GroundTruth => None,
            },
            methods: MethodsConfig::default(),
            sampling: sampling(args)?,
            prompts: None,
            path,
            suite,
            scene,
            robot,
            models,
        }
        .with_methods(args.methods.override_config(MethodsConfig::default()))
    }

    /// Puts these methods around the model that plans.
    ///
    /// # Errors
    /// If the edited blocks of the prompt cannot be used.
    pub fn with_methods(mut self, methods: MethodsConfig) -> Result<Self> {
        let folder = prompts::blocks_folder(methods.prompts.as_deref(), Some(&self.planner.name));
        let edited = folder.map(|folder| prompts::load(&folder, &self.robot));
        self.prompts = edited.transpose()?.map(Arc::new);
        self.methods = methods;
        Ok(self)
    }

    /// Runs the episodes that are not kept yet; returns all of them. `progress` receives each.
    ///
    /// # Errors
    /// If an episode cannot be drawn or kept, or a model cannot be loaded.
    pub fn run(
        &self,
        data_dir: &DataDir,
        args: &EvalArgs,
        kept: Option<EpisodeStore>,
        progress: &mut dyn FnMut(&EpisodeResult),
    ) -> Result<Vec<EpisodeResult>> {
        self.call_with_eval_config(data_dir, args, |config| {
            Ok(runner::run(config, kept, progress)?)
        })
    }

    /// Gives `act` what runs episodes.
    ///
    /// # Errors
    /// As `act`.
    pub fn call_with_eval_config<T>(
        &self,
        data_dir: &DataDir,
        args: &EvalArgs,
        act: impl FnOnce(&EvalConfig<'_>) -> Result<T>,
    ) -> Result<T> {
        let agents = || self.agent(data_dir, args);
        act(&EvalConfig {
            suite: &self.suite,
            scene: &self.scene,
            robot: &self.robot,
            seed: args.seed,
            episodes: args.episodes,
            shard: args.shard.unwrap_or_default(),
            workers: args.jobs.map_or_else(|| self.servers(), usize::from),
            marks: args.marks,
            choice: args.draws.plan_choice(),
            agents: (args.planner != PlannerKind::Scripted).then_some(&agents),
        })
    }

    /// Returns how many servers run the models, by which that number of episodes can run at once; 1 if
    /// one of them is run in this process.
    fn servers(&self) -> usize {
        let seen = self.perceiver.as_ref();
        let seen = seen.map_or(usize::MAX, ModelChoice::server_count);
        self.planner.server_count().min(seen).max(1)
    }

    /// Opens the model that plans, with its methods around it.
    ///
    /// # Errors
    /// If it cannot be loaded, or something that a method needs of it or beside it is missing.
    pub fn open_planner(
        &self,
        data_dir: &DataDir,
        args: &EvalArgs,
    ) -> Result<LayeredPlanner<Box<dyn VisionLanguageModel>>> {
        let mut asked = options(args, &self.models, &self.planner, self.sampling);
        asked.prompts = self.prompts.clone().unwrap_or_default();
        let planner = opened(&self.planner, asked)?;
        // Nothing is remembered from one episode to another.
        let toolbox = Toolbox::default();
        let stop = StopSwitch::new();
        let context = MethodContext {
            data_dir,
            models: self.models.clone(),
            robot_name: self.robot.name(),
            robot: &args.robot,
            scene: library::episode_of_scene(&self.suite.scene, args.seed).scene,
            current: CurrentEpisode::default(),
            stop: &stop,
            recording: Arc::default(),
        };
        methods::layer_methods_around_model(planner, &self.methods, &context, toolbox)
    }

    /// Makes the agent of a worker.
    fn agent(&self, data_dir: &DataDir, args: &EvalArgs) -> Result<WorkerAgent, PlannerError> {
        if args.planner == PlannerKind::Random {
            let planner = RandomPlanner::new(args.seed);
            return Ok(WorkerAgent::Planner(Box::new(planner)));
        }
        let planner = self.open_planner(data_dir, args);
        let planner = planner.map_err(|error| as_planner_error(&self.planner, error))?;
        Ok(match &self.perceiver {
            None => WorkerAgent::Planner(Box::new(planner)),
            Some(same) if *same == self.planner => WorkerAgent::Agent(Box::new(planner)),
            Some(other) => WorkerAgent::Agent(Box::new(CompositeAgent {
                perceiver: opened(other, options(args, &self.models, other, self.sampling))?,
                planner,
            })),
        })
    }
}
