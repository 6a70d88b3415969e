//! Robot, world, camera, model and observers put together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use enact_arm::{ArmThread, StopSwitch};
use enact_bridge::{Observer, Session};
use enact_camera::{Camera, FolderCamera, LiveFolder};
use enact_dataset::truth::Truth;
use enact_journal::{Film, ServoInfo};
use enact_model::{Model, Options};
use enact_plan::{Mind, Pair, Plan, ScriptedPlanner};
use enact_robot::Robot;
use enact_sim::render::{Look, look_at};
use enact_sim::{CameraPlace, Layout, Scene, Simulator};
use enact_types::text;
use indicatif::ProgressBar;

use crate::args::{Perception, SetupArgs};
use crate::arm::choice::{ArmChoice, Source};
use crate::film;
use crate::home::{Home, open_model};
use crate::launch::{CameraChoice, Launch};
use crate::stops;

/// What a run takes place in.
pub struct Setup {
    /// Who acts.
    pub robot: Arc<Robot>,
    /// Where.
    pub scene: Scene,
    /// What chance made of it.
    pub layout: Layout,
    /// The world.
    pub simulator: Simulator,
    /// The launch file with the command line's changes.
    pub launch: Launch,
    /// What stops everything that goes on in it.
    pub stop: StopSwitch,
    arm: Source,
    perception: Perception,
    options: Options,
    /// How many plans are drawn each turn.
    pub rank: u32,
    /// Whether things are shown to the model with numbers.
    pub marks: bool,
}

/// Who sees and decides.
pub struct Thinker {
    /// The mind itself.
    pub mind: Box<dyn Mind>,
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
    pub fn load(home: &Home, args: &SetupArgs) -> Result<Self> {
        Self::assemble(home, args, || {
            let stop = StopSwitch::new();
            stops::arrange(&stop, &args.stop)?;
            Ok(stop)
        })
    }

    /// Loads everything but the model, to be stopped by this switch alone.
    ///
    /// # Errors
    /// If a file is missing or wrong, or what is chosen does not go together.
    pub fn load_with(home: &Home, args: &SetupArgs, stop: StopSwitch) -> Result<Self> {
        Self::assemble(home, args, || Ok(stop))
    }

    fn assemble(
        home: &Home,
        args: &SetupArgs,
        stop: impl FnOnce() -> Result<StopSwitch>,
    ) -> Result<Self> {
        let mut launch = Launch::find(home, &args.launch)?;
        override_with(&mut launch, args);
        if args.port.is_some() && !matches!(launch.arm, ArmChoice::Servos(_)) {
            bail!(
                "--port needs a launch file that chooses an arm on a port, as `--launch so101` does"
            );
        }
        let robot = home.guarded(&launch.robot)?;
        let scene = home.scene(&launch.scene)?.before(&robot);
        let stop = stop()?;
        let layout = scene.draw(launch.seed);
        let simulator = Simulator::new(&robot, &layout, args.realtime);
        let arm = launch.arm.find(home, &launch.robot, &robot, &simulator)?;
        launch.model = home.model(&launch.model);
        Ok(Self {
            robot: Arc::new(robot),
            scene,
            layout,
            simulator,
            stop,
            arm,
            perception: args.perception.unwrap_or(Perception::Model),
            options: Options {
                free_text: args.free_text,
                // A choice needs plans that differ: they are drawn as the model weighs them.
                temperature: if args.rank > 1 { 1.0 } else { 0.0 },
                ..Options::default()
            },
            rank: args.rank,
            marks: args.marks,
            launch,
        })
    }

    /// The arm's servos as LeRobot knows them, if it has such.
    pub fn servos(&self, home: &Home) -> Result<Option<ServoInfo>> {
        self.arm.servos(home, &self.launch.robot, &self.robot)
    }

    /// Who says what is in the pictures.
    pub fn perception(&self) -> Perception {
        self.perception
    }

    /// The camera that the launch file chooses.
    pub fn camera(&self) -> Result<Box<dyn Camera>> {
        match &self.launch.camera {
            CameraChoice::Sim => {
                let seed = self.launch.seed;
                Ok(Box::new(self.simulator.camera(Look::default(), seed)))
            }
            CameraChoice::Folder { path, live } => {
                folder_camera(path, *live, &self.layout.camera, &self.stop)
            }
        }
    }

