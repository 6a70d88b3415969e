//! `enact eval`: the success rate of a suite of tasks.
//!
//! | module | idea |
//! |---|---|
//! | this one | a suite of tasks in the simulator |
//! | [`photos`] | what a perceiver finds on labeled pictures |

mod photos;

use std::io::stderr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use enact_eval::episode::{EpisodeResult, WorkerAgent};
use enact_eval::outcome::EpisodeOutcome;
use enact_eval::page::Page;
use enact_eval::random::RandomPlanner;
use enact_eval::report::SuiteReport;
use enact_eval::runner::{EvalConfig, run};
use enact_eval::store::{self, EpisodeStore};
use enact_eval::suite::Suite;
use enact_eval::{episode, episode_setup};
use enact_model::{RequestOptions, Sampling, VisionLanguageModel};
use enact_plan::{CompositeAgent, PlannerError};
use enact_types::{StopSwitch, text};

use crate::args::{EvalArgs, PerceptionSource, PlannerKind, SHIPPED_ROBOT};
use crate::console_observer::ConsoleObserver;
use crate::data_dir::{DataDir, SHIPPED_MODEL};
use crate::file_kind::{self, FileKind};
use crate::methods::DrawArgs;
use crate::model_choice::{self, ModelChoice, ModelsConfig};
use crate::out;
use crate::progress;

