//! Assembles robot, world, camera, model and observers.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use enact_arm::{Arm, ArmThread, StopSwitch, TrajectoryExecutor};
use enact_camera::Camera;
use enact_dataset::ground_truth::GroundTruth;
use enact_model::{NoticeListener, RequestOptions, Sampling, VisionLanguageModel};
use enact_plan::strategy::examples::CurrentEpisode;
use enact_plan::strategy::tools::Toolbox;
use enact_plan::{
    Agent, CompositeAgent, LayeredPlanner, Perceiver, Plan, Planner, PromptTemplates,
    ScriptedPlanner,
};
use enact_recording::ServoInfo;
use enact_recording::stream::JointTrack;
use enact_robot::{CollisionWorld, Robot};
use enact_runtime::{Observer, PlanChoice, Session};
use enact_sim::render::Appearance;
use enact_sim::{CameraPlace, Layout, Scene, Simulator};
use enact_types::text;
use indicatif::ProgressBar;

use crate::args::{PerceptionSource, SetupArgs};
use crate::arm::arm_config::{ArmConfig, ArmSource};
use crate::camera::config::{CameraConfig, CameraSource, PlaceConfig};
use crate::camera::open::{OpenCameras, with_measured_lens_and_place};
use crate::camera::throttled::ThrottledCamera;
use crate::camera_stream::{self, CameraStreamSinks};
use crate::data_dir::DataDir;
use crate::launch::Launch;
use crate::methods::{self, MethodContext, OtherCameras, PastRuns, library};
use crate::model_choice::ModelChoice;
use crate::node::remote;
use crate::prompts;
use crate::recordings::run_recorder::ActiveRecording;
use crate::stop_sources;

/// Set-up of a run.
pub struct Setup {
    /// The robot.
    pub robot: Arc<Robot>,
    /// The scene.
    pub scene: Scene,
    /// The scene as drawn by the seed.
    pub layout: Layout,
    /// The world.
    pub simulator: Simulator,
    /// The launch file with the command line's changes.
    pub launch: Launch,
    /// Switch that stops everything in the run.
    pub stop: StopSwitch,
    arm: ArmSource,
    cameras: OpenCameras,
    perception: PerceptionSource,
    data_dir: DataDir,
    free_text: bool,
    /// Whether somebody reads how probable tokens were.
    is_weighed: bool,
    /// The recording of the run, once it is begun.
    pub recording: Arc<OnceLock<ActiveRecording>>,
    /// How many plans are drawn each turn, and which of them is carried out.
    pub choice: PlanChoice,
    sampling: Sampling,
    /// The blocks of the prompt for plans, where they are not the built-in ones.
    prompts: Option<Arc<PromptTemplates>>,
    /// True to show objects to the model with numbers.
    pub marks: bool,
}

/// The agent and its load time.
pub struct LoadedAgent {
    /// The agent itself.
    pub agent: Box<dyn Agent>,
    /// Wall time that loading took; zero where nothing is loaded.
    pub load_time: Duration,
}

impl Setup {
    /// Loads everything but the model. From here on Ctrl-C, and what else was chosen, stops
    /// whatever goes on; a process can do that once.
    ///
    /// # Errors
    /// If a file is missing or wrong, what is chosen does not go together, or what is to stop the
    /// arm cannot be watched.
    pub fn load(data_dir: &DataDir, args: &SetupArgs) -> Result<Self> {
        Self::assemble(data_dir, args, || {
            let stop = StopSwitch::new();
            stop_sources::install_stop_sources(&stop, &args.stop)?;
            Ok(stop)
        })
    }

    /// Loads everything but the model, to be stopped by this switch alone.
    ///
    /// # Errors
    /// If a file is missing or wrong, or what is chosen does not go together.
    pub fn load_with_stop_switch(
        data_dir: &DataDir,
        args: &SetupArgs,
        stop: StopSwitch,
    ) -> Result<Self> {
        Self::assemble(data_dir, args, || Ok(stop))
    }