    /// The mind: the model, or parts of it replaced by a plan or by the truth. A `task` that the
    /// model cannot read is refused before anything else is done.
    pub fn thinker(&self, plan: Option<&Path>, task: Option<&str>) -> Result<Thinker> {
        let planner = plan.map(read_plan).transpose()?;
        let truth = match (self.perception, &self.launch.camera) {
            (Perception::Model, _) => None,
            (Perception::Truth, CameraChoice::Sim) => {
                Some(Truth::new(&self.simulator, &self.layout))
            }
            (Perception::Truth, _) => {
                bail!("--perception truth needs the simulator's own camera")
            }
        };
        Ok(match (truth, planner) {
            (Some(perceiver), Some(planner)) => Thinker {
                mind: Box::new(Pair { perceiver, planner }),
                load_time: Duration::ZERO,
            },
            (Some(perceiver), None) => {
                let planner = self.reader(task)?;
                let load_time = planner.load_time();
                Thinker {
                    mind: Box::new(Pair { perceiver, planner }),
                    load_time,
                }
            }
            (None, Some(planner)) => {
                let perceiver = self.model()?;
                let load_time = perceiver.load_time();
                Thinker {
                    mind: Box::new(Pair { perceiver, planner }),
                    load_time,
                }
            }
            (None, None) => {
                let model = self.reader(task)?;
                let load_time = model.load_time();
                Thinker {
                    mind: Box::new(model),
                    load_time,
                }
            }
        })
    }

    /// Robot, world, camera and mind at work together, filmed if there is somewhere for the film
    /// to go.
    pub fn session<'a>(
        &self,
        mind: Box<dyn Mind>,
        observers: Vec<Box<dyn Observer + 'a>>,
        film: Option<Film>,
    ) -> Result<Session<'a>> {
        let (arm, camera) = film::arrange(self, self.arm.arm(&self.simulator)?, film)?;
        let arm = ArmThread::start_with(arm, &self.robot, self.stop.clone());
        if self.launch.arm.is_urgent() {
            for denied in arm.make_urgent()? {
                errln!("enact: {denied}");
            }
        }
        let session = Session::new(Arc::clone(&self.robot), arm, camera, mind, observers)
            .map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        let walls = self.layout.walls(self.robot.clearance().table);
        Ok(session.among(self.layout.obstacles(), walls))
    }

    /// Whether the simulator's world is the one that the arm is in, so that physics can judge.
    pub fn is_simulated(&self) -> bool {
        self.arm.is_simulated()
    }

    /// The model, which can read this task.
    fn reader(&self, task: Option<&str>) -> Result<Box<dyn Model>> {
        let mut model = self.model()?;
        if let Some(task) = task {
            model.admit(task)?;
        }
        Ok(model)
    }

    fn model(&self) -> Result<Box<dyn Model>> {
        let spinner = ProgressBar::new_spinner();
        spinner.set_message(format!("loading {}", self.launch.model));
        spinner.enable_steady_tick(Duration::from_millis(100));
        let model = open_model(&self.launch.model, self.options, &self.stop);
        spinner.finish_and_clear();
        model
    }
}

/// A camera over pictures in a folder that stands where the scene's does; nobody waits for a
/// picture once `stop` is pressed.
pub fn folder_camera(
    path: &Path,
    live: bool,
    place: &CameraPlace,
    stop: &StopSwitch,
) -> Result<Box<dyn Camera>> {
    let (fov, pose) = (place.vertical_fov, look_at(&place.eye, &place.target));
    Ok(match live {
        false => Box::new(FolderCamera::open(path, fov, pose)?),
        true => Box::new(LiveFolder::open(path, fov, pose)?.stopped_by(stop.clone())),
    })
}

fn override_with(launch: &mut Launch, args: &SetupArgs) {
    let replace = |value: &mut String, by: &Option<String>| {
        if let Some(by) = by {
            value.clone_from(by);
        }
    };
    replace(&mut launch.robot, &args.robot);
    replace(&mut launch.scene, &args.scene);
    replace(&mut launch.model, &args.model);
    if let ArmChoice::Servos(servos) = &mut launch.arm {
        replace(&mut servos.port, &args.port);
    }
    launch.record_fps = args.keep.record_fps.or(launch.record_fps);
    launch.record_depth |= args.keep.record_depth;
    launch.seed = args.seed.unwrap_or(launch.seed);
    launch.turns = args.turns.unwrap_or(launch.turns);
}

/// The plan of a file.
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
