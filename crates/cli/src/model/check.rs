//! `enact model check`: finds a model's pointing convention, its precision and its speed.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use enact_model::{RequestOptions, VisionLanguageModel};
use enact_plan::{Convention, PlannerError, Pointing};
use enact_types::StopSwitch;
use serde_json::json;

use super::picture::TestPicture;
use super::trial::Trial;
use super::verdict::{ConventionVerdict, judge_convention};
use crate::args::{ModelCheckArgs, StopArgs};
use crate::data_dir::DataDir;
use crate::model_choice::{self, ModelChoice};
use crate::stop_sources;

/// Conventions in JSON.
const WRITTEN: [Convention; 4] = [
    Convention::Yx1000,
    Convention::Xy1000,
    Convention::XyPixels,
    Convention::XyUnit,
];
/// Conventions between tags, requested if the model follows no other.
const TAGGED: [Convention; 4] = [
    Convention::XyPercent,
    Convention::Molmo2,
    Convention::LocYx1024,
    Convention::LocXy1000,
];

/// Shows the model a picture and asks what is in it; returns whether its convention is found.
pub fn check_pointing_convention(data_dir: &DataDir, args: &ModelCheckArgs) -> Result<bool> {
    let picture = TestPicture::new(data_dir)?;
    if let Some(path) = &args.out {
        let saved = picture.frame.rgb.save(path);
        saved.with_context(|| format!("cannot write {}", path.display()))?;
    }
    let stop = StopSwitch::new();
    stop_sources::install_stop_sources(&stop, &StopArgs::default())?;
    let name = data_dir.resolve_model_name(&args.model);
    let choice = ModelChoice::new(name, &args.run);
    let options = RequestOptions {
        notify: model_choice::stderr_notice_listener(),
        ..choice.request_options()
    };
    let mut model = choice.open(options, &stop)?;
    let own = model.pointing();
    let mut trials = Vec::new();
    match args.pointing {
        Some(only) => ask(&mut *model, &picture, &[only], &mut trials)?,
        None => {
            ask(&mut *model, &picture, &[own], &mut trials)?;
            let written = WRITTEN.map(Pointing::from);
            ask(&mut *model, &picture, &written, &mut trials)?;
            let is_plain = matches!(judge_convention(&trials, own), ConventionVerdict::Speaks(trial, _) if trial.obeys);
            if !is_plain {
                ask(
                    &mut *model,
                    &picture,
                    &TAGGED.map(Pointing::from),
                    &mut trials,
                )?;
            }
        }
    }
    let verdict = judge_convention(&trials, own);
    if args.json {
        tell_program(&args.model, &trials, &verdict);
    } else {
        tell(&picture, &trials, &verdict);
    }
    Ok(matches!(verdict, ConventionVerdict::Speaks(..)))
}

/// Asks in these conventions, but for those that were asked in already.
fn ask(
    model: &mut dyn VisionLanguageModel,
    picture: &TestPicture,
    conventions: &[Pointing],
    trials: &mut Vec<Trial>,
) -> Result<()> {
    for &pointing in conventions {
        let is_known = |trial: &Trial| trial.asked.to_string() == pointing.to_string();
        if trials.iter().any(is_known) {
            continue;
        }
        model.set_pointing(pointing);
        let started = Instant::now();
        let answer = model.perceive(&picture.frame);
        let took = started.elapsed();
        let trial = match answer {
            Ok(answer) => Trial::new(picture, pointing, &answer, took),
            Err(stopped @ PlannerError::Stopped) => return Err(stopped.into()),
            Err(error) => Trial::without_answer(pointing, error.to_string(), took),
        };
        errln!("{}", line(picture, &trial));
        trials.push(trial);
    }
    Ok(())
}

/// Returns a line about one trial.
fn line(picture: &TestPicture, trial: &Trial) -> String {
    let asked = format!("asked {:<16}", trial.asked.to_string());
    let time = seconds(Duration::from_secs_f64(trial.seconds));
    let Some(best) = trial.best_score().filter(|best| best.things > 0) else {
        let why = trial.problem.as_deref().unwrap_or("it points at nothing");
        return format!("{asked} {time:>7}  {why}");
    };
    format!(
        "{asked} {time:>7}  {} of {} things as {}{}",
        best.things,
        picture.things.len(),
        best.pointing,
        if trial.obeys {
            ""
        } else {
            ", in a form of its own"
        }
    )
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn tell(picture: &TestPicture, trials: &[Trial], verdict: &ConventionVerdict<'_>) {
    match verdict {
        ConventionVerdict::Speaks(trial, score) => {
            let (width, height) = picture.frame.rgb.dimensions();
            outln!(
                "it speaks {}: {} of {} things, {:.1} px off in a picture of {width} x {height}; \
                 {}; {} an answer",
                score.pointing,
                score.things,
                picture.things.len(),
                score.error_px.unwrap_or_default(),
                obedience(trial),
                seconds(Duration::from_secs_f64(trial.seconds))
            );
            outln!("for its enact.toml or the launch file:");
            outln!("pointing = \"{}\"", score.pointing);
        }
        ConventionVerdict::Ambiguous(fitting) => {
            let names: Vec<String> = fitting.iter().map(ToString::to_string).collect();
            outln!(
                "ambiguous: its answers fit {} alike; nothing should move by them: take --marks, or \
                 another model",
                names.join(" and ")
            );
        }
        ConventionVerdict::Unknown => {
            let problem = trials.iter().find_map(|trial| trial.problem.as_deref());
            let why = problem.map_or_else(String::new, |why| format!(" ({why})"));
            outln!(
                "by no known convention do its answers point at the things in the picture{why}: take \
                 --marks, or another model"
            );
        }
    }
}

fn obedience(trial: &Trial) -> &'static str {
    if trial.obeys {
        "it keeps to the form that it is asked for"
    } else {
        "it answers in a form of its own, which is understood"
    }
}

fn tell_program(model: &str, trials: &[Trial], verdict: &ConventionVerdict<'_>) {
    let found = match verdict {
        ConventionVerdict::Speaks(trial, score) => json!({
            "model": model,
            "pointing": score.pointing,
            "things": score.things,
            "error_px": score.error_px,
            "obeys": trial.obeys,
            "seconds": trial.seconds,
            "asked": trials,
        }),
        ConventionVerdict::Ambiguous(fitting) => {
            json!({"model": model, "pointing": null, "ambiguous": fitting, "asked": trials})
        }
        ConventionVerdict::Unknown => {
            json!({"model": model, "pointing": null, "ambiguous": [], "asked": trials})
        }
    };
    outln!("{found}");
}