    fn assemble(
        data_dir: &DataDir,
        args: &SetupArgs,
        stop: impl FnOnce() -> Result<StopSwitch>,
    ) -> Result<Self> {
        let mut launch = Launch::find(data_dir, &args.launch)?;
        override_with(&mut launch, args);
        if let Some(fault) = args
            .methods
            .describe_first_ineffective_flag(&launch.planning.methods)
        {
            bail!("{fault}");
        }
        if args.free_text && launch.planning.methods.think.is_some() {
            bail!(
                "a plan in plain words has no place for a thought: leave out --free-text, or think \
                 in [planning.methods] of the launch file"
            );
        }
        if let Some(fault) = launch.models_config().find_config_fault() {
            bail!("{fault}");
        }
        if args.port.is_some() && !matches!(launch.arm, ArmConfig::Servos(_)) {
            bail!(
                "--port needs a launch file that chooses an arm on a port, as `--launch so101` does"
            );
        }
        let choice = args.draws.plan_choice();
        let sampling = args.draws.sampling(launch.planning.sampling, launch.seed)?;
        let robot = data_dir.load_robot_to_move(&launch.robot)?;
        let scene = data_dir
            .load_scene(&launch.scene)?
            .placed_for_robot(&robot)?;
        let stop = stop()?;
        let mut layout = scene.sample_layout(launch.seed);
        layout.camera = launch
            .cameras
            .main_camera()
            .place
            .place_with_scene_defaults(&layout.camera);
        check_camera_mounts(&launch, &robot)?;
        let simulator = Simulator::new(&robot, &layout, args.realtime);
        let arm = launch
            .arm
            .find_or_emulate_arm(data_dir, &launch.robot, &robot, &simulator)?;
        // The choice among plans and the viewer read how probable tokens were.
        let is_weighed = choice.drawn_plan_count() > 1 || args.view.is_some();
        let robot = Arc::new(robot);
        let prompts = edited_prompts(data_dir, &launch, &robot)?;
        Ok(Self {
            robot,
            scene,
            layout,
            simulator,
            stop,
            arm,
            cameras: OpenCameras::default(),
            perception: args.perception.unwrap_or(PerceptionSource::Model),
            data_dir: data_dir.clone(),
            free_text: args.free_text,
            is_weighed,
            recording: Arc::default(),
            choice,
            sampling,
            prompts,
            marks: args.marks,
            launch,
        })
    }

    /// Returns the arm's servos as LeRobot describes them, if it has any.
    ///
    /// # Errors
    /// As [`ArmSource::servo_info`].
    pub fn servo_info(&self, data_dir: &DataDir) -> Result<Option<ServoInfo>> {
        self.arm
            .servo_info(data_dir, &self.launch.robot, &self.robot)
    }

    /// Returns the SHA-256 of the blocks of the prompt for plans, where they are not the built-in
    /// ones.
    pub fn prompts_sha256(&self) -> Option<String> {
        self.prompts.as_deref().map(prompts::hash)
    }

    /// Returns the source of detections.
    pub fn perception_source(&self) -> PerceptionSource {
        self.perception
    }