/// Runs the suite and prints the table; returns whether the floor is reached.
///
/// # Errors
/// If the suite, scene, robot or model cannot be loaded or do not go together, or an episode fails
/// to run.
pub fn eval(data_dir: &DataDir, args: &EvalArgs) -> Result<bool> {
    if let Some(labels) = &args.photos {
        return photos::score(data_dir, labels, args).map(|()| true);
    }
    let path = data_dir.resolve(&args.suite, &data_dir.suites())?;
    let mut suite = file_kind::load(path.clone(), FileKind::Suite, Suite::load)?;
    for setting in &args.set {
        change(&mut suite, setting)?;
    }
    let scene_path = data_dir.resolve(&suite.scene, &data_dir.scenes())?;
    let scene = std::fs::read(&scene_path)
        .and_then(text::decode)
        .with_context(|| format!("cannot read {}", scene_path.display()))?;
    let robot = Arc::new(data_dir.guarded(&args.robot)?);
    if robot.gripper().is_none() {
        bail!(
            "`{}` has no gripper, and suites are about things to grasp",
            robot.name()
        );
    }
    let config = models(args);
    let planner = config.planner(data_dir)?;
    let perceiver = match args.perception {
        PerceptionSource::Model => Some(config.perceiver(data_dir)?),
        PerceptionSource::GroundTruth => None,
    };
    let sampling = sampling(args)?;
    let open = |choice: &ModelChoice| opened(choice, options(args, &config, choice, sampling));
    let agents = || {
        if args.planner == PlannerKind::Random {
            return Ok(WorkerAgent::Planner(Box::new(RandomPlanner::new(
                args.seed,
            ))));
        }
        let planner_model = open(&planner)?;
        Ok(match &perceiver {
            None => WorkerAgent::Planner(Box::new(planner_model)),
            Some(same) if *same == planner => WorkerAgent::Agent(Box::new(planner_model)),
            Some(other) => WorkerAgent::Agent(Box::new(CompositeAgent {
                perceiver: open(other)?,
                planner: planner_model,
            })),
        })
    };
    let job = EvalConfig {
        suite: &suite,
        scene: &scene,
        robot: &robot,
        seed: args.seed,
        episodes: args.episodes,
        workers: usize::from(args.jobs),
        marks: args.marks,
        choice: args.draws.choice(),
        agents: (args.planner != PlannerKind::Scripted).then_some(&agents),
    };
    if let Some(number) = args.episode {
        return show(&job, number, args.json);
    }
    // What cannot be read is told before anything is run.
    let earlier = args.compare.as_deref().map(store::load).transpose()?;
    if let Some(folder) = &args.report {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let settings = settings(args, &path, &suite, &scene, perceiver.as_ref(), &planner)?;
    let kept = args
        .out
        .as_deref()
        .map(|folder| EpisodeStore::open(folder, &settings))
        .transpose()?;
    let bar = progress::bar(args.episodes, "episodes, {msg}");
    let mut successes = 0;
    let records = run(&job, kept, &mut |record| {
        successes += u64::from(record.success);
        bar.inc(1);
        bar.set_message(format!("{successes} succeeded"));
    })?;
    bar.finish_and_clear();
    let name = path.file_stem().map_or_else(
        || args.suite.clone(),
        |stem| stem.to_string_lossy().into_owned(),
    );
    let report = SuiteReport::new(&name, args.seed, &records, &command(args));
    if let Some(folder) = &args.report {
        let compared = args
            .compare
            .as_ref()
            .map(|folder| folder.display().to_string());
        let page = Page {
            suite: &name,
            settings: &settings,
            records: &records,
            earlier: compared.as_deref().zip(earlier.as_deref()),
            command: &command(args),
        };
        let path = folder.join("index.html");
        std::fs::write(&path, page.html())
            .with_context(|| format!("cannot write {}", path.display()))?;
        errln!("enact: {} shows the results", path.display());
    }
    if args.json {
        outln!("{}", serde_json::to_string(&report)?);
    } else if args.md {
        out::data(&report.markdown());
    } else {
        out::data(&report.table());
    }
    let wrong = report
        .outcomes
        .last()
        .map_or(0.0, |all| all.share(all.wrong).value());
    Ok(100.0 * report.share.value() >= args.floor && 100.0 * wrong <= args.most_wrong)
}

/// Returns the models that the arguments name; the shipped one by default.
fn models(args: &EvalArgs) -> ModelsConfig {
    let config = ModelsConfig {
        model: Some(SHIPPED_MODEL.to_owned()),
        ..ModelsConfig::default()
    };
    config.overridden(&args.models, args.pointing)
}

/// Returns how plans are drawn.
///
/// # Errors
/// If a value is out of range, or has no effect.
fn sampling(args: &EvalArgs) -> Result<Sampling> {
    args.draws.sampling(Sampling::GREEDY, args.seed)
}

fn options(
    args: &EvalArgs,
    config: &ModelsConfig,
    choice: &ModelChoice,
    sampling: Sampling,
) -> RequestOptions {
    let mut options = RequestOptions {
        sampling,
        pointing: config.pointing,
        meaning: args.meaning,
        free_text: args.free_text,
        notify: model_choice::talk(),
        ..choice.options()
    };
    // The choice among plans reads how probable tokens were.
    options.server.log_probabilities = args.draws.choice().drawn() > 1;
    options
}

/// Narrates one episode on stderr and prints its result on stdout.
fn show(job: &EvalConfig<'_>, number: u64, as_json: bool) -> Result<bool> {
    let drawn = episode_setup::episode(job.suite, job.scene, job.robot, job.seed, number)
        .map_err(|error| anyhow!("{error}"))?;
    let mut agent = job
        .agents
        .map(|make| make())
        .transpose()
        .map_err(|error| anyhow!("{error}"))?;
    let agent = WorkerAgent::for_episode(agent.as_mut());
    let mut console = ConsoleObserver::new(stderr());
    let record: EpisodeResult = episode::run(
        number,
        &drawn,
        job.robot,
        job.options(),
        agent,
        vec![Box::new(&mut console)],
    );
    if as_json {
        outln!("{}", serde_json::to_string(&record)?);
    } else {
        outln!("{}", sentence(&record));
    }
    Ok(record.success)
}

/// Returns the result of an episode as a sentence.
fn sentence(record: &EpisodeResult) -> String {
    let outcome = match record.outcome {
        None => String::new(),
        Some(EpisodeOutcome::Wrong(fault)) => format!(" (wrong: {fault})"),
        Some(outcome) => format!(" ({})", outcome.name()),
    };
    let how = match (record.success, &record.failure) {
        (true, _) => "succeeded".to_owned(),
        (false, Some(why)) => format!("failed: {why}{outcome}"),
        (false, None) => format!("failed{outcome}"),
    };
    format!(
        "episode {} ({}): {how} ({} turn{}, {:.1} s on the arm's clock)",
        record.episode,
        record.task,
        record.turns,
        if record.turns == 1 { "" } else { "s" },
        record.sim_seconds
    )
}

fn opened(
    choice: &ModelChoice,
    options: RequestOptions,
) -> Result<Box<dyn VisionLanguageModel>, PlannerError> {
    let opened = choice.open(options, &StopSwitch::new());
    opened.map_err(|error| PlannerError::Load {
        model: choice.name.clone(),
        reason: format!("{error:#}").into(),
    })
}

fn change(suite: &mut Suite, setting: &str) -> Result<()> {
    match setting.split_once('=') {
        Some(("turns", value)) => {
            suite.turns = value
                .parse()
                .with_context(|| format!("--set turns={value}: not a number"))?;
        }
        Some(("scene", value)) => value.clone_into(&mut suite.scene),
        Some((key, _)) => bail!("--set {key}: a suite has the settings `turns` and `scene`"),
        None => bail!("--set {setting}: write KEY=VALUE, such as turns=5"),
    }
    Ok(())
}

/// Returns the settings that must be the same for an evaluation to be resumed.
fn settings(
    args: &EvalArgs,
    path: &Path,
    suite: &Suite,
    scene: &str,
    perceiver: Option<&ModelChoice>,
    planner: &ModelChoice,
) -> Result<String> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let suite_sum = crc32fast::hash(&text);
    let scene_sum = crc32fast::hash(scene.as_bytes());
    let named = |model: &ModelChoice| {
        let sum = checksum(Path::new(&model.name));
        format!("{} {sum:08x}{}", model.name, model.differences())
    };
    let model_sum = match args.planner {
        PlannerKind::Scripted => "scripted".to_owned(),
        PlannerKind::Random => "random".to_owned(),
        PlannerKind::Model => {
            let sees = match perceiver {
                Some(perceiver) if perceiver == planner => String::new(),
                Some(perceiver) => format!(", seen by {}", named(perceiver)),
                None => ", seen by truth".to_owned(),
            };
            let pointing = args.pointing.map(|it| format!(", {it}"));
            let free_text = if args.free_text { ", free text" } else { "" };
            let meaning = args.meaning.map(|mode| format!(", meaning {mode}"));
            format!(
                "{} at temperature {}{}{}{}{sees}{free_text}",
                named(planner),
                sampling(args)?.temperature(),
                drawn(args),
                pointing.unwrap_or_default(),
                meaning.unwrap_or_default()
            )
        }
    };
    let robot = if args.robot == SHIPPED_ROBOT {
        String::new()
    } else {
        format!("robot {}, ", args.robot)
    };
    let marks = if args.marks { "marks, " } else { "" };
    Ok(format!(
        "{robot}{marks}suite {suite_sum:08x}, scene {scene_sum:08x}, turns {}, seed {}, model {model_sum}, enact {}",
        suite.turns,
        args.seed,
        env!("CARGO_PKG_VERSION")
    ))
}

