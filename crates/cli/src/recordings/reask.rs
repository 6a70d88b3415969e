//! `enact replay --reask`: recorded pictures to another model, plans side by side.

use anyhow::{Result, bail};
use enact_model::Notify;
use enact_plan::{Detection, Plan, Rejection, Situation};
use enact_recording::message::ResponseMessage;
use enact_recording::{Recording, Topic};
use enact_types::{Frame, StopSwitch};

use super::args::ReplayArgs;
use crate::data_dir::{DataDir, open_model};
use crate::server::ServerConfig;

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
    let name = args.model.clone().unwrap_or(recording.info()?.model.name);
    let name = data_dir.model(&name);
    let notify = Notify::new(|sentence| errln!("{:>9}  {sentence}", "server"));
    let options = ServerConfig::default().options(&args.server, false, notify);
    let mut model = open_model(&name, options, &StopSwitch::new())?;
    let mut seen = frames.iter();
    let mut frame: Option<&Frame> = None;
    let mut tally = Tally::default();
    for record in recording.records() {
        match record.topic {
            Topic::Frame => frame = seen.next(),
            Topic::Perception => {
                let Some(frame) = frame else { continue };
                let then: ResponseMessage = record.read()?;
                let now = model.perceive(frame)?;
                tally.objects.0 += u32::from(then.completion == now.completion);
                tally.objects.1 += 1;
                let read = then.pointing.unwrap_or_default().parse(&then.completion);
                let read = read.map(|parsed| parsed.detections);
                show("seen", &names(&read), &names(&now.parsed));
            }
            Topic::Plan => {
                let Some(frame) = frame else { continue };
                let then: ResponseMessage = record.read()?;
                let situation = situation(&then, args);
                let now = model.plan(frame, &situation)?;
                tally.plans.0 += u32::from(then.completion == now.completion);
                tally.plans.1 += 1;
                show(
                    "plan",
                    &in_words(&then.completion),
                    &in_words(&now.completion),
                );
            }
            _ => {}
        }
    }
    outln!("{}", tally.line(&name, args.json));
    Ok(true)
}

/// Returns the situation of the recorded plan, with another instruction if one is given.
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
