//! `enact replay --reask`: recorded pictures to another model, plans side by side.

use std::sync::Arc;

use anyhow::{Result, bail};
use enact_model::{RequestOptions, VisionLanguageModel};
use enact_plan::strategy::examples::CurrentEpisode;
use enact_plan::strategy::tools::Toolbox;
use enact_plan::{Detection, LayeredPlanner, Perceiver, Plan, Planner, Rejection, Situation};
use enact_recording::message::ResponseMessage;
use enact_recording::{Recording, Topic};
use enact_types::{Frame, StopSwitch};

use super::args::ReplayArgs;
use crate::data_dir::DataDir;
use crate::methods::{self, MethodContext, MethodsConfig, library};
use crate::model_choice::{self, ModelChoice, ModelsConfig, RoleConfig};

/// Asks about every recorded picture and situation again and tallies the answers that are the same.
/// Nothing moves.
///
/// # Errors
/// If the recording holds no pictures or cannot be read, or the model cannot be loaded or asked.
pub fn reask(data_dir: &DataDir, recording: &Recording, args: &ReplayArgs) -> Result<bool> {
    let frames = recording.frames()?;
    if frames.is_empty() {
        bail!("no picture was kept in this recording");
    }
    let methods = args.methods.override_config(MethodsConfig::default());
    if let Some(fault) = args.methods.describe_first_ineffective_flag(&methods) {
        bail!("{fault}");
    }
    let (perceiver, planner) = models(data_dir, recording, args)?;
    let stop = StopSwitch::new();
    let open = |choice: &ModelChoice| {
        let notify = model_choice::stderr_notice_listener();
        let options = RequestOptions {
            notify,
            ..choice.request_options()
        };
        let model = choice.open(options, &stop)?;
        // Methods are for the model that plans.
        let methods = match planner.as_ref() == Some(choice) {
            true => methods.clone(),
            false => MethodsConfig::default(),
        };
        layered(data_dir, recording, model, &methods, &stop)
    };
    let mut other = match &planner {
        Some(choice) if planner != perceiver => Some(open(choice)?),
        _ => None,
    };
    let mut sees = perceiver.as_ref().map(open).transpose()?;
    let plans = planner.is_some();
    let is_blind = |it: &Layered| it.model().sees() == Some(false);
    if sees.as_ref().is_some_and(is_blind) && args.models.perceive.is_none() {
        errln!("     seen  nothing is asked: the model reads text only");
        if other.is_none() {
            other = sees.take();
        }
        sees = None;
    }
    let name = [&perceiver, &planner].into_iter().flatten();
    let mut name: Vec<&str> = name.map(|choice| choice.name.as_str()).collect();
    name.dedup();
    let name = name.join(" and ");
    let mut seen = frames.iter();
    let mut frame: Option<&Frame> = None;
    let mut tally = Tally::default();
    for record in recording.messages() {
        match record.topic {
            Topic::Frame => frame = seen.next(),
            Topic::Perception => {
                let (Some(frame), Some(model)) = (frame, &mut sees) else {
                    continue;
                };
                let then: ResponseMessage = record.deserialize_message()?;
                let now = model.perceive(frame)?;
                tally.objects.0 += u32::from(then.completion == now.completion);
                tally.objects.1 += 1;
                let read = then.pointing.unwrap_or_default().parse(&then.completion);
                let read = read.map(|parsed| parsed.detections);
                show("seen", &names(&read), &names(&now.parsed));
            }
            Topic::Plan => {
                let model = other.as_mut().or(sees.as_mut()).filter(|_| plans);
                let (Some(frame), Some(model)) = (frame, model) else {
                    continue;
                };
                let then: ResponseMessage = record.deserialize_message()?;
                let situation = situation(&then, args);
                let now = model.plan(frame, &situation)?;
                let rejected = now.parsed.as_ref().err().map(ToString::to_string);
                let is_same = then.completion == now.completion && then.rejected == rejected;
                tally.plans.0 += u32::from(is_same);
                tally.plans.1 += 1;
                let told = |completion: &str, rejected: Option<&String>| match rejected {
                    Some(why) => format!("rejected: {why}"),
                    None => in_words(completion),
                };
                show(
                    "plan",
                    &told(&then.completion, then.rejected.as_ref()),
                    &told(&now.completion, rejected.as_ref()),
                );
            }
            _ => {}
        }
    }
    outln!("{}", tally.line(&name, args.json));
    Ok(true)
}

