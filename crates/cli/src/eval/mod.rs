//! `enact eval`: the success rate of a suite of tasks.
//!
//! | module | idea |
//! |---|---|
//! | this one | a suite of tasks in the simulator |
//! | [`job`] | a suite, and who is evaluated on it |
//! | [`merge`] | the shards of an evaluation, put together |
//! | [`results`] | results, printed and judged by thresholds |
//! | [`ablate`] | the table of suites and methods |
//! | [`preflight`] | what is wrong with methods, before the first is run |
//! | [`method_setting`] | methods by their flags, for that table |
//! | [`photos`] | what a perceiver finds on labeled pictures |

mod ablate;
pub(crate) mod job;
pub mod merge;
pub mod method_setting;
mod photos;
mod preflight;
pub mod results;

use std::io::stderr;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use enact_eval::episode::{EpisodeResult, WorkerAgent};
use enact_eval::manifest::ShardManifest;
use enact_eval::outcome::EpisodeOutcome;
use enact_eval::runner::EvalConfig;
use enact_eval::store::EpisodeStore;
use enact_eval::suite::Suite;
use enact_eval::{episode, episode_setup};
use enact_model::{RequestOptions, Sampling, VisionLanguageModel};
use enact_plan::PlannerError;
use enact_types::StopSwitch;

use crate::args::{EvalArgs, PerceptionSource, PlannerKind, SHIPPED_ROBOT};
use crate::data_dir::{DataDir, SHIPPED_MODEL};
use crate::methods::{DrawArgs, IdleMethodsObserver, MethodsConfig};
use crate::model_choice::{self, ModelChoice, ModelsConfig};
use crate::terminal_observer::TerminalObserver;
use crate::{out, progress, prompts};
use job::Job;
use merge::EvalCommand;
use results::{ResultSink, Results};

/// Runs the suite and prints the table; returns whether the floor is reached.
///
/// # Errors
/// If the suite, scene, robot or model cannot be loaded or do not go together, or an episode fails
/// to run.
pub fn eval(data_dir: &DataDir, args: &EvalArgs) -> Result<bool> {
    if let Some(EvalCommand::Merge(shards)) = &args.command {
        return merge::merge(shards);
    }
    if let Some(labels) = &args.photos {
        return photos::score_perceiver(data_dir, labels, args).map(|()| true);
    }
    if args.ablate {
        return ablate::ablate(data_dir, args).map(|()| true);
    }
    let methods = args.methods.override_config(MethodsConfig::default());
    if let Some(fault) = args.methods.describe_first_ineffective_flag(&methods) {
        bail!("{fault}");
    }
    let job = Job::load(data_dir, args)?;
    if let Some(number) = args.episode {
        return job.call_with_eval_config(data_dir, args, |config| show(config, number, args));
    }
    let sink = ResultSink::open(&args.results)?;
    let settings = settings_fixed_on_resume(args, &job)?;
    let command = command(args, &job);
    let kept = kept(args, &job, &settings, &command)?;
    let count =
        job.call_with_eval_config(data_dir, args, |config| Ok(config.episode_numbers().len()))?;
    let bar = progress::bar(count as u64, "episodes, {msg}");
    let mut successes = 0;
    let records = job.run(data_dir, args, kept, &mut |record| {
        successes += u64::from(record.success);
        bar.inc(1);
        bar.set_message(format!("{successes} succeeded"));
    })?;
    bar.finish_and_clear();
    for server in job.models.pool.server_stats() {
        errln!("{:>9}  {server}", "server");
    }
    if let Some(shard) = args.shard {
        errln!(
            "{:>9}  {shard}, {} of {} episodes; `enact eval merge` puts all shards together",
            "shard",
            records.len(),
            args.episodes
        );
    }
    sink.show_and_check_thresholds(&Results {
        suite: &job.name,
        seed: args.seed,
        settings: &settings,
        command: &command,
        records: &records,
    })
}