    /// Opens a camera of the launch file. Streams are opened once, however often they are asked for.
    /// `track` tells where the arm was, for a camera that it carries.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open_camera(
        &self,
        camera: &CameraConfig,
        track: &JointTrack,
    ) -> Result<Box<dyn Camera>> {
        let opened = self.open_unmeasured_camera(camera)?;
        if camera.source == CameraSource::Sim && camera.place.calibration.is_none() {
            return Ok(opened);
        }
        let place = self.camera_place(camera);
        with_measured_lens_and_place(opened, &camera.place, &place, &self.robot, track)
    }

    /// Opens a camera of the launch file for somebody who only looks at its pictures: what was
    /// measured of it is left out, and rendering takes no time from the arm's loop.
    ///
    /// # Errors
    /// As [`open_camera`](Self::open_camera).
    pub fn open_camera_for_onlooker(&self, camera: &CameraConfig) -> Result<Box<dyn Camera>> {
        let opened = self.open_unmeasured_camera(camera)?;
        match camera.source {
            CameraSource::Sim => Ok(Box::new(ThrottledCamera::new(opened)?)),
            _ => Ok(opened),
        }
    }

    fn open_unmeasured_camera(&self, camera: &CameraConfig) -> Result<Box<dyn Camera>> {
        let place = self.camera_place(camera);
        if camera.source != CameraSource::Sim {
            return self.cameras.open_camera(camera, &place, &self.stop);
        }
        let mount = camera.place.mount.as_deref();
        let (look, seed) = (Appearance::default(), self.launch.seed);
        let rendered = self.simulator.camera_at(&place, mount, look, seed);
        Ok(Box::new(rendered))
    }

    /// Returns where a camera of the launch file is, and what it sees.
    pub fn camera_place(&self, camera: &CameraConfig) -> CameraPlace {
        camera.place.place_with_scene_defaults(&self.layout.camera)
    }

    /// Loads the agent: the model, or parts of it replaced by a plan or by the ground truth. An
    /// `instruction` that the model cannot read is refused before anything else is done.
    ///
    /// # Errors
    /// If the plan or the model cannot be loaded, ground truth is asked for without the simulator's
    /// own camera, or `instruction` is too long for the model.
    pub fn load_agent(
        &self,
        plan: Option<&Path>,
        instruction: Option<&str>,
    ) -> Result<LoadedAgent> {
        let truth = match (self.perception, &self.launch.cameras.main_camera().source) {
            (PerceptionSource::Model, _) => None,
            (PerceptionSource::GroundTruth, CameraSource::Sim) => {
                Some(GroundTruth::new(&self.simulator, &self.layout))
            }
            (PerceptionSource::GroundTruth, _) => {
                bail!("--perception ground-truth needs the simulator's own camera")
            }
        };
        if plan.is_some() && !self.launch.planning.methods.is_empty() {
            bail!(
                "the plan of a file is followed as it is, and no planning method is asked about it: leave \
                 out --plan, or the methods (--critic, --lessons, … or [planning.methods])"
            );
        }
        let models = self.models_of_run(plan.is_some())?;
        if let Some(choice) = &models.both {
            let model = self.model(choice, instruction)?;
            check_sight(&*model)?;
            let load_time = model.load_time();
            return Ok(LoadedAgent {
                agent: Box::new(self.layered(model)?),
                load_time,
            });
        }
        let mut load_time = Duration::ZERO;
        let planner: Box<dyn Planner> = match (plan, &models.planner) {
            (Some(path), _) => Box::new(read_plan(path)?),
            (None, None) => bail!("nobody plans"),
            (None, Some(choice)) => {
                let model = self.model(choice, instruction)?;
                load_time += model.load_time();
                Box::new(self.layered(model)?)
            }
        };
        let perceiver: Box<dyn Perceiver> = match (truth, &models.perceiver) {
            (Some(truth), _) => Box::new(truth),
            (None, None) => bail!("nobody sees"),
            (None, Some(choice)) => {
                let model = self.model(choice, None)?;
                check_sight(&*model)?;
                load_time += model.load_time();
                Box::new(model)
            }
        };
        Ok(LoadedAgent {
            agent: Box::new(CompositeAgent { perceiver, planner }),
            load_time,
        })
    }

    /// Puts the methods that are switched on around the planning model.
    fn layered(
        &self,
        model: Box<dyn VisionLanguageModel>,
    ) -> Result<LayeredPlanner<Box<dyn VisionLanguageModel>>> {
        let episode = library::episode_of_scene(&self.launch.scene, self.launch.seed);
        let context = MethodContext {
            data_dir: &self.data_dir,
            models: self.launch.models_config(),
            robot_name: self.robot.name(),
            robot: &self.launch.robot,
            scene: episode.scene.clone(),
            current: CurrentEpisode::from_episode(Some(episode)),
            stop: &self.stop,
            recording: Arc::clone(&self.recording),
        };
        let methods = &self.launch.planning.methods;
        let toolbox = match methods.tools {
            Some(_) => Toolbox {
                memory: Some(Box::new(PastRuns::default())),
                views: OtherCameras::open(self)?,
                foreign: self.launch.tools.connect(&self.stop)?,
            },
            None => Toolbox::default(),
        };
        methods::layer_methods_around_model(model, methods, &context, toolbox)
    }

    /// Returns which models see and plan; with `scripted` a file plans.
    ///
    /// # Errors
    /// If one is needed and was not chosen.
    pub fn models_of_run(&self, scripted: bool) -> Result<RunModels> {
        let models = self.launch.models_config();
        let sees = self.perception == PerceptionSource::Model;
        let perceiver = sees.then(|| models.perceiver(&self.data_dir)).transpose()?;
        let planner = (!scripted)
            .then(|| models.planner(&self.data_dir))
            .transpose()?;
        let is_one = perceiver.is_some() && perceiver == planner;
        let both = perceiver.clone().filter(|_| is_one);
        Ok(RunModels {
            both,
            perceiver: perceiver.filter(|_| !is_one),
            planner: planner.filter(|_| !is_one),
            unasked: models.model,
        })
    }

    /// Starts a session of arm, camera and agent, and films it with these cameras.
    ///
    /// # Errors
    /// If the arm cannot be armed, a camera cannot be opened, or the session refuses the arm's
    /// pose.
    pub fn start_session<'a>(
        &self,
        agent: Box<dyn Agent>,
        observers: Vec<Box<dyn Observer + 'a>>,
        films: Vec<CameraStreamSinks>,
    ) -> Result<Session<'a>> {
        self.start_session_wrapping_arm(agent, observers, films, |arm| arm)
    }

    /// Starts a session as [`start_session`](Self::start_session) does, of what `around` makes of the arm.
    ///
    /// # Errors
    /// As there.
    pub fn start_session_wrapping_arm<'a>(
        &self,
        agent: Box<dyn Agent>,
        observers: Vec<Box<dyn Observer + 'a>>,
        films: Vec<CameraStreamSinks>,
        around: impl FnOnce(Box<dyn Arm>) -> Box<dyn Arm>,
    ) -> Result<Session<'a>> {
        if let ArmSource::Elsewhere(remote) = &self.arm {
            if !films.is_empty() {
                bail!(
                    "the arm `{}` is on another machine, and its motions are not filmed from here: leave out \
                     --record-fps, and record_fps in the launch file",
                    remote.node
                );
            }
            let main =
                self.open_camera(self.launch.cameras.main_camera(), &JointTrack::default())?;
            let arm = remote::lease_remote_arm(remote, &self.robot, &self.stop)?;
            return self.session_of(arm, main, agent, observers);
        }
        let arm = around(self.arm.open_armed_arm(&self.simulator)?);
        let (arm, camera) = camera_stream::start_camera_streams(self, arm, films)?;
        let arm = self.thread(arm)?;
        self.session_of(arm, camera, agent, observers)
    }

    /// Returns the arm on a thread of its own, armed where it is, for a node that offers it.
    ///
    /// # Errors
    /// If it cannot be armed.
    pub fn start_arm_thread(&self) -> Result<ArmThread> {
        self.thread(self.arm.open_armed_arm(&self.simulator)?)
    }

    fn thread(&self, arm: Box<dyn Arm>) -> Result<ArmThread> {
        let arm = ArmThread::start_with_stop_switch(arm, &self.robot, self.stop.clone());
        if self.launch.arm.wants_realtime() {
            for denied in arm.request_realtime()? {
                errln!("enact: {denied}");
            }
        }
        Ok(arm)
    }

    fn session_of<'a>(
        &self,
        arm: impl TrajectoryExecutor + 'static,
        camera: Box<dyn Camera>,
        agent: Box<dyn Agent>,
        observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Result<Session<'a>> {
        let session = Session::new(Arc::clone(&self.robot), arm, camera, agent, observers)
            .map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        let walls = self.layout.workspace_walls(self.robot.clearance().table);
        Ok(session.with_obstacles(self.layout.fixture_obstacles(), walls))
    }

    /// Returns the arm, armed where it is, for whoever drives it without a session.
    ///
    /// # Errors
    /// If the arm cannot be armed.
    pub fn start_arm(&self) -> Result<Box<dyn Arm>> {
        self.arm.open_armed_arm(&self.simulator)
    }

    /// Returns what motions keep clear of without a look: the table, what stands on it for good, and
    /// the walls of the workspace.
    pub fn fixed_collision_world(&self) -> CollisionWorld {
        let clearance = self.robot.clearance();
        let mut world = CollisionWorld::with_table_only(&self.robot);
        let obstacles = self.layout.fixture_obstacles().into_iter();
        let apart = |obstacle| (obstacle, clearance.objects);
        world.obstacles.extend(obstacles.map(apart));
        world
            .half_spaces
            .extend(self.layout.workspace_walls(clearance.table));
        world
    }

    /// Returns whether the arm is in the simulator's world, so that physics can judge.
    pub fn is_simulated(&self) -> bool {
        self.arm.is_simulated()
    }

    /// A model, which can read this task.
    fn model(
        &self,
        choice: &ModelChoice,
        instruction: Option<&str>,
    ) -> Result<Box<dyn VisionLanguageModel>> {
        let spinner = ProgressBar::new_spinner();
        spinner.set_message(format!("loading {}", choice.name));
        spinner.enable_steady_tick(Duration::from_millis(100));
        let bar = spinner.clone();
        let prompts = self.prompts.as_ref().filter(|_| choice.plans);
        let mut options = RequestOptions {
            free_text: self.free_text,
            pointing: self.launch.pointing,
            meaning: self.launch.meaning,
            sampling: self.sampling,
            prompts: prompts.cloned().unwrap_or_default(),
            notify: NoticeListener::new(move |sentence| {
                bar.suspend(|| errln!("{:>9}  {sentence}", "model"));
            }),
            ..choice.request_options()
        };
        options.server.log_probabilities = self.is_weighed;
        let model = choice.open(options, &self.stop);
        spinner.finish_and_clear();
        let mut model = model?;
        if let Some(instruction) = instruction {
            model.check_instruction_length(instruction)?;
        }
        Ok(model)
    }
}