/// Returns how plans are drawn apart from the temperature, as flags after a comma, if they are.
fn drawn(args: &EvalArgs) -> String {
    let others = DrawArgs {
        temperature: None,
        ..args.draws
    };
    match others.written() {
        words if words.is_empty() => words,
        words => format!(",{words}"),
    }
}

/// Extensions of a model's files.
const MODEL_FILES: [&str; 5] = ["safetensors", "gguf", "uqff", "json", "toml"];

/// Returns a checksum of a model: of all weights and settings in its folder, or of its file.
fn checksum(model: &Path) -> u32 {
    let mut files: Vec<_> = std::fs::read_dir(model)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let end = path.extension().and_then(|end| end.to_str());
            end.is_some_and(|end| MODEL_FILES.contains(&end))
        })
        .collect();
    if model.is_file() {
        files.push(model.to_owned());
    }
    files.sort();
    let mut hasher = crc32fast::Hasher::new();
    for bytes in files.iter().filter_map(|file| std::fs::read(file).ok()) {
        hasher.update(&bytes);
    }
    hasher.finalize()
}

/// Returns the command that shows an episode again, without its number.
fn command(args: &EvalArgs) -> String {
    let mut words = format!("enact eval {} --seed {}", args.suite, args.seed);
    if args.robot != SHIPPED_ROBOT {
        words += &format!(" --robot {}", args.robot);
    }
    match args.planner {
        PlannerKind::Model => {}
        PlannerKind::Scripted => words += " --planner scripted",
        PlannerKind::Random => words += " --planner random",
    }
    if args.marks {
        words += " --marks";
    }
    words += &args.models.written();
    if args.perception == PerceptionSource::GroundTruth {
        words += " --perception ground-truth";
    }
    if args.free_text {
        words += " --free-text";
    }
    if let Some(pointing) = args.pointing {
        words += &format!(" --pointing {pointing}");
    }
    if let Some(mode) = args.meaning {
        words += &format!(" --meaning {mode}");
    }
    words += &args.draws.written();
    for setting in &args.set {
        words += &format!(" --set {setting}");
    }
    words
}