type Layered = LayeredPlanner<Box<dyn VisionLanguageModel>>;

/// Puts these methods around a model, in the place of the recorded run.
///
/// # Errors
/// If something that a method needs cannot be loaded.
fn layered(
    data_dir: &DataDir,
    recording: &Recording,
    model: Box<dyn VisionLanguageModel>,
    methods: &MethodsConfig,
    stop: &StopSwitch,
) -> Result<Layered> {
    let info = recording.run_info()?;
    let launched = |key: &str| info.launch[key].as_str().unwrap_or_default().to_owned();
    let robot = launched("robot");
    let seed = info.launch["seed"].as_u64().unwrap_or_default();
    let episode = library::episode_of_scene(&launched("scene"), seed);
    let context = MethodContext {
        data_dir,
        models: ModelsConfig::default(),
        robot_name: &info.robot.name,
        robot: &robot,
        scene: episode.scene.clone(),
        current: CurrentEpisode::from_episode(Some(episode)),
        stop,
        recording: Arc::default(),
    };
    methods::layer_methods_around_model(model, methods, &context, Toolbox::default())
}

/// Who is asked to see and who to plan: whom the command line names, else whom the recording does.
/// Where no model did so then and none is named, none does now.
fn models(
    data_dir: &DataDir,
    recording: &Recording,
    args: &ReplayArgs,
) -> Result<(Option<ModelChoice>, Option<ModelChoice>)> {
    let then = recording.run_info()?.model;
    let planner = then.planner.map(|planner| planner.name);
    let config = ModelsConfig {
        model: Some(then.name),
        planning: RoleConfig {
            model: planner,
            ..RoleConfig::default()
        },
        ..ModelsConfig::default()
    };
    let config = config.with_overrides(&args.models, None);
    let asked = &args.models;
    let sees = then.perception == "model" || asked.model.is_some() || asked.perceive.is_some();
    let plans = then.planning == "model" || asked.model.is_some() || asked.plan_with.is_some();
    if !sees && !plans {
        bail!("no model was asked in this recording\nhint: --model MODEL asks one now");
    }
    let perceiver = sees.then(|| config.perceiver(data_dir)).transpose()?;
    let planner = plans.then(|| config.planner(data_dir)).transpose()?;
    Ok((perceiver, planner))
}

/// What the plan rested on, with another task where one is given.
fn situation(then: &ResponseMessage, args: &ReplayArgs) -> Situation {
    let mut situation = then.situation.clone().unwrap_or_default();
    if let Some(instruction) = &args.instruction {
        situation.instruction.clone_from(instruction);
    }
    situation
}

fn in_words(completion: &str) -> String {
    match Plan::parse(completion) {
        Ok(plan) => plan.to_string(),
        Err(rejection) => rejection.to_string(),
    }
}

fn names(list: &Result<Vec<Detection>, Rejection>) -> String {
    match list {
        Ok(list) => {
            let labels: Vec<&str> = list.iter().map(|it| it.label.as_str()).collect();
            labels.join(", ")
        }
        Err(rejection) => rejection.to_string(),
    }
}

fn show(what: &str, then: &str, now: &str) {
    if then == now {
        errln!("{what:>9}  the same: {now}");
    } else {
        errln!("{what:>9}  then: {then}\n{:>9}  now:  {now}", "");
    }
}

#[derive(Default)]
struct Tally {
    /// Number of equal answers, and of all.
    objects: (u32, u32),
    plans: (u32, u32),
}

impl Tally {
    fn line(&self, model: &str, as_json: bool) -> String {
        let (objects, looks) = self.objects;
        let (plans, asked) = self.plans;
        if as_json {
            return serde_json::json!({
                "model": model,
                "looks": looks, "same_objects": objects,
                "plans": asked, "same_plans": plans,
            })
            .to_string();
        }
        format!(
            "{model}: {plans} of {asked} plans and {objects} of {looks} lists of objects are the same, word for word"
        )
    }
}