/// Opens the folder that keeps the episodes, if there is one.
fn kept(args: &EvalArgs, job: &Job, settings: &str, command: &str) -> Result<Option<EpisodeStore>> {
    let Some(folder) = &args.out else {
        return Ok(None);
    };
    let Some(shard) = args.shard else {
        return Ok(Some(EpisodeStore::open(folder, settings)?));
    };
    let manifest = ShardManifest {
        enact: env!("CARGO_PKG_VERSION").to_owned(),
        shard,
        episodes: args.episodes,
        tasks: job.suite.tasks.len(),
        suite: job.name.clone(),
        seed: args.seed,
        settings: settings.to_owned(),
        command: command.to_owned(),
    };
    Ok(Some(manifest.open_store(folder)?))
}

/// Returns the models that the arguments name; the shipped one by default.
fn models(args: &EvalArgs) -> ModelsConfig {
    let config = ModelsConfig {
        model: Some(SHIPPED_MODEL.to_owned()),
        ..ModelsConfig::default()
    };
    config.with_overrides(&args.models, args.pointing)
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
        notify: model_choice::stderr_notice_listener(),
        ..choice.request_options()
    };
    // The choice among plans reads how probable tokens were.
    options.server.log_probabilities = args.draws.plan_choice().drawn_plan_count() > 1;
    options
}

/// Narrates one episode on stderr and prints its result on stdout.
fn show(job: &EvalConfig<'_>, number: u64, args: &EvalArgs) -> Result<bool> {
    let drawn =
        episode_setup::draw_random_episode(job.suite, job.scene, job.robot, job.seed, number)
            .map_err(|error| anyhow!("{error}"))?;
    let mut agent = job
        .agents
        .map(|make| make())
        .transpose()
        .map_err(|error| anyhow!("{error}"))?;
    let agent = WorkerAgent::episode_agent(agent.as_mut());
    let mut console = TerminalObserver::new(stderr());
    let scores = args.models.score_steps;
    let mut unasked = IdleMethodsObserver::new(&args.methods, &args.draws, args.free_text, scores);
    let record: EpisodeResult = episode::run(
        number,
        &drawn,
        job.robot,
        job.task_options(),
        agent,
        vec![Box::new(&mut console), Box::new(&mut unasked)],
    );
    if args.results.json {
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
    opened.map_err(|error| as_planner_error(choice, error))
}

/// Returns why `model` cannot be used.
fn as_planner_error(model: &ModelChoice, error: anyhow::Error) -> PlannerError {
    error.downcast().unwrap_or_else(|error| PlannerError::Load {
        model: model.name.clone(),
        reason: out::error_message_with_sources(&error).into(),
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
pub(crate) fn settings_fixed_on_resume(args: &EvalArgs, job: &Job) -> Result<String> {
    let Job {
        path,
        suite,
        scene,
        perceiver,
        planner,
        methods,
        sampling,
        prompts,
        ..
    } = job;
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let suite_sum = crc32fast::hash(&text);
    let scene_sum = crc32fast::hash(scene.as_bytes());
    let named = |model: &ModelChoice| {
        let sum = checksum(Path::new(&model.name));
        format!(
            "{} {sum:08x}{}",
            model.name,
            model.describe_unusual_settings()
        )
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
            let methods = match methods.is_empty() {
                true => String::new(),
                false => format!(", methods{}", methods.to_command_line_flags()),
            };
            let prompts = match prompts {
                None => String::new(),
                Some(prompts) => format!(", prompts {:.12}", prompts::hash(prompts)),
            };
            format!(
                "{} at temperature {}{}{}{}{sees}{free_text}{methods}{prompts}",
                named(planner),
                sampling.temperature(),
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
    match others.to_command_line_flags() {
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
fn command(args: &EvalArgs, job: &Job) -> String {
    words(args) + &job.methods.to_command_line_flags()
}

/// Returns the command, without [`MethodsConfig`].
fn words(args: &EvalArgs) -> String {
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
    words += &args.models.to_command_line_flags();
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
    words += &args.draws.to_command_line_flags();
    for setting in &args.set {
        words += &format!(" --set {setting}");
    }
    words
}