/// Which models see and plan.
#[derive(Clone, Debug, Default)]
pub struct RunModels {
    /// Sees and plans.
    pub both: Option<ModelChoice>,
    /// Sees, while another or none plans.
    pub perceiver: Option<ModelChoice>,
    /// Plans, while another or none sees.
    pub planner: Option<ModelChoice>,
    /// Chosen by the launch file, whether it is asked or not.
    unasked: Option<String>,
}

impl RunModels {
    /// Returns the name of the model that sees; if none does, of the one that plans; else of
    /// the one that was chosen.
    pub fn main_model_name(&self) -> &str {
        let first = self
            .asked_models()
            .next()
            .map(|choice| choice.name.as_str());
        first.or(self.unasked.as_deref()).unwrap_or("none")
    }

    /// Returns the models that are asked, the one that sees first.
    pub fn asked_models(&self) -> impl Iterator<Item = &ModelChoice> {
        let all = [&self.both, &self.perceiver, &self.planner];
        all.into_iter().flatten()
    }

    /// Returns the name of the model that plans where another one sees.
    pub fn separate_planner_name(&self) -> Option<&str> {
        let planner = self.perceiver.as_ref().and(self.planner.as_ref())?;
        Some(&planner.name)
    }
}

/// Loads the blocks of the prompt that the user or the planning model has edited, if any.
///
/// # Errors
/// What is wrong with them.
fn edited_prompts(
    data_dir: &DataDir,
    launch: &Launch,
    robot: &Arc<Robot>,
) -> Result<Option<Arc<PromptTemplates>>> {
    let named = launch.planning.methods.prompts.as_deref();
    let planner = launch.models_config().planner(data_dir).ok();
    let model = planner.as_ref().map(|choice| choice.name.as_str());
    let folder = prompts::blocks_folder(named, model);
    let loaded = folder.map(|folder| prompts::load(&folder, robot));
    Ok(loaded.transpose()?.map(Arc::new))
}

