//! Methods by which a model plans better: what a launch file and the command line switch on.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | flags |
//! | [`config`] | `[planning.methods]` of a launch file |
//! | [`context`] | the run that methods are part of |
//! | [`constitution`] | which constitution a robot has |
//! | [`lesson_file`] | lessons in a file |
//! | [`library`] | the library of solved tasks |
//! | [`attached`] | files that are given with an instruction |
//! | [`past_runs`] | what came of recorded runs, for tools |
//! | [`other_cameras`] | the pictures of a launch file's other cameras, for tools |
//! | [`sampling`] | how freely plans are drawn, and how many |
//! | [`tool_servers`] | tools of other programs |
//! | [`idle_methods_observer`] | says which methods had nothing to do, because rules planned |

pub mod args;
pub mod attached;
pub mod config;
pub mod constitution;
pub mod context;
pub mod idle_methods_observer;
pub mod lesson_file;
pub mod library;
pub mod other_cameras;
pub mod past_runs;
pub mod sampling;
pub mod tool_servers;

use std::sync::Arc;

use anyhow::{Result, bail};
use chrono::Local;
use enact_model::RequestOptions;
use enact_plan::examples::{SeededScene, shipped};
use enact_plan::strategy::critic::{Critic, CriticModel};
use enact_plan::strategy::critic_dialogue::CriticDialogue;
use enact_plan::strategy::examples::Examples;
use enact_plan::strategy::lessons::{LessonContext, Lessons};
use enact_plan::strategy::tools::{ToolUse, Toolbox};
use enact_plan::{Decompose, GoalFirst, LayeredPlanner, PlanningModel, Strategy, Think};

pub use args::MethodArgs;
pub use config::MethodsConfig;
pub use context::MethodContext;
pub use idle_methods_observer::IdleMethodsObserver;
pub use other_cameras::OtherCameras;
pub use past_runs::PastRuns;
pub use sampling::DrawArgs;
pub use tool_servers::ToolsConfig;

use crate::model_choice::stderr_notice_listener;
use lesson_file::LessonFile;

/// Puts the methods that are switched on around a model. `toolbox` holds what tools can use beside
/// what is seen.
///
/// # Errors
/// If a file or a model that a method needs cannot be loaded, or a method asks the model for more
/// than it was trained on.
pub fn layer_methods_around_model<M: PlanningModel>(
    model: M,
    config: &MethodsConfig,
    context: &MethodContext<'_>,
    toolbox: Toolbox,
) -> Result<LayeredPlanner<M>> {
    if !model.follows_requests()
        && let Some(method) = config.flag_with_extra_planner_prompts()
    {
        bail!(
            "--{method} needs a model that follows requests in words, and the one that plans was trained \
             on plans alone\nhint: choose another one with --plan-with MODEL"
        );
    }
    let strategies = strategies(config, context, toolbox)?;
    Ok(LayeredPlanner::new(model, strategies))
}

/// Returns the methods that are switched on, the outermost first: what makes a plan stricter is
/// around what makes it.
fn strategies(
    config: &MethodsConfig,
    context: &MethodContext<'_>,
    toolbox: Toolbox,
) -> Result<Vec<Box<dyn Strategy>>> {
    let mut strategies: Vec<Box<dyn Strategy>> = Vec::new();
    critic(config, context, &mut strategies)?;
    if let Some(file) = &config.lessons {
        let recording = context.recording.clone();
        let place = LessonContext {
            robot: context.robot_name.to_owned(),
            scene: context.scene.clone(),
            date: Box::new(|| Local::now().format("%Y-%m-%d").to_string()),
            run: Box::new(move || Some(recording.get()?.path.display().to_string())),
        };
        let book = LessonFile::open(file)?.noting_in_recording(Arc::clone(&context.recording));
        let book = Box::new(book);
        strategies.push(Box::new(Lessons::new(
            book,
            place,
            context.text_similarity_measure()?,
        )));
    }
    if let Some(count) = config.examples {
        strategies.push(Box::new(examples(config, context, count.get())?));
    }
    // What is attached may be a reason to call tools.
    if !config.attach.is_empty() {
        strategies.push(Box::new(attached::load(&config.attach)?));
    }
    if let Some(most) = config.tools {
        strategies.push(Box::new(ToolUse::new(most, toolbox)));
    }
    if config.decompose {
        strategies.push(Box::new(Decompose::default()));
    }
    if config.goal_first {
        strategies.push(Box::new(GoalFirst::default()));
    }
    if let Some(tokens) = config.think {
        strategies.push(Box::new(Think::new(tokens)));
    }
    Ok(strategies)
}

/// Adds the critic and the dialogue with it, which needs one.
fn critic(
    config: &MethodsConfig,
    context: &MethodContext<'_>,
    strategies: &mut Vec<Box<dyn Strategy>>,
) -> Result<()> {
    let model = match config.critic.as_deref() {
        None if config.dialogue.is_none() => return Ok(()),
        None | Some("self") => CriticModel::Planner,
        Some(name) => {
            let key_env = config.critic_key_env.clone();
            let choice = context
                .models
                .auxiliary_model_choice(name, key_env, context.data_dir);
            let options = RequestOptions {
                notify: stderr_notice_listener(),
                ..choice.request_options()
            };
            CriticModel::from_other_model(choice.open(options, context.stop)?)
        }
    };
    let rules = constitution::load(context.data_dir, context.robot)?;
    let rounds = config.critic_rounds.unwrap_or(Critic::DEFAULT_ROUNDS);
    strategies.push(Box::new(Critic::new(model.clone(), rules.clone(), rounds)));
    if let Some(most) = config.dialogue {
        strategies.push(Box::new(CriticDialogue::new(model, rules, most.get())));
    }
    Ok(())
}

/// Returns the method that shows solved tasks.
fn examples(config: &MethodsConfig, context: &MethodContext<'_>, count: u32) -> Result<Examples> {
    let chosen = config.example_library.as_deref();
    let path = library::example_library_path(chosen)?;
    if chosen.is_some() && !path.exists() {
        bail!(
            "there is no library of examples {}\nhint: `enact examples add RUN --example-library {0}` \
             makes one of successful recordings",
            path.display()
        );
    }
    let mut library = shipped().to_vec();
    library.extend(library::load(&path)?);
    // Where the seed is not known, as in an evaluation, any of the scene may be the one that goes on.
    if context.current.episode().is_none() {
        let is_of_scene = |it: &SeededScene| it.scene == context.scene;
        library.retain(|example| !example.episode.as_ref().is_some_and(is_of_scene));
    }
    let tokens = config.example_tokens.map(|it| it as usize);
    Ok(Examples {
        library,
        count: count as usize,
        tokens: tokens.unwrap_or(Examples::DEFAULT_MAX_TOKENS),
        similarity: context.text_similarity_measure()?,
        current: context.current.clone(),
    })
}