/// Refuses a model that cannot see before it is asked to.
fn check_sight(model: &dyn VisionLanguageModel) -> Result<()> {
    if model.sees() == Some(false) {
        bail!(
            "the model `{}` reads text only and cannot look at pictures\nhint: --perceive MODEL \
             chooses another one for that",
            model.name()
        );
    }
    Ok(())
}

/// Refuses a camera on a link that the robot does not have.
///
/// # Errors
/// The camera, and the links that there are.
pub fn check_camera_mounts(launch: &Launch, robot: &Robot) -> Result<()> {
    for camera in launch.cameras.all() {
        let PlaceConfig { mount, .. } = &camera.place;
        let Some(mount) = mount else {
            continue;
        };
        let links = || robot.links().iter().map(|link| link.name.as_str());
        if !links().any(|link| link == mount) {
            let links: Vec<&str> = links().collect();
            bail!(
                "camera `{}`: the robot has no link `{mount}`; it has {}",
                camera.name,
                links.join(", ")
            );
        }
    }
    Ok(())
}

fn override_with(launch: &mut Launch, args: &SetupArgs) {
    let replace = |value: &mut String, by: &Option<String>| {
        if let Some(by) = by {
            value.clone_from(by);
        }
    };
    replace(&mut launch.robot, &args.robot);
    replace(&mut launch.scene, &args.scene);
    if let ArmConfig::Servos(servos) = &mut launch.arm {
        replace(&mut servos.port, &args.port);
    }
    launch.record_fps = args.recording.record_fps.or(launch.record_fps);
    launch.record_depth |= args.recording.record_depth;
    launch.seed = args.seed.unwrap_or(launch.seed);
    launch.meaning = args.meaning.or(launch.meaning);
    let models = launch
        .models_config()
        .with_overrides(&args.models, args.pointing);
    launch.set_models_config(models);
    launch.planning.sampling = args.draws.override_sampling(launch.planning.sampling);
    launch.planning.methods = args
        .methods
        .override_config(launch.planning.methods.clone());
    launch.turns = args.turns.unwrap_or(launch.turns);
}

/// Reads the plan of a file.
///
/// # Errors
/// If the file cannot be read or is no plan.
pub fn read_plan(path: &Path) -> Result<ScriptedPlanner> {
    let text = std::fs::read(path)
        .and_then(text::decode)
        .with_context(|| format!("cannot read the plan {}", path.display()))?;
    let plan = Plan::parse(&text).with_context(|| {
        format!(
            "{}\nhint: a plan looks like {{\"steps\":[{{\"skill\":\"pick\",\"object\":\"red cube\"}},{{\"skill\":\"done\"}}]}}",
            path.display()
        )
    })?;
    Ok(ScriptedPlanner::new(plan))
}
